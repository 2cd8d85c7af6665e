"""What stands around every page: the marking, the area, the pages there are?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from components.written import html

from csgeo.disclosure.release import require_viewable
from csgeo.outputs import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from access.here import Person

    from csgeo.disclosure.release import Release

_SHEET = Path(__file__).resolve().parent.parent / "static" / "app.css"


def style() -> None:
    """Put the one style sheet on the page."""
    st.html(f"<style>{_SHEET.read_text(encoding='utf-8')}</style>")


def top(
    release: Release,
    pages: Mapping[str, st.Page],
    here: st.Page,
    *,
    person: Person,
    trying: str = "",
) -> None:
    """Show the marking strip, the links to the pages that exist, and who is signed in.

    Parameters
    ----------
    release
        What is shown.
    pages
        Name to page.
    here
        The page that is shown.
    person
        Who is signed in.
    trying
        Id of the try that is shown; every link keeps it.
    """
    require_viewable(release)  # every page that shows a release begins here
    st.html(
        f'<div class="strip"><b>{html(release.marking)}</b><span>{html(release.title)}</span>'
        f'<span class="end">{html(release.area_name)} · records from '
        f"{html(words.period(release))}</span></div>"
    )
    kept = {"try": trying} if trying else {}
    chosen = st.session_state.get("chosen")
    of_places = {"place": chosen} if chosen in release.hotspots.index else {}
    _links(
        pages,
        here,
        person,
        {name: kept | (of_places if name == "Places" else {}) for name in pages},
    )


def top_without_release(pages: Mapping[str, st.Page], here: st.Page, *, person: Person) -> None:
    """Show an analyst the pages with which a first release is made."""
    st.html('<div class="strip"><b>No release is shown yet</b></div>')
    _links(pages, here, person, {})


def _links(
    pages: Mapping[str, st.Page],
    here: st.Page,
    person: Person,
    kept: Mapping[str, dict[str, str]],
) -> None:
    with st.container(horizontal=True, key="navigation"):
        for name, page in pages.items():
            is_here = page.url_path == here.url_path
            with st.container(key="nav-here" if is_here else f"nav-{name}", width="content"):
                st.page_link(page, label=name, query_params=kept.get(name) or None)
        st.html(
            f'<p class="me">{html(person.name)}, {html(person.role)} '
            '<a href="/access/out" target="_self">Sign out</a></p>'
        )


def saying(heading: str, more: str = "") -> None:
    """Show the sentence that says what the page shows."""
    st.html(
        f'<div class="saying" role="status" aria-live="polite"><h1>{html(heading)}</h1> '
        f"{html(more)}</div>"
    )


def notice(text: str) -> None:
    """Show a line that asks for attention."""
    st.html(f'<p class="notice" role="status">{html(text)}</p>')


def refused(why: str) -> None:
    """Say in plain words that there is no release to show."""
    st.html(
        '<div class="strip"><b>No release is shown</b></div>'
        '<div class="method"><h1>There is nothing to show yet</h1>'
        f"<p>{html(why)}</p><p>Then reload this page.</p></div>"
    )
