"""Do the real open files come in as what they are?"""

from __future__ import annotations

import pytest

from csgeo.errors import UnreadableFile, WrongCRS
from csgeo.sources.areas import read_areas
from csgeo.sources.files import read_rows
from csgeo.sources.incidents import read_incidents
from csgeo.sources.places import read_places
from csgeo.sources.services import read_services
from csgeo.sources.streets import read_streets
from csgeo.tables import AREAS, INCIDENTS, PLACES, SERVICES, STREETS

pytestmark = pytest.mark.open_data
BATH = "services/bath_ne_somerset.gpkg"


@pytest.mark.parametrize(
    ("layer", "used", "set_aside"),
    [
        ("os_important_buildings", 872, 67),
        ("os_greenspace_site", 272, 248),
        ("os_rail_station", 6, 0),
    ],
)
def test_layers_of_bath_are_places_by_their_class(open_data, layer, used, set_aside):
    kind = "RAIL_STATION" if layer == "os_rail_station" else None
    reading = read_places(open_data / BATH, layer=layer, kind=kind)
    PLACES.check(reading.table, "places")
    # the vocabulary grows: what matters is that every building is in one of the two
    assert reading.report.rows_in == used + set_aside
    assert reading.report.rows_used >= used
    assert reading.table.crs.to_epsg() == 27700


def test_the_artefacts_of_bath_are_known_for_what_they_are(open_data):
    table = read_places(open_data / BATH, layer="os_important_buildings").table
    assert (table["kind"] == "POLICE_STATION").sum() == 8
    assert (table["kind"] == "HOSPITAL").sum() == 49


def test_a_geopackage_of_many_layers_asks_which(open_data):
    with pytest.raises(UnreadableFile, match="has 29 layers: banes_education_colleges"):
        read_rows(open_data / BATH)


def test_play_spaces_drawn_as_areas_are_services_at_a_point(open_data):
    reading = read_services(open_data / BATH, layer="banes_gss_playspace_youth", kind="YOUTH_CLUB")
    SERVICES.check(reading.table, "services")
    assert len(reading.table) == 49
    assert reading.table["name"].notna().sum() == 4  # the council names few of them


def test_hospitals_and_libraries_of_england(open_data):
    hospitals = read_services(
        open_data / "services/hospitals_england_2022.parquet", kind="HOSPITAL"
    )
    assert (hospitals.report.rows_in, hospitals.report.rows_used) == (1061, 1061)
    libraries = read_services(open_data / "services/libraries_england_2023.parquet", kind="LIBRARY")
    assert (libraries.report.rows_in, libraries.report.rows_used) == (3487, 3471)
    assert libraries.report.set_aside[0].reason == "no place given"


@pytest.mark.parametrize(
    ("file", "rows", "level"),
    [
        ("lsoa11_4forces", 2774, "LSOA 2011"),
        ("lsoa21_4forces", 2827, "LSOA 2021"),
        ("msoa11_4forces", 568, "MSOA 2011"),
        ("ward21_4forces", 482, "ward 2021"),
        ("ltla21_uk", 374, "district 2021"),
        ("pfa20_uk", 43, "police force area 2020"),
    ],
)
def test_boundaries_say_their_level_and_vintage(open_data, file, rows, level):
    table = read_areas(open_data / f"boundaries/{file}.parquet").table
    AREAS.check(table, "areas")
    assert len(table) == rows
    assert set(table["level"]) == {level}


def test_one_district_is_picked_out_of_all(open_data):
    reading = read_areas(
        open_data / "boundaries/ltla21_uk.parquet", where={"ltla21_code": "E06000022"}
    )
    assert reading.table["name"].tolist() == ["Bath and North East Somerset"]
    assert reading.table.area.sum() / 1e6 == pytest.approx(346, rel=0.02)
    assert reading.report.set_aside[0].rows == 373


def test_streets_of_bath_are_lines_with_names_and_classes(open_data):
    reading = read_streets(open_data / "network/banes_os_roads.parquet")
    STREETS.check(reading.table, "streets")
    assert reading.report.rows_used == 9015
    assert len(reading.table) == 9040
    counts = reading.table["kind"].value_counts()
    assert counts["main"] == 1131
    assert reading.table["length_m"].sum() / 1000 == pytest.approx(1303.2, abs=0.1)
    same = read_streets(open_data / BATH, layer="os_roads").table
    assert same["length_m"].sum() == pytest.approx(reading.table["length_m"].sum(), rel=1e-3)


def test_records_at_zero_are_kept_without_a_place(open_data):
    file = open_data / "oracles/cdmx_car_jacking.gpkg"
    with pytest.raises(WrongCRS, match="all 2659 rows with coordinates lie outside it"):
        read_incidents(file, harm="SYV.ROBBERY")
    reading = read_incidents(file, harm="SYV.ROBBERY", to_crs="EPSG:32614")
    INCIDENTS.check(reading.table, "incidents")
    assert (reading.report.rows_used, reading.report.no_place) == (2811, 152)


def test_national_grid_metres_need_not_say_so_and_names_stay_out(open_data):
    reading = read_incidents(open_data / "oracles/hungerford_shootings.csv", harm="SYV")
    assert reading.table.geometry.iloc[0].coords[0] == (423_168, 167_694)
    assert "column 'victims' was not read: it looks to hold a person's name" in reading.report.notes


def test_a_gzipped_tab_separated_file_is_read(open_data):
    reading = read_incidents(open_data / "oracles/lancashire_asb.tab.gz", harm="ASB")
    assert (reading.report.rows_used, reading.report.no_place) == (56_434, 0)
    assert "fields are separated by tab" in reading.report.notes


def test_a_real_workbook_keeps_its_codes(open_data):
    rows = read_rows(open_data / "oracles/lancashire_ward_pop.xlsx")
    assert rows.frame.iloc[0].tolist() == ["E05001643", "Anchorsholme", "6278"]
    assert len(rows.frame) == 285


def test_a_big_file_is_read_and_every_row_accounted_for(open_data):
    reading = read_incidents(open_data / "police/avon-and-somerset_2018-01_2021-09.parquet")
    report = reading.report
    assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside) == 620_495
    assert report.no_place == 57_132
    assert reading.table.index.is_unique
    assert set(reading.table["when_precision"]) == {"month"}
