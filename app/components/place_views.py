"""What shall be counted: which harm, which part of the day, this period or the one before?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from components.written import html

from csgeo.outputs import viewed
from csgeo.outputs.viewed import ALL, BEFORE, THIS, View

if TYPE_CHECKING:
    from csgeo.disclosure.release import Release

_ALL_HARM, _ALL_DAY = "All kinds of harm", "All day"
_PERIODS = {THIS: "This period", BEFORE: "The period before"}


def choose(release: Release) -> View:
    """Show the choices that this release has, and give the view that is chosen; the link keeps it."""
    there = viewed.offered(release)
    if not there.harms and not there.parts_of_day and BEFORE not in there.periods:
        return View()
    with st.container(horizontal=True, key="views", vertical_alignment="bottom"):
        harm = _one_of("Kind of harm", "harm", (ALL, *there.harms), {ALL: _ALL_HARM})
        hours = viewed.PARTS_OF_DAY
        said = {part: f"{part.capitalize()}, {hours[part]}" for part in there.parts_of_day}
        part = _one_of(
            "Part of the day", "part", (ALL, *there.parts_of_day), {ALL: _ALL_DAY, **said}
        )
        period = THIS
        if BEFORE in there.periods:
            period = _one_of("Period", "period", there.periods, _PERIODS)
        else:
            st.html('<p class="quiet">This release does not tell of the period before.</p>')
    return View(harm, part, period)


def _one_of(label: str, key: str, options: tuple[str, ...], said: dict[str, str]) -> str:
    if len(options) == 1:
        return options[0]
    kept = st.session_state.get(f"kept_{key}")  # outlives a visit to another page
    if f"view_{key}" not in (*st.session_state, *st.query_params) and kept in options:
        st.session_state[f"view_{key}"] = said.get(kept, kept)
    # the link holds the words that are shown: what it cannot name falls back to the first
    words = [said.get(one, one) for one in options]
    chosen = st.selectbox(
        label, words, key=f"view_{key}", bind="query-params", filter_mode=None, width="stretch"
    )
    taken = options[words.index(chosen)] if chosen in words else options[0]
    st.session_state[f"kept_{key}"] = taken
    return taken


def of_a_place(release: Release, view: View, place_id: str) -> str:
    """Return what a view shows of the chosen place, as HTML for its card; empty for the whole."""
    if view == View():
        return ""
    about = viewed.in_words(release, view)
    when = "" if view.period == THIS else ", the period before"
    return (
        f'<div class="seen"><h3>{html(about[:1].upper() + about[1:])}{html(when)}</h3>'
        f"<p>{html(viewed.of_a_place(release, view, place_id))}</p></div>"
    )
