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

    What is around them is asked for with them, once a run.

    Raises
    ------
    StoreError
        If they cannot be read.
    """
    state, of_run = _state(recipe, "places.csv", "reviews.toml"), _state(recipe, "places.csv")
    if st.session_state.get(_PLACES, (None,))[0] != state:
        new = st.session_state.get(_AROUND, (None,))[0] != of_run
        with st.spinner("Looking up the places and what is around them \u2026"):
            told = load_asking.ask("review_apart.py", {"recipe": str(file), "around": new})
        st.session_state[_PLACES] = (state, told["places"])
        if new:
            st.session_state[_AROUND] = (of_run, told["around"])
    found: list[dict[str, Any]] = st.session_state[_PLACES][1]
    return found


def around(place: str) -> dict[str, Any]:
    """Give what is around a place on the ground."""
    found: dict[str, Any] = st.session_state[_AROUND][1].get(place, {})
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
    return _state(recipe, "places.csv") != (None, None)


def _secure(recipe: Recipe) -> Path:
    return recipe.path(recipe.folder) / tries.SECURE


def _state(recipe: Recipe, *names: str) -> tuple[object, ...]:
    """Say in which state files are, sealed or not, without reading them."""
    files = [_secure(recipe) / f"{name}{end}" for name in names for end in ("", ".sealed")]
    return tuple((f.stat().st_mtime_ns, f.stat().st_size) if f.is_file() else None for f in files)
