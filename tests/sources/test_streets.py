"""Which streets does a file hold?"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, box

from csgeo.sources.streets import read_streets
from csgeo.tables import STREETS

HERE = box(375_000, 165_000, 375_100, 165_100)


def layer(folder, name="layer.gpkg", crs=27700, **columns):
    file = folder / name
    gpd.GeoDataFrame(columns, geometry="shape", crs=crs).to_file(file, engine="pyogrio")
    return file


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


@pytest.mark.open_data
def test_the_railways_among_the_ways_of_bristol_are_no_streets(open_data):
    reading = read_streets(open_data / "network" / "bristol_ways.parquet")
    assert [(s.reason, s.rows) for s in reading.report.set_aside] == [
        ("a railway, ferry or water, which is no street", 1017)
    ]
    assert reading.report.rows_used == 3422 + 1721  # roads and cycle ways
