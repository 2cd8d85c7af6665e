"""What can be taken away, and what does it hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from csgeo.disclosure.release import EXACT, require_release
from csgeo.outputs.exports import hidden_in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from csgeo.disclosure.release import Release

    Write = Callable[[Release, Path], dict[str, Path]]


class Kind(NamedTuple):
    """One thing that can be taken away: what it is called, what it is for, which parts it has."""

    label: str
    good_for: str
    parts: tuple[str, ...]


#: Each part, and what is said while it is written.
PARTS = {
    "map": "Drawing the map",
    "geopackage": "Writing the GeoPackage",
    "styles": "Writing the styles",
    "geojson": "Writing GeoJSON",
    "geoparquet": "Writing GeoParquet",
    "csv": "Writing CSV",
    "workbook": "Writing the workbook",
}
KINDS = {
    "geopackage": Kind(
        "GeoPackage, styled for QGIS",
        "Open it in QGIS: the layers draw as they do here. ArcGIS and FME read it too.",
        ("geopackage",),
    ),
    "geoparquet": Kind(
        "GeoParquet",
        "For Python, R, DuckDB and Power BI: one file for each layer.",
        ("geoparquet",),
    ),
    "geojson": Kind(
        "GeoJSON",
        "For maps on the web: one file for each layer, in degrees.",
        ("geojson", "styles"),
    ),
    "workbook": Kind(
        "Excel workbook (XLSX)",
        "One sheet to read, sort and print; the marking is on each page.",
        ("workbook",),
    ),
    "csv": Kind("CSV", "The same as plain tables, for other programs.", ("csv",)),
    "map": Kind(
        "One offline map (HTML)",
        "One file that opens in any browser without a network, and prints.",
        ("map",),
    ),
    "everything": Kind("Everything, in one zip", "All of these, with their styles.", tuple(PARTS)),
}
#: Parts that hold the pieces of ground around the places, and the services as points.
_WITH_GROUND = {"map", "geopackage", "geojson", "geoparquet"}
#: Parts that hold the views of each place.
_WITH_VIEWS = {"geopackage", "csv"}


def writer(part: str) -> Write:
    """Give what writes a part of :data:`PARTS`; its libraries load only then."""
    from csgeo.outputs.geojson import write_geojson  # noqa: PLC0415
    from csgeo.outputs.geopackage import write_geopackage  # noqa: PLC0415
    from csgeo.outputs.map import write_map  # noqa: PLC0415
    from csgeo.outputs.parquet import write_parquet  # noqa: PLC0415
    from csgeo.outputs.qml import write_styles  # noqa: PLC0415
    from csgeo.outputs.tables import write_tables  # noqa: PLC0415
    from csgeo.outputs.workbook import write_workbook  # noqa: PLC0415

    found: dict[str, Write] = {
        "map": write_map,
        "geopackage": write_geopackage,
        "styles": write_styles,
        "geojson": write_geojson,
        "geoparquet": write_parquet,
        "csv": write_tables,
        "workbook": write_workbook,
    }
    return found[part]


def holds(release: Release, kind: str) -> tuple[str, ...]:
    """Say exactly what a file of a kind holds, and what it does not.

    Parameters
    ----------
    release
        What may be shown.
    kind
        One of :data:`KINDS`.

    Returns
    -------
    lines
        In plain words, one for each thing.
    """
    require_release(release)
    ground = bool(_WITH_GROUND & set(KINDS[kind].parts))
    places, pieces, services = (len(t) for t in (release.hotspots, release.cells, release.services))
    numbers = "with exact counts" if release.audience == EXACT else "with rounded counts"
    lines = [
        f"{_many(places, 'place')}, {numbers}, how sure each is, when it is busiest and what is near",
        "each of them by kind of harm, part of the day and period, where that may be shown"
        if _WITH_VIEWS & set(KINDS[kind].parts) and len(release.views)
        else "",
        f"{_many(pieces, 'piece')} of ground around them, {numbers}" if ground and pieces else "",
        f"{_many(services, 'service')} at their own published addresses"
        if ground and services
        else "",
        "streets, water and names as a base map"
        if kind in {"map", "geopackage", "everything"}
        else "",
        "how it was worked out (provenance)" if kind not in {"workbook", "csv", "map"} else "",
        hidden_in_words(release),
        "no record, no person, no date of a record and no address of harm",
    ]
    return tuple(line for line in lines if line)


def _many(n: int, word: str) -> str:
    return f"1 {word}" if n == 1 else f"{n:,} {word}s"
