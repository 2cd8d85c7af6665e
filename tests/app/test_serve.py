"""May a browser load anything but this server's own files?"""

from __future__ import annotations

import os
import socket
import urllib.error
import urllib.request

import pytest

from csgeo.errors import RecipeError, StoreError
from tests.app.conftest import APP


@pytest.fixture
def serve(monkeypatch):
    import importlib.util

    spec = importlib.util.spec_from_file_location("csgeo_serve", APP / "serve.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_policy_allows_own_files_and_the_one_inline_script_only(serve):
    policy = dict(part.split(" ", 1) for part in serve.content_security_policy().split("; "))
    assert policy["default-src"] == "'self'"
    own, *hashes = policy["script-src"].split()
    assert own == "'self'"
    assert len(hashes) == 1
    assert hashes[0].startswith("'sha256-")
    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'none'"
    assert "http" not in serve.content_security_policy()


def test_headers_are_put_on_each_answer_and_replace_weaker_ones(serve):
    sent = []

    async def page(scope, receive, send):
        weak = [(b"Content-Security-Policy", b"default-src *"), (b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": weak})

    async def keep(message):
        sent.append(message)

    guarded = serve.SecurityHeaders(page, policy="default-src 'self'")
    with pytest.raises(StopIteration):  # nothing in it waits, so one step runs it to its end
        guarded({"type": "http"}, None, keep).send(None)
    headers = sent[0]["headers"]
    assert (b"content-type", b"text/html") in headers
    assert [v for k, v in headers if k.lower() == b"content-security-policy"] == [
        b"default-src 'self'"
    ]
    assert (b"x-content-type-options", b"nosniff") in headers
    assert (b"referrer-policy", b"no-referrer") in headers


def test_over_https_each_cookie_is_for_https_and_the_browser_is_told_to_stay_there(serve):
    sent = []

    async def page(scope, receive, send):
        cookies = [(b"set-cookie", b"a=1; Path=/"), (b"Set-Cookie", b"b=2; secure; HttpOnly")]
        await send({"type": "http.response.start", "status": 200, "headers": cookies})

    async def keep(message):
        sent.append(message)

    for https in (True, False):
        guarded = serve.SecurityHeaders(page, policy="default-src 'self'", https=https)
        with pytest.raises(StopIteration):
            guarded({"type": "http"}, None, keep).send(None)
    over, plain = (
        {
            "cookies": [v for k, v in m["headers"] if k.lower() == b"set-cookie"],
            "all": dict(m["headers"]),
        }
        for m in sent
    )
    assert over["cookies"] == [b"a=1; Path=/; Secure", b"b=2; secure; HttpOnly"]
    assert over["all"][b"strict-transport-security"] == b"max-age=31536000"
    assert plain["cookies"] == [b"a=1; Path=/", b"b=2; secure; HttpOnly"]
    assert b"strict-transport-security" not in plain["all"]


def test_settings_call_nobody_and_listen_on_this_machine_only(serve):
    settings = serve.settings("127.0.0.1", 8501)
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"
    assert settings["client.showErrorDetails"] == "none"
    assert settings["client.showErrorLinks"] is False
    assert settings["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    from streamlit import config

    known = set(config._config_options_template)
    assert set(settings) <= known


def test_only_a_server_with_a_recipe_takes_large_files_and_as_large_as_records_may_be(serve):
    from csgeo import loading

    assert serve.settings("127.0.0.1", 8501)["server.maxUploadSize"] == 1
    with_recipe = serve.settings("127.0.0.1", 8501, hosts=["places.example:443"], loads=True)
    assert with_recipe["server.maxUploadSize"] == loading.MOST_MB
    assert with_recipe["server.allowedHosts"] == ["places.example"]


def test_a_taken_port_is_passed_over_and_twenty_are_refused(serve, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < serve._free_port("127.0.0.1", port) < port + 20
        monkeypatch.setattr(serve, "_PORTS_TO_TRY", 1)
        with pytest.raises(StoreError, match=f"free port at 127.0.0.1; {port} to {port} are all"):
            serve._free_port("127.0.0.1", port)


def test_the_server_answers_with_the_headers_also_where_it_refuses(address):
    with urllib.request.urlopen(f"{address}/healthz", timeout=10) as answer:
        assert answer.read() == b"ok"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/", timeout=10)
    refused.value.close()
    assert refused.value.code == 401
    assert refused.value.headers["x-content-type-options"] == "nosniff"
    assert refused.value.headers["content-security-policy"].startswith("default-src 'none'")
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(address.link(), timeout=10) as answer:
        assert answer.url == f"{address}/"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self' 'sha256-" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_an_unforeseen_error_is_said_without_a_traceback(serve, monkeypatch):
    import streamlit as st

    told = []
    monkeypatch.setattr(st, "error", told.append)
    assert serve._say_something_went_wrong(ValueError("secret detail")) is True
    assert told[0].startswith("This page could not be shown. Nothing was changed.")
    assert "secret detail" not in told[0]


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_without_a_login_only_this_machine_is_served(serve, monkeypatch, address):
    monkeypatch.setenv("CSGEO_RELEASE", "as it was")
    monkeypatch.delenv("CSGEO_RECIPE", raising=False)
    monkeypatch.setattr(serve, "_free_port", lambda *_: pytest.fail("it went on to listen"))
    for address_ in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        serve.refuse_open_address(serve.Settings(), address_)  # nothing to say
    for recipe in (None, "csgeo.toml"):
        with pytest.raises(RecipeError, match="listens on this machine only"):
            serve.serve("release", recipe=recipe, address=address)
    assert os.environ["CSGEO_RELEASE"] == "as it was"
    assert "CSGEO_RECIPE" not in os.environ


def test_a_recipe_is_told_only_where_one_is_named(serve, monkeypatch, tmp_path):
    monkeypatch.setenv("CSGEO_RELEASE", "")
    monkeypatch.setenv("CSGEO_RECIPE", "left from before")
    serve._name_what_is_shown(tmp_path / "release", None)
    assert "CSGEO_RECIPE" not in os.environ
    serve._name_what_is_shown(tmp_path / "release", tmp_path / "csgeo.toml")
    assert os.environ["CSGEO_RECIPE"] == str(tmp_path / "csgeo.toml")
