"""Somebody who asks the dashboard without a browser, with a session or without."""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: tuple[str, ...]


def ask(
    address: str, path: str = "/", *, method: str = "GET", body: bytes | None = None, **headers: str
) -> Answer:
    """Ask exactly what is said: no header is added but Host, none is followed.

    Names of headers are written with ``_`` for ``-``.
    """
    to = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
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
