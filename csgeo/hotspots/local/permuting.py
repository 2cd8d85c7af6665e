"""How often would a unit have such neighbours if the others were put down by chance?

The conditional permutation of Anselin (1995, https://doi.org/10.1111/j.1538-4632.1995.tb00338.x):
a unit keeps its own value, its neighbours draw theirs from all the other units without replacement.
Gi, Gi*, local Moran and local join counts all ask it, and of the same sum.

One table of draws is shared by all units, as in GeoDa's look-up table. It draws one unit more than
the largest neighbourhood has; a unit that finds itself among its drawn neighbours takes the spare
one instead. That is a draw from the others, and leaves the sums of all other units as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    from csgeo.hotspots.local.inputs import Alternative

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: Sums that differ by less than this share of what they could be are equal.
_ALIKE = 1e-11
#: As many sums at once (8 bytes each).
_AT_ONCE = 2_000_000


class _Rows(NamedTuple):
    """The neighbourhoods, one after the other: the greatest weight of each is 1."""

    weights: Numbers
    start: Integers
    held: Integers
    observed: Numbers
    room: Numbers


class _Draws(NamedTuple):
    """The shared table: drawn values by place and permutation, and where each unit was drawn."""

    values: Numbers
    start: Integers
    permutation: Integers
    place: Integers

    def of(self, units: Integers, held: Integers) -> tuple[Integers, Integers, Integers]:
        """Find where units drew themselves: which of `units`, in which permutation and place."""
        count = self.start[units + 1] - self.start[units]
        which = np.repeat(np.arange(len(units)), count)
        at = np.arange(len(which)) + np.repeat(self.start[units] - np.cumsum(count) + count, count)
        among = self.place[at] < held[units[which]]  # else it was not one of the neighbours
        return which[among], self.permutation[at[among]], self.place[at[among]]


def permuted_p(
    values: Numbers,
    weights: csr_array,
    *,
    permutations: int,
    seed: int,
    alternative: Alternative = "two-sided",
) -> Numbers:
    """Give the share of conditional permutations with a neighbour sum at least as extreme.

    Parameters
    ----------
    values
        n values.
    weights
        n x n, rows of neighbours, nothing on the diagonal.
    permutations
        How many; the smallest p-value is 1 / (permutations + 1), twice that if two-sided.
    seed
        Fixes the draws.
    alternative
        Which tail of the sum counts. Two-sided is twice the smaller tail, at most 1.

    Returns
    -------
    p_permuted
        n p-values, (1 + as extreme) / (1 + permutations). Missing where a unit has no neighbour,
        or where the others give no choice: they are all neighbours with one weight, or all equal.
    """
    n = len(values)
    held = np.diff(weights.indptr)
    if permutations == 0 or n < 3 or not held.any() or values.min() == values.max():
        return np.full(n, np.nan)
    values = values - values.min()  # so that large values lose no digits
    rows = _rows(values, weights)
    draws = _draws(values, int(held.max()), permutations, seed)
    count = _counts_of_equal if (rows.weights == 1.0).all() else _counts_of_any
    more, fewer = count(values, rows, draws)
    p = _tail((more + 1) / (permutations + 1), (fewer + 1) / (permutations + 1), alternative)
    p[(held == 0) | _no_choice(values, rows)] = np.nan
    return p


def whole_p(
    observed: float, permuted: Numbers, *, room: float, alternative: Alternative = "two-sided"
) -> float:
    """Give the share of permuted statistics at least as extreme as the one observed."""
    count = len(permuted) + 1
    more = (np.sum(permuted >= observed - room) + 1) / count
    fewer = (np.sum(permuted <= observed + room) + 1) / count
    return float(_tail(np.array([more]), np.array([fewer]), alternative)[0])


def _tail(more: Numbers, fewer: Numbers, alternative: Alternative) -> Numbers:
    if alternative == "greater":
        return more
    if alternative == "less":
        return fewer
    return np.asarray(np.minimum(2 * np.minimum(more, fewer), 1.0))


def _rows(values: Numbers, weights: csr_array) -> _Rows:
    """Lay out the neighbourhoods: heaviest neighbour first, whatever the order of the table."""
    start, held = weights.indptr.astype(np.int64), np.diff(weights.indptr).astype(np.int64)
    greatest = np.asarray(weights.max(axis=1).todense(), dtype=float).ravel()
    scaled = weights.data / np.repeat(greatest, held)  # equal weights become exactly 1
    row = np.repeat(np.arange(len(held)), held)
    observed = np.bincount(row, scaled * values[weights.indices], minlength=len(held))
    most = np.bincount(row, scaled, minlength=len(held)) * values.max()
    return _Rows(
        scaled[np.lexsort((-scaled, row))], start, held, observed.astype(float), _ALIKE * most
    )


def _draws(values: Numbers, most: int, permutations: int, seed: int) -> _Draws:
    """Draw, for each permutation, one unit more than the largest neighbourhood has."""
    rng = np.random.default_rng(seed)
    n = len(values)
    table = np.empty((permutations, most + 1), np.int64)
    for row in table:
        row[:] = rng.choice(n, most + 1, replace=False)
    # draw by size, not by row: the same units are drawn however the table is sorted
    table = np.argsort(values, kind="stable")[table]
    by_unit = np.argsort(table, axis=None, kind="stable")
    permutation, place = np.divmod(by_unit, most + 1)
    start = np.searchsorted(table.ravel()[by_unit], np.arange(n + 1))
    return _Draws(values[table].T.copy(), start, permutation, place)


def _counts_of_equal(values: Numbers, rows: _Rows, draws: _Draws) -> tuple[Integers, Integers]:
    """Units with as many neighbours, all of one weight, share the same sums."""
    n, held = len(values), rows.held
    low, high = rows.observed - rows.room, rows.observed + rows.room
    more, fewer = np.zeros(n, np.int64), np.zeros(n, np.int64)
    sums = np.cumsum(draws.values, axis=0)
    for k in np.unique(held[held > 0]):
        units = np.flatnonzero(held == k)
        ranked = np.sort(sums[k - 1])
        more[units] = len(ranked) - np.searchsorted(ranked, low[units], side="left")
        fewer[units] = np.searchsorted(ranked, high[units], side="right")
    unit, permutation, _ = draws.of(np.arange(n), held)
    before = sums[held[unit] - 1, permutation]
    after = before + draws.values[held[unit], permutation] - values[unit]
    np.add.at(more, unit, (after >= low[unit]).astype(int) - (before >= low[unit]))
    np.add.at(fewer, unit, (after <= high[unit]).astype(int) - (before <= high[unit]))
    return more, fewer


def _counts_of_any(values: Numbers, rows: _Rows, draws: _Draws) -> tuple[Integers, Integers]:
    """Each unit has sums of its own: weights times draws, a block of units at a time."""
    n, held = len(values), rows.held
    more, fewer = np.zeros(n, np.int64), np.zeros(n, np.int64)
    # units with about as many neighbours go together, so that little is multiplied by 0
    by_size = np.argsort(held, kind="stable")
    by_size = by_size[held[by_size] > 0]
    for units in np.array_split(by_size, 1 + len(by_size) * max(draws.values.shape) // _AT_ONCE):
        places = np.arange(held[units].max(initial=0))
        filled = places < held[units][:, None]
        near = np.zeros(filled.shape)
        near[filled] = rows.weights[(rows.start[units][:, None] + places)[filled]]
        sums = near @ draws.values[: len(places)]
        which, permutation, place = draws.of(units, held)
        spare = draws.values[held[units[which]], permutation]
        sums[which, permutation] += near[which, place] * (spare - values[units[which]])
        more[units] = (sums >= (rows.observed - rows.room)[units][:, None]).sum(axis=1)
        fewer[units] = (sums <= (rows.observed + rows.room)[units][:, None]).sum(axis=1)
    return more, fewer


def _no_choice(values: Numbers, rows: _Rows) -> npt.NDArray[np.bool_]:
    """Find the units whose sum is the same whatever is drawn."""
    n, ranked = len(values), np.sort(values)
    others_equal = np.zeros(n, bool)
    if ranked[0] == ranked[-2]:
        others_equal |= values == ranked[-1]
    if ranked[1] == ranked[-1]:
        others_equal |= values == ranked[0]
    row = np.repeat(np.arange(n), rows.held)
    one_weight = np.bincount(row, rows.weights == 1.0, minlength=n) == rows.held
    return np.asarray(others_equal | ((rows.held == n - 1) & one_weight))
