"""Somebody who asks the dashboard without a browser, with a session or without."""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from tests.app.access import providing
from tests.app.conftest import stop_dashboard


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...]


def ask(
    address: str,
    path: str = "/",
    *,
    method: str = "GET",
    body: bytes | None = None,
    raw: dict[str, str] | None = None,
    **headers: str,
) -> Answer:
    """Ask exactly what is said: no header is added but Host, none is followed.

    Names of headers are written with ``_`` for ``-``; those of `raw` are sent as they are.
    """
    to = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()} | (raw or {})
        to.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        for name, value in named.items():
            to.putheader(name, value)
        if body is not None:
            to.putheader("Content-Length", str(len(body)))
        to.endheaders(body)
        got = to.getresponse()
        told = {k.lower(): v for k, v in got.getheaders()}
        cookies = tuple(v for k, v in got.getheaders() if k.lower() == "set-cookie")
        return Answer(got.status, told, got.read(), cookies)
    finally:
        to.close()


def enter(address) -> str:
    """Use a link of the dashboard, and give the cookie that came of it."""
    link = address.link()
    got = ask(address, link.removeprefix(address))
    assert got.status == 303
    return got.cookies[0].split(";")[0]


def open_socket(address: str, cookie: str = "", *, origin: str | None = None, **more):
    """Open the websocket of the pages."""
    headers = {"Cookie": cookie} if cookie else {}
    headers |= more.pop("headers", {})
    return connect(
        address.replace("http://", "ws://") + more.pop("path", "/_stcore/stream"),
        origin=str(address) if origin is None else (origin or None),
        additional_headers=headers,
        subprotocols=more.pop("subprotocols", ["streamlit"]),
        proxy=None,
        close_timeout=1,
        **more,
    )


@pytest.fixture(scope="session")
def analyst_at(start, release_folder):
    """Start a dashboard whose one person is an analyst."""
    return start(release_folder, "--role=analyst")


@pytest.fixture(scope="session")
def provider(tmp_path_factory):
    """Run the identity provider, with a client for each dashboard of the tests."""
    folder = providing.install(tmp_path_factory.mktemp("provider"))
    clients = {name: providing.client(name) for name in ("csgeo", "brief", "idle")}
    running, issuer = providing.run_provider(folder, list(clients.values()))
    yield issuer, clients
    running.terminate()
    running.wait(timeout=20)
    running.stdout.close()


@pytest.fixture(scope="session")
def behind(provider, release_folder, tmp_path_factory):
    """Give a function that starts a dashboard as a client of the provider."""
    issuer, clients = provider
    running = []

    def start(name: str, *more: str, **changed: str):
        of = clients[name]
        settings = providing.write_settings(
            tmp_path_factory.mktemp(f"login-{name}"), issuer, of, **changed
        )
        running.append(providing.start_behind(settings, release_folder, of, *more))
        return running[-1], settings

    yield start
    for address in running:
        stop_dashboard(address)
