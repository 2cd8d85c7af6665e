"""How do I take this into a meeting, or into my own tools?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from access import here
from components import taking
from components.written import html

from csgeo.errors import CsgeoError
from csgeo.exporting import RECIPIENT_SIGNS, unchecked
from csgeo.outputs.exports_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from access.here import Person
    from components.opened import Shown

    from csgeo.disclosure.release import Release

_MADE = "taken_away"


def show(shown: Shown) -> None:
    """Ask what is wanted, for what and for whom; then make it and give the link to it."""
    release = shown.release
    person = here.require("take_away", "export", taking.detail_of(release))
    with st.container(key="take-away"):
        st.html("<h1>Take it into a meeting, or into your own tools</h1>")
        if _may_not_leave(release):
            return
        kind = _ask_what()
        st.html(taking.said_of_file(release, kind))
        purpose, recipient = _ask_why_and_who()
        if st.button("Make the file", type="primary", key="make"):
            _make(release, person, kind, purpose, recipient)
        _offer(kind, purpose, recipient)


def _may_not_leave(release: Release) -> bool:
    """Say why nothing can be taken away from what is shown, if so."""
    if st.query_params.get("try"):
        why = (
            "What you see is a try. A try is for you to look at: it was not held against what was "
            "published before, so it does not leave. Go back to the release to take it away."
        )
    elif waiting := unchecked(release):
        have = "place has" if waiting == 1 else "places have"
        why = (
            f"{waiting} {have} not been checked by someone who knows them. Nothing is taken away "
            "before each has been kept, moved or left out. Ask the analyst to finish the review and "
            "to run again."
        )
    else:
        return False
    st.html(f'<p class="notice stop" role="alert">{html(why)}</p>')
    return True


def _ask_what() -> str:
    choice = st.radio(
        "What do you need?",
        list(taking.CHOICES),
        format_func=lambda choice: f"**{choice}** :small[{taking.CHOICES[choice][0]}]",
        key="take-choice",
    )
    kinds = taking.CHOICES[choice][1]
    if len(kinds) == 1:
        return kinds[0]
    return st.radio(
        "In which form?",
        kinds,
        format_func=lambda kind: KINDS[kind].label,
        key=f"take-form-{kinds[0]}",
    )


def _ask_why_and_who() -> tuple[str, str]:
    st.html("<h2>What is it for, and who gets it?</h2>")
    purpose = st.selectbox(
        "Purpose", taking.PURPOSES, index=None, placeholder="Choose one", key="take-purpose"
    )
    if purpose == taking.OWN_WORDS:
        purpose = st.text_input(
            "The purpose in your own words",
            max_chars=200,
            key="take-own-words",
            placeholder="such as: to plan detached youth work in the spring",
        )
    recipient = st.text_input(
        "Who gets it",
        max_chars=RECIPIENT_SIGNS[1],
        key="take-recipient",
        placeholder="such as: community safety partnership, or: district team manager",
    )
    st.html('<p class="why">An organisation, a meeting or a role. Not the name of a person.</p>')
    return purpose or "", recipient or ""


def _make(release: Release, person: Person, kind: str, purpose: str, recipient: str) -> None:
    st.session_state.pop(_MADE, None)
    bar = st.progress(0.0, "Writing it down")
    try:
        st.session_state[_MADE] = taking.made(
            release, person, kind, purpose, recipient, progress=_told_on(bar)
        )
    except CsgeoError as refused:
        st.html(f'<p class="notice stop" role="alert">{html(refused)}</p>')
    finally:
        bar.empty()


def _told_on(bar: st.delta_generator.DeltaGenerator) -> Callable[[str, int, int], None]:
    return lambda what, done, of: bar.progress(done / of if of else 1.0, what) and None


def _offer(kind: str, purpose: str, recipient: str) -> None:
    """Show the link to the file, as long as what is asked for is what was made."""
    file = st.session_state.get(_MADE)
    if file is not None and file.asked == (kind, purpose, recipient):
        st.html(taking.link_to(file))
