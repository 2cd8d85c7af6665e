"""How is the dashboard started, and what may a browser that opens it load?

``serve(release)`` runs the dashboard on this machine until it is stopped. It
sets every switch itself, so that no configuration file is needed and none of
the defaults that would call out to the internet apply.

The same folder works from a checkout (``app/``) and from an installed wheel
(``csgeo/_app/``): nothing here imports its neighbours by package name.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import os
import re
import socket
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csgeo.errors import RecipeError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: The environment variable that tells ``main.py`` which release folder to show.
RELEASE_VARIABLE = "CSGEO_RELEASE"
#: The one that names the recipe, where the Method page may try other choices.
RECIPE_VARIABLE = "CSGEO_RECIPE"
_MAIN = Path(__file__).resolve().parent / "main.py"
_PORTS_TO_TRY = 20
_LOCAL = ("127.0.0.1", "localhost")


def serve(
    release: Path | str,
    *,
    recipe: Path | str | None = None,
    port: int = 8501,
    address: str = "127.0.0.1",
    open_browser: bool = False,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Show a release folder in the dashboard until the process is stopped.

    A folder that is missing or was changed does not stop the server: the page
    says so in plain words, and shows the release once it is there.

    Parameters
    ----------
    release
        Folder that ``csgeo.save_release`` wrote.
    recipe
        The recipe that made the release. Then the Method page can try other choices, which
        reads the records: only for the analyst's own machine.
    port
        First port to try; the next free one of twenty is taken.
    address
        Address to listen on. The default is reachable from this machine only.
    open_browser
        Open the page in the user's browser when it answers.
    on_ready
        Called once, with the page's address, when it answers. Nothing is
        printed here: that is for the command line to do.

    Raises
    ------
    RecipeError
        If a recipe is given and `address` can be reached from another machine.
    StoreError
        If none of the twenty ports is free.
    """
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    _name_what_is_shown(release, recipe, address)
    chosen = _free_port(address, port)
    app = st.App(
        _MAIN,
        routes=[Route("/healthz", _healthy)],
        middleware=[Middleware(SecurityHeaders, policy=content_security_policy())],
        on_script_error=_say_something_went_wrong,
    )
    page = f"http://{_host_in_url(address)}:{chosen}"
    threading.Thread(target=_when_ready, args=(page, open_browser, on_ready), daemon=True).start()
    app.run(config=settings(address, chosen))


def _name_what_is_shown(release: Path | str, recipe: Path | str | None, address: str) -> None:
    """Tell ``main.py`` the release, and the recipe where only this machine can ask."""
    if recipe is not None and not _only_this_machine(address):
        msg = (
            "With a recipe the dashboard reads records, so it listens on this machine only "
            f"(127.0.0.1); {address} can be reached from others. Leave the recipe out: a viewer "
            "shows the release alone."
        )
        raise RecipeError(msg)
    os.environ[RELEASE_VARIABLE] = str(Path(release).resolve())
    os.environ.pop(RECIPE_VARIABLE, None)
    if recipe is not None:
        os.environ[RECIPE_VARIABLE] = str(Path(recipe).resolve())


def _only_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def settings(address: str, port: int) -> dict[str, Any]:
    """Return every Streamlit switch that the dashboard depends on."""
    hosts = [*_LOCAL] if address in _LOCAL else [*_LOCAL, address, socket.gethostname()]
    return {
        "browser.gatherUsageStats": False,
        "browser.serverAddress": address,
        "client.showErrorDetails": "none",
        "client.showErrorLinks": False,
        "client.toolbarMode": "viewer",
        "client.disableDataExport": True,
        "logger.hideWelcomeMessage": True,
        "logger.level": "error",
        "runner.magicEnabled": False,
        "server.address": address,
        "server.allowedHosts": hosts,
        "server.enableStaticServing": False,
        "server.fileWatcherType": "none",
        "server.headless": True,
        "server.maxUploadSize": 1,
        "server.port": port,
        "server.runOnSave": False,
        "theme.base": "light",
        "theme.primaryColor": "#12436d",
    }


def content_security_policy() -> str:
    """Return the policy under which a browser loads nothing but this server's own files.

    Streamlit's page has one inline script; its hash is taken from the file
    that is installed, since it changes with Streamlit's version.
    """
    hashes = " ".join(f"'sha256-{h}'" for h in _inline_script_hashes())
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Middleware that puts the same protective headers on each answer."""

    def __init__(self, app: ASGIApp, *, policy: str) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", b"geolocation=(), camera=(), microphone=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in self.headers}
                kept = [h for h in message.get("headers", []) if h[0].lower() not in ours]
                message = {**message, "headers": [*kept, *self.headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _inline_script_hashes() -> list[str]:
    import streamlit  # noqa: PLC0415

    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    without_comments = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", without_comments, flags=re.DOTALL)
    return [
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    ]


async def _healthy(_request: object) -> Any:
    from starlette.responses import PlainTextResponse  # noqa: PLC0415

    return PlainTextResponse("ok")


def _say_something_went_wrong(_error: Exception) -> bool:
    import streamlit as st  # noqa: PLC0415

    st.error(
        "This page could not be shown. Nothing was changed. Reload it; if it happens again, "
        "ask the analyst who made the release to look at the server's messages."
    )
    return True


def _host_in_url(address: str) -> str:
    if address in {"0.0.0.0", "::"}:  # noqa: S104 - only compared, never bound here
        return "localhost"
    return f"[{address}]" if ":" in address else address


def _free_port(address: str, first: int) -> int:
    for port in range(first, first + _PORTS_TO_TRY):
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as trial:
            # as the server itself does, or a port that was just left would look taken
            if os.name == "posix":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((address, port))
            except OSError:
                continue
            return port
    msg = (
        f"The dashboard needs a free port at {address}; {first} to "
        f"{first + _PORTS_TO_TRY - 1} are all taken. Name another with --port."
    )
    raise StoreError(msg)


def _when_ready(page: str, open_browser: bool, on_ready: Callable[[str], None] | None) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{page}/healthz", timeout=2):  # noqa: S310 - our own server
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    else:
        return
    if on_ready is not None:
        on_ready(page)
    if open_browser:
        webbrowser.open(page)


if __name__ == "__main__":  # `python app/serve.py FOLDER [PORT [RECIPE]]`, for tests and for trying
    import sys

    serve(
        sys.argv[1],
        port=int(sys.argv[2]) if len(sys.argv) > 2 else 8501,
        recipe=sys.argv[3] if len(sys.argv) > 3 else None,
        on_ready=lambda page: print(page, flush=True),  # noqa: T201 - the one line it says
    )
