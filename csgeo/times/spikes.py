"""Which times are written where the time is not known?

Forms want a time. Where nobody knows it, many write midnight, midday, the first
of the month or 1 January. Such a spike is found by comparing it with the busiest
of its neighbours, so that a true rhythm (a busy night, a busy lunch hour) does
not count as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.tables import INCIDENTS
from csgeo.times.clock import wall_clock

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

#: hour of the day on which a spike may stand -> the neighbours that it is compared with
_ON_THE_HOUR = {"midnight": (0, (22, 23, 1, 2)), "midday": (12, (10, 11, 13, 14))}
#: days of the month that each month has, near its first
_NEAR_THE_FIRST = (25, 26, 27, 28, 2, 3, 4, 5, 6, 7)
_NEAR_NEW_YEAR = (29, 30, 31, 2, 3, 4)
_WORDS = {
    "midnight": "at exactly 00:00",
    "midday": "at exactly 12:00",
    "1 January": "on 1 January without a time of day",
    "first of the month": "on the first of a month without a time of day",
}


def find_spikes(
    incidents: gpd.GeoDataFrame, *, most_p: float = 0.001, least_ratio: float = 1.5
) -> pd.DataFrame:
    """Find times at which more records stand than can be true.

    Records at exactly 00:00 are compared with those exactly on the hour two hours
    before and after, those at 12:00 likewise; dates without a time of day on
    1 January with the three days before and after; on the first of February to
    December with the days around it. The comparison is with the busiest neighbour: if
    both were equally likely, the spike's share of the two would be binomial with
    one half. Records in a window of time take no part.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    most_p
        A spike is one with a one-sided binomial p-value of at most this. Low,
        because four questions are asked and a false alarm takes records away.
    least_ratio
        And with at least this many times the records of its busiest neighbour,
        so that in a large file a busy hour is not called an error.

    Returns
    -------
    spikes
        One row a spike, none if there is none: index ``spike`` (``midnight``,
        ``midday``, ``1 January``, ``first of the month``), ``records`` (count),
        ``neighbour`` (count at the busiest neighbour), ``p_value``, ``words``.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.

    References
    ----------
    The exact binomial comparison of two Poisson counts: Przyborowski and
    Wilenski (1940), https://doi.org/10.1093/biomet/31.3-4.313
    """
    from scipy.special import bdtrc  # noqa: PLC0415  heavy: only where used

    INCIDENTS.check(incidents, "incidents")
    rows = []
    for spike, (records, neighbour) in _counts(incidents).items():
        # the upper tail of the binomial: more than records - 1
        p = float(bdtrc(records - 1, records + neighbour, 0.5)) if records else 1.0
        if p <= most_p and records >= least_ratio * neighbour:
            words = (
                f"{records:,} records stand {_WORDS[spike]}, where at most about {neighbour:,} would "
                "be expected: there it often means that the time was not known."
            )
            rows.append((spike, records, neighbour, p, words))
    columns = ["spike", "records", "neighbour", "p_value", "words"]
    return pd.DataFrame(rows, columns=columns).set_index("spike")


def at_default_time(incidents: gpd.GeoDataFrame, spikes: pd.DataFrame) -> pd.Series:
    """Flag the records that stand on a spike: their time of day is not known.

    Some of them may truly have happened then; which ones cannot be told.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    spikes
        From :func:`find_spikes`.

    Returns
    -------
    at_default_time
        n flags on the index of `incidents`.
    """
    wall = wall_clock(incidents["occurred_from"])
    moment = _moments(incidents)
    second = _second_of_day(wall)
    month, day = _month_and_day(wall)
    first = moment & (second == 0) & (day == 1)
    on = {
        "midnight": moment & (second == 0),
        "midday": moment & (second == 12 * 3_600),
        "1 January": first & (month == 1),
        "first of the month": first & (month > 1),
    }
    flags = np.zeros(len(incidents), dtype=bool)
    for spike in spikes.index:
        flags |= on[spike]
    return pd.Series(flags, index=incidents.index, name="at_default_time")


def _counts(incidents: gpd.GeoDataFrame) -> dict[str, tuple[int, int]]:
    """Count what stands on each possible spike and on its busiest neighbour."""
    wall = wall_clock(incidents["occurred_from"])
    moment = _moments(incidents)
    second = _second_of_day(wall)
    month, day = _month_and_day(wall)
    hours = np.bincount(second[moment & (second % 3_600 == 0)] // 3_600, minlength=24)
    found = {
        spike: (int(hours[at]), int(hours[list(near)].max()))
        for spike, (at, near) in _ON_THE_HOUR.items()
    }
    dated = incidents["when_precision"].to_numpy(dtype=object) == "day"
    no_time = (dated & ~np.isnat(wall)) | (moment & (second == 0))
    turn = no_time & (((month == 12) & (day > 28)) | ((month == 1) & (day < 5)))
    new_year = np.bincount(day[turn], minlength=32)
    found["1 January"] = (int(new_year[1]), int(new_year[list(_NEAR_NEW_YEAR)].max()))
    days = np.bincount(day[no_time & (month > 1)], minlength=32)
    found["first of the month"] = (int(days[1]), int(days[list(_NEAR_THE_FIRST)].max()))
    return found


def _moments(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which records name a moment and no window."""
    start, end = (wall_clock(incidents[c]) for c in ("occurred_from", "occurred_to"))
    exact = incidents["when_precision"].isin(["minute", "hour"]).to_numpy()
    return np.asarray(exact & ~np.isnat(start) & (np.isnat(end) | (end <= start)))


def _second_of_day(wall: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """Give seconds since midnight; -1 where the time is missing."""
    seconds = (wall - wall.astype("datetime64[D]")).astype("timedelta64[s]").astype(np.int64)
    return np.where(np.isnat(wall), -1, seconds)


def _month_and_day(
    wall: npt.NDArray[np.datetime64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give month (1 to 12) and day (1 to 31); 0 where the time is missing."""
    known = ~np.isnat(wall)
    months = wall.astype("datetime64[M]")
    month = np.where(known, months.astype(np.int64) % 12 + 1, 0)
    day = (wall.astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64) + 1
    return month, np.where(known, day, 0)
