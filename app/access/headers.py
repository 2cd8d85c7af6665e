"""What may a browser that opens the dashboard load, and from where?

Nothing but this server's own files. The same protective headers go on each answer,
those of a refusal included.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from access import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY, _COOKIE = b"content-security-policy", b"set-cookie"


def content_security_policy() -> str:
    """Return the policy under which a browser loads nothing but this server's own files.

    Streamlit's page has one inline script; its hash is taken from the file
    that is installed, since it changes with Streamlit's version.
    """
    hashes = " ".join(f"'sha256-{h}'" for h in _inline_script_hashes())
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Middleware that puts the same protective headers on each answer."""

    def __init__(self, app: ASGIApp, *, policy: str, https: bool = False) -> None:
        self.app, self.https = app, https
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        if https:
            self.headers.append((b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                message = {**message, "headers": self._with_ours(message.get("headers", []))}
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _with_ours(self, sent: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Put our headers in place of what was sent; only our plain pages may bring a policy."""
        sent = list(sent)
        kept = [(k, v) for k, v in sent if v == plain.POLICY.encode() and k.lower() == _POLICY]
        ours = [(k, v) for k, v in self.headers if not (kept and k == _POLICY)]
        names = {_POLICY, *(k for k, _ in ours)}
        others = [(k, v) for k, v in sent if k.lower() not in names]
        if self.https:
            others = [(k, _over_https_only(v) if k.lower() == _COOKIE else v) for k, v in others]
        return [*others, *kept, *ours]


def _over_https_only(cookie: bytes) -> bytes:
    """Have a cookie sent over https only; Streamlit's own says so only where it has the certificate."""
    said = {part.strip().lower() for part in cookie.split(b";")[1:]}
    return cookie if b"secure" in said else cookie + b"; Secure"


def _inline_script_hashes() -> list[str]:
    import streamlit  # noqa: PLC0415

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    without_comments = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", without_comments, flags=re.DOTALL)
    return [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    ]
