"""Can the recipe be run now, how far is it, and what came of it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from access import here
from components import run_running, tries
from components.written import html

from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from pathlib import Path

_WATCHED = "run_watched"


def offer(file: Path, seen: str, *, called: str, page: str) -> None:
    """Offer to run the recipe, show how far a run is, and say how it ended.

    Parameters
    ----------
    file, seen
        The recipe, and its stamp as the page shows it.
    called
        What the button says.
    page
        The page that it stands on.
    """
    run = run_running.now()
    goes_on = run is not None and run.goes_on
    if st.button(called, type="primary", disabled=goes_on, key=f"{page}-run"):
        _start(file, seen, page)
    if goes_on:
        st.session_state[_WATCHED] = (page, run.began)
        _progress()
    elif fault := st.session_state.pop("run_fault", ""):
        _say(fault, "alert")
    elif run is not None and st.session_state.get(_WATCHED) == (page, run.began):
        _how_it_ended(run)


def _start(file: Path, seen: str, page: str) -> None:
    try:
        person = here.require("data", "run", "exact")
        here.note("run", "the recipe was run", purpose="to make the release")
        run = run_running.start(file, seen=seen, who=person.name)
        st.session_state[_WATCHED] = (page, run.began)
    except CsgeoError as refused:
        st.session_state["run_fault"] = tries.in_plain_words(refused, file)
    st.rerun()


@st.fragment(run_every=0.5)
def _progress() -> None:
    run = run_running.now()
    if run is None or not run.goes_on:
        st.rerun()
    count = f": {run.done:,} of {run.of:,}" if run.of else ""
    st.progress(run.share, text=f"{run.what}{count}")
    st.html(f'<p class="why">Started by {html(run.who)} at {run.began:%H:%M}.</p>')
    if st.button("Stop", key="run-stop"):
        here.require("data", "run", "exact")
        run_running.stop()


def _how_it_ended(run: run_running.Running) -> None:
    if run.succeeded:
        _say(
            "The release is made. The other pages show it now; the maps and files are in the "
            "folder share of the answers.",
            "status",
        )
    elif run.waiting:
        _say(
            "The places are found, and none has left: each waits to be checked by someone who "
            "knows it, on the page Review.",
            "status",
        )
    elif run.stopped:
        _say("The run was stopped. The release that was shown before is still shown.", "status")
    else:
        _say(f"{run.refused} The release that was shown before is still shown.", "alert")


def _say(words: str, role: str) -> None:
    st.html(f'<p class="notice" role="{role}">{html(words)}</p>')
