"""Which records go in, are they fit, and what is made of them?

For analysts only. The page asks and shows; a process of its own reads each file, and
what comes back is counts and sentences, never a value of a record.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from access import here
from components import (
    check_shown,
    load_agreed,
    load_asking,
    load_choices,
    load_file,
    run_shown,
    tries,
)
from components.written import html, table

from csgeo import loading
from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from components.load_file import Chosen

    from csgeo.recipe import Recipe

_OPENING = (
    "Hand over a file of records, look at what would be used of it, put it into the recipe, run "
    "the recipe. A process of its own reads the file: this page gets counts, and no value of a "
    "record. What others see changes only when the recipe has been run."
)


def show(file: Path) -> None:
    """Show the way of a file from the disk of an analyst to a release.

    Parameters
    ----------
    file
        The recipe.
    """
    here.require("data", "see", "exact")
    with st.container(key="data"):
        st.html(f"<h1>Data</h1><p>{html(_OPENING)}</p>")
        try:
            recipe = tries.loaded(file)
            seen = loading.stamp(file)
        except CsgeoError as refused:
            _alert(tries.in_plain_words(refused, file))
            return
        if said := st.session_state.pop("data_said", ""):
            st.html(f'<p class="notice" role="status">{html(said)}</p>')
        _load_and_check(recipe, file, seen)
        _run(recipe, file, seen)


def _load_and_check(recipe: Recipe, file: Path, seen: str) -> None:
    st.html("<h2>Load</h2>")
    chosen = load_file.ask(recipe, file)
    if chosen is None:
        return
    one = st.session_state.setdefault("data_one", _as_named(chosen, file))
    st.html("<h2>Check</h2>")
    looked = _looked(chosen, one, file)
    if looked is None:
        return
    st.html(
        f"<p><b>{html(Path(chosen.name).name)}</b> in the folder of records, "
        f"read as {html(looked['holds'] or 'an unknown kind of file')}.</p>"
        + check_shown.verdict(looked)
        + check_shown.left_out(looked)
        + check_shown.findings(looked)
        + check_shown.personal(looked)
    )
    again = load_choices.ask(looked, one)
    if again is not None:
        st.session_state["data_one"] = again
        st.session_state.pop("data_looked", None)
        st.rerun()
    written = _as_written(one, looked)
    if looked["usable"] and chosen.number is None:
        st.html("<h2>Add it to the recipe</h2>")
        load_agreed.ask(chosen, written, recipe, file, seen)
    elif looked["usable"] and written != _as_named(chosen, file):
        load_agreed.rewrite(chosen, written, recipe, file, seen)
    elif chosen.number is None and st.button("Erase it again", key="data-erase"):
        load_agreed.erase(chosen, recipe)


def _as_named(chosen: Chosen, file: Path) -> dict[str, Any]:
    """Give how the recipe reads a file that it names; a new one is found out."""
    if chosen.number is None:
        return {}
    given = loading.table_of(file.read_text(encoding="utf-8"), chosen.number)
    return {k: v for k, v in given.items() if k not in {"file", "governance"}}


def _as_written(one: dict[str, Any], looked: dict[str, Any]) -> dict[str, Any]:
    """Say in the recipe what was found out about the file and would not be seen again by itself."""
    return one | ({"format": "police"} if looked["holds"] == "data.police.uk" else {})


def _looked(chosen: Chosen, one: dict[str, Any], file: Path) -> dict[str, Any] | None:
    """Have the file looked at, once for each way of reading it."""
    if kept := st.session_state.get("data_looked"):
        return dict(kept)
    try:
        here.note("look", "what would be used of a file of records", purpose="to check it")
        with st.spinner("Reading the file in a process of its own …"):
            asked = {
                "recipe": str(file),
                "one": {**one, "file": chosen.name},
                "file": str(chosen.path),
            }
            looked = load_asking.ask("check_apart.py", asked)
    except CsgeoError as refused:
        _alert(tries.without_paths(str(refused), file))
        return None
    st.session_state["data_looked"] = looked
    return looked


def _run(recipe: Recipe, file: Path, seen: str) -> None:
    st.html("<h2>Run</h2>")
    rows = [
        (
            Path(one.file).name,
            one.governance.purpose or "open",
            one.governance.lawful_basis or "open",
            one.governance.retention_until or "open",
        )
        for one in recipe.incidents
    ]
    head = ("File of records", "Used for", "Lawful basis", "Kept until")
    review = (
        "Each place must be checked by someone who knows it before it leaves."
        if recipe.release.review == "required"
        else "The recipe lets places leave that nobody has checked; say <code>review = "
        '"required"</code> under <code>[release]</code> to change that.'
    )
    st.html(
        f'<div class="scroll">{table("What the recipe reads", head, rows)}</div>'
        f'<p class="why">{review}</p>'
    )
    run_shown.offer(file, seen, called="Run the recipe", page="data")


def _alert(words: str) -> None:
    st.html(f'<p class="notice" role="alert">{html(words)}</p>')
