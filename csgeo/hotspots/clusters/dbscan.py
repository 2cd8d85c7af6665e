"""Which records hang together through places where records are dense? (DBSCAN)"""

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

#: A minute's walk or so: the next corner.
REACH_M = 100.0


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    reach_m: float = REACH_M,
    least_records: int | None = None,
) -> Labelled:
    """Give each record the number of its DBSCAN cluster, or -1.

    The labels are those of scikit-learn's DBSCAN on all records (``eps=reach_m``,
    ``min_samples=least_records``), numbers and border points included, but each coordinate
    is looked at once and no neighbourhood is kept in memory.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    reach_m
        Two records are neighbours if they are at most this far apart, in metres.
    least_records
        Records within reach that make a core, its own among them. None takes the number that
        three in four records do not have within reach, at least 10.

    Returns
    -------
    labelled
        ``labels``: n numbers in the order of their first core record, -1 for none;
        ``words``: what was chosen.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a core needs.

    References
    ----------
    Ester, Kriegel, Sander and Xu (1996); Schubert and others (2017),
    https://doi.org/10.1145/3068335

    Examples
    --------
    >>> label([0, 5, 5, 900], [0, 0, 0, 0], reach_m=10, least_records=3).labels.tolist()
    [0, 0, 0, -1]
    """
    check_above_0("reach_m", reach_m, "metres")
    if least_records is not None:
        check_whole("least_records", least_records)
    stacks = stack_records(x, y)
    least = chosen_least(stacks, least_records, reach_m=reach_m)
    check_enough(stacks, "DBSCAN", least)
    from csgeo.hotspots.clusters.linking import link  # noqa: PLC0415  (numba is heavy)

    cluster = link(stacks, reach_m=reach_m, reach_days=1.0, least_records=least)
    how = "" if least_records is not None else ", which three in four records do not have"
    words = (
        f"DBSCAN: a core has at least {least:,} records within {reach_m:g} m{how}; "
        f"{int(cluster.max(initial=-1)) + 1:,} clusters."
    )
    return Labelled(stacks.to_records(cluster), words)
