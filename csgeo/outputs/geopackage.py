"""How does a release leave for a GIS, already styled?

GeoPackage 1.2 in EPSG:27700, in one file without a write-ahead log: a log left
beside it freezes QGIS on a network drive, and newer versions warn in older
QGIS. The styles stand in ``layer_styles``, as QGIS itself would save them.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from csgeo.disclosure.release import require_release
from csgeo.outputs.exports import in_one_line
from csgeo.outputs.provenance import as_json, provenance
from csgeo.outputs.qml import styles
from csgeo.outputs.viewed import views_table
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from csgeo.disclosure.release import Release

_GRID = "EPSG:27700"
#: GDAL knows one date for the whole process: two files at once would tell each other's, or the clock's.
_ONE_AT_A_TIME = threading.Lock()
_VERSION = "1.2"
_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT CURRENT_TIMESTAMP)
"""
#: GeoPackage 1.2, annex F.8.
_METADATA = """
CREATE TABLE IF NOT EXISTS gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"""


def write_geopackage(release: Release, folder: Path) -> dict[str, Path]:
    """Write a release as ``hotspots.gpkg``, which opens styled in QGIS.

    Layers: hotspots, cells, services, area, basemap (lines), basemap_areas and
    basemap_names; ``views`` is a table without shapes, by the ids of the first two; the provenance stands in ``gpkg_metadata``, and the marking with the
    caveats in the description of each layer. Every date in it is the last day of the
    period, so that the same release gives the same bytes.

    Returns
    -------
    written
        File name to path.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    path = folder / "hotspots.gpkg"
    unfinished = folder / "hotspots.unfinished.gpkg"
    unfinished.unlink(missing_ok=True)
    date = f"{release.period_end.isoformat()}T00:00:00.000Z"
    layers = dict(_layers(release))
    with _ONE_AT_A_TIME:
        _write_layers(layers, unfinished, date, in_one_line(release))
    _add_styles(unfinished, release, tuple(layers), date)
    os.replace(unfinished, path)  # noqa: PTH105  (the same on every platform)
    return {path.name: path}


def _layers(release: Release) -> Iterator[tuple[str, pd.DataFrame]]:
    kinds = load_vocabulary("service")
    yield "hotspots", release.hotspots
    yield "cells", release.cells
    yield (
        "services",
        release.services.assign(
            letter=[kinds.rows.get(k, {}).get("letter") or "O" for k in release.services["kind"]],
            kind_label=[kinds.label(k) for k in release.services["kind"]],
        ),
    )
    yield "area", release.area
    base = release.basemap
    dimension = base.geometry.geom_type.str.replace("Multi", "")
    yield "basemap", base[dimension == "LineString"]
    yield "basemap_areas", base[dimension == "Polygon"]
    yield "basemap_names", base[dimension == "Point"]
    yield "views", views_table(release)


def _write_layers(layers: dict[str, pd.DataFrame], path: Path, date: str, described: str) -> None:
    import pyogrio  # noqa: PLC0415  (heavy)

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": date})
    try:
        for name, table in layers.items():
            if table.empty:
                continue
            shapes = isinstance(table, gpd.GeoDataFrame)
            named = {"GEOMETRY_NAME": "geom"} if shapes else {}
            pyogrio.write_dataframe(
                _for_gis(table) if isinstance(table, gpd.GeoDataFrame) else table,
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                promote_to_multi=True if shapes else None,
                dataset_options={"VERSION": _VERSION},
                layer_options={**named, "DESCRIPTION": described},
            )
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _for_gis(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    plain: dict[str, Any] = {}
    for name in table.columns.drop(table.geometry.name):
        values = table[name]
        # a day, not a moment: GeoPackage keeps them apart
        is_time = pd.api.types.is_datetime64_any_dtype(values)
        plain[str(name)] = values.dt.strftime("%Y-%m-%d").astype("str") if is_time else values
    listed = gpd.GeoDataFrame(plain, geometry=table.geometry, crs=table.crs).reset_index()
    return listed.to_crs(_GRID)


def _add_styles(path: Path, release: Release, layers: tuple[str, ...], date: str) -> None:
    link = sqlite3.connect(path)
    try:
        link.execute("PRAGMA journal_mode=DELETE")
        there = {name for (name,) in link.execute("SELECT table_name FROM gpkg_contents")}
        link.execute(_STYLES)
        link.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', 'how QGIS draws each layer', ?)",
            (date,),
        )
        link.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner,"
            " ui, update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '', NULL, ?)",
            [
                (name, name, qml, date)
                for name, qml in styles(release).items()
                if name in layers and name in there
            ],
        )
        _add_metadata(link, as_json(provenance(release)), date)
        link.commit()
        link.execute("VACUUM")
    finally:
        link.close()


def _add_metadata(link: sqlite3.Connection, text: str, date: str) -> None:
    link.executescript(_METADATA)
    link.executemany(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata',"
        " 'http://www.geopackage.org/spec120/#extension_metadata', 'read-write')",
        [("gpkg_metadata",), ("gpkg_metadata_reference",)],
    )
    link.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'http://www.w3.org/ns/prov', "
        "'application/json', ?)",
        (text,),
    )
    link.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
        (date,),
    )
