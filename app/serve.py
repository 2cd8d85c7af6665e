"""How is the dashboard started?

``serve(release)`` runs the dashboard on this machine until it is stopped. It
sets every switch itself, so that no configuration file is needed and none of
the defaults that would call out to the internet apply.

The same folder works from a checkout (``app/``) and from an installed wheel
(``csgeo/_app/``): nothing here imports its neighbours by package name.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

_APP = str(Path(__file__).resolve().parent)
if _APP not in sys.path:  # `app/` in a checkout, `csgeo/_app/` in a wheel: the same imports
    sys.path.insert(0, _APP)

from access import links, one_machine, sessions  # noqa: E402
from access.arranging import (  # noqa: E402
    arrange,
    keep_a_journal,
    name_of_the_one,
    refuse_open_address,
    role_of_the_one,
)
from access.gate import Gate  # noqa: E402
from access.headers import SecurityHeaders, content_security_policy  # noqa: E402
from access.own_routes import our_routes  # noqa: E402
from access.settings import Settings, read_settings  # noqa: E402
from access.switches import refuse_others_here, safe_switches  # noqa: E402

from csgeo.errors import StoreError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from access.arranging import Arranged

#: The environment variable that tells ``main.py`` which release folder to show.
RELEASE_VARIABLE = "CSGEO_RELEASE"
#: The one that names the recipe, where the Method page may try other choices.
RECIPE_VARIABLE = "CSGEO_RECIPE"
_MAIN = Path(__file__).resolve().parent / "main.py"
_PORTS_TO_TRY = 20
_LOCAL = ("127.0.0.1", "localhost")
#: As much as a file of records may have (``csgeo.loading.MOST_MB``).
_MOST_MB = 200


def serve(
    release: Path | str,
    *,
    recipe: Path | str | None = None,
    port: int | None = None,
    address: str | None = None,
    login: Path | str | None = None,
    role: str | None = None,
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
        The recipe that made the release. Then an analyst can try other choices, load files and
        run it again, which reads the records.
    port
        First port to try; the next free one of twenty is taken. By itself the one of the
        settings, else 8501.
    address
        Address to listen on. By itself the one of the settings, else this machine only.
    login
        The settings file of the login; without one, the login of one person at this machine.
    role
        Of the one person at this machine; by itself analyst with a recipe, else planner.
    on_ready
        Called with the page's address when the server answers. At one machine that address lets
        somebody in once, and a new one is given when the last session has ended and for each
        line of `asked`. Nothing is printed here: that is for the command line to do.
    asked
        Lines, such as those of a terminal, each of which asks for another such address.

    Raises
    ------
    RecipeError
        If the settings cannot be used, `address` can be reached from another machine without a
        login, `role` is none, or a switch of Streamlit's from outside contradicts ours.
    StoreError
        If none of the twenty ports is free, or the journal cannot be written.
    """
    told = read_settings(login) if login is not None else Settings()
    address = address or told.address
    refuse_open_address(told, address)
    as_role = role_of_the_one(role, with_recipe=recipe is not None)
    chosen = _free_port(address, port or told.port)
    name = name_of_the_one(told, variables=os.environ)
    arranged = arrange(told, port=chosen, host=_host_in_url(address), role=as_role, name=name)
    switches = settings(address, chosen, hosts=arranged.site.hosts, loads=recipe is not None)
    refuse_others_here(switches)
    keep_a_journal(told, secure=_secure_folder(recipe), variables=os.environ)
    _name_what_is_shown(release, recipe)
    give = _way_in(arranged, on_ready)
    if arranged.by_link:
        _keep_a_way_in(give, asked)
    health = f"http://{_host_in_url(address)}:{chosen}/healthz"
    threading.Thread(target=_when_ready, args=(health, give), daemon=True).start()
    threading.Thread(target=_end_what_is_over, daemon=True).start()
    # a header could else say that a request comes from another address than it does
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    _app(arranged).run(config=switches)


def _app(arranged: Arranged) -> Any:
    """Give the dashboard with the gate before it."""
    import streamlit as st  # noqa: PLC0415
    from starlette.middleware import Middleware  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    policy, https = content_security_policy(), arranged.site.secure
    return st.App(
        _MAIN,
        routes=[Route("/healthz", _healthy), *our_routes()],
        middleware=[
            Middleware(SecurityHeaders, policy=policy, https=https),
            Middleware(Gate, site=arranged.site, login=arranged.login),
        ],
        on_script_error=_say_something_went_wrong,
    )


def _name_what_is_shown(release: Path | str, recipe: Path | str | None) -> None:
    """Tell ``main.py`` the release and the recipe."""
    os.environ[RELEASE_VARIABLE] = str(Path(release).resolve())
    os.environ.pop(RECIPE_VARIABLE, None)
    if recipe is not None:
        os.environ[RECIPE_VARIABLE] = str(Path(recipe).resolve())


def _secure_folder(recipe: Path | str | None) -> Path | None:
    """Give the secure folder of a recipe, where its journal is."""
    if recipe is None:
        return None
    from components.tries import SECURE  # noqa: PLC0415

    from csgeo.recipe import load_recipe  # noqa: PLC0415

    read = load_recipe(Path(recipe), folders=os.environ)
    return read.path(read.folder) / SECURE


def _way_in(arranged: Arranged, on_ready: Callable[[str], None] | None) -> Callable[[], str]:
    """Give what says the address; at one machine, each time one that lets somebody in once."""

    def give() -> str:
        page = arranged.page
        if arranged.by_link:
            page = one_machine.with_token(page, links.new_token())
        if on_ready is not None:
            on_ready(page)
        return page

    return give


def _keep_a_way_in(give: Callable[[], str], asked: Iterable[str] | None) -> None:
    """Give a new address when the last session has ended, and whenever somebody asks."""

    def when_all_have_left(_session: object, _why: str) -> None:
        if not sessions.signed_in() and not links.unused():
            give()

    def listen(lines: Iterable[str]) -> None:
        for _ in lines:
            give()

    sessions.at_each_end(when_all_have_left)
    if asked is not None:
        threading.Thread(target=listen, args=(asked,), daemon=True).start()


def _end_what_is_over() -> None:
    while True:  # nobody may ask any more: the tab is closed
        time.sleep(2)
        sessions.end_those_over()


def settings(
    address: str, port: int, *, hosts: Iterable[str] = (), loads: bool = False
) -> dict[str, Any]:
    """Return every Streamlit switch that the dashboard depends on."""
    named = sorted({urlsplit(f"//{host}").hostname or host for host in hosts} or {*_LOCAL})
    return safe_switches() | {
        "browser.serverAddress": address,
        "server.address": address,
        "server.allowedHosts": named,
        "server.maxUploadSize": _MOST_MB if loads else 1,
        "server.port": port,
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


def _when_ready(health: str, give: Callable[[], str]) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(health, timeout=2):  # noqa: S310 - our own server
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    else:
        return
    give()


if (
    __name__ == "__main__"
):  # for tests and for trying: FOLDER [PORT [RECIPE]] [--role=ROLE] [--login=FILE]
    given = [a for a in sys.argv[1:] if not a.startswith("--")]
    named = dict(a[2:].split("=", 1) for a in sys.argv[1:] if a.startswith("--"))
    serve(
        given[0],
        port=int(given[1]) if len(given) > 1 else None,
        recipe=given[2] if len(given) > 2 else None,
        login=named.get("login"),
        role=named.get("role"),
        on_ready=lambda page: print(page, flush=True),  # noqa: T201 - the one line it says
        asked=sys.stdin,
    )
