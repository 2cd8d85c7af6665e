"""Which circle over which stretch of time holds more cases than space and time apart would give?

Compiled with numba (kept on disk between runs). Only stretches are looked at that begin and
end with a case inside: any other one is weaker than the same without its empty ends. As in
``draws``, replicates lie side by side in four words; dealing out times anew leaves what is
expected of each cylinder as it is, so one number of cases that would matter serves them all.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.hotspots.chance import _GOLDEN, _S32, _mixed
from csgeo.hotspots.scan.draws import _U0, _U1, WORDS
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
def scan_cylinders(  # noqa: PLR0917  (numba has no keywords)
    unit: npt.NDArray[np.int32],
    first_case: npt.NDArray[np.int64],
    before: npt.NDArray[np.int64],
    longest: int,
    alive: bool,
    least_cases: int,
    neighbour: npt.NDArray[np.int32],
    start: npt.NDArray[np.int64],
    closes: npt.NDArray[np.bool_],
    ratio: npt.NDArray[np.float64],
    begins: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    held: npt.NDArray[np.int64],
) -> None:
    """Find the strongest cylinder over each window: fill `ratio`, `begins`, `ends` and `held`.

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
    """
    n_units = len(before) - 1
    total = float(before[n_units])
    inside = np.zeros(n_units, np.int64)
    for row in range(len(start) - 1):
        inside[:] = 0
        all_times = 0
        for k in range(start[row], start[row + 1]):
            at = neighbour[k]
            for case in range(first_case[at], first_case[at + 1]):
                inside[unit[case]] += 1
                all_times += 1
            if not closes[k] or all_times < least_cases:
                continue
            for i in range(n_units - longest if alive else 0, n_units):
                if inside[i] == 0:
                    continue
                c = 0
                for j in range(i, min(i + longest, n_units)):
                    c += inside[j]
                    if c < least_cases or (j < n_units - 1 if alive else inside[j] == 0):
                        continue
                    due = all_times * float(before[j + 1] - before[i]) / total
                    value = poisson_ratio(float(c), due, total)
                    if value > ratio[k] + 1e-12:
                        ratio[k] = value
                        begins[k], ends[k], held[k] = i, j, c


@nb.njit(cache=True, nogil=True)
def deal_times(
    state: np.uint64, unit: npt.NDArray[np.int32], dealt: npt.NDArray[np.int32], lane: int
) -> None:
    """Deal the units of time out anew (Fisher and Yates), into one lane."""
    own = unit.copy()
    for case in range(len(own) - 1, 0, -1):
        state += _GOLDEN
        other = np.int64(((_mixed(state) >> _S32) * np.uint64(case + 1)) >> _S32)
        own[case], own[other] = own[other], own[case]
    dealt[:, lane] = own


@nb.njit(cache=True, nogil=True)
def try_stretches(  # noqa: C901, PLR0917
    inside: npt.NDArray[np.uint64],
    all_times: int,
    before: npt.NDArray[np.int64],
    longest: int,
    alive: bool,
    least_cases: int,
    lanes: int,
    bits: int,
    top: np.uint64,
    most: npt.NDArray[np.float64],
    scale: float,
    threshold: npt.NDArray[np.uint64],
    busy: npt.NDArray[np.int64],
    held: npt.NDArray[np.uint64],
    best: npt.NDArray[np.float64],
) -> None:
    """Raise `best` of each lane to its strongest stretch of time over one window."""
    n_units = len(before) - 1
    total = float(before[n_units])
    per_word = 64 // bits
    lane_mask = (_U1 << np.uint64(bits)) - _U1
    n_busy = 0
    for u in range(n_units - longest if alive else 0, n_units):
        if inside[u, 0] | inside[u, 1] | inside[u, 2] | inside[u, 3]:
            busy[n_busy] = u
            n_busy += 1
    for a in range(n_busy):
        i = busy[a]
        h0 = h1 = h2 = h3 = _U0
        for b in range(a, n_busy):
            j = busy[b]
            if j - i >= longest:
                break
            h0 += inside[j, 0]
            h1 += inside[j, 1]
            h2 += inside[j, 2]
            h3 += inside[j, 3]
            if alive:
                if b < n_busy - 1:
                    continue
                j = n_units - 1
            due = all_times * float(before[j + 1] - before[i]) / total
            t = threshold[np.int64(due * scale)]
            if ((h0 + t) | (h1 + t) | (h2 + t) | (h3 + t)) & top:
                held[0], held[1], held[2], held[3] = h0, h1, h2, h3
                for lane in range(lanes):
                    shift = np.uint64(bits * (lane % per_word))
                    c = np.int64((held[lane // per_word] >> shift) & lane_mask)
                    if c >= least_cases and due <= most[c]:
                        best[lane] = max(best[lane], poisson_ratio(float(c), due, total))


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
    bits: int,
    most: npt.NDArray[np.float64],
    scale: float,
    threshold: npt.NDArray[np.uint64],
    strongest: npt.NDArray[np.float64],
) -> None:
    """Fill `strongest[first:last]`, one replicate each: times are dealt out anew to the cases.

    0 where no cylinder expects as little for its cases as `most` says; `threshold` says the
    same for all lanes, by what is expected times `scale`.
    """
    per_word = 64 // bits
    top = _U0
    for lane in range(per_word):
        top |= _U1 << np.uint64(bits * lane + bits - 1)
    n_lanes = WORDS * per_word
    dealt = np.empty((len(unit), n_lanes), np.int32)
    inside = np.zeros((len(before) - 1, WORDS), np.uint64)
    busy = np.empty(len(before) - 1, np.int64)
    held = np.zeros(WORDS, np.uint64)
    best = np.zeros(n_lanes)
    for block in range(first, last, n_lanes):
        lanes = min(n_lanes, last - block)
        best[:] = 0.0
        for lane in range(lanes):
            deal_times(_mixed(seed + _GOLDEN * np.uint64(block + lane + 1)), unit, dealt, lane)
        for row in range(len(start) - 1):
            inside[:] = _U0
            all_times = 0
            news = False
            for k in range(start[row], start[row + 1]):
                at = neighbour[k]
                for case in range(first_case[at], first_case[at + 1]):
                    for lane in range(lanes):
                        one = _U1 << np.uint64(bits * (lane % per_word))
                        inside[dealt[case, lane], lane // per_word] += one
                    all_times += 1
                    news = True
                # a ring without cases leaves each cylinder with as many cases as before
                if closes[k] and news and all_times >= least_cases:
                    news = False
                    try_stretches(
                        inside, all_times, before, longest, alive, least_cases, lanes, bits, top,
                        most, scale, threshold, busy, held, best,
                    )  # fmt: skip
        for lane in range(lanes):
            strongest[block + lane] = best[lane]
