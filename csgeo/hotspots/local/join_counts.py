"""Which units that have something lie among others that have it too?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

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

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array, sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]


def local_join_counts(
    present: pd.Series,
    weights: sparray,
    *,
    alternative: Alternative = "two-sided",
    permutations: int = 0,
    seed: int = 0,
) -> pd.DataFrame:
    """Count, for each unit that has something, the neighbours that have it too.

    Parameters
    ----------
    present
        n flags, or numbers 0 and 1.
    weights
        Sparse, n x n, in the order of `present`; what is on the diagonal is not used.
    alternative
        Which tail is unusual: "greater" for more such neighbours than by chance.
    permutations
        How many conditional permutations: 999 is usual, 0 for none.
    seed
        Fixes the permutations.

    Returns
    -------
    answer
        On the index of `present`: ``joins`` (sum of the weights of neighbours that have it; 0 for
        units that do not), ``expected``, ``z``, ``p_value``, ``q_value``, ``band``,
        ``band_by_q``, ``p_permuted``, ``q_permuted``. Scores and p-values only for units that have
        it and have neighbours. With weights of 1 the p-value is exact (hypergeometric); with
        others it is that of the normal curve.

    Raises
    ------
    MethodError
        If `present` is anything but 0 and 1, or weights do not fit.

    References
    ----------
    Anselin and Li (2019), https://doi.org/10.1007/s10109-019-00299-x

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> row_of_four = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
    >>> local_join_counts(pd.Series([True, True, True, False]), row_of_four)["joins"].tolist()
    [1.0, 2.0, 1.0, 0.0]
    """
    check_choices(alternative, permutations)
    x = checked_values(present.astype(float) if present.dtype == bool else present, "present")
    if not np.isin(x, (0.0, 1.0)).all():
        wrong = ~np.isin(x, (0.0, 1.0))
        msg = (
            f"`present` must be 0 or 1 for each unit; {int(wrong.sum())} are not "
            f"(first: {present.index[int(wrong.argmax())]!r}). Compare with a threshold first, as "
            "in `counts >= 5`."
        )
        raise MethodError(msg)
    near = without_own(checked_weights(weights, len(x)))
    joins = x * (near @ x)
    asked = (x == 1) & (np.diff(near.indptr) > 0)
    expected, z = _scores(x, near, joins)
    exact = (near.data == 1).all()
    p = _exact_p(x, near, joins, alternative) if exact else normal_p(z, alternative)
    p_permuted = permuted_p(x, near, permutations=permutations, seed=seed, alternative=alternative)
    expected, z, p, p_permuted = (np.where(asked, c, np.nan) for c in (expected, z, p, p_permuted))
    columns = answered(z, np.where(np.isnan(z), np.nan, p), p_permuted)
    return pd.DataFrame(
        {"joins": joins, "expected": expected, "z": z, **columns}, index=present.index
    )


def _scores(x: Numbers, near: csr_array, joins: Numbers) -> tuple[Numbers, Numbers]:
    """Give the expectation and z for a unit that has it, the others shuffled."""
    n, nothing = len(x), np.full(len(x), np.nan)
    if n < 3 or x.sum() < 1:
        return nothing, nothing.copy()
    share = (x.sum() - 1) / (n - 1)
    reach, squares = near @ np.ones(n), (near * near) @ np.ones(n)
    free = (n - 1) * squares - reach**2
    free[free < 1e-12 * reach**2] = 0.0
    deviation = np.sqrt(share * (1 - share) / (n - 2) * free)
    expected = share * reach
    return expected, np.divide(joins - expected, deviation, out=nothing, where=deviation > 0)


def _exact_p(x: Numbers, near: csr_array, joins: Numbers, alternative: Alternative) -> Numbers:
    """Draw as many neighbours as the unit has from the others, without replacement."""
    from scipy.stats import hypergeom  # noqa: PLC0415  (heavy, and used only here)

    others, having = len(x) - 1, max(int(x.sum()) - 1, 0)
    held = np.diff(near.indptr)
    more = hypergeom.sf(joins - 1, others, having, held)
    fewer = hypergeom.cdf(joins, others, having, held)
    if alternative == "two-sided":
        return np.asarray(np.minimum(2 * np.minimum(more, fewer), 1.0))
    return np.asarray(more if alternative == "greater" else fewer)
