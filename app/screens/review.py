"""Has somebody who knows it looked at each place before it leaves?

For analysts only: exact numbers of the last run. They are asked of a process of its
own, and written down by it; this page holds no record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from access import here
from components import review_kept, review_map, review_words, run_shown, tries
from components.written import html

from csgeo import loading
from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from pathlib import Path

    from csgeo.recipe import Recipe

    Place = dict[str, Any]

_PLACE = "review_place"
_PURPOSE = "to check the places before they leave"


def show(file: Path) -> None:
    """Show the places of the last run, one at a time, and take in what somebody decides.

    Parameters
    ----------
    file
        The recipe.
    """
    here.require("review", "see", "exact")
    with st.container(key="review"):
        st.html(f"<h1>Review</h1><p>{html(review_words.OPENING)}</p>")
        try:
            recipe = tries.loaded(file)
            if not review_kept.been_run(recipe):
                _say("There are no places to review yet. Run the recipe first, on the page Data.")
                return
            left, right = st.columns([3, 2], gap="large", vertical_alignment="bottom")
            with right:
                if not _purpose():
                    return
            places = review_kept.places(recipe, file)
        except CsgeoError as refused:
            _say(tries.without_paths(str(refused), file), "alert")
            return
        waits = html(review_words.how_many_wait(places))
        left.html(f'<div class="saying" role="status">{waits}</div>')
        _list_and_place(places, recipe, file)
        st.html("<h2>Make the release</h2>")
        st.html(f"<p>{html(review_words.what_leaves(places, recipe.release.review))}</p>")
        run_shown.offer(file, loading.stamp(file), called="Make the release", page="review")


def _purpose() -> bool:
    """Ask why exact numbers are looked at, and write it down once for each answer."""
    why = st.text_input("Why do you look?", value=_PURPOSE, key="review-purpose").strip()
    if not why:
        _say("Exact numbers are shown when it is said why you look at them.")
        return False
    if st.session_state.get("review_noted") != why:
        here.note("look", "the places of the last run, with exact counts", purpose=why)
        st.session_state["review_noted"] = why
    return True


def _list_and_place(places: list[Place], recipe: Recipe, file: Path) -> None:
    if not places:
        _say("The last run found no place. There is nothing to review.")
        return
    by_id = {p["id"]: p for p in places}
    if turned := st.session_state.pop("review_next", ""):
        st.session_state[_PLACE] = turned
    if st.session_state.get(_PLACE) not in by_id:
        st.session_state[_PLACE] = _next_waiting(places, None)
    left, right = st.columns([1, 2], gap="medium")
    with left:
        st.radio(
            "Places of the last run",
            list(by_id),
            format_func=lambda i: review_words.in_the_list(by_id[i]),
            key=_PLACE,
        )
    with right:
        _one(by_id[st.session_state[_PLACE]], places, recipe, file)


def _one(place: Place, places: list[Place], recipe: Recipe, file: Path) -> None:
    around = review_kept.around(place["id"])
    st.html(
        f"<h2>{place['rank']}. {html(place['name'])}</h2>"
        f"<p>{html(review_words.stands(place))}</p>{review_words.facts(place)}"
    )
    if fault := st.session_state.pop("review_fault", ""):
        _say(fault, "alert")
    east, north = (int(st.session_state.get(_field(place, way), 0)) for way in ("east", "north"))
    moved = review_map.shifted(place["cells"], east, north) if east or north else ()
    others = [p for p in places if p["id"] != place["id"]]
    map_, beside = st.columns([1, 1], gap="medium")
    with map_:
        st.html(review_map.picture(place, others, around, moved) + review_map.points_table(around))
    with beside:
        _decide(place, recipe, file)
    st.html(review_words.history(place))


def _seen(place: Place) -> Place:
    """Give the place as the page showed it when the button was pressed, and remember how it is now."""
    now = {"cells": place["cells"], "seen": len(place["history"])}
    shown, st.session_state["review_seen"] = (
        st.session_state.get("review_seen", {}),
        {place["id"]: now},
    )
    seen: Place = shown.get(place["id"], now)
    return seen


def _initials() -> str:
    """Give who is signed in; nobody where the login knows no names."""
    name = here.who().name
    return "" if name == review_words.NOBODY else name


def _field(place: Place, name: str) -> str:
    """Name a field anew for each place and each decision: what was filled in for one is not for the next."""
    return f"review-{name}-{place['id']}-{len(place['history'])}"


def _decide(place: Place, recipe: Recipe, file: Path) -> None:
    """Offer the four things that can be said, with what they ask for."""
    reviewer = st.text_input("Your name or initials", value=_initials(), key="review-who")
    keep = st.button("Keep it", type="primary", key="review-keep", width="stretch")
    reason = st.selectbox(
        "Reason (to leave out or nudge)",
        ["", *review_words.REASONS],
        format_func=lambda r: r or "choose one",
        key=_field(place, "reason"),
    )
    words = st.text_input("In your own words (not shown here again)", key=_field(place, "words"))
    out = st.button("Leave it out", key="review-out", width="stretch")
    one, two = st.columns(2)
    with one:
        east = st.number_input("Cells to the east", -2, 2, 0, key=_field(place, "east"))
    with two:
        north = st.number_input("Cells to the north", -2, 2, 0, key=_field(place, "north"))
    nudge = st.button("Nudge it there", key="review-nudge", width="stretch")
    undo = st.button(
        "Undo the last decision", key="review-undo", width="stretch", disabled=not place["history"]
    )
    said = {
        "place": place["id"],
        "reviewer": reviewer.strip(),
        "reason": reason,
        "words": words.strip(),
    } | _seen(place)
    if keep:
        _write({**said, "decided": "keep", "reason": "", "words": ""}, recipe, file)
    elif out:
        _write({**said, "decided": "leave out"}, recipe, file)
    elif nudge:
        _write({**said, "decided": "nudge", "steps": [int(east), int(north)]}, recipe, file)
    elif undo:
        _write({**said, "decided": "undo", "reason": "", "words": ""}, recipe, file)


def _write(decision: Place, recipe: Recipe, file: Path) -> None:
    """Write a decision down, then turn to the next place that waits."""
    try:
        here.require("review", "decide", "exact")
        why = f", {decision['reason']}" if decision["reason"] else ""
        what = f"place {decision['place']}: {decision['decided']}{why}"
        here.note("review", what, purpose=st.session_state.get("review_noted", _PURPOSE))
        review_kept.decide(recipe, file, decision)
    except CsgeoError as refused:
        st.session_state["review_fault"] = tries.without_paths(str(refused), file)
        st.session_state.pop("review_places", None)  # somebody else may have decided
        st.session_state.pop("review_seen", None)
    else:
        now = review_kept.places(recipe, file)
        if decision["decided"] != "undo":
            st.session_state["review_next"] = _next_waiting(now, decision["place"])
    st.rerun()


def _next_waiting(places: list[Place], after: str | None) -> str:
    """Give the next place that waits; the same one where none does."""
    ids = [p["id"] for p in places]
    start = ids.index(after) + 1 if after in ids else 0
    order = [*places[start:], *places[:start]]
    waiting = [p["id"] for p in order if p["decided"] == "waiting"]
    return str(waiting[0] if waiting else after or ids[0])


def _say(words: str, role: str = "status") -> None:
    st.html(f'<p class="notice" role="{role}">{html(words)}</p>')
