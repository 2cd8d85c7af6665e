"""Is a change more than chance, where the records are few?

Counts before and after, where something was done and where nothing was; no normal approximation.
"""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MissingColumns, RecipeError, WrongValues
from csgeo.planning.displacement import check_counts

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

#: Two values closer than this are one, computed in two ways.
_ALIKE = 1e-9


class Change(NamedTuple):
    """How the treated places changed against the comparison.

    ``ratio``: of their ratios of after to before (0.7: 30 % fewer than the comparison leads one to
    expect); 0, infinite or missing where a count is 0. ``lower`` and ``upper``: its interval.
    ``p_value``: two-sided. ``least_p``: the smallest that so many records could have had.
    """

    ratio: float
    lower: float
    upper: float
    p_value: float
    least_p: float


def exact_change(counts: pd.DataFrame, *, level: float = 0.95, rings: bool = False) -> Change:
    """Compare two changes by the exact conditional test.

    If treated and comparison places changed by the same ratio, then, given how many records each
    has in all and how many came after, those of the treated places that came after are
    hypergeometric. How long was counted before and after does not matter, as it was the same for all.

    Parameters
    ----------
    counts
        ``role``, ``before``, ``after``, as in
        :func:`csgeo.planning.displacement.weighted_displacement_difference`; rows of a role are summed.
        Weights are refused: an exact test counts records.
    level
        Of the interval, 0 to 1.
    rings
        Count the rings with the places they surround, so that harm that only moved next door is no
        fall.

    Returns
    -------
    change
        The ratio is the sample's; p-value and interval are of twice the smaller tail, so they agree:
        the interval holds 1 where the p-value is above 1 - `level`.

    Raises
    ------
    WrongValues
        If the counts cannot be meant.
    RecipeError
        If the level cannot be meant.

    References
    ----------
    Fisher (1935), https://doi.org/10.2307/2342435; Cornfield (1956), limits of an odds ratio.

    Examples
    --------
    >>> made = pd.DataFrame({"role": ["treated", "comparison"], "before": [20, 20], "after": [6, 22]})
    >>> round(exact_change(made).p_value, 3)
    0.031
    """
    if not 0 < level < 1:
        msg = f"`level` must be between 0 and 1; it is {level}."
        raise RecipeError(msg)
    a, b, c, d = _table(counts, rings=rings)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.float64(a) * d / (np.float64(b) * c))
    p = float(two_changes([a], [b], [c], [d])[0])
    least = min(
        float(two_changes([k], [a + b - k], [a + c - k], [d - a + k])[0])
        for k in {max(0, a - d), min(a + b, a + c)}
    )
    lower, upper = _interval(a, b, c, d, level=level)
    return Change(ratio, lower, upper, p, least)


def _table(counts: pd.DataFrame, *, rings: bool) -> tuple[int, int, int, int]:
    """Give treated after and before, comparison after and before."""
    if "weight" in counts.columns:
        msg = (
            "An exact test counts records, so it takes no weights; `counts` has the column weight. "
            "Leave it out, or use `weighted_displacement_difference`."
        )
        raise WrongValues(msg)
    checked = check_counts(counts)
    with_rings = {
        "treated": ("treated", "buffer"),
        "comparison": ("comparison", "buffer_comparison"),
    }
    sums = []
    for role, both in with_rings.items():
        rows = np.isin(checked.role, both if rings else role)
        sums += [int(checked.after[rows].sum()), int(checked.before[rows].sum())]
    return sums[0], sums[1], sums[2], sums[3]


def two_changes(
    treated_after: npt.ArrayLike,
    treated_before: npt.ArrayLike,
    comparison_after: npt.ArrayLike,
    comparison_before: npt.ArrayLike,
) -> Numbers:
    """Give the p-values of n comparisons at once: twice the smaller hypergeometric tail.

    Parameters
    ----------
    treated_after, treated_before, comparison_after, comparison_before
        n counts each; they are not checked.

    Returns
    -------
    p_values
        n numbers, at most 1.
    """
    from csgeo.planning.tails import smaller_tails  # noqa: PLC0415  (compiled where it is used)

    both = (treated_after, treated_before, comparison_after, comparison_before)
    tables = np.stack([np.asarray(v, dtype=np.int64) for v in both], axis=1)
    return np.asarray(np.minimum(2 * smaller_tails(tables), 1.0))


