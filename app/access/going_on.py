"""Where does somebody come out who has signed in?

On the page that they asked for, if it is one of ours. An address that leads
elsewhere is not followed, or a link could be made that signs somebody in here and
shows them a page of somebody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from access import plain, sessions, written_down
from access.doors import PAGES

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from access.sessions import Session
    from access.site import Site

#: Where signing in begins.
WAY_IN = "/access/in"
_LONGEST = 500


def safe_place(asked: str) -> str:
    """Give the address that was asked for if it is a page of ours, else that of the first page."""
    parts = urlsplit(asked)
    strange = any(sign in asked for sign in "\\\r\n\t\0") or not asked.isprintable()
    if strange or parts.scheme or parts.netloc or parts.path not in PAGES or len(asked) > _LONGEST:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def place_to_go(request: Request) -> str:
    """Give the page of ours that a request wants to come out on."""
    return safe_place(request.query_params.get("to", "/"))


def invited(scope: Scope) -> Any:
    """Offer the way in: somebody presses a button, so that a page left open does not sign in itself."""
    return plain.page(
        "You are not signed in",
        "This dashboard is open to people who sign in. A session ends by itself after "
        "15 minutes in which nothing is done.",
        status=401,
        go=(way_in_to(scope["path"], scope["query_string"].decode("latin-1")), "Sign in"),
    )


def gone_in(
    site: Site,
    name: str,
    role: str,
    login: str,
    to: str,
    *,
    before: Session | None = None,
    expires: float | None = None,
) -> tuple[Any, str]:
    """Open a session, written down first, and go on to a page of ours.

    A session that the same browser had is ended: nobody can put somebody into a session that they
    have prepared. The id of the session is given too.
    """
    written_down.signed_in(name, role, login)
    if before is not None:
        sessions.end(before.id, "signed in again")
    cookie = sessions.begin(name, role, login, expires=expires)
    answer = plain.page(
        "You are signed in", "The dashboard opens.", status=200, go=(to, "Go on"), on_to=to
    )
    give_cookie(answer, site, cookie)
    return answer, sessions.id_of(cookie)


def give_cookie(answer: Any, site: Site, cookie: str) -> None:
    """Put the session's cookie on an answer: for our pages alone, and no script reads it."""
    answer.set_cookie(
        site.cookie, cookie, httponly=True, samesite="strict", secure=site.secure, path="/"
    )
    answer.headers["cache-control"] = "no-store"


def way_in_to(path: str, query: str) -> str:
    """Give the way in that comes out on this address."""
    return f"{WAY_IN}?to={quote(safe_place(f'{path}?{query}' if query else path), safe='')}"
