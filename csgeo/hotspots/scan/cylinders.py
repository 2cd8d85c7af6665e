"""Which circle over which stretch of time holds more cases than space and time apart would give?

Compiled with numba (kept on disk between runs). Only stretches are looked at that begin and
end with a case inside: any other one is weaker than the same without its empty ends.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.hotspots.chance import _GOLDEN, _S32, _mixed
from csgeo.hotspots.scan.likelihood import poisson_ratio


@nb.njit(cache=True, nogil=True)
def most_due(total: int, strength: float) -> npt.NDArray[np.float64]:
    """Find, for 0 to `total` cases, how many may be expected for a ratio of `strength`."""
    most = np.zeros(total + 1)
    for c in range(1, total + 1):
        low, high = 0.0, float(c)
        if strength <= 0.0:
            low = high
        while high - low > 1e-9 * high:
            middle = 0.5 * (low + high)
            if poisson_ratio(float(c), middle, float(total)) >= strength:
                low = middle
            else:
                high = middle
        most[c] = low
    return most


@nb.njit(cache=True, nogil=True)
def scan_cylinders(  # noqa: C901, PLR0912, PLR0917  (numba has no keywords)
    unit: npt.NDArray[np.int32],
    first_case: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    longest: int,
    alive: bool,
    least_cases: int,
    neighbour: npt.NDArray[np.int32],
    start: npt.NDArray[np.int64],
    closes: npt.NDArray[np.bool_],
    most: npt.NDArray[np.float64],
    ratio: npt.NDArray[np.float64],
    begins: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    held: npt.NDArray[np.int64],
) -> float:
    """Find the strongest cylinder; and of each window, if `ratio` and the others are that long.

    Parameters
    ----------
    unit, first_case
        The unit of time of each case, sorted by location; where each location's cases begin.
    before
        How many of all cases fall before each unit, and all of them.
    longest
        The most units of a cylinder.
    alive
        Whether only cylinders that last until the end are looked at.
    most
        Those that expect more than this for the cases they have are passed over.
    """
    n_units = len(before) - 1
    total = float(before[n_units])
    inside = np.zeros(n_units, np.int64)
    busy = np.empty(n_units, np.int64)
    strongest = 0.0
    telling = len(ratio) > 0
    for row in range(len(start) - 1):
        inside[:] = 0
        all_times = 0
        news = False
        for k in range(start[row], start[row + 1]):
            at = neighbour[k]
            for case in range(first_case[at], first_case[at + 1]):
                inside[unit[case]] += 1
                all_times += 1
                news = True
            if not closes[k] or not (news or telling) or all_times < least_cases:
                continue
            news = False
            n_busy = 0
            for u in range(n_units):
                if inside[u] > 0:
                    busy[n_busy] = u
                    n_busy += 1
            for i in range(n_busy):
                c = 0
                for j in range(i, n_busy):
                    c += inside[busy[j]]
                    last = n_units - 1 if alive else busy[j]
                    if alive and j < n_busy - 1:
                        continue
                    if last - busy[i] >= longest:
                        break
                    if c < least_cases:
                        continue
                    due = all_times * float(before[last + 1] - before[busy[i]]) / total
                    if due > most[c]:
                        continue
                    value = poisson_ratio(float(c), due, total)
                    strongest = max(strongest, value)
                    if telling and value > ratio[k] + 1e-12:
                        ratio[k] = value
                        begins[k], ends[k], held[k] = busy[i], last, c
    return strongest


@nb.njit(cache=True, nogil=True)
def strongest_cylinders(  # noqa: PLR0917
    first: int,
    last: int,
    seed: np.uint64,
    unit: npt.NDArray[np.int32],
    first_case: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    longest: int,
    alive: bool,
    least_cases: int,
    neighbour: npt.NDArray[np.int32],
    start: npt.NDArray[np.int64],
    closes: npt.NDArray[np.bool_],
    most: npt.NDArray[np.float64],
    strongest: npt.NDArray[np.float64],
) -> None:
    """Fill `strongest[first:last]`, one replicate each: times are dealt out anew to the cases."""
    no_numbers = np.zeros(0)
    no_units = np.zeros(0, np.int32)
    no_counts = np.zeros(0, np.int64)
    dealt = unit.copy()
    for replicate in range(first, last):
        dealt[:] = unit
        state: Any = _mixed(seed + _GOLDEN * np.uint64(replicate + 1))
        for case in range(len(dealt) - 1, 0, -1):
            state += _GOLDEN
            other = np.int64(((_mixed(state) >> _S32) * np.uint64(case + 1)) >> _S32)
            dealt[case], dealt[other] = dealt[other], dealt[case]
        strongest[replicate] = scan_cylinders(
            dealt, first_case, before, longest, alive, least_cases, neighbour, start, closes,
            most, no_numbers, no_units, no_units, no_counts,
        )  # fmt: skip
