"""What of another role can somebody reach who is signed in, was signed in, or is not?

One dashboard, somebody of each role on it. An analyst loads a file, tries, reviews and takes a
file away in a real browser; every address, file and message that came of it is then asked for by
the others. Each attempt that gets something of the analyst's is counted.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.attacks.rows import Row, print_rows
from benchmarks.attacks.scripts import opened_browser
from tests.doors.canaries import found_in
from tests.doors.planted import own_environment, plant, rounding_key
from tests.doors.using import run_a_try, take_a_file
from tests.doors.watching import Seen, go_to, pages_of, settled, use_everything

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
OTHERS = ("viewer", "planner", "admin", "ended", "nobody")
#: What only a page of analysts says, or a try.
_OF_ANALYSTS = (
    b"A file of records",
    b"Look at this one",
    b"Keep it",
    b"Nudge it",
    b"A try, not the release",
    b"Run this try",
)
_SHELL = b'<div id="root">'
#: What every signed-in page is made of; somebody who is not signed in gets none of it.
_MADE_OF = re.compile(
    r"/(static|_stcore/bidi-components|_stcore/host-config|access/still|favicon|manifest)"
)
#: They say that the server runs, to anybody, and nothing else.
_FOR_ALL = ("/healthz", "/_stcore/health")
_PAGES = ("/data", "/review", "/take_away", "/access", "/method", "/places", "/")
_TWISTED = (
    "//data", "/data/", "/%64ata", "/places/../data", "/./data", "/data;x=1", "/DATA", "/data%00",
    "/data%2f", "/places/%2e%2e/data", "/static/../data", "/review?role=analyst", "/data#x",
)  # fmt: skip
_FILES = (
    "/static/../../app/serve.py", "/static/..%2f..%2fserve.py", "/static/%2e%2e/%2e%2e/index.html",
    "/_stcore/bidi-components/csgeo.map/../../main.py",
    "/_stcore/bidi-components/csgeo.map/..%2f..%2fmain.py",
    "/_stcore/bidi-components/csgeo.map/%2e%2e/%2e%2e/%2e%2e/main.py",
    "/_stcore/bidi-components/csgeo.leaflet/../../write.py",
    "/_stcore/bidi-components/csgeo.map//etc/passwd",
    "/app/static/app.css", "/component/x/../../main.py", "/media/../main.py",
)  # fmt: skip
_LISTINGS = (
    "/static/", "/static", "/files/", "/files", "/media/", "/media", "/_stcore/", "/_stcore",
    "/_stcore/bidi-components/", "/_stcore/bidi-components/csgeo.map/", "/_stcore/upload_file/",
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/allowed-message-origins",
    "/app/static/", "/component/", "/st-metrics", "/docs", "/openapi.json", "/_stcore/agent",
)  # fmt: skip


class Tried(NamedTuple):
    """One attempt: who, what, and whether it got anything."""

    who: str
    what: str
    reached: bool


class Dashboard(NamedTuple):
    """A dashboard with somebody of each role."""

    host: str
    port: int
    cookies: dict[str, str]
    ids: dict[str, str]

    def cookie(self, who: str) -> str:
        """Give the header that somebody's browser sends."""
        return f"csgeo-{self.port}={self.cookies[who]}" if who in self.cookies else ""


