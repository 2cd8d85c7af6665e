"""Where are the places on the ground, and what is near them?

The map is a Streamlit v2 component in ``place_map/``: Leaflet from the one
vendored copy that the exported maps use too, drawn on canvas and SVG, without
tiles. Panning and zooming never leave the browser; the component gives back one
thing, the id of the place that was chosen.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

import csgeo
from csgeo.outputs import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.opened import Shown

_APP = Path(__file__).resolve().parent.parent
_OUTPUTS = Path(csgeo.__file__).resolve().parent / "outputs"
_FOLDERS = {
    # component: (folder that it may serve files from, relative to)
    "map": ("components/place_map", _APP),
    "chosen": ("components/place_map", _APP),
    "leaflet": ("vendor/leaflet-1.9.4", _OUTPUTS),
}


def show_map(shown: Shown, chosen: str, *, on_chosen: Callable[[], None]) -> None:
    """Draw the map, and call `on_chosen` when a place is chosen on it.

    The chosen id is in ``st.session_state["map"].chosen`` during that call.

    Parameters
    ----------
    shown
        The release and its layers.
    chosen
        Id of the place that is chosen now; the map marks it and keeps its view.
    on_chosen
        Called before the page is drawn again.
    """
    _tell_where_files_are()
    # two components, so that choosing a place does not send every street again
    tell = st.components.v2.component("csgeo.chosen", js="chosen.js")
    draw = st.components.v2.component("csgeo.map", js="map.js", css="map.css")
    tell(key="map-chosen", data={"place": chosen})
    draw(
        key="map",
        data={
            "release": hashlib.sha256(shown.state.encode()).hexdigest(),
            "label": _label(shown),
            "layers": shown.layers,
        },
        on_chosen_change=on_chosen,
    )


def _label(shown: Shown) -> str:
    n = len(shown.release.hotspots)
    places = "1 numbered place" if n == 1 else f"{n} numbered places"
    return (
        f"Map of {places}. {words.answer(shown.release)} The list and the table say the same. "
        "Arrow keys move, plus and minus zoom, Home shows the whole area, Enter chooses the place "
        "nearest the middle, Escape goes to the list."
    )


def _tell_where_files_are() -> None:
    # what a manifest in an installed package would say, said in code: the same
    # in a checkout and in a wheel, and Leaflet need not be copied to stand here
    manager = get_bidi_component_manager()
    for name, (folder, root) in _FOLDERS.items():
        if manager.get_component_asset_root(f"csgeo.{name}") is None:
            manager.register_from_manifest(
                ComponentManifest("csgeo", csgeo.__version__, [ComponentConfig(name, folder)]), root
            )
