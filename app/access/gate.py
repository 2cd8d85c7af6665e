"""May this request in?

The outermost layer of the server but for the headers: nothing behind it (a page,
a script, a component, a stored file, an upload, the websocket, a route of our
own) is reached by somebody whom it has not let in. What it does not know it
refuses.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from access import matrix, page_shell, plain, sessions, site, written_down
from access.connection import held
from access.doors import OPEN, PAGES, PUBLIC, Verdict, allowed
from access.sessions import SESSION_HEADER, Person
from csgeo.errors import CsgeoError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from access.logins import Login
    from access.sessions import Session
    from access.site import Site

_OURS = b"x-csgeo-"
_FORBIDDEN = 403


class Gate:
    """The ASGI layer that stands before everything else."""

    def __init__(self, app: ASGIApp, *, site: Site, login: Login) -> None:
        self.app, self.site, self.login = app, site, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        if path in PUBLIC and method in {"GET", "HEAD"}:
            await self.app(without_ours(scope), receive, send)
            return
        if not site.named(self.site, headers.getlist("host")):
            await _answer(scope, receive, send, _other_name())
            return
        request = Request(scope, receive)
        try:
            answer = await self.login.answer(request)
            session = None if answer is not None else self._session(scope)
        except CsgeoError as failed:
            answer, session = _failed(failed), None
        if answer is None:
            answer = self._refusal(scope, session)
            if answer is not None and session is not None:
                await asyncio.to_thread(_write_down, session, scope, answer.status_code)
        if answer is not None:
            await _answer(scope, receive, send, answer)
            return
        assert session is not None  # noqa: S101 - for the type checker: a refusal stands otherwise
        if path not in OPEN:
            sessions.heard(session.id)
        let_in, kept = _let_in(scope, session), _not_kept(send, path)
        if path in PAGES and method == "GET":
            let_in, kept = page_shell.asked_whole(let_in), page_shell.with_script(kept)
        await self.app(let_in, receive, kept)

    def _refusal(self, scope: Scope, session: Session | None) -> Any:
        if session is None:
            return self.login.invitation(scope)
        method, path = scope["method"], scope["path"]
        headers = Headers(scope=scope)
        verdict = allowed(session, method, path)
        if verdict is Verdict.UNKNOWN:
            return plain.page(
                "There is no such page",
                "The address may be mistyped, or from another version.",
                status=404,
                go=("/", "Go to the places"),
            )
        if verdict is Verdict.NO:
            return plain.page(
                "This is not open to you",
                f"You are signed in as {session.role}, and a {session.role} may not see this. Ask "
                "whoever runs this dashboard if your work needs it.",
                status=403,
                go=("/", "Go to the places"),
            )
        if method not in {"GET", "HEAD"} and not site.from_our_page(
            self.site, headers.getlist("origin")
        ):
            return plain.page(
                "This did not come from our page",
                "Another page asked for it. Nothing was changed.",
                status=403,
            )
        return None

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        ours = site.named(self.site, headers.getlist("host")) and site.from_our_page(
            self.site, headers.getlist("origin")
        )
        session = self._session(scope) if ours else None
        if session is None or allowed(session, "WEBSOCKET", scope["path"]) is not Verdict.YES:
            await receive()
            await _turn_away(scope, send, 401 if ours and session is None else 403)
            return
        await held(self.app, _let_in(_own_seat(scope, session), session), receive, send, session.id)

    def _session(self, scope: Scope) -> Session | None:
        """Find the session that the request's cookie opens, and that still fits the login."""
        cookies = [
            value
            for line in Headers(scope=scope).getlist("cookie")
            for name, _, value in (part.strip().partition("=") for part in line.split(";"))
            if name == self.site.cookie
        ]
        # two of one name: somebody else may have put one there
        session = sessions.behind(cookies[0]) if len(cookies) == 1 else None
        return self.login.confirmed(session, scope)


def without_ours(scope: Scope) -> Scope:
    """Give the request without any header that only the gate may set."""
    kept = [(k, v) for k, v in scope["headers"] if not _is_ours(k)]
    return {**scope, "headers": kept}


def _is_ours(name: bytes) -> bool:
    # a server may read `_` in a name as `-`
    return name.lower().replace(b"_", b"-").startswith(_OURS)


def _let_in(scope: Scope, session: Session) -> Scope:
    """Say to what lies behind who asks."""
    clean = without_ours(scope)
    clean["headers"] = [*clean["headers"], (SESSION_HEADER.encode(), session.id.encode())]
    person = Person(session.name, session.role, session.id)
    clean["state"] = {**scope.get("state", {}), "person": person}
    return clean


def _own_seat(scope: Scope, session: Session) -> Scope:
    """Take the name of an earlier session of Streamlit's out unless it was this person's."""
    name = b"sec-websocket-protocol"
    said = b",".join(v for k, v in scope["headers"] if k.lower() == name).decode("latin-1")
    parts = [p.strip() for p in said.split(",")] if said else []
    if len(parts) > 2 and sessions.whose(parts[2]) != session.id:
        parts = parts[:2]
    others = [(k, v) for k, v in scope["headers"] if k.lower() != name]
    again = [(name, ", ".join(parts).encode("latin-1"))] if parts else []
    return {**scope, "headers": [*others, *again], "subprotocols": [p for p in parts if p]}


def _not_kept(send: Send, path: str) -> Send:
    """Have no browser and no server in between keep an answer, but for Streamlit's own files."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            files = path.startswith("/static/") and message["status"] == 200
            headers["cache-control"] = "private, max-age=86400" if files else "no-store"
        await send(message)

    return send_on


async def _answer(scope: Scope, receive: Receive, send: Send, answer: Any) -> None:
    await answer(scope, receive, send)


async def _turn_away(scope: Scope, send: Send, status: int) -> None:
    """Refuse a websocket before it is accepted."""
    if "websocket.http.response" in scope.get("extensions", {}):
        start = {"type": "websocket.http.response.start", "status": status}
        await send(
            {
                **start,
                "headers": [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")],
            }
        )
        await send({"type": "websocket.http.response.body", "body": b"not let in"})
    else:
        await send({"type": "websocket.close", "code": 1008})


def _write_down(session: Session, scope: Scope, status: int) -> None:
    """Write that somebody who is signed in was refused a page or a file; it is refused in any case."""
    if status != _FORBIDDEN:
        return
    what = next(iter(scope["path"].strip("/").split("/")))
    named = what if what in {*matrix.PAGES, "files", "media"} else "something"
    try:
        written_down.refused(session.name, f"{scope['method']} {named}, as {session.role}")
    except CsgeoError:
        written_down.LOG.exception("a refusal could not be written into the journal")


def _other_name() -> Any:
    return plain.page(
        "This is not the address of this server",
        "The request asked for another name. Open the address that you were given.",
        status=421,
    )


def _failed(why: CsgeoError) -> Any:
    return plain.page("You could not be signed in", str(why), status=503)
