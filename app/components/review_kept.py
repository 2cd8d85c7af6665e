"""What is known of the places of the last run, and was it asked for only once?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from components import load_asking, tries

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.recipe import Recipe

_PLACES, _AROUND = "review_places", "review_around"


def places(recipe: Recipe, file: Path) -> list[dict[str, Any]]:
    """Give the places with their decisions, asked for anew when either file has changed.

    Raises
    ------
    StoreError
        If they cannot be read.
    """
    state = _state(recipe, "places.csv", "reviews.toml")
    kept = st.session_state.get(_PLACES)
    if kept is None or kept[0] != state:
        told = load_asking.ask("review_apart.py", {"recipe": str(file)})
        kept = (state, told["places"])
        st.session_state[_PLACES] = kept
    found: list[dict[str, Any]] = kept[1]
    return found


def around(recipe: Recipe, file: Path) -> dict[str, Any]:
    """Give what is around each place on the ground, asked for once a run."""
    state = _state(recipe, "places.csv")
    kept = st.session_state.get(_AROUND)
    if kept is None or kept[0] != state:
        with st.spinner("Looking up what is around each place \u2026"):
            told = load_asking.ask("review_apart.py", {"recipe": str(file), "around": True})
        kept = (state, told["around"])
        st.session_state[_AROUND] = kept
    found: dict[str, Any] = kept[1]
    return found


def decide(recipe: Recipe, file: Path, decision: dict[str, Any]) -> None:
    """Have a decision written down.

    Raises
    ------
    StoreError
        If it cannot be made, or not be written, in words.
    """
    told = load_asking.ask("review_apart.py", {"recipe": str(file), "decision": decision})
    st.session_state[_PLACES] = (_state(recipe, "places.csv", "reviews.toml"), told["places"])


def been_run(recipe: Recipe) -> bool:
    """Say whether there are places to review."""
    return (_secure(recipe) / "places.csv").is_file()


def _secure(recipe: Recipe) -> Path:
    return recipe.path(recipe.folder) / tries.SECURE


def _state(recipe: Recipe, *names: str) -> tuple[object, ...]:
    """Say in which state files are, without reading them."""
    files = [_secure(recipe) / name for name in names]
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) if f.is_file() else None for f in files)
