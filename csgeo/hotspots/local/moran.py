"""Which units are like their neighbours, and which are the odd ones out?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.local.bands import answered, normal_p
from csgeo.hotspots.local.inputs import (
    Alternative,
    check_choices,
    checked_values,
    checked_weights,
    without_own,
)
from csgeo.hotspots.local.permuting import permuted_p
from csgeo.hotspots.local.rates import rate_scores

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: What is held fixed while chance is thought to act: see `local_moran`.
Assumption = Literal["conditional", "randomisation", "normality"]


def local_moran(
    values: pd.Series,
    weights: sparray,
    *,
    assumption: Assumption = "conditional",
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Score how alike each unit and its neighbours are: local Moran's I.

    Parameters
    ----------
    values
        n numbers, one a unit.
    weights
        Sparse, n x n, in the order of `values`; what is on the diagonal is not used. With rows
        that add up to 1 (``row_standardised``), I is in units of the variance.
    assumption
        "conditional": the unit keeps its value, the others are shuffled (Sokal, Oden and Thomson
        1998), the same question as that of the permutations. "randomisation": all values are
        shuffled (Anselin 1995). "normality": values are drawn from a normal curve.
    alternative
        Which tail of I is unusual: "greater" for units like their neighbours.
    permutations
        How many conditional permutations: 999 is usual, 0 for none.
    seed
        Fixes the permutations.

    Returns
    -------
    answer
        On the index of `values`: ``local_moran`` (I), ``expected``, ``z``, ``p_value``,
        ``q_value``, ``band`` and ``band_by_q`` (hot: like its neighbours; cold: unlike them),
        ``p_permuted``, ``q_permuted``, ``quadrant`` ("high among high", "low among low", "high
        among low", "low among high"; missing where a value or its surroundings are the mean).
        Missing for units without neighbours and where all values are equal.

    Raises
    ------
    MethodError
        If values are missing, weights do not fit them, or the assumption is not known.

    References
    ----------
    Anselin (1995), https://doi.org/10.1111/j.1538-4632.1995.tb00338.x; Sokal, Oden and Thomson
    (1998), https://doi.org/10.1111/j.1538-4632.1998.tb00406.x

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> row_of_three = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> local_moran(pd.Series([0, 0, 3]), row_of_three)["local_moran"].tolist()
    [0.5, -0.5, -1.0]
    """
    check_choices(alternative, permutations)
    x = checked_values(values, "values")
    near = without_own(checked_weights(weights, len(x)))
    centred = x - x.mean()
    m2 = float((centred**2).mean())
    if len(x) < 3 or x.min() == x.max():
        centred, m2 = np.full(len(x), np.nan), np.nan
    lag = near @ centred
    lag[np.diff(near.indptr) == 0] = np.nan
    statistic = centred * lag / m2
    expected, variance = _moments(centred, m2, near, assumption)
    z = np.divide(statistic - expected, np.sqrt(variance), out=np.full(len(x), np.nan),
                  where=variance > 0)  # fmt: skip
    p = _permuted(x, centred, near, permutations=permutations, seed=seed, alternative=alternative)
    columns = answered(z, normal_p(z, alternative), p)
    return pd.DataFrame(
        {"local_moran": statistic, "expected": expected, "z": z, **columns,
         "quadrant": _quadrants(centred, lag)},
        index=values.index,
    )  # fmt: skip


