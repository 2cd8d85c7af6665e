"""At which moment does each record lie, and in which step of time?

A record says a stretch of time in which it can have happened; here it lies at its
middle, if the stretch is no longer than one is ready to blur.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

_DAY = np.timedelta64(1, "D")
#: How long a stretch is meant where only its beginning is written; months by the calendar.
_LEAST_DAYS = {"minute": 0.0, "hour": 1 / 24, "day": 1.0}


class Step(NamedTuple):
    """A length of time: how pandas calls it, and its days on average."""

    pandas: str
    days: float


STEPS = {
    "week": Step("W-SUN", 7.0),
    "month": Step("M", 365.25 / 12),
    "quarter": Step("Q", 365.25 / 4),
    "year": Step("Y", 365.25),
}


class Moments(NamedTuple):
    """The middle of each record's time, in days since 1970, for those that are used.

    ``used`` is on the rows that were given, ``day`` on those that are used; ``left_out`` counts the
    others by reason.
    """

    used: Flags
    day: Numbers
    left_out: dict[str, int]


class Slices(NamedTuple):
    """The steps of a period: their names, the middle of each, and the period, in days since 1970."""

    names: tuple[str, ...]
    middle_day: Numbers
    first_day: float
    last_day: float

    def __len__(self) -> int:
        """Tell how many steps there are."""
        return len(self.names)


def known_moments(incidents: pd.DataFrame, *, within_days: float) -> Moments:
    """Find the middle of the time that each record can mean.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table.
    within_days
        The longest stretch that is taken for a moment.

    Returns
    -------
    moments
        In days since 1970, local time.

    Raises
    ------
    MethodError
        If no record's time is known as well as that.
    """
    began, ended = (_local(incidents[name]) for name in ("occurred_from", "occurred_to"))
    precision = incidents["when_precision"].to_numpy(dtype=object)
    known = ~np.isnat(began) & np.isin(precision, [*_LEAST_DAYS, "month"])
    least = np.array([_LEAST_DAYS.get(p, 0.0) for p in precision])
    first = np.where(known, began, np.datetime64(0, "s")).astype("datetime64[s]")
    after = (first.astype("datetime64[M]") + 1).astype("datetime64[s]")
    end = np.where(precision == "month", after, first + (least * 86_400).astype("timedelta64[s]"))
    end = np.where(np.isnat(ended), end, np.maximum(end, ended.astype("datetime64[s]")))
    span = (end - first) / _DAY
    used = known & (span <= within_days)
    left_out = {
        "the time is not known, or to the year only": int((~known).sum()),
        f"the time is known no better than to {within_days:g} days": int((known & ~used).sum()),
    }
    if not used.any():
        msg = (
            f"Slices of time need records whose time is known to {within_days:g} days; of {len(used):,} none is "
            f"({', '.join(f'{n:,}: {reason}' for reason, n in left_out.items() if n)}). Records known to the month "
            "need `bandwidth_days` of 31 or more."
        )
        raise MethodError(msg)
    day = first.astype("int64") / 86_400 + span / 2
    return Moments(used, day[used], left_out)


def _local(times: pd.Series) -> npt.NDArray[np.datetime64]:
    if getattr(times.dt, "tz", None) is not None:
        times = times.dt.tz_localize(None)
    return times.to_numpy(dtype="datetime64[s]")


def steps_between(
    moments: Moments, *, step: str, period: tuple[object, object] | None
) -> tuple[Integers, Slices]:
    """Give the step of each record, and all steps of the period.

    Parameters
    ----------
    moments
        From :func:`known_moments`.
    step
        One of ``STEPS``.
    period
        First and last day, both included; without it the whole steps of the first and last record.

    Returns
    -------
    at, slices
        n numbers of steps, and the steps.

    Raises
    ------
    MethodError
        If the period cannot be read, ends before it begins, or a record lies outside of it.
    """
    kind = STEPS[step].pandas
    when = pd.to_datetime((moments.day * 86_400).astype("int64"), unit="s")
    if period is None:
        begin = when.min().to_period(kind).start_time
        end = when.max().to_period(kind).end_time.floor("D")
    else:
        begin, end = _read(period)
        outside = np.asarray((when < begin) | (when >= end + pd.Timedelta(1, "D")))
        if outside.any():
            msg = (
                f"Every record must lie in the period; {int(outside.sum()):,} of {len(outside):,} do not, the first "
                f"at {when[outside][0]:%Y-%m-%d}. Leave them out, or widen the period."
            )
            raise MethodError(msg)
    all_steps = pd.period_range(begin.to_period(kind), end.to_period(kind), freq=kind)
    first, last = _days(begin), _days(end) + 1
    starts = np.maximum([_days(p.start_time) for p in all_steps], first)
    ends = np.minimum([_days(p.end_time.floor("D")) + 1 for p in all_steps], last)
    at = np.searchsorted(starts, moments.day, side="right") - 1
    names = tuple(str(p) if step != "week" else f"{p.start_time:%Y-%m-%d}" for p in all_steps)
    return at.astype(np.int64), Slices(names, (starts + ends) / 2, first, last)


def _read(period: tuple[object, object]) -> tuple[pd.Timestamp, pd.Timestamp]:
    try:
        begin, end = (pd.Timestamp(str(day)).normalize() for day in period)
        sound = 1900 <= begin.year <= end.year < 2200 and begin <= end
    except (TypeError, ValueError):
        sound = False
    if not sound:
        msg = f"`period` must be a first and a last day, such as ('2023-04-01', '2024-03-31'); it is {period!r}."
        raise MethodError(msg)
    return begin, end


def _days(moment: pd.Timestamp) -> float:
    return float((moment - pd.Timestamp(0)) / pd.Timedelta(1, "D"))
