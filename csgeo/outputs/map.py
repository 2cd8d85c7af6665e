"""Where are the places? (one HTML file, drawn by folium, that needs no network)

Leaflet, styles and data are inside the file. A Content-Security-Policy allows
only the scripts that were put in here, by their hashes: nothing that a name or
a note holds can run, and nothing can be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csgeo.disclosure.release import require_release
from csgeo.outputs.exports import on_the_page
from csgeo.outputs.layers import MAX_ZOOM, layers
from csgeo.outputs.page import above, below

if TYPE_CHECKING:
    import folium

    from csgeo.disclosure.release import Release

_HERE = Path(__file__).parent
LEAFLET = _HERE / "vendor" / "leaflet-1.9.4"
#: Fixed names for what folium names at random, so that the same release gives the same bytes.
_MAP_ID = "places"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def map_html(release: Release) -> str:
    """Give the map of a release as one HTML page that makes no request.

    Parameters
    ----------
    release
        What may be shown.

    Returns
    -------
    html
        The page: marking, answer, ranked list, map, legend, caption, table.

    Raises
    ------
    NotReleased
        If `release` is anything but a release.
    """
    require_release(release)
    drawn = layers(release)
    page: str = folium_map(drawn["bounds"]).get_root().render()
    page = page.replace("<html>", '<html lang="en-GB">', 1)
    # people may enlarge the page (WCAG 1.4.4); folium forbids it
    page = re.sub(
        r'<meta name="viewport"[^>]*>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        page,
    )
    frame = re.search(rf'<div class="folium-map" id="map_{_MAP_ID}"\s*></div>', page)
    if frame is None:
        msg = "folium no longer writes its map as it did: csgeo.outputs.map must follow it."
        raise RuntimeError(msg)
    data = f'<script type="application/json" id="csgeo-data">{_json_in_html(drawn)}</script>'
    body = f"{above(release, drawn)}{frame[0]}{below(release, drawn)}{on_the_page(release)}{data}"
    # from here on nothing is a template: names may hold any characters
    page = f"{page[: frame.start()]}{body}{page[frame.end() :]}"
    head, rest = page.split("<head>", 1)
    furniture = f"{_title(release)}{_styles()}{_scripts()}"
    rest = furniture + rest
    return f"{head}<head>\n{_policy(rest)}\n{rest}"


def write_map(release: Release, folder: Path) -> dict[str, Path]:
    """Write `map_html` as ``map.html``; give its name and path."""
    path = folder / "map.html"
    path.write_text(map_html(release), encoding="utf-8", newline="\n")
    return {path.name: path}


def folium_map(bounds: list[list[float]]) -> folium.Map:
    """Make the folium map that `map_html` fills: no tiles, no libraries from elsewhere."""
    import folium  # noqa: PLC0415  (heavy)
    from branca.element import MacroElement  # noqa: PLC0415
    from jinja2 import Template  # noqa: PLC0415

    (south, west), (north, east) = bounds
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        attribution_control=False,
        max_zoom=MAX_ZOOM,
        zoom_snap=0.25,
        zoom_delta=1,
        wheel_px_per_zoom_level=120,
    )
    drawn.options["max_zoom"] = MAX_ZOOM
    # on the instance: the class's own lists are shared by every map of the process
    drawn.default_js, drawn.default_css = [], []
    draw = MacroElement()  # type: ignore[no-untyped-call]
    draw._template = Template(  # noqa: SLF001  (branca's way of adding a script)
        "{% macro script(this, kwargs) %}csgeoDraw({{ this._parent.get_name() }}, "
        'JSON.parse(document.getElementById("csgeo-data").textContent));{% endmacro %}'
    )
    draw._name = "draw"  # noqa: SLF001
    drawn.add_child(draw)
    drawn._id = draw._id = drawn.get_root()._id = _MAP_ID  # noqa: SLF001
    return drawn


def _title(release: Release) -> str:
    from html import escape  # noqa: PLC0415

    return f"<title>{escape(f'{release.title} ({release.marking})')}</title>\n"


def _styles() -> str:
    leaflet = (LEAFLET / "leaflet.css").read_text(encoding="utf-8")
    # the pictures of controls that are not used here would be requests
    leaflet = re.sub(r"url\(images/[^)]*\)", "none", leaflet)
    own = (_HERE / "page" / "map.css").read_text(encoding="utf-8")
    return f"<style>{leaflet}</style>\n<style>{own}</style>\n"


def _scripts() -> str:
    leaflet = (LEAFLET / "leaflet.js").read_text(encoding="utf-8")
    leaflet = re.sub(r"//# sourceMappingURL=.*", "", leaflet)
    own = (_HERE / "page" / "map.js").read_text(encoding="utf-8")
    return f"<script>{leaflet}</script>\n<script>{own}</script>\n"


def _policy(page: str) -> str:
    """Allow exactly the scripts that are in the page, and nothing from anywhere else."""
    hashes = sorted(
        {
            base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            for script in _SCRIPT.findall(page)
        }
    )
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        '<meta http-equiv="Content-Security-Policy" content="'
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'\">\n"
        '<meta name="referrer" content="no-referrer">'
    )


def _json_in_html(plain: dict[str, Any]) -> str:
    """Write JSON that cannot end the script element that it stands in."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
