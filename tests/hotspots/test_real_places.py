"""Does the list hold up on the real records of Bath & North East Somerset?"""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import csgeo
from csgeo.hotspots.find import find_hotspots

CRIMES = ["Violence and sexual offences", "Drugs", "Possession of weapons", "Robbery"]
COMBE_PARK, ASHMEAD_ROAD = shapely.Point(372830, 165880), shapely.Point(366770, 168300)


@pytest.fixture(scope="module")
def real(open_data):
    wanted = ["Month", "Longitude", "Latitude", "LSOA name", "Crime type"]
    path = open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    rows = pd.read_parquet(path, columns=wanted, filters=[("Crime type", "in", CRIMES)])
    rows = rows[
        rows["LSOA name"].astype("str").str.startswith("Bath and", na=False)
        & (rows["Month"].astype("str") >= "2019-10")
    ]
    points = gpd.points_from_xy(rows["Longitude"], rows["Latitude"], crs=4326).to_crs(27700)
    columns = ["harm", "context", "location_type", "when_precision", "origin"]
    incidents = gpd.GeoDataFrame(
        pd.DataFrame(None, index=pd.RangeIndex(len(rows), name="incident_id"), columns=columns, dtype="str"),
        geometry=points,
    ).assign(
        source="police", precision_m=100.0,
        occurred_from=pd.Timestamp("2020-01-01"), occurred_to=pd.Timestamp("2021-09-30"),
    )  # fmt: skip
    area = csgeo.read_areas(
        open_data / "boundaries" / "ltla21_uk.parquet",
        where={"ltla21_code": "E06000022"},
        level="district",
    ).table
    streets = csgeo.read_streets(open_data / "network" / "banes_os_roads.parquet").table
    services = open_data / "services" / "bath_ne_somerset.gpkg"
    columns = {"name": "distname", "kind": "classifica"}
    layers = [
        csgeo.read_places(services, layer=layer, columns=columns).table
        for layer in ("os_important_buildings", "os_functional_sites")
    ]
    places = pd.concat(layers)
    places.index = pd.Index([f"L{k}" for k in range(len(places))], name="place_id")
    return incidents, area, streets, places


@pytest.fixture(scope="module")
def found(real):
    incidents, area, streets, places = real
    return find_hotspots(incidents, area, expectation="streets", streets=streets, places=places)


@pytest.mark.open_data
def test_ten_places_hold_a_quarter_of_the_records_in_a_hundredth_of_the_area(real, found):
    incidents, area, *_ = real
    assert len(incidents) == 8576
    assert len(found.hotspots) == 10
    assert found.hotspots["incidents"].sum() >= 0.25 * len(incidents)
    assert found.hotspots["area_km2"].sum() <= 0.01 * area.area.sum() / 1e6
    assert (found.hotspots["area_km2"] <= 0.25).all()
    assert (found.hotspots["p_value"] <= 0.001).all()
    assert found.hotspots["name"].is_unique


@pytest.mark.open_data
def test_the_hospital_and_the_police_station_are_set_aside(found):
    aside = found.set_aside
    hospital = aside[aside.distance(COMBE_PARK) < 200]
    police = aside[aside.distance(ASHMEAD_ROAD) < 200]
    assert hospital["reason"].str.contains("a hospital").tolist() == [True]
    assert police["reason"].str.contains("a police station").tolist() == [True]
    assert hospital["name"].tolist() == ["Around Combe Park"]
    assert police["name"].tolist() == ["Around Ashmead Road"]


@pytest.mark.open_data
def test_the_centre_of_bath_is_kept_though_it_has_a_police_desk_and_a_hospital(found):
    centre = shapely.Point(375000, 164650)
    first = found.hotspots.iloc[0]
    assert first.geometry.distance(centre) < 100
    assert first["incidents"] > 600


@pytest.mark.open_data
@pytest.mark.parametrize("method", ["getis_ord", "hdbscan"])
def test_the_other_methods_set_the_police_station_aside_too(method, real):
    incidents, area, streets, places = real
    found = find_hotspots(
        incidents, area, method=method, expectation="streets", streets=streets, places=places
    )
    assert (found.set_aside.distance(ASHMEAD_ROAD) < 300).any()
    assert len(found.hotspots) == 10
    assert not (found.hotspots.distance(ASHMEAD_ROAD) < 50).any()
