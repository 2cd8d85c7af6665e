"""Which areas does a file hold?"""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import MultiPolygon, Point, Polygon, box

from csgeo.errors import SourceError, UnknownColumns, WrongCRS
from csgeo.sources.areas import read_areas
from csgeo.tables import AREAS

HERE = box(375_000, 165_000, 375_100, 165_100)


def layer(folder, name="layer.gpkg", crs=27700, **columns):
    file = folder / name
    gpd.GeoDataFrame(columns, geometry="shape", crs=crs).to_file(file, engine="pyogrio")
    return file


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
