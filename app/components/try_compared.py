"""How does the list of a try differ from the list now shown? As HTML, from two releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.written import html, is_missing, table

from csgeo.outputs import words
from csgeo.outputs.two_lists import (
    moved_in_words,
    said_of_two_lists,
    two_lists,
    why_not_alike,
)

if TYPE_CHECKING:
    import pandas as pd

    from csgeo.disclosure.release import Release


def compared(before: Release, tried: Release, *, called: str) -> str:
    """Say which places are on both lists, what each list holds, and what was chosen.

    Parameters
    ----------
    before
        The release that the try is laid beside.
    tried
        The release of the try.
    called
        What `before` is called over a column: "now", or "in the release".
    """
    places = two_lists(before, tried)
    notes = "".join(f"<li>{html(why)}</li>" for why in why_not_alike(before, tried))
    also = f"<p>Not only the choices differ:</p><ul>{notes}</ul>" if notes else ""
    return (
        '<div class="method compared">'
        f'<p role="status"><b>{html(said_of_two_lists(places))}</b></p>{also}'
        f"{_scroll('The two lists', _lists(before, tried, places, called))}"
        f"{_scroll('What each list holds', _holds(before, tried, called))}"
        f"{_scroll('What was chosen', _chosen(before, tried, called))}</div>"
    )


def _lists(before: Release, tried: Release, places: pd.DataFrame, called: str) -> str:
    rows = [
        (
            row.name,
            _rank(row.second_rank),
            _rank(row.first_rank),
            moved_in_words(row.first_rank, row.second_rank),
            _about(tried, row.second_id),
            _about(before, row.first_id),
        )
        for row in places.itertuples()
    ]
    return table(
        "Places on both lists or on one; they are the same if they share half of the smaller one's "
        "ground",
        (
            "Place",
            "Rank in this try",
            f"Rank {called}",
            "Move",
            "Records in this try",
            f"Records {called}",
        ),
        rows,
        numbers=(1, 2),
    )


def _holds(before: Release, tried: Release, called: str) -> str:
    return table(
        "What each list holds",
        ("", "In this try", _capital(called)),
        [
            ("Places", len(tried.hotspots), len(before.hotspots)),
            ("Share of records", *(words.share(r.share_of_records) for r in (tried, before))),
            ("Share of the area", *(words.share(r.share_of_area) for r in (tried, before))),
            (
                "Set aside or hidden",
                *(words.left_out(r) or "nothing" for r in (tried, before)),
            ),
        ],
    )


def _chosen(before: Release, tried: Release, called: str) -> str:
    names = list(dict.fromkeys([*tried.choices, *before.choices]))
    rows = [
        (
            name.replace("_", " ").capitalize(),
            _value(tried.choices.get(name)),
            "the same"
            if before.choices.get(name) == tried.choices.get(name)
            else _value(before.choices.get(name)),
        )
        for name in names
    ]
    return table(
        "Choices, as csgeo announces them", ("Choice", "In this try", _capital(called)), rows
    )


def _scroll(called: str, inside: str) -> str:
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{html(called)}">{inside}</div>'
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _rank(rank: Any) -> str:
    return "not on it" if is_missing(rank) else str(rank)


def _about(release: Release, id_: Any) -> str:
    return "" if is_missing(id_) else words.about(int(release.hotspots.loc[id_, "incidents"]))


def _value(value: Any) -> str:
    return "not said" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
