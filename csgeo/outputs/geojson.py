"""How does a release leave as GeoJSON?

RFC 7946: WGS84 longitude and latitude, six decimals, outer rings
anticlockwise, no ``crs`` member. Members of our own (section 6.1), before the features, carry
the marking and the caveats.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.release import require_release
from csgeo.outputs.exports import said_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from csgeo.disclosure.release import Release

_DEGREES = "EPSG:4326"
#: Decimal places of degrees: about a tenth of a metre (RFC 7946, section 11.2).
_PLACES = 6
_TABLES = ("hotspots", "cells", "services")


def write_geojson(release: Release, folder: Path) -> dict[str, Path]:
    """Write places, cells and services as GeoJSON, one file each.

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
    written, said = {}, said_of(release)
    for name in _TABLES:
        path = folder / f"{name}.geojson"
        text = feature_collection(getattr(release, name), said)
        path.write_text(text, encoding="utf-8", newline="\n")
        written[path.name] = path
    return written


def feature_collection(table: gpd.GeoDataFrame, said: Mapping[str, Any]) -> str:
    """Write a protected table as a FeatureCollection; the index becomes the feature's id."""
    known = "".join(f"{_json(name)}:{_json(value)},\n" for name, value in said.items())
    shapes = table.geometry.to_crs(_DEGREES).to_numpy()
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, _PLACES))
    texts = shapely.to_geojson(shapely.orient_polygons(shapes))
    records = table.drop(columns=table.geometry.name).to_dict("records")
    lines = [
        f'{{"type":"Feature","id":{_json(str(id_))},"properties":{_json(_plain(record))},'
        f'"geometry":{text}}}'
        for id_, record, text in zip(table.index, records, texts, strict=True)
    ]
    features = ",\n".join(lines)
    return f'{{"type":"FeatureCollection",\n{known}"features":[\n{features}\n]}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(record: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {str(name): plain(value) for name, value in record.items()}


def plain(value: Any) -> Any:
    """Turn a value of a table into one that JSON knows; not known becomes null."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if isinstance(value, np.generic) else value
