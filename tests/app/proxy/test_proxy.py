"""Does the proxy that is shipped keep out what it says, let through what works, and say little?"""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import time
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from csgeo.disclosure.pseudonyms import read_keys
from csgeo.store.journal import Journal, journal_entries, verify_journal

EVERYWHERE = (
    "/", "/places", "/method", "/data", "/review", "/take_away", "/access", "/access/still", "/files/x",
    "/static/index.html", "/media/x", "/component/x", "/_stcore/host-config", "/_stcore/metrics",
    "/_stcore/script-health-check", "/_stcore/message", "/app/static/x", "/favicon.png", "/nothing",
    "//healthz/", "/healthz/x", "/_stcore/stream",
)  # fmt: skip
ONCE = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def enter(front, who) -> str:
    """Sign in, and give the cookie that came of it."""
    got = front.ask("/access/in?to=%2F", who=who)
    assert got.status == 200, got
    (cookie,) = got.all("Set-Cookie")
    assert cookie.startswith("__Host-csgeo=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    return cookie.split(";")[0]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_who_is_nobody_gets_401_everywhere(front, path):
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        got = front.ask(path, method=method)
        assert got.status == 401, (method, path, got.status)
    assert b"streamlit" not in got.body.lower()


@pytest.mark.parametrize("path", ["/healthz", "/_stcore/health"])
def test_health_is_open(front, path):
    assert (front.ask(path).status, front.ask(path).body.strip().lower()) == (200, b"ok")


@pytest.mark.parametrize("path", ["/", "/access/in?token=secret", "/%0d%0aX-Injected:%20yes"])
def test_over_http_it_is_only_said_where_to_go(front, path):
    with socket.create_connection(("127.0.0.1", front.plain_port), timeout=10) as line:
        line.sendall(
            f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode()
        )
        told = line.recv(65536).decode()
    assert told.startswith("HTTP/1.1 301 ")
    assert "\r\nLocation: https://places.example.gov.uk/\r\n" in told
    assert "evil" not in told
    assert "secret" not in told
    assert "X-Injected" not in told


def answers(front, who) -> dict[str, object]:
    """Ask for what the dashboard answers, and for what the proxy answers itself."""
    cookie = enter(front, who)
    return {
        "anonymous": front.ask("/"),
        "health": front.ask("/healthz"),
        "a page": front.ask("/", f"Cookie: {cookie}", who=who),
        "none such": front.ask("/nothing", f"Cookie: {cookie}", who=who),
        "method": front.ask("/", method="POST"),
        "too large": front.ask("/", "Content-Length: 70000", method="PUT"),
        "bad request": front.ask("/", f"Host: localhost:{front.port}", "Host: other"),
    }


def test_each_protective_header_is_there_once_whoever_answers(front, analyst):
    said = answers(front, analyst)
    assert [(n, a.status) for n, a in said.items()] == [
        ("anonymous", 401), ("health", 200), ("a page", 200), ("none such", 404), ("method", 405),
        ("too large", 413), ("bad request", 400),
    ]  # fmt: skip
    for name, answer in said.items():
        for header, value in ONCE.items():
            assert answer.all(header) == [value], (name, header)
        (policy,) = answer.all("Content-Security-Policy")
        assert policy.startswith("default-src 'none'" if name not in {"a page", "health"} else "default-src 'self'")  # fmt: skip
        assert "frame-ancestors 'none'" in policy
        assert answer.all("Cache-Control") == ["no-store"] or name == "health", name
        assert answer.all("Server") == ["nginx"], name
        assert answer.all("X-Powered-By") == []
        assert b"nginx/" not in answer.body


def test_headers_of_what_lies_behind_are_replaced_and_not_doubled(echoing):
    got = echoing.ask("/x")
    for header, value in ONCE.items():
        assert got.all(header) == [value]
    assert got.all("Content-Security-Policy") == ["default-src 'self'"]
    assert got.all("X-Powered-By") == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today_is_spoken(front, version):
    with front.connected(tls=version) as line:
        assert line.version() == version.name.replace("_", ".")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_of_yesterday_is_not(front, version):
    context = ssl.create_default_context(cafile=front.authority.file)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    plain = socket.create_connection(("127.0.0.1", front.port), timeout=10)
    with plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


def test_another_name_is_shown_no_certificate(front):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name in ("other.example", None):
        plain = socket.create_connection(("127.0.0.1", front.port), timeout=10)
        with plain, pytest.raises(ssl.SSLError):
            context.wrap_socket(plain, server_hostname=name)
    with front.connected() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")
        assert line.recv(100) == b""
    assert front.ask("/%2e%2e/etc/passwd").status == 400


def test_whoever_says_who_they_are_in_a_header_is_not_believed(front):
    from tests.app.proxy import conftest

    said = (
        "X-Csgeo-User: Eve", "X-Csgeo-Roles: sg-analysts", f"X-Csgeo-Proxy-Secret: {conftest.SECRET}",
        "X-Csgeo-Session: 0", "X_Csgeo_User: Eve", "x-CSGEO-user: Eve",
    )  # fmt: skip
    for n in range(len(said) + 1):
        assert front.ask("/", *said[:n]).status == 401
        assert front.ask("/access/in", *said[:n]).status == 401


def test_of_what_a_browser_sends_only_what_is_listed_goes_on(echoing):
    sent = (
        "X-Csgeo-User: Eve", "X-Csgeo-Proxy-Secret: x", "X-Csgeo-Session: s", "X_Csgeo_Roles: r",
        "X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Forwarded-Proto: http", "Via: x",
        "X-Real-Ip: 1", "X-Streamlit-User: Eve", "Authorization: Basic x", "Proxy: http://evil",
        "Cookie: a=b", "Origin: https://x", "X-Xsrftoken: t", "Transfer-Encoding: identity",
    )  # fmt: skip
    got = echoing.ask("/x", *[s for s in sent if "Transfer" not in s])
    names = {k.lower(): v for k, v in json.loads(got.body)["headers"]}
    assert names.pop("x-csgeo-proxy-secret") not in {"", "x"}
    assert names == {
        "host": f"localhost:{echoing.port}", "cookie": "a=b", "origin": "https://x", "x-xsrftoken": "t",
    }  # fmt: skip


SUBJECTS = [
    (
        (("O", "council"), ("OU", "sg-analysts"), ("CN", "Ann Analyst")),
        "Ann Analyst",
        "sg-analysts",
    ),
    ((("OU", "sg-planners"), ("CN", "B")), "B", "sg-planners"),
    ((("CN", "no group"),), None, None),
    ((("OU", "sg-analysts"),), None, None),
    ((("OU", "sg-planners"), ("CN", "x,OU=sg-analysts")), None, None),
    ((("OU", "sg-analysts"), ("OU", "sg-planners"), ("CN", "two groups")), None, None),
    ((("OU", "sg-planners,OU=sg-analysts"), ("CN", "x")), None, None),
    ((("OU", "g"), ("CN", 'quoted "x"')), None, None),
    ((("OU", "g"), ("CN", "Zoë")), None, None),
]


@pytest.mark.parametrize(("subject", "name", "group"), SUBJECTS, ids=range(len(SUBJECTS)))
def test_who_shows_a_certificate_is_who_it_says_and_nobody_else(echoing, subject, name, group):
    who = echoing.staff.gives("somebody", *subject)
    got = echoing.ask("/x", "X-Csgeo-User: Eve", "X-Csgeo-Roles: sg-analysts", who=who)
    names = {k.lower(): v for k, v in json.loads(got.body)["headers"]}
    assert (names.get("x-csgeo-user"), names.get("x-csgeo-roles")) == (name, group)


def test_a_certificate_of_another_authority_or_one_taken_back_is_refused(front):
    from tests.app.proxy.conftest import Authority

    (front.folder / "other").mkdir(exist_ok=True)
    other = Authority(front.folder / "other", "staff-authority")
    forged = other.gives("forged", ("OU", "sg-analysts"), ("CN", "Ann Analyst"))
    gone = front.folder / "gone.crt", front.folder / "gone.key"
    for who in (forged, gone):
        for path in ("/", "/access/in"):
            got = front.ask(path, who=who)
            assert got.status == 400
            assert got.all("Set-Cookie") == []


def test_an_analyst_comes_in_and_the_websocket_works(front, analyst):
    cookie = enter(front, analyst)
    assert front.ask("/", f"Cookie: {cookie}", who=analyst).status == 200
    assert front.ask("/", f"Cookie: {cookie}").status == 401  # the cookie alone is not enough
    context = ssl.create_default_context(cafile=front.authority.file)
    context.load_cert_chain(*analyst)
    told = {"ssl": context, "subprotocols": ["streamlit"], "proxy": None, "close_timeout": 1}
    address = f"wss://localhost:{front.port}/_stcore/stream"
    with connect(
        address, origin=front.address, additional_headers={"Cookie": cookie}, **told
    ) as line:
        line.ping().wait(10)
        line.send(b"not a message of Streamlit's")
    for wrong in ({"origin": "https://evil.example"}, {"additional_headers": {}}):
        asked = {"origin": front.address, "additional_headers": {"Cookie": cookie}} | wrong
        with pytest.raises(InvalidStatus) as refused:
            connect(address, **asked, **told)
        assert refused.value.response.status_code in {401, 403}


def test_what_came_in_is_in_the_journal(front, analyst):
    enter(front, analyst)
    keys = read_keys(front.folder / "keys" / "journal.key")
    journal = Journal(
        front.folder / "journal" / "journal.jsonl", keys, front.folder / "keys" / "anchor"
    )
    assert verify_journal(journal).whole
    assert ("signed in", "Ann Analyst") in {(e["did"], e["who"]) for e in journal_entries(journal)}


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/x", 65_536, 200),
        ("/x", 65_537, 413),
        ("/_stcore/upload_file/a/b", 5_000_000, 200),
        ("/_stcore/upload_file/a/b", 210 * 1024 * 1024 + 1, 413),
    ],
)
def test_a_body_has_its_limit(echoing, path, size, status):
    body = b"x" * size if status == 200 else b""
    got = echoing.ask(path, f"Content-Length: {size}", method="PUT", body=body)
    assert got.status == status
    assert status != 200 or json.loads(got.body)["bytes"] == size


