"""Is a service open at this hour of the week?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

#: Minutes from midnight to opening and closing; closing past midnight is over 1440.
Span: TypeAlias = tuple[int, int]

_DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
# the full names too, but not "sunset" or "week"
_DAY = (
    r"(?:mo(?:n|nday)?|tu(?:e|es|esday)?|we(?:d|dnesday)?|th(?:u|ur|urs|ursday)?"
    r"|fr(?:i|iday)?|sa(?:t|turday)?|su(?:n|nday)?|ph|sh)\b"
)
_DAYS_PART = re.compile(rf"{_DAY}(?:\s*[-,]\s*{_DAY})*\s*:?\s*")
# a comma after times or a state, and before a day, begins a further rule
_FURTHER = re.compile(rf"(?:(?<=[\d+])|(?<=off)|(?<=closed)|(?<=open))\s*,\s*(?={_DAY})")
_TIMES_PART = re.compile(r"[\d:]+\s*-\s*[\d:]+(?:\s*,\s*[\d:]+\s*-\s*[\d:]+)*")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_MIDNIGHT = 24 * 60
_ALL_DAY: tuple[Span, ...] = ((0, _MIDNIGHT),)


class Hours(NamedTuple):
    """When a service is open in an ordinary week, or not known."""

    #: seven days, Monday first, each with its spans; none if the text is not understood
    days: tuple[tuple[Span, ...], ...] | None
    #: what was passed over, or why the text is not understood
    notes: tuple[str, ...]


def is_open(hours: str | None, weekday: int, minute: int) -> bool | None:
    """Say whether a service is open at one minute of an ordinary week.

    Parameters
    ----------
    hours
        Opening hours in OpenStreetMap's notation, see :func:`read_hours`.
    weekday
        0 for Monday to 6 for Sunday.
    minute
        Minutes since midnight, 0 to 1439.

    Returns
    -------
    open
        None if not known: no hours are given, or they are not understood.

    Raises
    ------
    ValueError
        If there is no such day or minute.

    Examples
    --------
    >>> is_open("Mo-Fr 09:00-17:00; Sa 10:00-14:00", 4, 16 * 60 + 30)
    True
    """
    if not (0 <= weekday < len(_DAYS) and 0 <= minute < _MIDNIGHT):
        msg = (
            "`weekday` must be 0 (Monday) to 6 and `minute` 0 to 1439; "
            f"they are {weekday} and {minute}."
        )
        raise ValueError(msg)
    days = read_hours(hours).days
    if days is None:
        return None
    today = any(start <= minute < end for start, end in days[weekday])
    night = minute + _MIDNIGHT
    return today or any(start <= night < end for start, end in days[weekday - 1])


@lru_cache(maxsize=4096)
def read_hours(hours: str | None) -> Hours:
    """Read opening hours in a part of OpenStreetMap's notation.

    Understood: ``24/7``; days (``Mo``, ``Mo-Fr``, ``Fr-Mo``, ``Mo,We``) with
    times (``09:00-12:00,13:00-17:00``, past midnight ``18:00-02:00``) or alone;
    ``off`` and ``closed``; rules apart by ``;`` of which the later replaces the
    earlier on its days, and by ``,`` before a day, which adds. A night belongs
    to the day on which it begins. Rules for public and school holidays (``PH``,
    ``SH``) are passed over with a note: this is an ordinary week. Anything else
    (months, weeks, ``Sa[1]``, sunset, open ends) makes the whole not known,
    since half of it would be wrong.

    Parameters
    ----------
    hours
        The text; None or an empty one is not known.

    Returns
    -------
    hours
        Seven days of spans, and notes.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
    """
    if not isinstance(hours, str) or not hours.strip():
        return Hours(None, ("no hours are given",))
    days: list[tuple[Span, ...]] = [() for _ in _DAYS]
    notes: list[str] = []
    for rule, adds in _rules(hours):
        read = _rule(rule)
        if read is None:
            return Hours(None, (f"not understood: {rule.strip()}",))
        on, spans, holidays = read
        if holidays:
            notes.append(f"holidays are passed over: {rule.strip()}")
        for day in on:
            days[day] = (*days[day], *spans) if adds and spans else spans
    return Hours(tuple(days), tuple(notes))


def _rules(hours: str) -> list[tuple[str, bool]]:
    """Split into rules, each with whether it adds to what went before."""
    text = re.sub(r'"[^"]*"', "", hours).replace("–", "-").lower()
    rules = []
    for part in filter(str.strip, text.split(";")):
        first, *more = _FURTHER.split(part)
        rules += [(first, False), *((rule, True) for rule in more)]
    return rules


def _rule(rule: str) -> tuple[list[int], tuple[Span, ...], bool] | None:
    """Give days, spans and whether holidays were named; None if not understood."""
    rest = rule.strip()
    if rest == "24/7":
        return list(range(len(_DAYS))), _ALL_DAY, False
    on, holidays = list(range(len(_DAYS))), False
    named = _DAYS_PART.match(rest)
    if named:
        days = _days(named.group())
        if days is None:
            return None
        on, holidays = days
        rest = rest[named.end() :]
        if not on and _DAYS_PART.match(rest):  # "SH Mo-Fr": only within the holidays
            rest = _DAYS_PART.sub("", rest, count=1)
    state = re.search(r"\b(open|off|closed)$", rest)
    rest = (rest[: state.start()] if state else rest).strip()
    if not named and not rest and not state:
        return None
    shut = state is not None and state.group() != "open"
    if not rest:
        return on, (() if shut else _ALL_DAY), holidays
    spans = _spans(rest)
    # "Mo 12:00-13:00 off" takes a piece out of a day, which is not understood
    return None if spans is None or shut else (on, spans, holidays)


def _days(text: str) -> tuple[list[int], bool] | None:
    on, holidays = [], False
    for part in text.strip(" :").split(","):
        ends = [word.strip(" :")[:2] for word in part.split("-")]
        if ends in (["ph"], ["sh"]):
            holidays = True
            continue
        if len(ends) > 2 or not set(ends) <= set(_DAYS):
            return None
        first, last = _DAYS.index(ends[0]), _DAYS.index(ends[-1])
        on += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return on, holidays


def _spans(text: str) -> tuple[Span, ...] | None:
    if not _TIMES_PART.fullmatch(text):
        return None
    spans = []
    for part in text.split(","):
        times = [_TIME.fullmatch(word.strip()) for word in part.split("-")]
        if len(times) != 2 or times[0] is None or times[1] is None:
            return None
        start, end = (int(t[1]) * 60 + int(t[2]) for t in times if t)
        if start >= _MIDNIGHT or end > 2 * _MIDNIGHT or any(int(t[2]) > 59 for t in times if t):
            return None
        spans.append((start, end if end > start else end + _MIDNIGHT))
    return tuple(spans)
