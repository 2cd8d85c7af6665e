"""Does the server in front of this one say who it is?

For a reverse proxy that asks people for their identity itself (a client certificate,
Kerberos, oauth2-proxy). It sends with each request:

- ``X-Csgeo-User``: who it is, up to 100 printable signs; exactly one such header.
- ``X-Csgeo-Roles``: what they are, parted by commas; [proxy.roles] of the settings says which value
  gives which role, and who has none is refused.
- ``X-Csgeo-Proxy-Secret``: the secret that both know, at least 32 signs.

The proxy must take every header away that begins with ``X-Csgeo-`` (and any spelling with
``_``) before it sets its own, pass ``Host`` on as the browser sent it, pass the websocket
``/_stcore/stream`` on with the same headers, and reach this server from one of ``peers``.
A request that lacks one of these, has one twice, or brings another ``X-Csgeo-`` header is not let
in. ``/healthz`` and ``/_stcore/health`` need none of them.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.datastructures import Headers

from access import leaving, plain, sessions, written_down
from access.going_on import WAY_IN, gone_in, invited, place_to_go
from access.roles import role_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from access.sessions import Session
    from access.settings import Proxy
    from access.site import Site

KIND = "proxy"
USER, ROLES, SECRET = "x-csgeo-user", "x-csgeo-roles", "x-csgeo-proxy-secret"
_LONGEST_NAME = 100


class Known(NamedTuple):
    """Somebody for whom the server in front vouches."""

    name: str
    role: str | None


class Proxied(NamedTuple):
    """The login by the word of the server in front."""

    site: Site
    told: Proxy

    async def answer(self, request: Request) -> Any:
        """Open a session for somebody for whom the proxy vouches, or end it."""
        if request.method != "GET" or request.url.path not in {leaving.OUT, WAY_IN}:
            return None
        way = self._out if request.url.path == leaving.OUT else self._in
        return await asyncio.to_thread(way, request)

    def _out(self, request: Request) -> Any:
        go = (WAY_IN, "Sign in again")
        if self.told.sign_out:
            go = (self.told.sign_out, "Sign out of your organisation too")
        return leaving.signed_out(request, self.site, go=go)

    def _in(self, request: Request) -> Any:
        known = self.vouched_for(request.scope)
        if known is None:
            return _not_through_the_proxy()
        if known.role is None:
            written_down.refused(known.name, "signing in: none of their groups has a role here")
            return no_role(known.name)
        before = sessions.behind(request.cookies.get(self.site.cookie, ""))
        to = place_to_go(request)
        answer, _ = gone_in(self.site, known.name, known.role, KIND, to, before=before)
        return answer

    def invitation(self, scope: Scope) -> Any:
        """Offer the way in to whom the proxy has let through."""
        return invited(scope) if self.vouched_for(scope) else _not_through_the_proxy()

    def confirmed(self, session: Session | None, scope: Scope) -> Session | None:
        """Give the session while the proxy says the same of the person with each request."""
        known = self.vouched_for(scope) if session is not None else None
        if session is None or known is None:
            return None
        same = known.name == session.name and known.role == session.role
        return session if same and session.login == KIND else None

    def vouched_for(self, scope: Scope) -> Known | None:
        """Read whom the proxy names; None unless all that it must say is there, once, and right."""
        headers = Headers(scope=scope)
        ours = [n for n in headers if n.replace("_", "-").startswith("x-csgeo-")]
        if sorted(ours) != sorted((USER, ROLES, SECRET)) or not self._from_a_peer(scope):
            return None
        given = headers[SECRET].encode("latin-1")
        if not hmac.compare_digest(given, self.told.secret.encode("utf-8")):
            return None
        name = headers[USER].strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            return None
        values = [v.strip() for v in headers[ROLES].split(",")]
        return Known(name, role_of(values, self.told.roles))

    def _from_a_peer(self, scope: Scope) -> bool:
        try:
            peer = ipaddress.ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        return any(peer in network for network in self.told.peers)


def no_role(name: str) -> Any:
    """Say to somebody who is known, and has no role here, what to do."""
    return plain.page(
        "You have no part in this dashboard",
        f"You are known as {name}, and none of your groups has a role here.",
        "Ask whoever runs this dashboard to give your group one.",
        status=403,
    )


def _not_through_the_proxy() -> Any:
    return plain.page(
        "You are not signed in",
        "This server is reached through another one, which asks who you are. Open the address that "
        "you were given.",
        status=401,
    )
