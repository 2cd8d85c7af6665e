"""What would another method, or another choice, show?

Only where the dashboard was started with a recipe: the analyst's own machine. It
asks and shows; a process of its own computes, and what it found comes here as a
release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st
from access import here
from components import opened, page_frame, tries, try_running, try_words
from components.tries import RELEASE
from components.try_compared import compared
from components.written import html

from csgeo.errors import CsgeoError, RecipeError
from csgeo.lattice import SIDES_M
from csgeo.recipe import ENFORCEMENT, EXPECTATIONS, METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from components.opened import Shown

    from csgeo.recipe import Recipe

_OPENING = (
    "A place that several methods list does not hang on the choice of method; one that a single "
    "method lists is one to talk about. That is no proof of its own: all of them read the same "
    "records against the same expectation. Nothing that others see is changed: a try stays in the "
    "folder of this recipe's answers, and what is shown here is its release, never a record."
)
#: The choices with a list of values: the values, and how each is called.
_OF_LISTS: Mapping[str, tuple[tuple[Any, ...], Callable[[Any], str]]] = {
    "method": (METHODS, try_words.method_named),
    "expectation": (EXPECTATIONS, try_words.expectation_named),
    "cell_m": ((None, *SIDES_M), try_words.cells_named),
    "enforcement": (ENFORCEMENT, try_words.enforcement_named),
}
#: The choices beneath the method, by column.
_COLUMNS = (
    ("expectation", "cell_m", "reruns"),
    ("most_places", "least_people", "least_in_stratum", "enforcement"),
)
_WATCHED, _LOOK = "try_watched", "try_look"


def show(shown: Shown, base: Shown, file: Path) -> None:
    """Show the choices, the run, and what it changed.

    Parameters
    ----------
    shown
        What all pages show now: the release, or a try.
    base
        The release that the dashboard was started on.
    file
        The recipe.
    """
    with st.container(key="try"):
        st.html(f'<h2 id="try">Try another way</h2><p>{html(_OPENING)}</p>')
        try:
            recipe = tries.loaded(file)
        except RecipeError as refused:
            _alert(tries.in_plain_words(refused, file))
            return
        _take_in_what_ended()
        _ask(recipe, file)
        _say_how_far()
        _compare(shown, base, recipe, file)


def _ask(recipe: Recipe, file: Path) -> None:
    """Ask for each choice, check them as they are made, and run them."""
    kept = st.session_state.get("try_chosen", {})
    for name in try_words.CHOICES:
        st.session_state.setdefault(f"try-{name}", kept.get(name, getattr(recipe.hotspots, name)))
    _field("method", recipe)
    for column, names in zip(st.columns(2, gap="large"), _COLUMNS, strict=True):
        with column:
            for name in names:
                _field(name, recipe)
    chosen = {name: st.session_state[f"try-{name}"] for name in try_words.CHOICES}
    st.session_state["try_chosen"] = chosen  # outlives a visit to another page
    _run(chosen, recipe, file)


def _field(name: str, recipe: Recipe) -> None:
    """Show a choice with the reason for its value beneath it."""
    called, why = try_words.CHOICES[name]
    key = f"try-{name}"
    if name in _OF_LISTS:
        known, named = _OF_LISTS[name]
        # what the recipe says may be none of them: then the check says so
        options = list(dict.fromkeys([*known, st.session_state[key]]))
        st.selectbox(called, options, format_func=named, filter_mode="contains", key=key)
    else:
        st.number_input(called, step=20 if name == "reruns" else 1, key=key)
    more = (
        _of_method(st.session_state[key], recipe)
        if name == "method"
        else html(try_words.without(name, recipe))
    )
    st.html(f'<p class="why">{more} {html(why)}</p>')


def _of_method(code: str, recipe: Recipe) -> str:
    """Say a method's question, what it needs and where its page is."""
    question, page = try_words.question(code), try_words.page_of(code)
    lacks = try_words.lacking(code, recipe)
    needs = try_words.needed(code)
    said = [f'<b class="question">{html(question)}</b>']  # where the box is too narrow for it
    if lacks:
        said.append(f"<b>It needs {html(needs)}. {html(lacks)}</b>")
    elif needs:
        said.append(f"It needs {html(needs)}; where the records lack them the run says so.")
    if page:
        said.append(f"What it cannot tell stands in <code>docs/methods/{html(page)}.md</code>.")
    return " ".join(said) + "<br>"


def _run(chosen: Mapping[str, Any], recipe: Recipe, file: Path) -> None:
    """Offer to run the choices, or say what is wrong with them."""
    section = tries.section(file, chosen)
    wrong = _wrong(section, recipe, file)
    if wrong:
        _alert(wrong)
    elif tries.with_choices(file, section).hotspots == recipe.hotspots:
        st.html('<p class="why">These are the choices of the recipe itself.</p>')
    running = _is_running()
    with st.container(horizontal=True, key="try-go"):
        go = st.button("Run this try", type="primary", disabled=bool(wrong) or running, key="go")
        st.button("Back to the recipe's choices", on_click=_forget_choices, key="try-back")
    if go:
        st.session_state.pop("try_refused", None)
        try:
            here.require("method", "try")
            here.note("try", "other choices were tried on the recipe's records")
            st.session_state[_WATCHED] = try_running.start(file, section).id
        except CsgeoError as refused:
            _alert(tries.in_plain_words(refused, file))
        else:
            st.rerun()


