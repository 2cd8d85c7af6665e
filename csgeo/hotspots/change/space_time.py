"""Where and when does harm gather more than the whole area and period would have it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from csgeo.errors import RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


def space_time_getis_ord_star(
    values: npt.NDArray[np.generic], neighbours: Any, *, known: Flags | None = None, lag: int = 1
) -> Numbers:
    """Score how far each bin and its neighbours in space and time exceed the average bin.

    Parameters
    ----------
    values
        Places x steps.
    neighbours
        Places x places, SciPy sparse or dense: the weight of each neighbour, such as 1. A place is
        its own neighbour: where the diagonal holds 0, 1 is put there.
    known
        Places x steps, true where the value is known; the finite ones if not given. A bin that is
        not known is no one's neighbour and is not scored.
    lag
        How many earlier steps belong to the neighbourhood: 1 is the same step and the one before,
        as is ArcGIS's default. Later steps never belong to it.

    Returns
    -------
    getis_ord_star
        Places x steps of z-scores, against the mean and variance of all known bins of the cube.
        Missing where not known, and everywhere if all values are equal.

    References
    ----------
    Ord and Getis (1995), https://doi.org/10.1111/j.1538-4632.1995.tb00912.x
    """
    from scipy import sparse  # noqa: PLC0415  (heavy, and used only here)

    if lag < 0:
        msg = f"`lag` must be 0 or more steps; it is {lag}. Later steps cannot be looked at."
        raise RecipeError(msg)
    x = np.asarray(values, dtype=float)
    known = np.isfinite(x) if known is None else known & np.isfinite(x)
    x = np.where(known, x, 0.0)
    weights = sparse.csr_array(neighbours, dtype=float)
    if weights.shape != (len(x), len(x)):
        msg = (
            f"`neighbours` must have one row and one column for each of {len(x)} places; "
            f"it has {weights.shape}. Build it from the same places."
        )
        raise WrongValues(msg)
    wild = int((~np.isfinite(weights.data)).sum())
    if wild:
        msg = (
            f"`neighbours` must hold finite weights; {wild} of {weights.nnz} are not. "
            "Leave out the pairs whose weight is not known."
        )
        raise WrongValues(msg)
    alone = weights.diagonal() == 0
    if alone.any():
        weights = weights + sparse.diags_array(alone.astype(float)).tocsr()
    here = known.astype(float)
    sums = _with_earlier(weights @ x, lag)
    reach = _with_earlier(weights @ here, lag)
    squares = _with_earlier(weights.multiply(weights) @ here, lag)
    return _scores(x, known, sums, reach, squares)


def _scores(x: Numbers, known: Flags, sums: Numbers, reach: Numbers, squares: Numbers) -> Numbers:
    score = np.full(x.shape, np.nan)
    held = x[known]
    n = len(held)
    if n < 2 or held.min() == held.max():
        return score
    mean = held.mean()
    deviation = np.sqrt(np.mean((held - mean) ** 2))
    spread = deviation * np.sqrt(np.maximum(n * squares - reach**2, 0.0) / (n - 1))
    np.divide(sums - mean * reach, spread, out=score, where=known & (spread > 0))
    return score


def _with_earlier(sums: Numbers, lag: int) -> Numbers:
    """Add to each step the `lag` steps before it; before the first there is nothing."""
    total = sums.copy()
    for back in range(1, min(lag, sums.shape[1] - 1) + 1):
        total[:, back:] += sums[:, :-back]
    return total


def touching_squares(column: Integers, row: Integers) -> Any:
    """Find the squares that touch each square along an edge or in a corner, and itself.

    Parameters
    ----------
    column, row
        n squares of a lattice, each once, in any order.

    Returns
    -------
    neighbours
        n x n SciPy sparse array of ones. Squares that are not listed are nobody's neighbour.
    """
    from scipy import sparse  # noqa: PLC0415  (heavy, and used only here)

    n = len(column)
    east, north = column - column.min() + 1, row - row.min() + 1
    wide = int(east.max()) + 2
    key = north * wide + east
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    pairs = []
    for step in (r * wide + c for r in (-1, 0, 1) for c in (-1, 0, 1)):
        at = np.minimum(np.searchsorted(ordered, key + step), n - 1)
        found = np.flatnonzero(ordered[at] == key + step)
        pairs.append((found, order[at[found]]))
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return sparse.csr_array((np.ones(len(first)), (first, second)), shape=(n, n))
