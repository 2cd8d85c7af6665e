"""Is a place likely to be made by how records are kept?

Harm is often recorded where it was reported or treated: at a police station, a
hospital, a court or a prison. And a whole pile on one single point is often a
default geocode or one address. Such places are set aside with the reason, for a
person to look at; nothing is deleted (docs/decisions/0012).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from csgeo.tables import PLACES
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

#: A record this near to such a building may have been placed at it (metres).
NEAR_M = 100.0
#: More than this share of a place's records near such buildings: set aside.
NEAR_SHARE = 0.5
#: More than this share of a place's records on one single point: set aside.
ONE_POINT_SHARE = 0.8
#: More than this share, and what is left without the point is nothing unusual: set aside.
CARRYING_SHARE = 0.5
#: What is left is unusual where the expectation gives as many with a lower chance than this.
UNUSUAL_P = 0.01


_ONE_POINT = "it may be a default geocode or one address, not a place where harm gathers."


class Buildings(NamedTuple):
    """The buildings at which records are often placed, with a tree to find them by."""

    shapes: npt.NDArray[np.object_]
    words: list[str]
    tree: shapely.STRtree


def artefact_buildings(places: gpd.GeoDataFrame | None) -> Buildings:
    """Pick from a ``PLACES`` table the kinds that the location vocabulary marks as artefacts."""
    vocabulary = load_vocabulary("location")
    if places is None or places.empty:
        return Buildings(np.array([], dtype=object), [], shapely.STRtree([]))
    PLACES.check(places, "places")
    chosen = places[places["kind"].isin(vocabulary.where("artefact", "yes"))]
    shapes = chosen.geometry.to_numpy()
    words = [vocabulary.label(kind).lower() for kind in chosen["kind"]]
    return Buildings(shapes, words, shapely.STRtree(shapes))


def artefact_reason(x: Numbers, y: Numbers, buildings: Buildings, *, expected: float) -> str | None:
    """Say why a place is likely an artefact, or nothing if it is not.

    Parameters
    ----------
    x, y
        Coordinates (metres) of the place's n records.
    buildings
        From :func:`artefact_buildings`.
    expected
        How many records the expectation gives the place.

    Returns
    -------
    reason
        One sentence without exact numbers, fit to be shown; None where at least half of the
        records lie further than 100 m from such buildings, no single point holds more than 80 %
        of them, and none that holds more than half leaves nothing unusual behind.
    """
    points, held = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    if len(buildings.shapes):
        near, building = buildings.tree.query(
            shapely.points(points), predicate="dwithin", distance=NEAR_M
        )
        share = held[np.unique(near)].sum() / len(x)
        if share > NEAR_SHARE:
            words = _most_records(near, building, held, buildings)
            return (
                f"More than half of its records lie within {NEAR_M:.0f} m of a {words}: they may "
                "show where harm was reported or treated, not where it happened."
            )
    most, rest = int(held.max()), len(x) - int(held.max())
    if most > ONE_POINT_SHARE * len(x):
        return f"More than four in five of its records lie on one single point: {_ONE_POINT}"
    if most > CARRYING_SHARE * len(x) and _chance_of(rest, expected) > UNUSUAL_P:
        return (
            "More than half of its records lie on one single point, and without them it would not "
            f"stand out: {_ONE_POINT}"
        )
    return None


def _chance_of(records: int, expected: float) -> float:
    """Give the chance of at least so many records where `expected` are expected (Poisson)."""
    from scipy.special import pdtrc  # noqa: PLC0415  (heavy, and used only here)

    return float(pdtrc(records - 1, expected)) if records > 0 else 1.0


def _most_records(
    near: npt.NDArray[np.int64],
    building: npt.NDArray[np.int64],
    held: npt.NDArray[np.int64],
    buildings: Buildings,
) -> str:
    """Name the kind of building that most records lie near to."""
    seen: dict[str, set[int]] = {}
    for point, shape in zip(near.tolist(), building.tolist(), strict=True):
        seen.setdefault(buildings.words[shape], set()).add(point)
    return min(seen, key=lambda word: (-int(held[list(seen[word])].sum()), word))
