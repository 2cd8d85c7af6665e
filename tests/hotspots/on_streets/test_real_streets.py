"""Do the methods hold up on the real, un-noded streets and records of Bath & North East Somerset?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import csgeo
from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.on_streets.network_density import density_of
from csgeo.hotspots.on_streets.placing import points_on_streets
from csgeo.hotspots.on_streets.raster import lay_streets_on_cells, street_scores
from csgeo.streets import street_network

pytestmark = pytest.mark.open_data


@pytest.fixture(scope="module")
def real(open_data):
    path = open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    wanted = ["Longitude", "Latitude", "LSOA name", "Crime type"]
    rows = pd.read_parquet(path, columns=wanted, filters=[("Crime type", "==", "Robbery")])
    rows = rows[rows["LSOA name"].astype("str").str.startswith("Bath and", na=False)]
    points = gpd.points_from_xy(rows["Longitude"], rows["Latitude"], crs=4326).to_crs(27700)
    streets = csgeo.read_streets(open_data / "network" / "banes_os_roads.parquet").table
    return points.x, points.y, street_network(streets)


@pytest.mark.parametrize("method", ["continuous", "discontinuous"])
def test_no_record_is_lost_on_the_streets_of_a_district(real, method):
    x, y, network = real
    placed = points_on_streets(x, y, network)
    assert placed.placed + placed.beyond == len(x)
    assert placed.placed > 0.9 * len(x)
    found = density_of(placed, network, method=method)
    assert found["spread"].sum() == pytest.approx(placed.placed, abs=1e-9)
    assert found["length_m"].sum() == pytest.approx(network.length_m[network.joinable].sum())
    assert found["spread"].min() > -1e-12


def test_the_cells_of_a_district_add_up_to_its_records(real, open_data):
    x, y, network = real
    area = csgeo.read_areas(
        open_data / "boundaries" / "ltla21_uk.parquet",
        where={"ltla21_code": "E06000022"},
        level="district",
    ).table
    field = lay_field(area, cell_m=250)
    cells = lay_streets_on_cells(network, field)
    surface, words = street_scores(x, y, cells)
    placed = points_on_streets(x, y, network).placed
    outside = (
        float(words.split("left out. ")[1].split("per cell. ")[-1].split("%")[0])
        if ("outside the study area" in words)
        else 0.0
    )
    assert surface.sum() == pytest.approx(placed, rel=outside / 100 + 0.001)
    again, _ = street_scores(x[::-1], y[::-1], cells)
    assert again == pytest.approx(surface, abs=1e-12)
    assert np.isfinite(surface).all()
