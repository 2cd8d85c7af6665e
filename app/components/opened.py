"""Is there a release to show, and has it stayed as it was made?"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from csgeo.disclosure.release import require_viewable
from csgeo.errors import StoreError
from csgeo.outputs import viewed, words
from csgeo.outputs.layers import layers
from csgeo.outputs.viewed import View
from csgeo.store.releases import open_release

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release


class Shown(NamedTuple):
    """An opened release, the layers of its map, the same packed for the browser, and its name."""

    release: Release
    layers: dict[str, Any]
    packed: bytes
    name: str = ""


def open_shown(folder: str) -> Shown:
    """Open a release folder, once for as long as its files stay the same.

    Parameters
    ----------
    folder
        What the environment variable names; empty if it names nothing.

    Raises
    ------
    StoreError
        If no folder is named, it does not exist, or its files were changed.
    """
    if not folder:
        msg = (
            "No release was named. Start the dashboard with `csgeo app FOLDER`, where FOLDER is "
            "one that `csgeo run` has made."
        )
        raise StoreError(msg)
    path = Path(folder)
    if not path.is_dir():
        msg = (
            f"There is no folder {path.name} where the release should be. Make one with "
            "`csgeo run`, or start the dashboard on another: `csgeo app FOLDER`."
        )
        raise StoreError(msg)
    files = sorted(p for p in path.rglob("*") if p.is_file())
    state = ";".join(f"{p.name}:{p.stat().st_size}:{p.stat().st_mtime_ns}" for p in files)
    return _opened(str(path), state)


@st.cache_resource(max_entries=4, show_spinner="Opening the release …")
def _opened(folder: str, state: str) -> Shown:
    release = require_viewable(open_release(Path(folder)))
    name = hashlib.sha256(state.encode()).hexdigest()
    return _drawn(release, name, View())


def seen_in(shown: Shown, view: View) -> Shown:
    """Give the same release with its map as one view draws it; drawn once, and kept."""
    return shown if view == View() else _seen_in(shown.release, shown.name, view)


@st.cache_resource(max_entries=24, show_spinner="Drawing the map …")
def _seen_in(_release: Release, name: str, view: View) -> Shown:
    return _drawn(_release, name, view)


def _drawn(release: Release, name: str, view: View) -> Shown:
    drawn = layers(release, view)
    # the name is the release's: where the map stands outlives a change of view
    told = {"release": name, "label": _label(release, view), "layers": drawn}
    plain = json.dumps(told, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    # packed once: a county's squares are megabytes, and each choice would pack them again
    return Shown(release, drawn, gzip.compress(plain.encode(), mtime=0), name)


def _label(release: Release, view: View) -> str:
    n = len(release.hotspots)
    places = "1 numbered place" if n == 1 else f"{n} numbered places"
    said = words.answer(release) if view == View() else viewed.answer(release, view)
    return (
        f"Map of {places}. {said} The list and the table say the same. "
        "Arrow keys move, plus and minus zoom, Home shows the whole area, Enter chooses the place "
        "nearest the middle, Escape goes to the list."
    )
