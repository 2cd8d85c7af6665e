"""Is the layer or sheet read that was asked for, by each reader?"""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from csgeo.errors import SourceError, UnreadableFile, WrongCRS
from csgeo.sources.areas import read_areas
from csgeo.sources.files import read_rows
from csgeo.sources.incidents import read_incidents
from csgeo.sources.labels import code_labels
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


def zipped(tmp_path, *names: str):
    """Zip Shapefiles of one, two and more points under these names."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for n, name in enumerate(names, start=1):
            made = gpd.GeoDataFrame({"n": range(n)}, geometry=[Point(375_000, 164_000)] * n, crs=27700)  # fmt: skip
            made.to_file(tmp_path / "inner.shp", engine="pyogrio")
            for part in sorted(tmp_path.glob("inner.*")):
                archive.write(part, name + part.suffix)
                part.unlink()
    return tmp_path / "a.zip"


def test_the_shapefile_of_a_zip_that_is_named_is_read(tmp_path):
    file = zipped(tmp_path, "deep/one", "deep/two", "three")
    assert len(read_rows(file, layer="two").frame) == 2
    assert len(read_rows(file, layer="three").frame) == 3
    with pytest.raises(UnreadableFile, match=r"has 3 layers: one, two, three\. Say which one"):
        read_rows(file)
    with pytest.raises(UnreadableFile, match=r"has no layer 'four'; it has one, two, three\."):
        read_rows(file, layer="four")
    assert len(read_rows(zipped(tmp_path, "ONE")).frame) == 1


def test_a_zip_without_a_shapefile_says_what_it_holds_and_what_to_do(tmp_path):
    file = tmp_path / "a.zip"
    for held, words in (
        (["2024-01-x-street.csv"], r"it holds 2024-01-x-street\.csv\. Read it with `csgeo\.read_police`\."),
        (["a.txt", "b" * 90], rf"it holds a\.txt, {'b' * 60}\. Zip the \.shp with its \.shx, \.dbf and \.prj"),
        ([], r"it holds nothing\. Zip the \.shp"),
        ([f"{n}" for n in range(9)], r"it holds 0, 1, 2, 3, 4, 5\. Zip"),
    ):  # fmt: skip
        with zipfile.ZipFile(file, "w") as archive:
            for name in held:
                archive.writestr(name, "x")
        with pytest.raises(UnreadableFile, match=f"a.zip is a zip without a shapefile: {words}"):
            read_rows(file)


def test_labels_keep_the_index_of_their_column():
    coded = code_labels(pd.Series(["CSE", "x", None], index=[7, 8, 9], dtype="str"), "harm")
    assert coded.codes.index.tolist() == coded.unknown.index.tolist() == [7, 8, 9]
    assert coded.unknown.tolist() == [False, True, False]


def test_several_words_for_one_kind_are_that_kind_and_others_are_not_known():
    words = ["Bus Station,Coach Station", "Park;Park", "Park|Prison", "Park,", "Park,Xyz", ","]
    coded = code_labels(pd.Series(words, dtype="str"), "location")
    assert coded.codes.iloc[:2].tolist() == ["BUS_STATION", "PARK"]
    assert coded.unknown.tolist() == [False, False, True, True, True, True]


@pytest.mark.parametrize("read", [read_areas, read_places, read_streets])
def test_shapes_without_a_system_are_refused_until_it_is_named(tmp_path, read):
    shape, options = SHAPES[read]
    made = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shape], crs=27700)
    made.to_file(tmp_path / "a.shp", engine="pyogrio")
    assert len(read(tmp_path / "a.shp", **options).table) == 1
    (tmp_path / "a.prj").unlink()
    words = r"a\.shp must say which coordinate reference system its shapes are in; it has none \(a Shapefile keeps it in the \.prj\)"
    with pytest.raises(WrongCRS, match=words):
        read(tmp_path / "a.shp", **options)
    assert len(read(tmp_path / "a.shp", crs="EPSG:27700", **options).table) == 1


def test_shapes_that_are_swapped_are_refused_with_the_remedy(tmp_path):
    swapped = gpd.GeoDataFrame({"harm": ["CSE"] * 2}, geometry=[Point(51.38, -2.36)] * 2, crs=4326)
    swapped.to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    words = r"they look swapped: 2 of 2 rows are, the first is \(51\.38, -2\.36\)\. Export the file again with x \(east\) before y \(north\)"
    with pytest.raises(SourceError, match=rf"a\.gpkg must have longitude in 'shapes' .*{words}"):
        read_incidents(tmp_path / "a.gpkg")
