"""What is a place called, in words that blame nobody?

A name comes from what is nearby on published maps: the longest named street
inside, a notable public place, else the settlement or ward. Never from the text
of a record, and never from a dwelling, an estate, a school, a hospital or
anywhere that the location vocabulary calls sensitive.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.tables import PLACES, STREETS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Shapes = npt.NDArray[np.object_]

#: Public places that a name may speak of, the most telling first, and what an unnamed one is called.
_NOTABLE = {
    "BUS_STATION": "the bus station",
    "RAIL_STATION": "the railway station",
    "RETAIL": "",
    "PARK": "",
    "WATERSIDE": "",
    "LIBRARY": "the library",
    "SPORTS_CENTRE": "the sports centre",
    "SKATEPARK": "the skate park",
}
_SETTLED = ("TOWN", "SETTLEMENT", "WARD")
#: A town this near says more than a village or a farm that is nearer; metres.
_TOWN_M = 2500.0
_NEVER = re.compile(
    r"\b(estate|flats?|house|home|hostel|hospital|infirmary|hospice|surgery|school|academy|nursery|"
    r"custody|prison|court house|police|by-?pass|motorway)\b",
    re.IGNORECASE,
)
_NOT_A_NAME = {"", "unknown", "unnamed", "nan", "none"}
#: A street this near may lend its name where none runs through the place; metres.
_NEAR_M = 250.0
#: One name at streets further apart than this is several streets; metres.
_APART_M = 1000.0
_COMPASS = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)


class Gazetteer(NamedTuple):
    """Names from published maps: streets, notable public places, settlements."""

    streets: pd.Series
    notable: pd.DataFrame
    settled: pd.DataFrame


def name_places(
    shapes: Shapes, *, streets: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None
) -> list[str]:
    """Name each place from what is nearby; no two names are the same.

    Parameters
    ----------
    shapes
        n polygons in metres, the strongest place first: it keeps the shortest name.
    streets, places
        ``STREETS`` and ``PLACES`` tables, or None.

    Returns
    -------
    names
        n names such as "Around Market Street and the bus station". Where two would be the
        same, the settlement, then a second street, then the compass tells them apart; where
        nothing is known, the grid square in kilometres.
    """
    known = _gazetteer(streets, places)
    names: list[str] = []
    taken: set[str] = set()
    for shape in shapes:
        options = _options(shape, known)
        name = next((o for o in options if o not in taken), None)
        if name is None:
            name = _numbered(options[-1], taken)
        taken.add(name)
        names.append(name)
    return names


def _gazetteer(streets: gpd.GeoDataFrame | None, places: gpd.GeoDataFrame | None) -> Gazetteer:
    lines: pd.Series = pd.Series(dtype=object)
    if streets is not None:
        STREETS.check(streets, "streets")
        lines = pd.Series(streets.geometry.to_numpy(), index=streets["name"].to_numpy(dtype=object))
        lines = lines[[_may_name(n) for n in lines.index]]
    if places is not None and "STREET" in set(places["kind"]):
        named = places[places["kind"].eq("STREET") & places["name"].map(_may_name)]
        points = pd.Series(named.geometry.to_numpy(), index=named["name"].to_numpy(dtype=object))
        lines = pd.concat([lines, points]) if len(lines) else points
    empty = pd.DataFrame({"name": [], "kind": [], "shape": []})
    if places is None or places.empty:
        return Gazetteer(lines, empty, empty)
    PLACES.check(places, "places")
    table = pd.DataFrame(
        {
            "name": places["name"].to_numpy(dtype=object),
            "kind": places["kind"].to_numpy(dtype=object),
            "shape": places.geometry.to_numpy(),
        }
    )
    table["name"] = [n if _may_name(n) else "" for n in table["name"]]
    notable = table[table["kind"].isin(_NOTABLE)].reset_index(drop=True)
    settled = table[table["kind"].isin(_SETTLED) & (table["name"] != "")].reset_index(drop=True)
    return Gazetteer(lines, notable, settled)


def _may_name(name: object) -> bool:
    if not isinstance(name, str) or name.strip().lower() in _NOT_A_NAME:
        return False
    return not _NEVER.search(name)


def _options(shape: shapely.Geometry, known: Gazetteer) -> list[str]:
    """List names for one place, the shortest first; each later one says more."""
    streets = _streets_inside(shape, known.streets)
    landmark = _landmark(shape, known.notable)
    settled, bearing = _settlement(shape, known.settled)
    parts = [p for p in (streets[0] if streets else "", landmark) if p]
    options = []
    where = f", {settled}" if settled and settled not in " ".join(parts) else ""
    if parts:
        core = "Around " + " and ".join(parts)
        ambiguous = bool(streets) and _several(streets[0], known.streets)
        options = [core + where] if ambiguous and where else [core, core + where]
        if len(streets) > 1 and not landmark:
            options.append(f"Around {streets[0]} and {streets[1]}{where}")
        if bearing:
            options.append(f"{core}{where} ({bearing})")
    elif settled:
        options = [f"Around {settled}", f"{settled}, {bearing} of the centre"]
    x, y = (int(v // 1000) for v in shapely.get_coordinates(shapely.centroid(shape))[0])
    options.append(f"{options[-1] if options else 'Around'} grid square {x} {y}")
    return options


def _streets_inside(shape: shapely.Geometry, streets: pd.Series) -> list[str]:
    """Give the named streets inside, the longest first; else the nearest one."""
    if streets.empty:
        return []
    lines = streets.to_numpy()
    hit = np.flatnonzero(shapely.intersects(lines, shape))
    if len(hit):
        length = pd.Series(
            shapely.length(shapely.intersection(lines[hit], shape)), index=streets.index[hit]
        )
        sums = length.groupby(level=0).sum().round(3)
        order = sorted(sums[sums > 0].items(), key=lambda item: (-item[1], item[0]))
        if order:
            return [str(name) for name, _ in order]
        # a list of names has points, no lengths: the street nearest to the middle speaks
        away = shapely.distance(lines[hit], shapely.centroid(shape)).round(3)
        return [str(n) for n in streets.index[hit][np.lexsort((streets.index[hit], away))]]
    away = shapely.distance(lines, shape)
    nearest = int(np.argmin(away))
    return [str(streets.index[nearest])] if away[nearest] <= _NEAR_M else []


def _several(name: str, streets: pd.Series) -> bool:
    """Tell whether a street's name stands for streets far apart."""
    own = streets[streets.index == name].to_numpy()
    west, south, east, north = shapely.total_bounds(own)
    return bool(max(east - west, north - south) > 3 * _APART_M)


