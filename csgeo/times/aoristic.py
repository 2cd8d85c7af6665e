"""Over which hours may a record have happened, and with what weight?

Aoristic weights (Ratcliffe and McCullagh 1998; Ratcliffe 2002): a record that
lies somewhere between two moments counts in each hour by the part of the window
that falls into it. From 10:55 to 11:55 that is 5/60 and 55/60.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.times.clock import elapsed, wall_clock, wall_clock_of_utc
from csgeo.times.known import SPREAD, WEEK_S, time_known

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.times.clock import Moments

_HOUR_S = 3_600
_HOURS_OF_WEEK = 168


def aoristic_weights(
    incidents: gpd.GeoDataFrame, *, at_default_time: pd.Series | None = None
) -> pd.DataFrame:
    """Spread each record over the hours in which it may have happened.

    A record without an end, or with one before its beginning, counts fully in
    the hour of its beginning. One whose window lasts a week or longer counts
    1/168 in each hour of the week from its beginning on. Parts are exact to the
    second and in elapsed time: the hour that the spring change leaves out gets
    nothing. Records known to the day or less get no weight.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    at_default_time
        n flags: records whose time stands for "not known"; they get no weight.

    Returns
    -------
    weights
        One row a record and hour, in order of the records: ``incident_id``,
        ``hour`` (beginning of the hour on the clock in England), ``weight``
        (0 to 1; those of one record sum to 1), ``time_known``.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.

    References
    ----------
    Ratcliffe and McCullagh (1998), https://doi.org/10.1080/136588198241644;
    Ratcliffe (2002), https://doi.org/10.1023/A:1013240828824
    """
    return weights_of_states(incidents, time_known(incidents, at_default_time=at_default_time))


def weights_of_states(incidents: gpd.GeoDataFrame, state: pd.Series) -> pd.DataFrame:
    """Spread the records of which ``time_known``, given as `state`, says that they can be."""
    used = np.flatnonzero(state.isin(SPREAD))
    row, hour, weight = spread(
        incidents["occurred_from"].iloc[used], incidents["occurred_to"].iloc[used]
    )
    row = used[row]
    return pd.DataFrame(
        {
            "incident_id": incidents.index[row],
            "hour": hour.astype("datetime64[s]"),
            "weight": weight,
            "time_known": state.to_numpy()[row],
        }
    )


def spread(
    occurred_from: pd.Series, occurred_to: pd.Series
) -> tuple[npt.NDArray[np.int64], Moments, npt.NDArray[np.float64]]:
    """Spread n windows; gives row, hour on the wall clock and weight, in order of the rows."""
    start = elapsed(occurred_from, second_time_round=False)
    end = elapsed(occurred_to, second_time_round=True)
    span = np.where(np.isnat(end), 0, (end - start).astype(np.int64))
    wall = wall_clock(occurred_from).astype("datetime64[h]")
    moments = np.flatnonzero(span <= 0)
    windows = np.flatnonzero((span > 0) & (span < WEEK_S))
    weeks = np.flatnonzero(span >= WEEK_S)
    parts = [
        (moments, wall[moments], np.ones(len(moments))),
        _over_windows(windows, start.astype(np.int64), end.astype(np.int64)),
        _over_a_week(weeks, wall),
    ]
    row, hour, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((hour, row))
    return row[order], hour[order], weight[order]


def _over_windows(
    rows: npt.NDArray[np.int64], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Moments, npt.NDArray[np.float64]]:
    first = start[rows] // _HOUR_S
    hours = (end[rows] - 1) // _HOUR_S - first + 1
    row = np.repeat(rows, hours)
    since = np.arange(len(row)) - np.repeat(np.cumsum(hours) - hours, hours)
    hour = np.repeat(first, hours) + since
    inside = np.minimum(end[row], (hour + 1) * _HOUR_S) - np.maximum(start[row], hour * _HOUR_S)
    utc = (hour * _HOUR_S).astype("datetime64[s]")
    return row, wall_clock_of_utc(utc).astype("datetime64[h]"), inside / (end - start)[row]


def _over_a_week(
    rows: npt.NDArray[np.int64], wall: Moments
) -> tuple[npt.NDArray[np.int64], Moments, npt.NDArray[np.float64]]:
    row = np.repeat(rows, _HOURS_OF_WEEK)
    since = np.tile(np.arange(_HOURS_OF_WEEK), len(rows)).astype("timedelta64[h]")
    return row, wall[row] + since, np.full(len(row), 1 / _HOURS_OF_WEEK)
