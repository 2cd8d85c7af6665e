"""Which points are reached from which, and through whom do they hang together?

The kernel of DBSCAN on weighted points. All points of one box are neighbours: a box with
enough records needs no distance at all, and two boxes are looked at only until one pair
joins them (Gunawan 2013; de Berg, Gunawan and Roeloffzen 2019,
https://doi.org/10.1142/S0218195919400028). Neighbourhoods are never kept, so the memory
is that of the points however long the reach.

Compiled with numba, one thread, kept on disk between runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numba as nb
import numpy as np

from csgeo.hotspots.clusters.boxes import MOST_AROUND, around, into_boxes

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]


def link(stacks: Stacks, *, reach_m: float, reach_days: float, least_records: int) -> Integers:
    """Give each stack its cluster as DBSCAN would if every record were a point of its own.

    A stack is core if the records within reach, its own among them, are at least
    `least_records`. Core stacks within reach of each other share a cluster; another stack
    within reach of a core one belongs to the first of their clusters. Clusters are
    numbered by their first core record in the order of rows.

    Parameters
    ----------
    stacks
        The points and the records on each.
    reach_m, reach_days
        Neighbours are at most so far apart, in space and in time.
    least_records
        Fewest records within reach of a core point.

    Returns
    -------
    cluster
        A number for each stack, -1 for none.

    Raises
    ------
    MethodError
        If the points lie too far apart for so short a reach.
    """
    if not len(stacks.x):
        return np.zeros(0, dtype=np.int64)
    boxes = into_boxes(stacks, reach_m, reach_days)
    o = boxes.order
    points = (stacks.x[o], stacks.y[o], stacks.when[o])
    label = _cluster(
        *points, stacks.records[o], stacks.first[o], boxes.key, boxes.start,
        boxes.rows, boxes.columns, reach_m * reach_m, reach_days, least_records,
    )  # fmt: skip
    cluster = np.empty(len(o), dtype=np.int64)
    cluster[o] = label
    return cluster


def records_within(stacks: Stacks, *, reach_m: float, reach_days: float) -> Integers:
    """Count the records within reach of each stack, its own among them.

    Parameters
    ----------
    stacks
        The points and the records on each.
    reach_m, reach_days
        How far to look, in space and in time; the limits belong to it.

    Returns
    -------
    records
        A count for each stack.

    Raises
    ------
    MethodError
        If the points lie too far apart for so short a reach.
    """
    if not len(stacks.x):
        return np.zeros(0, dtype=np.int64)
    boxes = into_boxes(stacks, reach_m, reach_days)
    o = boxes.order
    count = _count(
        stacks.x[o], stacks.y[o], stacks.when[o], stacks.records[o], boxes.key, boxes.start,
        boxes.rows, boxes.columns, reach_m * reach_m, reach_days, int(stacks.records.sum()) + 1,
    )  # fmt: skip
    records = np.empty(len(o), dtype=np.int64)
    records[o] = count
    return records


@nb.njit(cache=True, nogil=True)
def _root(parent: Integers, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@nb.njit(cache=True, nogil=True)
def _apart(  # noqa: PLR0917  (numba has no keywords)
    x: Numbers, y: Numbers, when: Numbers, i: int, j: int, square: float, days: float
) -> bool:
    dx, dy = x[i] - x[j], y[i] - y[j]
    return bool(dx * dx + dy * dy > square or abs(when[i] - when[j]) > days)


@nb.njit(cache=True, nogil=True)
def _count(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    when: Numbers,
    records: Integers,
    key: Integers,
    start: Integers,
    rows: int,
    columns: int,
    square: float,
    days: float,
    enough: int,
) -> Integers:
    """Count the records within reach of each point, its own among them, until there are enough."""
    count = np.zeros(len(x), dtype=np.int64)
    near = np.empty(MOST_AROUND, dtype=np.int64)
    for box in range(len(key)):
        own = records[start[box] : start[box + 1]].sum()
        count[start[box] : start[box + 1]] = own
        if own >= enough:
            continue
        n = around(key, box, rows, columns, near)
        for i in range(start[box], start[box + 1]):
            for k in range(1, n):
                for j in range(start[near[k]], start[near[k] + 1]):
                    if not _apart(x, y, when, i, j, square, days):
                        count[i] += records[j]
                if count[i] >= enough:
                    break
    return count


@nb.njit(cache=True, nogil=True)
def _join(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    when: Numbers,
    core: npt.NDArray[np.bool_],
    key: Integers,
    start: Integers,
    rows: int,
    columns: int,
    square: float,
    days: float,
) -> Integers:
    """Join core points within reach; all core points of a box are joined from the start."""
    parent = np.arange(len(x))
    chief = np.full(len(key), -1)
    for box in range(len(key)):
        for i in range(start[box], start[box + 1]):
            if core[i]:
                if chief[box] < 0:
                    chief[box] = i
                parent[i] = chief[box]
    near = np.empty(MOST_AROUND, dtype=np.int64)
    for box in range(len(key)):
        if chief[box] < 0:
            continue
        n = around(key, box, rows, columns, near)
        for k in range(1, n):
            other = near[k]
            if other < box or chief[other] < 0:
                continue
            one, two = _root(parent, chief[box]), _root(parent, chief[other])
            if one != two and _touch(x, y, when, core, start, box, other, square, days):
                parent[max(one, two)] = min(one, two)
    return parent


@nb.njit(cache=True, nogil=True)
def _touch(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    when: Numbers,
    core: npt.NDArray[np.bool_],
    start: Integers,
    box: int,
    other: int,
    square: float,
    days: float,
) -> bool:
    for i in range(start[box], start[box + 1]):
        if core[i]:
            for j in range(start[other], start[other + 1]):
                if core[j] and not _apart(x, y, when, i, j, square, days):
                    return True
    return False


@nb.njit(cache=True, nogil=True)
def _cluster(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    when: Numbers,
    records: Integers,
    first: Integers,
    key: Integers,
    start: Integers,
    rows: int,
    columns: int,
    square: float,
    days: float,
    least: int,
) -> Integers:
    core = _count(x, y, when, records, key, start, rows, columns, square, days, least) >= least
    parent = _join(x, y, when, core, key, start, rows, columns, square, days)
    label = np.full(len(x), -1)
    number = np.full(len(x), -1)
    clusters = 0
    for i in np.argsort(first):
        if core[i]:
            root = _root(parent, i)
            if number[root] < 0:
                number[root] = clusters
                clusters += 1
            label[i] = number[root]
    near = np.empty(MOST_AROUND, dtype=np.int64)
    for box in range(len(key)):
        n = around(key, box, rows, columns, near)
        for i in range(start[box], start[box + 1]):
            for k in range(0 if not core[i] else n, n):
                a, b = start[near[k]], start[near[k] + 1]
                label[i] = _first_of(x, y, when, core, label, i, a, b, square, days)
    return label


@nb.njit(cache=True, nogil=True)
def _first_of(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    when: Numbers,
    core: npt.NDArray[np.bool_],
    label: Integers,
    i: int,
    a: int,
    b: int,
    square: float,
    days: float,
) -> int:
    """Give a border point the first-found cluster of the core points from a to b, or its own."""
    best = label[i]
    for j in range(a, b):
        if core[j] and (best < 0 or label[j] < best) and not _apart(x, y, when, i, j, square, days):
            best = label[j]
    return int(best)