def _landmark(shape: shapely.Geometry, notable: pd.DataFrame) -> str:
    """Name the most telling public place inside, the largest of its kind."""
    if notable.empty:
        return ""
    shapes = notable["shape"].to_numpy(dtype=object)
    inside = np.flatnonzero(shapely.intersects(shapes, shape))
    order = list(_NOTABLE)
    best: tuple[int, float, str] | None = None
    for k in inside:
        kind = notable["kind"].iloc[k]
        words = _words(notable["name"].iloc[k], kind)
        if not words:
            continue
        candidate = (order.index(kind), -float(shapely.area(shapes[k])), words)
        best = candidate if best is None else min(best, candidate)
    return best[2] if best else ""


def _words(name: str, kind: str) -> str:
    """Say a landmark in words; a station is called one."""
    if kind == "BUS_STATION":
        return _NOTABLE[kind]
    if kind == "RAIL_STATION" and name and "station" not in name.lower():
        return f"{name} railway station"
    return name or _NOTABLE[kind]


def _settlement(shape: shapely.Geometry, settled: pd.DataFrame) -> tuple[str, str]:
    """Give the settlement or ward that holds the place or is nearest, and where in it the place is."""
    if settled.empty:
        return "", ""
    middle = shapely.centroid(shape)
    shapes = settled["shape"].to_numpy(dtype=object)
    away = np.round(shapely.distance(shapes, middle), 3)
    town = settled["kind"].eq("TOWN").to_numpy(dtype=bool) & (away <= _TOWN_M)
    away = np.where(town, away - _TOWN_M, away)
    nearest = int(np.lexsort((settled["name"].to_numpy(dtype=str), away))[0])
    centre = shapely.get_coordinates(shapely.centroid(shapes[nearest]))[0]
    x, y = shapely.get_coordinates(middle)[0] - centre
    slot = int(np.floor((np.degrees(np.arctan2(x, y)) % 360 + 22.5) / 45)) % 8
    name = str(settled["name"].iloc[nearest])
    if settled["kind"].iloc[nearest] == "WARD" and "ward" not in name.lower():
        name = f"{name} ward"
    return name, _COMPASS[slot]


def _numbered(name: str, taken: set[str]) -> str:
    """Tell apart by a number what nothing else does."""
    number = 2
    while f"{name} ({number})" in taken:
        number += 1
    return f"{name} ({number})"