def test_what_is_sent_in_is_never_on_this_machine_s_disk(echoing):
    canary = b"canary-of-an-upload-" * 40_000
    with echoing.connected() as line:
        head = f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: localhost:{echoing.port}\r\nConnection: close\r\nContent-Length: {len(canary)}\r\n\r\n"
        line.sendall(head.encode() + canary[:700_000])
        time.sleep(0.4)
        kept = files_held(echoing)
        line.sendall(canary[700_000:])
        got = read(line)
    assert [file for file in kept if "/client_body/" in file or "/proxy/" in file] == []
    assert any(file.endswith("csgeo.log") for file in kept)
    assert got["bytes"] == len(canary)


def test_what_comes_back_slowly_is_never_on_this_machine_s_disk(echoing):
    with echoing.connected() as line:
        line.sendall(f"GET /large HTTP/1.1\r\nHost: localhost:{echoing.port}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")
        time.sleep(0.5)
        kept = files_held(echoing)
    assert [file for file in kept if "/client_body/" in file or "/proxy/" in file] == []


def files_held(front) -> list[str]:
    """List the files that nginx holds open, those without a name any more included."""
    master, held = front.process.pid, []
    for one in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            if f"\nPPid:\t{master}\n" in (one / "status").read_text(encoding="ascii"):
                held += [str(fd.readlink()) for fd in (one / "fd").iterdir()]
    return held


