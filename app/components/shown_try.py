"""Is a try shown instead of the release, and does every page say so?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st
from components import opened, page_frame, tries, try_words
from components.tries import RELEASE
from components.written import html

from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from pathlib import Path

    from components.opened import Shown

_GONE = (
    "The link names a try that cannot be shown here, so the release itself is shown. "
    "The tries that are kept stand on the Method page."
)


class Asked(NamedTuple):
    """The try that a link asks for: opened, or why it is not."""

    id: str = ""
    shown: Shown | None = None
    said: str = ""
    why_not: str = ""


def asked(recipe: Path | None, id_: str | None) -> Asked:
    """Open the try that the link names; a viewer, who has no recipe, always sees the release."""
    if recipe is None or not id_:
        return Asked()
    try:
        read = tries.loaded(recipe)
        folder = tries.folder_of(read, id_)
        kept = tries.kept(read)
        if id_ not in kept:
            return Asked(why_not=_GONE)
        shown = opened.open_shown(str(folder / RELEASE))
    except CsgeoError as refused:
        return Asked(why_not=f"{_GONE} {tries.in_plain_words(refused, recipe)}")
    return Asked(id_, shown, try_words.said(kept[id_], read))


def say(trying: Asked) -> None:
    """Say on every page that a try is shown, and offer the way back."""
    if trying.why_not:
        page_frame.notice(trying.why_not)
    if not trying.id:
        return
    with st.container(horizontal=True, key="trying", vertical_alignment="center"):
        st.html(
            f'<p role="status"><b>A try, not the release:</b> {html(trying.said)}. '
            "Only you see it.</p>"
        )
        if st.button("Back to the release", key="trying-back"):
            del st.query_params["try"]
            st.rerun()
