"""How is a journal that was cut short made whole, and how does an anchor begin?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from csgeo.disclosure.journal import Anchor, Entry, check_journal
from csgeo.errors import StoreError
from csgeo.store.journal import Journal, kept_anchor, verify_journal, write_entry
from csgeo.store.turns import alone, put_whole

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


def mend_journal(journal: Journal, *, who: str, at: dt.datetime) -> Path | None:
    """Move a last line that is not whole into a file of its own, and write down that it was so.

    Such a line is left when the machine stops in the middle of a write. What it was about has
    not happened, because the write never came back.

    Parameters
    ----------
    journal
        Nothing but its unfinished end is touched.
    who, at
        Who mends it, and when.

    Returns
    -------
    aside
        Where the unfinished bytes are kept; None if there were none.

    Raises
    ------
    StoreError
        If anything else is wrong: that is not mended, it is looked into.
    """
    with alone(journal.path):
        content = journal.path.read_bytes() if journal.path.is_file() else b""
        whole = content[: content.rfind(b"\n") + 1]
        verdict = check_journal(whole, journal.keys, anchor=kept_anchor(journal))
        if not verdict.whole:
            msg = f"The journal must be whole but for its last line; {verdict.faults[0]}."
            raise StoreError(msg)
        unfinished = content[len(whole) :]
        if not unfinished:
            return None
        aside = journal.path.with_name(
            f"{journal.path.stem}.unfinished-{verdict.anchor.entries + 1:06d}"
        )
        put_whole(aside, unfinished)
        with journal.path.open("r+b") as file:
            file.truncate(len(whole))
            os.fsync(file.fileno())
    write_entry(
        journal,
        Entry("mended", f"an unfinished last line was moved to {aside.name}", who, at),
    )
    return aside


def begin_anchor(journal: Journal, *, who: str, at: dt.datetime) -> Anchor:
    """Write the first anchor of a journal that has entries already, and write down that it was so.

    Parameters
    ----------
    journal
        With an anchor file that does not exist yet.
    who, at
        Who begins it, and when.

    Returns
    -------
    anchor
        Of the journal with that entry.

    Raises
    ------
    StoreError
        If there is an anchor, none is named, or the journal is not what was written.
    """
    if journal.anchor is None or journal.anchor.exists():
        msg = (
            "An anchor can begin where a file is named for it and is not there yet. Set "
            "CSGEO_JOURNAL_ANCHOR to a new file; one that is there is never written over by this."
        )
        raise StoreError(msg)
    verdict = verify_journal(Journal(journal.path, journal.keys))
    if not verdict.whole:
        msg = f"The journal must be whole before its anchor begins; {verdict.faults[0]}."
        raise StoreError(msg)
    with alone(journal.path):
        put_whole(journal.anchor, f"{verdict.anchor}\n".encode("ascii"))
    said = f"an anchor begins at entry {verdict.anchor.entries}; none was kept before"
    return write_entry(journal, Entry("mended", said, who, at))
