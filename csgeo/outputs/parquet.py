"""How does a release leave as GeoParquet?"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from csgeo.disclosure.release import require_release
from csgeo.outputs.exports import said_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from csgeo.disclosure.release import Release

#: The key of the file's own metadata under which marking and caveats stand, as JSON.
SAID = b"csgeo"
_TABLES = ("hotspots", "cells", "services")


def write_parquet(release: Release, folder: Path) -> dict[str, Path]:
    """Write places, cells and services as GeoParquet, in the release's own system.

    The file's metadata carry the marking and the caveats under :data:`SAID`.

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
        path = folder / f"{name}.parquet"
        path.write_bytes(_with_words(getattr(release, name), said))
        written[path.name] = path
    return written


def _with_words(table: gpd.GeoDataFrame, said: Mapping[str, Any]) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415  (heavy)

    first, anew = io.BytesIO(), io.BytesIO()
    table.to_parquet(first)
    arrow = pq.read_table(first)
    words = {SAID: json.dumps(said, ensure_ascii=False).encode()}
    pq.write_table(arrow.replace_schema_metadata((arrow.schema.metadata or {}) | words), anew)
    return anew.getvalue()
