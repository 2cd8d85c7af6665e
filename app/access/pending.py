"""Who has gone to the provider and is not back yet?

What was agreed for one sign-in (state, nonce, the verifier of PKCE) stays at this server; the
browser holds a name for it, for ten minutes. It is taken out when the browser comes back, so
that no answer of a provider is taken twice, nor from another browser.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from typing import Any, NamedTuple

from access.sessions import steady

LASTS_S = 600
_MOST = 1000


class Agreed(NamedTuple):
    """What was agreed, where to come out, and when that was."""

    data: dict[str, Any]
    to: str
    since: float


_WAITING: dict[str, Agreed] = {}
_LOCK = threading.Lock()


def wait_for(data: dict[str, Any], to: str) -> str:
    """Keep what was agreed, and give the name for it; of very many the oldest is forgotten."""
    name = secrets.token_urlsafe(32)
    with _LOCK:
        _WAITING[_digest(name)] = Agreed(data, to, steady())
        while len(_WAITING) > _MOST:
            _WAITING.pop(next(iter(_WAITING)))
    return name


def back(name: str) -> Agreed | None:
    """Take out what was agreed; None if there is nothing, or not any more."""
    with _LOCK:
        agreed = _WAITING.pop(_digest(name), None)
    if agreed is None or steady() - agreed.since > LASTS_S:
        return None
    return agreed


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()
