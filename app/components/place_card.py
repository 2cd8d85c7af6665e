"""What is known about the chosen place, and who is already there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.written import first_small, html, is_missing

from csgeo.outputs import words
from csgeo.outputs.viewed import BEFORE, View, of_a_place, offered
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import pandas as pd

    from csgeo.disclosure.release import Release

_TIMES_NOT_KNOWN = "Busiest times are not in this release."
#: So many services are named in the card; the table names them all.
_MOST_SERVICES = 4


def card(release: Release, place_id: str, seen: str = "") -> str:
    """Return the card of one place as HTML; every text from the data is escaped.

    `seen` is HTML that says what the chosen view shows of the place.
    """
    place = release.hotspots.loc[place_id]
    near = release.services_near
    near = near.loc[near["hotspot_id"] == place_id] if len(near) else near
    compared = words.compared(place["incidents"], place["expected"], step=release.round_to)
    before = ""
    if seen:
        compared = f"All harm, this period: {first_small(compared)}"
    elif BEFORE in offered(release).periods:
        there = of_a_place(release, View(period=BEFORE), place_id).partition(". ")[0]
        before = f"<p>The period before: {html(first_small(there.rstrip('.')))}.</p>"
    return (
        f'<section class="card" aria-label="The chosen place"><h2>{place["rank"]} · '
        f"{html(place['name'])}</h2>"
        f'<p class="quiet">{html(_standing(place))}</p>'
        f"{seen}<p>{html(compared)}</p>{before}"
        f"<h3>When</h3><p>{html(when(place['peak_slots']))}</p>"
        f"{_services(near)}{_gaps(near)}</section>"
    )


def when(peak_slots: object) -> str:
    """Say when harm there is most frequent, or that it is not known."""
    if is_missing(peak_slots) or not peak_slots:
        return _TIMES_NOT_KNOWN
    return "Busiest " + str(peak_slots).replace("; ", ", ")


def within_reach(near: pd.DataFrame) -> pd.DataFrame:
    """Keep the kinds of service that are within reach of a place, the nearest first."""
    if near.empty:
        return near
    there = near["within_reach"].fillna(0) > 0  # missing: no file names such services
    return near.loc[there].sort_values(["nearest_m", "kind"])


def not_known_kinds(near: pd.DataFrame) -> str:
    """Say of which expected kinds of service no file tells anything; empty if of none."""
    kinds = load_vocabulary("service")
    unknown = near.loc[near["within_reach"].isna(), "kind"] if len(near) else []
    named_kinds = ", ".join(first_small(kinds.label(kind)) for kind in unknown)
    return f"Not known, as no file names any: {named_kinds}." if named_kinds else ""


def far(row: Any) -> str:
    """Say how far the nearest service of a kind is."""
    if row.nearest_m == 0:
        return "inside the place"
    return words.walk(row.nearest_m, row.walk_minutes, row.measured_by)


def missing_kinds(near: pd.DataFrame) -> list[str]:
    """Say which expected kinds of service are not within reach, and where the nearest is."""
    if near.empty:
        return []
    kinds = load_vocabulary("service")
    return [
        f"No {first_small(kinds.label(row.kind))} within reach{_nearest(row)}."
        for row in near.loc[near["gap"].astype(bool)].itertuples()
    ]


def _standing(place: pd.Series) -> str:
    said = [f"{place['band'].capitalize()} of three bands", _sure(place)]
    if not is_missing(place["sources_agree"]) and place["sources_agree"] > 1:
        said.append(f"{place['sources_agree']} sources agree")
    return " · ".join(said)


def _sure(place: pd.Series) -> str:
    said = words.sure(place["certainty"], place["stability"])
    return f"{said} (not yet re-run)" if is_missing(place["stability"]) else said


def _services(near: pd.DataFrame) -> str:
    if near.empty:
        return "<h3>Already there</h3><p>No services were loaded.</p>"
    rows = within_reach(near)
    if rows.empty:
        return "<h3>Already there</h3><p>No service that was loaded is within reach.</p>"
    items = "".join(_service(row) for row in rows.head(_MOST_SERVICES).itertuples())
    more = len(rows) - _MOST_SERVICES
    rest = f'<p class="quiet">and {more} more kinds: see the table</p>' if more > 0 else ""
    return f"<h3>Already there</h3><ul>{items}</ul>{rest}"


def _service(row: Any) -> str:
    kinds = load_vocabulary("service")
    letter = kinds.rows.get(row.kind, {}).get("letter") or "O"
    others = f", {row.within_reach} within reach" if row.within_reach > 1 else ""
    return (
        f'<li><span class="letter" aria-hidden="true">{html(letter)}</span><span>'
        f"<b>{html(named(row))}</b><br>{html(kinds.label(row.kind))}, {html(far(row))}{others}"
        "</span></li>"
    )


def _gaps(near: pd.DataFrame) -> str:
    gaps = "".join(f'<p class="gap">{html(gap)}</p>' for gap in missing_kinds(near))
    unknown = not_known_kinds(near)
    return (f"<h3>Gaps</h3>{gaps}" if gaps else "") + (
        f'<p class="quiet">{html(unknown)}</p>' if unknown else ""
    )


def _nearest(row: Any) -> str:
    if is_missing(row.nearest_m):
        return ""
    return f"; the nearest is {named(row)}, {far(row)}"


def named(row: Any) -> str:
    """Name the nearest service of a kind; by its kind where it has no name."""
    kinds = load_vocabulary("service")
    return kinds.label(row.kind) if is_missing(row.nearest_name) else str(row.nearest_name)
