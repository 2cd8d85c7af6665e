"""What does the page itself do when the session ends?

Streamlit's page gets one script of ours, ``still.js``: it asks now and then whether the session
goes on, and clears the screen when it does not. So counts do not stay readable on a desk
that somebody has left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Scope, Send

_BEFORE = b"</head>"
_SCRIPT = b'<script src="/access/still.js" defer></script>'
#: What could make the answer a part, packed, or none at all.
_ASKING_LESS = {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range", b"if-range"}


def asked_whole(scope: Scope) -> Scope:
    """Give the request such that the page comes whole and unpacked."""
    return {**scope, "headers": [h for h in scope["headers"] if h[0].lower() not in _ASKING_LESS]}


def with_script(send: Send) -> Send:
    """Send the page on with our script in it."""
    start: Message = {}
    parts: list[bytes] = []

    async def send_on(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start":
            start = message
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = b"".join(parts)
        headers = MutableHeaders(scope=start)
        if headers.get("content-type", "").startswith("text/html"):
            body = body.replace(_BEFORE, _SCRIPT + _BEFORE, 1)
            headers["content-length"] = str(len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    return send_on
