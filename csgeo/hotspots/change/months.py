"""Which months does each source cover?

A month that a source did not send is not a month without harm. Whoever compares
periods says, for each source, which months it covers; where nobody says, the
months in which the source recorded anything at all are taken.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, WrongValues

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    MonthsPerSource: TypeAlias = Mapping[str, Collection[object]]

_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])(?!\d)")
#: Records whose time is known less well cannot be put into a month.
_AS_GOOD_AS_A_MONTH = ("minute", "hour", "day", "month")


class Coverage(NamedTuple):
    """Which months each source covers, over one run of months without a hole.

    ``first`` is the first month, counted from January of year 0; ``covered``
    (sources x months) is true where the source sent that month.
    """

    sources: tuple[str, ...]
    first: int
    covered: Flags

    @property
    def names(self) -> tuple[str, ...]:
        """The months, as ``YYYY-MM``."""
        numbers = range(self.first, self.first + self.covered.shape[1])
        return tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in numbers)

    @property
    def days(self) -> Integers:
        """How many days each month has."""
        return np.array([pd.Period(name, "M").days_in_month for name in self.names], dtype=np.int64)


def months_present(incidents: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """List, per source, the months in which it recorded anything at all.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, before it is narrowed to one kind of harm: a rare harm is truly
        absent from many months.

    Returns
    -------
    months
        Source -> its months as ``YYYY-MM``, sorted. A month that a small source merely had
        nothing to say about is not among them; name the months yourself where that can be.

    Examples
    --------
    >>> import pandas as pd
    >>> months_present(pd.DataFrame({
    ...     "source": ["police", "police"], "when_precision": ["month", "day"],
    ...     "occurred_from": pd.to_datetime(["2020-03-01", "2020-01-15"])}))
    {'police': ('2020-01', '2020-03')}
    """
    number = month_numbers(incidents)
    seen = pd.DataFrame({"source": incidents["source"].to_numpy(), "month": number})
    seen = seen[seen["month"] >= 0].drop_duplicates().sort_values(["source", "month"])
    return {
        str(source): tuple(f"{n // 12:04d}-{n % 12 + 1:02d}" for n in group["month"])
        for source, group in seen.groupby("source", sort=True)
    }


def month_numbers(incidents: pd.DataFrame) -> Integers:
    """Give the month in which each record begins, counted from year 0; -1 where not known."""
    when = incidents["occurred_from"]
    if getattr(when.dt, "tz", None) is not None:
        when = when.dt.tz_localize(None)
    known = when.notna() & incidents["when_precision"].isin(_AS_GOOD_AS_A_MONTH)
    months = when.to_numpy().astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(known.to_numpy(), months, -1)


def month_number(month: object) -> int:
    """Read a month, given as ``YYYY-MM``, a date or a period, as a number from year 0."""
    found = _MONTH.match(str(month))
    if found is None:
        msg = f"A month must read like '2020-01'; found {month!r}."
        raise WrongValues(msg)
    return int(found["year"]) * 12 + int(found["month"]) - 1


def cover(
    months: MonthsPerSource, *, sources: Collection[str], period: tuple[object, object] | None
) -> Coverage:
    """Lay out which source covers which month of the period.

    Parameters
    ----------
    months
        Source -> the months that it covers.
    sources
        The sources that occur among the records.
    period
        First and last month, both included; from the first to the last month that any of the
        sources covers if not given.

    Raises
    ------
    WrongValues
        If nothing is said about a source that has records, or a month cannot be read.
    MethodError
        If the period ends before it begins, or no source covers a month.
    """
    unsaid = sorted(set(sources) - set(months))
    if unsaid:
        msg = (
            f"`months` must say which months each source covers; it says nothing about "
            f"{len(unsaid)} of {len(set(sources))} sources, the first is {unsaid[0]!r}. Add its months."
        )
        raise WrongValues(msg)
    ordered = tuple(sorted(set(sources)))
    numbers = {
        s: np.array(sorted({month_number(m) for m in months[s]}), dtype=np.int64) for s in ordered
    }
    every = np.concatenate([np.empty(0, dtype=np.int64), *numbers.values()])
    if not len(every):
        msg = "`months` must name at least one month; no source covers any. Add the months."
        raise MethodError(msg)
    first, last = (every.min(), every.max()) if period is None else map(month_number, period)
    if last < first:
        msg = f"`period` must not end before it begins; it is {period}. Give the first month first."
        raise MethodError(msg)
    covered = np.zeros((len(ordered), int(last - first) + 1), dtype=bool)
    for k, source in enumerate(ordered):
        within = numbers[source][(numbers[source] >= first) & (numbers[source] <= last)]
        covered[k, within - first] = True
    return Coverage(ordered, int(first), covered)


def refuse_uncovered(
    number: Integers, source: Integers, coverage: Coverage, index: pd.Index
) -> None:
    """Refuse records in a month that their source is said not to cover.

    ``number`` are months from year 0 inside the period or -1; ``source`` positions in
    ``coverage.sources``.
    """
    within = number >= 0
    wrong = np.zeros(len(number), dtype=bool)
    wrong[within] = ~coverage.covered[source[within], number[within] - coverage.first]
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        month = coverage.names[int(number[at]) - coverage.first]
        msg = (
            f"`months` must hold each month in which a source has records; {int(wrong.sum()):,} of "
            f"{len(number):,} records are in a month that their source is said not to cover (the "
            f"first is {index[at]!r}: {coverage.sources[source[at]]!r} in {month}). "
            "Add the month, or leave those records out."
        )
        raise WrongValues(msg)
