"""What does the map say, for those who would rather read it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.place_card import far, missing_kinds, named, not_known_kinds, when, within_reach
from components.written import first_small, html, is_missing, table

from csgeo.outputs import viewed, words
from csgeo.outputs.viewed import View
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from csgeo.disclosure.release import Release

_HEAD = ("Place", "Name", "Band", "Records", "How sure", "When", "Already there", "Gaps")


def twin(release: Release, chosen: str, view: View, places: pd.DataFrame) -> str:
    """Return the table that says the same as the map, as HTML: the `places` as the view lists them."""
    rows = [_row(release, place_id) for place_id in places.index]
    head, said = _HEAD, words.answer(release)
    if view != View():
        head = (*_HEAD[:2], "In this view", _HEAD[2], "All harm, this period", *_HEAD[4:])
        said = viewed.answer(release, view)
        rows = [
            (*row[:2], viewed.of_a_place(release, view, place_id), *row[2:])
            for row, place_id in zip(rows, places.index, strict=True)
        ]
    services = release.services
    kinds = load_vocabulary("service")
    listed = table(
        "Services drawn on the map",
        ("Kind", "Name", "Open"),
        [
            (
                kinds.label(row.kind),
                row.name,
                "not known" if is_missing(row.opening_hours) else row.opening_hours,
            )
            for row in services.sort_values(["kind", "name"]).itertuples()
        ],
    )
    return (
        '<div class="twin" tabindex="0" role="region" aria-label="Table of the places">'
        + table(said, head, rows, chosen=places.index.get_loc(chosen))
        + f"<details><summary>Services: {len(services):,} are drawn on the map</summary>"
        + f"{listed}</details><p>{html(words.caption(release))}</p></div>"
    )


def _row(release: Release, place_id: str) -> tuple[object, ...]:
    place = release.hotspots.loc[place_id]
    near = release.services_near
    near = near.loc[near["hotspot_id"] == place_id] if len(near) else near
    kinds = load_vocabulary("service")
    there = "; ".join(
        f"{named(row)} ({first_small(kinds.label(row.kind))}), {far(row)}"
        for row in within_reach(near).itertuples()
    )
    return (
        place["rank"],
        place["name"] if is_missing(place["stratum"]) else f"{place['name']} ({place['stratum']})",
        place["band"],
        words.compared(place["incidents"], place["expected"], step=release.round_to),
        words.sure(place["certainty"], place["stability"]),
        when(place["peak_slots"]),
        there or "none",
        " ".join([*missing_kinds(near), not_known_kinds(near)]).strip() or "none",
    )
