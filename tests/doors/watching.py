"""What does a browser that looks at everything get to see?"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import Error

from tests.doors.walk import APP

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Links and buttons that would end what is looked at, and one that is pressed on its own.
_LEAVING = ("sign out", "log out", "end session", "stop", "run this try")
_A_MOMENT_MS, _STILL, _LONGEST_S = 150, 4, 20.0
#: What a page shows once it has been drawn; nothing while it is.
_DRAWN = """
(() => { const app = document.querySelector('[data-testid=stApp]');
  const busy = '[data-testid=stSkeleton], [data-testid=stSpinner]';
  return !app || (app.dataset.testScriptState === 'notRunning' && !document.querySelector(busy))
    ? document.body.innerText : ''; })()
"""
_MOST_BUTTONS = 12


class Seen(NamedTuple):
    """All that came to a browser: where it was seen, and its bytes."""

    parts: list[tuple[str, bytes]]

    def add(self, where: str, content: bytes | str) -> None:
        self.parts.append((where, content.encode() if isinstance(content, str) else content))


class Server(NamedTuple):
    """A dashboard that runs, and the file in which all that it says is kept."""

    process: subprocess.Popen[str]
    address: str
    said: Path
    links: Iterator[str]

    def link(self) -> str:
        """Ask for another address that lets somebody in once."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return next(self.links)


@contextmanager
def running(
    release: Path, folder: Path, env: dict[str, str], *more: str | Path
) -> Iterator[Server]:
    """Run the dashboard on a release until it is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    said = folder / f"server-{port}.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(APP / "serve.py"), str(release), str(port), *map(str, more)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder,
            env=env,
        )  # fmt: skip
    links = iter(_links(process))
    try:
        first = next(links)
        server = Server(process, first.split("/?")[0], said, iter([first]))
        yield server._replace(links=_one_after_the_other(first, links))
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdin.close()
        process.stdout.close()


def _one_after_the_other(first: str, links: Iterator[str]) -> Iterator[str]:
    yield first
    yield from links


def _links(process: subprocess.Popen[str]) -> Iterator[str]:
    for line in process.stdout:
        if "http://" in line:
            yield "http://" + line.strip().split("http://", 1)[1]
    message = "the dashboard did not start"
    raise AssertionError(message)


@contextmanager
def watched(browser, link: str, seen: Seen) -> Iterator[object]:
    """Open a page that lets somebody in, and keep every answer, frame and word of it."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(20_000)

    def keep(answer) -> None:
        with suppress(Error):  # a redirect has no body
            seen.add(f"headers of {answer.url}", str(answer.all_headers()))
            if "/static/js/" not in answer.url and "/static/media/" not in answer.url:
                seen.add(f"answer to {answer.url}", answer.body())

    def listen(opened) -> None:
        opened.on("framereceived", lambda content: seen.add("frame to the browser", content))

    context.on("response", keep)
    page.on("websocket", listen)
    page.on("console", lambda said: seen.add("console", said.text))
    page.on("pageerror", lambda failed: seen.add("error of a script", str(failed)))
    page.on("download", lambda got: seen.add(got.suggested_filename, Path(got.path()).read_bytes()))
    page.goto(link)
    try:
        yield page
    finally:
        context.close()


def settled(page, seen: Seen, where: str) -> None:
    """Wait until a page has been drawn, and keep its HTML."""
    page.wait_for_selector("[data-testid=stApp], main, h1")
    before, same, began = "", 0, time.monotonic()
    while same < _STILL and time.monotonic() - began < _LONGEST_S:
        page.wait_for_timeout(_A_MOMENT_MS)
        with suppress(Error):  # it is drawn anew at this moment
            drawn = page.evaluate(_DRAWN)
            same = same + 1 if drawn and drawn == before else 0
            before = drawn
    seen.add(f"page {where}", page.content())


def pages_of(page) -> list[str]:
    """Name the pages to which the navigation leads."""
    page.wait_for_selector(".st-key-navigation a")
    names = [a.inner_text().strip() for a in page.locator(".st-key-navigation a").all()]
    return [n for n in names if n.lower() not in _LEAVING]


def go_to(page, name: str, seen: Seen) -> None:
    page.locator(".st-key-navigation").get_by_role("link", name=name, exact=True).click()
    settled(page, seen, name)


def use_everything(page, seen: Seen, where: str, upload: Path) -> list[str]:
    """Hand a page a file wherever it takes one, and press each of its buttons once."""
    for taken in page.locator("input[type=file]").all():
        with suppress(Error):
            taken.set_input_files(upload, timeout=3_000)
            settled(page, seen, f"{where}, with a file")
    empty = "input[type=text]:not([role=combobox]):visible, textarea:visible"
    for field in page.locator(empty).all():
        with suppress(Error):
            if field.is_enabled() and not field.input_value():
                field.fill("a meeting", timeout=2_000)
                field.press("Tab")
    settled(page, seen, f"{where}, with words")
    pressed: list[str] = []
    for _ in range(_MOST_BUTTONS):
        names = [b.inner_text().strip() for b in page.locator("button:visible:enabled").all()]
        left = [
            n for n in names
            if n and n not in pressed and not any(word in n.lower() for word in _LEAVING)
        ]  # fmt: skip
        if not left:
            break
        pressed.append(left[0])
        with suppress(Error):
            page.get_by_role("button", name=left[0], exact=True).first.click(timeout=3_000)
            settled(page, seen, f"{where}, after {left[0]}")
    return pressed
