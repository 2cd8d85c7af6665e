"""By which right is a file used, what for and until when, and how does it come into the recipe?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from access import here
from components import load_file, tries
from components.written import html

from csgeo import loading
from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from components.load_file import Chosen

    from csgeo.recipe import Recipe

_OPEN = (
    "What is left open here is printed as open in the inventory for the impact assessment "
    "(<code>csgeo dpia</code>). A file past its last day is not used any more."
)


def ask(chosen: Chosen, one: Mapping[str, Any], recipe: Recipe, file: Path, seen: str) -> None:
    """Ask what is agreed about a file, and put it into the recipe."""
    before = recipe.incidents[0].governance
    left, middle, right = st.columns(3)
    with left:
        purpose = st.text_input(
            "What it is used for", value=before.purpose or "", key=f"data-{load_file.turn()}-purpose",
            placeholder="to find places where young people are harmed",
        )  # fmt: skip
    with middle:
        basis = st.text_input(
            "Lawful basis", value=before.lawful_basis or "", key=f"data-{load_file.turn()}-basis",
            placeholder="UK GDPR article 6(1)(e); ...",
        )  # fmt: skip
    with right:
        until = st.date_input(
            "May be kept until", value=before.retention_until, min_value=dt.date.today(),
            format="DD/MM/YYYY", key=f"data-{load_file.turn()}-until",
        )  # fmt: skip
    st.html(f'<p class="why">{_OPEN}</p>')
    names = ["as a further file", *(f"instead of {Path(i.file).name}" for i in recipe.incidents)]
    way = st.radio(
        "Put it into the recipe", range(len(names)), format_func=lambda n: names[n],
        key=f"data-{load_file.turn()}-way", horizontal=True,
    )  # fmt: skip
    st.html(
        '<p class="why">The same record in two files counts twice. Choose \u201cinstead of\u201d for a '
        "newer export of the same records.</p>"
    )
    with st.container(horizontal=True, key="data-go"):
        add = st.button("Add it to the recipe", type="primary", key="data-add")
        drop = st.button("Erase it again", key="data-erase")
    if drop:
        erase(chosen, recipe)
    if add:
        agreed = {
            "purpose": purpose.strip(),
            "lawful_basis": basis.strip(),
            "retention_until": until,
        }
        if not agreed["purpose"]:
            _alert("What the file is used for must be said; it is empty. Write it in a few words.")
            return
        number = way - 1 if way else None
        _add(chosen, {**one, "governance": agreed}, number, recipe=recipe, file=file, seen=seen)


def rewrite(chosen: Chosen, one: Mapping[str, Any], recipe: Recipe, file: Path, seen: str) -> None:
    """Offer to write into the recipe how a file that it names was read just now."""
    st.html('<p class="why">The recipe still reads this file as it did before.</p>')
    if st.button(
        "Write this way of reading it into the recipe", type="primary", key="data-rewrite"
    ):
        _add(chosen, one, chosen.number, recipe=recipe, file=file, seen=seen)


def _add(
    chosen: Chosen,
    one: Mapping[str, Any],
    instead: int | None,
    *,
    recipe: Recipe,
    file: Path,
    seen: str,
) -> None:
    """Write the recipe anew, with the old one kept beside it; say so, or why not."""
    try:
        here.require("data", "load", "exact")
        purpose = one.get("governance", {}).get("purpose", "as agreed before")
        here.note("load", "a file of records was put into the recipe", purpose=purpose)
        loading.refuse_changed(file, seen)
        today = dt.datetime.now().astimezone().date()
        old = file.read_text(encoding="utf-8")
        before = loading.table_of(old, instead) if instead is not None else {}
        table = _merged(before, one, chosen.name)
        text = loading.with_records(
            old, table, instead=instead, note=f"put in on {today} in the dashboard"
        )
        secure = recipe.path(recipe.folder) / tries.SECURE
        copy = loading.keep_recipe(file, text, seen=seen, secure=secure, on=today)
    except CsgeoError as refused:
        _alert(tries.without_paths(str(refused), file))
        return
    load_file.forget()
    st.session_state["data_said"] = (
        f"{Path(chosen.name).name} is in the recipe now. The recipe as it was is kept as {copy}."
    )
    st.rerun()


def _merged(before: Mapping[str, Any], one: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give what is to stand in the recipe: how the file was checked, and what was agreed.

    How another file was read is not taken over from it: this one was checked without that.
    """
    kept = {k: before[k] for k in ("source", "attribution") if k in before}
    said = {k: v for k, v in one.get("governance", {}).items() if v}
    governance = before.get("governance", {}) | said
    return {"file": name, **kept, **one, "governance": governance}


def erase(chosen: Chosen, recipe: Recipe) -> None:
    """Erase a file that was handed over and is in no recipe."""
    here.require("data", "load", "exact")
    try:
        here.note("purge", "a file of records that was handed over")
        gone = loading.forget_file(recipe, chosen.path)
    except CsgeoError as refused:
        _alert(tries.without_paths(str(refused)))
        return
    said = "The file is erased." if gone else "The recipe names this file, so it was not erased."
    load_file.forget()
    st.session_state["data_said"] = said
    st.rerun()


def _alert(words: str) -> None:
    st.html(f'<p class="notice" role="alert">{html(words)}</p>')
