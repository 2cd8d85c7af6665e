"""How is it said what would be used of a file, so that it can be mended or gone on with?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.written import html, table

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEVELS = {"good": "Good", "look": "Look at this", "stop": "Stop"}
#: What our columns are called on the page.
COLUMNS: Mapping[str, str] = {
    "harm": "Kind of harm",
    "occurred_from": "When it began",
    "time_from": "Time of day",
    "easting": "Easting",
    "northing": "Northing",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "grid_reference": "Grid reference",
    "postcode": "Postcode of the place",
    "area_id": "Area code",
    "precision_m": "How exact the place is (m)",
    "person_key": "Pseudonym of the person",
    "incident_id": "Id of the record",
    "source": "Agency",
    "location_type": "Kind of place",
    "context": "Context",
    "origin": "How it came to be recorded",
}
_NOT_ASKED = {
    "occurred_to": "When it ended",
    "time_to": "Time of day it ended",
    "x": "First coordinate",
    "y": "Second coordinate",
    "wkt": "Shape as text",
}
#: What is asked for beside the columns, where the reader could not tell.
MENDED_BY = ("columns", "crs", "dates", "layer")


def verdict(looked: Mapping[str, Any]) -> str:
    """Say in one heading and one sentence whether a run can use the file."""
    to_see = sum(f["level"] == "look" for f in looked["findings"])
    if looked["refused"]:
        heading, more = "This file cannot be used yet", looked["refused"]
    elif not looked["usable"]:
        heading, more = "None of its rows can be used", "Why stands below."
    else:
        heading = f"{looked['rows_used']:,} of {looked['rows_in']:,} rows can be used"
        things = {0: "Nothing needs a look.", 1: "One thing needs a look."}
        more = things.get(to_see, f"{to_see} things need a look.")
        more += " Mend the file and hand it over again, or go on."
    mark = "good" if looked["usable"] and not looked["refused"] else "stop"
    return (
        f'<div class="verdict {mark}" role="status"><h3>{html(heading)}</h3>'
        f"<p>{html(more)}</p></div>"
    )


def findings(looked: Mapping[str, Any]) -> str:
    """Give what was checked, each with its word; what needs a look comes first."""
    in_order = sorted(looked["findings"], key=lambda f: f["level"] == "good")
    rows = [(f["what"], _LEVELS[f["level"]], f["words"]) for f in in_order]
    if not rows:
        return ""
    made = table("What was checked", ("What", "How it is", "In words"), rows)
    return f'<div class="scroll findings">{made}</div>'


def left_out(looked: Mapping[str, Any]) -> str:
    """Give why rows are not used, with the first row of each reason and what to do."""
    rows = [
        (
            a["reason"][:1].upper() + a["reason"][1:],
            f"{a['rows']:,}",
            f"{a['first_row']:,}",
            a["remedy"],
        )
        for a in looked["asides"]
    ]
    if not rows:
        return ""
    head = ("Why", "Rows", "First row", "What to do")
    caption = "Rows that are left out; the row of headings is row 1"
    return _within(table(caption, head, rows, numbers=(1, 2)))


def personal(looked: Mapping[str, Any]) -> str:
    """Say which columns look to identify people, and that they are not read."""
    said = [f"<li><b>{html(name)}</b>: {html(what)}</li>" for name, what in looked["dropped"]]
    if looked["hidden"]:
        n = looked["hidden"]
        words = (
            "1 column has a heading that may be a value, so it is not shown and cannot be chosen."
            if n == 1
            else f"{n} columns have headings that may be values, so they are not shown and cannot be chosen."
        )
        said.append(
            f"<li>{words} If the file has no row of headings, add one and hand it over again.</li>"
        )
    if not said:
        return ""
    return (
        "<p><b>Not read, because they look to identify people.</b> Nothing of these columns is "
        f"kept in any answer:</p><ul>{''.join(said)}</ul>"
    )


def matched(looked: Mapping[str, Any]) -> str:
    """Give which of the file's columns is taken for what."""
    called = {**COLUMNS, **_NOT_ASKED}
    pairs = [
        f"<div><dt>{html(called.get(ours, ours))}</dt><dd>{html(theirs)}</dd></div>"
        for ours, theirs in looked["matched"].items()
    ]
    if not pairs:
        return ""
    return (
        "<p><b>What each column of the file is taken for.</b> Change it below if it is wrong.</p>"
        f'<dl class="exact">{"".join(pairs)}</dl>'
    )


def _within(made: str) -> str:
    return f'<div class="scroll">{made}</div>'
