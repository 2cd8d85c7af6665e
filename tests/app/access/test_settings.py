"""Are settings refused that would let somebody in, or a secret out?"""

from __future__ import annotations

import datetime as dt
import os

import pytest
from access import arranging, sessions, site, switches, written_down
from access.going_on import gone_in
from access.settings import Settings, read_settings

from csgeo.disclosure.pseudonyms import WeakKey
from csgeo.errors import RecipeError, StoreError
from csgeo.store.journal import new_key_file

OIDC = """
kind = "oidc"
public = "https://places.example.gov.uk"
[oidc]
issuer = "https://login.example.gov.uk"
client_id = "csgeo"
client_secret_file = "client.secret"
[oidc.roles]
"sg-analysts" = "analyst"
[journal]
folder = "journal"
key_file = "keys/journal.key"
"""


@pytest.fixture
def write(tmp_path):
    """Give a function that writes settings, with a secret beside them."""
    secret = tmp_path / "client.secret"
    secret.write_text("s" * 40 + "\n", encoding="utf-8")
    secret.chmod(0o600)

    def written(text: str):
        path = tmp_path / "login.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_settings_are_read_with_the_secret_that_they_point_to(write):
    told = read_settings(write(OIDC))
    assert told.oidc.client_secret == "s" * 40
    assert told.oidc.roles == (("sg-analysts", "analyst"),)
    assert (told.oidc.claim, told.oidc.scopes) == ("roles", "openid profile")
    assert (told.idle_minutes, told.hours, told.address) == (15, 8, "127.0.0.1")
    assert "ssss" not in repr(told)


def test_an_empty_file_is_one_machine(write):
    assert read_settings(write("")) == Settings()


def test_a_secret_may_stand_in_a_variable(write, monkeypatch):
    monkeypatch.setenv("OUR_SECRET", "v" * 40)
    text = OIDC.replace(
        'client_secret_file = "client.secret"', 'client_secret_variable = "OUR_SECRET"'
    )
    assert read_settings(write(text)).oidc.client_secret == "v" * 40
    monkeypatch.delenv("OUR_SECRET")
    with pytest.raises(
        RecipeError, match="variable OUR_SECRET must have at least 32 signs; it has 0"
    ):
        read_settings(write(text))


REFUSED = {
    "a secret in it": (('client_secret_file = "client.secret"', 'client_secret = "abc"'), "A secret must not stand in"),
    "a password in it": (('client_id = "csgeo"', 'client_id = "csgeo"\npassword = "abc"'), "A secret must not stand in"),
    "both ways to the secret": (('client_id = "csgeo"', 'client_id = "c"\nclient_secret_variable = "X"'), "both stand"),
    "no way to the secret": (('client_secret_file = "client.secret"', ""), "neither stand"),
    "no such file": (("client.secret", "other.secret"), "other.secret of `client_secret_file` cannot be read"),
    "an unknown word": (('kind = "oidc"', 'kind = "oidc"\ncolour = "red"'), "found colour"),
    "an unknown word in a table": (('client_id = "csgeo"', 'client_id = "c"\nclient_name = "d"'), "found client_name"),
    "an unknown kind": (('kind = "oidc"', 'kind = "none"'), "`kind` must be one of"),
    "no issuer": (('issuer = "https://login.example.gov.uk"', ""), "must say `issuer`"),
    "an issuer over http": (("https://login", "http://login"), "must be an https address"),
    "an issuer over ftp": (("https://login", "ftp://login"), "must be an https address"),
    "no public address": (('public = "https://places.example.gov.uk"', ""), "must say `public`"),
    "no journal": (('[journal]\nfolder = "journal"\nkey_file = "keys/journal.key"', ""), "there must be a journal"),
    "half a journal": (('key_file = "keys/journal.key"', ""), "must say `key_file`"),
    "no roles": (('"sg-analysts" = "analyst"', ""), "which value gives which role"),
    "a role that there is not": (('= "analyst"', '= "root"'), "which value gives which role"),
    "scopes without openid": (('client_id = "csgeo"', 'client_id = "c"\nscopes = "profile"'), "must hold `openid`"),
    "a number for a text": (('client_id = "csgeo"', "client_id = 7"), "must be a text"),
    "a text for a number": (('kind = "oidc"', 'kind = "oidc"\nport = "80"'), "must be a number"),
    "a text for a table": (("[oidc]", "[journal2]"), "found journal2"),
    "no toml": (('kind = "oidc"', "kind = "), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_settings_that_would_not_hold_are_refused_in_words(write, change, words):
    assert change[0] in OIDC
    with pytest.raises(RecipeError, match=words) as refused:
        read_settings(write(OIDC.replace(*change)))
    assert "abc" not in str(refused.value)


def test_a_settings_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(RecipeError, match="settings file none.toml cannot be read"):
        read_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o602])
