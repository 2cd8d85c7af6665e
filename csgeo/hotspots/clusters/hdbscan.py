"""Where do scattered records lie closer together than around them?

HDBSCAN of scikit-learn, for rural areas where fixed cells hold too few records.
Records with the same coordinates are kept together as one weighted point and
never moved apart: see docs/methods/hdbscan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import MethodError

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
    MethodError
        If there are fewer distinct coordinates than a cluster needs.

    References
    ----------
    Campello, Moulavi and Sander (2013), https://doi.org/10.1007/978-3-642-37456-2_14
    """
    points, of_record, stacked = np.unique(
        np.column_stack([x, y]), axis=0, return_inverse=True, return_counts=True
    )
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
    label = np.where(belongs, found.labels_, -1).astype(np.int64)
    clusters = int(label.max()) + 1
    held = np.bincount(label[label >= 0], weights=stacked[label >= 0], minlength=clusters)
    order = np.argsort(-held, kind="stable")
    number = np.full(clusters + 1, -1, dtype=np.int64)
    number[order] = np.where(held[order] >= least_records, np.arange(clusters), -1)
    return np.asarray(number[label][of_record.ravel()])
