"""Does the GeoPackage open in a GIS, styled, and tell nothing by the way?"""

import sqlite3
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from csgeo.disclosure.release import make_release
from csgeo.outputs.geopackage import write_geopackage
from csgeo.outputs.style import BANDS
from tests.outputs.invented import invented_study

LAYERS = {
    "hotspots": "MultiPolygon",
    "cells": "MultiPolygon",
    "services": "Point",
    "area": "MultiPolygon",
    "basemap": "MultiLineString",
    "basemap_areas": "MultiPolygon",
    "basemap_names": "Point",
}


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


@pytest.fixture(scope="module")
def package(release, tmp_path_factory):
    return write_geopackage(release, tmp_path_factory.mktemp("share"))["hotspots.gpkg"]


@pytest.fixture
def ask(package):
    link = sqlite3.connect(f"file:{package}?mode=ro", uri=True)
    yield lambda query: link.execute(query).fetchall()
    link.close()


def test_each_layer_is_there_in_the_national_grid(package, release):
    for layer, kind in LAYERS.items():
        told = pyogrio.read_info(package, layer=layer)
        assert told["crs"] == "EPSG:27700"
        assert told["geometry_type"].removeprefix("Multi") == kind.removeprefix("Multi")
    places = pyogrio.read_dataframe(package, layer="hotspots")
    assert places["incidents"].tolist() == release.hotspots["incidents"].tolist()
    assert places["hotspot_id"].tolist() == release.hotspots.index.tolist()


def test_it_is_version_1_2_without_a_write_ahead_log(package, ask):
    assert ask("PRAGMA user_version") == [(10200,)]
    assert ask("PRAGMA application_id") == [(0x47504B47,)]
    assert ask("PRAGMA journal_mode") == [("delete",)]
    assert ask("PRAGMA integrity_check") == [("ok",)]
    assert [p.name for p in package.parent.iterdir()] == ["hotspots.gpkg"]


def test_it_carries_a_default_style_for_each_layer(ask):
    rows = ask("SELECT f_table_name, f_geometry_column, useAsDefault, styleQML FROM layer_styles")
    assert {row[0] for row in rows} == set(LAYERS)
    assert {row[1:3] for row in rows} == {("geom", 1)}
    for *_, qml in rows:
        assert ET.fromstring(qml).find("renderer-v2") is not None
    assert ask("SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [
        ("attributes",)
    ]


def test_its_colours_are_those_of_every_other_map(ask):
    ((qml,),) = ask("SELECT styleQML FROM layer_styles WHERE f_table_name = 'hotspots'")
    renderer = ET.fromstring(qml).find("renderer-v2")
    assert renderer.get("attr") == "band"
    for category in renderer.find("categories"):
        symbol = renderer.find(f"symbols/symbol[@name='{category.get('symbol')}']")
        colour = symbol.find("layer/Option/Option[@name='color']").get("value").split(",")[:3]
        drawn = "#" + "".join(f"{int(part):02X}" for part in colour)
        assert drawn == BANDS[category.get("value")]["fill"]
    assert len(renderer.find("categories")) == 3


def test_its_frames_are_those_of_what_is_shown(ask, release):
    for layer in ("hotspots", "cells"):
        ((*frame,),) = ask(
            f"SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = '{layer}'"
        )
        assert frame == pytest.approx(getattr(release, layer).total_bounds.tolist())


def test_each_date_is_the_last_day_of_the_period(ask):
    assert ask("SELECT DISTINCT last_change FROM gpkg_contents") == [("2026-09-30T00:00:00.000Z",)]
    assert ask("SELECT DISTINCT update_time FROM layer_styles") == [("2026-09-30T00:00:00.000Z",)]


def test_it_says_where_it_came_from(ask):
    ((text,),) = ask("SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json'")
    assert '"format": "csgeo provenance 1"' in text


def test_a_release_without_services_and_base_map_is_written_too(tmp_path):
    study = invented_study()
    study.services = study.services.iloc[:0]
    study.services_near = study.services_near.iloc[:0]
    study.basemap = study.basemap.iloc[:0]
    path = write_geopackage(make_release(study), tmp_path)["hotspots.gpkg"]
    assert {name for name, _ in pyogrio.list_layers(path)} >= {"hotspots", "cells", "area"}
