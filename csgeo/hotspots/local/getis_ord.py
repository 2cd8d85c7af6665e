"""Which units lie where high values, or low ones, gather?

For any areas and any weights. The same on a lattice, by convolution and without a table of
neighbours, is ``csgeo.hotspots.getis_ord``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.local.bands import answered, normal_p
from csgeo.hotspots.local.inputs import (
    Alternative,
    check_choices,
    checked_values,
    checked_weights,
    own_weights,
    without_own,
)
from csgeo.hotspots.local.permuting import permuted_p

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]


def local_getis_ord(
    values: pd.Series,
    weights: sparray,
    *,
    own: bool = True,
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Score how far the values around each unit exceed what the average would give: Gi* or Gi.

    Parameters
    ----------
    values
        n numbers, one a unit: counts, or rates.
    weights
        Sparse, n x n, in the order of `values`; see :mod:`csgeo.hotspots.local.neighbours`. They
        need not be 0 or 1, nor symmetric, nor add up to 1: a row that is multiplied by a number
        has the same score.
    own
        True for Gi*, where a unit is in its own neighbourhood: with the weight on the diagonal of
        `weights` where there is one, else with the greatest weight of its row. False for Gi,
        where it is not, and is compared with the mean of the others.
    alternative
        Which tail is unusual: "greater" asks for hot only, "less" for cold only.
    permutations
        How many conditional permutations: 999 is usual, 0 for none.
    seed
        Fixes the permutations.

    Returns
    -------
    answer
        On the index of `values`: ``z`` (no unit), ``p_value`` (normal curve), ``q_value``
        (Benjamini and Hochberg), ``band`` (-3 to 3 by the p-value, as ArcGIS's Gi_Bin),
        ``band_by_q`` (by the q-value), ``p_permuted``, ``q_permuted``. Missing where there is
        nothing to compare with: no variance, a neighbourhood that is everything, and for Gi a unit
        without neighbours (for Gi*, that unit is its own neighbourhood). Permutations hold the
        unit's own value, so Gi and Gi* have the same ``p_permuted``; it is missing for a unit
        without neighbours.

    Raises
    ------
    MethodError
        If values are missing, or weights do not fit them, are missing or negative.

    References
    ----------
    Ord and Getis (1995), https://doi.org/10.1111/j.1538-4632.1995.tb00912.x

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> row_of_three = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> local_getis_ord(pd.Series([0, 0, 3]), row_of_three)["z"].round(3).tolist()
    [-1.414, nan, 0.707]
    """
    check_choices(alternative, permutations)
    x = checked_values(values, "values")
    near = checked_weights(weights, len(x))
    others = without_own(near)
    # a mean of equal values can differ from them by a rounding error
    centred = x - x.mean() if x.min() < x.max() else np.zeros(len(x))
    z = _z_with_own(centred, others, own_weights(near)) if own else _z_of_others(centred, others)
    p_permuted = permuted_p(
        x, others, permutations=permutations, seed=seed, alternative=alternative
    )
    columns = answered(z, normal_p(z, alternative), p_permuted)
    return pd.DataFrame({"z": z, **columns}, index=values.index)


def _z_with_own(centred: Numbers, others: sparray, own: Numbers) -> Numbers:
    """Gi*: all n values, with a mean of 0 and the deviation of them all."""
    sums, reach, squares = _moments(centred, others)
    n = len(centred)
    spread = (centred**2).mean() / max(n - 1, 1)
    return _z(sums + own * centred, spread * _free(reach + own, squares + own**2, n))


def _z_of_others(centred: Numbers, others: sparray) -> Numbers:
    """Gi: the n - 1 other values, with their mean and deviation."""
    n = len(centred)
    if n < 3:
        return np.full(n, np.nan)
    sums, reach, squares = _moments(centred, others)
    mean = -centred / (n - 1)
    variance = ((centred**2).sum() - centred**2) / (n - 1) - mean**2
    # what is left of rounding where the others are all equal
    variance[variance < 1e-12 * (centred**2).mean()] = 0.0
    return _z(sums - mean * reach, variance / (n - 2) * _free(reach, squares, n - 1))


def _moments(x: Numbers, others: sparray) -> tuple[Numbers, Numbers, Numbers]:
    ones = np.ones(len(x))
    return others @ x, others @ ones, (others * others) @ ones


def _free(reach: Numbers, squares: Numbers, n: int) -> Numbers:
    """Give how much a neighbourhood's sum can vary: not at all if it is everything."""
    free = n * squares - reach**2
    return np.where(free < 1e-12 * reach**2, 0.0, free)


def _z(excess: Numbers, variance: Numbers) -> Numbers:
    # 0/0 is the honest "nothing to compare with", so it stays missing
    nothing = np.full(len(excess), np.nan)
    return np.asarray(np.divide(excess, np.sqrt(variance), out=nothing, where=variance > 0))
