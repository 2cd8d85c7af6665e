"""Which open data are the pictures drawn from?"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
from shapely import LineString

import csgeo
from csgeo.basemap import basemap
from csgeo.hotspots.enforcement import without_enforcement
from csgeo.intake import take_in
from csgeo.samples import write_county

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release
    from csgeo.hotspots.find import Found
    from csgeo.hotspots.on_streets.placing import Placed
    from csgeo.streets import Network

ROOT = Path(__file__).resolve().parents[2]
COUNTY = ROOT / "data" / "county"
#: Bath and Twerton, where most places lie: west, south, east, north in metres.
BATH = (370_900, 161_700, 377_300, 167_000)


class Ground(NamedTuple):
    """A district with its records: what `find_hotspots` is asked with, and the map below."""

    incidents: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    services: gpd.GeoDataFrame
    strata: gpd.GeoDataFrame | None
    basemap: gpd.GeoDataFrame


def open_data() -> Path:
    folder = os.environ.get("CSGEO_OPEN_DATA")
    if not folder:
        msg = "CSGEO_OPEN_DATA must name the folder of open data (see data/recipes)."
        raise SystemExit(msg)
    return Path(folder)


@cache
def banes() -> Ground:
    """Read Bath & North East Somerset as its recipe says: 24 months of police records."""
    recipe = csgeo.load_recipe(
        ROOT / "data" / "recipes" / "bath_ne_somerset.toml",
        folders={"CSGEO_OPEN_DATA": str(open_data())},
    )
    read = take_in(recipe, lambda *_: None)
    located = read.incidents[read.incidents.geometry.notna()]
    drawn = basemap(read.area, streets=read.streets, places=read.places, lines=read.lines)
    return Ground(located, read.area, read.streets, read.places, read.services, read.strata, drawn)


@cache
def searched() -> gpd.GeoDataFrame:
    """Give the records that `find_hotspots` searches: those that enforcement made are left out."""
    return without_enforcement(banes().incidents).incidents


@cache
def county() -> Ground:
    """Read the invented county, whose records have days, hours, sources and people."""
    area = csgeo.read_areas(COUNTY / "areas.gpkg", layer="county").table
    incidents = csgeo.read_incidents(COUNTY / "incidents.csv", areas=area).table
    streets = csgeo.read_streets(COUNTY / "streets.gpkg").table
    places = csgeo.read_places(COUNTY / "places.gpkg").table
    return Ground(
        incidents[incidents.geometry.notna()], area, streets, places,
        csgeo.read_services(COUNTY / "services.csv").table, None,
        basemap(area, streets=streets, places=places),
    )  # fmt: skip


@cache
def places_of(method: str, *, reruns: int = 0) -> Found:
    """Find ten places of Bath & North East Somerset, all methods asked alike."""
    ground = banes()
    return csgeo.find_hotspots(
        ground.incidents, ground.area, method=method, cell_m=125, expectation="streets",
        streets=ground.streets, places=ground.places, strata=ground.strata, most_places=10,
        reruns=reruns, seed=1,
    )  # fmt: skip


def liverpool() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read the violence recorded in Liverpool, and both banks of the Mersey."""
    folder = open_data()
    where = {"ltla21_name": ["Liverpool", "Wirral"]}
    banks = csgeo.read_areas(
        folder / "boundaries" / "ltla21_uk.parquet", where=where, level="district"
    ).table
    read = csgeo.read_police(
        folder / "police" / "merseyside_2018-01_2021-09.parquet", areas=banks,
        harms=["POLICE.VIOLENCE"],
    )  # fmt: skip
    inside = read.table[read.table.geometry.notna()]
    city = banks.geometry[banks["name"] == "Liverpool"].iloc[0]
    return inside[inside.within(city)], banks


def county_release() -> Release:
    """Run the invented county's recipe and take it through the door, as `csgeo run` does."""
    with TemporaryDirectory() as folder:
        write_county(folder, seed=1)
        recipe = Path(folder) / "csgeo.toml"
        shutil.copy(ROOT / "csgeo" / "samples" / "county.toml", recipe)
        return csgeo.make_release(csgeo.run_study(csgeo.load_recipe(recipe)))


def chicago_burglaries() -> pd.DataFrame:
    """Read 970 burglaries of one month with their days: easting, northing in metres, date."""
    return pd.read_csv(
        open_data() / "oracles" / "nearrepeat_chicago_be_month1.csv",
        names=["x", "y", "date"], parse_dates=["date"],
    )  # fmt: skip


def chicago_network() -> tuple[Network, Placed]:
    """Read the streets and crimes of spatstat's data set `chicago`, in feet as published."""
    from csgeo.hotspots.on_streets.placing import points_on_streets
    from csgeo.streets import street_network

    folder = open_data() / "oracles"
    xy = pd.read_csv(folder / "chicago_lpp_vertices.csv").set_index("id")[["x", "y"]]
    edges = pd.read_csv(folder / "chicago_lpp_edges.csv")
    points = pd.read_csv(folder / "chicago_lpp_points.csv")
    lines = [LineString([xy.loc[a], xy.loc[b]]) for a, b in edges[["from", "to"]].to_numpy()]
    streets = gpd.GeoDataFrame(
        {"name": None, "kind": "street", "length_m": [s.length for s in lines]},
        geometry=lines, crs=27700,
        index=pd.Index([f"s{i}" for i in range(len(lines))], name="street_id", dtype="str"),
    )  # fmt: skip
    network = street_network(streets, crossings="bridged")
    return network, points_on_streets(points["x"], points["y"], network)
