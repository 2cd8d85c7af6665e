"""Do two counts, over periods or areas of different size, differ by more than chance?"""

from __future__ import annotations

import numpy as np

from csgeo.errors import MethodError, RecipeError

#: Counts this many standard deviations away (and 60 more) are too rare to matter.
_REACH = 12.0
_MOST = 1_000_000


def e_test(
    first: int,
    second: int,
    *,
    first_size: float = 1.0,
    second_size: float = 1.0,
    difference: float = 0.0,
) -> float:
    """Give the two-sided p-value for two Poisson rates (or their difference) being alike.

    More powerful than the conditional (binomial) test with small counts, because it looks at
    all pairs of counts that the estimated common rate could have given.

    Parameters
    ----------
    first, second
        The two counts; not both 0.
    first_size, second_size
        How much each was counted over: months, km2, residents; above 0.
    difference
        The difference of rates, first less second, that is asked about; 0 for alike.

    Returns
    -------
    p_value
        Chance of a standardised difference at least as large, if the rates were alike.

    Raises
    ------
    RecipeError
        If a number is out of bounds.
    MethodError
        If both counts are 0: nothing was counted that could differ.

    References
    ----------
    Krishnamoorthy and Thomson (2004), https://doi.org/10.1016/S0378-3758(02)00408-1

    Examples
    --------
    >>> round(e_test(6, 2), 4)
    0.1749
    """
    _check(first, second, first_size, second_size, difference)
    whole = first_size + second_size
    rate = (first + second) / whole - difference * first_size / whole
    rate = max(rate, 0.0, -difference)  # no rate is below 0
    from scipy.special import gammaln, xlogy  # noqa: PLC0415  (heavy, and used only here)

    def could_be(mean: float) -> tuple[np.ndarray, np.ndarray]:
        reach = _REACH * mean**0.5 + 60
        counts = np.arange(max(0, int(mean - reach)), int(mean + reach) + 1, dtype=float)
        return counts, np.exp(xlogy(counts, mean) - mean - gammaln(counts + 1))

    ones, one_chance = could_be(first_size * (rate + difference))
    twos, two_chance = could_be(second_size * rate)
    sizes = (first_size, second_size, difference)
    # equal differences must count as equal, though their last bits differ
    as_far = abs(float(_standardised(np.float64(first), np.float64(second), *sizes))) * (1 - 1e-12)
    p = sum(
        chance * two_chance[np.abs(_standardised(count, twos, *sizes)) >= as_far].sum()
        for count, chance in zip(ones, one_chance, strict=True)
    )
    return float(min(p, 1.0))


def _standardised(
    one: np.ndarray | np.float64,
    two: np.ndarray | np.float64,
    one_size: float,
    two_size: float,
    difference: float,
) -> np.ndarray:
    """Divide the difference of rates by its standard error; without bound where that is 0."""
    variance = np.asarray(one / one_size**2 + two / two_size**2, dtype=float)
    away = np.asarray(one / one_size - two / two_size - difference, dtype=float)
    answer = np.where(away == 0, 0.0, np.copysign(np.inf, away))
    np.divide(away, np.sqrt(variance), out=answer, where=variance > 0)
    return answer


def _check(
    first: int, second: int, first_size: float, second_size: float, difference: float
) -> None:
    for name, count in (("first", first), ("second", second)):
        if not (0 <= count <= _MOST and count % 1 == 0):
            msg = f"`{name}` must be a whole number from 0 to {_MOST:,}; it is {count}."
            raise RecipeError(msg)
    for name, size in (("first_size", first_size), ("second_size", second_size)):
        if not 0 < size < np.inf:
            msg = f"`{name}` must be above 0; it is {size}."
            raise RecipeError(msg)
    if not np.isfinite(difference):
        msg = f"`difference` must be a number; it is {difference}."
        raise RecipeError(msg)
    if first == second == 0:
        msg = "Both counts are 0: nothing was counted that could differ."
        raise MethodError(msg)