def test_a_secret_that_others_may_read_or_change_is_refused(write, tmp_path, mode):
    (tmp_path / "client.secret").chmod(mode)
    with pytest.raises(RecipeError, match="Only this account may read the file client.secret"):
        read_settings(write(OIDC))


def test_a_secret_that_could_be_guessed_is_refused_and_not_said(write, tmp_path):
    (tmp_path / "client.secret").write_text("hunter2", encoding="utf-8")
    with pytest.raises(RecipeError, match="at least 32 signs; it has 7") as refused:
        read_settings(write(OIDC))
    assert "hunter2" not in str(refused.value)


PROXY = OIDC.replace('kind = "oidc"', 'kind = "proxy"').replace("[oidc", "[proxy").replace(
    'issuer = "https://login.example.gov.uk"\nclient_id = "csgeo"\nclient_secret_file', "secret_file"
)  # fmt: skip


def test_a_proxy_is_believed_from_this_machine_unless_others_are_named(write):
    assert [str(n) for n in read_settings(write(PROXY)).proxy.peers] == ["127.0.0.1/32"]


@pytest.mark.parametrize(
    "peers", ["[]", '["0.0.0.0/0"]', '["::/0"]', '["example.org"]', "7", '["10.0.0.1/24"]']
)
def test_a_proxy_that_could_be_anybody_is_refused(write, peers):
    with pytest.raises(RecipeError, match="`peers` of \\[proxy\\]"):
        read_settings(write(PROXY.replace("[proxy]", f"[proxy]\npeers = {peers}")))


@pytest.mark.parametrize(
    "public",
    ["http://places.example", "places.example", "https://", "https://a@b", "https://a/b", "https://a?b", "ftp://a",
     "https://a#b", "http://10.0.0.1:8501", "javascript:alert(1)"],
)  # fmt: skip
def test_a_public_address_is_https_and_a_host_alone(public):
    with pytest.raises(RecipeError, match="must be https:// and a host"):
        site.at(public)


def test_the_names_of_a_server_are_its_host_with_its_port():
    there = site.at("https://Places.example")
    assert there.hosts == {"places.example", "places.example:443"}
    assert there.origins == {"https://places.example", "https://places.example:443"}
    assert (there.cookie, there.secure) == ("__Host-csgeo", True)
    assert site.named(there, ["places.EXAMPLE"])
    assert not site.named(there, ["places.example", "places.example"])
    assert not site.named(there, [])
    assert not site.from_our_page(there, ["http://places.example"])
    other = site.at("https://places.example:8443/")
    assert other.hosts == {"places.example:8443"}
    here = site.at("http://127.0.0.1:8501")
    assert (here.cookie, here.secure, here.hosts) == ("csgeo-8501", False, {"127.0.0.1:8501"})
    assert site.at("http://[::1]:8501").hosts == {"[::1]:8501"}


