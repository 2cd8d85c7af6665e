"""Where is the journal kept, and can an entry get lost?

An entry is on the disk before whatever it is about may happen: the one who calls
waits, and a journal that cannot be written stops the export. Several processes
take turns by a lock; the anchor is renewed after each entry.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from csgeo.disclosure.journal import (
    START,
    Anchor,
    Entry,
    Verdict,
    anchor_from,
    check_journal,
    last_anchor,
    seal_entry,
)
from csgeo.disclosure.pseudonyms import new_key_file, read_keys
from csgeo.errors import StoreError
from csgeo.store.turns import alone, put_whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from csgeo.disclosure.pseudonyms import Keys

_CHUNK = 65_536


__all__ = [
    "Anchor",
    "Entry",
    "Journal",
    "Verdict",
    "anchor_from",
    "journal_at",
    "mend_journal",
    "new_key_file",
    "recorder",
    "verify_journal",
    "write_entry",
]


@dataclass(frozen=True)
class Journal:
    """A journal on the secure side: its file, its keys, and the file of its anchor elsewhere.

    ``anchor`` belongs where those who can write to ``path`` cannot: another account, a share that
    only adds, a printed page. Without it a lost end cannot be seen.
    """

    path: Path
    keys: Keys
    anchor: Path | None = None


def write_entry(journal: Journal, entry: Entry) -> Anchor:
    """Add an entry, and give the new anchor once it is surely on the disk.

    Parameters
    ----------
    journal
        Made with its first entry.
    entry
        What is about to happen, or has happened.

    Returns
    -------
    anchor
        To be printed with what leaves.

    Raises
    ------
    RecipeError
        If the entry is incomplete or says too much.
    StoreError
        If it could not be written, another process holds the journal for ten seconds, its last
        line is not whole, or it is shorter than its anchor. Nothing may leave then.
    """
    with alone(journal.path):
        fd = os.open(journal.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(fd).st_size
            before = _where_it_ends(fd, size, journal)
            line = seal_entry(entry, before, journal.keys)
            _append(fd, size, line)
        finally:
            os.close(fd)
        after = last_anchor(line[:-1], journal.keys)
        if journal.anchor is not None:
            put_whole(journal.anchor, f"{after}\n".encode("ascii"))
    return after


def verify_journal(journal: Journal, *, anchor: Anchor | None = None) -> Verdict:
    """Say whether the journal is what was written.

    Parameters
    ----------
    journal
        The file is read whole.
    anchor
        One that was kept elsewhere; else the one in the journal's anchor file.

    Raises
    ------
    StoreError
        If there is no journal, or the anchor cannot be read.
    """
    anchor = anchor or _kept_anchor(journal)
    if not journal.path.is_file():
        msg = (
            f"There is no journal {journal.path.name}. If there was one, it was taken away: bring it "
            "back from its copy."
        )
        raise StoreError(msg)
    return check_journal(journal.path.read_bytes(), journal.keys, anchor=anchor)


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
        verdict = check_journal(whole, journal.keys, anchor=_kept_anchor(journal))
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


def recorder(journal: Journal, *, who: str, at: dt.datetime) -> Callable[[Mapping[str, str]], None]:
    """Give what the release door calls before anything leaves (``make_release(record=...)``).

    Parameters
    ----------
    journal
        Gets one entry, ``released``.
    who, at
        Who asks for the release, and when.
    """

    def record(said: Mapping[str, str]) -> None:
        audience = said.get("audience", "")
        what = "; ".join(said[name] for name in ("what", "period") if said.get(name))
        write_entry(
            journal,
            Entry(
                "released", f"{what}; for {audience}", who, at,
                said.get("purpose") or "as the recipe says", said.get("recipient") or audience,
            ),
        )  # fmt: skip

    return record


def _where_it_ends(fd: int, size: int, journal: Journal) -> Anchor:
    """Find the last entry, and refuse to write after an end that is broken or lost."""
    kept = _kept_anchor(journal)
    if size == 0:
        ends = Anchor(0, START)
    else:
        tail = _last_bytes(fd, size)
        if not tail.endswith(b"\n"):
            msg = (
                f"The last line of {journal.path.name} is not whole: a write was cut short. Run "
                "`csgeo journal mend`, which keeps it apart and says so in the journal."
            )
            raise StoreError(msg)
        ends = last_anchor(tail[:-1].rsplit(b"\n", 1)[-1], journal.keys)
    if kept and (ends.entries < kept.entries or (ends.entries == kept.entries and ends != kept)):
        msg = (
            f"{journal.path.name} must hold the {kept.entries} entries that its anchor knows; it ends "
            f"with number {ends.entries}, or another one. Run `csgeo journal verify`; nothing leaves "
            "before this is understood."
        )
        raise StoreError(msg)
    return ends


def _last_bytes(fd: int, size: int) -> bytes:
    """Read from the end as much as the longest line can be."""
    start = max(0, size - _CHUNK)
    os.lseek(fd, start, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as file:
        return file.read()


def _append(fd: int, size: int, line: bytes) -> None:
    """Write a line whole and wait for the disk, or leave the file as it was."""
    try:
        written = os.write(fd, line)
        if written != len(line):
            msg = f"only {written} of {len(line)} bytes could be written"
            raise OSError(msg)
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, size)
        raise


def _kept_anchor(journal: Journal) -> Anchor | None:
    if journal.anchor is None or not journal.anchor.is_file():
        return None
    return anchor_from(journal.anchor.read_text(encoding="ascii", errors="replace"))


def journal_at(secure: Path, *, key: str | None, anchor: str | None) -> Journal | None:
    """Give the journal of a study, where the door was told of a key.

    Parameters
    ----------
    secure
        The secure folder of the study; the journal is ``journal.jsonl`` in it.
    key
        The key file, which must not lie in the secure folder; made by
        :func:`csgeo.disclosure.pseudonyms.new_key_file`, for the journal alone.
    anchor
        The file of the anchor; best where those who write the journal cannot write.

    Returns
    -------
    journal
        None if there is no key: then nothing can be written down, and the door says so.

    Raises
    ------
    WeakKey
        If the key could be read by others, or lies with the data or in a repository.
    """
    if not key:
        return None
    keys = read_keys(Path(key), apart_from=[secure])
    return Journal(secure / "journal.jsonl", keys, Path(anchor) if anchor else None)
