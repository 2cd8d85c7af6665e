"""Which places come first?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from components.written import is_missing, markdown

from csgeo.outputs import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def show_list(hotspots: pd.DataFrame, bands: Mapping[str, Any]) -> str:
    """Show the ranked list, and return the id of the chosen place.

    The widget's key is ``place``: whoever sets ``st.session_state["place"]``
    before this is called chooses for the user.
    """
    st.html(f"<style>{_badges(hotspots, bands)}</style>")
    labels = {place.Index: _label(place) for place in hotspots.itertuples()}
    chosen: str = st.radio(
        "Places, the first to look at first",
        options=list(labels),
        format_func=labels.__getitem__,
        key="place",
        label_visibility="collapsed",
        width="stretch",
    )
    return chosen


def _label(place: Any) -> str:
    about = "hidden" if is_missing(place.incidents) else words.about(place.incidents)
    head = f"`{place.rank}` **{markdown(place.name)}** *{about}*"
    return f"{head} :small[{_caption(place)}]"


def _caption(place: Any) -> str:
    where = [] if is_missing(place.stratum) or not place.stratum else [markdown(place.stratum)]
    # the district goes last: where the line is too short it is the least missed
    band = [] if is_missing(place.incidents) else [place.band]
    return " · ".join([*band, *_how_sure(place), *where])


def _how_sure(place: Any) -> list[str]:
    # without re-runs the words are long: the card and the table have them
    if is_missing(place.stability):
        return [] if place.certainty == "sure" else [place.certainty]
    return [words.sure_shortly(place.certainty, place.stability)]


def _badges(hotspots: pd.DataFrame, bands: Mapping[str, Any]) -> str:
    plain = {"fill": "#ffffff", "ink": "#505a5f"}  # what is hidden has no band
    signs = [
        plain if is_missing(count) else bands[band]
        for band, count in zip(hotspots["band"], hotspots["incidents"], strict=True)
    ]
    return "".join(
        f'.st-key-place [data-testid="stRadioGroup"] > div:nth-of-type({i}) code '
        f"{{background:{sign['fill']} !important;color:{sign['ink']} !important}}"
        for i, sign in enumerate(signs, 1)
    )
