"""Is anything behind the gate reached by somebody whom it has not let in?"""

from __future__ import annotations

import re
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.access.conftest import ask, enter, open_socket
from tests.app.conftest import ROOT

EVERYWHERE = [
    "/", "/places", "/method", "/data", "/review", "/take_away", "/access", "/static/js/index.js",
    "/static/media/x.woff2", "/favicon.png", "/manifest.json", "/index.html", "/media/0123.png",
    "/component/a.b/index.html", "/_stcore/bidi-components/a/b.js", "/_stcore/host-config",
    "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/upload_file/a/b", "/files/abc",
    "/_stcore/agent/openapi.json", "/auth/login", "/auth/logout", "/oauth2callback", "/access/still",
    "/access/still.js", "/nowhere", "/_stcore/stream", "/app/static/a", "/healthz/", "/HEALTHZ",
    "/_stcore/health/x", "/.//healthz", "/%2e%2e/etc/passwd", "/?token=", "/?token=forged",
]  # fmt: skip


def rerun(**said) -> bytes:
    """Write what the browser says when a page is to be drawn."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    for name, value in said.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


def hear(socket, *, until: str, seconds: float = 20) -> str:
    """Take what the server sends until a word stands in it."""
    heard, ends = "", time.monotonic() + seconds
    while until not in heard and time.monotonic() < ends:
        heard += str(ForwardMsg.FromString(socket.recv(timeout=seconds)))
    return heard


def drain(socket, *, seconds: float = 5) -> None:
    """Take what comes until the server closes."""
    while True:
        socket.recv(timeout=seconds)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_stranger_gets_401_everywhere_and_no_file_of_the_dashboard(address, path):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        got = ask(address, path, method=method, body=b"" if method in {"POST", "PUT"} else None)
        assert got.status == 401, method
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["content-security-policy"].startswith("default-src 'none'")
        assert got.cookies == ()
        for sign in (b"streamlit", b"_stcore", b"/static/", b"<script"):
            assert sign not in got.body.lower()


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health"])
def test_health_is_open_and_says_nothing_else(address, path):
    got = ask(address, path)
    assert (got.status, got.body) == (200, b"ok")
    assert ask(address, path, method="POST", body=b"").status == 401


def test_a_link_becomes_a_session_and_a_clean_address(address):
    link = address.link("/method")
    got = ask(address, link.removeprefix(address) + "&view=Table")
    assert got.status == 303
    assert got.headers["location"] == "/method?view=Table"
    assert got.headers["referrer-policy"] == "no-referrer"
    cookie = got.cookies[0]
    port = address.rsplit(":", 1)[1]
    assert re.match(rf"csgeo-{port}=[\w-]{{43}};", cookie)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie
    page = ask(address, "/method", Cookie=cookie.split(";")[0])
    assert page.status == 200
    assert b'<script src="/access/still.js" defer></script></head>' in page.body
    assert int(page.headers["content-length"]) == len(page.body)
    assert page.headers["cache-control"] == "no-store"


def test_a_link_that_was_used_opens_nothing_and_says_what_to_do(address):
    link = address.link().removeprefix(address)
    cookie = ask(address, link).cookies[0].split(";")[0]
    again = ask(address, link)
    assert again.status == 401
    assert again.cookies == ()
    assert b"This address was used already" in again.body
    assert b"press Enter there for another one" in again.body
    same = ask(address, link, Cookie=cookie)  # the same browser goes on to its page
    assert (same.status, same.headers["location"], same.cookies) == (303, "/", ())
    twice = ask(address, f"{link}&token=x")
    assert twice.status == 401


def test_the_address_after_signing_in_stays_on_this_server(address):
    for path in ("//evil.example", "/\\evil.example", "///evil.example/x"):
        token = address.link().rsplit("=", 1)[1]
        got = ask(address, f"{path}?token={token}")
        assert got.status in {303, 400}
        where = got.headers.get("location", "/")
        assert where.startswith("/")
        assert not where.startswith(("//", "/\\"))


def test_nobody_is_put_into_a_session_that_somebody_else_prepared(address):
    prepared = enter(address)
    got = ask(address, address.link().removeprefix(address), Cookie=prepared)
    own = got.cookies[0].split(";")[0]
    assert own != prepared
    assert ask(address, "/places", Cookie=prepared).status == 401
    assert ask(address, "/places", Cookie=own).status == 200


def test_a_cookie_that_is_forged_doubled_or_of_another_name_opens_nothing(address):
    cookie = enter(address)
    name, value = cookie.split("=")
    forged = [
        f"{name}={value[:-1]}", f"{name}={value}x", f"{name}=", name, f"{name}=null", f"x{cookie}",
        f"{cookie}; {name}=other", f"{name}=other; {cookie}", f"__Host-csgeo={value}",
        f"csgeo={value}", f"{name.upper()}={value}", f'{name}="{value}"', f"{name}={'A' * 4000}",
        f"{name}=\xff\xfe",
    ]  # fmt: skip
    for one in forged:
        assert ask(address, "/places", Cookie=one).status == 401, one
    assert ask(address, "/places", Cookie=f"other=1; {cookie}; more=2").status == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}",
     "localhost.:{port}", "evil@127.0.0.1:{port}", "0.0.0.0:{port}", "", "[::]:{port}"],
)  # fmt: skip
def test_another_name_for_this_machine_is_not_answered(address, host):
    cookie = enter(address)
    named = host.format(port=address.rsplit(":", 1)[1])
    for path in ("/", "/static/x.js", "/access/still"):
        got = ask(address, path, Host=named, Cookie=cookie)
        assert got.status in {400, 421}
        assert got.cookies == ()
    with pytest.raises((InvalidStatus, OSError, ValueError, EOFError)):
        open_socket(address, cookie, headers={"Host": named})


def test_the_other_names_of_this_machine_are(address):
    cookie, port = enter(address), address.rsplit(":", 1)[1]
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert ask(address, "/places", Host=host, Cookie=cookie).status == 200


def test_a_page_of_another_site_opens_no_websocket_and_changes_nothing(address, analyst_at):
    cookie = enter(address)
    for origin in (
        "http://evil.example",
        "null",
        "",
        f"{address}.evil.example",
        "http://127.0.0.1:1",
        f"{address}/",
    ):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(address, cookie, origin=origin)
        assert refused.value.response.status_code == 403
    with open_socket(address, cookie):
        pass
    own = enter(analyst_at)
    with open_socket(analyst_at, own) as socket:
        seat = seat_of(socket)
        for origin in ({}, {"Origin": "http://evil.example"}):
            got = ask(
                analyst_at, f"/_stcore/upload_file/{seat}/f", method="DELETE", Cookie=own, **origin
            )
            assert got.status == 403
            assert b"Another page asked for it" in got.body


def seat_of(socket) -> str:
    """Have a page drawn, and give the name of Streamlit's own session."""
    socket.send(rerun())
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=20))
        if message.WhichOneof("type") == "new_session":
            seat = message.new_session.initialize.session_id
        if message.WhichOneof("type") == "script_finished":
            return seat


