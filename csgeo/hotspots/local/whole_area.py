"""Do like values lie together, over the area as a whole?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.local.inputs import Alternative, checked_values
from csgeo.hotspots.local.shuffling import (
    Assumption,
    Autocorrelation,
    WeightSums,
    checked_question,
    set_against_chance,
    shuffled_sums,
    sum_of_products,
    weight_sums,
)

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]


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
    x, near = checked_question(values, weights, assumption, alternative, permutations)
    n, s = len(x), weight_sums(near)
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
    permuted = scale * shuffled_sums(centred, near, permutations, seed)
    return set_against_chance(
        scale * sum_of_products(centred, near),
        expected,
        variance - expected**2,
        permuted,
        alternative,
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
    x, near = checked_question(values, weights, assumption, alternative, permutations)
    n, s = len(x), weight_sums(near)
    centred = x - x.mean()
    scale = (n - 1) / (2 * s.s0 * float((centred**2).sum()))
    ends = np.asarray(near.sum(axis=1) + near.sum(axis=0), dtype=float).ravel()
    observed = float(ends @ centred**2) - 2 * sum_of_products(centred, near)
    variance = _gearys_variance(n, s, None if assumption == "normality" else _kurtosis(centred))
    permuted = scale * shuffled_sums(centred, near, permutations, seed, ends)
    return set_against_chance(scale * observed, 1.0, variance, permuted, alternative)


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
    x, near = checked_question(values, weights, "randomisation", alternative, permutations)
    if (x > 0).sum() < 2:
        msg = "`values` must be above 0 for two units at least: G compares products of two values."
        raise MethodError(msg)
    x = x / x.max()  # G has no unit; fourth powers of counts would lose digits
    n, s = len(x), weight_sums(near)
    pairs = float(x.sum() ** 2 - (x**2).sum())
    expected = s.s0 / (n * (n - 1))
    squared = _square_of_g(x, s) / (pairs**2 * n * (n - 1) * (n - 2) * (n - 3))
    permuted = shuffled_sums(x, near, permutations, seed) / pairs
    return set_against_chance(
        sum_of_products(x, near) / pairs, expected, squared - expected**2, permuted, alternative
    )


def _kurtosis(centred: Numbers) -> float:
    return float((centred**4).mean() / (centred**2).mean() ** 2)


def _gearys_variance(n: int, s: WeightSums, kurtosis: float | None) -> float:
    s0_2 = s.s0**2
    if kurtosis is None:
        return ((2 * s.s1 + s.s2) * (n - 1) - 4 * s0_2) / (2 * (n + 1) * s0_2)
    one = (n - 1) * s.s1 * (n**2 - 3 * n + 3 - (n - 1) * kurtosis)
    two = (n - 1) * s.s2 * (n**2 + 3 * n - 6 - (n**2 - n + 2) * kurtosis) / 4
    three = s0_2 * (n**2 - 3 - (n - 1) ** 2 * kurtosis)
    return (one - two + three) / (n * (n - 2) * (n - 3) * s0_2)


def _square_of_g(x: Numbers, s: WeightSums) -> float:
    """Getis and Ord (1992), equation of E(G squared), but for its denominator."""
    n, s0_2 = len(x), s.s0**2
    m1, m2, m3, m4 = (float((x**power).sum()) for power in (1, 2, 3, 4))
    b0 = (n**2 - 3 * n + 3) * s.s1 - n * s.s2 + 3 * s0_2
    b1 = -((n**2 - n) * s.s1 - 2 * n * s.s2 + 6 * s0_2)
    b2 = -(2 * n * s.s1 - (n + 3) * s.s2 + 6 * s0_2)
    b3 = 4 * (n - 1) * s.s1 - 2 * (n + 1) * s.s2 + 8 * s0_2
    b4 = s.s1 - s.s2 + s0_2
    return b0 * m2**2 + b1 * m4 + b2 * m1**2 * m2 + b3 * m1 * m3 + b4 * m1**4
