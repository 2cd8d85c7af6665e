"""Does the organisation's identity provider know this person?

OpenID Connect, code flow with PKCE, state and nonce, by Authlib. It stands in
front of Streamlit, whose own login would ask only once the page is running.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from access import leaving, pending, plain, sessions, written_down
from access.going_on import WAY_IN, gone_in, invited, place_to_go
from access.identity import LEEWAY_S, NotTrusted, called, trusted_claims, trusted_metadata
from access.proxied import no_role
from access.roles import role_of
from csgeo.errors import CsgeoError, RecipeError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from access.sessions import Session
    from access.settings import Oidc
    from access.site import Site

KIND = "oidc"
#: Where the provider sends the browser back to; to be registered there.
BACK = "/access/back"
_SECONDS = 10.0
_LOG = logging.getLogger("csgeo.access")


class ByProvider:
    """The login at an identity provider."""

    def __init__(self, site: Site, public: str, told: Oidc) -> None:
        self.site, self.told = site, told
        self.back = public.rstrip("/") + BACK
        self.client = _client(told)
        self.leave: dict[str, str] = {}
        sessions.at_each_end(lambda session, _why: self.leave.pop(session.id, None))

    @property
    def _cookie(self) -> str:
        return f"{self.site.cookie}-signing-in"

    async def answer(self, request: Request) -> Any:
        """Answer what is part of signing in and out."""
        if request.method != "GET":
            return None
        path = request.url.path
        if path == leaving.OUT:
            return await asyncio.to_thread(self._signed_out, request)
        if path not in {WAY_IN, BACK}:
            return None
        try:
            return await (self._there(request) if path == WAY_IN else self._back_again(request))
        except CsgeoError:
            raise
        except Exception as failed:  # noqa: BLE001 - whatever a provider answers, nobody comes in by it
            _LOG.warning("sign-in refused: %s", _said(failed))
            return _try_again()

    def invitation(self, scope: Scope) -> Any:
        """Offer the way to the provider."""
        return invited(scope)

    def confirmed(self, session: Session | None, scope: Scope) -> Session | None:  # noqa: ARG002
        """Give the session if this login opened it."""
        return session if session is not None and session.login == KIND else None

    async def _there(self, request: Request) -> Any:
        """Send the browser to the provider."""
        await self._know_the_provider()
        data: dict[str, Any] = {}
        request.scope["session"] = data
        answer = await self.client.authorize_redirect(request, self.back)
        answer.set_cookie(
            self._cookie, pending.wait_for(data, place_to_go(request)), max_age=pending.LASTS_S,
            httponly=True, samesite="lax", secure=self.site.secure, path="/",
        )  # fmt: skip
        answer.headers["cache-control"] = "no-store"
        return answer

    async def _back_again(self, request: Request) -> Any:
        """Take the provider's answer, and open a session on it."""
        agreed = pending.back(request.cookies.get(self._cookie, ""))
        if agreed is None:
            msg = "this browser has begun no sign-in"
            raise NotTrusted(msg)
        metadata = await self._know_the_provider()
        if request.query_params.get("iss", self.told.issuer) != self.told.issuer:
            msg = "another provider has answered"  # RFC 9207
            raise NotTrusted(msg)
        request.scope["session"] = agreed.data
        nonce = _nonce(agreed.data)
        token = await self.client.authorize_access_token(request, leeway=LEEWAY_S)
        claims = trusted_claims(
            token.get("userinfo"),
            issuer=self.told.issuer,
            client_id=self.told.client_id,
            nonce=nonce,
        )
        claims = await self._with_groups(claims, token, metadata)
        return await asyncio.to_thread(self._come_in, request, claims, token["id_token"], agreed.to)

    async def _know_the_provider(self) -> dict[str, Any]:
        metadata = trusted_metadata(await self.client.load_server_metadata(), self.told.issuer)
        self.client.server_metadata.update(metadata)
        return metadata

    async def _with_groups(
        self, claims: dict[str, Any], token: dict[str, Any], metadata: dict[str, Any]
    ) -> dict[str, Any]:
        """Ask for the groups where the identity does not hold them; of the same person only."""
        if self.told.claim in claims or not metadata.get("userinfo_endpoint"):
            return claims
        more = dict(await self.client.userinfo(token=token))
        if more.get("sub") != claims["sub"]:
            msg = "the provider spoke of somebody else"
            raise NotTrusted(msg)
        return {**more, **claims}

    def _come_in(self, request: Request, claims: dict[str, Any], id_token: str, to: str) -> Any:
        name = called(claims, self.told.name_claim)
        role = role_of(claims.get(self.told.claim), self.told.roles)
        if role is None:
            written_down.refused(name, "signing in: none of their groups has a role here")
            return no_role(name)
        before = sessions.behind(request.cookies.get(self.site.cookie, ""))
        answer, id_ = gone_in(
            self.site, name, role, KIND, to, before=before, expires=float(claims["exp"])
        )
        answer.delete_cookie(self._cookie, path="/", secure=self.site.secure, httponly=True)
        self.leave[id_] = id_token
        return answer

    def _signed_out(self, request: Request) -> Any:
        session = sessions.behind(request.cookies.get(self.site.cookie, ""))
        id_token = self.leave.get(session.id, "") if session else ""
        where = self.client.server_metadata.get("end_session_endpoint")
        go = (WAY_IN, "Sign in again")
        if where and id_token:
            at = f"{where}{'&' if '?' in where else '?'}id_token_hint={id_token}"
            go = (at, "Sign out of your organisation too")
        return leaving.signed_out(request, self.site, go=go)


def _client(told: Oidc) -> Any:
    try:
        from authlib.integrations.starlette_client import OAuth  # noqa: PLC0415 - only this login needs it
    except ModuleNotFoundError as missing:
        msg = (
            f"The login `oidc` needs the package {missing.name}, which is not installed. Install csgeo "
            "again with all that its lock names."
        )
        raise RecipeError(msg) from missing
    return OAuth().register(
        "provider",
        client_id=told.client_id,
        client_secret=told.client_secret,
        server_metadata_url=told.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": told.scopes,
            "code_challenge_method": "S256",
            "timeout": _SECONDS,
        },
    )


def _nonce(data: dict[str, Any]) -> str:
    return next((str(kept["data"].get("nonce", "")) for kept in data.values()), "")


def _said(failed: Exception) -> str:
    """Say what was wrong without any part of a token: an own message, else the kind alone."""
    return str(failed) if isinstance(failed, NotTrusted) else type(failed).__name__


def _try_again() -> Any:
    return plain.page(
        "You could not be signed in",
        "The answer of your organisation's sign-in could not be used. It works once, within ten "
        "minutes, and in the browser in which it was begun.",
        "Sign in again. If this stays so, tell whoever runs this dashboard.",
        status=400,
        go=(WAY_IN, "Sign in again"),
    )
