"""What is in the invented county?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.samples.areas import make_areas
from csgeo.samples.exposure import make_exposure
from csgeo.samples.journeys import make_flows, make_placements
from csgeo.samples.land import Land, make_land
from csgeo.samples.landmarks import Landmarks, make_landmarks
from csgeo.samples.names import RIVER
from csgeo.samples.planted import plan_places
from csgeo.samples.provision import make_services
from csgeo.samples.records import make_records
from csgeo.samples.roads import make_streets
from csgeo.samples.truth import Truth, make_truth
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.samples.areas import Areas


@dataclass(frozen=True)
class County:
    """An invented county, and the truth about it."""

    seed: int
    areas: Areas
    streets: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    services: gpd.GeoDataFrame
    incidents: gpd.GeoDataFrame
    flows: pd.DataFrame
    placements: pd.DataFrame
    basemap: gpd.GeoDataFrame
    gazetteer: pd.DataFrame
    truth: Truth


def county(seed: int = 1) -> County:
    """Invent a county: a city, a market town, a coast, villages, and harm among them.

    Parameters
    ----------
    seed
        Chance; the same seed gives the same county.

    Returns
    -------
    county
        Tables in EPSG:27700 that keep the contracts of ``csgeo.tables``.
        No place, street or person in it is real.

    Examples
    --------
    >>> from csgeo.samples import county
    >>> county(seed=1).areas.county["name"].item()
    'Corvenshire'
    """
    # one stream of chance for each part: a change in one leaves the others alone
    chance = iter(np.random.default_rng([seed, part]) for part in range(1, 10))
    land = make_land(next(chance))
    streets = make_streets(land, next(chance))
    areas = make_areas(land, next(chance))
    marks = make_landmarks(land, streets, next(chance))
    streets = _paths_in_parks(streets, marks.places)
    spots = marks.spots | {"default": _emptiest(areas, land)}
    planted = plan_places(marks.spots, streets, land.outline, next(chance))
    exposure = make_exposure(land, streets, next(chance))
    records = make_records(exposure, planted, spots, areas.small_areas, next(chance))
    return County(
        seed=seed,
        areas=areas,
        streets=streets[["name", "kind", "length_m", "geometry"]],
        places=marks.places[["name", "kind", "geometry"]],
        services=make_services(marks.places, marks.spots, next(chance)),
        incidents=records.incidents,
        flows=make_flows(areas.wards, np.random.default_rng([seed, 11])),
        placements=make_placements(areas.small_areas, np.random.default_rng([seed, 12])),
        basemap=_basemap(land, marks),
        gazetteer=_gazetteer(streets, marks.places),
        truth=make_truth(seed, planted, records.planted, spots, areas.small_areas),
    )


def _emptiest(areas: Areas, land: Land) -> npt.NDArray[np.float64]:
    """Give the middle of the small area that is farthest from any settlement."""
    shapes = shapely.point_on_surface(areas.small_areas.geometry.to_numpy())
    middle = shapely.get_coordinates(shapes)
    settled = np.array([(s.x, s.y) for s in land.settlements])
    away = np.hypot(*(middle[:, None] - settled[None]).transpose(2, 0, 1)).min(axis=1)
    return np.asarray(np.round(middle[away.argmax()]))


def _paths_in_parks(streets: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Turn side streets that cross a park into paths."""
    green = shapely.union_all(places.geometry[places["kind"] == "PARK"].to_numpy())
    shapely.prepare(green)
    middle = shapely.line_interpolate_point(streets.geometry.to_numpy(), 0.5, normalized=True)
    inside = shapely.contains(green, middle) & (streets["kind"] == "street").to_numpy()
    return streets.assign(kind=streets["kind"].mask(inside, "path"))


def _basemap(land: Land, marks: Landmarks) -> gpd.GeoDataFrame:
    """Gather what a map draws besides streets and places: waters and railways."""
    river = shapely.intersection(land.river, land.outline)
    shapes = [land.sea, shapely.buffer(river, 34, quad_segs=3), *marks.rail.geometry]
    table = pd.DataFrame(
        {
            "name": ["The sea", RIVER, *marks.rail["name"]],
            "kind": ["WATERSIDE", "WATERSIDE", *["RAIL_LINE"] * len(marks.rail)],
            "geometry": shapely.set_precision(shapes, 0.1, mode="pointwise"),
        }
    )
    table.index = pd.Index([f"B{i:02d}" for i in range(1, len(table) + 1)], name="place_id")
    return gpd.GeoDataFrame(table, crs=NATIONAL_GRID)


def _gazetteer(streets: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """List every name with a point, and what people also call it."""
    named = streets[streets["settlement"].notna() & streets["name"].notna()]
    middle = shapely.line_interpolate_point(named.geometry.to_numpy(), 0.5, normalized=True)
    roads = pd.DataFrame({"name": named["name"], "settlement": named["settlement"], "x": shapely.get_x(middle), "y": shapely.get_y(middle)})  # fmt: skip
    roads = roads.groupby(["name", "settlement"], as_index=False)[["x", "y"]].median()
    spots = _points(places)
    table = pd.concat([roads.assign(kind="STREET"), spots], ignore_index=True)
    table = table.sort_values(["name", "settlement", "kind"], ignore_index=True)
    short = {" Recreation Ground": "the rec", " Bus Station": "the bus station", " Central": "the station", " Beach": "the front"}  # fmt: skip
    also = [next((v for k, v in short.items() if str(n).endswith(k)), "") for n in table["name"]]
    return table.assign(
        also_called=also, easting=table["x"].round().astype(int), northing=table["y"].round().astype(int)
    )[["name", "also_called", "kind", "settlement", "easting", "northing"]]  # fmt: skip


def _points(places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give a point for every named place."""
    at = shapely.point_on_surface(places.geometry.to_numpy())
    return pd.DataFrame(
        {
            "name": places["name"],
            "settlement": places["settlement"],
            "kind": places["kind"],
            "x": shapely.get_x(at),
            "y": shapely.get_y(at),
        }
    )