@contextmanager
def dashboard(release: Path, recipe: Path, env: dict[str, str]) -> Iterator[Dashboard]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    starter = Path(__file__).with_name("several_roles.py")
    process = subprocess.Popen(
        [sys.executable, str(starter), str(release), str(port), str(recipe)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env, cwd=release.parent,
    )  # fmt: skip
    try:
        told = json.loads(process.stdout.readline())
        yield Dashboard("127.0.0.1", port, told["cookies"], told["ids"])
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def ask(
    at: Dashboard,
    path: str,
    who: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    **more: str,
) -> tuple[int, bytes]:
    """Ask as somebody for an address, exactly as it is written."""
    to = http.client.HTTPConnection(at.host, at.port, timeout=20)
    try:
        to.putrequest(method, path, skip_accept_encoding=True)
        named = {n.replace("_", "-"): v for n, v in more.items()}
        named["Cookie"] = "; ".join(filter(None, (at.cookie(who), named.get("Cookie", ""))))
        named["Origin"] = f"http://{at.host}:{at.port}"
        for name, value in named.items():
            to.putheader(name, value)
        if body is not None:
            to.putheader("Content-Length", str(len(body)))
        to.endheaders(body)
        got = to.getresponse()
        return got.status, got.read()
    finally:
        to.close()


def analyst_works(at: Dashboard, browser, upload: Path) -> list[str]:
    """Let an analyst use everything in a browser; give the addresses that were asked."""
    seen, asked = Seen([]), []
    context = browser.new_context(accept_downloads=True)
    context.add_cookies(
        [
            {
                "name": f"csgeo-{at.port}",
                "value": at.cookies["analyst"],
                "url": f"http://{at.host}:{at.port}",
            }
        ]
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    context.on(
        "request",
        lambda one: asked.append(urlsplit(one.url)._replace(scheme="", netloc="").geturl()),
    )
    page.on(
        "websocket",
        lambda one: one.on("framereceived", lambda content: seen.add("frame", content)),
    )
    page.goto(f"http://{at.host}:{at.port}/")
    settled(page, seen, "first")
    for name in pages_of(page):
        go_to(page, name, seen)
        use_everything(page, seen, name, upload)
    run_a_try(page, seen)
    asked.append(urlsplit(page.url)._replace(scheme="", netloc="").geturl())
    made = [take_a_file(page, seen, fetch=False)]
    context.close()
    return sorted({a for a in (*asked, *made) if a.startswith("/")})


def by_address(at: Dashboard, addresses: list[str]) -> Iterator[Tried]:
    """Ask as each of the others for what the analyst asked for."""
    for who in OTHERS:
        inside = who in {"viewer", "planner", "admin"}
        for address in addresses:
            path = urlsplit(address).path
            if path in _PAGES or path in _FOR_ALL or (inside and _MADE_OF.match(path)):
                continue
            for method in ("GET", "HEAD", "PUT", "DELETE", "POST"):
                status, got = ask(
                    at, address, who, method=method, body=b"" if method == "PUT" else None
                )
                yield Tried(who, f"{method} {address}", status < 300 and _SHELL not in got)


def by_page(at: Dashboard) -> Iterator[Tried]:
    """Ask for each page that the table of roles closes, straight and twisted."""
    from access import matrix

    for who in OTHERS:
        for path in (*_PAGES, *_TWISTED):
            page = re.sub(r"[^a-z_]", "", urlsplit(path).path.lower()) or "places"
            open_to_them = page in matrix.PAGES and matrix.may(who, page, "see")
            if open_to_them and path in _PAGES:
                continue
            status, got = ask(at, path, who)
            yield Tried(who, f"GET {path}", (status < 300 and path in _PAGES) or _says(got))
        for path in (*_FILES, *_LISTINGS):
            status, got = ask(at, path, who)
            yield Tried(who, f"GET {path}", status < 300 and _SHELL not in got)
        for headers in _pretending(at):
            status, got = ask(at, "/data", who, **headers)
            yield Tried(who, f"GET /data with {next(iter(headers))}", status < 300)


def _pretending(at: Dashboard) -> Iterator[dict[str, str]]:
    analyst = at.ids["analyst"]
    yield {"X_Csgeo_Session": analyst}
    yield {"X_CSGEO_SESSION": analyst}
    yield {"X_Csgeo_User": "one analyst", "X_Csgeo_Roles": "analyst"}
    yield {"Cookie": f"csgeo-{at.port}={analyst}"}
    yield {"Cookie": "_streamlit_user=analyst; csgeo=analyst"}
    yield {"X_Forwarded_For": "127.0.0.1", "X_Forwarded_User": "analyst"}
    yield {"X_Original_URL": "/places", "X_Rewrite_URL": "/places"}
    yield {"X_HTTP_Method_Override": "PUT"}


def _says(content: bytes) -> bool:
    return any(words in content for words in _OF_ANALYSTS)


def by_websocket(at: Dashboard, addresses: list[str]) -> Iterator[Tried]:
    """Ask the pages' own connection for pages, tries and sessions that are another's."""
    tries = sorted({t for a in addresses for t in re.findall(r"try=([0-9a-f]{8})", a)})
    upload = r"/_stcore/upload_file/([^/]+)/"  # names the analyst's session of Streamlit
    seats = sorted({s for a in addresses for s in re.findall(upload, a)})
    for who in OTHERS:
        for page in ("data", "review", "method", "places"):
            for query in ("", *(f"try={t}" for t in tries)):
                got = spoken(at, who, page, query)
                yield Tried(who, f"websocket: page {page}?{query}", _says(got))
        for seat in seats:
            got = spoken(at, who, "data", "", seat=seat)
            yield Tried(who, "websocket: the analyst's session of Streamlit", _says(got))
            path = f"/_stcore/upload_file/{seat}/0123"
            status, _ = ask(at, path, who, method="PUT", body=b"x")
            yield Tried(who, "upload into the analyst's session", status < 300)


def spoken(at: Dashboard, who: str, page: str, query: str, *, seat: str = "") -> bytes:
    """Ask for a page by the websocket, and give all that is said until the script has ended."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    said, asked = b"", BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_name = page
    with suppress(WebSocketException, TimeoutError, OSError), connect(
        f"ws://{at.host}:{at.port}/_stcore/stream",
        origin=f"http://{at.host}:{at.port}",
        additional_headers={"Cookie": at.cookie(who)} if at.cookie(who) else {},
        subprotocols=["streamlit", "x", seat] if seat else ["streamlit"],
        proxy=None, close_timeout=1, open_timeout=5, max_size=None,
    ) as opened:  # fmt: skip
        opened.send(asked.SerializeToString())
        while True:
            frame = opened.recv(timeout=8)
            said += frame
            message = ForwardMsg.FromString(frame)
            if message.WhichOneof("type") == "script_finished":
                break
    return said


def attempts(browser, folder: Path) -> list[Tried]:
    """Run all attempts on a dashboard of an invented town whose records hold secrets."""
    planted = plant(folder)
    env = own_environment(folder) | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-m", "csgeo.cli", "run", "--quiet", str(planted.recipe)],
        env=env, cwd=folder, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    sys.path.insert(0, str(ROOT / "app"))
    release = planted.home / "out" / "release"
    known = (*planted.canaries, rounding_key(planted), *planted.on_the_way)
    with dashboard(release, planted.recipe, env) as at:
        addresses = analyst_works(at, browser, planted.home / "incidents.csv")
        made = [*by_address(at, addresses), *by_page(at), *by_websocket(at, addresses)]
        made += [
            Tried(who, f"a secret on {page}", bool(found_in(spoken(at, who, page, ""), known)))
            for who in ("viewer", "planner", "admin")
            for page in ("places", "method", "take_away")
        ]
        made += [
            Tried("the others", f"used up {a}", ask(at, a, "analyst")[0] != 200)
            for a in addresses
            if a.startswith("/files/")
        ]
    controls = _controls(addresses)
    assert controls == [], f"the analyst made too little to attack: {controls}"
    return made


def _controls(addresses: list[str]) -> list[str]:
    """Say what the analyst should have left to be attacked and has not."""
    wanted = {"an upload": "/_stcore/upload_file/", "a file": "/files/", "a try": "try="}
    return [what for what, part in wanted.items() if not any(part in a for a in addresses)]


def rows() -> list[Row]:
    """Give the row of the table."""
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        tried = attempts(browser, Path(folder))
    reached = [t for t in tried if t.reached]
    for one in reached:
        print(f"reached: {one.who}: {one.what}", file=sys.stderr)
    return [
        Row(
            "other role's file, page, cache entry, metadata",
            "yes: downloads, /media and cached pages of others",
            "0",
            f"{len(reached)} of {len(tried)} attempts",
            met=not reached and len(tried) > 500,
        )
    ]


if __name__ == "__main__":
    print_rows(rows())