def test_a_stranger_opens_no_websocket(address):
    for cookie in ("", "csgeo=1", f"csgeo-{address.rsplit(':', 1)[1]}=forged"):
        with pytest.raises(InvalidStatus) as refused:
            open_socket(address, cookie)
        assert refused.value.response.status_code == 401
    mine = enter(address)
    with pytest.raises(InvalidStatus):
        open_socket(address, mine, path="/")


def test_a_page_is_drawn_through_the_websocket_and_not_after_the_session_has_ended(address):
    cookie = enter(address)
    with open_socket(address, cookie) as socket:
        socket.send(rerun())
        assert "places hold" in hear(socket, until="places hold")
        began = time.monotonic()
        out = ask(address, "/access/out", Cookie=cookie)
        assert out.status == 200
        assert b"You are signed out" in out.body
        with pytest.raises(ConnectionClosed) as closed:
            drain(socket)
        assert closed.value.rcvd.code == 4401
        assert time.monotonic() - began < 2
    with pytest.raises(InvalidStatus):
        open_socket(address, cookie)
    assert ask(address, "/places", Cookie=cookie).status == 401


def test_a_client_cannot_say_itself_who_it_is(address):
    own = enter(address)
    with open_socket(address, own) as socket:
        seat_of(socket)
    for name in ("X-Csgeo-Session", "x_csgeo_session", "X-CSGEO-SESSION", "X-Csgeo-User"):
        assert ask(address, "/places", **{name: "0" * 32}).status == 401
    other = enter(address)
    for name in ("X-Csgeo-Session", "X_Csgeo_Session"):
        with open_socket(address, own, headers={name: "0" * 32}) as socket:
            socket.send(rerun())
            assert "places hold" in hear(socket, until="places hold")  # it is taken away
    assert ask(address, "/places", Cookie=other).status == 200


