"""Which addresses does this server answer, and to whom?

A list of those that there are. An address that is not on it is not answered,
whatever Streamlit or another package would say to it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from access import matrix, sessions

if TYPE_CHECKING:
    from access.sessions import Session

#: Answered to anybody: they say that the server runs, and nothing else.
PUBLIC = frozenset({"/healthz", "/_stcore/health"})
#: Asked by a page by itself, so they are no sign that somebody is there.
STILL = "/access/still"
OPEN = frozenset({STILL, "/_stcore/host-config"})
#: The pages, by their address.
PAGES = {"/": "places", **{f"/{page}": page for page in matrix.PAGES}}
_READ = ("GET", "HEAD")
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+")
#: What each page is made of.
_MADE_OF = (
    re.compile(r"/static/.+"),
    re.compile(r"/_stcore/bidi-components/.+"),
    re.compile(r"/_stcore/host-config"),
    re.compile(r"/(favicon\.png|manifest\.json)"),
    re.compile(r"/access/(still|still\.js)"),
)
_FILE = re.compile(r"/files/[^/]+")


class Verdict(Enum):
    """Yes, no, or no such address."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def allowed(session: Session, method: str, path: str) -> Verdict:
    """Say whether somebody who is signed in may ask this."""
    if method == "WEBSOCKET":
        return Verdict.YES if path == "/_stcore/stream" else Verdict.UNKNOWN
    if method in _READ:
        return _read(session, path)
    upload = _UPLOAD.fullmatch(path)
    if method in {"PUT", "DELETE"} and upload:
        loads = matrix.may(session.role, "data", "load")
        return Verdict.YES if loads and sessions.whose(upload[1]) == session.id else Verdict.NO
    return Verdict.UNKNOWN


def _read(session: Session, path: str) -> Verdict:
    if path in PAGES:
        return _said(matrix.may(session.role, PAGES[path], "see"))
    if any(made.fullmatch(path) for made in _MADE_OF):
        return Verdict.YES
    if _FILE.fullmatch(path):
        return _said(matrix.may(session.role, "take_away", "export"))
    if path.startswith("/media/"):
        from access.stored import is_of  # noqa: PLC0415 - Streamlit's runtime is asked

        return _said(is_of(path.removeprefix("/media/"), session.id))
    return Verdict.UNKNOWN


def _said(yes: bool) -> Verdict:
    return Verdict.YES if yes else Verdict.NO
