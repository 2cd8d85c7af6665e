"""How does a release leave as GeoParquet?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.disclosure.release import require_release

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.disclosure.release import Release

_TABLES = ("hotspots", "cells", "services")


def write_parquet(release: Release, folder: Path) -> dict[str, Path]:
    """Write places, cells and services as GeoParquet, in the release's own system.

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
    written = {}
    for name in _TABLES:
        path = folder / f"{name}.parquet"
        getattr(release, name).to_parquet(path)
        written[path.name] = path
    return written
