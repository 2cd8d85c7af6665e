"""How much likelier is a window's count if the rate inside differs from that outside?

Compiled with numba (kept on disk between runs). Windows with no more than their
share score 0: the scan looks for places with more.
"""

from __future__ import annotations

import math

import numba as nb
import numpy as np
import numpy.typing as npt

#: Which of the two likelihoods; numba has no enumerations.
POISSON, BERNOULLI = 0, 1
#: More cases than there can be.
NEVER = 2**31 - 1


@nb.njit(cache=True, nogil=True)
def poisson_ratio(c: float, e: float, total: float) -> float:
    """Compare c cases with e expected, of `total` cases: the log likelihood ratio.

    ``c ln(c/e) + (C-c) ln((C-c)/(C-e))``, 0 unless c > e.
    Kulldorff (1997), https://doi.org/10.1080/03610929708831995
    """
    if c <= e or e <= 0.0:
        return 0.0
    value = c * math.log(c / e)
    if total > c:
        value += (total - c) * math.log((total - c) / (total - e))
    return max(value, 0.0)


@nb.njit(cache=True, nogil=True)
def _k_ln_k(k: float) -> float:
    return k * math.log(k) if k > 0.0 else 0.0


@nb.njit(cache=True, nogil=True)
def bernoulli_ratio(c: float, n: float, total: float, population: float) -> float:
    """Compare c cases among n with `total` among `population`: the log likelihood ratio.

    ``c ln(c/n) + (n-c) ln((n-c)/n)`` inside, likewise outside, less the same for all together;
    0 unless c/n exceeds the share of cases outside.
    Kulldorff and Nagarwalla (1995), https://doi.org/10.1002/sim.4780140809
    """
    if n <= 0.0 or n >= population or c * population <= total * n:
        return 0.0
    c_out, n_out = total - c, population - n
    inside = _k_ln_k(c) + _k_ln_k(n - c) - _k_ln_k(n)
    outside = _k_ln_k(c_out) + _k_ln_k(n_out - c_out) - _k_ln_k(n_out)
    together = _k_ln_k(total) + _k_ln_k(population - total) - _k_ln_k(population)
    return max(inside + outside - together, 0.0)


@nb.njit(cache=True, nogil=True)
def window_ratio(model: int, c: float, size: float, total: float, population: float) -> float:
    """Take the ratio of the model; `size` is what the window expects, or its population."""
    if model == POISSON:
        return poisson_ratio(c, size, total)
    return bernoulli_ratio(c, size, total, population)


@nb.njit(cache=True, nogil=True)
def window_ratios(  # noqa: PLR0917  (numba has no keywords)
    model: int,
    cases: npt.NDArray[np.int64],
    size: npt.NDArray[np.float64],
    closes: npt.NDArray[np.bool_],
    least_cases: int,
    total: float,
    population: float,
) -> npt.NDArray[np.float64]:
    """Score all windows; 0 where an entry closes none, or it holds too few cases."""
    ratio = np.zeros(len(cases))
    for k in range(len(cases)):
        if closes[k] and cases[k] >= least_cases:
            ratio[k] = window_ratio(model, float(cases[k]), size[k], total, population)
    return ratio


@nb.njit(cache=True, nogil=True)
def fewest_cases(  # noqa: PLR0917
    model: int,
    size: npt.NDArray[np.float64],
    closes: npt.NDArray[np.bool_],
    start: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    least_cases: int,
    total: float,
    population: float,
    strength: float,
) -> npt.NDArray[np.int32]:
    """Find, per window, the fewest cases that make it at least as strong as `strength`."""
    fewest = np.full(len(size), np.int32(2147483647))
    for row in range(len(start) - 1):
        wanted = strength / weight[row]
        for k in range(start[row], start[row + 1]):
            if not closes[k] or size[k] <= 0.0:
                continue
            most = total
            if model == BERNOULLI:
                most = min(total, size[k])
            low = max(math.floor(total * size[k] / population), least_cases - 1)
            # any number above the share has a ratio above 0
            high = low + 1 if wanted <= 0.0 else int(most) + 1
            while high - low > 1:
                c = (low + high) // 2
                if window_ratio(model, float(c), size[k], total, population) >= wanted:
                    high = c
                else:
                    low = c
            if high <= most and high > low:
                fewest[k] = high
    return fewest
