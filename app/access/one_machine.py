"""Is this the person who started the dashboard on this machine?

Whoever can read where it was started can copy the printed address. It works once,
and is exchanged for a session.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse

from access import links, plain, sessions, written_down
from access.going_on import give_cookie
from access.leaving import signed_out

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from access.sessions import Session
    from access.site import Site

KIND = "one machine"
_TOKEN = "token"  # noqa: S105 - the name of a part of the address
_ANOTHER = (
    "Each address that csgeo prints works once. Go to the window where csgeo was started: a new "
    "address stands there when the last session has ended, or press Enter there for another one."
)


#: Where nothing is written down, nobody asks for a name.
NOBODY = "the person at this machine"


class OneMachine(NamedTuple):
    """The login of the one person at this machine."""

    site: Site
    role: str
    name: str = NOBODY

    async def answer(self, request: Request) -> Any:
        """Exchange a token for a session, or end the session."""
        if request.url.path == "/access/out":
            return signed_out(request, self.site, _ANOTHER)
        tokens = request.query_params.getlist(_TOKEN)
        if request.method != "GET" or not tokens:
            return None
        now = sessions.behind(request.cookies.get(self.site.cookie, ""))
        if len(tokens) == 1 and links.use(tokens[0]):
            return await asyncio.to_thread(self._let_in, request, now)
        if now is not None:  # the same link again, in the browser that it let in
            return RedirectResponse(_clean(request), 303)
        return plain.page("This address was used already", _ANOTHER, status=401)

    def _let_in(self, request: Request, before: Session | None) -> Any:
        written_down.signed_in(self.name, self.role, KIND)
        if before is not None:
            sessions.end(before.id, "signed in again")
        answer = RedirectResponse(_clean(request), 303)
        give_cookie(answer, self.site, sessions.begin(self.name, self.role, KIND))
        return answer

    def invitation(self, scope: Scope) -> Any:  # noqa: ARG002 - the same for all
        """Say where the address that opens is found."""
        return plain.page("You are not signed in", _ANOTHER, status=401)

    def confirmed(self, session: Session | None, scope: Scope) -> Session | None:  # noqa: ARG002
        """Give the session: the cookie is enough."""
        return session


def with_token(address: str, token: str) -> str:
    """Give the address that lets somebody in once."""
    return f"{address}/?{urlencode({_TOKEN: token})}"


def _clean(request: Request) -> str:
    """Give the address without its token; a path alone, so that it cannot lead elsewhere."""
    kept = [(k, v) for k, v in parse_qsl(request.url.query) if k != _TOKEN]
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode(kept)}" if kept else path
