"""What happens when everything is used once that csgeo has, on records with planted secrets?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from tests.doors.canaries import Canary, found_in_memory
from tests.doors.planted import (
    Planted,
    own_environment,
    plant,
    rounding_key,
    server_secret,
    with_a_bad_row,
)
from tests.doors.walk import ROOT
from tests.doors.watching import Seen, go_to, pages_of, running, settled, use_everything, watched

if TYPE_CHECKING:
    from pathlib import Path

TERMINAL = "the terminal of csgeo run"
_TRY_MS = 300_000  # the longest that a busy machine may take


class Used(NamedTuple):
    """All that came of it: what was seen, said and left, and what was in the servers' memory."""

    folder: Path
    planted: Planted
    known: tuple[Canary, ...]
    seen: Seen
    said: list[Path]
    memory: dict[str, set[str]]
    visited: dict[str, list[str]]


def use(folder: Path, browser: Any) -> Used:
    """Run the recipe, and use its dashboard as analyst and as viewer wherever it leads."""
    planted = plant(folder)
    secret, told_to_the_server = server_secret()
    env = own_environment(folder) | {"PYTHONPATH": str(ROOT), "CSGEO_PROXY_SECRET": secret}
    ran = subprocess.run(
        [sys.executable, "-m", "csgeo.cli", "run", str(planted.recipe)],
        env=env, cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    known = (*planted.canaries, rounding_key(planted), told_to_the_server)
    used = Used(folder, planted, known, Seen([]), [], {}, {})
    used.seen.add(TERMINAL, ran.stdout + ran.stderr)
    release = planted.home / "out" / "release"
    with running(release, folder, env, planted.recipe) as server:
        with watched(browser, next(server.links), used.seen) as page:
            used.visited["analyst"] = look_at_everything(page, used.seen, planted)
            run_a_try(page, used.seen)
            take_a_file(page, used.seen)
            with_a_bad_row(planted)
            run_a_try(page, used.seen, again=True)
            with_a_wrong_recipe(page, used.seen, planted)
        used.memory["the analyst's server"] = found_in_memory(server.process.pid, known)
        used.said.append(server.said)
    with running(release, folder, env, "--role=viewer") as server:
        with watched(browser, next(server.links), used.seen) as page:
            used.visited["viewer"] = look_at_everything(page, used.seen, planted)
            manifest = release / "manifest.json"
            manifest.write_bytes(manifest.read_bytes().replace(b"partnership", b"partnershiq"))
            page.reload()
            settled(page, used.seen, "with a release that was changed")
        used.memory["the viewers' server"] = found_in_memory(server.process.pid, known)
        used.said.append(server.said)
    return used


def look_at_everything(page: Any, seen: Seen, planted: Planted) -> list[str]:
    """Go to each page of the navigation, hand it a file, and press what can be pressed."""
    settled(page, seen, "first")
    names = pages_of(page)
    for name in names:
        go_to(page, name, seen)
        use_everything(page, seen, name, planted.home / "incidents.csv")
    return names


def run_a_try(page: Any, seen: Seen, *, again: bool = False) -> None:
    """Run a try to its end, whatever that is."""
    go_to(page, "Method", seen)
    page.get_by_label("Least people in a place").fill("4" if again else "2")
    page.get_by_label("Least people in a place").press("Tab")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Run this try").click()
    ended = "could not be used as the recipe says" if again else "on both lists"
    page.get_by_text(ended).first.wait_for(timeout=_TRY_MS)
    settled(page, seen, "after a try that failed" if again else "after a try")
    if not again:
        page.get_by_role("button", name="Keep these choices").click()
        page.get_by_role("button", name="Show this one").first.click()
        page.get_by_text("A try, not the release").first.wait_for(timeout=_TRY_MS)
        settled(page, seen, "a try")


def take_a_file(page: Any, seen: Seen, *, fetch: bool = True) -> str:
    """Have a file made to be taken away, fetch it, and give its address."""
    where = urlsplit(page.url)
    page.goto(f"{where.scheme}://{where.netloc}/take_away")  # not of a try, which never leaves
    settled(page, seen, "Take away")
    page.get_by_text("Everything").first.click(timeout=60_000)
    settled(page, seen, "Take away, everything")
    page.get_by_label("Purpose").fill("A multi")
    page.wait_for_timeout(700)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Who gets it").fill("Youth partnership")
    page.get_by_label("Who gets it").press("Tab")
    page.wait_for_timeout(700)
    page.get_by_role("button", name="Make the file").click()
    link = page.locator(".fetch a")
    link.wait_for(timeout=_TRY_MS)
    settled(page, seen, "with a file to fetch")
    address = str(link.get_attribute("href"))
    if not fetch:
        return address
    with page.expect_download() as coming:
        link.click()
    seen.add(f"the file {coming.value.suggested_filename}", _content(coming.value))
    return address


def _content(download: Any) -> bytes:
    with open(download.path(), "rb") as file:  # noqa: PTH123  a path as text
        return file.read()


def with_a_wrong_recipe(page: Any, seen: Seen, planted: Planted) -> None:
    """Look at the pages while the recipe cannot be used."""
    text = planted.recipe.read_text(encoding="utf-8")
    wrong = text.replace("seed = 3", 'seed = "${CSGEO_PROXY_SECRET}"')
    wrong = wrong.replace('file = "area.gpkg"', 'file = "${CSGEO_PROXY_SECRET}/area.gpkg"')
    planted.recipe.write_text(wrong, encoding="utf-8")
    page.reload()
    settled(page, seen, "with a wrong recipe")
    for name in pages_of(page):
        go_to(page, name, seen)
    planted.recipe.write_text(text, encoding="utf-8")