def _interval(a: int, b: int, c: int, d: int, *, level: float) -> tuple[float, float]:
    """Find the ratios between which neither tail falls below half of what is left of the level."""
    from scipy.optimize import brentq  # noqa: PLC0415  (heavy, and used only here)

    low, high = max(0, a - d), min(a + b, a + c)
    at = np.arange(low, high + 1)
    weight = _log_choices(a + b, at) + _log_choices(c + d, a + c - at)
    alpha = (1 - level) / 2

    def tail(log_ratio: float, seen: npt.NDArray[np.bool_]) -> float:
        chance = weight + log_ratio * at
        chance = np.exp(chance - chance.max())
        return float(chance[seen].sum() / chance.sum()) - alpha

    def limit(seen: npt.NDArray[np.bool_]) -> float:
        return float(np.exp(brentq(tail, -50, 50, args=(seen,))))

    lower = 0.0 if a == low else limit(at >= a)
    upper = float("inf") if a == high else limit(at <= a)
    return lower, upper


def _log_choices(n: int, k: npt.NDArray[np.int64]) -> Numbers:
    from scipy.special import gammaln  # noqa: PLC0415  (heavy, and used only here)

    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def permuted_change(
    places: pd.DataFrame,
    *,
    draws: int = 9_999,
    seed: int = 1,
    lengths: tuple[float, float] = (1, 1),
) -> pd.Series:
    """Compare the treated places' change with that of as many places drawn from all of them.

    Parameters
    ----------
    places
        One row for each place, treated or comparable: ``treated`` (true or false), ``before`` and
        ``after`` (records).
    draws
        How many sets are drawn; where fewer exist, all of them are taken, and nothing is left to
        chance.
    seed
        Of the draws.
    lengths
        How long was counted before and after.

    Returns
    -------
    change
        ``estimate`` (records per unit of time, the treated places' change less that of as many
        others on average), ``p_value`` (two-sided), ``sets`` (how many were compared) and ``least_p``
        (the smallest that so few places could give).

    Raises
    ------
    MissingColumns, WrongValues
        If the places cannot be meant, or none or all of them are treated.

    References
    ----------
    Fisher (1935), The Design of Experiments; Phipson and Smyth (2010),
    https://doi.org/10.2202/1544-6115.1585

    Examples
    --------
    >>> made = pd.DataFrame(
    ...     {"treated": [True] + [False] * 19, "before": [30] * 20, "after": [9] + [28, 33] * 9 + [31]}
    ... )
    >>> float(permuted_change(made)["p_value"])
    0.05
    """
    if "treated" not in places.columns:
        msg = "Places must have treated, before and after; treated is missing."
        raise MissingColumns(msg)
    treated = places["treated"].to_numpy(dtype=bool)
    n, k = len(treated), int(treated.sum())
    if not 0 < k < n:
        msg = (
            f"Some places must be treated and some not; {k} of {n} are. Add comparable places where "
            "nothing was done."
        )
        raise WrongValues(msg)
    roles = np.where(treated, "treated", "comparison")
    checked = check_counts(places.drop(columns="weight", errors="ignore").assign(role=roles))
    change = checked.after / lengths[1] - checked.before / lengths[0]
    sums, whole = _sums_of_sets(change, k, draws=draws, seed=seed)
    seen = float(change[treated].sum())
    expected = k * float(change.mean())
    far = np.abs(sums - expected) >= abs(seen - expected) * (1 - _ALIKE) - _ALIKE
    more = 0 if whole else 1  # of all sets, the one that was treated is one
    p = (int(far.sum()) + more) / (len(sums) + more)
    return pd.Series(
        {
            "estimate": seen - k * float(change[~treated].mean()),
            "p_value": p,
            "sets": float(len(sums)),
            "least_p": 1 / (len(sums) + more),
        },
        name="permuted_change",
    )


def _sums_of_sets(change: Numbers, k: int, *, draws: int, seed: int) -> tuple[Numbers, bool]:
    """Add up the change of all sets of k places, or of `draws` of them by chance."""
    n = len(change)
    if comb(n, k) <= draws:
        return np.array([change[list(few)].sum() for few in combinations(range(n), k)]), True
    chance = np.random.default_rng(seed)
    rows = [chance.choice(n, size=k, replace=False) for _ in range(draws)]
    return change[np.array(rows)].sum(axis=1), False
