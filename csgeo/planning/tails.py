"""How unlikely is so small, or so large, a share of the later records?

Hypergeometric tails of many tables at once: power asks for tens of thousands.
"""

from __future__ import annotations

from math import exp, lgamma

import numba as nb
import numpy as np

#: Terms smaller than this share of the first add nothing that a p-value shows.
_NEGLIGIBLE = 1e-17


@nb.njit(cache=True)
def _log_choices(n: int, k: int) -> float:
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)


@nb.njit(cache=True)
def smaller_tails(tables: np.ndarray) -> np.ndarray:
    """Give the smaller tail of n two-by-two tables, what is seen included.

    Parameters
    ----------
    tables
        n rows of four counts: treated after, treated before, comparison after, comparison before.

    Returns
    -------
    tails
        n chances, 0 to 1; 1 where a table holds nothing.
    """
    tails = np.ones(len(tables))
    for i in range(len(tables)):
        a, b, c, d = tables[i]
        if a + b + c + d == 0:
            continue
        seen = exp(
            _log_choices(a + b, a) + _log_choices(c + d, c) - _log_choices(a + b + c + d, a + c)
        )
        fewer = more = term = 1.0
        w, x, y, z = float(a), float(b), float(c), float(d)
        while w > 0 and z > 0 and term > _NEGLIGIBLE * fewer:  # one later record less
            term *= w * z / ((x + 1) * (y + 1))
            w, x, y, z = w - 1, x + 1, y + 1, z - 1
            fewer += term
        term = 1.0
        w, x, y, z = float(a), float(b), float(c), float(d)
        while x > 0 and y > 0 and term > _NEGLIGIBLE * more:  # one later record more
            term *= x * y / ((w + 1) * (z + 1))
            w, x, y, z = w + 1, x - 1, y - 1, z + 1
            more += term
        tails[i] = min(seen * min(fewer, more), 1.0)
    return tails
