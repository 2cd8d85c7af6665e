"""What may an entry of the journal say?

The shape is that of section 62 of the Data Protection Act 2018. An entry names staff and
bodies, never a child; it is short, and holds neither a place of a record nor an exact small count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from csgeo.disclosure.sparing import says_too_much
from csgeo.errors import RecipeError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

#: What can be done, and the kind of processing that section 62(1) has for it; ``access`` is ours:
#: who came in, who was turned away, whose key it was.
ACTS: Mapping[str, str] = {
    "loaded": "collection",
    "joined": "combination",
    "ran": "combination",
    "tried": "combination",
    "looked at detail": "consultation",
    "reviewed": "alteration",
    "changed": "alteration",
    "mended": "alteration",
    "released": "disclosure",
    "published": "disclosure",
    "exported": "disclosure",
    "erased": "erasure",
    "signed in": "access",
    "signed out": "access",
    "refused": "access",
    "revoked": "access",
    "verified": "access",
    "changed a key": "access",
}
#: What doors call it, and how it is written down: ``Entry("load", ...)`` is written as ``loaded``.
ACTIONS: Mapping[str, str] = {
    "load": "loaded",
    "run": "ran",
    "try": "tried",
    "look": "looked at detail",
    "review": "reviewed",
    "decide": "reviewed",
    "mend": "mended",
    "release": "released",
    "publish": "published",
    "export": "exported",
    "purge": "erased",
    "sign-in": "signed in",
    "sign-out": "signed out",
    "refuse": "refused",
    "revoke": "revoked",
    "verify": "verified",
    "key": "changed a key",
}
#: How many signs each field has at most: a journal says what was done, it tells no story.
MOST_SIGNS: Mapping[str, int] = {"what": 300, "who": 100, "why": 300, "for_whom": 100}
_MAY_NAME_STAFF = ("who", "for_whom")


class Entry(NamedTuple):
    """What somebody did: one of :data:`ACTS` or :data:`ACTIONS`, to what, by whom, when, why, for whom.

    ``at`` comes from the door and knows its zone; nothing here reads a clock. ``who`` and
    ``for_whom`` name staff and bodies, never a child.
    """

    did: str
    what: str
    who: str
    at: dt.datetime
    why: str = ""
    for_whom: str = ""


def check_entry(entry: Entry) -> Entry:
    """Refuse an entry that is incomplete or says too much; the message never quotes it.

    Returns
    -------
    entry
        With ``did`` as it is written down.

    Raises
    ------
    RecipeError
        If something that section 62 asks is missing, or a field is too long, not one line, or
        holds what no journal may: identities of people, places of records, exact small counts.
    """
    entry = entry._replace(did=ACTIONS.get(entry.did, entry.did))
    _refuse_incomplete(entry)
    _refuse_too_much(entry)
    return entry


def _refuse_incomplete(entry: Entry) -> None:
    if entry.did not in ACTS:
        msg = f"`did` must be one of {', '.join(ACTS)}; it is {entry.did!r}."
        raise RecipeError(msg)
    kind = ACTS[entry.did]
    asked = ["what", "who"]
    asked += ["why"] if kind in {"consultation", "disclosure"} else []
    asked += ["for_whom"] if kind == "disclosure" else []
    missing = [name for name in asked if not getattr(entry, name).strip()]
    if missing:
        msg = (
            f"An entry of the journal that something was {entry.did} ({kind}) must say {', '.join(asked)}; "
            f"missing: {', '.join(missing)} (Data Protection Act 2018, section 62)."
        )
        raise RecipeError(msg)
    if entry.at.tzinfo is None:
        msg = (
            "`at` of an entry must know its time zone; it does not. Give it as `datetime.now(UTC)`."
        )
        raise RecipeError(msg)


def _refuse_too_much(entry: Entry) -> None:
    for name in MOST_SIGNS:
        found = _too_much(getattr(entry, name), name)
        if found:
            msg = (
                f"`{name}` of an entry of the journal must not hold {found}; it looks as if it did. Say "
                "in general words what was done: a journal is read by more people than the data."
            )
            raise RecipeError(msg)


def _too_much(text: str, name: str) -> str | None:
    if len(text) > MOST_SIGNS[name]:
        return f"more than {MOST_SIGNS[name]} signs"
    if not text.isprintable():
        return "a line end or a sign that cannot be printed"
    return says_too_much(text, staff=name in _MAY_NAME_STAFF)
