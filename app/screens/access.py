"""Who is signed in, and should they still be?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from access import here, sessions, written_down
from components.written import html

from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from access.here import Person
    from access.sessions import Session

_OPENING = (
    "A session ends by itself when nothing is done for 15 minutes, after 8 hours, or when the "
    "identity behind it expires. Ending one here closes it at once, in every window."
)
_HOW = {
    "one machine": "by the printed address",
    "oidc": "at their organisation",
    "proxy": "by the server in front",
}
_SAID = "access_said"


def show() -> None:
    """Show the sessions to whoever keeps the server, with a way to end each, and check the journal."""
    person = here.require("access", "see")
    with st.container(key="access"):
        st.html(f'<div class="method opening"><h1>Who is signed in</h1><p>{_OPENING}</p></div>')
        if said := st.session_state.pop(_SAID, ""):
            st.html(f'<p class="notice" role="status">{html(said)}</p>')
        for session in sessions.signed_in():
            _one(session, person)
        st.button("Look again", key="access-again")
        _journal()


def _one(session: Session, person: Person) -> None:
    own = " (you)" if session.id == person.session else ""
    since = f"{session.since.astimezone():%d %B %Y, %H:%M}"
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.html(
            f"<p><b>{html(session.name)}</b>{own}<br>{html(session.role)}, signed in "
            f"{html(_HOW.get(session.login, session.login))}, since {since}</p>"
        )
        st.button(
            "End this session",
            key=f"access-end-{session.id}",
            help=f"Ends the session of {session.name}, {session.role}, since {since}",
            on_click=_end,
            args=(session,),
        )


def _end(session: Session) -> None:
    """End a session; it is written down first, and what cannot be written is not done."""
    person = here.require("access", "revoke")
    try:
        written_down.revoked(person.name, session.name)
    except CsgeoError as refused:
        st.session_state[_SAID] = str(refused)
        return
    ended = sessions.end(session.id, f"ended by {person.name}")
    how = "is ended." if ended else "had ended already."
    st.session_state[_SAID] = f"The session of {session.name} {how}"


def _journal() -> None:
    st.html('<div class="method opening"><h2>The journal</h2></div>')
    if not here.journalled():
        st.html(
            '<p class="why">There is no journal: this dashboard is open to one person at one machine. '
            "With sign-in there must be one.</p>"
        )
    elif st.button("Is the journal whole?", key="access-verify"):
        person = here.require("access", "verify")
        try:
            verdict = written_down.verdict(person.name)
        except CsgeoError as refused:
            verdict = str(refused)
        st.html(f'<p class="notice" role="status">{html(verdict)}</p>')
