"""Where do scattered records lie closer together than around them?

HDBSCAN of scikit-learn, for rural areas where fixed cells hold too few records.
Records with the same coordinates are kept together as one weighted point and
never moved apart: see docs/methods/hdbscan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.answers import Labelled, check_whole
from csgeo.hotspots.clusters.stacks import number_by_records, stack_records

if TYPE_CHECKING:
    import numpy.typing as npt

#: A cluster is at least this many records, and at least this many different points.
LEAST_RECORDS = 10
LEAST_POINTS = 5
#: A record whose strength of membership is lower only hangs on to a cluster from far away.
LEAST_MEMBERSHIP = 0.1


def cluster_points(
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    *,
    least_records: int = LEAST_RECORDS,
    least_points: int = LEAST_POINTS,
) -> npt.NDArray[np.int64]:
    """Give each record the number of its cluster, or -1.

    HDBSCAN runs on the distinct coordinates, so a stack of records cannot make a
    cluster without any extent; a cluster then stays if enough records lie in it. Records that
    hang on to a cluster from far away are in none.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    least_records
        Fewest records of a cluster.
    least_points
        Fewest distinct coordinates of a cluster.

    Returns
    -------
    cluster
        n numbers, 0 for the cluster that holds the most records; -1 for records in none.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    MethodError
        If there are fewer distinct coordinates than a cluster needs.

    References
    ----------
    Campello, Moulavi and Sander (2013), https://doi.org/10.1007/978-3-642-37456-2_14
    """
    stacks = stack_records(x, y)
    points = np.column_stack([stacks.x, stacks.y])
    if len(points) <= least_points:
        msg = (
            f"HDBSCAN must have more than {least_points} different points; {len(x)} records lie "
            f"on {len(points)}. Use `compact_places`, which can answer for a single cell."
        )
        raise MethodError(msg)
    from sklearn.cluster import HDBSCAN  # noqa: PLC0415  (heavy, and used only here)

    found = HDBSCAN(
        min_cluster_size=max(2, least_points), cluster_selection_method="eom", copy=True
    ).fit(points)
    belongs = np.nan_to_num(found.probabilities_) >= LEAST_MEMBERSHIP
    found_in = np.where(belongs, found.labels_, -1).astype(np.int64)
    return stacks.to_records(number_by_records(found_in, stacks, least_records=least_records))


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    least_records: int = LEAST_RECORDS,
    least_points: int = LEAST_POINTS,
) -> Labelled:
    """Give each record the number of its HDBSCAN cluster, or -1, with what was chosen.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    least_records, least_points
        Fewest records and fewest distinct coordinates of a cluster.

    Returns
    -------
    labelled
        ``labels``: n numbers, 0 for the cluster that holds the most records; ``words``.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer distinct coordinates than a cluster needs.
    """
    check_whole("least_records", least_records)
    check_whole("least_points", least_points, least=2)
    labels = cluster_points(
        np.asarray(x, dtype=float), np.asarray(y, dtype=float),
        least_records=least_records, least_points=least_points,
    )  # fmt: skip
    words = (
        f"HDBSCAN: clusters of at least {least_records:,} records on {least_points:,} different "
        f"points; {int(labels.max(initial=-1)) + 1:,} clusters."
    )
    return Labelled(labels, words)
