"""Which records hang together in space and in time? (ST-DBSCAN)"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.clusters.answers import (
    Labelled,
    check_above_0,
    check_enough,
    check_whole,
    chosen_least,
)
from csgeo.hotspots.clusters.stacks import stack_records

if TYPE_CHECKING:
    import numpy.typing as npt

#: What near-repeat studies report: some two hundred metres, some two weeks.
REACH_M = 200.0
REACH_DAYS = 14.0


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    when_days: npt.ArrayLike,
    *,
    reach_m: float = REACH_M,
    reach_days: float = REACH_DAYS,
    least_records: int | None = None,
) -> Labelled:
    """Give each record the number of its ST-DBSCAN cluster, or -1.

    Neighbours are near in space and, apart from that, near in time: two limits, never one
    mixed distance. The paper's third limit (how far a value may differ from its cluster's
    mean) has no counterpart here: a record has no value beside its place and its time.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    when_days
        n times in days, from any start.
    reach_m, reach_days
        Neighbours are at most so far apart, in metres and in days.
    least_records
        Records within both reaches that make a core, its own among them. None takes the number
        that three in four records do not have, at least 10.

    Returns
    -------
    labelled
        ``labels``: n numbers in the order of their first core record, -1 for none;
        ``words``: what was chosen.

    Raises
    ------
    WrongValues
        If a coordinate or a time is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a core needs.

    References
    ----------
    Birant and Kut (2007), https://doi.org/10.1016/j.datak.2006.01.013

    Examples
    --------
    >>> label([0, 5, 5, 5], [0] * 4, [1, 1, 2, 90], least_records=3).labels.tolist()
    [0, 0, 0, -1]
    """
    check_above_0("reach_m", reach_m, "metres")
    check_above_0("reach_days", reach_days, "days")
    if least_records is not None:
        check_whole("least_records", least_records)
    stacks = stack_records(x, y, when_days)
    least = chosen_least(stacks, least_records, reach_m=reach_m, reach_days=reach_days)
    check_enough(stacks, "ST-DBSCAN", least)
    from csgeo.hotspots.clusters.linking import link  # noqa: PLC0415  (numba is heavy)

    cluster = link(stacks, reach_m=reach_m, reach_days=reach_days, least_records=least)
    how = "" if least_records is not None else ", which three in four records do not have"
    words = (
        f"ST-DBSCAN: a core has at least {least:,} records within {reach_m:g} m and "
        f"{reach_days:g} days{how}; {int(cluster.max(initial=-1)) + 1:,} clusters."
    )
    return Labelled(stacks.to_records(cluster), words)
