"""Can these values be asked with these weights?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, issparse

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import sparray

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Which tail counts as unusual.
Alternative = Literal["two-sided", "greater", "less"]


def checked_values(values: pd.Series, called: str, *, least: float | None = None) -> Numbers:
    """Give the values as numbers.

    Raises
    ------
    MethodError
        If it is not a named column of numbers, if any is missing, not finite, or below `least`.
    """
    if not isinstance(values, pd.Series) or not pd.api.types.is_numeric_dtype(values):
        kind = values.dtype if isinstance(values, pd.Series) else type(values).__name__
        msg = f"`{called}` must be a pandas Series of numbers, one a unit; it is {kind}."
        raise MethodError(msg)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(numbers)
    wanted = "a finite number"
    if least is not None:
        wrong |= numbers < least
        wanted = f"a finite number of at least {least:g}"
    if wrong.any():
        msg = (
            f"`{called}` must hold {wanted} for each unit; {int(wrong.sum())} of {len(numbers)} "
            f"do not (first: {values.index[int(wrong.argmax())]!r}). Missing is not 0: leave these "
            "units out, with their rows and columns of the weights."
        )
        raise MethodError(msg)
    return numbers


def checked_weights(weights: sparray, n: int) -> csr_array:
    """Give the weights as a sparse array without stored zeros, in a fixed order.

    Raises
    ------
    MethodError
        If they are not a sparse matrix of n x n, or any is missing, infinite or negative.
    """
    if not issparse(weights):
        msg = (
            "`weights` must be a scipy sparse array, n x n; they are a "
            f"{type(weights).__name__}. Make them with csgeo.hotspots.local.neighbours, or wrap "
            "a matrix in scipy.sparse.csr_array."
        )
        raise MethodError(msg)
    if weights.shape != (n, n):
        rows, columns = weights.shape
        msg = (
            f"`weights` must be {n} x {n}, one row for each value; they are {rows} x {columns}. "
            "Make them from the same table, in the same order."
        )
        raise MethodError(msg)
    made = csr_array(weights, dtype=float, copy=True)
    made.sum_duplicates()
    wrong = ~(np.isfinite(made.data) & (made.data >= 0))
    if wrong.any():
        row = int(np.searchsorted(made.indptr, int(wrong.argmax()), side="right")) - 1
        msg = (
            "`weights` must be finite and not negative; "
            f"{int(wrong.sum())} are not (first: in row {row}). "
            "Put 0, or nothing, where two units are not neighbours."
        )
        raise MethodError(msg)
    made.eliminate_zeros()
    return made


def without_own(weights: csr_array) -> csr_array:
    """Take each unit out of its own neighbourhood."""
    rows, columns = weights.nonzero()
    keep = rows != columns
    made = csr_array((weights.data[keep], (rows[keep], columns[keep])), shape=weights.shape)
    made.sort_indices()
    return made


def own_weights(weights: csr_array) -> Numbers:
    """Give what each unit weighs in its own neighbourhood.

    The diagonal where the weights have one; else the greatest weight of the row, which is 1 for
    weights of 1. So the score is the same whether rows were made to add up to 1 or not.
    """
    diagonal = np.asarray(weights.diagonal(), dtype=float)
    if diagonal.any():
        return diagonal
    greatest = np.asarray(weights.max(axis=1).todense(), dtype=float).ravel()
    return np.where(greatest > 0, greatest, 1.0)


def row_standardised(weights: csr_array) -> csr_array:
    """Make the weights of each row add up to 1; empty rows stay empty.

    Examples
    --------
    >>> row_standardised(csr_array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])).toarray().tolist()
    [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    made = checked_weights(weights, weights.shape[0])
    sums = np.asarray(made.sum(axis=1), dtype=float).ravel()
    share = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    made.data *= np.repeat(share, np.diff(made.indptr))
    return made


def check_choices(alternative: str, permutations: int) -> None:
    """Refuse a tail that is not known, or fewer than no permutations."""
    if alternative not in {"two-sided", "greater", "less"}:
        msg = f'`alternative` must be "two-sided", "greater" or "less"; it is {alternative!r}.'
        raise MethodError(msg)
    if permutations < 0:
        msg = f"`permutations` must be 0 (none) or more; it is {permutations}."
        raise MethodError(msg)
