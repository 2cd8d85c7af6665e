"""Does anybody come in by an answer of a provider that is not quite right?

A provider that is certified sends no such answers, so this one is made for it. It is a
server of its own on this machine; what is asked of it goes through Authlib as always.
"""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
import warnings
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from access import gate, identity, oidc, pending, sessions, site
from access.settings import Oidc
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.app.conftest import awaited

CLIENT, SECRET = "csgeo", "s" * 40
PUBLIC = "http://127.0.0.1:8599"
KEY, OTHER_KEY = RSAKey.generate_key(2048), RSAKey.generate_key(2048)


class Hostile(BaseHTTPRequestHandler):
    """A provider that answers what the test has told it."""

    told: ClassVar[dict] = {}

    def do_GET(self):
        where = urlsplit(self.path).path
        issuer = f"http://localhost:{self.server.server_port}"
        metadata = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/auth",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "userinfo_endpoint": f"{issuer}/me",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        answers = {
            "/.well-known/openid-configuration": metadata | self.told.get("metadata", {}),
            "/jwks": {"keys": [KEY.as_dict(private=False, kid="k1", use="sig")]},
            "/me": self.told.get("me", {}),
        }
        self._send(answers[where])

    def do_POST(self):
        self.told["asked"] = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        self._send(self.told["token"](), status=self.told.get("status", 200))

    def _send(self, content, status=200):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    running = ThreadingHTTPServer(("localhost", 0), Hostile)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def signed(claims: dict, *, key=KEY, alg: str = "RS256", kid: str = "k1") -> str:
    return jwt.encode({"alg": alg, "kid": kid}, claims, key)


def by_hand(claims: dict, header: dict, secret: bytes | None) -> str:
    def packed(told) -> str:
        return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")

    body = f"{packed(header)}.{packed(claims)}"
    seal = b"" if secret is None else hmac.digest(secret, body.encode(), sha256)
    return f"{body}.{base64.urlsafe_b64encode(seal).decode().rstrip('=')}"


def sign_in(server, make_token, *, changes=None, **told) -> tuple[httpx.Response, list]:
    """Go to the provider and back, and give the answer with the sessions that came of it."""
    Hostile.told = told
    issuer = f"http://localhost:{server.server_port}"
    roles = (("analysts", "analyst"), ("viewers", "viewer"))
    agreed = Oidc(issuer, CLIENT, SECRET, "openid profile", "roles", "name", roles)
    names = site.at(PUBLIC)

    async def behind(scope, receive, send):
        raise AssertionError("nothing is behind the gate in this test")

    async def go() -> httpx.Response:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Authlib's, of its own later versions
            login = oidc.ByProvider(names, PUBLIC, agreed)
        asgi = httpx.ASGITransport(gate.Gate(behind, site=names, login=login))
        async with httpx.AsyncClient(transport=asgi, base_url=PUBLIC) as browser:
            there = await browser.get("/access/in?to=/method")
            if there.status_code != 302:
                return there
            asked = {
                k: v[0] for k, v in parse_qs(urlsplit(there.headers["location"]).query).items()
            }
            now = int(time.time())
            right = {
                "iss": issuer, "aud": CLIENT, "sub": "u1", "name": "Jo", "roles": ["analysts"],
                "nonce": asked["nonce"], "iat": now, "exp": now + 600,
            }  # fmt: skip
            claims = {k: v for k, v in (right | (changes or {})).items() if v is not ...}
            Hostile.told["token"] = lambda: make_token(claims)
            return await browser.get(f"/access/back?code=c&state={asked['state']}")

    for session in sessions.signed_in():
        sessions.end(session.id, "before")
    return awaited(go()), sessions.signed_in()


def token(claims: dict) -> dict:
    return {"access_token": "a", "token_type": "Bearer", "id_token": signed(claims)}


def with_token(make) -> callable:
    return lambda claims: {"access_token": "a", "token_type": "Bearer", "id_token": make(claims)}


def test_an_answer_that_is_right_opens_a_session_until_the_identity_ends(server):
    got, opened = sign_in(server, token)
    assert got.status_code == 200
    assert 'content="0;url=/method"' in got.text
    assert [(s.name, s.role) for s in opened] == [("Jo", "analyst")]
    assert 590 < sessions.seconds_left(opened[0].id) <= 600
    assert Hostile.told["asked"]["code_verifier"][0]
    assert Hostile.told["asked"]["grant_type"] == ["authorization_code"]
    cookie = next(c for c in got.headers.get_list("set-cookie") if c.startswith("csgeo-8599="))
    assert "SameSite=strict" in cookie


