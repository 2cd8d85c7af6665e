"""How strong does the strongest window get when chance alone places the records?

Compiled with numba (kept on disk between runs). Each replicate has its own seed,
so the result does not depend on how many threads share the work.
"""

from __future__ import annotations

import math
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S32 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@nb.njit(cache=True, nogil=True, inline="always")
def _mixed(z: np.uint64) -> np.uint64:
    """Steele, Lea and Flood (2014), SplitMix64: https://doi.org/10.1145/2660193.2660195."""
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@nb.njit(cache=True, nogil=True)
def alias_table(share: npt.NDArray[np.float64]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Prepare draws in constant time (Vose 1991, https://doi.org/10.1109/32.92917)."""
    n = len(share)
    scaled = share * (n / share.sum())
    keep = np.full(n, np.uint32(0xFFFFFFFF))
    other = np.arange(n).astype(np.int32)
    small = np.empty(n, np.int64)
    large = np.empty(n, np.int64)
    n_small = n_large = 0
    for k in range(n):
        if scaled[k] < 1.0:
            small[n_small] = k
            n_small += 1
        else:
            large[n_large] = k
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        s = small[n_small]
        b = large[n_large - 1]
        keep[s] = np.uint32(scaled[s] * 4294967295.0)
        other[s] = b
        scaled[b] -= 1.0 - scaled[s]
        if scaled[b] < 1.0:
            n_large -= 1
            small[n_small] = b
            n_small += 1
    return keep, other


@nb.njit(cache=True, nogil=True)
def least_counts(
    expected: npt.NDArray[np.float64], total: int, strength: float
) -> npt.NDArray[np.int32]:
    """Find, per window, the fewest records that make it at least as strong as `strength`."""
    least = np.empty(len(expected), np.int32)
    for k in range(len(expected)):
        e = expected[k]
        if e <= 0.0 or e >= total:
            least[k] = np.int32(2147483647)
            continue
        low, high = math.floor(e), total + 1  # low is never enough
        while high - low > 1:
            c = (low + high) // 2
            if window_strength(c, e, total) >= strength:
                high = c
            else:
                low = c
        least[k] = high
    return least


@nb.njit(cache=True, nogil=True)
def window_strength(c: int, e: float, total: int) -> float:
    """Log likelihood ratio of Kulldorff's Poisson scan; 0 where not above the expectation."""
    if c <= e or e <= 0.0:
        return 0.0
    rest = total - c
    value = c * math.log(c / e)
    if rest > 0:
        value += rest * math.log(rest / (total - e))
    return value


@nb.njit(cache=True, nogil=True)
def strongest_by_chance(  # noqa: C901, PLR0912, PLR0917  (one compiled loop; numba has no keywords)
    first: int,
    last: int,
    seed: np.uint64,
    total: int,
    keep: npt.NDArray[Any],
    other: npt.NDArray[Any],
    position: npt.NDArray[Any],
    n_raster: int,
    run_start: npt.NDArray[Any],
    run_length: npt.NDArray[Any],
    steps: npt.NDArray[Any],
    ring_end: npt.NDArray[Any],
    opens: npt.NDArray[Any],
    expected: npt.NDArray[Any],
    least: npt.NDArray[Any],
    strongest: npt.NDArray[Any],
) -> None:
    """Fill `strongest[first:last]`, one replicate each; 0 where no window reached `least`."""
    grid = np.zeros(n_raster, least.dtype)
    n_cells = np.uint64(len(position))
    drawn = np.empty(len(position), least.dtype)  # small enough to stay near the processor
    held = np.empty(run_length.max(), least.dtype)
    for replicate in range(first, last):
        drawn[:] = 0
        state = _mixed(seed + _GOLDEN * np.uint64(replicate + 1))
        for _ in range(total):
            state += _GOLDEN
            draw = _mixed(state)
            k = np.int64(((draw >> _S32) * n_cells) >> _S32)
            if (draw & _LOW) > np.uint64(keep[k]):
                k = np.int64(other[k])
            drawn[k] += 1
        for c in range(len(position)):
            grid[position[c]] = drawn[c]
        best = 0.0
        packed = 0
        for run in range(len(run_start)):
            start, length = run_start[run], run_length[run]
            here = held[:length]
            done = 0
            for ring in range(len(ring_end)):
                if opens[ring]:
                    here[:] = 0
                for s in range(done, ring_end[ring]):
                    at = start + steps[s]
                    added = grid[at : at + length]
                    for i in range(length):
                        here[i] += added[i]
                done = ring_end[ring]
                enough = least[ring, packed : packed + length]
                hit = False
                for i in range(length):
                    hit |= here[i] >= enough[i]
                if hit:
                    around = expected[ring, packed : packed + length]
                    for i in range(length):
                        if here[i] >= enough[i]:
                            best = max(best, window_strength(here[i], around[i], total))
            packed += length
        strongest[replicate] = best
