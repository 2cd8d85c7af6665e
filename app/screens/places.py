"""Where is harm concentrated, and where should we look first?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from components import page_frame, place_views
from components.opened import seen_in
from components.place_card import card
from components.place_list import show_list
from components.place_map import show_map
from components.place_table import twin

from csgeo.outputs import words
from csgeo.outputs.viewed import View, answer, hidden_means, seen

if TYPE_CHECKING:
    from components.opened import Shown

    from csgeo.disclosure.release import Release

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
    sentence = st.container(key="sentence")  # it says what is chosen below it
    view = place_views.choose(release)
    with sentence:
        as_table = _say_and_choose_form(release, view)
    shown = seen_in(shown, view)
    listed = release.hotspots if view == View() else seen(release, view).hotspots
    with st.container(horizontal=True, key="places", wrap=False):
        with st.container(key="place-list"):
            chosen = show_list(listed, shown.layers["style"]["bands"])
        _put_place_in_url(chosen)
        with st.container(key="place-map"):
            if as_table:
                st.html(twin(release, chosen, view, listed))
            else:
                show_map(shown.packed, chosen, on_chosen=_chosen_on_map)
        if not as_table:  # the table says all that the card says, of each place
            with st.container(key="place-card"):
                st.html(card(release, chosen, place_views.of_a_place(release, view, chosen)))


def _say_and_choose_form(release: Release, view: View) -> bool:
    with st.container(horizontal=True, key="saying", vertical_alignment="center"):
        if view == View():
            page_frame.saying(words.answer(release), words.left_out(release))
        else:
            page_frame.saying(answer(release, view), hidden_means(release))
        form = st.segmented_control(
            "Show as",
            ["Map", "Table"],
            default="Map",
            required=True,
            key="view",
            label_visibility="collapsed",
            bind="query-params",
            width="content",
        )
    return form == "Table"


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
