"""Which file is looked at: one that is handed over, or one that the recipe names?

The bytes go through the server's memory on their way to the disk, unread, and are taken
out of it at once. The name that the file had is not kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st
from access import here
from components import tries
from components.written import html
from streamlit.runtime.scriptrunner import get_script_run_ctx

from csgeo import loading
from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from csgeo.recipe import Recipe

_CHOSEN, _ROUND, _FAULT = "data_chosen", "data_round", "data_fault"


class Chosen(NamedTuple):
    """The file that is looked at: its name in a recipe, where it is, and its number if the recipe names it."""

    name: str
    path: Path
    number: int | None = None


def ask(recipe: Recipe, file: Path) -> Chosen | None:
    """Ask for a file, and give the one that is looked at."""
    left, right = st.columns(2, gap="large")
    with left:
        _hand_over(recipe, file)
    with right:
        _choose(recipe)
    if fault := st.session_state.get(_FAULT):
        st.html(f'<p class="notice" role="alert">{html(fault)}</p>')
    return st.session_state.get(_CHOSEN)


def turn() -> int:
    """Give a number that is another one for each file: fields of one file are not those of the next."""
    return int(st.session_state.get(_ROUND, 0))


def forget() -> None:
    """Look at no file any more, and forget what was chosen for it."""
    for key in [k for k in st.session_state if str(k).startswith("data_") and k != _ROUND]:
        del st.session_state[key]
    st.session_state[_ROUND] = turn() + 1


def _hand_over(recipe: Recipe, file: Path) -> None:
    given = st.file_uploader(
        "A file of records",
        key=f"data-upload-{turn()}",
        max_upload_size=loading.MOST_MB,
    )
    if given is not None:
        forget()  # the next box is another one, and empty
        _keep(given, recipe, file)
        st.rerun()
    st.html(
        '<p class="why">CSV, XLSX, GeoJSON, GeoPackage, a zipped Shapefile, Parquet, or a download '
        f"from data.police.uk, up to {loading.MOST_MB} MB. It stays on this server.</p>"
    )


def _keep(given: Any, recipe: Recipe, file: Path) -> None:
    """Write the file to the disk, and take it out of the server's memory whatever happens."""
    try:
        here.require("data", "load", "exact")
        here.note("load", "a file of records was handed over", purpose="to see whether it is fit")
        kept = loading.keep_file(
            loading.folder_of_records(recipe, file), given.name, given.getvalue()
        )
        st.session_state[_CHOSEN] = Chosen(_named(kept, file), kept)
    except CsgeoError as refused:
        st.session_state[_FAULT] = tries.without_paths(str(refused), file)
    finally:
        ctx = get_script_run_ctx()
        if ctx is not None:
            ctx.uploaded_file_mgr.remove_file(ctx.session_id, given.file_id)
        given.close()


def _named(kept: Path, file: Path) -> str:
    """Give the name by which a recipe finds a file."""
    kept, home = kept.resolve(), file.resolve().parent
    return kept.relative_to(home).as_posix() if kept.is_relative_to(home) else kept.as_posix()


def _choose(recipe: Recipe) -> None:
    numbers = range(len(recipe.incidents))
    number = st.selectbox(
        "Or one that the recipe names",
        list(numbers),
        format_func=lambda n: Path(recipe.incidents[n].file).name,
        key="load-named",
    )
    if st.button("Look at this one", key="load-look"):
        forget()
        name = recipe.incidents[number].file
        st.session_state[_CHOSEN] = Chosen(name, recipe.path(name), number)
        st.rerun()
