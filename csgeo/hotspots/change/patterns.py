"""Is a hot place new, lasting, growing, fading or gone?

The seventeen classes of ArcGIS's Emerging Hot Spot Analysis, each defined once, with
a plain word beside it. A class with a negative number is the cold twin of the
positive one: fewer records than the area's average. Cold is not safe; it is quiet in
the records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

Wording: TypeAlias = Literal["2.8", "3.x"]
WORDINGS = ("2.8", "3.x")

#: The number of a class whose place has too little to be classed by.
NOT_KNOWN = 99


class Pattern(NamedTuple):
    """One class: its number, ArcGIS's name, our plain word, and what it means."""

    number: int
    name: str
    word: str
    meaning: str


PATTERNS = (
    Pattern(0, "No Pattern Detected", "no pattern", "none of the patterns below"),
    Pattern(1, "New Hot Spot", "new", "busy in the last step and never before"),
    Pattern(2, "Consecutive Hot Spot", "new and holding", "busy without a break up to the last step, never before that"),
    Pattern(3, "Intensifying Hot Spot", "growing", "nearly always busy, and more so over time"),
    Pattern(4, "Persistent Hot Spot", "lasting", "nearly always busy, with no clear rise or fall"),
    Pattern(5, "Diminishing Hot Spot", "fading", "nearly always busy, but less so over time"),
    Pattern(6, "Sporadic Hot Spot", "on and off", "busy at times, never unusually quiet"),
    Pattern(7, "Oscillating Hot Spot", "swinging, now busy", "busy in the last step, unusually quiet at an earlier time"),
    Pattern(8, "Historical Hot Spot", "past", "nearly always busy, but not in the last step"),
    Pattern(-1, "New Cold Spot", "newly quiet", "unusually quiet in the last step and never before"),
    Pattern(-2, "Consecutive Cold Spot", "newly quiet and holding", "unusually quiet without a break up to the last step, never before that"),
    Pattern(-3, "Intensifying Cold Spot", "quiet and getting quieter", "nearly always unusually quiet, and more so over time"),
    Pattern(-4, "Persistent Cold Spot", "lastingly quiet", "nearly always unusually quiet, with no clear rise or fall"),
    Pattern(-5, "Diminishing Cold Spot", "quiet but less so", "nearly always unusually quiet, but less so over time"),
    Pattern(-6, "Sporadic Cold Spot", "quiet on and off", "unusually quiet at times, never busy"),
    Pattern(-7, "Oscillating Cold Spot", "swinging, now quiet", "unusually quiet in the last step, busy at an earlier time"),
    Pattern(-8, "Historical Cold Spot", "no longer quiet", "nearly always unusually quiet, but not in the last step"),
)  # fmt: skip

#: What is said where a place cannot be classed.
UNCLASSED = Pattern(
    NOT_KNOWN, "Not Known", "too little to say", "too few steps are known, or the last one is not"
)


def classify(
    state: npt.ArrayLike,
    trend: npt.ArrayLike,
    *,
    known: Flags | None = None,
    wording: Wording = "2.8",
) -> Integers:
    """Give each place the number of its class.

    Parameters
    ----------
    state
        Places x steps: 1 significantly hot, -1 significantly cold, 0 neither.
    trend
        Places: 1 where the z-scores rise significantly, -1 where they fall, 0 where neither.
    known
        Places x steps, true where the state is known; all if not given. Unknown steps are passed
        over. A place whose last step is not known is not classed.
    wording
        ``"2.8"``: a sporadic spot need not be one in the last step. ``"3.x"``: it must, and a
        consecutive one has at least two bins in its run (one is always a new spot).

    Returns
    -------
    numbers
        Of :data:`PATTERNS`; 99 where not known. "Ninety percent" is at least 90 %, exactly: 9 of
        10, 41 of 45. Where two definitions hold, that which speaks of the last step comes first,
        then the lower number: so each place has one class, and turning hot into cold turns
        each class into its twin.

    References
    ----------
    Esri, *How Emerging Hot Spot Analysis works*, ArcGIS Pro 2.8 and 3.x.

    Examples
    --------
    >>> classify([[0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]], [0, 0]).tolist()
    [1, 8]
    """
    if wording not in WORDINGS:
        msg = f"`wording` must be one of {', '.join(map(repr, WORDINGS))}; it is {wording!r}."
        raise RecipeError(msg)
    states, trends = np.atleast_2d(np.asarray(state)), np.atleast_1d(np.asarray(trend))
    known = np.ones(states.shape, dtype=bool) if known is None else known
    if trends.shape != states.shape[:1] or known.shape != states.shape:
        msg = (
            f"`state`, `trend` and `known` must be about the same places and steps; found "
            f"{states.shape}, {trends.shape} and {known.shape}."
        )
        raise WrongValues(msg)
    numbers = np.zeros(len(states), dtype=np.int64)
    if not states.shape[1]:
        return np.full(len(states), NOT_KNOWN, dtype=np.int64)
    for sign in (1, -1):
        hot, cold = known & (states == sign), known & (states == -sign)
        found = _hot_class(hot, cold, known, trends * sign, wording)
        last_is_other = cold[:, -1]  # then its twin speaks of the last step, and comes first
        free = (numbers == 0) & ~last_is_other & (found > 0)
        numbers[free] = sign * found[free]
    numbers[~known[:, -1]] = NOT_KNOWN
    return numbers


def _hot_class(
    hot: Flags, cold: Flags, known: Flags, trend: Integers, wording: Wording
) -> Integers:
    """Give 1 to 8 where a hot class holds, 0 where none does."""
    steps = known.sum(axis=1)
    times, final = hot.sum(axis=1), hot[:, -1]
    mostly = (10 * times >= 9 * steps) & (times > 0)  # whole numbers: 0.9 * 10 is not 9 in binary
    run = _last_run(hot, known)
    at_last = final if wording == "3.x" else np.ones_like(final)
    ever_cold = cold.any(axis=1)
    conditions = [
        final & (times == 1),
        final & (run == times) & (times >= 2) & ~mostly,
        mostly & final & (trend > 0),
        mostly & final & (trend == 0),
        mostly & final & (trend < 0),
        ~mostly & at_last & (times > 0) & ~ever_cold,
        ~mostly & final & ever_cold,
        mostly & ~final,
    ]
    return np.asarray(np.select(conditions, range(1, 9), default=0), dtype=np.int64)


def _last_run(hot: Flags, known: Flags) -> Integers:
    """Count the hot steps since the last known step that was not; unknown ones are passed over."""
    broken = known & ~hot
    unbroken = np.logical_and.accumulate(~broken[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((unbroken & hot).sum(axis=1))
