"""Which rows does a layer of a GIS file hold?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyproj import CRS

from csgeo.errors import UnreadableFile
from csgeo.sources.apart import columnar
from csgeo.sources.layers import _beside, _system

FILE = Path("a.shp")
GRID = CRS("+proj=longlat +ellps=bessel +nadgrids=/etc/passwd +type=crs")


@pytest.mark.parametrize(
    "crs",
    [
        GRID.to_wkt(),
        columnar._system(GRID.to_json_dict()),
        "+proj=longlat +nadgrids=/etc/passwd",
        "+proj=longlat +datum=WGS84",
        "http://127.0.0.1/crs",
        "EPSG:0",
        "no system",
        "",
        CRS(27700).to_wkt() + " " * 20_000,
    ],
)
def test_a_system_that_opens_something_or_is_none_is_refused(crs):
    with pytest.raises(
        UnreadableFile,
        match=r"a\.shp describes its .* system in a way that is not followed.*EPSG:27700",
    ):
        _system(crs, FILE)


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:27700",
        CRS(27700).to_wkt(),
        CRS(27700).to_wkt("WKT1_ESRI"),
        columnar._system(CRS(27700).to_json_dict()),
    ],
)
def test_a_system_by_its_code_or_its_plain_text_is_taken(crs):
    assert _system(crs, FILE).equals(CRS(crs))
    assert _system(None, FILE) is None


def test_the_parts_of_a_shapefile_are_those_of_its_own_name(tmp_path):
    for name in ("a[1].shp", "a[1].dbf", "a[1].shp.xml", "a1.dbf", "b.dbf"):
        (tmp_path / name).touch()
    assert sorted(p.name for p in _beside(tmp_path / "a[1].shp")) == ["a[1].dbf", "a[1].shp"]


def test_a_geoparquet_may_describe_its_system_without_a_code(tmp_path):
    import geopandas as gpd
    from shapely.geometry import Point

    from csgeo.sources.files import read_rows

    own = CRS(
        "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996 +x_0=400000 +y_0=-100000 +ellps=airy +units=m"
    )
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(375_000, 165_000)], crs=own)
    points.to_parquet(tmp_path / "a.parquet")
    assert read_rows(tmp_path / "a.parquet").geometry.crs.equals(own)
