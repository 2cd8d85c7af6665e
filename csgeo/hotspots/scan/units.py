"""Which day, week or month does each case fall in?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

Unit: TypeAlias = Literal["day", "week", "month"]
_UNITS = ("day", "week", "month")
_DAYS = {"day": 1, "week": 7}


class Units(NamedTuple):
    """The unit of time of each row (-1 for rows without cases), and the first day of each unit.

    ``first_day`` has one more entry than there are units: the day after the last one.
    """

    of_row: npt.NDArray[np.int64]
    first_day: pd.DatetimeIndex

    def __len__(self) -> int:
        """Count the units."""
        return len(self.first_day) - 1


def time_units(
    times: npt.ArrayLike | pd.Series,
    counted: npt.NDArray[np.bool_],
    *,
    unit: Unit,
    start: object = None,
    end: object = None,
) -> Units:
    """Divide the study period into units, and find that of each case.

    Days, and weeks of seven days, are counted back from the end of the period, so that the
    last one, which matters most, is whole; the first week may be short. Months are those of
    the calendar.

    Parameters
    ----------
    times
        Dates or moments, one a row; local time.
    counted
        Rows that hold cases; the others need no time.
    unit
        "day", "week" or "month".
    start, end
        First and last day of the study period; if None, those of the first and last case.

    Returns
    -------
    units
        The unit of each row, and the first day of each unit.

    Raises
    ------
    WrongValues
        If a case has no time, or one outside the period.
    """
    if unit not in _UNITS:
        msg = f"`unit` must be one of {', '.join(_UNITS)}; it is {unit!r}."
        raise RecipeError(msg)
    days = _days(times, counted)
    own = days[counted]
    first = own.min() if start is None else pd.Timestamp(str(start)).normalize()
    last = own.max() if end is None else pd.Timestamp(str(end)).normalize()
    outside = counted & ((days < first) | (days > last))
    if outside.any():
        msg = (
            f"Each case must lie in the study period, {first:%Y-%m-%d} to {last:%Y-%m-%d}; "
            f"{int(outside.sum())} do not, the first on {days[outside][0]:%Y-%m-%d}. "
            "Leave them out, or widen the period."
        )
        raise WrongValues(msg)
    edges = _edges(first, last, unit)
    if len(edges) < 3:
        msg = (
            f"A scan in space and time compares {unit}s with each other and needs at least two; "
            f"the period {first:%Y-%m-%d} to {last:%Y-%m-%d} is one. Choose a finer unit."
        )
        raise MethodError(msg)
    place = edges.searchsorted(days, side="right") - 1
    return Units(np.where(counted, place, -1).astype(np.int64), edges)


def _days(times: npt.ArrayLike | pd.Series, counted: npt.NDArray[np.bool_]) -> pd.DatetimeIndex:
    try:
        moments = pd.to_datetime(pd.Series(times).reset_index(drop=True), format="ISO8601")
    except (ValueError, TypeError) as fault:
        msg = f"`times` must be dates or moments, such as 2025-03-01 or 2025-03-01T21:30: {fault}."
        raise WrongValues(msg) from fault
    if moments.dt.tz is not None:  # the clock on the wall is what counts
        moments = moments.dt.tz_localize(None)
    days = pd.DatetimeIndex(moments.astype("datetime64[s]")).normalize()
    if len(days) != len(counted):
        msg = f"`times` must be one for each of the {len(counted)} rows; there are {len(days)}."
        raise WrongValues(msg)
    missing = counted & days.isna()
    if missing.any():
        msg = (
            f"`times` must be known for each case; {int(missing.sum())} rows without, the first is "
            f"row {int(np.flatnonzero(missing)[0])}. Leave out those whose time is not known."
        )
        raise WrongValues(msg)
    return days


def _edges(first: pd.Timestamp, last: pd.Timestamp, unit: Unit) -> pd.DatetimeIndex:
    after = last + pd.Timedelta(days=1)
    if unit == "month":
        inner = pd.date_range(first, last, freq="MS")
        return pd.DatetimeIndex([first]).union(inner).union(pd.DatetimeIndex([after]))
    length = _DAYS[unit]
    count = -(-(after - first).days // length)
    back = [after - pd.Timedelta(days=length * k) for k in range(count - 1, -1, -1)]
    return pd.DatetimeIndex([first, *back])