@pytest.mark.usefixtures("_limits_and_hooks")
def test_over_https_the_cookie_is_for_this_host_alone_and_never_sent_in_the_open():
    before = sessions.behind(sessions.begin("A", "viewer", "t"))
    answer, id_ = gone_in(
        site.at("https://places.example"), "A", "viewer", "oidc", "/method?a=1&b=<", before=before
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-csgeo=")
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
    assert sessions.known(id_).login == "oidc"
    assert sessions.known(before.id) is None
    assert b'content="0;url=/method?a=1&amp;b=&lt;"' in answer.body
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_others_reach_only_what_has_a_login_and_https(write):
    told = read_settings(write(OIDC))
    arranging.refuse_open_address(told, "0.0.0.0")
    local = read_settings(
        write(OIDC.replace("https://places.example.gov.uk", "http://127.0.0.1:8501"))
    )
    arranging.refuse_open_address(local, "127.0.0.1")
    with pytest.raises(RecipeError, match="must be an https address; it is 'http://127"):
        arranging.refuse_open_address(local, "0.0.0.0")
    with pytest.raises(RecipeError, match="listens on this machine only"):
        arranging.refuse_open_address(Settings(), "10.0.0.1")


def test_the_one_person_is_an_analyst_with_a_recipe_and_else_a_planner():
    assert arranging.role_of_the_one(None, with_recipe=False) == "planner"
    assert arranging.role_of_the_one(None, with_recipe=True) == "analyst"
    assert arranging.role_of_the_one("viewer", with_recipe=True) == "viewer"
    with pytest.raises(RecipeError, match="one of viewer, planner, analyst, admin; it is 'root'"):
        arranging.role_of_the_one("root", with_recipe=False)


def test_the_one_person_has_a_name_where_what_they_do_is_written_down(write, monkeypatch):
    monkeypatch.setenv("CSGEO_USER", "Jo Smith")
    assert arranging.name_of_the_one(Settings(), variables={}) == "the person at this machine"
    key = {"CSGEO_JOURNAL_KEY": "x"}
    assert arranging.name_of_the_one(Settings(), variables=key) == "Jo Smith"
    assert arranging.name_of_the_one(Settings(), variables={"CSGEO_USER": "Jo Smith"}) == "Jo Smith"
    assert arranging.name_of_the_one(read_settings(write(OIDC)), variables={}) == "Jo Smith"


@pytest.fixture
def _limits_and_hooks():
    hooks = list(sessions._HOOKS)
    yield
    sessions.limit()
    sessions._HOOKS[:] = hooks
    written_down.keep_in(None)


@pytest.mark.usefixtures("_limits_and_hooks")
def test_the_settings_shorten_sessions_and_cannot_lengthen_them(write):
    told = read_settings(write("[session]\nidle_minutes = 5\nhours = 1"))
    arranging.arrange(told, port=8501, host="127.0.0.1", role="viewer")
    cookie = sessions.begin("A", "viewer", "t")
    assert 299 < sessions.seconds_left(sessions.behind(cookie).id) <= 300
    for longer in ("idle_minutes = 16", "hours = 9", "idle_minutes = 0", "idle_minutes = -1"):
        with pytest.raises(RecipeError, match="of a session must be above 0"):
            arranging.arrange(
                read_settings(write(f"[session]\n{longer}")), port=1, host="h", role="viewer"
            )


@pytest.mark.usefixtures("_limits_and_hooks")
def test_the_journal_is_tried_before_the_server_listens(write, tmp_path):
    told = read_settings(write(OIDC))
    with pytest.raises(WeakKey):
        arranging.keep_a_journal(told, secure=None, variables={})
    assert not written_down.kept()
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "journal.key")
    arranging.keep_a_journal(told, secure=None, variables={})
    assert written_down.kept()
    journal = tmp_path / "journal" / "journal.jsonl"
    assert "the dashboard starts, login by oidc" in journal.read_text(encoding="ascii")
    assert oct((tmp_path / "journal").stat().st_mode)[-3:] == "700"
    journal.write_bytes(journal.read_bytes()[:-5])
    with pytest.raises(StoreError, match="not whole"):
        arranging.keep_a_journal(told, secure=None, variables={})