def read(line) -> dict[str, object]:
    from tests.app.proxy.conftest import read_answer

    return json.loads(read_answer(line).body)


def test_headers_that_come_slowly_or_are_too_long_end(echoing):
    assert echoing.ask("/x", "Cookie: " + "a" * 40_000).status == 400
    with echoing.connected() as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        line.settimeout(25)
        began = time.monotonic()
        assert line.recv(100) == b""
        assert 1 < time.monotonic() - began < 10


@pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_another_method_is_refused(echoing, method):
    got = echoing.ask("/x", method=method)
    assert got.status in {400, 405}
    assert got.all("Strict-Transport-Security") == [ONCE["Strict-Transport-Security"]]


def test_two_lengths_or_a_length_and_pieces_are_refused(echoing):
    for sent in (
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, identity",),
    ):
        got = echoing.ask("/x", *sent, method="PUT", body=b"hello")
        assert got.status in {400, 501}, sent


def test_the_log_says_what_was_asked_without_what_could_be_used(front, analyst):
    cookie = enter(front, analyst)
    secret = "canary-of-the-log"
    front.ask(f"/access/back?code={secret}&state={secret}")
    front.ask(
        f"/places?try={secret}",
        f"Cookie: {cookie}",
        f"Referer: https://x/{secret}",
        f"User-Agent: {secret}",
        who=analyst,
    )
    for path in (
        f"/files/{secret}",
        f"/media/{secret}.csv",
        f"/_stcore/upload_file/{secret}/{secret}",
    ):
        front.ask(path, f"Cookie: {cookie}", who=analyst)
    front.ask("/", f"Content-Length: {len(secret)}", method="PUT", body=secret.encode())
    front.ask(f"/{'x' * 9000}?{secret}")
    log = front.log()
    for said in (
        "GET /places 200",
        "GET /files/... ",
        "GET /media/... ",
        "GET /_stcore/upload_file/... ",
    ):
        assert said in log
    assert secret not in log
    assert cookie.split("=")[1] not in log
    assert "?" not in log


def test_a_dashboard_that_is_gone_is_said_without_its_address_and_not_logged_with_a_query(tmp_path):
    from tests.app.proxy.conftest import free_port, start_nginx, stop_nginx

    alone = start_nginx(tmp_path, free_port(), people=False)
    try:
        got = alone.ask("/access/back?code=canary-of-the-log")
        assert got.status == 502
        assert b"127.0.0.1" not in got.body
        for header, value in ONCE.items():
            assert got.all(header) == [value]
        assert got.all("Cache-Control") == ["no-store"]
        assert "canary" not in alone.log()
    finally:
        stop_nginx(alone)


def test_without_people_no_word_about_who_asks_goes_on():
    from tests.app.proxy.conftest import shipped

    plain = [line.strip() for line in shipped("csgeo.conf").splitlines()]
    assert "# include /etc/csgeo/people.conf;" in plain
    assert [
        line for line in plain if "csgeo-" in line.lower() and line.startswith("proxy_set_header")
    ] == []


def test_signing_in_is_tried_a_few_times_a_minute_and_the_rest_goes_on(echoing):
    told = [echoing.ask("/access/in").status for _ in range(25)]
    assert told[:20] == [200] * 20
    assert told[-3:] == [429] * 3
    assert echoing.ask("/access/back").status == 429
    assert echoing.ask("/x").status == 200
    got = echoing.ask("/access/in")
    assert got.all("Strict-Transport-Security") == [ONCE["Strict-Transport-Security"]]
    assert b"nginx/" not in got.body
