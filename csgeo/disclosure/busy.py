"""Which busy times of a place describe enough people for those who will read them?

A study says them by its own rule. The door reads the words again, and counts the
people of each session among its own records; what it cannot read it does not say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.groups import describe_enough

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Records

    Integers = npt.NDArray[np.int64]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: What may follow the sessions; it is of the records in them.
_OF_THE_YEAR = ("mostly in term time", "mostly in school holidays")
_WEEK_H = 7 * 24
_HOURS = re.compile(r"(\d{2}):00 to (?:(\d{2}):00|midnight)")
_LONG = re.compile(r"from (\d{2}):00 for (\d+) hours")
_HOUR_KNOWN = ("minute", "hour")


class Session(NamedTuple):
    """One session a week: the hour of the week at which it begins (Monday 00:00 is 0), and hours."""

    begins: int
    hours: int


def sessions_of(words: str) -> tuple[Session, ...] | None:
    """Read sessions from words such as "Thursday and Friday, 15:00 to 19:00"; None if it cannot.

    Examples
    --------
    >>> sessions_of("Monday, 15:00 to 18:00")
    (Session(begins=15, hours=3),)
    """
    days, _, hours = words.rpartition(", ")
    found = _days(days)
    if not found:
        return None
    if long := _LONG.fullmatch(hours):
        begins, length = int(long[1]), int(long[2])
    elif short := _HOURS.fullmatch(hours):
        begins = int(short[1])
        length = (int(short[2] or 0) - begins) % 24 or 24
    else:
        return None
    if begins > 23 or not 1 <= length <= _WEEK_H:
        return None
    return tuple(Session(24 * day + begins, length) for day in found)


def _days(words: str) -> list[int]:
    """Read the days that are named; none if one is no day."""
    if words == "every day":
        return list(range(7))
    first, to, last = words.partition(" to ")
    if to and first in DAYS and last in DAYS:
        return list(range(DAYS.index(first), DAYS.index(last) + 1))
    names = [name for part in words.split(" and ") for name in part.split(", ")]
    return [DAYS.index(name) for name in names] if set(names) <= set(DAYS) else []


def busy_times(
    said: pd.Series,
    place: Integers,
    records: Records,
    table: gpd.GeoDataFrame,
    *,
    rule: Rule,
    people_known: bool,
) -> pd.Series:
    """Keep the busy times that describe enough people each, none of them with more than half.

    Parameters
    ----------
    said
        Busy times of m places, in words; missing where there are none.
    place
        On n records: which of them, -1 for none.
    records
        The n records as the door counted them.
    table
        ``INCIDENTS`` that they are of.
    rule
        Of the audience: each session describes so many people.
    people_known
        False: records stand in for people.

    Returns
    -------
    said
        The same words, less what may not be told; missing where nothing may.
    """
    if rule.exact:
        return said
    hour = _hour_of_week(table)[records.which]
    kept = [
        None if pd.isna(words) or not words else _kept(
            str(words), hour[place == k], records.person[place == k], rule, people_known
        )
        for k, words in enumerate(said)
    ]  # fmt: skip
    return pd.Series(kept, index=said.index, dtype="str", name=said.name)


def _kept(
    words: str, hour: Integers, person: Integers, rule: Rule, people_known: bool
) -> str | None:
    parts = words.split("; ")
    told = [part for part in parts if part not in _OF_THE_YEAR]
    fine = [part for part in told if _enough(part, hour, person, rule, people_known)]
    # what part of the year is said of all sessions together
    year = [part for part in parts if part in _OF_THE_YEAR] if fine == told else []
    return "; ".join([*fine, *year]) if fine else None


def _enough(words: str, hour: Integers, person: Integers, rule: Rule, people_known: bool) -> bool:
    sessions = sessions_of(words)
    if sessions is None:
        return False
    for begins, hours in sessions:
        inside = (hour >= 0) & ((hour - begins) % _WEEK_H < hours)
        _, _, enough = describe_enough(
            np.where(inside, 0, -1), person,
            groups=1, least=rule.least_people, people_known=people_known,
        )  # fmt: skip
        if not enough[0]:
            return False
    return True


def _hour_of_week(table: gpd.GeoDataFrame) -> Integers:
    """Give the hour of the week on the clock in England; -1 where only the day is known."""
    when = table["occurred_from"]
    if isinstance(when.dtype, pd.DatetimeTZDtype):
        when = when.dt.tz_convert("Europe/London").dt.tz_localize(None)
    moment = when.to_numpy(dtype="datetime64[s]")
    known = table["when_precision"].isin(_HOUR_KNOWN).to_numpy(dtype=bool) & ~np.isnat(moment)
    seconds = np.where(known, moment, np.datetime64(0, "s")).astype(np.int64)
    known &= seconds % 86_400 != 0  # midnight sharp stands for a time that nobody wrote down
    # day 0 was a Thursday
    return np.where(known, (seconds // 3600 + 3 * 24) % _WEEK_H, -1)
