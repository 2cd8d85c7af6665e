"""Is this day a school day?

There is no national calendar of terms in England: each council and many schools
set their own. :func:`school_year` takes those dates; :func:`typical_school_year`
stands in for them and says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import MethodError, RecipeError
from csgeo.times.clock import weekday

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Span = tuple[dt.date, dt.date]
    Days = npt.NDArray[np.datetime64]

#: What a day can be. A bank holiday is one on a weekend, too; then comes the weekend.
DAY_KINDS = ("school day", "school holiday", "weekend", "bank holiday")
_TYPICAL = (
    "School holidays are taken as usual in England (half-terms of a week, two weeks at Christmas "
    "and Easter, 23 July to 1 September): they are not your council's. Give its dates instead."
)


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """Which days, from `first` to `last`, are school holidays; made by the functions below."""

    first: dt.date
    last: dt.date
    #: first and last days of holidays, and single days without school
    holidays: tuple[Span, ...]
    #: what the reader is told about where the dates come from
    said: str


def school_year(
    first: dt.date,
    last: dt.date,
    holidays: Iterable[Span],
    *,
    no_school: Iterable[dt.date] = (),
    whose: str = "as given",
) -> SchoolYear:
    """Make a calendar from the dates that a council or a school publishes.

    Parameters
    ----------
    first, last
        The days for which these dates are complete.
    holidays
        First and last day of each holiday and half-term, both without school.
    no_school
        Single days without school, such as training days.
    whose
        Whose dates they are, for the reader.

    Returns
    -------
    year
        The calendar.

    Raises
    ------
    RecipeError
        If a holiday ends before it begins, or lies outside `first` to `last`.

    Examples
    --------
    >>> import datetime as dt
    >>> half_term = (dt.date(2024, 10, 28), dt.date(2024, 11, 1))
    >>> autumn = school_year(dt.date(2024, 9, 2), dt.date(2024, 12, 20), [half_term])
    >>> day_kinds(np.array(["2024-10-31"], dtype="datetime64[D]"), autumn).tolist()
    ['school holiday']
    """
    spans = tuple(sorted([*holidays, *((d, d) for d in no_school)]))
    for begins, ends in [(first, last), *spans]:
        if ends < begins:
            msg = f"A holiday must end on or after its first day; found {begins} to {ends}. Exchange them."
            raise RecipeError(msg)
    outside = [s for s in spans if s[1] < first or s[0] > last]
    if outside:
        msg = (
            f"School holidays must lie within the days that the calendar is for, {first} to {last}; "
            f"{len(outside)} of {len(spans)} do not, the first is {outside[0][0]} to {outside[0][1]}. "
            "Correct the year, or widen the calendar."
        )
        raise RecipeError(msg)
    return SchoolYear(first, last, spans, f"School holidays {whose}.")


def typical_school_year(first: dt.date, last: dt.date) -> SchoolYear:
    """Make the calendar that most English councils come close to, for any years.

    It is a stand-in, and says so: half-terms of a week (the week that begins on
    a Monday of 22 to 28 October and of 12 to 18 February, and that of the last
    Monday of May), two weeks from a Monday of 19 to 25 December, two weeks around
    Easter, and 23 July to 1 September. A council may differ by a week.

    Parameters
    ----------
    first, last
        The days that it is for.

    Returns
    -------
    year
        The calendar.

    Raises
    ------
    RecipeError
        If `last` is before `first`.
    """
    spans: list[Span] = []
    for year in range(first.year - 1, last.year + 1):
        easter = _good_friday(year) + dt.timedelta(days=2)
        spans += [
            _weeks_from(_monday(year, 10, 22), 1),
            _weeks_from(_monday(year, 12, 19), 2),
            _weeks_from(_monday(year, 2, 12), 1),
            _weeks_from(easter - dt.timedelta(days=6), 2),
            _weeks_from(_monday(year, 5, 25), 1),
            (dt.date(year, 7, 23), dt.date(year, 9, 1)),
        ]
    within = [s for s in spans if s[1] >= first and s[0] <= last]
    year_ = school_year(first, last, within)
    return SchoolYear(year_.first, year_.last, year_.holidays, _TYPICAL)


def bank_holidays(first_year: int, last_year: int) -> dict[dt.date, str]:
    """List England's bank holidays with their names, substitute and one-off days too.

    Parameters
    ----------
    first_year, last_year
        The years, both included.

    Returns
    -------
    holidays
        Day -> name, in order.

    References
    ----------
    The ``holidays`` package, https://pypi.org/project/holidays; the official list
    is https://www.gov.uk/bank-holidays
    """
    import holidays  # noqa: PLC0415  heavy: only where used

    years = range(first_year, last_year + 1)
    found = holidays.country_holidays("GB", subdiv="ENG", years=years, language="en_GB")
    return {day: str(name) for day, name in sorted(found.items())}


def day_kinds(days: Days, year: SchoolYear) -> npt.NDArray[np.object_]:
    """Say of each day whether it is a school day.

    Parameters
    ----------
    days
        n days (``datetime64``, any unit), none missing.
    year
        From :func:`school_year` or :func:`typical_school_year`.

    Returns
    -------
    kinds
        n texts: ``bank holiday`` (on a weekend too), ``weekend``, ``school
        holiday`` (Monday to Friday), ``school day``.

    Raises
    ------
    MethodError
        If a day is outside the calendar.
    """
    days = np.asarray(days).astype("datetime64[D]")
    holiday = in_holidays(days, year)
    banks = np.array(list(bank_holidays(year.first.year, year.last.year)), dtype="datetime64[D]")
    kind = np.select(
        [np.isin(days, banks), weekday(days) >= 5, holiday],
        ["bank holiday", "weekend", "school holiday"],
        default="school day",
    )
    return kind.astype(object)


def in_holidays(days: Days, year: SchoolYear) -> npt.NDArray[np.bool_]:
    """Tell which days lie in school holidays, those on a weekend too.

    Parameters
    ----------
    days, year
        As for :func:`day_kinds`.

    Returns
    -------
    in_holidays
        n flags.

    Raises
    ------
    MethodError
        If a day is outside the calendar.
    """
    days = np.asarray(days).astype("datetime64[D]")
    first, last = np.datetime64(year.first), np.datetime64(year.last)
    outside = (days < first) | (days > last)
    if outside.any():
        msg = (
            f"The school calendar must cover all days; it covers {year.first} to {year.last}, and "
            f"{int(outside.sum()):,} of {len(days):,} days are outside (the first is "
            f"{days[outside][0]}). Give the holidays of those years as well."
        )
        raise MethodError(msg)
    holiday = np.zeros(len(days), dtype=bool)
    for begins, ends in year.holidays:
        holiday |= (days >= np.datetime64(begins)) & (days <= np.datetime64(ends))
    return holiday


def _monday(year: int, month: int, day: int) -> dt.date:
    """Give the first Monday on or after a day."""
    date = dt.date(year, month, day)
    return date + dt.timedelta(days=-date.weekday() % 7)


def _weeks_from(monday: dt.date, weeks: int) -> Span:
    """Give Monday to the Sunday of the last week."""
    return monday, monday + dt.timedelta(days=7 * weeks - 1)


def _good_friday(year: int) -> dt.date:
    return next(d for d, name in bank_holidays(year, year).items() if name == "Good Friday")
