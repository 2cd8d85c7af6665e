"""In which order does one walk from record to record, always to the nearest in density?

The ordering of OPTICS on weighted points: a core distance counts records, not
coordinates. If every record were a point of its own, those of one stack would follow
each other in the walk: none can be reached from nearer than from its own place. So a
stack is one step that stands for all its records (see docs/methods/optics.md).

Compiled with numba, one thread, kept on disk between runs.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numba as nb
import numpy as np

from csgeo.hotspots.clusters.boxes import MOST_AROUND, around, into_boxes

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]


class Walk(NamedTuple):
    """Stacks in the order of the walk.

    ``order`` lists the stacks; ``core_m`` (distance within which a stack has enough records) and
    ``reach_m`` (distance from which it was reached) are infinite where there is none; ``reached_from``
    is the stack before it in the tree, -1 at a start. All but ``order`` are in the order of stacks.
    """

    order: Integers
    core_m: Numbers
    reach_m: Numbers
    reached_from: Integers


def walk(stacks: Stacks, *, most_m: float, least_records: int) -> Walk:
    """Order stacks as OPTICS would order their records.

    Parameters
    ----------
    stacks
        The points and the records on each.
    most_m
        Nothing is reached from farther away.
    least_records
        Records, its own among them, that a core distance holds.

    Returns
    -------
    walk
        The order with core and reachability distances. The walk begins anew at the densest stack
        (smallest core distance, then most records, then the westernmost) that is left.

    References
    ----------
    Ankerst, Breunig, Kriegel and Sander (1999), https://doi.org/10.1145/304181.304187
    """
    boxes = into_boxes(stacks, most_m, 1.0)
    o = boxes.order
    x, y, records = stacks.x[o], stacks.y[o], stacks.records[o]
    box = np.repeat(np.arange(len(boxes.key)), np.diff(boxes.start))
    grid = (box, boxes.key, boxes.start, boxes.rows, boxes.columns)
    core = _core_distances(x, y, records, *grid, most_m, least_records)
    rank = np.empty(len(o), dtype=np.int64)
    begin = np.lexsort([y, x, -records, core])
    rank[begin] = np.arange(len(o))
    order, reach, before = _walk(x, y, core, begin, rank, *grid, most_m)
    answer = Walk(o[order], np.empty(len(o)), np.empty(len(o)), np.empty(len(o), dtype=np.int64))
    answer.core_m[o], answer.reach_m[o] = core, reach
    answer.reached_from[o] = np.where(before >= 0, o[before], -1)
    return answer


@nb.njit(cache=True, nogil=True)
def _core_distances(  # noqa: PLR0917  (numba has no keywords)
    x: Numbers,
    y: Numbers,
    records: Integers,
    box: Integers,
    key: Integers,
    start: Integers,
    rows: int,
    columns: int,
    most_m: float,
    least: int,
) -> Numbers:
    core = np.full(len(x), np.inf)
    near = np.empty(MOST_AROUND, dtype=np.int64)
    for i in range(len(x)):
        if records[i] >= least:
            core[i] = 0.0
            continue
        n = around(key, box[i], rows, columns, near)
        total = 0
        for k in range(n):
            total += start[near[k] + 1] - start[near[k]]
        away, held, m = np.empty(total), np.empty(total, dtype=np.int64), 0
        for k in range(n):
            for j in range(start[near[k]], start[near[k] + 1]):
                dx, dy = x[i] - x[j], y[i] - y[j]
                d = math.sqrt(dx * dx + dy * dy)
                if d <= most_m:
                    away[m], held[m] = d, records[j]
                    m += 1
        nearest = np.argsort(away[:m])
        count = 0
        for k in nearest:
            count += held[k]
            if count >= least:
                core[i] = away[k]
                break
    return core


@nb.njit(cache=True, nogil=True)
def _walk(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    core: Numbers,
    begin: Integers,
    rank: Integers,
    box: Integers,
    key: Integers,
    start: Integers,
    rows: int,
    columns: int,
    most_m: float,
) -> tuple[Integers, Numbers, Integers]:
    n = len(x)
    reach, before = np.full(n, np.inf), np.full(n, -1)
    done, order, steps = np.zeros(n, dtype=np.bool_), np.empty(n, dtype=np.int64), 0
    near = np.empty(MOST_AROUND, dtype=np.int64)
    for first in begin:
        if done[first]:
            continue
        queue = [(np.inf, rank[first])]
        while len(queue) > 0:
            i = begin[heapq.heappop(queue)[1]]
            if done[i]:
                continue
            done[i] = True
            order[steps] = i
            steps += 1
            if core[i] == np.inf:
                continue
            for k in range(around(key, box[i], rows, columns, near)):
                for j in range(start[near[k]], start[near[k] + 1]):
                    if done[j]:
                        continue
                    dx, dy = x[i] - x[j], y[i] - y[j]
                    d = math.sqrt(dx * dx + dy * dy)
                    if d <= most_m and max(d, core[i]) < reach[j]:
                        reach[j] = max(d, core[i])
                        before[j] = i
                        heapq.heappush(queue, (reach[j], rank[j]))
    return order, reach, before
