"""How does QGIS draw a release as every other map does?

QML written from the one style specification: one style a layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csgeo.disclosure.release import require_release
from csgeo.outputs import words
from csgeo.outputs.exports import in_one_line, seen_only
from csgeo.outputs.qgis_symbols import categorised, fill, labels, line, marker, single
from csgeo.outputs.style import (
    BANDS,
    BASEMAP,
    CELL_OPACITY,
    GROUND,
    HOTSPOT_OPACITY,
    HOTSPOT_OUTLINE_PX,
    INK,
    OUTLINES,
    QUIET_INK,
    SHAPES,
    service_shape,
)
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from csgeo.disclosure.release import Release
    from csgeo.outputs.qgis_symbols import Category

_PEN = {"solid": "solid", "dashed": "dash", "dotted": "dot"}


def styles(release: Release) -> dict[str, str]:
    """Give the QML of each layer of the GeoPackage, by layer name.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    return {
        "hotspots": _hotspots(),
        "cells": _cells(release),
        "services": _services(),
        "area": single(fill(None, INK, 1.2, pen="dash")),
        "basemap": categorised("kind", _base("stroke", line)),
        "basemap_areas": categorised("kind", _base("fill", _base_area)),
        "basemap_names": single(
            marker("circle", "#00000000", "#00000000", 0.1),
            labels("name", colour=QUIET_INK, size=9, halo=True, bold=True),
        ),
    }


def write_styles(release: Release, folder: Path) -> dict[str, Path]:
    """Write the styles as QML files in ``styles/``, for layers that are read from elsewhere.

    Returns
    -------
    written
        Name with folder to path.
    """
    made = styles(release)  # which refuses anything else before a folder is made
    where = folder / "styles"
    where.mkdir(exist_ok=True)
    written = {}
    for name, qml in made.items():
        path = where / f"{name}.qml"
        path.write_text(_marked(qml, release), encoding="utf-8", newline="\n")
        written[f"styles/{path.name}"] = path
    return written


def _marked(qml: str, release: Release) -> str:
    """Put the marking and the caveats before the style, as a comment: its words tell of densities."""
    said = in_one_line(release)
    while "--" in said:
        said = said.replace("--", "- -")
    return qml.replace("<qgis", f"<!-- {seen_only(said)} -->\n<qgis", 1)


def _hotspots() -> str:
    dashes = " ".join(
        f"WHEN \"certainty\" = '{certainty}' THEN '{_PEN[rule['outline']]}'"
        for certainty, rule in OUTLINES.items()
    )
    rule = {"outlineStyle": f"CASE {dashes} END"}
    categories = [
        (
            band,
            look["label"],
            fill(look["fill"], INK, HOTSPOT_OUTLINE_PX, opacity=HOTSPOT_OPACITY, rules=rule),
        )
        for band, look in BANDS.items()
    ]
    numbers = labels("rank", colour=INK, size=10, bold=True, disc=True)
    return categorised("band", categories, numbers)


def _cells(release: Release) -> str:
    categories = [
        (
            band,
            words.cell_label(release, band),
            fill(look["fill"], QUIET_INK, 0.4, opacity=CELL_OPACITY),
        )
        for band, look in BANDS.items()
    ]
    hatched = fill(QUIET_INK, QUIET_INK, 0.4, brush="b_diagonal", opacity=CELL_OPACITY)
    return categorised(
        'CASE WHEN "hidden" THEN \'hidden\' ELSE "band" END',
        [*categories, ("hidden", words.hidden_label(release), hatched)],
    )


def _services() -> str:
    kinds = load_vocabulary("service")
    categories = [
        (kind, kinds.label(kind), marker(SHAPES[service_shape(kind)]["qgis"], GROUND, INK, 5.0))
        for kind in kinds.codes
    ]
    return categorised("kind", categories, labels("letter", colour=INK, size=7, bold=True))


def _base(part: str, make: Any) -> list[Category]:
    drawn = reversed([kind for kind, look in BASEMAP.items() if look[part]])
    return [(kind, kind.capitalize(), make(BASEMAP[kind])) for kind in drawn]


def _base_area(look: dict[str, Any]) -> Element:
    return fill(look["fill"], look["stroke"], look["width"])
