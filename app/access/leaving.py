"""How does somebody sign out?

At the server: the session is over for every tab and every open connection, not
only forgotten by one browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from access import plain, sessions

if TYPE_CHECKING:
    from starlette.requests import Request

    from access.site import Site

OUT = "/access/out"


def signed_out(
    request: Request, site: Site, again: str = "", *, go: tuple[str, str] | None = None
) -> Any:
    """End the session behind the request and say so.

    A page of another site cannot do this to somebody: the cookie comes with steps that start at
    our own pages only.
    """
    session = sessions.behind(request.cookies.get(site.cookie, ""))
    if session is not None:
        sessions.end(session.id, "signed out")
    words = again or "Close this window if others use this computer."
    answer = plain.page("You are signed out", words, status=200, go=go)
    answer.delete_cookie(
        site.cookie, path="/", secure=site.secure, httponly=True, samesite="strict"
    )
    return answer