CHANGED = {
    "another nonce": {"nonce": "x" * 20},
    "no nonce": {"nonce": ...},
    "an empty nonce": {"nonce": ""},
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": "http://localhost/"},
    "no issuer": {"iss": ...},
    "for another client": {"aud": "other"},
    "for another client, with our name as the party": {"aud": "other", "azp": CLIENT},
    "for several, without a party": {"aud": [CLIENT, "other"]},
    "for several, for another party": {"aud": [CLIENT, "other"], "azp": "other"},
    "for one like ours": {"aud": CLIENT + "2"},
    "for a list within a list": {"aud": [[CLIENT]]},
    "for nobody": {"aud": ...},
    "over": {"exp": int(time.time()) - 1},
    "long over": {"exp": 0},
    "without an end": {"exp": ...},
    "with an end in words": {"exp": "tomorrow"},
    "with an end that is no number": {"exp": None},
    "with an end that is true": {"exp": True},
    "from later": {"iat": int(time.time()) + 3600},
    "without a beginning": {"iat": ...},
    "about nobody": {"sub": ...},
    "about an empty name": {"sub": ""},
    "about a number": {"sub": 7},
    "not valid yet": {"nbf": int(time.time()) + 3600},
}


@pytest.mark.parametrize("changes", CHANGED.values(), ids=CHANGED)
def test_an_identity_of_which_one_claim_is_wrong_opens_nothing(server, changes):
    got, opened = sign_in(server, token, changes=changes)
    assert got.status_code == 400
    assert opened == []
    assert not any(c.startswith("csgeo-8599=") for c in got.headers.get_list("set-cookie"))
    assert "You could not be signed in" in got.text


OF_AUTHLIB_ALONE = "not valid yet"


@pytest.mark.parametrize("wrong", [name for name in CHANGED if name != OF_AUTHLIB_ALONE])
def test_each_claim_is_checked_by_us_whatever_authlib_says_of_it(wrong):
    now = int(time.time())
    agreed = {"issuer": "http://localhost:1", "client_id": CLIENT, "nonce": "n" * 20}
    right = {
        "iss": agreed["issuer"], "aud": [CLIENT, "other"], "azp": CLIENT, "sub": "u1",
        "nonce": agreed["nonce"], "iat": now + identity.LEEWAY_S - 5, "exp": now + 5,
    }  # fmt: skip
    assert identity.trusted_claims(right, **agreed) == right
    base = right if "azp" in CHANGED[wrong] else {k: v for k, v in right.items() if k != "azp"}
    if "aud" not in CHANGED[wrong]:
        base = {**base, "aud": CLIENT}
        assert identity.trusted_claims(base, **agreed) == base
    claims = {k: v for k, v in (base | CHANGED[wrong]).items() if v is not ...}
    with pytest.raises(identity.NotTrusted, match="is not the one that was asked for"):
        identity.trusted_claims(claims, **agreed)


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_claims_are_no_identity(nothing):
    with pytest.raises(identity.NotTrusted, match="sent no identity"):
        identity.trusted_claims(nothing, issuer="i", client_id="c", nonce="n")
    with pytest.raises(identity.NotTrusted, match="nonce"):
        identity.trusted_claims(
            {"iss": "i", "aud": "c", "nonce": "", "sub": "u", "exp": 9e12, "iat": 0},
            issuer="i", client_id="c", nonce="",
        )  # fmt: skip


def _public_pem() -> bytes:
    return KEY.as_pem(private=False)


FORGED = {
    "unsigned": lambda c: by_hand(c, {"alg": "none"}, None),
    "unsigned, spelled otherwise": lambda c: by_hand(c, {"alg": "nOnE"}, None),
    "signed with the secret that both know": lambda c: by_hand(
        c, {"alg": "HS256"}, SECRET.encode()
    ),
    "signed with the public key as a secret": lambda c: by_hand(
        c, {"alg": "HS256", "kid": "k1"}, _public_pem()
    ),
    "signed by another": lambda c: signed(c, key=OTHER_KEY),
    "signed by another, of an unknown name": lambda c: signed(c, key=OTHER_KEY, kid="k9"),
    "with a key that it brings itself": lambda c: jwt.encode(
        {"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False)}, c, OTHER_KEY
    ),
    "changed after it was signed": lambda c: "{}.{}.{}".format(
        *signed(c).split(".")[:1],
        by_hand(c | {"roles": ["analysts", "x"]}, {}, None).split(".")[1],
        signed(c).split(".")[2],
    ),
    "without its signature": lambda c: signed(c).rsplit(".", 1)[0] + ".",
    "no token at all": lambda _: "x",
    "nothing": lambda _: "",
    "a number": lambda _: 7,
}


@pytest.mark.parametrize("make", FORGED.values(), ids=FORGED)
def test_an_identity_that_the_provider_did_not_sign_opens_nothing(server, make):
    got, opened = sign_in(server, with_token(make))
    assert (got.status_code, opened) == (400, [])


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"access_token": "a", "token_type": "Bearer"}, 200),
        ({"error": "invalid_grant"}, 400),
        (b"<html>", 200),
        ([], 200),
        ({}, 500),
        (b"", 200),
    ],
)
def test_an_answer_without_an_identity_opens_nothing(server, answer, status):
    got, opened = sign_in(server, lambda _: answer, status=status)
    assert (got.status_code, opened) == (400, [])


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "http://evil.example/auth"},
        {"jwks_uri": "http://192.0.2.1/keys"},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_is_another_or_not_reached_by_https_is_not_asked(server, metadata):
    got, opened = sign_in(server, token, metadata=metadata)
    assert (got.status_code, opened) == (400, [])
    assert "evil" not in got.text


