"""What do the dashboard and the map look like? Saves a picture of each in docs/pictures/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
SIZE = {"width": 1366, "height": 768}


def main(release: Path, map_html: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CSGEO_BROWSER") or first_browser(),
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"],
        )
        picture_of_dashboard(browser, release)
        picture_of_map(browser, map_html)
        browser.close()


def first_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def picture_of_dashboard(browser: Browser, release: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(ROOT / "app" / "serve.py"), str(release), str(port)]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    try:
        address = server.stdout.readline().strip()
        page = browser.new_page(viewport=SIZE)
        page.goto(address)
        page.wait_for_selector(".badge.chosen", timeout=60_000)
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "dashboard.png")
    finally:
        server.terminate()
        server.wait(timeout=20)


def picture_of_map(browser: Browser, map_html: Path) -> None:
    page = browser.new_page(viewport=SIZE)
    page.goto(map_html.resolve().as_uri())
    page.wait_for_timeout(2500)
    page.screenshot(path=PICTURES / "map.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
