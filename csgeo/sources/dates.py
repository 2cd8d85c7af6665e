"""What does a written date say?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = r"(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:[t ,]+(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s*)?"
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
#: Excel counts days from here (its day 60, 29 February 1900, never was).
_EXCEL_EPOCH = np.datetime64("1899-12-30T00:00:00", "s")
_NAT = np.datetime64("NaT", "s")


def parsed(text: str) -> dict[str, str] | None:
    """Take a date apart, without saying yet whether its day or month comes first.

    Parameters
    ----------
    text
        One date, with or without a time, in small letters.

    Returns
    -------
    parts
        Named pieces of text; ``a`` and ``b`` where day and month could be either.
        None if it is no date.

    Examples
    --------
    >>> parsed("13/02/2021")
    {'a': '13', 'b': '02', 'year': '2021'}
    """
    plain = " ".join(text.split())  # no-break spaces too
    for pattern in _PATTERNS:
        found = pattern.match(plain)
        if found:
            return {k: v for k, v in found.groupdict().items() if v}
    return None


def moment_of(part: dict[str, str] | None, order: str) -> tuple[np.datetime64, str]:
    """Give the first moment that a date can mean, and how exactly it says it.

    Parameters
    ----------
    part
        Pieces as :func:`parsed` gives them.
    order
        ``day_first`` or ``month_first``.

    Returns
    -------
    moment, precision
        UTC where the date names a zone, else as written; missing if there is
        no such day. Precision is minute, day, month, year or unknown.
    """
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
    if len(part["year"]) == 2:
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


def time_of_day(text: str) -> float:
    """Give seconds since midnight; NaN if `text` is no time.

    Examples
    --------
    >>> time_of_day("930"), time_of_day("9.30 pm"), time_of_day("0.5")
    (34200.0, 77400.0, 43200.0)
    """
    if re.fullmatch(r"0?\.\d+|0", text):  # a fraction of a day, as Excel keeps it
        return float(round(float(text) * 86_400))
    if re.fullmatch(r"\d{3,4}", text):
        text = f"{text.zfill(4)[:2]}:{text.zfill(4)[2:]}"
    text = text.split()[-1] if re.match(r"1(899|900)-", text) else text
    found = _TIME.match(text)
    seconds = _seconds({k: v for k, v in found.groupdict().items() if v}) if found else None
    return float("nan") if seconds is None else seconds
