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
    entries_in,
    last_anchor,
    seal_entry,
)
from csgeo.disclosure.pseudonyms import new_key_file, read_keys
from csgeo.errors import StoreError
from csgeo.store.turns import alone, hold_name, put_whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from typing import Any

    from csgeo.disclosure.pseudonyms import Keys

_CHUNK = 65_536
#: The journal's name in the secure folder of a study.
JOURNAL_FILE = "journal.jsonl"


__all__ = [
    "JOURNAL_FILE",
    "Anchor",
    "Entry",
    "Journal",
    "Verdict",
    "anchor_from",
    "journal_at",
    "journal_entries",
    "kept_anchor",
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
            if size == 0:
                hold_name(journal.path)  # or a crash could take the new file's name away
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
    anchor = anchor or kept_anchor(journal)
    return check_journal(_content(journal), journal.keys, anchor=anchor)


def journal_entries(journal: Journal) -> list[dict[str, Any]]:
    """Give the entries that hold, in their order, for people to read.

    Raises
    ------
    StoreError
        If there is no journal. What is wrong with one is said by :func:`verify_journal`.
    """
    return entries_in(_content(journal), journal.keys)


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


def _content(journal: Journal) -> bytes:
    if not journal.path.is_file():
        msg = (
            f"There is no journal {journal.path.name}. If there was one, it was taken away: bring it "
            "back from its copy."
        )
        raise StoreError(msg)
    return journal.path.read_bytes()


def _where_it_ends(fd: int, size: int, journal: Journal) -> Anchor:
    """Find the last entry, and refuse to write after an end that is broken or lost."""
    kept = kept_anchor(journal)
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


def kept_anchor(journal: Journal) -> Anchor | None:
    """Give the anchor that the anchor file holds; None if no file is named, or nothing is written yet.

    Raises
    ------
    StoreError
        If the file is gone or cannot be read although the journal has entries: without it a lost
        end could not be seen.
    """
    if journal.anchor is None:
        return None
    if journal.anchor.is_file():
        return anchor_from(journal.anchor.read_text(encoding="ascii", errors="replace"))
    if not journal.path.is_file() or b"\n" not in journal.path.read_bytes():
        return None
    msg = (
        f"The anchor {journal.anchor.name} is not there, but {journal.path.name} has entries, so a lost "
        "end could not be seen. Bring the anchor back; if there never was one, look at the journal "
        "(`csgeo journal show`), then `csgeo journal anchor --who AB` begins it."
    )
    raise StoreError(msg)


def journal_at(
    secure: Path | None, *, key: str | None, anchor: str | None, file: str | None = None
) -> Journal | None:
    """Give the journal of a study, or the one that the door was told of; None without a key.

    Parameters
    ----------
    secure
        The secure folder of the study; the journal is ``journal.jsonl`` in it. None where there
        is none, as on a server that holds releases only.
    key
        The key file, which must not lie in the secure folder; made by
        :func:`csgeo.disclosure.pseudonyms.new_key_file`, for the journal alone.
    anchor
        The file of the anchor; best where those who write the journal cannot write.
    file
        Another file for the journal: one for all that is done on a machine.

    Returns
    -------
    journal
        None if there is no key: then nothing can be written down, and the door says so.

    Raises
    ------
    WeakKey
        If the key could be read by others, or lies with the data or in a repository.
    StoreError
        If a key is given and neither a folder nor a file.
    """
    if not key:
        return None
    path = Path(file) if file else (secure / JOURNAL_FILE if secure else None)
    if path is None:
        msg = (
            "A key of the journal is named, and no journal. Set CSGEO_JOURNAL to its file, or name a "
            "recipe: then it lies in the recipe's secure folder."
        )
        raise StoreError(msg)
    apart = [folder for folder in (secure, path.parent) if folder]
    return Journal(path, read_keys(Path(key), apart_from=apart), Path(anchor) if anchor else None)