def local_moran_of_rates(
    cases: pd.Series,
    people: pd.Series,
    weights: sparray,
    *,
    assumption: Assumption = "conditional",
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Score how alike the rates of each unit and its neighbours are, whatever their denominators.

    Local Moran's I of :func:`csgeo.hotspots.local.rates.rate_scores`.

    Parameters
    ----------
    cases, people
        n counts and n denominators on one index.
    weights, assumption, alternative, permutations, seed
        As in :func:`local_moran`. Give weights of 1: rows are made to add up to 1 here, after
        units without a rate are left out.

    Returns
    -------
    answer
        As :func:`local_moran`, with ``rate_score``. Missing for units without a rate (no people
        and no cases); they are nobody's neighbour.

    Raises
    ------
    MethodError
        If there are cases where there are no people.

    References
    ----------
    Assuncao and Reis (1999),
    https://doi.org/10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> row_of_three = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> people = pd.Series([100, 100, 100])
    >>> local_moran_of_rates(pd.Series([1, 2, 9]), people, row_of_three)["quadrant"].tolist()
    ['low among low', 'low among high', 'high among low']
    """
    from csgeo.hotspots.local.inputs import row_standardised  # noqa: PLC0415

    scores = rate_scores(cases, people)
    near = without_own(checked_weights(weights, len(cases)))
    known = np.flatnonzero(scores.notna())
    answer = local_moran(
        scores.iloc[known], row_standardised(near[known][:, known]), assumption=assumption,
        alternative=alternative, permutations=permutations, seed=seed,
    )  # fmt: skip
    answer.insert(0, "rate_score", scores.iloc[known])
    bands = {"band": 0, "band_by_q": 0}
    return answer.reindex(cases.index).fillna(bands).astype(dict.fromkeys(bands, np.int8))


def _moments(
    centred: Numbers, m2: float, near: sparray, assumption: str
) -> tuple[Numbers, Numbers]:
    """Give the expectation and the variance of each I."""
    n, ones = len(centred), np.ones(len(centred))
    if n < 3:  # nothing can be unusual
        return np.full(n, np.nan), np.full(n, np.nan)
    reach, squares = near @ ones, (near * near) @ ones
    if assumption == "conditional":
        others = (m2 - centred**2 / (n - 1)) * n / max(n - 2, 1)
        variance = (centred / m2) ** 2 * others * (squares - reach**2 / (n - 1))
        return -(centred**2) * reach / ((n - 1) * m2), _not_below_0(variance, squares)
    if assumption == "randomisation":
        kurtosis = float((centred**4).mean()) / m2**2
    elif assumption == "normality":
        kurtosis = 3 * (n - 1) / (n + 1)  # what a normal sample has on average
    else:
        msg = (
            '`assumption` must be "conditional", "randomisation" or "normality"; '
            f"it is {assumption!r}."
        )
        raise MethodError(msg)
    expected = -reach / (n - 1)
    one = (n - kurtosis) / (n - 1) * squares
    two = (2 * kurtosis - n) / max((n - 1) * (n - 2), 1) * (reach**2 - squares)
    return expected, _not_below_0(one + two - expected**2, squares)


def _not_below_0(variance: Numbers, squares: Numbers) -> Numbers:
    """Clear what rounding leaves where a statistic cannot vary."""
    return np.where(variance < 1e-12 * squares, 0.0, variance)


def _permuted(
    x: Numbers,
    centred: Numbers,
    near: sparray,
    *,
    permutations: int,
    seed: int,
    alternative: Alternative,
) -> Numbers:
    """Rank the neighbours' sum: I rises with it where the unit is above the mean, else it falls."""
    opposite: dict[Alternative, Alternative] = {"greater": "less", "less": "greater"}
    p = permuted_p(x, near, permutations=permutations, seed=seed, alternative=alternative)
    if alternative != "two-sided":
        other_way = permuted_p(
            x, near, permutations=permutations, seed=seed, alternative=opposite[alternative]
        )
        p = np.where(centred > 0, p, other_way)
    return np.where(centred == 0, np.nan, p)  # its I is 0 whatever is around it


def _quadrants(centred: Numbers, lag: Numbers) -> npt.NDArray[np.object_]:
    words = np.select(
        [(centred > 0) & (lag > 0), (centred < 0) & (lag < 0),
         (centred > 0) & (lag < 0), (centred < 0) & (lag > 0)],
        ["high among high", "low among low", "high among low", "low among high"], "",
    )  # fmt: skip
    named: npt.NDArray[np.object_] = words.astype(object)
    named[words == ""] = None
    return named
