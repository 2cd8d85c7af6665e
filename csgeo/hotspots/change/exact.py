"""Is the difference between two counts more than chance?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

TwoSided: TypeAlias = Literal["likelihood", "central"]
#: Two chances closer than this are the same one, computed in two ways (as in R's binom.test).
_ALIKE = 1 + 1e-7


def compare_counts(
    before: npt.ArrayLike,
    after: npt.ArrayLike,
    *,
    before_days: npt.ArrayLike = 1.0,
    after_days: npt.ArrayLike = 1.0,
    level: float = 0.95,
    two_sided: TwoSided = "likelihood",
) -> pd.DataFrame:
    """Compare two Poisson counts by the exact conditional test.

    If the rates are equal, the later count, given the sum of both, is binomial with
    after_days / (before_days + after_days) as its chance.

    Parameters
    ----------
    before, after
        n counts.
    before_days, after_days
        For how long each was counted, one number or n (days, or anything else that the count
        would be proportional to). Where either is 0 nothing can be compared.
    level
        Of the interval, 0 to 1.
    two_sided
        ``"likelihood"``: all splits that are no likelier than the one seen, as R's
        ``poisson.test`` and SciPy's ``binomtest``. ``"central"``: twice the smaller tail.

    Returns
    -------
    comparison
        n rows, on the index of `before` if it has one: ``ratio`` of the rates (after to before;
        missing if both are 0, infinite if only `before` is), ``lower`` and ``upper``
        (Clopper-Pearson), ``p_value``, ``least_p``: the smallest p-value that any split of this
        sum could have had.

    Raises
    ------
    WrongValues
        If a count is not a whole number of at least 0, or a time is below 0 or not finite.

    References
    ----------
    Przyborowski and Wilenski (1940), https://doi.org/10.1093/biomet/31.3-4.313; Clopper and
    Pearson (1934), https://doi.org/10.1093/biomet/26.4.404

    Examples
    --------
    >>> compare_counts([20], [8]).round(4)[["ratio", "p_value"]].values.tolist()
    [[0.4, 0.0357]]
    """
    if two_sided not in ("likelihood", "central") or not 0 < level < 1:
        msg = (
            "`two_sided` must be 'likelihood' or 'central', and `level` between 0 and 1; they are "
            f"{two_sided!r} and {level}."
        )
        raise RecipeError(msg)
    index = before.index if isinstance(before, pd.Series) else None
    counts = [_whole(before, "before"), _whole(after, "after")]
    days = [_time(before_days, "before_days"), _time(after_days, "after_days")]
    b, a, days_b, days_a = np.broadcast_arrays(*counts, *days)
    index = index if index is not None else pd.RangeIndex(len(b))
    # equal questions have equal answers: a county has few distinct pairs of counts
    asked, which = np.unique(np.stack([b, a, days_b, days_a], axis=1), axis=0, return_inverse=True)
    answers = _compared(*asked.T, level=level, central=two_sided == "central")
    names = ("ratio", "lower", "upper", "p_value", "least_p")
    back = which.ravel()
    return pd.DataFrame({k: v[back] for k, v in zip(names, answers, strict=True)}, index=index)


def _compared(
    b: Numbers, a: Numbers, days_b: Numbers, days_a: Numbers, *, level: float, central: bool
) -> tuple[Numbers, ...]:
    from scipy.special import betaincinv  # noqa: PLC0415  (heavy, and used only here)

    answers = tuple(np.full(len(a), np.nan) for _ in range(5))
    ok = (days_b > 0) & (days_a > 0)
    b, a, days_b, days_a = b[ok], a[ok], days_b[ok], days_a[ok]
    n, chance, tail = a + b, days_a / (days_a + days_b), (1 - level) / 2
    per = days_b / days_a
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(n > 0, a / b * per, np.nan)
        low = np.where(a > 0, betaincinv(np.maximum(a, 1), b + 1, tail), 0.0)
        high = np.where(b > 0, betaincinv(a + 1, np.maximum(b, 1), 1 - tail), 1.0)
        lower, upper = low / (1 - low) * per, high / (1 - high) * per
    p = _central(a, n, chance) if central else _likelihood(a, n, chance)
    # the least likely split puts everything into the shorter time
    extreme = np.where(chance <= 0.5, n, 0.0)
    least = _central(extreme, n, chance) if central else _likelihood(extreme, n, chance)
    for answer, value in zip(answers, (ratio, lower, upper, p, least), strict=True):
        answer[ok] = value
    return answers


def _central(a: Numbers, n: Numbers, chance: Numbers) -> Numbers:
    from scipy.stats import binom  # noqa: PLC0415  (heavy, and used only here)

    tails = np.minimum(binom.cdf(a, n, chance), binom.sf(a - 1, n, chance))
    return np.asarray(np.minimum(2 * tails, 1.0))


def _likelihood(a: Numbers, n: Numbers, chance: Numbers) -> Numbers:
    """Add up all splits that are no likelier than the one seen; by halving, not one by one."""
    from scipy.stats import binom  # noqa: PLC0415  (heavy, and used only here)

    limit = binom.pmf(a, n, chance) * _ALIKE
    low_side = a < n * chance
    # count from the far end of the other side, where chances only rise towards the middle
    far, step = np.where(low_side, n, 0.0), np.where(low_side, -1.0, 1.0)
    middle = np.where(low_side, np.ceil(n * chance), np.floor(n * chance))
    fits, fails = np.full(len(a), -1.0), np.abs(middle - far) + 1
    while (fails - fits > 1).any():
        half = np.floor((fits + fails) / 2)
        under = binom.pmf(far + step * half, n, chance) <= limit
        open_ = fails - fits > 1
        fits = np.where(open_ & under, half, fits)
        fails = np.where(open_ & ~under, half, fails)
    other_end = far + step * fits  # just beyond the far end if no split there is as unlikely
    near = np.where(low_side, binom.cdf(a, n, chance), binom.sf(a - 1, n, chance))
    other = np.where(low_side, binom.sf(other_end - 1, n, chance), binom.cdf(other_end, n, chance))
    return np.where(a == n * chance, 1.0, np.minimum(near + other, 1.0))


def _whole(values: npt.ArrayLike, called: str) -> Numbers:
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    wrong = ~(np.isfinite(numbers) & (numbers >= 0) & (numbers % 1 == 0))
    return _sound(numbers, wrong, f"`{called}` must hold whole numbers of at least 0")


def _time(values: npt.ArrayLike, called: str) -> Numbers:
    numbers = np.atleast_1d(np.asarray(values, dtype=float))
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    return _sound(numbers, wrong, f"`{called}` must hold finite numbers of at least 0")


def _sound(numbers: Numbers, wrong: npt.NDArray[np.bool_], wanted: str) -> Numbers:
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        msg = (
            f"{wanted}; found {int(wrong.sum()):,} of {len(numbers):,} otherwise (the first is "
            f"number {at + 1}: {numbers[at]:g}). Leave those rows out."
        )
        raise WrongValues(msg)
    return numbers
