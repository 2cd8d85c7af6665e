"""Where is harm concentrated, and where should we look first?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from components import page_frame
from components.place_card import card
from components.place_list import show_list
from components.place_map import show_map
from components.place_table import twin

from csgeo.outputs import words

if TYPE_CHECKING:
    from components.opened import Shown

_NOTHING = (
    "No cluster stands out for these choices. That does not mean no harm. "
    "Try a longer period or all harms."
)
_IN_URL = "place_last_in_url"


def show(shown: Shown) -> None:
    """Show the ranked list, the map or its table, and the chosen place."""
    release = shown.release
    if release.hotspots.empty:
        page_frame.saying(_NOTHING)
        return
    _take_place_from_url(list(release.hotspots.index))
    as_table = _say_and_choose_view(shown)
    with st.container(horizontal=True, key="places", wrap=False):
        with st.container(key="place-list"):
            chosen = show_list(release.hotspots, shown.layers["style"]["bands"])
        _put_place_in_url(chosen)
        with st.container(key="place-map"):
            if as_table:
                st.html(twin(release, chosen))
            else:
                show_map(shown.packed, chosen, on_chosen=_chosen_on_map)
        if not as_table:  # the table says all that the card says, of each place
            with st.container(key="place-card"):
                st.html(card(release, chosen))


def _say_and_choose_view(shown: Shown) -> bool:
    with st.container(horizontal=True, key="saying", vertical_alignment="center"):
        page_frame.saying(words.answer(shown.release), words.left_out(shown.release))
        view = st.segmented_control(
            "Show as",
            ["Map", "Table"],
            default="Map",
            required=True,
            key="view",
            label_visibility="collapsed",
            bind="query-params",
            width="content",
        )
    return view == "Table"


def _take_place_from_url(known: list[str]) -> None:
    asked, last = st.query_params.get("place"), st.session_state.get(_IN_URL)
    if asked in known and asked != last:
        st.session_state["place"] = asked  # a link, or the browser's Back
    elif asked and asked not in known:
        page_frame.notice(
            "The link names a place that this release does not show. "
            "It may be from another release; the list is complete."
        )
    if st.session_state.get("place") not in known:
        kept = st.session_state.get("chosen")
        st.session_state["place"] = kept if kept in known else known[0]


def _put_place_in_url(chosen: str) -> None:
    st.session_state["chosen"] = chosen  # outlives a visit to another page
    if st.query_params.get("place") != chosen:
        st.query_params["place"] = chosen
    st.session_state[_IN_URL] = chosen


def _chosen_on_map() -> None:
    told = st.session_state["map"].get("chosen")
    if told:
        st.session_state["place"] = told
