"""What does every map look like?

The one style specification: the folium map, the QGIS styles and the dashboard
all read it, so that a place looks the same wherever it is drawn. Blues are
those of the Analysis Function; bands are told apart by number, outline and
words too, never by colour alone. No red: a place is not dangerous.
"""

from __future__ import annotations

from typing import Any, Final

INK: Final = "#0b0c0c"
QUIET_INK: Final = "#505a5f"
GROUND: Final = "#ffffff"

#: Fill and the ink that can be read on it, strongest band first.
BANDS: Final[dict[str, dict[str, Any]]] = {
    "highest": {"fill": "#12436D", "ink": "#ffffff", "label": "Highest"},
    "higher": {"fill": "#2073BC", "ink": "#ffffff", "label": "Higher"},
    "high": {"fill": "#6BACE6", "ink": "#0b0c0c", "label": "High"},
}
HOTSPOT_OPACITY: Final = 0.62
HOTSPOT_OUTLINE_PX: Final = 2
CELL_OPACITY: Final = 0.45

#: Outline by certainty: name, dashes in px (line, gap) and words for the legend.
OUTLINES: Final[dict[str, dict[str, Any]]] = {
    "sure": {"outline": "solid", "dash": None, "label": "sure"},
    "less sure": {"outline": "dashed", "dash": (6, 4), "label": "less sure"},
    "not enough to say": {"outline": "dotted", "dash": (1.5, 4), "label": "not enough to say"},
}

#: Kinds of the base map in the order of drawing; widths in px.
BASEMAP: Final[dict[str, dict[str, Any]]] = {
    "park": {"fill": "#e6efe2", "stroke": None, "width": 0.0, "dash": None},
    "water": {"fill": "#dbe6ee", "stroke": "#c3d3de", "width": 0.8, "dash": None},
    "street": {"fill": None, "stroke": "#e0e4e7", "width": 0.9, "dash": None},
    "road": {"fill": None, "stroke": "#c2c9ce", "width": 2.2, "dash": None},
    "rail": {"fill": None, "stroke": "#8b949a", "width": 1.3, "dash": (6, 4)},
    "boundary": {"fill": None, "stroke": "#505a5f", "width": 1.2, "dash": (8, 3)},
    "settlement": {"fill": None, "stroke": None, "width": 0.0, "dash": None},
}

#: Service markers: outline within a box of 24 x 24 around (0, 0), and where the letter stands.
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "square": {"path": "M-8,-8H8V8H-8Z", "letter_y": 4, "qgis": "square"},
    "diamond": {"path": "M0,-11L11,0L0,11L-11,0Z", "letter_y": 4, "qgis": "diamond"},
    "triangle": {"path": "M0,-11L10.5,8H-10.5Z", "letter_y": 6, "qgis": "triangle"},
    "hexagon": {"path": "M-5,-9H5L10,0L5,9H-5L-10,0Z", "letter_y": 4, "qgis": "hexagon"},
    "pentagon": {"path": "M0,-10.5L10,-3L6.2,9H-6.2L-10,-3Z", "letter_y": 5, "qgis": "pentagon"},
}
_SHAPE_OF = {
    "square": ("YOUTH_CLUB", "DETACHED", "MENTORING", "SPORT"),
    "diamond": ("LIBRARY", "FAITH", "FAMILY_HUB"),
    "triangle": ("SCHOOL", "COLLEGE"),
    "hexagon": ("GP", "HOSPITAL", "MENTAL_HEALTH", "SEXUAL_HEALTH", "DRUGS"),
}
_SHAPES_BY_KIND = {kind: shape for shape, kinds in _SHAPE_OF.items() for kind in kinds}


def service_shape(kind: str) -> str:
    """Name the marker shape of a service kind; ``pentagon`` for all that has no group."""
    return _SHAPES_BY_KIND.get(kind, "pentagon")


def style() -> dict[str, Any]:
    """Give the whole specification as plain values, ready for JSON.

    Returns
    -------
    style
        ``ink``, ``quiet_ink``, ``ground``, ``bands``, ``outlines``, ``basemap``,
        ``shapes``, ``hotspot_opacity``, ``hotspot_outline_px``, ``cell_opacity``.

    Examples
    --------
    >>> style()["bands"]["highest"]["fill"]
    '#12436D'
    """
    return {
        "ink": INK,
        "quiet_ink": QUIET_INK,
        "ground": GROUND,
        "bands": BANDS,
        "outlines": OUTLINES,
        "basemap": BASEMAP,
        "shapes": SHAPES,
        "hotspot_opacity": HOTSPOT_OPACITY,
        "hotspot_outline_px": HOTSPOT_OUTLINE_PX,
        "cell_opacity": CELL_OPACITY,
    }
