"""Is there a release to show, and has it stayed as it was made?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from csgeo.errors import StoreError
from csgeo.outputs.layers import layers
from csgeo.store.releases import open_release

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release


class Shown(NamedTuple):
    """An opened release, the layers of its map and a mark of its files' state."""

    release: Release
    layers: dict[str, Any]
    state: str


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


@st.cache_resource(max_entries=2, show_spinner="Opening the release …")
def _opened(folder: str, state: str) -> Shown:
    release = open_release(Path(folder))
    return Shown(release, layers(release), state)
