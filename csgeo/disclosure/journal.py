"""Who did what with the data, when, why and for whom?

Each entry is one line of JSON that is sealed by HMAC-SHA-256 over itself and the
seal of the entry before it. A change, a missing line or another order breaks the
chain; an anchor (count and last seal) that is kept elsewhere shows a lost end.
What is written follows section 62 of the Data Protection Act 2018.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from csgeo.disclosure.entries import ACTIONS, ACTS, Entry, check_entry
from csgeo.disclosure.pseudonyms import key_id
from csgeo.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from csgeo.disclosure.pseudonyms import Keys

__all__ = [
    "ACTIONS",
    "ACTS",
    "START",
    "Anchor",
    "Entry",
    "Verdict",
    "anchor_from",
    "check_journal",
    "entries_in",
    "last_anchor",
    "seal_entry",
]

#: The seal that the first entry names as the one before it.
START = "0" * 64
_ANCHOR = re.compile(r"csgeo-journal (\d{1,12}) ([0-9a-f]{64})\s*")
_SHOWN = ("number", "did", "class", "what", "who", "at", "why", "for_whom")
_FIELDS = {*_SHOWN, "key", "before"}


class Anchor(NamedTuple):
    """How many entries there were, and the seal of the last: to be kept elsewhere."""

    entries: int
    head: str

    def __str__(self) -> str:
        return f"csgeo-journal {self.entries} {self.head}"


class Verdict(NamedTuple):
    """What is wrong with a journal, in words; whole if nothing is.

    ``anchor`` is of the entries that hold; ``unfinished`` are the bytes after the last whole line.
    """

    anchor: Anchor
    faults: tuple[str, ...]
    unfinished: bytes

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def anchor_from(text: str) -> Anchor:
    """Read an anchor as it was printed.

    Raises
    ------
    StoreError
        If it is none.
    """
    found = _ANCHOR.fullmatch(text)
    if found is None:
        msg = (
            "An anchor must read `csgeo-journal <count> <64 hexadecimal digits>`; this does not. "
            "Take the line that an export printed, or the anchor file as it was written."
        )
        raise StoreError(msg)
    return Anchor(int(found[1]), found[2])


def seal_entry(entry: Entry, before: Anchor, keys: Keys) -> bytes:
    """Write an entry as the line that follows `before`.

    Parameters
    ----------
    entry
        What was done.
    before
        Of the entries so far; ``Anchor(0, START)`` if there are none.
    keys
        The first seals the entry. Use a key that serves for nothing else.

    Returns
    -------
    line
        ASCII, with its line end.

    Raises
    ------
    RecipeError
        If something that section 62 asks is missing, or the words hold what no journal may:
        identities of people, places of records, exact small counts.
    """
    entry = check_entry(entry)
    content = {
        "number": before.entries + 1,
        "did": entry.did,
        "class": ACTS[entry.did],
        "what": entry.what,
        "who": entry.who,
        "at": entry.at.isoformat(timespec="seconds"),
        "why": entry.why,
        "for_whom": entry.for_whom,
        "key": key_id(keys.in_use),
        "before": before.head,
    }
    return _plain(content | {"seal": _seal(content, keys.in_use)})


def check_journal(content: bytes, keys: Keys, *, anchor: Anchor | None = None) -> Verdict:
    """Say whether a journal is what was written, from its first byte to its last.

    Parameters
    ----------
    content
        The whole file.
    keys
        The keys that sealed it; those that were replaced included.
    anchor
        Kept elsewhere when the journal was at least that long. Without one a lost end cannot be
        seen.

    Returns
    -------
    verdict
        With the first broken line in words; what follows it cannot be trusted.

    References
    ----------
    Crosby and Wallach (2009), *Efficient data structures for tamper-evident logging*.
    """
    *lines, unfinished = content.split(b"\n")
    secrets = {key_id(k): k for k in (keys.in_use, *keys.replaced)}
    faults: list[str] = []
    held, at_anchor = Anchor(0, START), START
    for number, line in enumerate(lines, start=1):
        fault = _fault(line, held, secrets)
        if fault:
            faults.append(f"line {number}: {fault}. Nothing from there on can be relied on")
            break
        held = Anchor(number, json.loads(line)["seal"])
        if anchor and number == anchor.entries:
            at_anchor = held.head
    if unfinished:
        faults.append(
            f"the last {len(unfinished)} bytes are not a whole line: a write was cut short, or the "
            "end was changed. Compare with the anchor, then `csgeo journal mend`"
        )
    if anchor and not (faults and held.entries < anchor.entries):
        faults += _against(anchor, held, at_anchor)
    return Verdict(held, tuple(faults), unfinished)


def entries_in(content: bytes, keys: Keys, *, anchor: Anchor | None = None) -> list[dict[str, Any]]:
    """Give the entries of a journal that hold, in their order; none after the first that does not.

    Parameters
    ----------
    content, keys, anchor
        As for :func:`check_journal`, which says what is wrong with the others.

    Returns
    -------
    entries
        ``number``, ``did``, ``class``, ``what``, ``who``, ``at``, ``why`` and ``for_whom`` of each.
    """
    held = check_journal(content, keys, anchor=anchor).anchor.entries
    read = [json.loads(line) for line in content.split(b"\n")[:held]]
    return [{name: one[name] for name in _SHOWN} for one in read]


def last_anchor(line: bytes, keys: Keys) -> Anchor:
    """Give the anchor of a journal from its last line alone, if that line is sealed.

    Raises
    ------
    StoreError
        If the line was not sealed by one of the keys.
    """
    secrets = {key_id(k): k for k in (keys.in_use, *keys.replaced)}
    read = _read(line, secrets)
    if isinstance(read, str):
        msg = f"The last line of the journal must be an entry; {read}. Run `csgeo journal verify`."
        raise StoreError(msg)
    return Anchor(read["number"], read["seal"])


def _against(anchor: Anchor, held: Anchor, at_anchor: str) -> list[str]:
    if held.entries < anchor.entries:
        lost = anchor.entries - held.entries
        said = (
            f"{lost} of {anchor.entries} entries that the anchor knows are missing at the end. Bring "
            "the file back from its copy, and ask who could write to it"
        )
        return [said]
    if anchor.entries and not hmac.compare_digest(at_anchor, anchor.head):
        return [
            f"entry {anchor.entries} is not the one that the anchor knows: it was put in its place"
        ]
    return []


def _fault(line: bytes, before: Anchor, secrets: Mapping[str, bytes]) -> str:
    """Say what is wrong with one line, or nothing."""
    read = _read(line, secrets)
    if isinstance(read, str):
        return read
    if read["number"] != before.entries + 1 or read["before"] != before.head:
        return (
            f"it must follow entry {before.entries}; it was moved, or one was taken out before it"
        )
    return ""


def _read(line: bytes, secrets: Mapping[str, bytes]) -> dict[str, Any] | str:
    """Read one line and prove its seal; else say what is wrong."""
    try:
        read: dict[str, Any] = json.loads(line)
        seal = read.pop("seal")
        secret = secrets.get(read["key"])
        as_written = _plain(read | {"seal": seal})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "it is not an entry"
    if as_written != line + b"\n" or set(read) != _FIELDS or type(read["number"]) is not int:
        return "it is not written as an entry is"
    if secret is None:
        return "it was sealed with a key that is not among these"
    if not hmac.compare_digest(_seal(read, secret), str(seal)):
        return "it was changed after it was written"
    return read | {"seal": seal}


def _plain(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n"


def _seal(content: Mapping[str, Any], secret: bytes) -> str:
    return hmac.digest(secret, b"csgeo journal\x00" + _plain(content), "sha256").hex()
