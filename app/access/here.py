"""Who looks at this page, may they, and is it written down?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access import matrix, sessions, written_down
from access.sessions import SESSION_HEADER, Person

if TYPE_CHECKING:
    from access.sessions import Session

#: What the table calls it, where the journal has another word.
_ACTS = {"see": "look"}


def who() -> Person:
    """Give the person whose browser this page is drawn for; else stop the page, in words."""
    session = _session()
    if session is None:
        _stop("You are not signed in", "Your session has ended. Reload this page to sign in again.")
    return Person(session.name, session.role, session.id)


def require(page: str, action: str, detail: str = "protected") -> Person:
    """Give the person if the table allows them this; else say so, note it, and stop the page."""
    person = who()
    if not matrix.may(person.role, page, action, detail):
        written_down.refused(person.name, f"{action} on the page {page} ({detail})")
        _stop(
            "This is not open to you",
            f"You are signed in as {person.role}, and a {person.role} may not do this. "
            "Ask whoever runs this dashboard if your work needs it.",
        )
    return person


def note(action: str, what: str, *, purpose: str = "", recipient: str = "") -> None:
    """Write into the journal what is about to happen; if that fails, it must not happen.

    Parameters
    ----------
    action
        One of the journal's acts (``exported``), or of the table's actions (``export``).
    what
        In general words, without a person, a place of a record or a small exact count.
    purpose, recipient
        Why, and for whom.

    Raises
    ------
    StoreError
        If it could not be written.
    RecipeError
        If something that the law asks is missing, or the words say too much.
    """
    if journalled():
        person = who()
        written_down.write(
            _ACTS.get(action, action),
            what,
            person.name,
            dt.datetime.now(dt.UTC),
            why=purpose,
            for_whom=recipient,
        )


def journalled() -> bool:
    """Say whether there is a journal."""
    return written_down.kept()


def _session() -> Session | None:
    """Find the session that the gate has let this page's connection in by."""
    id_ = st.context.headers.get(SESSION_HEADER, "")
    session = sessions.known(id_) if id_ else None
    ctx = get_script_run_ctx()
    if session is not None and ctx is not None:
        sessions.sits(ctx.session_id, session.id)
    return session


def _stop(heading: str, words: str) -> NoReturn:
    st.html(f'<div class="method" role="alert"><h1>{heading}</h1><p>{words}</p></div>')
    st.stop()
