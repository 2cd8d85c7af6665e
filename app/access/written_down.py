"""What does the journal say of who came in, who was refused and what they did?

The journal is the one of the secure side, or one of the server's own that the
settings name. Where there is none, nothing is written: on one machine without a
key. With any other login there must be one.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import TYPE_CHECKING

from csgeo.errors import StoreError
from csgeo.store.journal import Entry, verify_journal, write_entry

if TYPE_CHECKING:
    from csgeo.store.journal import Journal

LOG = logging.getLogger("csgeo.access")
_AGAIN = dt.timedelta(minutes=1)
_REFUSED: dict[tuple[str, str], dt.datetime] = {}
_LOCK = threading.Lock()
_KEPT: dict[str, Journal | None] = {"journal": None}


def keep_in(journal: Journal | None) -> None:
    """Say which journal this server writes to."""
    _KEPT["journal"] = journal


def kept() -> bool:
    """Say whether there is one."""
    return _KEPT["journal"] is not None


def write(
    did: str, what: str, name: str, at: dt.datetime, *, why: str = "", for_whom: str = ""
) -> None:
    """Write one entry, and come back when it is surely on the disk.

    Raises
    ------
    StoreError
        If it could not be written.
    RecipeError
        If something is missing, or the words say too much.
    """
    journal = _KEPT["journal"]
    if journal is None:
        return
    try:
        write_entry(journal, Entry(did, what, name, at, why, for_whom))
    except OSError as failed:
        msg = (
            "What happens must be written into the journal first, and the journal could not be "
            f"written ({failed.strerror or type(failed).__name__}). Nothing was done. Ask whoever runs this server."
        )
        raise StoreError(msg) from failed


def signed_in(name: str, role: str, login: str) -> None:
    """Write that somebody came in; what cannot be written does not happen."""
    write("signed in", f"as {role}, by {login}", name, dt.datetime.now(dt.UTC))


def signed_out(name: str, why: str) -> None:
    """Write that a session has ended, and why."""
    write("signed out", why, name, dt.datetime.now(dt.UTC))


def started(login: str) -> None:
    """Write that the server starts: what cannot write then does not start."""
    write(
        "verified",
        f"the journal can be written; the dashboard starts, login by {login}",
        "csgeo app",
        dt.datetime.now(dt.UTC),
    )


def refused(name: str, what: str) -> None:
    """Write that somebody was refused something; the same again within a minute is not written."""
    now = dt.datetime.now(dt.UTC)
    with _LOCK:
        last = _REFUSED.get((name, what))
        if last is not None and now - last < _AGAIN:
            return
        for old in [k for k, at in _REFUSED.items() if now - at >= _AGAIN]:
            del _REFUSED[old]
        _REFUSED[name, what] = now
    write("refused", what, name, now)


def revoked(name: str, whose: str) -> None:
    """Write that somebody ends another's session."""
    write("revoked", f"the session of {whose}", name, dt.datetime.now(dt.UTC))


def verdict(name: str) -> str:
    """Check the whole journal for somebody, write that down, and say what was found.

    Raises
    ------
    StoreError
        If there is none, or it could not be written.
    """
    journal = _KEPT["journal"]
    if journal is None:
        msg = "There is no journal to be checked: the settings name none."
        raise StoreError(msg)
    found = verify_journal(journal)
    said = f"{found.anchor.entries} entries, each as it was written."
    if not found.whole:
        said = f"The journal is not whole: {'; '.join(found.faults)}."
    else:
        write("verified", "the journal is whole", name, dt.datetime.now(dt.UTC))
    return said
