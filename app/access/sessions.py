"""Who is signed in, since when, and until when?

A session lives in this process alone. The browser holds 256 random bits in a
cookie; here only their digest is kept, so that no list, log or dump holds what
opens a session. It ends after 15 minutes without a word from the browser, after
8 hours, when the identity behind it expires, or when somebody ends it; whatever
was opened under it (a websocket) is told at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable

IDLE_S = 15 * 60
LONGEST_S = 8 * 60 * 60
_BYTES = 32


class Session(NamedTuple):
    """Somebody who is signed in; ``id`` is no secret, the cookie that it is the digest of is."""

    id: str
    name: str
    role: str
    login: str
    since: dt.datetime
    expires: float | None = None


class Person(NamedTuple):
    """Somebody who is signed in, as pages know them: ``session`` is the id, no secret."""

    name: str
    role: str
    session: str


#: Set by the gate on what it lets in, after every copy that a client sent has been taken away.
SESSION_HEADER = "x-csgeo-session"


@dataclass(frozen=True)
class _Kept:
    session: Session
    began: float
    heard: float
    tell: dict[object, Callable[[], None]] = field(default_factory=dict)


_KEPT: dict[str, _Kept] = {}
_LIMITS = {"idle": float(IDLE_S), "longest": float(LONGEST_S)}
_LOCK = threading.RLock()
#: Whose each session of Streamlit's own is: a browser names it when it comes back, and in uploads.
_SEATS: dict[str, str] = {}
#: Called with each session that has ended, and why.
_HOOKS: list[Callable[[Session, str], None]] = []


def steady() -> float:
    """Give the seconds of a clock that nobody can set back and that goes on while a laptop sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def limit(*, idle_s: float = IDLE_S, longest_s: float = LONGEST_S) -> None:
    """Make sessions shorter than they need be; longer is refused.

    Raises
    ------
    RecipeError
        If a limit is not above 0 or is longer than 15 minutes or 8 hours.
    """
    asked = (("idle", idle_s, IDLE_S, "15 minutes"), ("longest", longest_s, LONGEST_S, "8 hours"))
    for name, seconds, most, words in asked:
        if not 0 < seconds <= most:
            msg = f"The {name} time of a session must be above 0 and at most {words}; it is {seconds} s."
            raise RecipeError(msg)
        _LIMITS[name] = float(seconds)


def begin(name: str, role: str, login: str, *, expires: float | None = None) -> str:
    """Open a session, and give the cookie that opens it again.

    Parameters
    ----------
    name, role
        Of the person.
    login
        The kind of login that vouches for them.
    expires
        When the identity itself expires, in seconds since 1970.
    """
    cookie = secrets.token_urlsafe(_BYTES)
    session = Session(id_of(cookie), name, role, login, dt.datetime.now(dt.UTC), expires)
    now = steady()
    with _LOCK:
        _KEPT[session.id] = _Kept(session, now, now)
    return cookie


def behind(cookie: str) -> Session | None:
    """Find the session that a cookie opens; one that is over is ended here."""
    return known(id_of(cookie)) if cookie else None


def known(id_: str) -> Session | None:
    """Find a session by its id, if it is not over."""
    with _LOCK:
        kept = _KEPT.get(id_)
    if kept is None:
        return None
    why = _over(kept)
    if why:
        end(id_, why)
        return None
    return kept.session


def heard(id_: str) -> None:
    """Write down that the browser has said something."""
    with _LOCK:
        if id_ in _KEPT:
            _KEPT[id_] = replace(_KEPT[id_], heard=steady())


def seconds_left(id_: str) -> float:
    """Give the seconds until the session is over if nothing more is heard; 0 if it is."""
    with _LOCK:
        kept = _KEPT.get(id_)
    if kept is None:
        return 0.0
    now = steady()
    left = [kept.heard + _LIMITS["idle"] - now, kept.began + _LIMITS["longest"] - now]
    if kept.session.expires is not None:
        left.append(kept.session.expires - time.time())
    return max(0.0, min(left))


def end(id_: str, why: str) -> bool:
    """End a session at once, and tell all that was opened under it; False if there was none."""
    with _LOCK:
        kept = _KEPT.pop(id_, None)
        for seat in [s for s, owner in _SEATS.items() if owner == id_]:
            del _SEATS[seat]
    if kept is None:
        return False
    for tell in list(kept.tell.values()):
        tell()
    for hook in _HOOKS:
        hook(kept.session, why)
    return True


def end_those_over() -> None:
    """End each session whose time has come, also where no browser asks any more."""
    for session in signed_in():
        known(session.id)


def signed_in() -> list[Session]:
    """List the sessions, the oldest first."""
    with _LOCK:
        return sorted((k.session for k in _KEPT.values()), key=lambda s: s.since)


def tell_at_end(id_: str, key: object, tell: Callable[[], None]) -> bool:
    """Have `tell` called when the session ends; False if it is over already."""
    with _LOCK:
        kept = _KEPT.get(id_)
        if kept is not None:
            kept.tell[key] = tell
    return kept is not None


def tell_no_more(id_: str, key: object) -> None:
    """Take back what :func:`tell_at_end` was asked."""
    with _LOCK:
        if id_ in _KEPT:
            _KEPT[id_].tell.pop(key, None)


def at_each_end(hook: Callable[[Session, str], None]) -> None:
    """Have `hook` called with each session that ends, and why."""
    _HOOKS.append(hook)


def sits(streamlit_id: str, id_: str) -> None:
    """Write down whose a session of Streamlit's own is; the first one who sat down stays."""
    with _LOCK:
        if id_ in _KEPT:
            _SEATS.setdefault(streamlit_id, id_)


def whose(streamlit_id: str) -> str:
    """Give the id of the session that a session of Streamlit's own belongs to, or nothing."""
    return _SEATS.get(streamlit_id, "")


def _over(kept: _Kept) -> str:
    now = steady()
    if kept.session.expires is not None and time.time() >= kept.session.expires:
        return "the identity expired"
    if now - kept.began >= _LIMITS["longest"]:
        return "the longest time was over"
    if now - kept.heard >= _LIMITS["idle"]:
        return "nothing was done for too long"
    return ""


def id_of(cookie: str) -> str:
    """Give the id of the session that a cookie would open."""
    return hashlib.sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest()[:32]
