"""In which hours of the week does harm happen?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.times.aoristic import weights_of_states
from csgeo.times.clock import hour_of_day, weekday
from csgeo.times.known import TimesKnown, count_states, refuse_if_unknown, time_known
from csgeo.times.spikes import at_default_time, find_spikes

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Week(NamedTuple):
    """How many records fall in each hour of the week, and what that rests on."""

    #: 7 x 24 expected records (count, not whole where windows were spread): index
    #: ``weekday`` (Monday first), columns ``hour`` (0 to 23)
    grid: pd.DataFrame
    #: how exactly times are known; ``str()`` of it says so with counts, ``for_release`` without
    known: TimesKnown
    #: times that stand for "not known", see :func:`~csgeo.times.spikes.find_spikes`
    spikes: pd.DataFrame
    #: what to tell the analyst beside the grid, in words with exact counts
    notes: tuple[str, ...]


def week_grid(
    incidents: gpd.GeoDataFrame, *, least_share_known: float = 0.5, keep_spikes: bool = False
) -> Week:
    """Count the records in each hour of the week.

    A record that lies in a window of time is spread over it by the minute
    (:func:`~csgeo.times.aoristic.aoristic_weights`). Records that say only a
    day, a month or less are not spread: they are counted as time not known.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    least_share_known
        Share (0 to 1) of the records of which the time of day must be known.
        Half by default: below that the picture would be of how times are
        recorded, more than of when harm happens.
    keep_spikes
        Count records at midnight, midday or 1 January in the grid even where
        more stand there than can be true. By default they are time not known.

    Returns
    -------
    week
        The 7 x 24 grid (records), what it rests on, and notes in words. The grid
        sums to the number of records that have a weight.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.
    MethodError
        If the time of day is known for too few records, such as months only.

    References
    ----------
    Ratcliffe (2002), https://doi.org/10.1023/A:1013240828824

    Examples
    --------
    >>> import csgeo.samples
    >>> week = week_grid(csgeo.samples.county(seed=1).incidents)
    >>> week.grid.shape
    (7, 24)
    """
    spikes = find_spikes(incidents)
    default = None if keep_spikes else at_default_time(incidents, spikes)
    state = time_known(incidents, at_default_time=default)
    known = count_states(incidents, state)
    refuse_if_unknown(known, least_share=least_share_known)
    weights = weights_of_states(incidents, state)
    wall = weights["hour"].to_numpy()
    grid = hours_of_week(wall, weights["weight"].to_numpy()).reshape(7, 24)
    frame = pd.DataFrame(
        grid,
        index=pd.Index(DAYS, name="weekday", dtype="str"),
        columns=pd.RangeIndex(24, name="hour"),
    )
    return Week(frame, known, spikes, (str(known), *spikes["words"]))


def hours_of_week(
    wall: npt.NDArray[np.datetime64], weight: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Add weights up by the 168 hours of the week, from Monday 00:00 on."""
    hour = weekday(wall) * 24 + hour_of_day(wall)
    return np.bincount(hour, weights=weight, minlength=168).astype(float)
