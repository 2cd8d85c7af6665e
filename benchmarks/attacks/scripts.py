"""Does a text of a release run as script, in the map that leaves or on a page of the dashboard?

Each payload stands in every text of a release at once (on the dashboard four after each other),
and says by its number in which one it ran. The browser ignores each Content-Security-Policy, so
that what is tried is the escaping alone. What is usual is folium as it is: popups, tooltips, names
of layers and values of GeoJSON; a short piece of ours stands in for jQuery, which folium fetches.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.attacks.payloads import FIELDS, PAYLOADS, hostile_release, said, written
from benchmarks.attacks.rows import Row, print_rows
from csgeo.outputs.map import LEAFLET, map_html
from csgeo.store.releases import save_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: So many payloads stand in each text at once where a page takes seconds to open.
_AT_ONCE = 4
#: Touches whatever a person could touch, and opens what is folded away.
TOUCH = """() => {
  for (const e of document.querySelectorAll('*')) {
    if (e.tagName === 'DETAILS') e.open = true;
    for (const what of ['mouseover', 'mouseenter', 'pointerover', 'focus', 'focusin', 'toggle'])
      e.dispatchEvent(new Event(what, { bubbles: what !== 'focus' }));
    if (e.shadowRoot) for (const s of e.shadowRoot.querySelectorAll('*'))
      for (const what of ['mouseover', 'focus']) s.dispatchEvent(new Event(what, { bubbles: true }));
  }
  for (const a of document.querySelectorAll('a[href^="javascript:" i]')) a.click();
}"""


def ran_in(page: Any) -> set[int]:
    """Give the numbers of the texts that ran in a page or in a frame of it."""
    return set(page.evaluate("top.ran || []"))


def tried_on_the_map(page: Any, folder: Path, payload: str) -> set[int]:
    """Open the map that leaves, choose each place, touch everything; give what ran."""
    path = folder / "map.html"
    path.write_text(map_html(hostile_release(payload)), encoding="utf-8")
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-drawn]", state="attached", timeout=20_000)
    for i in range(page.locator("[data-place]").count()):
        page.evaluate("i => document.querySelectorAll('[data-place]')[i].click()", i)
        if i < 2:
            page.evaluate(TOUCH)
    page.wait_for_timeout(50)
    return ran_in(page)


_JQUERY = (
    "window.$=window.jQuery=h=>{const d=document.createElement('div');d.innerHTML=h;"
    "return [d.firstElementChild]};$.fn={};"
)
_OPEN_ALL = """() => {
  const map = Object.values(window).find((v) => window.L && v instanceof L.Map);
  if (!map) return false;
  map.eachLayer((l) => { try { l.openPopup && l.openPopup(); l.openTooltip && l.openTooltip(); } catch {} });
  return true;
}"""


def tried_on_folium(page: Any, folder: Path, payload: str) -> bool:
    """Say whether a payload runs in folium's own popups, tooltips, GeoJSON values or layer names."""
    import folium

    text = written(payload, FIELDS[0])
    page.unroute_all()
    page.route("**/leaflet.js", lambda route: route.fulfill(path=LEAFLET / "leaflet.js"))
    page.route("**/jquery*.js", lambda route: route.fulfill(body=_JQUERY))
    point = {"type": "Point", "coordinates": [-2, 52]}
    features = [{"type": "Feature", "properties": {"name": text}, "geometry": point}]
    for put in (
        lambda m: folium.Marker([52, -2], popup=text).add_to(m),
        lambda m: folium.Marker([52, -2], tooltip=text).add_to(m),
        lambda m: folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            tooltip=folium.GeoJsonTooltip(["name"]),
            popup=folium.GeoJsonPopup(["name"]),
        ).add_to(m),
        lambda m: (folium.FeatureGroup(name=text).add_to(m), folium.LayerControl().add_to(m)),
    ):
        drawn = folium.Map([52, -2], zoom_start=12, tiles=None)
        put(drawn)
        path = folder / "folium.html"
        path.write_text(drawn.get_root().render(), encoding="utf-8")
        page.goto(path.as_uri())
        page.evaluate(_OPEN_ALL)
        page.evaluate(TOUCH)
        page.wait_for_timeout(50)
        if ran_in(page):
            return True
    return False


def tried_on_the_dashboard(page: Any, address: str, *payloads: str) -> set[int]:
    """Go through each page that shows a release, touch everything; give what ran."""
    ran: set[int] = set()
    harm = quote(" ".join(written(payload, "views.harm") for payload in payloads))
    for path, mark in (
        ("/places", ".badge"),
        (f"/places?view_harm={harm}", ".badge"),
        ("/places?view=Table", ".twin"),
        ("/method", ".method h1"),
        ("/take_away", ".holds"),
    ):
        page.goto(f"{address}{path}")
        page.wait_for_selector(mark, state="attached", timeout=60_000)
        if "top.ran" not in page.locator("body").inner_text():
            msg = f"{path} shows none of the payloads: it was not the hostile release."
            raise RuntimeError(msg)
        page.evaluate("[...document.querySelectorAll('.badge')].slice(0, 2).map((b) => b.click())")
        page.evaluate(TOUCH)
        page.wait_for_timeout(200)
        ran |= ran_in(page)
    return ran


@contextmanager
def opened_browser() -> Iterator[Any]:
    """Open a headless Chromium that knows no other machine."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CSGEO_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    rule = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", rule]
        )
        yield browser
        browser.close()


def on_pages(browser: Any, folder: Path, payloads: tuple[str, ...]) -> set[int]:
    """Try payloads on the running dashboard: one server, whose release is exchanged each time."""
    from tests.app.conftest import run_dashboard, stop_dashboard

    groups = [payloads[i : i + _AT_ONCE] for i in range(0, len(payloads), _AT_ONCE)]
    shown = save_release(hostile_release(*groups[0]), folder / "shown" / "release")
    address, ran = run_dashboard(shown), set()
    try:
        context = browser.new_context(bypass_csp=True)
        context.request.get(address.link(), max_redirects=0)
        page = context.new_page()
        for group in groups:
            save_release(hostile_release(*group), shown)
            ran |= tried_on_the_dashboard(page, str(address), *group)
        context.close()
    finally:
        stop_dashboard(address)
    return ran


def rows(*, say: Callable[[str], None] = lambda _: None) -> list[Row]:
    """Run each payload through folium, the map that leaves and the dashboard."""
    names = tuple(PAYLOADS)
    with tempfile.TemporaryDirectory() as made, opened_browser() as browser:
        folder, context = Path(made), browser.new_context(bypass_csp=True)
        page = context.new_page()
        usual = [p for p in names if tried_on_folium(page, folder, p)]
        say(f"folium runs: {', '.join(usual)}")
        page = context.new_page()
        leaves = said(set().union(*(tried_on_the_map(page, folder, p) for p in names)))
        say(f"the map runs: {leaves or 'nothing'}")
        pages = said(on_pages(browser, folder, names))
        say(f"the pages run: {pages or 'nothing'}")
        context.close()
    return [
        Row(
            f"scripts in {len(FIELDS)} texts of a release: payloads that run in {where}",
            f"{len(usual)} of {len(names)} (folium as it is)",
            "0",
            f"{len(ran)} of {len(names)}",
            met=not ran,
        )
        for where, ran in (("the map that leaves", leaves), ("the dashboard's pages", pages))
    ]


if __name__ == "__main__":
    print_rows(rows(say=print))
