"""Is somebody believed who only says that the proxy has sent them?"""

from __future__ import annotations

import pytest
from access import gate, proxied, sessions, site
from access.settings import read_settings
from starlette.requests import Request
from websockets.exceptions import InvalidStatus

from csgeo.store.journal import new_key_file
from tests.app.access.conftest import ask, open_socket
from tests.app.access.providing import entries, free_port
from tests.app.conftest import run_dashboard, stop_dashboard

SECRET = "p" * 40


def settings_in(folder, *, port: int, peers: str = '["127.0.0.1"]', more: str = ""):
    """Write the settings of a dashboard behind a proxy."""
    secret = folder / "proxy.secret"
    secret.write_text(SECRET + "\n", encoding="utf-8")
    secret.chmod(0o600)
    (folder / "keys").mkdir()
    new_key_file(folder / "keys" / "journal.key")
    path = folder / "login.toml"
    path.write_text(
        f'kind = "proxy"\npublic = "http://127.0.0.1:{port}"\n[proxy]\nsecret_file = "proxy.secret"\n'
        f"peers = {peers}\n{more}\n"
        '[proxy.roles]\n"sg-analysts" = "analyst"\n"sg-staff" = "viewer"\n'
        '[journal]\nfolder = "journal"\nkey_file = "keys/journal.key"\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="module")
def behind_proxy(release_folder, tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    settings = settings_in(folder, port=port)
    address = run_dashboard(release_folder, f"--login={settings}", port=port)
    yield address, settings
    stop_dashboard(address)


def vouched(name: str = "Jo Smith", roles: str = "sg-staff", secret: str = SECRET) -> dict:
    return {"X-Csgeo-User": name, "X-Csgeo-Roles": roles, "X-Csgeo-Proxy-Secret": secret}


def enter(address, **more) -> str:
    got = ask(address, "/access/in", **vouched(**more))
    assert got.status == 200
    return got.cookies[0].split(";")[0]


def test_whom_the_proxy_names_comes_in_by_a_step_of_their_own(behind_proxy):
    address, settings = behind_proxy
    first = ask(address, "/method", **vouched())
    assert first.status == 401  # a page left open does not sign in by itself
    assert b'href="/access/in?to=%2Fmethod"' in first.body
    got = ask(address, "/access/in?to=/method", **vouched())
    assert got.status == 200
    assert b'content="0;url=/method"' in got.body
    cookie = got.cookies[0].split(";")[0]
    assert ask(address, "/method", Cookie=cookie, **vouched()).status == 200
    written = entries(settings)[-1]
    assert (written["did"], written["who"], written["what"]) == (
        "signed in", "Jo Smith", "as viewer, by proxy",
    )  # fmt: skip


def test_the_word_of_the_proxy_is_needed_with_each_request_and_must_stay_the_same(behind_proxy):
    address, _ = behind_proxy
    cookie = enter(address)
    assert ask(address, "/places", Cookie=cookie, **vouched()).status == 200
    for headers in (
        {},
        vouched(name="Jo Jones"),
        vouched(roles="sg-analysts"),
        vouched(roles=""),
        vouched(secret="q" * 40),
    ):
        assert ask(address, "/places", Cookie=cookie, **headers).status == 401
        with pytest.raises(InvalidStatus):
            open_socket(address, cookie, headers=headers)
    with open_socket(address, cookie, headers=vouched()):
        pass


def without(name: str) -> dict:
    return {k: v for k, v in vouched().items() if k != name}


SPOOFED = {
    "nothing": {},
    "no secret": without("X-Csgeo-Proxy-Secret"),
    "an empty secret": vouched(secret=""),
    "another secret": vouched(secret="q" * 40),
    "the secret but for its end": vouched(secret=SECRET[:-1]),
    "the secret and more": vouched(secret=SECRET + "p"),
    "a secret of other letters": vouched(secret="\xff" * 40),
    "no user": without("X-Csgeo-User"),
    "an empty user": vouched(name=""),
    "blanks for a user": vouched(name="   "),
    "a user of very many signs": vouched(name="x" * 101),
    "no roles": without("X-Csgeo-Roles"),
    "a header of ours that is none": vouched() | {"X-Csgeo-Session": "a" * 32},
    "a second user in another spelling": vouched() | {"X_Csgeo_User": "Admin"},
}


@pytest.mark.parametrize("headers", SPOOFED.values(), ids=SPOOFED)
def test_headers_that_a_client_made_up_open_nothing(behind_proxy, headers):
    address, _ = behind_proxy
    for path in ("/access/in", "/", "/places"):
        got = ask(address, path, raw=headers)
        assert (got.status, got.cookies) == (401, ()), path
        assert b"Sign in</a>" not in got.body


def asked(address, *pairs: tuple[bytes, bytes], client: str = "127.0.0.1") -> Request:
    return Request(
        {
            "type": "http", "method": "GET", "path": "/access/in", "query_string": b"",
            "client": (client, 4), "headers": [(k.lower(), v) for k, v in pairs],
        }
    )  # fmt: skip


@pytest.fixture
def login(tmp_path):
    told = read_settings(settings_in(tmp_path, port=8600, peers='["10.1.0.0/24", "::1"]')).proxy
    return proxied.Proxied(site.on_this_machine(8600), told)


RIGHT = ((b"X-Csgeo-User", b"Jo"), (b"X-Csgeo-Roles", b"a, sg-staff"), (b"X-Csgeo-Proxy-Secret", SECRET.encode()))  # fmt: skip


def test_a_header_that_comes_twice_is_believed_in_neither_form(login):
    right = asked(login, *RIGHT, client="10.1.0.7")
    assert login.vouched_for(right.scope) == proxied.Known("Jo", "viewer")
    for name, value in RIGHT:
        for again in (name, name.replace(b"-", b"_"), name.upper()):
            twice = asked(login, *RIGHT, (again, value), client="10.1.0.7")
            assert login.vouched_for(twice.scope) is None


@pytest.mark.parametrize("client", ["127.0.0.1", "10.1.1.7", "", "unix", "::ffff:10.1.0.7", "::2"])
def test_the_secret_from_another_address_opens_nothing(login, client):
    assert login.vouched_for(asked(login, *RIGHT, client=client).scope) is None
    near = asked(login, *RIGHT, client="::1")
    assert login.vouched_for(near.scope) is not None


def test_a_forwarded_address_is_not_taken_for_the_one_that_asks(release_folder, tmp_path):
    """Uvicorn would believe it of 127.0.0.1, if it were let."""
    port = free_port()
    settings = settings_in(tmp_path, port=port, peers='["10.9.9.9"]')
    address = run_dashboard(release_folder, f"--login={settings}", port=port)
    try:
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"):
            value = "for=10.9.9.9" if name == "Forwarded" else "10.9.9.9"
            got = ask(address, "/access/in", **vouched(), **{name: value})
            assert (got.status, got.cookies) == (401, ())
    finally:
        stop_dashboard(address)


def test_somebody_without_a_role_is_told_so_and_it_is_written_down(behind_proxy):
    address, settings = behind_proxy
    got = ask(address, "/access/in", **vouched(name="Sam", roles="others, SG-STAFF"))
    assert (got.status, got.cookies) == (403, ())
    assert b"none of your groups has a role here" in got.body
    assert (entries(settings)[-1]["did"], entries(settings)[-1]["who"]) == ("refused", "Sam")
    ask(address, "/access/in", **vouched(name="Sam", roles="others"))
    assert [e["who"] for e in entries(settings)].count("Sam") == 1  # not again within a minute


def test_signing_out_ends_it_here_and_leads_where_the_settings_say(tmp_path, release_folder):
    port = free_port()
    settings = settings_in(tmp_path, port=port, more='sign_out = "https://login.example/out"')
    address = run_dashboard(release_folder, f"--login={settings}", port=port)
    try:
        cookie = enter(address)
        got = ask(address, "/access/out", Cookie=cookie, **vouched())
        assert got.status == 200
        assert b'href="https://login.example/out"' in got.body
        assert ask(address, "/places", Cookie=cookie, **vouched()).status == 401
    finally:
        stop_dashboard(address)


def test_a_journal_that_cannot_be_written_lets_nobody_in(tmp_path, release_folder):
    port = free_port()
    settings = settings_in(tmp_path, port=port)
    address = run_dashboard(release_folder, f"--login={settings}", port=port)
    try:
        enter(address)
        journal = tmp_path / "journal" / "journal.jsonl"
        whole = journal.read_bytes()
        journal.write_bytes(whole[:-10])  # the end of it is gone
        got = ask(address, "/access/in", **vouched(name="Late"))
        assert (got.status, got.cookies) == (503, ())
        assert b"You could not be signed in" in got.body
        assert str(tmp_path).encode() not in got.body
        journal.write_bytes(whole)
        assert enter(address, name="Late")
    finally:
        stop_dashboard(address)


def test_the_gate_takes_away_what_a_client_says_of_itself():
    headers = [(b"X-Csgeo-Session", b"1"), (b"x_csgeo_user", b"2"), (b"accept", b"3")]
    assert gate.without_ours({"headers": headers})["headers"] == [(b"accept", b"3")]
    assert sessions.known("1") is None