@pytest.mark.usefixtures("_limits_and_hooks")
def test_one_machine_has_the_journal_of_its_recipe_if_a_key_is_named(tmp_path):
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "journal.key"
    new_key_file(key)
    secure = tmp_path / "secure"
    secure.mkdir()
    arranging.keep_a_journal(Settings(), secure=secure, variables={})
    assert not written_down.kept()
    arranging.keep_a_journal(Settings(), secure=None, variables={"CSGEO_JOURNAL_KEY": str(key)})
    assert not written_down.kept()
    arranging.keep_a_journal(Settings(), secure=secure, variables={"CSGEO_JOURNAL_KEY": str(key)})
    assert written_down.kept()
    written_down.write(
        "look", "the review list", "A. Tester", dt.datetime.now(dt.UTC), why="to check"
    )
    assert "the review list" in (secure / "journal.jsonl").read_text(encoding="ascii")
    assert written_down.verdict("A. Tester") == "2 entries, each as it was written."


@pytest.mark.usefixtures("_limits_and_hooks")
def test_a_disk_that_cannot_be_written_is_said_and_stops_what_asked(tmp_path, monkeypatch):
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "journal.key")
    variables = {"CSGEO_JOURNAL_KEY": str(tmp_path / "keys" / "journal.key")}
    secure = tmp_path / "secure"
    secure.mkdir()
    arranging.keep_a_journal(Settings(), secure=secure, variables=variables)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(
        StoreError, match="could not be written .No space left on device., so nothing may leave"
    ):
        written_down.signed_in("A. Tester", "viewer", "a test")


OURS = switches.safe_switches() | {"server.address": "127.0.0.1", "server.port": 8501}


def test_switches_from_outside_that_say_the_same_or_decide_nothing_are_let_be(tmp_path):
    file = tmp_path / ".streamlit" / "config.toml"
    file.parent.mkdir()
    file.write_text(
        '[theme]\nbase = "dark"\n[server]\nheadless = true\nport = 8501\n', encoding="utf-8"
    )
    variables = {
        "STREAMLIT_SERVER_HEADLESS": "TRUE", "STREAMLIT_THEME_BASE": "dark", "PATH": "x",
        "STREAMLIT_SERVER_PORT": "8501", "STREAMLIT_LOGGER_LEVEL": "error",
    }  # fmt: skip
    switches.refuse_others(OURS, variables=variables, files=[file, tmp_path / "none.toml"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STREAMLIT_SERVER_ADDRESS", "0.0.0.0"),
        ("STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION", "false"),
        ("STREAMLIT_SERVER_ENABLE_CORS", "false"),
        ("STREAMLIT_SERVER_ENABLE_AGENT_API", "true"),
        ("STREAMLIT_SERVER_TRUSTED_USER_HEADERS", '{"X": "email"}'),
        ("STREAMLIT_SERVER_ENABLE_STATIC_SERVING", "1"),
        ("STREAMLIT_SERVER_SSL_CERT_FILE", "x.pem"),
        ("STREAMLIT_SERVER_COOKIE_SECRET", "x"),
        ("STREAMLIT_SERVER_SOMETHING_NEW", "x"),
        ("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full"),
        ("STREAMLIT_GLOBAL_DEVELOPMENT_MODE", "true"),
        ("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "true"),
        ("STREAMLIT_SECRETS_FILES", "x"),
        ("STREAMLIT_LOGGER_LEVEL", "debug"),
    ],
)
def test_a_switch_from_outside_that_contradicts_is_named_and_refused(name, value):
    with pytest.raises(RecipeError, match=f"Take these away: {name} in the environment"):
        switches.refuse_others(OURS, variables={name: value}, files=[])


@pytest.mark.parametrize(
    "text",
    ["[server]\nenableXsrfProtection = false", '[server]\naddress = "0.0.0.0"', "[server]\nport = 80",
     '[client]\nshowErrorDetails = "full"', "[server]\nmaxMessageSize = 999", "[server]\nheadless = 'true'"],
)  # fmt: skip
def test_a_file_of_switches_that_contradicts_is_named_and_refused(tmp_path, text):
    file = tmp_path / ".streamlit" / "config.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=r"in .streamlit/config.toml of "):
        switches.refuse_others(OURS, variables={}, files=[file])
    file.write_text("[server", encoding="utf-8")
    with pytest.raises(RecipeError, match="cannot be read; take it away"):
        switches.refuse_others(OURS, variables={}, files=[file])
