"""Whose is a file that was just made, and how often can it be fetched?

Once, within ten minutes, by the session that asked for it. It lies in memory, under a name of 256
random bits, and nowhere else. Whoever else asks (another session, a role that may not, a name that
was guessed, used or is too old) gets the same answer, which tells nothing.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import TYPE_CHECKING, NamedTuple

from access import matrix, plain, sessions

from csgeo.errors import StoreError

if TYPE_CHECKING:
    from access.here import Person
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

#: Where files are fetched; ``access.doors`` lets in who may take something away.
PATH = "/files"
LASTS_S = 10 * 60
#: What all files together, and those of one session, may take of the server's memory.
MOST_BYTES, MOST_OF_ONE = 200_000_000, 60_000_000
_NAME_BYTES = 32
_KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "gpkg": "application/geopackage+sqlite3",
    "zip": "application/zip",
}


class _Held(NamedTuple):
    name: str
    content: bytes
    session: str
    detail: str
    until: float


_HELD: dict[str, _Held] = {}
_LOCK = threading.Lock()


def offer(person: Person, name: str, content: bytes, *, detail: str = "protected") -> str:
    """Keep a file for the one who asked for it, and give the address that fetches it once.

    Parameters
    ----------
    person
        Who asked; no other session can fetch it.
    name
        How it is to be called where it is saved.
    content
        The file. What this session was offered before goes, the oldest first, where both do not
        fit.
    detail
        ``exact`` where it holds exact counts.

    Returns
    -------
    url
        From the server's root.

    Raises
    ------
    StoreError
        If it is larger than one session may have, or the files of others fill the memory.
    """
    size = len(content)
    if size > MOST_OF_ONE:
        msg = (
            f"A file to be taken away here may have at most {MOST_OF_ONE // 1_000_000} MB; this one "
            f"has {size / 1e6:.0f}. Take one format instead of all, or use `csgeo export`."
        )
        raise StoreError(msg)
    token = secrets.token_urlsafe(_NAME_BYTES)
    until = sessions.steady() + LASTS_S
    with _LOCK:
        _sweep()
        own = [t for t, h in _HELD.items() if h.session == person.session]
        while own and sum(len(_HELD[t].content) for t in own) + size > MOST_OF_ONE:
            del _HELD[own.pop(0)]
        if held_bytes() + size > MOST_BYTES:
            msg = (
                "Too many files wait to be fetched by others just now, and this one has no room. "
                "Nothing was kept of it. Try again in ten minutes."
            )
            raise StoreError(msg)
        _HELD[token] = _Held(name, content, person.session, detail, until)
    _sweep_later()
    return f"{PATH}/{token}"


def take(token: str, person: Person | None) -> tuple[str, bytes] | None:
    """Give name and content of a file to the one it was made for, and let go of it.

    Parameters
    ----------
    token
        The last part of the address.
    person
        Who the gate says is asking.

    Returns
    -------
    file
        None for anybody else, for another name, a second time, or too late.
    """
    with _LOCK:
        _sweep()
        held = _HELD.get(token)
        if held is None or person is None:
            return None
        own = hmac.compare_digest(held.session.encode(), person.session.encode())
        if not own or not matrix.may(person.role, "take_away", "export", held.detail):
            return None
        del _HELD[token]
    return held.name, held.content


def forget(session: str) -> None:
    """Let go of all files of a session, when it ends."""
    with _LOCK:
        for token in [t for t, h in _HELD.items() if h.session == session]:
            del _HELD[token]


def held_bytes() -> int:
    """Give how much of the server's memory the files take."""
    return sum(len(held.content) for held in list(_HELD.values()))


def routes() -> list[Route]:
    """Give the server's route to the files, for ``st.App(routes=...)``."""
    from starlette.routing import Route  # noqa: PLC0415 - a page needs none of it

    sessions.at_each_end(lambda session, _why: forget(session.id))
    return [Route(f"{PATH}/{{token}}", _fetched, methods=["GET", "HEAD"])]


async def _fetched(request: Request) -> Response:
    """Answer with the whole file, whatever part of it is asked for, or with the one refusal."""
    from starlette.responses import Response  # noqa: PLC0415

    if request.method == "HEAD":  # looking is not fetching: nothing is told, nothing is used up
        return Response(status_code=405, headers={"allow": "GET", "cache-control": "no-store"})
    person = getattr(request.state, "person", None)
    found = take(request.path_params["token"], person)
    if found is None:
        return plain.page(
            "This file is not here",
            "A file can be fetched once, within ten minutes, by the browser session that made it. "
            "Go back and make it again.",
            status=404,
            go=("/take_away", "Go to Take away"),
        )
    name, content = found
    return Response(
        content,
        media_type=_KINDS.get(name.rsplit(".", 1)[-1], "application/octet-stream"),
        headers={
            "content-disposition": f'attachment; filename="{_plain(name)}"',
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "accept-ranges": "none",
        },
    )


def _plain(name: str) -> str:
    """Keep of a name what a header can hold without ending it."""
    return "".join(c for c in name if (c.isascii() and c.isalnum()) or c in "-_.") or "csgeo"


def _sweep() -> None:
    """Let go of what nobody fetched in time."""
    now = sessions.steady()
    for token in [t for t, h in _HELD.items() if h.until <= now]:
        del _HELD[token]


def _sweep_later() -> None:
    """Sweep once this file's time is over, also where nobody asks any more."""
    timer = threading.Timer(LASTS_S + 1, _swept)
    timer.daemon = True
    timer.start()


def _swept() -> None:
    with _LOCK:
        _sweep()
