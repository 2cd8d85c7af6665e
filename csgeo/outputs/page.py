"""What stands around the map on its page?

The list, the legend and the table say what the map says, in plain HTML that
needs no script. Every text is escaped here, once.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from csgeo.disclosure.release import require_release
from csgeo.outputs import words
from csgeo.outputs.style import BANDS, CELL_OPACITY, INK, SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csgeo.disclosure.release import Release

#: More kinds of service than this would push the map off the screen: they fold away.
_MOST_KINDS = 8
_HATCH = (
    '<svg width="22" height="14" aria-hidden="true"><rect x="1" y="1" width="20" height="12" '
    f'fill="#fff" stroke="{INK}"/><path d="M1,13L9,1M7,13L15,1M13,13L21,1" stroke="#505a5f"/></svg>'
)


def above(release: Release, drawn: dict[str, Any]) -> str:
    """Give the page from its top to where the map begins."""
    require_release(release)
    listed = [feature["properties"] for feature in drawn["hotspots"]["features"]]
    # where all are equally sure, saying so on each line is noise
    differ = len({place["outline"] for place in listed}) > 1
    places = "".join(_item(place, differ=differ) for place in listed)
    aside = words.left_out(release)
    ends = words.day(release.period_end)
    return (
        f'<main><div class="screen"><div class="strip"><b>{_safe(release.marking)}</b><span>{_safe(release.title)}</span>'
        f"<span>Records to {_safe(ends)}</span></div>"
        f'<header class="answer"><h1>{_safe(words.answer(release))}</h1>'
        f"{f' <p>{_safe(aside)}</p>' if aside else ''}</header>"
        f'<div class="sides"><ol class="places" aria-label="Places, by rank">{places}</ol>'
        '<section class="canvas" aria-label="Map of the places; the list and the table say the same">'
        '<noscript><p class="noscript">The map needs JavaScript. '
        "The list and the table say the same without it.</p></noscript>"
    )


def below(release: Release, drawn: dict[str, Any]) -> str:
    """Give the page from where the map ends to its foot."""
    require_release(release)
    return (
        f"{_legend(drawn['legend'], has_cells=drawn['cells'] is not None)}"
        f'<p class="small">{_safe(drawn["caption"])}</p></section></div></div>'
        f'<div class="below">{_table(release, drawn)}{_set_aside(release)}{_caveats(release)}</div></main>'
    )


def _item(place: dict[str, Any], *, differ: bool) -> str:
    parts = [place["stratum"], place["band"], place["sure_shortly"] if differ else None]
    said = " · ".join(filter(None, parts))
    return (
        f'<li><button type="button" data-place="{_safe(place["id"])}" aria-pressed="false">'
        f'<span class="badge band-{place["band"]}">{place["rank"]}</span>'
        f'<span><b>{_safe(place["name"])}</b><span class="line"><small>{_safe(said)}</small>'
        f'<span class="about">{_safe(place["about"])}</span></span></span></button></li>'
    )


def _legend(legend: list[dict[str, Any]], *, has_cells: bool) -> str:
    services = [_key(entry) for entry in legend if entry["kind"] == "service"]
    others = "".join(_key(entry) for entry in legend if entry["kind"] != "service")
    keys = others + "".join(services)
    if len(services) > _MOST_KINDS:
        keys = (
            f'{others}<details class="kinds"><summary>{len(services)} kinds of service</summary>'
            f"<div>{''.join(services)}</div></details>"
        )
    cells = (
        '<label><input type="checkbox" data-layer="cells" disabled>Counts by cell</label>'
        if has_cells
        else ""
    )
    return (
        f'<div class="legend" role="group" aria-label="Legend">{keys}<span class="layers">'
        '<label><input type="checkbox" data-layer="services" checked disabled>Services</label>'
        f'{cells}<span data-note role="status"></span></span></div>'
    )


def _key(entry: dict[str, Any]) -> str:
    label = _safe(entry["label"])
    if entry["kind"] == "heading":
        return f"<h2>{label}</h2>"
    if entry["kind"] == "service":
        shape = SHAPES[entry["shape"]]
        picture = (
            '<svg width="20" height="20" viewBox="-12 -12 24 24" aria-hidden="true">'
            f'<path d="{shape["path"]}" fill="#fff" stroke="{INK}" stroke-width="1.8"/>'
            f'<text y="{shape["letter_y"]}" text-anchor="middle" font-size="11" '
            f'font-weight="700">{_safe(entry["letter"])}</text></svg>'
        )
        return f'<span data-legend="services">{picture}{label}</span>'
    if entry["kind"] == "hidden":
        return f'<span data-legend="cells" hidden>{_HATCH}{label}</span>'
    if entry["kind"] == "cell":
        box = (
            '<svg width="22" height="14" aria-hidden="true"><rect x="1" y="1" width="20" height="12" '
            f'fill="{entry["fill"]}" fill-opacity="{CELL_OPACITY}" stroke="#505a5f"/></svg>'
        )
        return f'<span data-legend="cells" hidden>{box}{label}</span>'
    fill = entry.get("fill", "#fff")
    dash = f' stroke-dasharray="{" ".join(map(str, entry["dash"]))}"' if entry.get("dash") else ""
    box = (
        '<svg width="24" height="16" aria-hidden="true"><rect x="1" y="1" width="22" height="14" '
        f'fill="{fill}" stroke="{INK}" stroke-width="2"{dash}/></svg>'
    )
    return f"<span>{box}{label}</span>"


def _table(release: Release, drawn: dict[str, Any]) -> str:
    heads = (
        '<th class="n" scope="col">Rank</th><th scope="col">Place</th><th scope="col">Where</th>'
        '<th class="n" scope="col">Records, about</th><th class="n" scope="col">Expected, about</th>'
        '<th scope="col">How sure</th><th scope="col">What is within reach</th>'
        '<th scope="col">Not within reach</th>'
    )
    rows = "".join(
        _row(feature["properties"], place, release.round_to)
        for feature, place in zip(
            drawn["hotspots"]["features"], release.hotspots.itertuples(), strict=True
        )
    )
    return (
        '<h2>The same in a table</h2><div class="scroll" tabindex="0" role="region" '
        'aria-label="Table of the places"><table><caption>Places to look at first: '
        f"{_safe(words.recorded_harm(release))}, {_safe(words.period(release))}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(place: dict[str, Any], numbers: Any, step: int) -> str:
    expected = f"{step} or fewer" if numbers.expected <= step else f"{numbers.expected:,}"
    return (
        f'<tr><td class="n">{place["rank"]}</td><th scope="row">{_safe(place["name"])}</th>'
        f"<td>{_safe(place['stratum'] or '')}</td>"
        f'<td class="n">{numbers.incidents:,}</td><td class="n">{expected}</td>'
        f"<td>{BANDS[place['band']]['label']}; {_safe(place['sure'])}</td>"
        f"<td>{_listed(place['services'])}</td><td>{_safe(', '.join(place['gaps']))}</td></tr>"
    )


def _set_aside(release: Release) -> str:
    if release.set_aside.empty:
        return ""
    said = [f"{row.name}: {row.reason}" for row in release.set_aside.itertuples(index=False)]
    return f"<h2>Set aside, and why</h2>{_listed(said)}"


def _caveats(release: Release) -> str:
    return f"<h2>Please bear in mind</h2>{_listed(release.caveats)}" if release.caveats else ""


def _listed(said: Iterable[str]) -> str:
    items = "".join(f"<li>{_safe(text)}</li>" for text in said)
    return f"<ul>{items}</ul>" if items else ""


def _safe(text: object) -> str:
    return "" if text is None or text is pd.NA else escape(str(text), quote=True)
