"""What does the journal say of who came in, who was refused and what they did?

The journal is the one of the secure side, or one of the server's own that the
settings name. Where there is none, nothing is written: on one machine without a
key. With any other login there must be one.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from csgeo.errors import StoreError
from csgeo.store.journal import Entry, write_entry

if TYPE_CHECKING:
    from csgeo.store.journal import Journal

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


def refused(name: str, what: str) -> None:
    """Write that somebody was refused something."""
    write("refused", what, name, dt.datetime.now(dt.UTC))


def revoked(name: str, whose: str) -> None:
    """Write that somebody ends another's session."""
    write("revoked", f"the session of {whose}", name, dt.datetime.now(dt.UTC))
