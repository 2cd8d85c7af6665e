"""What lies within a walk of so many metres of a spot on a street?

Dijkstra's search (1959, https://doi.org/10.1007/BF01386390) from the spot itself, ended at the
limit; compiled with numba. Between two spots on one piece the walk is the shorter of the way
along it and the way round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from csgeo.hotspots.on_streets.kernels import height

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy.typing as npt

    from csgeo.streets import Network

    Graph: TypeAlias = tuple[
        npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]
    ]


def as_graph(network: Network) -> Graph:
    """Give start, end and length of the pieces, and which pieces meet at each node."""
    pieces = len(network.pieces)
    node = np.r_[network.start, network.end]
    order = np.argsort(node, kind="stable")
    first = np.searchsorted(node[order], np.arange(len(network.nodes) + 1))
    return network.start, network.end, network.length_m, first, np.tile(np.arange(pieces), 2)[order]


@nb.njit(cache=True, nogil=True)
def _push(heap_m: npt.NDArray[Any], heap: npt.NDArray[Any], size: int, m: float, node: int) -> int:
    k = size
    while k > 0 and heap_m[(k - 1) // 2] > m:
        heap_m[k], heap[k] = heap_m[(k - 1) // 2], heap[(k - 1) // 2]
        k = (k - 1) // 2
    heap_m[k], heap[k] = m, node
    return size + 1


@nb.njit(cache=True, nogil=True)
def _pop(heap_m: npt.NDArray[Any], heap: npt.NDArray[Any], size: int) -> int:
    """Take the first off the heap (the caller has read it); give the new size."""
    size -= 1
    m, node = heap_m[size], heap[size]
    k = 0
    while True:
        child = 2 * k + 1
        if child >= size:
            break
        if child + 1 < size and heap_m[child + 1] < heap_m[child]:
            child += 1
        if heap_m[child] >= m:
            break
        heap_m[k], heap[k] = heap_m[child], heap[child]
        k = child
    heap_m[k], heap[k] = m, node
    return size


@nb.njit(cache=True, nogil=True)
def search(  # noqa: PLR0917  (numba has no keywords)
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    length: npt.NDArray[Any],
    first: npt.NDArray[Any],
    meets: npt.NDArray[Any],
    piece: int,
    along: float,
    limit: float,
    walk: npt.NDArray[Any],
    reached: npt.NDArray[Any],
    heap_m: npt.NDArray[Any],
    heap: npt.NDArray[Any],
) -> int:
    """Fill `walk` (infinite before) for the nodes within `limit`; give how many are in `reached`.

    The caller sets `walk` of those back to infinity. A node is written to `reached` once.
    """
    n = size = 0
    for side in range(2):
        node = start[piece] if side == 0 else end[piece]
        m = along if side == 0 else length[piece] - along
        if m <= limit and m < walk[node]:
            if walk[node] == np.inf:
                reached[n] = node
                n += 1
            walk[node] = m
            size = _push(heap_m, heap, size, m, node)
    while size > 0:
        m, node = heap_m[0], heap[0]
        size = _pop(heap_m, heap, size)
        if m > walk[node]:
            continue
        for k in range(first[node], first[node + 1]):
            p = meets[k]
            other = end[p] if start[p] == node else start[p]
            further = m + length[p]
            if further <= limit and further < walk[other]:
                if walk[other] == np.inf:
                    reached[n] = other
                    n += 1
                walk[other] = further
                size = _push(heap_m, heap, size, further, other)
    return n


@nb.njit(cache=True, nogil=True)
def walk_to(  # noqa: PLR0917  (numba has no keywords)
    start_m: float, end_m: float, length: float, at: float, own: bool, along: float
) -> float:
    """Metres to a spot `at` metres along a piece whose ends are `start_m` and `end_m` away."""
    m = min(start_m + at, end_m + length - at)
    return min(m, abs(at - along)) if own else m


@nb.njit(cache=True, nogil=True)
def kernel_of_walks(  # noqa: PLR0917  (numba has no keywords)
    start: npt.NDArray[Any],
    end: npt.NDArray[Any],
    length: npt.NDArray[Any],
    first: npt.NDArray[Any],
    meets: npt.NDArray[Any],
    piece: npt.NDArray[Any],
    along: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    asked_first: npt.NDArray[Any],
    asked_at: npt.NDArray[Any],
    code: int,
    bandwidth_m: float,
    limit: float,
) -> npt.NDArray[Any]:
    """Add up the kernel of the shortest walk from each record to each spot asked for.

    Spots are metres along their pieces, in the order of the pieces (`asked_first`).
    """
    found = np.zeros(len(asked_at))
    nodes = len(first) - 1
    walk, reached = np.full(nodes, np.inf), np.empty(nodes, np.int64)
    heap_m, heap = np.empty(len(meets) + 2), np.empty(len(meets) + 2, np.int64)
    seen = np.full(len(start), -1)
    for i in range(len(piece)):
        n = search(
            start, end, length, first, meets, piece[i], along[i], limit, walk, reached, heap_m, heap
        )
        for k in range(-1, n):
            # the record's own piece first: its ends may be beyond the limit
            low, high = (0, 1) if k < 0 else (first[reached[k]], first[reached[k] + 1])
            for j in range(low, high):
                p = piece[i] if k < 0 else meets[j]
                if seen[p] == i:
                    continue
                seen[p] = i
                for a in range(asked_first[p], asked_first[p + 1]):
                    m = walk_to(
                        walk[start[p]],
                        walk[end[p]],
                        length[p],
                        asked_at[a],
                        p == piece[i],
                        along[i],
                    )
                    found[a] += weight[i] * height(code, m, bandwidth_m)
        for k in range(n):
            walk[reached[k]] = np.inf
    return found
