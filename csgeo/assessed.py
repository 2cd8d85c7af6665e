"""Which risks, roles and records of use does an impact assessment name?

What csgeo itself answers, in words; the rest is for people. The roles are those of the
dashboard's own table, with which a test holds them together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.disclosure.entries import ACTS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What can go wrong for a child or a community, and what is done about it.
RISKS = (
    (
        "A child is recognised from a small number or a place.",
        ("Numbers describe at least the fewest people of the audience and are rounded by a secret key; "
        "places are unions of lattice cells, never points or outlines of points."),
    ),
    (
        "Two releases are taken from each other.",
        ("A release is a fixed set of views; counts of the same cell are rounded alike. One that goes "
        "out by csgeo publish is remembered, and the next is held against it."),
    ),
    (
        "One child with many records makes a place.",
        "Where records say who is who, people are counted, and what rests on one is not shown.",
    ),
    (
        "A prison, hospital or police station is taken for a place of harm.",
        ("Such places are set aside with the reason; where the recipe requires review, somebody who "
        "knows the place keeps, nudges or leaves out each one."),
    ),
    (
        "Recording follows where police look, and looking follows the map.",
        ("Records that enforcement made are left out unless the recipe keeps them; each map says that "
        "recorded harm is not all harm."),
    ),
    (
        "The map leads to watching young people instead of changing places.",
        ("No person is scored or predicted; the list names places, with services near each. Who acts on "
        "it, and how, is for the partnership to answer here."),
    ),
    (
        "An analyst's files are copied, lost or read by others.",
        ("Exact files stay in the secure folder, marked, and encrypted where a sealing key is named; what "
        "is done with them is in a sealed journal, where it has a key. Encrypted disks, access rights "
        "and backups are for the organisation to answer here."),
    ),
)  # fmt: skip
#: Role of the dashboard, what it may do with what is protected, and with what is exact.
ROLES = (
    ("viewer", "see places and method", "nothing"),
    ("planner", "also take away", "nothing"),
    (
        "analyst",
        "also try other choices",
        "see, load and run on the page of data; see and decide on the page of review; take away",
    ),
    ("admin", "see places and method; see, revoke and verify on the page of access", "nothing"),
)
_CALLED = {
    "collection": "records come in",
    "combination": "records are joined and counted",
    "consultation": "exact numbers or places are looked at (with the reason)",
    "alteration": "a place is reviewed, the journal mended",
    "disclosure": "something leaves (with the reason, and for whom)",
    "erasure": "what may be kept no longer is erased",
    "access": "somebody comes in, goes, is refused; a session is ended; a key is changed",
}


def written_down() -> Sequence[tuple[str, str, str]]:
    """List what the journal holds: the kind of section 62, what it stands for, and its acts."""
    return [
        (kind, called, ", ".join(act for act, of in ACTS.items() if of == kind))
        for kind, called in _CALLED.items()
    ]
