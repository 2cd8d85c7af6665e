"""How large a fall could have been seen, with so many records?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import RecipeError
from csgeo.planning.exact_change import two_changes

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

#: Draws for one power, and for each of a dozen on the way to the smallest fall.
_DRAWS, _FEWER_DRAWS = 20_000, 5_000
#: Falls are told to a thousandth: finer would be noise of the draws.
_STEP = 0.001


def power_of_fall(
    treated_before: float,
    comparison_before: float,
    *,
    fall: float,
    lengths: tuple[float, float] = (1.0, 1.0),
    level: float = 0.95,
    seed: int = 1,
) -> float:
    """Say how often a fall of this size would be told from chance.

    Records are drawn 20,000 times (Poisson) about the counts before, less the fall, and each time
    the exact test of :func:`csgeo.planning.exact_change.exact_change` is made.

    Parameters
    ----------
    treated_before, comparison_before
        Records before, where something was or will be done and in the comparison.
    fall
        Share by which the treated places fall against the comparison, 0 to 1; below 0 is a rise.
    lengths
        How long was counted before, and is counted after.
    level
        Of the test: it sees what has a p-value of at most 1 - `level`.
    seed
        Of the draws.

    Returns
    -------
    power
        Share of draws, 0 to 1, in which the test sees a change in the right direction; good to
        about 0.01.

    Raises
    ------
    RecipeError
        If a number cannot be meant.

    Examples
    --------
    >>> power_of_fall(150, 300, fall=0.3) > power_of_fall(15, 30, fall=0.3)
    True
    """
    _check(treated_before, comparison_before, lengths, level)
    if not fall <= 1:
        msg = f"`fall` must be a share of at most 1; it is {fall}."
        raise RecipeError(msg)
    return _power(_drawn(treated_before, comparison_before, lengths, seed), fall, level)


def smallest_fall_seen(
    treated_before: float,
    comparison_before: float,
    *,
    lengths: tuple[float, float] = (1.0, 1.0),
    power: float = 0.8,
    level: float = 0.95,
    seed: int = 1,
) -> float | None:
    """Say how large a fall must be to be told from chance most of the time.

    Parameters
    ----------
    treated_before, comparison_before, lengths, level, seed
        As in :func:`power_of_fall`.
    power
        How often it must be seen, 0 to 1.

    Returns
    -------
    fall
        Share, 0 to 1, good to about 0.01. None if not even the end of all harm there would be seen so
        often: then nothing can be concluded from so few records, whatever happens.

    Raises
    ------
    RecipeError
        If a number cannot be meant.

    References
    ----------
    Cohen (1988), Statistical Power Analysis, for 0.8 as the usual wish.

    Examples
    --------
    >>> smallest_fall_seen(4, 400) is None
    True
    """
    _check(treated_before, comparison_before, lengths, level)
    if not 0 < power < 1:
        msg = f"`power` must be between 0 and 1; it is {power}."
        raise RecipeError(msg)
    drawn = _drawn(treated_before, comparison_before, lengths, seed, draws=_FEWER_DRAWS)
    if _power(drawn, 1.0, level) < power:
        return None
    misses, sees = 0.0, 1.0
    while sees - misses > _STEP:  # the same draws each time, so that power rises with the fall
        half = (misses + sees) / 2
        if _power(drawn, half, level) >= power:
            sees = half
        else:
            misses = half
    return round(sees, 3)


class _Drawn(NamedTuple):
    """What does not hang on the fall: three counts of each draw, and the chance of the fourth."""

    before: Integers
    others_after: Integers
    others_before: Integers
    chance: npt.NDArray[np.float64]
    expected: float


def _drawn(
    treated: float,
    comparison: float,
    lengths: tuple[float, float],
    seed: int,
    *,
    draws: int = _DRAWS,
) -> _Drawn:
    chance = np.random.default_rng(seed)
    longer = lengths[1] / lengths[0]
    means = (treated, comparison * longer, comparison)
    before, others_after, others_before = (chance.poisson(mean, draws) for mean in means)
    return _Drawn(
        before, others_after, others_before, chance.uniform(size=draws), treated * longer
    )  # fmt: skip


def _power(drawn: _Drawn, fall: float, level: float) -> float:
    from scipy.stats import poisson  # noqa: PLC0415  (heavy, and used only here)

    before, others_after, others_before, chance, expected = drawn
    # one chance for each draw, whatever the fall: so the power never falls as the fall grows
    after = poisson.ppf(chance, expected * (1 - fall)).astype(np.int64)
    seen = two_changes(after, before, others_after, others_before) <= 1 - level
    fell = after * others_before < before * others_after
    return float((seen & (fell if fall >= 0 else ~fell)).mean())


def _check(treated: float, comparison: float, lengths: tuple[float, float], level: float) -> None:
    numbers = {"treated_before": treated, "comparison_before": comparison}
    for name, number in numbers.items():
        if not (np.isfinite(number) and number >= 0):
            msg = f"`{name}` must be a number of records, 0 or more; it is {number}."
            raise RecipeError(msg)
    if len(lengths) != 2 or not all(np.isfinite(n) and n > 0 for n in lengths):
        msg = f"`lengths` must be two times above 0, before and after; they are {lengths}."
        raise RecipeError(msg)
    if not 0 < level < 1:
        msg = f"`level` must be between 0 and 1; it is {level}."
        raise RecipeError(msg)
