"""How is the dashboard started?

``serve(release)`` runs the dashboard on this machine until it is stopped. It
sets every switch itself, so that no configuration file is needed and none of
the defaults that would call out to the internet apply.

The same folder works from a checkout (``app/``) and from an installed wheel
(``csgeo/_app/``): nothing here imports its neighbours by package name.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

_APP = str(Path(__file__).resolve().parent)
if _APP not in sys.path:  # `app/` in a checkout, `csgeo/_app/` in a wheel: the same imports
    sys.path.insert(0, _APP)

from access import links, matrix, one_machine, sessions, site  # noqa: E402
from access.gate import Gate  # noqa: E402
from access.headers import SecurityHeaders, content_security_policy  # noqa: E402

from csgeo.errors import RecipeError, StoreError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    role: str | None = None,
    open_browser: bool = False,
    on_ready: Callable[[str], None] | None = None,
    asked: Iterable[str] | None = None,
) -> None:
    """Show a release folder in the dashboard until the process is stopped.

    A folder that is missing or was changed does not stop the server: the page
    says so in plain words, and shows the release once it is there.

    Parameters
    ----------
    release
        Folder that ``csgeo.save_release`` wrote.
    recipe
        The recipe that made the release. Then an analyst can try other choices, which
        reads the records.
    port
        First port to try; the next free one of twenty is taken.
    address
        Address to listen on. The default is reachable from this machine only.
    role
        Of the one person at this machine; by itself analyst with a recipe, else planner.
    open_browser
        Open the page in the user's browser when it answers.
    on_ready
        Called with the address that lets somebody in once: when the server answers, when the
        last session has ended, and for each line of `asked`. Nothing is printed here: that is
        for the command line to do.
    asked
        Lines, such as those of a terminal, each of which asks for another such address.

    Raises
    ------
    RecipeError
        If `address` can be reached from another machine, or `role` is none.
    StoreError
        If none of the twenty ports is free.
    """
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    as_role = _role(role, recipe)
    _name_what_is_shown(release, recipe, address)
    chosen = _free_port(address, port)
    here = site.on_this_machine(chosen)
    login = one_machine.OneMachine(here, as_role)
    app = st.App(
        _MAIN,
        routes=[Route("/healthz", _healthy)],
        middleware=[
            Middleware(SecurityHeaders, policy=content_security_policy(), https=here.secure),
            Middleware(Gate, site=here, login=login),
        ],
        on_script_error=_say_something_went_wrong,
    )
    page = f"http://{_host_in_url(address)}:{chosen}"
    _keep_a_way_in(page, on_ready, asked)
    threading.Thread(target=_when_ready, args=(page, open_browser, on_ready), daemon=True).start()
    app.run(config=settings(address, chosen))


def _role(role: str | None, recipe: Path | str | None) -> str:
    """Give the role of the one person at this machine."""
    if role is None:
        return "planner" if recipe is None else "analyst"
    if role not in matrix.ROLES:
        msg = f"A role must be one of {', '.join(matrix.ROLES)}; it is {role!r}."
        raise RecipeError(msg)
    return role


def _name_what_is_shown(release: Path | str, recipe: Path | str | None, address: str) -> None:
    """Tell ``main.py`` the release and the recipe, where only this machine can ask."""
    if not _only_this_machine(address):
        msg = (
            "Without a login the dashboard listens on this machine only (127.0.0.1); "
            f"{address} can be reached from others. Name the login in a settings file (--login), "
            "or leave the address out."
        )
        raise RecipeError(msg)
    os.environ[RELEASE_VARIABLE] = str(Path(release).resolve())
    os.environ.pop(RECIPE_VARIABLE, None)
    if recipe is not None:
        os.environ[RECIPE_VARIABLE] = str(Path(recipe).resolve())


def _keep_a_way_in(
    page: str, on_ready: Callable[[str], None] | None, asked: Iterable[str] | None
) -> None:
    """Give a new address when the last session has ended, and whenever somebody asks."""

    def give() -> None:
        if on_ready is not None:
            on_ready(one_machine.with_token(page, links.new_token()))

    def when_all_have_left(_session: object, _why: str) -> None:
        if not sessions.signed_in() and not links.unused():
            give()

    def listen(lines: Iterable[str]) -> None:
        for _ in lines:
            give()

    def watch() -> None:
        while True:  # nobody may ask any more: the tab is closed
            time.sleep(2)
            sessions.end_those_over()

    sessions.at_each_end(when_all_have_left)
    threading.Thread(target=watch, daemon=True).start()
    if asked is not None:
        threading.Thread(target=listen, args=(asked,), daemon=True).start()


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
    way_in = one_machine.with_token(page, links.new_token())
    if on_ready is not None:
        on_ready(way_in)
    if open_browser:
        webbrowser.open(way_in)


if __name__ == "__main__":  # for tests and for trying: FOLDER [PORT [RECIPE]] [--role=ROLE]
    given = [a for a in sys.argv[1:] if not a.startswith("--")]
    named = dict(a[2:].split("=", 1) for a in sys.argv[1:] if a.startswith("--"))
    serve(
        given[0],
        port=int(given[1]) if len(given) > 1 else 8501,
        recipe=given[2] if len(given) > 2 else None,
        role=named.get("role"),
        on_ready=lambda page: print(page, flush=True),  # noqa: T201 - the one line it says
        asked=sys.stdin,
    )
