"""Is a place likely to be made by how records are kept?

Harm is often recorded where it was reported or treated: at a police station, a
hospital, a court or a prison. And a whole pile on one single point is often a
default geocode or one address. Such places are set aside with the reason, for a
person to look at; nothing is deleted (docs/decisions/0012 and 0015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.tables import INCIDENTS, PLACES
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

#: A record this near to such a building may have been placed at it (metres).
NEAR_M = 100.0
#: More than this share of a place's records near such buildings: set aside.
NEAR_SHARE = 0.5
#: More than this share of a place's records on one single point: set aside.
ONE_POINT_SHARE = 0.8
#: More than this share, and what is left without the point is nothing unusual: set aside.
CARRYING_SHARE = 0.5
#: More than this share of a place's records known less exactly than a place is wide: set aside.
COARSE_SHARE = 0.5
#: What is left is unusual where the expectation gives as many with a lower chance than this.
UNUSUAL_P = 0.01


_ONE_POINT = "it may be a default geocode or one address, not a place where harm gathers."


class Buildings(NamedTuple):
    """The buildings at which records are often placed, with a tree to find them by."""

    shapes: npt.NDArray[np.object_]
    words: list[str]
    tree: shapely.STRtree


class Placing(NamedTuple):
    """How each of n records was put where it is.

    ``named`` is the kind of such a building that the record itself names (a number of
    ``artefact_kinds``), -1 for none; ``coarse`` says where its place is known less
    exactly than the largest place is wide.
    """

    named: Integers
    coarse: npt.NDArray[np.bool_]

    def of(self, rows: Integers) -> Placing:
        """Take some of the records."""
        return Placing(self.named[rows], self.coarse[rows])


def artefact_kinds() -> tuple[str, ...]:
    """Name the kinds of building that the location vocabulary marks as artefacts."""
    return load_vocabulary("location").where("artefact", "yes")


def placing_of(incidents: gpd.GeoDataFrame, *, most_km2: float = 0.25) -> Placing:
    """Take from n ``INCIDENTS`` what they say themselves about where they were put.

    ``most_km2`` is the largest place: a record known less exactly than its width, that of a disc
    of this size (564 m for 0.25), may have been anywhere around it.
    """
    INCIDENTS.check(incidents, "incidents")
    at = pd.Index(artefact_kinds()).get_indexer(pd.Index(incidents["location_type"], dtype=object))
    precision_m = incidents["precision_m"].to_numpy(dtype=float, na_value=np.nan)
    width_m = 2 * np.sqrt(most_km2 * 1e6 / np.pi)
    return Placing(at.astype(np.int64), np.nan_to_num(precision_m) > width_m)


def artefact_buildings(places: gpd.GeoDataFrame | None) -> Buildings:
    """Pick from a ``PLACES`` table the kinds that the location vocabulary marks as artefacts."""
    vocabulary = load_vocabulary("location")
    if places is None or places.empty:
        return Buildings(np.array([], dtype=object), [], shapely.STRtree([]))
    PLACES.check(places, "places")
    chosen = places[places["kind"].isin(artefact_kinds())]
    shapes = chosen.geometry.to_numpy()
    words = [vocabulary.label(kind).lower() for kind in chosen["kind"]]
    return Buildings(shapes, words, shapely.STRtree(shapes))


def artefact_reason(
    x: Numbers,
    y: Numbers,
    buildings: Buildings,
    *,
    expected: float,
    placing: Placing | None = None,
) -> str | None:
    """Say why a place is likely an artefact, or nothing if it is not.

    Parameters
    ----------
    x, y
        Coordinates (metres) of the place's n records.
    buildings
        From :func:`artefact_buildings`.
    expected
        How many records the expectation gives the place.
    placing
        Of the same n records, from :func:`placing_of`; None if not known.

    Returns
    -------
    reason
        One sentence without exact numbers, fit to be shown; None where at least half of the
        records lie further than 100 m from such buildings and do not name one themselves, at
        least half are placed as exactly as a place is wide, no single point holds more than 80 %
        of them, and none that holds more than half leaves nothing unusual behind.
    """
    points, point, held = np.unique(
        np.column_stack([x, y]), axis=0, return_inverse=True, return_counts=True
    )
    kind = _kind_of_building(points, point.ravel(), buildings, placing)
    if kind is not None:
        return (
            f"More than half of its records lie within {NEAR_M:.0f} m of a {kind} or name one: they "
            "may show where harm was reported or treated, not where it happened."
        )
    if placing is not None and placing.coarse.mean() > COARSE_SHARE:
        return (
            "More than half of its records are placed less exactly than a place is wide: they may "
            "have been anywhere around, and their point may be a default geocode."
        )
    most, rest = int(held.max()), len(x) - int(held.max())
    if most > ONE_POINT_SHARE * len(x):
        return f"More than four in five of its records lie on one single point: {_ONE_POINT}"
    if most > CARRYING_SHARE * len(x) and chance_of(rest, expected) > UNUSUAL_P:
        return (
            "More than half of its records lie on one single point, and without them it would not "
            f"stand out: {_ONE_POINT}"
        )
    return None


def _kind_of_building(
    points: Numbers, point: Integers, buildings: Buildings, placing: Placing | None
) -> str | None:
    """Name the kind that most of the records are at, where more than half are at any kind.

    ``points`` are the distinct coordinates, ``point`` says on which of them each record lies.
    """
    at: dict[str, npt.NDArray[np.bool_]] = {}
    if len(buildings.shapes):
        near, building = buildings.tree.query(
            shapely.points(points), predicate="dwithin", distance=NEAR_M
        )
        words = np.array(buildings.words, dtype=object)[building]
        for word in sorted(set(words)):
            own = np.zeros(len(points), dtype=bool)
            own[near[words == word]] = True
            at[word] = own[point]
    if placing is not None:
        vocabulary = load_vocabulary("location")
        for number in np.unique(placing.named[placing.named >= 0]).tolist():
            word = vocabulary.label(artefact_kinds()[number]).lower()
            at[word] = at.get(word, False) | (placing.named == number)
    if not at or np.any(list(at.values()), axis=0).sum() <= NEAR_SHARE * len(point):
        return None
    return min(at, key=lambda word: (-int(at[word].sum()), word))


def chance_of(records: int, expected: float) -> float:
    """Give the chance of at least so many records where `expected` are expected (Poisson)."""
    from scipy.special import pdtrc  # noqa: PLC0415  (heavy, and used only here)

    return float(pdtrc(records - 1, expected)) if records > 0 else 1.0
