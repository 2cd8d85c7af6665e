"""Do like values lie together, over the area as a whole?"""

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


class _Sums(NamedTuple):
    """What the moments need of the weights (Cliff and Ord's S0, S1, S2)."""

    s0: float
    s1: float
    s2: float


def morans_i(
    values: pd.Series,
    weights: sparray,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> Autocorrelation:
    """Measure how alike neighbours are: Moran's I.

    Parameters
    ----------
    values
        n numbers, one a unit.
    weights
        Sparse, n x n, in the order of `values`; what is on the diagonal is not used. Units without
        neighbours stay in n and in the mean.
    assumption
        "randomisation" if the values might have been anywhere, "normality" if they are drawn from
        a normal curve.
    alternative
        Which tail is unusual: "greater" for neighbours that are alike.
    permutations
        How many shuffles of all values: 999 is usual, 0 for none.
    seed
        Fixes the shuffles.

    Returns
    -------
    answer
        I, above its expectation of -1/(n - 1) where like lies beside like.

    Raises
    ------
    MethodError
        If there are fewer than four units, no neighbours, or all values are equal.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, pages 42-46.

    Examples
    --------
    >>> import pandas as pd
    >>> from scipy.sparse import csr_array
    >>> row_of_four = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> round(morans_i(pd.Series([1, 2, 3, 4]), row_of_four).statistic, 4)
    0.3333
    """
    x, near = _asked(values, weights, assumption, alternative, permutations)
    n, s = len(x), _sums(near)
    centred = x - x.mean()
    scale = n / s.s0 / float((centred**2).sum())
    expected = -1 / (n - 1)
    s0_2 = s.s0**2
    if assumption == "normality":
        variance = (n**2 * s.s1 - n * s.s2 + 3 * s0_2) / (s0_2 * (n**2 - 1))
    else:
        b2 = _kurtosis(centred)
        spread = n * ((n**2 - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s0_2)
        heavy = b2 * ((n**2 - n) * s.s1 - 2 * n * s.s2 + 6 * s0_2)
        variance = (spread - heavy) / ((n - 1) * (n - 2) * (n - 3) * s0_2)
    permuted = scale * _shuffled(centred, near, permutations, seed)
    return _answer(
        scale * _cross(centred, near), expected, variance - expected**2, permuted, alternative
    )


def gearys_c(
    values: pd.Series,
    weights: sparray,
    *,
    assumption: Assumption = "randomisation",
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> Autocorrelation:
    """Measure how different neighbours are: Geary's c.

    Parameters
    ----------
    values, weights, assumption, permutations, seed
        As in :func:`morans_i`.
    alternative
        Which tail is unusual: "less" for neighbours that are alike.

    Returns
    -------
    answer
        c, below its expectation of 1 where like lies beside like; so is z below 0 then.

    Raises
    ------
    MethodError
        As :func:`morans_i`.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, pages 42-46.

    Examples
    --------
    >>> import pandas as pd
    >>> from scipy.sparse import csr_array
    >>> row_of_four = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> round(gearys_c(pd.Series([1, 2, 3, 4]), row_of_four).statistic, 4)
    0.3
    """
    x, near = _asked(values, weights, assumption, alternative, permutations)
    n, s = len(x), _sums(near)
    centred = x - x.mean()
    scale = (n - 1) / (2 * s.s0 * float((centred**2).sum()))
    ends = np.asarray(near.sum(axis=1) + near.sum(axis=0), dtype=float).ravel()
    observed = float(ends @ centred**2) - 2 * _cross(centred, near)
    variance = _gearys_variance(n, s, None if assumption == "normality" else _kurtosis(centred))
    permuted = scale * _shuffled(centred, near, permutations, seed, ends)
    return _answer(scale * observed, 1.0, variance, permuted, alternative)


def general_g(
    values: pd.Series,
    weights: sparray,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> Autocorrelation:
    """Measure whether it is the high values that lie together, or the low: Getis-Ord general G.

    Parameters
    ----------
    values
        n numbers of at least 0, one a unit. G has no normality version: values are never below 0.
    weights, permutations, seed
        As in :func:`morans_i`; weights of 1 are usual.
    alternative
        Which tail is unusual: "greater" where high values gather.

    Returns
    -------
    answer
        G: the share of all products of two values that are between neighbours; above its
        expectation where high values gather, below it where low ones do.

    Raises
    ------
    MethodError
        As :func:`morans_i`, if a value is below 0, or fewer than two are above 0.

    References
    ----------
    Getis and Ord (1992), https://doi.org/10.1111/j.1538-4632.1992.tb00261.x

    Examples
    --------
    >>> import pandas as pd
    >>> from scipy.sparse import csr_array
    >>> row_of_four = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> round(general_g(pd.Series([1, 2, 3, 4]), row_of_four).statistic, 4)
    0.5714
    """
    checked_values(values, "values", least=0)
    x, near = _asked(values, weights, "randomisation", alternative, permutations)
    if (x > 0).sum() < 2:
        msg = "`values` must be above 0 for two units at least: G compares products of two values."
        raise MethodError(msg)
    x = x / x.max()  # G has no unit; fourth powers of counts would lose digits
    n, s = len(x), _sums(near)
    pairs = float(x.sum() ** 2 - (x**2).sum())
    expected = s.s0 / (n * (n - 1))
    squared = _square_of_g(x, s) / (pairs**2 * n * (n - 1) * (n - 2) * (n - 3))
    permuted = _shuffled(x, near, permutations, seed) / pairs
    return _answer(_cross(x, near) / pairs, expected, squared - expected**2, permuted, alternative)


def _asked(
    values: pd.Series, weights: sparray, assumption: str, alternative: str, permutations: int
) -> tuple[Numbers, csr_array]:
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


def _answer(
    statistic: float, expected: float, variance: float, permuted: Numbers, alternative: Alternative
) -> Autocorrelation:
    # a variance of rounding errors only: every unit is every other's neighbour
    varies = variance > 1e-12 * max(expected**2, 1e-300)
    z = (statistic - expected) / variance**0.5 if varies else np.nan
    p_permuted = np.nan
    if len(permuted) and varies:
        room = 1e-11 * max(abs(statistic), float(np.abs(permuted).max()))
        p_permuted = whole_p(statistic, permuted, room=room, alternative=alternative)
    p = float(normal_p(np.array([z]), alternative)[0])
    return Autocorrelation(statistic, expected, variance if varies else 0.0, z, p, p_permuted)


def _sums(near: csr_array) -> _Sums:
    both = near + near.T
    ends = np.asarray(near.sum(axis=1) + near.sum(axis=0), dtype=float).ravel()
    return _Sums(float(near.sum()), float((both.data**2).sum() / 2), float((ends**2).sum()))


def _kurtosis(centred: Numbers) -> float:
    return float((centred**4).mean() / (centred**2).mean() ** 2)


def _cross(x: Numbers, near: csr_array) -> float:
    """Add up the products of neighbours."""
    return float(x @ (near @ x))


def _gearys_variance(n: int, s: _Sums, kurtosis: float | None) -> float:
    s0_2 = s.s0**2
    if kurtosis is None:
        return ((2 * s.s1 + s.s2) * (n - 1) - 4 * s0_2) / (2 * (n + 1) * s0_2)
    one = (n - 1) * s.s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    two = (n - 1) * s.s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
    three = s0_2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    return (one - two + three) / (n * (n - 2) * (n - 3) * s0_2)


def _square_of_g(x: Numbers, s: _Sums) -> float:
    """Getis and Ord (1992), equation of E(G squared), but for its denominator."""
    n, s0_2 = len(x), s.s0**2
    m1, m2, m3, m4 = (float((x**power).sum()) for power in (1, 2, 3, 4))
    b0 = (n**2 - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s0_2
    b1 = -((n**2 - n) * s.s1 - 2 * n * s.s2 + 6 * s0_2)
    b2 = -(2 * n * s.s1 - (n + 3) * s.s2 + 6 * s0_2)
    b3 = 4 * (n - 1) * s.s1 - 2 * (n + 1) * s.s2 + 8 * s0_2
    b4 = s.s1 - s.s2 + s0_2
    return b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4


def _shuffled(
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
