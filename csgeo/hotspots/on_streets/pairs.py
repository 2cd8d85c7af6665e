"""How many pairs of spots are at most so many metres apart along the streets?

Compiled with numba. From each spot one search outwards, ended at the greatest distance asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from csgeo.hotspots.on_streets.walks import search, walk_to

if TYPE_CHECKING:
    import numpy.typing as npt


@nb.njit(cache=True, nogil=True)
def spots_at(away: float, start_m: float, end_m: float, length: float, same_m: float) -> int:
    """Count the spots of a piece that are exactly so far off, its ends being so far off.

    A spot within `same_m` of an end is that junction, which is counted with the street that
    leads to it: once.
    """
    n = 0
    meet = (length + end_m - start_m) / 2  # where both ways round are equally long
    on, back = away - start_m, away - end_m
    if on > same_m and on <= min(meet, length) + same_m:
        n += 1
    if back > same_m:
        if meet <= same_m:  # all of the piece is reached from its end
            n += back <= length + same_m
        else:
            n += back < length - meet - same_m
    return n


@nb.njit(cache=True, nogil=True)
def count_near(  # noqa: PLR0917  (numba has no keywords)
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    length: npt.NDArray[Any],
    first: npt.NDArray[Any],
    meets: npt.NDArray[Any],
    piece: npt.NDArray[Any],
    along: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    other_first: npt.NDArray[Any],
    other_at: npt.NDArray[Any],
    other_weight: npt.NDArray[Any],
    edges: npt.NDArray[Any],
    same_m: float,
    near: npt.NDArray[Any],
) -> None:
    """Add to `near`, per edge, the weight of the pairs that are between the edge before and it.

    With `same_m` above 0 a pair counts 1 / (the number of spots of the network that are exactly as
    far from the first as the second is): Ang's correction. It says which distances are the same.
    """
    nodes, last = len(first) - 1, len(edges) - 1
    walk, reached = np.full(nodes, np.inf), np.empty(nodes, np.int64)
    heap_m, heap = np.empty(len(meets) + 2), np.empty(len(meets) + 2, np.int64)
    seen, in_reach = np.full(len(start), -1), np.empty(len(start), np.int64)
    for i in range(len(piece)):
        n = search(
            start, end, length, first, meets, piece[i], along[i], edges[last],
            walk, reached, heap_m, heap,
        )  # fmt: skip
        pieces = 1
        in_reach[0] = piece[i]
        seen[piece[i]] = i
        for k in range(n):
            for j in range(first[reached[k]], first[reached[k] + 1]):
                if seen[meets[j]] != i:
                    seen[meets[j]] = i
                    in_reach[pieces] = meets[j]
                    pieces += 1
        for k in range(pieces):
            p = in_reach[k]
            for a in range(other_first[p], other_first[p + 1]):
                m = walk_to(walk[start[p]], walk[end[p]], length[p], other_at[a], k == 0, along[i])
                if m > edges[last]:
                    continue
                w = weight[i] * other_weight[a]
                if same_m > 0:
                    spots = _spots_around(
                        m, start, end, length, along[i], walk, in_reach, pieces, same_m
                    )
                    w /= spots
                near[np.searchsorted(edges, m)] += w
        for k in range(n):
            walk[reached[k]] = np.inf


@nb.njit(cache=True, nogil=True)
def _spots_around(  # noqa: PLR0917  (numba has no keywords)
    away: float,
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    length: npt.NDArray[Any],
    along: float,
    walk: npt.NDArray[Any],
    in_reach: npt.NDArray[Any],
    pieces: int,
    same_m: float,
) -> int:
    own = in_reach[0]
    spots = spots_at(away, 0.0, walk[start[own]], along, same_m)
    spots += spots_at(away, 0.0, walk[end[own]], length[own] - along, same_m)
    for k in range(1, pieces):
        p = in_reach[k]
        spots += spots_at(away, walk[start[p]], walk[end[p]], length[p], same_m)
    return max(spots, 1)
