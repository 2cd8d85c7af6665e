"""Which files can be taken away?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from csgeo.disclosure.release import require_release

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from csgeo.disclosure.release import Release

    Progress = Callable[[str, int, int], None]


def write_outputs(
    release: Release,
    folder: Path,
    *,
    progress: Progress | None = None,
    parts: Collection[str] | None = None,
) -> dict[str, Path]:
    """Write everything that can be taken away from a release.

    ``map.html`` (one file, no network), ``hotspots.gpkg`` (opens styled in
    QGIS) and its styles, GeoJSON, GeoParquet, CSV, ``places.xlsx`` and
    ``provenance.json``. Each carries the marking and the caveats. The same
    release gives the same bytes.

    Parameters
    ----------
    release
        What may be shown; nothing else is accepted.
    folder
        Where to write; made if it is not there. Files of the same names are
        replaced, others are left alone.
    progress
        Called with what is being written, how many are done, and of how many.
    parts
        Of :data:`csgeo.outputs.exports_kinds.PARTS`, where not all are wanted.

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
    from csgeo.outputs.exports_kinds import PARTS, writer  # noqa: PLC0415
    from csgeo.outputs.provenance import write_provenance  # noqa: PLC0415

    require_release(release)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    say = progress or (lambda _what, _done, _of: None)
    wanted = [part for part in PARTS if parts is None or part in parts]
    written: dict[str, Path] = {}
    for done, part in enumerate(wanted):
        say(PARTS[part], done, len(wanted))
        written |= writer(part)(release, folder)
    written |= write_provenance(release, folder, written)
    say("Done", len(wanted), len(wanted))
    return dict(sorted(written.items()))
