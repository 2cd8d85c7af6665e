"""Is the layer or sheet read that was asked for, by each reader?"""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from csgeo.errors import UnreadableFile
from csgeo.sources.areas import read_areas
from csgeo.sources.incidents import read_incidents
from csgeo.sources.places import read_places
from csgeo.sources.services import read_services
from csgeo.sources.streets import read_streets

SHAPES = {
    read_areas: (box(375_000, 164_000, 376_000, 165_000), {}),
    read_places: (Point(375_000, 164_000), {"kind": "PARK"}),
    read_services: (Point(375_000, 164_000), {"kind": "YOUTH_CLUB"}),
    read_streets: (LineString([(375_000, 164_000), (375_030, 164_040)]), {}),
    read_incidents: (Point(375_000, 164_000), {"harm": "CSE"}),
}


@pytest.mark.parametrize("read", SHAPES)
def test_the_layer_that_is_named_is_read(tmp_path, read):
    shape, options = SHAPES[read]
    file = tmp_path / "a.gpkg"
    for layer, n in (("one", 1), ("three", 3)):
        made = gpd.GeoDataFrame({"name": ["a"] * n}, geometry=[shape] * n, crs=27700)
        made.to_file(file, layer=layer, engine="pyogrio")
    assert len(read(file, layer="one", **options).table) == 1
    assert len(read(file, layer="three", **options).table) == 3
    with pytest.raises(UnreadableFile, match=r"has 2 layers: one, three\. Say which one"):
        read(file, **options)
    with pytest.raises(UnreadableFile, match=r"has no layer 'two'; it has one, three"):
        read(file, layer="two", **options)


@pytest.mark.parametrize("read", SHAPES)
def test_the_system_that_is_named_goes_before_the_files_own(tmp_path, read):
    shape, options = SHAPES[read]
    file = tmp_path / "a.gpkg"
    made = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shape], crs=32630)
    made.to_file(file, layer="a", engine="pyogrio")
    table = read(file, crs="EPSG:27700", **options).table
    assert table.geometry.iloc[0].equals(shape)
    assert table.crs == "EPSG:27700"


@pytest.mark.parametrize("read", SHAPES)
def test_shapes_are_brought_into_the_system_that_is_asked_for(tmp_path, read):
    shape, options = SHAPES[read]
    if read is read_services:
        options = {**options, "crs": "EPSG:27700"}
    file = tmp_path / "a.gpkg"
    made = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shape], crs=27700)
    made.to_file(file, layer="a", engine="pyogrio")
    table = read(file, to_crs="EPSG:32630", **options).table
    assert table.crs == "EPSG:32630"
    back = table.to_crs(27700).geometry.iloc[0]
    assert back.hausdorff_distance(shape) < 0.01