def test_nobody_takes_over_the_page_of_somebody_else(address):
    mine, other = enter(address), enter(address)
    with open_socket(address, mine) as socket:
        seat = seat_of(socket)
    with open_socket(address, other, subprotocols=["streamlit", "xsrf", seat]) as socket:
        assert seat_of(socket) != seat
    with open_socket(address, mine, subprotocols=["streamlit", "xsrf", seat]) as socket:
        assert seat_of(socket) == seat


def test_what_streamlit_stores_for_one_is_not_given_to_another(analyst_at):
    mine, other = enter(analyst_at), enter(analyst_at)
    with open_socket(analyst_at, mine) as socket:
        socket.send(rerun())
        heard = hear(socket, until="/media/")
        stored = re.search(r"/media/[\w.]+", heard)[0]
        assert ask(analyst_at, stored, Cookie=mine).status == 200
        assert ask(analyst_at, stored, Cookie=other).status == 403
        assert ask(analyst_at, stored).status == 401
        assert ask(analyst_at, "/media/" + "0" * 56 + ".png", Cookie=mine).status == 403


def test_a_planner_hands_no_file_over_and_an_analyst_only_for_their_own_page(address, analyst_at):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\nx\r\n--b--\r\n'
    )
    kind = {"Content_Type": "multipart/form-data; boundary=b"}
    planner = enter(address)
    with open_socket(address, planner) as socket:
        path = f"/_stcore/upload_file/{seat_of(socket)}/f1"
        got = ask(address, path, method="PUT", body=body, Cookie=planner, Origin=address, **kind)
        assert got.status == 403
        assert b"a planner may not" in got.body
    mine, other = enter(analyst_at), enter(analyst_at)
    with open_socket(analyst_at, mine) as socket:
        path = f"/_stcore/upload_file/{seat_of(socket)}/f1"
        token = ask(analyst_at, "/_stcore/health")
        xsrf = next((c.split(";")[0] for c in token.cookies if "xsrf" in c), "")
        told = {"X_Xsrftoken": xsrf.partition("=")[2], "Origin": analyst_at, **kind}
        theirs = ask(analyst_at, path, method="PUT", body=body, Cookie=f"{other}; {xsrf}", **told)
        assert theirs.status == 403
        own = ask(analyst_at, path, method="PUT", body=body, Cookie=f"{mine}; {xsrf}", **told)
        assert own.status == 204, own
        blind = ask(
            analyst_at, path, method="PUT", body=body, Cookie=mine, Origin=analyst_at, **kind
        )
        assert blind.status == 403  # without Streamlit's own guard against other sites


def test_pages_of_other_roles_are_refused_in_words_and_not_drawn(address):
    cookie = enter(address)
    for path in ("/data", "/review", "/access"):
        got = ask(address, path, Cookie=cookie)
        assert got.status == 403
        assert b"You are signed in as planner" in got.body
        assert b"static/js" not in got.body
    assert ask(address, "/nowhere", Cookie=cookie).status == 404
    with open_socket(address, cookie) as socket:  # the page's script asks again
        socket.send(rerun(page_name="access"))
        heard = hear(socket, until="script_finished")
        assert "Who is signed in" not in heard


def test_no_answer_is_kept_but_the_files_that_streamlit_brings(address):
    cookie = enter(address)
    page = ask(address, "/", Cookie=cookie)
    script = re.search(rb'src="\.?(/static/js/[^"]+)"', page.body)[1].decode()
    assert ask(address, script, Cookie=cookie).headers["cache-control"].startswith("private")
    for path in ("/", "/access/still", "/_stcore/host-config", "/favicon.png", "/nowhere", "/data"):
        assert ask(address, path, Cookie=cookie).headers["cache-control"] == "no-store"
    packed = ask(
        address, "/", Cookie=cookie, Accept_Encoding="gzip", If_None_Match="*", Range="bytes=0-9"
    )
    assert packed.status == 200
    assert packed.body.startswith(b"<!")


def test_pages_of_other_origins_may_not_steer_the_dashboard(address):
    told = ask(address, "/_stcore/host-config", Cookie=enter(address))
    assert b'"allowedOrigins":[]' in told.body.replace(b" ", b"")


def test_the_source_of_the_gate_holds_no_way_around():
    for path in (ROOT / "app" / "access").glob("*.py"):
        words = path.read_text(encoding="utf-8")
        assert "environ" not in words or path.name in {
            "confidential.py",
            "switches.py",
            "arranging.py",
        }
