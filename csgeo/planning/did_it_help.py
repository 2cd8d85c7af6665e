"""Did it help, in words that a meeting can use?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.planning.displacement import check_counts, weighted_displacement_difference
from csgeo.planning.exact_change import Change, exact_change
from csgeo.planning.power import smallest_fall_seen

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

#: The answers there are.
FEWER, MORE, CHANCE, NOTHING = (
    "probably fewer",
    "probably more",
    "could be chance",
    "no conclusion possible",
)
#: A fall as large as this is hardly ever reached: who can see no smaller one can see nothing.
_HARDLY_EVER = 0.9
_LEVEL = 0.95


class Verdict(NamedTuple):
    """What can be said of one evaluation.

    ``conclusion`` is one of four; ``sentence`` says it with its numbers; ``rings`` says what became
    of the ground around, where it was counted; ``cautions`` are what it rests on. ``place`` and
    ``with_rings`` are the tests behind, ``difference`` the records fewer or more, and
    ``smallest_fall`` the fall that four of five such evaluations would see.
    """

    conclusion: str
    sentence: str
    rings: str
    cautions: tuple[str, ...]
    place: Change
    with_rings: Change | None
    difference: pd.DataFrame
    smallest_fall: float | None


def did_it_help(
    counts: pd.DataFrame,
    *,
    lengths: tuple[float, float] = (1.0, 1.0),
    chosen_for_their_counts: bool = True,
    same_season: bool = True,
) -> Verdict:
    """Say whether harm fell where something was done, more than elsewhere, and not next door.

    Parameters
    ----------
    counts
        ``role``, ``before``, ``after`` in records, as in
        :func:`csgeo.planning.displacement.weighted_displacement_difference`, unweighted.
    lengths
        How long was counted before and after, in any one unit.
    chosen_for_their_counts
        The places were chosen because they had many records: then some of the fall would have come
        by itself, unless the comparison was chosen for the same reason.
    same_season
        Both times cover the same months of the year.

    Returns
    -------
    verdict
        By the exact test at 0.05, so that under no effect at most one in twenty says otherwise.

    Raises
    ------
    WrongValues, MissingColumns, RecipeError
        As the functions behind it.

    Examples
    --------
    >>> import pandas as pd
    >>> made = pd.DataFrame({"role": ["treated", "comparison"], "before": [90, 200], "after": [45, 196]})
    >>> did_it_help(made).conclusion
    'probably fewer'
    """
    checked = check_counts(counts)
    place = exact_change(counts, level=_LEVEL)
    rings = bool(np.isin(checked.role, ("buffer", "buffer_comparison")).any())
    with_rings = exact_change(counts, level=_LEVEL, rings=True) if rings else None
    before = {r: float(checked.before[checked.role == r].sum()) for r in ("treated", "comparison")}
    least = smallest_fall_seen(before["treated"], before["comparison"], lengths=lengths)
    conclusion = _conclusion(place, least)
    return Verdict(
        conclusion,
        _sentence(conclusion, place, least),
        _of_the_rings(conclusion, with_rings),
        _cautions(
            checked.before, chosen=chosen_for_their_counts, same_season=same_season, lengths=lengths
        ),
        place,
        with_rings,
        weighted_displacement_difference(counts, lengths=lengths, level=_LEVEL),
        least,
    )


def _conclusion(place: Change, least: float | None) -> str:
    if place.p_value <= 1 - _LEVEL:
        return FEWER if place.ratio < 1 else MORE
    return NOTHING if least is None or least > _HARDLY_EVER else CHANCE


def _sentence(conclusion: str, place: Change, least: float | None) -> str:
    if conclusion in {FEWER, MORE}:
        ends = sorted(_by(r) for r in (place.lower, place.upper))
        word = "fewer" if conclusion == FEWER else "more"
        return f"Probably {word} than the comparison leads one to expect (likely {_range(ends)} {word})."
    if conclusion == CHANCE:
        return (
            "Could be chance. Four of five evaluations with so many records would see a fall of "
            f"{_percent(least or 0)} or more; a smaller one may have happened unseen."
        )
    return (
        "Too few records to say: no conclusion is possible. "
        "Not even a fall by nine tenths would be seen most of the time. Count for longer, "
        "or take several places together."
    )


def _by(ratio: float) -> float:
    return abs(1 - ratio)


def _range(ends: list[float]) -> str:
    if not np.isfinite(ends[1]):
        return f"at least {_percent(ends[0])}"
    return f"{_percent(ends[0])} to {_percent(ends[1])}"


def _percent(share: float) -> str:
    return f"{round(100 * share)}%"


def _of_the_rings(conclusion: str, with_rings: Change | None) -> str:
    if with_rings is None:
        return "The ground around was not counted: whether harm moved next door is not known."
    if conclusion != FEWER:
        return ""
    if with_rings.p_value <= 1 - _LEVEL and with_rings.ratio < 1:
        return (
            "Together with the ground around there were fewer too: it did not just move next door."
        )
    return (
        "Together with the ground around it could be chance: some of it may have moved next door."
    )


def _cautions(
    before: npt.NDArray[np.float64],
    *,
    chosen: bool,
    same_season: bool,
    lengths: tuple[float, float],
) -> tuple[str, ...]:
    said = [
        "Recorded harm is not all harm: a change in recording looks the same as a change in harm."
    ]
    if chosen:
        said.append(
            "The places were chosen for their many records, so some of a fall would have come by "
            "itself, unless the comparison places were chosen so too."
        )
    if not same_season:
        said.append("The two times cover different months of the year.")
    if lengths[0] != lengths[1]:
        said.append("The two times are not of the same length; counts were set in proportion.")
    if (before == 0).any():
        said.append("A row had no record before: nothing can be seen to fall there.")
    return tuple(said)