def _wrong(section: Mapping[str, Any], recipe: Recipe, file: Path) -> str:
    """Say why choices cannot be run, as the recipe's own check says it; empty if they can."""
    try:
        tried = tries.with_choices(file, section)
    except RecipeError as refused:
        return try_words.as_on_the_page(tries.in_plain_words(refused, file))
    return try_words.lacking(tried.hotspots.method, recipe)


def _forget_choices() -> None:
    st.session_state.pop("try_chosen", None)
    for name in try_words.CHOICES:
        st.session_state.pop(f"try-{name}", None)


def _is_running() -> bool:
    run = try_running.now()
    return run is not None and not run.ended.is_set()


def _say_how_far() -> None:
    if _is_running():
        st.session_state[_WATCHED] = try_running.now().id  # also where another page started it
        _progress()
    elif refused := st.session_state.get("try_refused"):
        _alert(f"{refused} The list that was shown is still shown.")


@st.fragment(run_every=0.5)
def _progress() -> None:
    run = try_running.now()
    if run is None or run.ended.is_set():
        st.rerun()
    count = f": {run.done:,} of {run.of:,}" if run.of else ""
    st.progress(run.share, text=f"{run.what}{count}")
    if st.button("Stop", key="try-stop"):
        try_running.stop()


def _take_in_what_ended() -> None:
    """Turn to the try that this page waited for, or keep the reason why there is none."""
    run = try_running.now()
    if run is None or not run.ended.is_set() or st.session_state.get(_WATCHED) != run.id:
        return
    del st.session_state[_WATCHED]
    st.session_state["try_refused"] = "You stopped the try." if run.stopped else run.refused
    if run.succeeded:
        st.session_state[_LOOK] = run.id


def _compare(shown: Shown, base: Shown, recipe: Recipe, file: Path) -> None:
    """Lay a try beside the list now shown, and offer to show it or to keep its choices."""
    kept = tries.kept(recipe)
    if not kept:
        return
    if st.session_state.get(_LOOK) not in kept:
        st.session_state[_LOOK] = next(iter(kept))
    st.html("<h2>What the tries show</h2>")
    id_ = st.selectbox(
        "Try to look at",
        list(kept),
        format_func=lambda one: f"{try_words.said(kept[one], recipe)} ({one})",
        key=_LOOK,
    )
    try:
        tried = opened.open_shown(str(tries.folder_of(recipe, id_) / RELEASE))
    except CsgeoError as refused:
        _alert(tries.in_plain_words(refused, tries.folder_of(recipe, id_)))
        return
    is_shown = st.query_params.get("try") == id_
    if is_shown:
        st.html("<p>All pages show this try now; it is laid beside the release.</p>")
    beside, called = (base, "in the release") if is_shown else (shown, "now")
    st.html(compared(beside.release, tried.release, called=called))
    _offer(id_, is_shown=is_shown)
    if st.session_state.get("try_kept") == id_:
        _keep(file, kept[id_], id_)


def _offer(id_: str, *, is_shown: bool) -> None:
    """Offer to show the try on all pages, or the release again, and to keep its choices."""
    with st.container(horizontal=True, key="try-then"):
        if not is_shown and st.button("Show this one", type="primary", key="try-show"):
            st.query_params["try"] = id_
            st.rerun()
        if is_shown and st.button("Show the release again", key="try-unshow"):
            del st.query_params["try"]
            st.rerun()
        if st.button("Keep these choices", key="try-keep"):
            st.session_state["try_kept"] = id_


def _keep(file: Path, section: Mapping[str, Any], id_: str) -> None:
    """Give the section to copy, or write a recipe of its own beside the analyst's."""
    st.html(
        f"<p>In <code>{html(file.name)}</code>, put this in the place of the section "
        "<code>[hotspots]</code>:</p>"
    )
    st.code(tries.as_toml(section).rstrip(), language=None)  # its colours are too pale to read
    if st.button("Write it as a recipe of its own", key="try-write"):
        st.session_state["try_written"] = (id_, tries.write_recipe(file, section, id_))
    for_id, name = st.session_state.get("try_written", ("", ""))
    if for_id == id_:
        page_frame.notice(f"Written beside {file.name}: {name}. Your own file is as it was.")
    st.html(
        f"<p>Then <code>csgeo run {html(name or file.name)}</code> makes the release, the maps and "
        "the files anew. It takes the place of the release that is there; "
        "<code>--out ANOTHER_FOLDER</code> leaves that as it is.</p>"
        "<p>Hand on the release of one choice, not of several: each further list of the same "
        "records tells a little more than the protection counts on.</p>"
    )


def _alert(words: str) -> None:
    st.html(f'<p class="notice" role="alert">{html(words)}</p>')
