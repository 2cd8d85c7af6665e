"""Do the layers for the browser hold what the map needs, in degrees, and nothing else?"""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiLineString

from csgeo.disclosure.release import make_release
from csgeo.outputs.layers import layers
from csgeo.outputs.style import BANDS, OUTLINES, SHAPES, service_shape, style
from csgeo.vocabulary import load_vocabulary
from tests.outputs.invented import CRS, SOUTH, WEST, invented_study


@pytest.fixture(scope="module")
def drawn():
    return layers(make_release(invented_study()))


def test_it_is_plain_values_of_the_promised_names(drawn):
    assert set(json.loads(json.dumps(drawn))) == {
        "basemap",
        "bounds",
        "caption",
        "cells",
        "hotspots",
        "legend",
        "max_zoom",
        "services",
        "style",
    }
    assert drawn["max_zoom"] == 16


def test_a_place_has_its_words_and_its_middle_inside_its_shape(drawn):
    first = drawn["hotspots"]["features"][0]["properties"]
    assert first["rank"] == 1
    assert first["band"] == "highest"
    assert first["about"] == "about 790"
    assert first["sure"] == "found in 99 of 100 re-runs"
    assert first["outline"] == "solid"
    assert first["services"][0].startswith("Youth club or youth space: The Shed youth club")
    outlines = [f["properties"]["outline"] for f in drawn["hotspots"]["features"]]
    assert outlines == ["solid"] * 3 + ["dashed"] * 2 + ["dotted"]
    shapes = gpd.GeoDataFrame.from_features(drawn["hotspots"], crs=4326)
    middles = gpd.points_from_xy([at[1] for at in shapes["at"]], [at[0] for at in shapes["at"]])
    assert shapes.geometry.contains(gpd.GeoSeries(middles, index=shapes.index, crs=4326)).all()


def test_the_frame_holds_every_place(drawn):
    (south, west), (north, east) = drawn["bounds"]
    frame = gpd.GeoDataFrame.from_features(drawn["hotspots"]).total_bounds
    assert west < frame[0] < frame[2] < east
    assert south < frame[1] < frame[3] < north


def test_the_cells_of_a_band_are_one_feature_that_says_nothing_else(drawn):
    features = drawn["cells"]["features"]
    assert [f["properties"] for f in features] == [
        {"hidden": False, "band": "highest"},
        {"hidden": False, "band": "higher"},
        {"hidden": False, "band": "high"},
        {"hidden": True},
    ]
    cells = make_release(invented_study()).cells
    drawn_parts = sum(len(f["geometry"]["coordinates"]) for f in features)
    # what is thinner than the average is in the files, and leaves the map pale
    assert drawn_parts == int(
        shapely.get_num_geometries(cells.geometry[cells["hidden"] | cells["band"].notna()]).sum()
    )


def test_each_service_has_letter_shape_and_whether_it_is_near(drawn):
    first = drawn["services"][0]
    assert (first["letter"], first["shape"], first["near"]) == ("Y", "square", True)
    far = next(s for s in drawn["services"] if s["id"] == "S4")
    assert far["near"] in (True, False)
    assert {s["shape"] for s in drawn["services"]} <= set(SHAPES)


def test_the_legend_names_only_what_is_drawn():
    study = invented_study()
    study.hotspots = study.hotspots.iloc[:1]
    legend = layers(make_release(study))["legend"]
    assert [e["band"] for e in legend if e["kind"] == "band"] == ["highest"]
    # all are sure: a line about outlines would be noise
    assert [e for e in legend if e["kind"] == "outline"] == []
    assert (
        legend[-1]["label"]
        == "none, or fewer than 5 people, or mostly one: hidden to protect people"
    )


def test_a_base_map_that_is_too_much_is_drawn_around_the_places_only():
    far = LineString([(WEST + 50_000, SOUTH), (WEST + 51_000, SOUTH)])
    near = [LineString([(WEST + x, SOUTH), (WEST + x + 5, SOUTH + 5000)]) for x in range(5000)]
    crowd = [*near] * 7  # 70,000 points, in one row as the study gives it
    study = invented_study()
    study.basemap = gpd.GeoDataFrame(
        {"kind": ["street"], "name": pd.array([None], dtype="str")},
        index=pd.Index(["B0"], name="basemap_id"),
        geometry=[MultiLineString([far, *crowd])],
        crs=CRS,
    )
    streets = next(b for b in layers(make_release(study))["basemap"] if b["kind"] == "street")
    west = [line[0][0] for line in streets["geojson"]["geometry"]["coordinates"]]
    assert max(west) < -1.6  # the far one, near -1.0, is gone
    assert len(west) > 1000


def test_every_kind_of_service_has_a_shape_and_every_band_its_own_look():
    for kind in load_vocabulary("service").codes:
        assert service_shape(kind) in SHAPES
    assert len({look["fill"] for look in BANDS.values()}) == 3
    assert len({look["outline"] for look in OUTLINES.values()}) == 3
    assert json.loads(json.dumps(style()))["bands"]["high"]["fill"] == "#6BACE6"
