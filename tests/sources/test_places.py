"""Which named places does a file hold?"""

from __future__ import annotations

import geopandas as gpd
from shapely.geometry import Point, box

from csgeo.sources.places import read_places
from csgeo.tables import PLACES

HERE = box(375_000, 165_000, 375_100, 165_100)


def layer(folder, name="layer.gpkg", crs=27700, **columns):
    file = folder / name
    gpd.GeoDataFrame(columns, geometry="shape", crs=crs).to_file(file, engine="pyogrio")
    return file


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
