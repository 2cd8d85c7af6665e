"""How is it said what is known of a place, and what somebody decided about it?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from components.written import html, markdown, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPENING = (
    "Somebody who knows each place looks at it before it leaves. The numbers here are exact: they "
    "are for analysts, not for a wall."
)
#: Who is signed in at a machine of one person: no name for a decision (`access.one_machine`).
NOBODY = "the person at this machine"
#: Why a place is left out or nudged; as `csgeo.disclosure.review` knows them.
REASONS = ("prison", "hospital", "police station", "default address", "one-off event", "other")
_DONE = {
    "keep": "kept",
    "nudge": "nudged",
    "leave out": "left out",
    "waiting": "waits",
    "undo": "undone",
}


def how_many_wait(places: Sequence[Mapping[str, Any]]) -> str:
    """Say how many places nobody has looked at."""
    n = sum(p["decided"] == "waiting" for p in places)
    if n == 0:
        return "Every place has been checked by someone who knows it."
    if n == 1:
        return "1 place has not been checked by someone who knows it."
    return f"{n} places have not been checked by someone who knows them."


def what_leaves(places: Sequence[Mapping[str, Any]], review: str) -> str:
    """Say what a release made now would hold."""
    count = {word: sum(p["decided"] == word for p in places) for word in ("waiting", "leave out")}
    rest = len(places) - sum(count.values())
    if review == "required":
        said = f"{rest} of {len(places)} places may leave; {count['waiting']} wait and stay here"
    else:
        said = f"{rest + count['waiting']} of {len(places)} places may leave, as the recipe does not ask for review"
    return (
        f"{said}; {count['leave out']} are listed as set aside, with the reason. The recipe is run "
        "again: places that were nudged are counted anew, and what describes too few people is hidden."
    )


def in_the_list(place: Mapping[str, Any]) -> str:
    """Give a place as one line of the list, in Markdown."""
    return (
        f"**{place['rank']}. {markdown(place['name'])}**  \n{_DONE.get(place['decided'], '')}"
        + (f" \u00b7 {markdown(place['reviewer'])}" if place["reviewer"] else "")
    )


def stands(place: Mapping[str, Any]) -> str:
    """Say what holds for a place now."""
    if place["decided"] == "waiting":
        return f"It waits: {place['why']}."
    why = f" ({place['why']})" if place["why"] else ""
    return f"It is {_DONE[place['decided']]}{why}, by {place['reviewer']}."


def facts(place: Mapping[str, Any]) -> str:
    """Give the exact numbers of a place."""
    found = place["stability"]
    rows = [
        ("Records", _whole(place["incidents"])),
        ("People", _whole(place["people"])),
        ("Records to be expected", _whole(place["expected"])),
        ("Found again", f"in {found:.0%} of the re-runs" if found is not None else "not tried"),
        ("When most", place["peak_slots"] or "not known"),
        (
            "Size",
            f"{place['area_km2']:.2f} km\u00b2" if place["area_km2"] is not None else "not known",
        ),
    ]
    said = "".join(f"<div><dt>{html(k)}</dt><dd>{html(v)}</dd></div>" for k, v in rows)
    return f'<dl class="exact">{said}</dl>'


def history(place: Mapping[str, Any]) -> str:
    """Give all decisions that were ever made about a place's ground."""
    if not place["history"]:
        return "<p>Nobody has decided anything about this place yet.</p>"
    rows = [
        (
            f"{dt.datetime.fromisoformat(one['at']):%d %B %Y, %H:%M}",
            _DONE[one["decided"]],
            one["reason"] + (" (in words, on the secure side)" if one["in_words"] else ""),
            one["reviewer"],
        )
        for one in place["history"]
    ]
    head = ("When (UTC)", "Decided", "Reason", "By")
    made = table("Decisions about this place, the first one first", head, rows)
    return f'<div class="scroll">{made}</div>'


def _whole(value: Any) -> str:
    return "not known" if value is None else f"{value:,.0f}"
