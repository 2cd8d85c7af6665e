"""When did each row happen?

Read are ISO dates and times (with or without a zone), day-month-year and
month-day-year, named months, months and years alone, Excel's serial numbers,
and a time of day in a column of its own. Times are local (Europe/London)
without a zone. ``occurred_from`` is the first moment that the record can mean,
``occurred_to`` the last, ``when_precision`` how much the file says. A record
whose date cannot be read is kept, its time not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import SourceError
from csgeo.sources.values import distinct, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from csgeo.sources.files import Rows

ORDERS = ("day_first", "month_first")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:[t ,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)?[a-z]*\.?,?\s*"
_PATTERNS = tuple(
    re.compile(p + "$")
    for p in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_CLOCK}",
        rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_DAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-/. ]*{_NAMED},?[-/. ]*(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_DAY}{_NAMED}[-/. ]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[-/. ]+(?P<year>\d{{4}}){_CLOCK}",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        rf"{_NAMED}[-/. ]*(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[-/. ]*{_NAMED}",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<serial>\d{5}(?:\.\d+)?)",
        r"(?P<year>(?:19|20)\d{2})",
    )
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?)?\s*(?P<half>[ap]\.?m\.?)?$"
)
#: A full date and time in ISO order, without a zone.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?")
#: Excel counts days from here (its day 60, 29 February 1900, never was).
_EXCEL_EPOCH = np.datetime64("1899-12-30T00:00:00", "s")
_LOCAL = "Europe/London"
#: What systems write where a date is not known.
_STAND_INS = np.array(
    ["1900-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "0001-01-01", "9999-12-31"],
    dtype="datetime64[D]",
)
_NAT = np.datetime64("NaT", "s")


class Times(NamedTuple):
    """When each of n rows happened; ``notes`` are what was chosen or could not be read."""

    occurred_from: pd.Series
    occurred_to: pd.Series
    when_precision: pd.Series
    notes: tuple[str, ...]


class _Read(NamedTuple):
    moments: npt.NDArray[np.datetime64]
    precision: npt.NDArray[np.object_]
    notes: tuple[str, ...]


def read_times(rows: Rows, matched: Mapping[str, str], *, order: str | None = None) -> Times:
    """Say when each row happened, and how exactly that is known.

    Parameters
    ----------
    rows
        The file's rows.
    matched
        Our names -> the file's, of ``occurred_from``, ``occurred_to``,
        ``time_from`` and ``time_to``, those that there are.
    order
        ``day_first`` or ``month_first``; found out where not given.

    Returns
    -------
    times
        n local times without a zone on the index of the rows; missing where
        not known. With day, month or year alone ``occurred_to`` is its last second.

    Raises
    ------
    SourceError
        If dates are written in two orders.
    """
    index = rows.frame.index
    start = _moments(rows, matched, "occurred_from", "time_from", order)
    end = _moments(rows, matched, "occurred_to", "time_to", order)
    moments, last = start.moments.copy(), end.moments.copy()
    precision = start.precision.copy()
    notes = [*start.notes, *end.notes]
    only_end = np.isnat(moments) & ~np.isnat(last)
    moments[only_end], precision[only_end] = last[only_end], end.precision[only_end]
    last = _last_moment(last, end.precision)
    backwards = ~np.isnat(last) & ~np.isnat(moments) & (last < moments)
    if backwards.any():
        first = rows.numbers[int(np.argmax(backwards))]
        notes.append(
            f"{int(backwards.sum()):,} rows end before they begin (first: row {first}): their end was left out"
        )
        last[backwards] = _NAT
    open_end = np.isnat(last) & (precision != "minute")
    last[open_end] = _last_moment(moments, precision)[open_end]
    return Times(
        pd.Series(moments, index=index, name="occurred_from"),
        pd.Series(last, index=index, name="occurred_to"),
        pd.Series(precision, index=index, name="when_precision", dtype="str"),
        tuple(notes),
    )


def _moments(
    rows: Rows, matched: Mapping[str, str], date: str, time: str, order: str | None
) -> _Read:
    n = len(rows.frame)
    if date not in matched:
        return _Read(np.full(n, _NAT), np.full(n, "unknown", dtype=object), ())
    read = _dates(rows, matched[date], order)
    if time not in matched:
        return read
    seconds = _times_of_day(rows.frame[matched[time]])
    timed = ~np.isnan(seconds) & np.isin(read.precision, ["day", "minute"])
    moments, precision = read.moments.copy(), read.precision.copy()
    days = moments.astype("datetime64[D]").astype("datetime64[s]")
    moments[timed] = days[timed] + seconds[timed].astype("timedelta64[s]")
    precision[timed] = "minute"
    midnight = int((timed & (seconds == 0)).sum())
    notes = list(read.notes)
    if midnight:
        notes.append(_midnight_note(matched[time], midnight, int(timed.sum())))
    return _Read(moments, precision, tuple(notes))


def _dates(rows: Rows, name: str, order: str | None) -> _Read:
    """Read a column of dates, each distinct text once."""
    values = rows.frame[name]
    typed = _typed(values)
    if typed is not None:
        return _with_notes(rows, name, *typed, read_at_all=None)
    texts = to_text(values)
    codes, words = distinct(texts)
    fast = _iso_at_once(words)
    if fast is not None:
        moments = np.append(fast, _NAT)[codes]
        precision = np.where(np.isnat(moments), "unknown", "minute").astype(object)
        return _with_notes(rows, name, moments, precision, read_at_all=None)
    parts = [_parsed(w.casefold()) for w in words]
    order, notes = _order(rows, name, parts, codes, order)
    found = [_moment(part, order) for part in parts]
    utc = np.array([bool(part and part.get("zone")) for part in parts] + [False])
    moments = _local(np.array([m for m, _ in found] + [_NAT], dtype="datetime64[s]"), utc)[codes]
    precision = np.array([p for _, p in found] + ["unknown"], dtype=object)[codes]
    read = _with_notes(rows, name, moments, precision, read_at_all=texts.notna().to_numpy())
    return read._replace(notes=notes + read.notes)


def _iso_at_once(words: list[str]) -> npt.NDArray[np.datetime64] | None:
    """Read many ISO dates with times in one go; None if there are few, or others among them."""
    if len(words) < 5_000 or not all(_ISO.fullmatch(w) for w in words):
        return None
    try:
        return np.array(words, dtype="datetime64[s]")
    except ValueError:
        return None


def _typed(values: pd.Series) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.object_]] | None:
    if not pd.api.types.is_datetime64_any_dtype(values):
        return None
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(_LOCAL).dt.tz_localize(None)
    moments = values.to_numpy().astype("datetime64[s]")
    return moments, np.where(np.isnat(moments), "unknown", "minute").astype(object)


def _with_notes(
    rows: Rows,
    name: str,
    moments: npt.NDArray[np.datetime64],
    precision: npt.NDArray[np.object_],
    *,
    read_at_all: npt.NDArray[np.bool_] | None,
) -> _Read:
    """Take out stand-ins, tell dates from midnights, and say what could not be read."""
    notes = []
    stand_in = np.isin(moments.astype("datetime64[D]"), _STAND_INS)
    moments, precision = moments.copy(), precision.copy()
    moments[stand_in], precision[stand_in] = _NAT, "unknown"
    if stand_in.any():
        notes.append(
            f"{int(stand_in.sum()):,} dates in {name!r} stand for not known (such as 1900-01-01)"
        )
    timed = precision == "minute"
    midnight = timed & (moments == moments.astype("datetime64[D]"))
    if midnight.any() and midnight.sum() == timed.sum():
        precision[midnight] = "day"
    elif midnight.any():
        notes.append(_midnight_note(name, int(midnight.sum()), int(timed.sum())))
    if read_at_all is not None:
        unread = read_at_all & np.isnat(moments) & ~stand_in
        if unread.any():
            at = int(np.argmax(unread))
            first = f"{rows.frame[name].iloc[at]!s}, row {rows.numbers[at]}"
            notes.append(
                f"{int(unread.sum()):,} dates in {name!r} could not be read (first: {first}); when is not known for them"
            )
    return _Read(moments, precision, tuple(notes))


def _midnight_note(name: str, midnight: int, timed: int) -> str:
    return f"{midnight:,} of {timed:,} times in {name!r} are exactly midnight, which often means that the time was not known"


def _parsed(text: str) -> dict[str, str] | None:
    plain = " ".join(text.split())  # no-break spaces too
    for pattern in _PATTERNS:
        found = pattern.match(plain)
        if found:
            return {k: v for k, v in found.groupdict().items() if v}
    return None


def _order(
    rows: Rows,
    name: str,
    parts: list[dict[str, str] | None],
    codes: npt.NDArray[np.intp],
    order: str | None,
) -> tuple[str, tuple[str, ...]]:
    """Find out whether days or months come first; refuse a column that has both."""
    if order is not None:
        return order, ()
    pairs = [(i, int(p["a"]), int(p["b"])) for i, p in enumerate(parts) if p and "a" in p]
    day = next((i for i, a, b in pairs if a > 12 >= b), None)
    month = next((i for i, a, b in pairs if b > 12 >= a), None)
    if day is not None and month is not None:
        at = [int(np.argmax(codes == i)) for i in (day, month)]
        first, second = (f"{rows.frame[name].iloc[i]} in row {rows.numbers[i]}" for i in at)
        msg = (
            f"{rows.file} must have the dates in {name!r} in one order; {first} has the day first, {second} the month. "
            'Correct the file, or say which holds with date_order = "day_first" or "month_first" among the columns: '
            "dates that cannot be so are then counted as not known."
        )
        raise SourceError(msg)
    if month is not None:
        return "month_first", (
            f"dates in {name!r} were read month first: some can be nothing else",
        )
    if day is None and pairs:
        return "day_first", (
            f"dates in {name!r} could be either order and were read day first, as is usual in Britain",
        )
    return "day_first", ()


def _moment(part: dict[str, str] | None, order: str) -> tuple[np.datetime64, str]:
    if part is None:
        return _NAT, "unknown"
    if "serial" in part:
        return _from_serial(float(part["serial"]))
    if "a" in part:
        day, month = (part["a"], part["b"]) if order == "day_first" else (part["b"], part["a"])
    else:
        month = str(_MONTHS.index(part["name"]) + 1) if "name" in part else part.get("month", "1")
        day = part.get("day", "1")
    year = int(part["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    seconds = _seconds(part)
    try:
        date = np.datetime64(f"{year:04d}-{int(month):02d}-{int(day):02d}T00:00:00", "s")
    except ValueError:
        return _NAT, "unknown"
    if seconds is None:
        dated = "day" in part or "a" in part
        return date, "day" if dated else ("month" if {"month", "name"} & set(part) else "year")
    if np.isnan(seconds):
        return date, "day"
    return date + np.timedelta64(int(seconds) - _ahead(part.get("zone")), "s"), "minute"


def _from_serial(serial: float) -> tuple[np.datetime64, str]:
    if not 20_000 <= serial < 60_000:  # 1954 to 2064
        return _NAT, "unknown"
    moment = _EXCEL_EPOCH + np.timedelta64(round(serial * 86_400), "s")
    return moment, "day" if serial.is_integer() else "minute"


def _seconds(part: Mapping[str, str]) -> float | None:
    """Give seconds since midnight: None if no time is written, NaN if it is no time."""
    if "hour" not in part:
        return None
    hour, minute, second = (int(part.get(k) or 0) for k in ("hour", "minute", "second"))
    half = part.get("half", "")
    if half:
        if not 1 <= hour <= 12:
            return float("nan")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return float("nan")
    return float(hour * 3600 + minute * 60 + second)


def _ahead(zone: str | None) -> int:
    """Give how many seconds a zone is ahead of UTC; 0 for a time without a zone."""
    if zone is None or zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return seconds if zone[0] == "+" else -seconds


def _local(
    moments: npt.NDArray[np.datetime64], utc: npt.NDArray[np.bool_]
) -> npt.NDArray[np.datetime64]:
    """Bring the moments that are in UTC to local time without a zone."""
    if not utc.any():
        return moments
    local = pd.DatetimeIndex(moments[utc]).tz_localize("UTC").tz_convert(_LOCAL).tz_localize(None)
    brought = moments.copy()
    brought[utc] = local.to_numpy().astype("datetime64[s]")
    return brought


def _times_of_day(values: pd.Series) -> npt.NDArray[np.float64]:
    """Read times of day as seconds since midnight; ``930`` has lost its zero and is 09:30."""
    texts = to_text(values)
    codes, words = distinct(texts)
    return np.array([_time_of_day(w.casefold()) for w in words] + [np.nan])[codes]


def _time_of_day(text: str) -> float:
    if re.fullmatch(r"0?\.\d+|0", text):  # a fraction of a day, as Excel keeps it
        return float(round(float(text) * 86_400))
    if re.fullmatch(r"\d{3,4}", text):
        text = f"{text.zfill(4)[:2]}:{text.zfill(4)[2:]}"
    text = text.rsplit(" ", 1)[-1] if re.match(r"1(899|900)-", text) else text
    found = _TIME.match(text)
    seconds = _seconds({k: v for k, v in found.groupdict().items() if v}) if found else None
    return float("nan") if seconds is None else seconds


def _last_moment(
    moments: npt.NDArray[np.datetime64], precision: npt.NDArray[np.object_]
) -> npt.NDArray[np.datetime64]:
    """Give the last second of the day, month or year that is named; for a minute it is the minute itself."""
    last = np.where(precision == "minute", moments, _NAT)
    for unit, word in (("D", "day"), ("M", "month"), ("Y", "year")):
        chosen = precision == word
        after = moments[chosen].astype(f"datetime64[{unit}]") + 1
        last[chosen] = after.astype("datetime64[s]") - np.timedelta64(1, "s")
    return last
