"""What do the pages of the dashboard and the map look like? Pictures in docs/pictures/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1366, "height": 768}
#: High enough for the choices and the lists that they give.
SIZE_OF_DATA, SIZE_OF_REVIEW = {"width": 1120, "height": 1400}, {"width": 1280, "height": 860}
SIZE_OF_TAKING = {"width": 1120, "height": 980}
SIZE_OF_TRY = {"width": 1120, "height": 1480}


def main(release: Path, map_html: Path, recipe: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CSGEO_BROWSER") or first_browser(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        picture_of_dashboard(browser, release)
        picture_of_try(browser, release, recipe)
        pictures_of_analysts(browser, release, recipe)
        picture_of_taking_away(browser, release)
        picture_of_map(browser, map_html)
        browser.close()


def first_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def dashboard(release: Path, *more: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "app" / "serve.py"), str(release), str(port)]
    server = subprocess.Popen(
        [*command, *map(str, more)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(timeout=20)


def picture_of_dashboard(browser: Browser, release: Path) -> None:
    with dashboard(release) as address:
        page = browser.new_page(viewport=SIZE)
        page.goto(address)
        page.wait_for_selector(".badge.chosen", timeout=60_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "dashboard.png")


def picture_of_try(browser: Browser, release: Path, recipe: Path) -> None:
    with dashboard(release, recipe) as address:
        page = browser.new_page(viewport=SIZE_OF_TRY)
        page.goto(address.replace("/?", "/method?"))  # the address lets in once, on any page
        page.get_by_role("button", name="Run this try").wait_for(timeout=60_000)
        method = page.get_by_role("combobox", name="Method")
        method.fill("kernel")
        method.press("Enter")
        page.get_by_text("density.md").wait_for()
        page.get_by_label("Re-runs").fill("20")
        page.get_by_label("Re-runs").press("Tab")
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Run this try").click()
        page.wait_for_selector(".compared", timeout=300_000)
        page.evaluate("document.activeElement.blur()")
        page.evaluate("document.querySelector('.st-key-try').scrollIntoView()")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "method_choice.png")


def pictures_of_analysts(browser: Browser, release: Path, recipe: Path) -> None:
    with dashboard(release, recipe) as address:
        page = browser.new_page(viewport=SIZE_OF_DATA)
        page.goto(address.replace("/?", "/data?"))
        page.get_by_role("button", name="Look at this one").click(timeout=60_000)
        page.wait_for_selector(".verdict", timeout=120_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "data.png")
        page.set_viewport_size(SIZE_OF_REVIEW)
        page.get_by_role("link", name="Review").click()
        page.wait_for_selector(".st-key-review .ground", timeout=120_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "review.png")


def picture_of_taking_away(browser: Browser, release: Path) -> None:
    with dashboard(release) as address:
        page = browser.new_page(viewport=SIZE_OF_TAKING)
        page.goto(address.replace("/?", "/take_away?"))
        page.get_by_label("Who gets it").wait_for(timeout=60_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "take_away.png")


def picture_of_map(browser: Browser, map_html: Path) -> None:
    page = browser.new_page(viewport=SIZE)
    page.goto(map_html.resolve().as_uri())
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / "map.png")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
