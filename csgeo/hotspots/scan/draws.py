"""How strong does the strongest window get when chance alone makes the cases?

Compiled with numba (kept on disk between runs). Replicates have their own seeds, so
results do not depend on the number of threads. Sixteen replicates (eight, of 32,768
cases or more) share one walk through the windows: their counts lie side by side in four
64-bit words, and are added and compared with the fewest cases that would matter all at
once. The likelihood is worked out only where that number is reached.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.hotspots.chance import _GOLDEN, _LOW, _S32, _mixed
from csgeo.hotspots.scan.likelihood import POISSON, window_ratio

WORDS = 4
_U0, _U1, _U11 = np.uint64(0), np.uint64(1), np.uint64(11)
#: Where a lane of 16 bits (four to a word) is too narrow for a count, 32 bits are taken.
_NARROW, _WIDE = 16, 32


def lane_bits(total: int) -> int:
    """Choose how many bits a count needs; the highest one is for the comparison."""
    return _NARROW if total < 2 ** (_NARROW - 1) else _WIDE


def thresholds(fewest: npt.NDArray[np.int32], bits: int) -> npt.NDArray[np.uint64]:
    """Lay out what sets a lane's highest bit if added to a count that is enough; 0 for never."""
    top = np.uint64(2 ** (bits - 1))
    repeat = np.uint64(sum(1 << (bits * lane) for lane in range(64 // bits)))
    enough = fewest.astype(np.uint64)
    return np.where(enough <= top, (top - np.minimum(enough, top)) * repeat, _U0)


@nb.njit(cache=True, nogil=True)
def draw_cases(  # noqa: PLR0917  (numba has no keywords)
    state: np.uint64,
    model: int,
    how_many: int,
    keep: npt.NDArray[Any],
    other: npt.NDArray[Any],
    population: npt.NDArray[np.float64],
    counts: npt.NDArray[np.uint64],
    word: int,
    shift: np.uint64,
    lane_mask: np.uint64,
) -> None:
    """Place `how_many` cases by chance: with Poisson multinomial, else without putting back.

    Without putting back: a person is drawn among all; one who is a case already is drawn
    again, which happens with the share of the location's people who are.
    """
    n = np.uint64(len(keep))
    one = _U1 << shift
    placed = 0
    while placed < how_many:
        state += _GOLDEN
        draw = _mixed(state)
        at = np.int64(((draw >> _S32) * n) >> _S32)
        if (draw & _LOW) > keep[at]:
            at = np.int64(other[at])
        if model != POISSON:
            state += _GOLDEN
            share = np.float64(_mixed(state) >> _U11) * (1.0 / 9007199254740992.0)
            if share * population[at] < np.float64((counts[at, word] >> shift) & lane_mask):
                continue
        counts[at, word] += one
        placed += 1


@nb.njit(cache=True, nogil=True)
def strongest_windows(  # noqa: C901, PLR0917
    first: int,
    last: int,
    seed: np.uint64,
    model: int,
    how_many: int,
    swapped: bool,
    bits: int,
    keep: npt.NDArray[Any],
    other: npt.NDArray[Any],
    population: npt.NDArray[np.float64],
    everyone: float,
    total: float,
    neighbour: npt.NDArray[np.int32],
    start: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    size: npt.NDArray[np.float64],
    fewest: npt.NDArray[np.int32],
    threshold: npt.NDArray[np.uint64],
    strongest: npt.NDArray[np.float64],
) -> None:
    """Fill `strongest[first:last]`, one replicate each; 0 where no window had its fewest cases.

    With `swapped`, those who are not cases are drawn (where they are fewer).
    """
    per_word = 64 // bits
    lane_mask = (_U1 << np.uint64(bits)) - _U1
    top = _U0
    for lane in range(per_word):
        top |= _U1 << np.uint64(bits * lane + bits - 1)
    n = len(keep)
    counts = np.zeros((n, WORDS), np.uint64)
    held = np.zeros(WORDS, np.uint64)
    best = np.zeros(WORDS * per_word)
    for block in range(first, last, WORDS * per_word):
        lanes = min(WORDS * per_word, last - block)
        counts[:] = _U0
        best[:] = 0.0
        for lane in range(lanes):
            word, shift = lane // per_word, np.uint64(bits * (lane % per_word))
            state = _mixed(seed + _GOLDEN * np.uint64(block + lane + 1))
            draw_cases(
                state, model, how_many, keep, other, population, counts, word, shift, lane_mask
            )
            if swapped:
                for at in range(n):
                    not_cases = (counts[at, word] >> shift) & lane_mask
                    cases = np.uint64(population[at]) - not_cases
                    counts[at, word] += (cases - not_cases) << shift
        for row in range(len(start) - 1):
            h0 = h1 = h2 = h3 = _U0
            for k in range(start[row], start[row + 1]):
                at = neighbour[k]
                h0 += counts[at, 0]
                h1 += counts[at, 1]
                h2 += counts[at, 2]
                h3 += counts[at, 3]
                t = threshold[k]
                if ((h0 + t) | (h1 + t) | (h2 + t) | (h3 + t)) & top:
                    held[0], held[1], held[2], held[3] = h0, h1, h2, h3
                    for lane in range(lanes):
                        shift = np.uint64(bits * (lane % per_word))
                        c = np.int64((held[lane // per_word] >> shift) & lane_mask)
                        if c >= fewest[k]:
                            value = weight[row] * window_ratio(
                                model, float(c), size[k], total, everyone
                            )
                            best[lane] = max(best[lane], value)
        for lane in range(lanes):
            strongest[block + lane] = best[lane]
