"""Where does a place lie, and what is around it? A small map, and its table."""

from __future__ import annotations

import base64
import re
from html import escape
from typing import TYPE_CHECKING, Any

from components.written import html, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: Metres that are drawn to each side of the middle; as `csgeo.reviewing` gives what is around.
AROUND_M = 600
#: Points that are numbered on the map and stand in the table.
MOST_POINTS = 12
_CELL = re.compile(r"(\d+)mE(-?\d+)N(-?\d+)")
_SIZE = 480


def picture(
    place: Mapping[str, Any],
    others: Iterable[Mapping[str, Any]],
    around: Mapping[str, Any],
    moved_to: Sequence[str] = (),
) -> str:
    """Draw a place, its neighbours on the list and what is around it.

    Parameters
    ----------
    place
        With its ``cells`` and ``name``.
    others
        The other places of the list.
    around
        ``points`` and ``lines`` in metres from the middle of the place.
    moved_to
        The cells that it would be nudged to.

    Returns
    -------
    html
        A picture that holds no script, with words that say the same.
    """
    middle = _middle(place["cells"])
    drawn = [
        '<rect width="100%" height="100%" fill="#fff"/>',
        *(_line(line) for line in around.get("lines", ())),
        *(_cells(o["cells"], middle, 'fill="#d8dbdd" stroke="#505a5f"') for o in others),
        _cells(place["cells"], middle, 'fill="#6bace6" fill-opacity=".45" stroke="#0b0c0c"'),
    ]
    if moved_to:
        style = 'fill="none" stroke="#0b0c0c" stroke-width="3" stroke-dasharray="7 5"'
        drawn.append(_cells(moved_to, middle, style))
    drawn += [_point(n, p) for n, p in enumerate(around.get("points", ())[:MOST_POINTS], start=1)]
    drawn.append(_furniture())
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
        f'width="{_SIZE}" height="{_SIZE}" font-family="DejaVu Sans, Arial, sans-serif">'
        f"{''.join(drawn)}</svg>"
    )
    data = base64.b64encode(svg.encode()).decode()
    words = (
        f"Map of {place['name']}, {2 * AROUND_M:,} m wide, north at the top: the cells of the place "
        "in blue, other places of the list in grey, streets, and numbered points that stand in the "
        "table beside it."
    )
    return f'<img class="ground" src="data:image/svg+xml;base64,{data}" alt="{html(words)}">'


def points_table(around: Mapping[str, Any]) -> str:
    """Give the numbered points of the map in words."""
    points = list(around.get("points", ()))
    if not points:
        return "<p>The recipe names no places or services within 600 m.</p>"
    rows = [
        (n, p["kind"], p["name"] or "no name", f"{p['away']:,} m {_side(p)}".strip())
        for n, p in enumerate(points[:MOST_POINTS], start=1)
    ]
    more = len(points) - len(rows)
    said = f"<p>and {more:,} more.</p>" if more else ""
    head = ("No.", "What", "Name", "From the middle")
    made = table("What is around, the nearest first", head, rows)
    return f'<div class="scroll">{made}</div>{said}'


def shifted(cells: Sequence[str], east: int, north: int) -> list[str]:
    """Give the cells that lie so many cells further east and north, to be drawn."""
    found = []
    for cell in cells:
        side, x, y = _parts(cell)
        found.append(f"{side}mE{x + east * side}N{y + north * side}")
    return found


def _parts(cell: str) -> tuple[int, int, int]:
    found = _CELL.fullmatch(cell)
    if found is None:
        return 0, 0, 0
    side, x, y = (int(v) for v in found.groups())
    return side, x, y


def _middle(cells: Sequence[str]) -> tuple[float, float]:
    parts = [_parts(c) for c in cells]
    side = parts[0][0]
    xs, ys = [p[1] for p in parts], [p[2] for p in parts]
    return (min(xs) + max(xs) + side) / 2, (min(ys) + max(ys) + side) / 2


def _at(east: float, north: float) -> tuple[float, float]:
    scale = _SIZE / (2 * AROUND_M)
    return round((east + AROUND_M) * scale, 1), round((AROUND_M - north) * scale, 1)


def _cells(cells: Sequence[str], middle: tuple[float, float], style: str) -> str:
    boxes = []
    for cell in cells:
        side, x, y = _parts(cell)
        left, top = _at(x - middle[0], y + side - middle[1])
        width = round(side * _SIZE / (2 * AROUND_M), 1)
        boxes.append(f'<rect x="{left}" y="{top}" width="{width}" height="{width}" {style}/>')
    return "".join(boxes)


def _line(line: Sequence[Sequence[float]]) -> str:
    at = " ".join(f"{x},{y}" for x, y in (_at(float(e), float(n)) for e, n in line))
    return f'<polyline points="{at}" fill="none" stroke="#b1b4b6" stroke-width="3"/>'


def _point(number: int, point: Mapping[str, Any]) -> str:
    x, y = _at(float(point["east"]), float(point["north"]))
    return (
        f'<circle cx="{x}" cy="{y}" r="11" fill="#fff" stroke="#0b0c0c" stroke-width="2"/>'
        f'<text x="{x}" y="{y + 4.5}" font-size="13" font-weight="700" text-anchor="middle">'
        f"{escape(str(number))}</text>"
    )


def _furniture() -> str:
    x, y = _SIZE - 112, _SIZE - 16
    bar = round(200 * _SIZE / (2 * AROUND_M))
    return (
        f'<rect x="{x - 8}" y="{y - 20}" width="{bar + 20}" height="30" fill="#fff" fill-opacity=".85"/>'
        f'<path d="M{x} {y - 6}v6h{bar}v-6" fill="none" stroke="#0b0c0c" stroke-width="2"/>'
        f'<text x="{x + bar / 2}" y="{y - 6}" font-size="12" text-anchor="middle">200 m</text>'
        '<text x="16" y="24" font-size="14" font-weight="700">N \u2191</text>'
        f'<rect x=".5" y=".5" width="{_SIZE - 1}" height="{_SIZE - 1}" fill="none" stroke="#b1b4b6"/>'
    )


def _side(point: Mapping[str, Any]) -> str:
    """Say on which side of the middle a point lies."""
    north = "north" if point["north"] > 30 else "south" if point["north"] < -30 else ""
    east = "east" if point["east"] > 30 else "west" if point["east"] < -30 else ""
    return f"{north}{'-' if north and east else ''}{east}"
