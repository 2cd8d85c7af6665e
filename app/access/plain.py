"""What does somebody see who is not let in?

Small pages of our own: no script, no file of the dashboard, one style of which the
policy names the hash. They say what was wanted, what was found and what to do.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

_STYLE = (
    "body{font:17px/1.5 system-ui,sans-serif;color:#0b0c0c;background:#fff;margin:0}"
    "header{background:#12436d;color:#fff;padding:10px 20px;font-weight:700}"
    "main{max-width:38em;padding:14px 20px}h1{font-size:26px;line-height:1.25;margin:12px 0}"
    "a.go,button{display:inline-block;background:#12436d;color:#fff;font:700 17px system-ui,"
    "sans-serif;padding:12px 20px;border:0;text-decoration:none;cursor:pointer}"
    "a.go:focus,button:focus{outline:3px solid #0b0c0c;outline-offset:2px;box-shadow:0 0 0 6px #fd0}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def page(
    heading: str,
    *words: str,
    status: int,
    go: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    on_to: str = "",
) -> HTMLResponse:
    """Give a plain page.

    Parameters
    ----------
    heading, words
        What is said; escaped here.
    status
        Of the answer.
    go
        The address and the words of one thing to do.
    headers
        Further ones.
    on_to
        An address of ours that the page goes on to by itself. Such a step starts at our own
        page, so the browser sends the session's cookie, which it keeps from steps that start
        elsewhere.
    """
    button = f'<p><a class="go" href="{escape(go[0])}">{escape(go[1])}</a></p>' if go else ""
    step = f'<meta http-equiv="refresh" content="0;url={escape(on_to)}">' if on_to else ""
    paragraphs = "".join(f"<p>{escape(w)}</p>" for w in words)
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">{step}<title>{escape(heading)} · csgeo</title>'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body>'
        f"<header>csgeo</header><main><h1>{escape(heading)}</h1>{paragraphs}{button}</main>"
        "</body></html>",
        status_code=status,
        headers={**(headers or {}), "content-security-policy": POLICY, "cache-control": "no-store"},
    )
