"""Which points, with all that lie near them, hold the most records, one after the other?

The inner loop of nearest-neighbour hierarchical clustering: the point with the most
records near it is a seed, it takes all that are near, and the next seed is looked for
among those that are left.

Compiled with numba, one thread, kept on disk between runs.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, TypeAlias

import numba as nb
import numpy as np

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: About 1 GB: beyond this many pairs the question is too wide for one computer.
MOST_PAIRS = 50_000_000


def seed_clusters(
    x: Numbers, y: Numbers, records: Integers, *, near_m: float, least: int
) -> Integers:
    """Give points to seeds until no seed gathers enough records.

    Among seeds that gather as many records, the one with the smallest sum of distances to
    them comes first (to the micrometre), then the first in the list.

    Parameters
    ----------
    x, y
        m distinct points in metres.
    records
        Records on each.
    near_m
        A seed takes the points at most this far away.
    least
        Fewest records of a cluster.

    Returns
    -------
    cluster
        m numbers in the order in which the clusters were found; -1 for none.

    Raises
    ------
    MethodError
        If more than 50 million pairs of points are that near.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  (heavy, and used only here)

    tree = cKDTree(np.column_stack([x, y]))
    reach = near_m * (1 + 1e-9)  # the tree may round otherwise; the distances below decide
    pairs = int(tree.count_neighbors(tree, reach) - len(x)) // 2
    if pairs > MOST_PAIRS:
        msg = (
            f"At most {MOST_PAIRS:,} pairs of near points can be held; {pairs:,} are within "
            f"{near_m:g} m of each other. Give a shorter distance or a smaller area."
        )
        raise MethodError(msg)
    both = tree.query_pairs(reach, output_type="ndarray")
    one, other = both[:, 0], both[:, 1]
    away = np.sqrt((x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2)
    near = away <= near_m
    one, other, away = one[near], other[near], away[near]
    start_of = np.concatenate([one, other])
    order = np.argsort(start_of, kind="stable")
    start = np.searchsorted(start_of[order], np.arange(len(x) + 1))
    return _seed(
        start, np.concatenate([other, one])[order], np.concatenate([away, away])[order], records, least
    )  # fmt: skip


@nb.njit(cache=True, nogil=True)
def _seed(
    start: Integers, near: Integers, away: Numbers, records: Integers, least: int
) -> Integers:
    n = len(records)
    cluster, held = np.full(n, -1), records.copy()
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            held[i] += records[near[k]]
    queue = [(np.int64(0), 0.0, np.int64(n))]  # the most records first; n only says of which types
    for i in range(n):
        if held[i] >= least:
            far = _far(i, cluster, start, near, away, records)
            heapq.heappush(queue, (-held[i], far, np.int64(i)))
    found = 0
    while len(queue) > 1:
        fewer, _, best = heapq.heappop(queue)
        if cluster[best] >= 0 or held[best] < least:
            continue
        if held[best] != -fewer:  # some of its records were taken since it was queued
            far = _far(int(best), cluster, start, near, away, records)
            heapq.heappush(queue, (-held[best], far, best))
            continue
        cluster[best] = found
        for k in range(start[best], start[best + 1]):
            if cluster[near[k]] < 0:
                cluster[near[k]] = found
        _take_away(int(best), found, cluster, held, start, near, records)
        found += 1
    return cluster


@nb.njit(cache=True, nogil=True)
def _far(  # noqa: PLR0917  (numba has no keywords)
    i: int, cluster: Integers, start: Integers, near: Integers, away: Numbers, records: Integers
) -> float:
    """Add up the distances to the records near a point that are left."""
    far = 0.0
    for k in range(start[i], start[i + 1]):
        if cluster[near[k]] < 0:
            far += away[k] * records[near[k]]
    return float(np.round(far, 6))


@nb.njit(cache=True, nogil=True)
def _take_away(  # noqa: PLR0917
    best: int,
    found: int,
    cluster: Integers,
    held: Integers,
    start: Integers,
    near: Integers,
    records: Integers,
) -> None:
    """Count the records of a new cluster no more around those that are left."""
    for k in range(start[best] - 1, start[best + 1]):
        i = best if k < start[best] else near[k]
        if cluster[i] == found:
            for j in range(start[i], start[i + 1]):
                held[near[j]] -= records[i]
