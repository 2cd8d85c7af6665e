"""Is the GeoJSON what RFC 7946 asks for?"""

import json

import geopandas as gpd
import pytest
import shapely

from csgeo.disclosure.release import make_release
from csgeo.outputs.geojson import write_geojson
from tests.outputs.invented import invented_study


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


@pytest.fixture(scope="module")
def written(release, tmp_path_factory):
    return write_geojson(release, tmp_path_factory.mktemp("share"))


def test_degrees_with_six_decimals_and_no_crs_member(written):
    for path in written.values():
        told = json.loads(path.read_text(encoding="utf-8"))
        assert "crs" not in told
        for feature in told["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            xy = shapely.get_coordinates(shape)
            assert (abs(xy.round(6) - xy) < 1e-12).all()
            assert -9 < xy[0, 0] < 3
            assert 49 < xy[0, 1] < 61


def test_outer_rings_run_anticlockwise(written):
    for name in ("hotspots.geojson", "cells.geojson"):
        for feature in json.loads(written[name].read_text(encoding="utf-8"))["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            rings = [part.exterior for part in shapely.get_parts(shape)]
            assert shapely.is_ccw(rings).all()


def test_it_lands_where_it_came_from(written, release):
    back = gpd.read_file(written["hotspots.geojson"]).to_crs(27700).set_index("id")
    apart = back.geometry.hausdorff_distance(release.hotspots.geometry.loc[back.index])
    assert (apart < 0.2).all()


def test_not_known_is_null(written):
    features = json.loads(written["cells.geojson"].read_text(encoding="utf-8"))["features"]
    hidden = [f["properties"] for f in features if f["properties"]["hidden"]]
    assert hidden
    assert {(p["incidents"], p["band"]) for p in hidden} == {(None, None)}
