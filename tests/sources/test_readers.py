"""Which services, areas, places and streets do files hold?"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from csgeo.errors import SourceError, UnknownColumns, UnknownWords, WrongCRS
from csgeo.sources.areas import read_areas
from csgeo.sources.places import read_places
from csgeo.sources.services import read_services
from csgeo.sources.streets import read_streets
from csgeo.tables import AREAS, PLACES, SERVICES, STREETS

HERE = box(375_000, 165_000, 375_100, 165_100)


def layer(folder, name="layer.gpkg", crs=27700, **columns):
    file = folder / name
    gpd.GeoDataFrame(columns, geometry="shape", crs=crs).to_file(file, engine="pyogrio")
    return file


# ---- services


def test_services_are_read_with_all_that_is_known_of_them(tmp_path):
    file = tmp_path / "services.csv"
    file.write_text(
        "ref;Service name;Service type;Opening times;Min age;Max age;Places;Funding ends;Easting;Northing;Telephone\n"
        "S1;Hub;Youth centre;Mo-Fr 15:00-19:00;11;18;40;31/03/2026;375000;165000;01225\n"
        "S2;Van;Outreach;;;;;03/2026;375100;165000;\n"
        "S3;Shed;Allotment;;;;;;375200;165000;\n"
        "S4;Lost;Library;;;;;;;;\n",
        encoding="utf-8",
    )
    reading = read_services(file)
    SERVICES.check(reading.table, "services")
    assert reading.table["kind"].tolist() == ["YOUTH_CLUB", "DETACHED", "OTHER"]
    hub = reading.table.loc["S1"]
    assert hub[["name", "ages", "capacity", "opening_hours"]].tolist() == [
        "Hub",
        "11-18",
        40,
        "Mo-Fr 15:00-19:00",
    ]
    assert reading.table["funded_until"].dt.strftime("%Y-%m-%d").tolist()[:2] == [
        "2026-03-31",
        "2026-03-31",
    ]
    assert [(s.reason, s.first_row) for s in reading.report.set_aside] == [("no place given", 5)]
    assert any("'Allotment' (1); they were read as OTHER" in n for n in reading.report.notes)
    assert "Telephone" not in reading.set_aside


def test_one_kind_for_all_services_goes_before_a_column_of_no_use(tmp_path):
    file = layer(tmp_path, type=["C", "P"], site_name=["A", "B"], shape=[HERE, HERE])
    with pytest.raises(UnknownWords, match=r"none of 2 labels in 'type' is: 'C', 'P'"):
        read_services(file)
    table = read_services(file, kind="Youth club").table
    assert table["kind"].tolist() == ["YOUTH_CLUB"] * 2
    assert table.geometry.within(HERE).all()
    with pytest.raises(UnknownWords, match=r"'Yuoth club' is no service .*nearest: 'youth club'"):
        read_services(file, kind="Yuoth club")


def test_services_without_a_kind_ask_for_it(tmp_path):
    file = layer(tmp_path, site_name=["A"], shape=[HERE])
    with pytest.raises(UnknownColumns, match="no column for what kind of service it is"):
        read_services(file)


# ---- areas


def test_areas_keep_their_codes_and_say_their_level_and_year(tmp_path):
    parts = MultiPolygon([HERE, box(376_000, 165_000, 376_100, 165_100)])
    file = layer(
        tmp_path,
        LSOA21CD=["E01", "E02"],
        LSOA21NM=["One", "Two"],
        Population=[1500, None],
        shape=[HERE, parts],
    )
    table = read_areas(file).table
    AREAS.check(table, "areas")
    assert table.index.tolist() == ["E01", "E02"]
    assert table["level"].tolist() == ["LSOA 2021"] * 2
    assert table["residents"].isna().tolist() == [False, True]
    assert table.area.tolist() == [10_000, 20_000]


def test_only_the_rows_asked_for_are_used_and_the_others_counted(tmp_path):
    file = layer(tmp_path, code=["1", "2", "3"], district=["A", "B", "A"], shape=[HERE] * 3)
    reading = read_areas(file, where={"district": "A"})
    assert reading.table.index.tolist() == ["1", "3"]
    assert [(s.reason, s.rows) for s in reading.report.set_aside] == [("not asked for", 1)]
    assert len(reading.set_aside) == 0
    assert len(read_areas(file, where={"district": ["A", "B"], "code": "2"}).table) == 1
    assert len(read_areas(file, where={"code": "2", "district": ["A", "B"]}).table) == 1
    with pytest.raises(
        SourceError, match=r"no row with district = 'C', which `where` wants; it has 'A', 'B'"
    ):
        read_areas(file, where={"district": "C"})
    with pytest.raises(
        UnknownColumns, match=r"no column 'ward', which `where` names\. Found: code, district"
    ):
        read_areas(file, where={"ward": "C"})


def test_rings_that_cross_themselves_are_repaired_and_said(tmp_path):
    bow = Polygon([(375_000, 165_000), (375_100, 165_100), (375_100, 165_000), (375_000, 165_100)])
    reading = read_areas(layer(tmp_path, code=["1"], shape=[bow]))
    assert reading.table.is_valid.all()
    assert reading.table.area.sum() == pytest.approx(5_000)
    assert "1 shapes had rings that cross themselves and were repaired" in reading.report.notes


def test_what_is_no_area_is_set_aside_and_degrees_are_brought_in(tmp_path):
    shapes = gpd.GeoSeries([HERE, Point(375_000, 165_000)], crs=27700).to_crs(4326)
    file = layer(tmp_path, crs=4326, code=["1", "2"], shape=shapes)
    reading = read_areas(file)
    assert reading.table.area.sum() == pytest.approx(10_000, rel=1e-3)
    assert reading.report.set_aside[0].reason == "a shape that is not an area"
    with pytest.raises(WrongCRS, match="must have metres in 'shapes'"):
        read_areas(file, crs="EPSG:27700")


def test_a_table_of_names_is_no_file_of_areas(tmp_path):
    (tmp_path / "a.csv").write_text("code,name\n1,A\n")
    with pytest.raises(UnknownColumns, match="has no column for shapes"):
        read_areas(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text(f'code,name,wkt\n1,A,"{HERE.wkt}"\n2,B,\n')
    reading = read_areas(tmp_path / "b.csv")
    assert reading.table.area.tolist() == [10_000]
    assert reading.report.set_aside[0].reason == "no shape"


# ---- places


def test_places_of_unknown_kinds_are_set_aside_by_label(tmp_path):
    file = layer(
        tmp_path,
        distname=["Nick", None, "Post"],
        classifica=["Police Station", "Play Space", "Post Office"],
        shape=[HERE, Point(375_000, 165_000), HERE],
    )
    reading = read_places(file)
    PLACES.check(reading.table, "places")
    assert reading.table["kind"].tolist() == ["POLICE_STATION", "PLAYGROUND"]
    assert reading.report.set_aside[0].reason.startswith(
        "location label 'Post Office' in 'classifica' is not known"
    )
    assert reading.set_aside["shape"].tolist() == [HERE.wkt]
    assert len(read_places(file, words={"post office": "RETAIL"}).table) == 3


def test_places_may_be_a_table_of_points(tmp_path):
    (tmp_path / "a.csv").write_text("stationName,lat,long\nBath Spa,51.3777,-2.357\nNowhere,,\n")
    reading = read_places(tmp_path / "a.csv", kind="station", columns={"name": "stationName"})
    assert reading.table["kind"].tolist() == ["RAIL_STATION"]
    assert reading.report.set_aside[0].reason == "no place given"


# ---- streets


def test_streets_are_cut_into_lines_and_measured(tmp_path):
    one = LineString([(375_000, 165_000), (375_003, 165_004)])
    two = MultiLineString([[(0, 0), (3, 4)], [(10, 0), (10, 7)]])
    file = layer(
        tmp_path,
        id=["a", "b", "c", "d"],
        name_1=["High Street", None, "x", "y"],
        road_classification=["A Road", "Unclassified", "Footway", "B Road"],
        shape=[one, _moved(two), HERE, LineString([(375_000, 165_000)] * 2)],
    )
    reading = read_streets(file)
    STREETS.check(reading.table, "streets")
    assert reading.table.index.tolist() == ["a", "b/1", "b/2"]
    assert reading.table["length_m"].tolist() == [5, 5, 7]
    assert reading.table["kind"].tolist() == ["main", "street", "street"]
    assert (reading.report.rows_in, reading.report.rows_used) == (4, 2)
    reasons = [s.reason for s in reading.report.set_aside]
    assert reasons == ["a shape that is not a line", "a line of no length"]


def _moved(shape):
    from shapely.affinity import translate

    return translate(shape, 375_000, 165_000)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Primary Road, Collapsed Dual Carriageway", "main"),
        ("B Road", "main"),
        ("Motorway", "main"),
        ("trunk_link", "main"),
        ("secondary", "main"),
        ("Classified Unnumbered", "street"),
        ("residential", "street"),
        ("Local Road", "street"),
        ("unclassified", "street"),
        ("steps", "path"),
        ("Shared Use Carriageway", "path"),
        ("FP", "path"),
        (None, "street"),
    ],
)
def test_classes_of_road_from_every_maker_become_three(tmp_path, word, kind):
    line = LineString([(375_000, 165_000), (375_003, 165_004)])
    file = layer(tmp_path, id=["a"], highway=pd.Series([word], dtype="object"), shape=[line])
    assert read_streets(file).table["kind"].tolist() == [kind]