def test_of_what_a_provider_says_only_signatures_of_its_own_are_taken():
    issuer = "https://login.example"
    listed = "id_token_signing_alg_values_supported"

    def taken(*algorithms: str) -> list[str]:
        return identity.trusted_metadata({"issuer": issuer, listed: list(algorithms)}, issuer)[
            listed
        ]

    assert taken("none", "HS256", "ES256", "RS256", "HS512", "NONE") == ["ES256", "RS256"]
    assert taken("none", "HS256") == ["RS256"]
    assert identity.trusted_metadata({"issuer": issuer}, issuer)[listed] == ["RS256"]
    for other in ("https://login.example/", "https://evil.example", None, ""):
        with pytest.raises(identity.NotTrusted, match="names another issuer"):
            identity.trusted_metadata({"issuer": other}, issuer)
    for name in identity._ENDPOINTS:
        for address in ("http://login.example/x", "ftp://login.example", "javascript:alert(1)", ""):
            with pytest.raises(identity.NotTrusted, match=f"{name} is not an https address"):
                identity.trusted_metadata({"issuer": issuer, name: address}, issuer)
        assert identity.trusted_metadata({"issuer": issuer, name: f"{issuer}/x"}, issuer)
        assert identity.trusted_metadata({"issuer": issuer, name: "http://127.0.0.1:1/x"}, issuer)


def test_groups_may_come_from_userinfo_but_only_of_the_same_person(server):
    no_groups = {"roles": ...}
    got, opened = sign_in(server, token, changes=no_groups, me={"sub": "u1", "roles": ["viewers"]})
    assert got.status_code == 200
    assert [s.role for s in opened] == ["viewer"]
    got, opened = sign_in(server, token, changes=no_groups, me={"sub": "u2", "roles": ["analysts"]})
    assert (got.status_code, opened) == (400, [])
    spoken_over = {"sub": "u1", "roles": ["analysts"], "name": "Somebody Else", "exp": 9e12}
    _, opened = sign_in(server, token, changes={"roles": ["viewers"]}, me=spoken_over)
    assert [(s.name, s.role) for s in opened] == [("Jo", "viewer")]
    over_the_rest = spoken_over | {"roles": ["viewers"]}
    _, opened = sign_in(server, token, changes=no_groups, me=over_the_rest)
    assert [(s.name, s.role, s.expires < 9e12) for s in opened] == [("Jo", "viewer", True)]


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ("analysts", "analyst"),
        (["viewers", "analysts"], "analyst"),  # the first line of the table that matches
        (["viewers"], "viewer"),
        (["Analysts"], None),
        (["analysts "], None),
        ("analysts viewers", None),
        ({"analysts": True}, None),
        ([["analysts"]], None),
        ([], None),
        (None, None),
        (7, None),
        (["analyst", "admin"], None),  # the name of a role is not a group
    ],
)
def test_the_table_of_roles_decides_and_nothing_like_it_does(server, roles, role):
    got, opened = sign_in(server, token, changes={"roles": roles})
    assert [s.role for s in opened] == ([role] if role else [])
    assert got.status_code == (200 if role else 403)


def test_a_name_is_shown_as_text_short_and_on_one_line():
    assert identity.called({"name": "  Jo\n\x00 <b>  "}, "name") == "Jo <b>"
    assert identity.called({"name": "x" * 500}, "name") == "x" * 100
    assert identity.called({"name": "", "email": "jo@example.org"}, "name") == "jo@example.org"
    assert identity.called({"sub": "u1", "name": ["a"]}, "name") == "u1"
    assert identity.called({}, "name") == "somebody"


def test_a_name_that_is_a_script_is_shown_and_does_not_run(server):
    got, opened = sign_in(server, token, changes={"roles": [], "name": "<script>1</script>"})
    assert opened == []
    assert "<script>" not in got.text
    assert "&lt;script&gt;" in got.text


def test_nothing_agreed_stays_when_a_sign_in_was_refused(server):
    before = len(pending._WAITING)
    sign_in(server, token, changes={"nonce": "x"})
    assert len(pending._WAITING) == before
