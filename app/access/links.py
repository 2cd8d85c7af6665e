"""How does the one person at this machine get in?

By an address that is printed where csgeo was started and that works once. A
token is kept as its digest only. When the last session is over and no unused
link is left, a new one is given, so that nobody is locked out.
"""

from __future__ import annotations

import hashlib
import secrets
import threading

_MOST_UNUSED = 50
_UNUSED: dict[str, None] = {}
_LOCK = threading.Lock()


def new_token() -> str:
    """Make a token that opens one session; of very many unused ones the oldest is forgotten."""
    token = secrets.token_urlsafe(32)
    with _LOCK:
        _UNUSED[_digest(token)] = None
        while len(_UNUSED) > _MOST_UNUSED:
            _UNUSED.pop(next(iter(_UNUSED)))
    return token


def use(token: str) -> bool:
    """Use a token up; False if it was used before or never was one."""
    with _LOCK:
        return _UNUSED.pop(_digest(token), False) is None


def unused() -> int:
    """Count the links that still open."""
    return len(_UNUSED)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
