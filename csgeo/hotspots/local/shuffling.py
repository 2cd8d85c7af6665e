"""How unusual is one statistic of the whole area?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.local.bands import normal_p
from csgeo.hotspots.local.inputs import (
    Alternative,
    check_choices,
    checked_values,
    checked_weights,
    without_own,
)
from csgeo.hotspots.local.permuting import whole_p

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_array, sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Are the values shuffled, or drawn from a normal curve?
Assumption = Literal["randomisation", "normality"]
#: As many permutations at once.
_BATCH = 16


class Autocorrelation(NamedTuple):
    """One statistic of the whole area, and how unusual it is.

    ``p_value`` is that of the normal curve, ``p_permuted`` that of the permutations; missing
    (nan) where none were asked for.
    """

    statistic: float
    expected: float
    variance: float
    z: float
    p_value: float
    p_permuted: float


class WeightSums(NamedTuple):
    """What the moments need of the weights (Cliff and Ord's S0, S1, S2)."""

    s0: float
    s1: float
    s2: float


def checked_question(
    values: pd.Series, weights: sparray, assumption: str, alternative: str, permutations: int
) -> tuple[Numbers, csr_array]:
    """Give the values, and the weights without the diagonal, if the question makes sense."""
    check_choices(alternative, permutations)
    if assumption not in {"randomisation", "normality"}:
        msg = f'`assumption` must be "randomisation" or "normality"; it is {assumption!r}.'
        raise MethodError(msg)
    x = checked_values(values, "values")
    near = without_own(checked_weights(weights, len(x)))
    if len(x) < 4:
        msg = f"At least 4 units are needed; there are {len(x)}. Use smaller units."
        raise MethodError(msg)
    if x.min() == x.max():
        msg = (
            f"`values` must differ; all {len(x)} are {x[0]:g}. "
            "Nothing lies together where all is equal."
        )
        raise MethodError(msg)
    if not near.nnz:
        msg = (
            f"`weights` must make some units neighbours; none of the {len(x)} has any. "
            "Use a longer reach, or the nearest units."
        )
        raise MethodError(msg)
    return x, near


def set_against_chance(
    statistic: float, expected: float, variance: float, permuted: Numbers, alternative: Alternative
) -> Autocorrelation:
    """Score a statistic by its moments and by its permutations."""
    # a variance of rounding errors only: every unit is every other's neighbour
    varies = variance > 1e-12 * max(expected**2, 1e-300)
    z = (statistic - expected) / variance**0.5 if varies else np.nan
    p_permuted = np.nan
    if len(permuted) and varies:
        room = 1e-11 * max(abs(statistic), float(np.abs(permuted).max()))
        p_permuted = whole_p(statistic, permuted, room=room, alternative=alternative)
    p = float(normal_p(np.array([z]), alternative)[0])
    return Autocorrelation(statistic, expected, variance if varies else 0.0, z, p, p_permuted)


def weight_sums(near: csr_array) -> WeightSums:
    """Add up the weights, their squares both ways, and the squares of their sums by unit."""
    both = near + near.T
    ends = np.asarray(near.sum(axis=1) + near.sum(axis=0), dtype=float).ravel()
    return WeightSums(float(near.sum()), float((both.data**2).sum() / 2), float((ends**2).sum()))


def sum_of_products(x: Numbers, near: csr_array) -> float:
    """Add up the products of neighbours."""
    return float(x @ (near @ x))


def shuffled_sums(
    x: Numbers, near: csr_array, permutations: int, seed: int, ends: Numbers | None = None
) -> Numbers:
    """Give the sum over neighbours for each shuffle: of products or, with `ends`, of squares."""
    rng = np.random.default_rng(seed)
    sums = np.empty(permutations)
    for first in range(0, permutations, _BATCH):
        count = min(_BATCH, permutations - first)
        some = np.stack([rng.permutation(x) for _ in range(count)], axis=1)
        products = np.einsum("ij,ij->j", some, near @ some)
        if ends is not None:
            products = ends @ some**2 - 2 * products
        sums[first : first + count] = products
    return sums
