"""Which files can be taken away?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from csgeo.disclosure.release import require_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from csgeo.disclosure.release import Release

    Progress = Callable[[str, int, int], None]


def write_outputs(
    release: Release, folder: Path, *, progress: Progress | None = None
) -> dict[str, Path]:
    """Write everything that can be taken away from a release.

    ``map.html`` (one file, no network), ``hotspots.gpkg`` (opens styled in
    QGIS) and its styles, GeoJSON, GeoParquet, CSV and ``provenance.json``. The
    same release gives the same bytes.

    Parameters
    ----------
    release
        What may be shown; nothing else is accepted.
    folder
        Where to write; made if it is not there. Files of the same names are
        replaced, others are left alone.
    progress
        Called with what is being written, how many are done, and of how many.

    Returns
    -------
    written
        Name (with folder, as ``styles/hotspots.qml``) to path, sorted by name.

    Raises
    ------
    NotReleased
        If `release` is a study, a table or anything else than a release.

    Examples
    --------
    >>> csgeo.write_outputs(release, Path("share"))  # doctest: +SKIP
    """
    from csgeo.outputs.geojson import write_geojson  # noqa: PLC0415
    from csgeo.outputs.geopackage import write_geopackage  # noqa: PLC0415
    from csgeo.outputs.map import write_map  # noqa: PLC0415
    from csgeo.outputs.parquet import write_parquet  # noqa: PLC0415
    from csgeo.outputs.provenance import write_provenance  # noqa: PLC0415
    from csgeo.outputs.qml import write_styles  # noqa: PLC0415
    from csgeo.outputs.tables import write_tables  # noqa: PLC0415

    require_release(release)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda _what, _done, _of: None)
    writers = (
        ("Drawing the map", write_map),
        ("Writing the GeoPackage", write_geopackage),
        ("Writing the styles", write_styles),
        ("Writing GeoJSON", write_geojson),
        ("Writing GeoParquet", write_parquet),
        ("Writing CSV", write_tables),
    )
    written: dict[str, Path] = {}
    for done, (what, write) in enumerate(writers):
        say(what, done, len(writers))
        written |= write(release, folder)
    written |= write_provenance(release, folder, written)
    say("Done", len(writers), len(writers))
    return dict(sorted(written.items()))
