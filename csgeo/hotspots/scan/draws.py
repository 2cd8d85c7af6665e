"""How strong does the strongest window get when chance alone makes the cases?

Compiled with numba (kept on disk between runs). Replicates have their own seeds, so
results do not depend on the number of threads. Eight or sixteen replicates share one
walk through the windows; of most windows only a whole number is looked at: the fewest
cases that would matter.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.hotspots.chance import _GOLDEN, _LOW, _S32, _mixed
from csgeo.hotspots.scan.likelihood import POISSON, window_ratio

#: How many replicates share a walk: as many whole numbers as fit a vector register, twice.
LANES = 16


@nb.njit(cache=True, nogil=True)
def draw_cases(  # noqa: PLR0917  (numba has no keywords)
    state: np.uint64,
    model: int,
    how_many: int,
    keep: npt.NDArray[Any],
    other: npt.NDArray[Any],
    population: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int32],
    lane: int,
) -> None:
    """Place `how_many` cases by chance: with Poisson multinomial, else without putting back.

    Without putting back: a person is drawn among all; one who is a case already is drawn
    again, which happens with the share of the location's people who are.
    """
    n = np.uint64(len(keep))
    placed = 0
    while placed < how_many:
        state += _GOLDEN
        draw = _mixed(state)
        at = np.int64(((draw >> _S32) * n) >> _S32)
        if (draw & _LOW) > keep[at]:
            at = np.int64(other[at])
        if model != POISSON:
            state += _GOLDEN
            share = np.float64(_mixed(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            if share * population[at] < counts[at, lane]:
                continue
        counts[at, lane] += 1
        placed += 1


@nb.njit(cache=True, nogil=True)
def strongest_windows(  # noqa: C901, PLR0917
    first: int,
    last: int,
    seed: np.uint64,
    model: int,
    how_many: int,
    swapped: bool,
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
    strongest: npt.NDArray[np.float64],
) -> None:
    """Fill `strongest[first:last]`, one replicate each; 0 where no window had its fewest cases.

    With `swapped`, those who are not cases are drawn (where they are fewer).
    """
    counts = np.zeros((len(keep), LANES), np.int32)
    held = np.zeros(LANES, np.int32)
    best = np.zeros(LANES)
    for block in range(first, last, LANES):
        lanes = min(LANES, last - block)
        counts[:] = 0
        best[:] = 0.0
        for lane in range(lanes):
            state = _mixed(seed + _GOLDEN * np.uint64(block + lane + 1))
            draw_cases(state, model, how_many, keep, other, population, counts, lane)
            if swapped:
                for at in range(len(keep)):
                    counts[at, lane] = np.int32(population[at]) - counts[at, lane]
        for row in range(len(start) - 1):
            held[:] = 0
            for k in range(start[row], start[row + 1]):
                enough = fewest[k]
                added = counts[neighbour[k]]
                hits = np.int32(0)
                for lane in range(LANES):
                    held[lane] += added[lane]
                    hits += np.int32(held[lane] >= enough)
                if hits > 0:
                    for lane in range(lanes):
                        if held[lane] >= enough:
                            value = weight[row] * window_ratio(
                                model, float(held[lane]), size[k], total, everyone
                            )
                            best[lane] = max(best[lane], value)
        for lane in range(lanes):
            strongest[block + lane] = best[lane]
