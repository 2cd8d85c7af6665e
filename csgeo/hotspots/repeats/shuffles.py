"""How many pairs would be near in time if chance dealt the times out anew?

The places stay, and so do the times; only which event has which time is drawn.
So what the streets, the seasons and the recording do alike in every shuffle
cannot pass for a repeat. Compiled with numba (kept on disk between runs); each
replicate has its own seed, so the answer does not depend on the number of threads.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.errors import RecipeError
from csgeo.hotspots.chance import _GOLDEN, _S32, _mixed

if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH = 25


@nb.njit(cache=True, nogil=True)
def shuffled_order(seed: np.uint64, replicate: int, n: int) -> npt.NDArray[Any]:
    """Deal out positions 0 to n - 1 (Fisher and Yates, with SplitMix64)."""
    order = np.arange(n)
    state = _mixed(seed + _GOLDEN * np.uint64(replicate + 1))
    for k in range(n - 1, 0, -1):
        state += _GOLDEN
        pick = np.int64(((_mixed(state) >> _S32) * np.uint64(k + 1)) >> _S32)
        order[k], order[pick] = order[pick], order[k]
    return order


@nb.njit(cache=True, nogil=True)
def count_near(  # noqa: PLR0917  (numba has no keywords)
    when: npt.NDArray[Any],
    one: npt.NDArray[Any],
    other: npt.NDArray[Any],
    start: npt.NDArray[Any],
    edges: npt.NDArray[Any],
    held: npt.NDArray[Any],
) -> None:
    """Add, per band of distance and edge, the pairs that are closer in time than the edge.

    Pairs of band s stand at ``start[s]`` to ``start[s + 1]``.
    """
    last = len(edges) - 1
    widest = edges[last]
    for s in range(len(start) - 1):
        for k in range(start[s], start[s + 1]):
            away = abs(when[one[k]] - when[other[k]])
            if away < widest:
                b = last
                while b >= 0 and away < edges[b]:
                    held[s, b] += 1
                    b -= 1


@nb.njit(cache=True, nogil=True)
def count_shuffled(  # noqa: PLR0917  (numba has no keywords)
    first: int,
    last: int,
    seed: np.uint64,
    when: npt.NDArray[Any],
    one: npt.NDArray[Any],
    other: npt.NDArray[Any],
    start: npt.NDArray[Any],
    edges: npt.NDArray[Any],
    paired: npt.NDArray[Any],
    near_in_space: npt.NDArray[Any],
    near_in_time: npt.NDArray[Any],
    held: npt.NDArray[Any],
    met: npt.NDArray[Any],
) -> None:
    """Fill `held[first:last]`; `met` with the sum of near-in-space times near-in-time.

    Only the events in `paired` get a time: who is near nobody in space makes no pair.
    """
    n = len(when)
    everyone = np.arange(n)
    order = np.empty_like(everyone)
    dealt = np.empty(n)
    for replicate in range(first, last):
        order[:] = everyone
        state = _mixed(seed + _GOLDEN * np.uint64(replicate + 1))
        meets = 0
        for k in range(len(paired)):
            state += _GOLDEN
            pick = k + np.int64(((_mixed(state) >> _S32) * np.uint64(n - k)) >> _S32)
            chosen = order[pick]
            order[pick] = order[k]
            dealt[paired[k]] = when[chosen]
            meets += near_in_space[paired[k]] * near_in_time[chosen]
        met[replicate] = meets
        count_near(dealt, one, other, start, edges, held[replicate])


@nb.njit(cache=True, nogil=True)
def near_each(ordered: npt.NDArray[Any], edge: float) -> npt.NDArray[Any]:
    """Count, for each of the sorted times, the others that are closer than `edge`."""
    n = len(ordered)
    near = np.empty(n, np.int64)
    low = high = 0
    for k in range(n):
        while ordered[k] - ordered[low] >= edge:
            low += 1
        while high < n and ordered[high] - ordered[k] < edge:
            high += 1
        near[k] = high - low - 1
    return near


def near_in_time(when: npt.NDArray[np.float64], edge: float) -> npt.NDArray[np.int64]:
    """Count, for each event, the others less than `edge` days away."""
    order = np.argsort(when, kind="stable")
    near = np.empty(len(when), np.int64)
    near[order] = near_each(when[order], edge)
    return near


def in_batches(
    run: Callable[[int, int], object],
    replicates: int,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Run replicates from first to last on all processors, telling how many are done."""
    starts = range(0, replicates, _BATCH)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(run, s, min(s + _BATCH, replicates)) for s in starts]
        for done, job in enumerate(jobs, 1):
            job.result()
            if progress is not None:
                progress(min(done * _BATCH, replicates), replicates)


def checked_replicates(replicates: int) -> int:
    """Refuse fewer than one replicate."""
    if replicates < 1:
        msg = f"`replicates` must be at least 1, better 99 or more; it is {replicates}."
        raise RecipeError(msg)
    return int(replicates)


def share_at_least(observed: npt.ArrayLike, simulated: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give (1 + number of replicates with as many) / (replicates + 1).

    The data count as one of the replicates, so a p-value is never 0 (Phipson and Smyth 2010,
    https://doi.org/10.2202/1544-6115.1585). Replicates are along the first axis.
    """
    as_many = (simulated >= np.asarray(observed)).sum(axis=0)
    return np.asarray((1 + as_many) / (1 + len(simulated)))
