"""Where are the places on the ground, and what is near them?

The map is a Streamlit v2 component in ``place_map/``: Leaflet from the one
vendored copy that the exported maps use too, drawn on canvas and SVG, without
tiles. Panning and zooming never leave the browser; the component gives back one
thing, the id of the place that was chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

import csgeo

if TYPE_CHECKING:
    from collections.abc import Callable

_APP = Path(__file__).resolve().parent.parent
_OUTPUTS = Path(csgeo.__file__).resolve().parent / "outputs"
_FOLDERS = {
    # component: (folder that it may serve files from, relative to)
    "map": ("components/place_map", _APP),
    "chosen": ("components/place_map", _APP),
    "leaflet": ("vendor/leaflet-1.9.4", _OUTPUTS),
}


def show_map(packed: bytes, chosen: str, *, on_chosen: Callable[[], None]) -> None:
    """Draw the map, and call `on_chosen` when a place is chosen on it.

    The chosen id is in ``st.session_state["map"].chosen`` during that call.

    Parameters
    ----------
    packed
        The map's layers, as ``opened.open_shown`` packs them.
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
    draw(key="map", data=packed, on_chosen_change=on_chosen)


def _tell_where_files_are() -> None:
    # what a manifest in an installed package would say, said in code: the same
    # in a checkout and in a wheel, and Leaflet need not be copied to stand here
    manager = get_bidi_component_manager()
    for name, (folder, root) in _FOLDERS.items():
        if manager.get_component_asset_root(f"csgeo.{name}") is None:
            manager.register_from_manifest(
                ComponentManifest("csgeo", csgeo.__version__, [ComponentConfig(name, folder)]), root
            )
