"""Which events lie near each other?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.repeats.events import Events

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

Distance: TypeAlias = Literal["straight", "manhattan"]
_NORM = {"straight": 2.0, "manhattan": 1.0}
#: About 1 GB: beyond this many pairs the question is too wide for one computer.
MOST_PAIRS = 30_000_000


class Pairs(NamedTuple):
    """Pairs of events (positions) and how far apart they are, in metres."""

    one: Integers
    other: Integers
    distance_m: Numbers


def near_pairs(events: Events, *, below_m: float, distance: Distance = "straight") -> Pairs:
    """Find the pairs of events that are less than `below_m` apart, each once.

    Raises
    ------
    RecipeError
        If `distance` is neither "straight" nor "manhattan".
    MethodError
        If there are more than 30 million of them.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  (heavy, and used only here)

    norm = norm_of(distance)
    tree = cKDTree(np.column_stack([events.x, events.y]))
    reach = below_m * (1 + 1e-9)  # the tree rounds otherwise than `apart` does; that decides
    if events.pairs > MOST_PAIRS:
        found = (tree.count_neighbors(tree, reach, p=norm) - len(events.x)) // 2
        if found > MOST_PAIRS:
            msg = (
                f"At most {MOST_PAIRS:,} pairs of near events can be held; {found:,} are less than "
                f"{below_m:g} m apart. Narrow the bands, or take a shorter period or one kind of harm."
            )
            raise MethodError(msg)
    both = tree.query_pairs(reach, p=norm, output_type="ndarray")
    away = apart(events, both[:, 0], both[:, 1], distance=distance)
    near = away < below_m
    if not near.all():
        both, away = both[near], away[near]
    return Pairs(both[:, 0], both[:, 1], away)


def apart(events: Events, one: Integers, other: Integers, *, distance: Distance) -> Numbers:
    """Measure how far apart pairs are, in metres: as the crow flies, or along a street grid."""
    dx, dy = events.x[one] - events.x[other], events.y[one] - events.y[other]
    if distance == "manhattan":
        return np.abs(dx) + np.abs(dy)
    return np.sqrt(dx * dx + dy * dy)


def norm_of(distance: str) -> float:
    """Give the power of the distance, or refuse a word that is not known."""
    if distance not in _NORM:
        msg = f'`distance` must be "straight" or "manhattan"; it is {distance!r}.'
        raise RecipeError(msg)
    return _NORM[distance]
