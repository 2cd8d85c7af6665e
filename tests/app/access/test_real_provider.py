"""Can people of an organisation sign in, each in their role, and nobody else?"""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.access.conftest import ask, open_socket
from tests.app.access.providing import entries
from tests.app.access.test_gate import drain

pytestmark = pytest.mark.browser
SEES = {
    "viewer": ["Places", "Method"],
    "planner": ["Places", "Method", "Take away"],
    "analyst": ["Places", "Method", "Take away"],
    "admin": ["Places", "Method", "Access"],
}


@pytest.fixture(scope="module")
def dashboard(behind):
    address, settings = behind("csgeo")
    return address, settings


@pytest.fixture
def someone(stranger):
    """Give a function that opens a browser of its own at an address."""
    contexts = []

    def open_at(address: str):
        context = stranger.new_context(viewport={"width": 1366, "height": 768})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_at
    for context in contexts:
        context.close()


def sign_in(page, name: str, *, consent: bool = True) -> None:
    """Press the button, and do at the provider what it asks."""
    page.get_by_role("link", name="Sign in").click()
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill("any")
    page.locator("[type=submit]").click()
    if consent:
        page.get_by_role("button", name="Continue").click()


def cookie_of(page, address: str) -> str:
    found = [c for c in page.context.cookies(address) if c["name"].startswith("csgeo-")]
    assert len(found) == 1, [c["name"] for c in found]
    assert found[0]["httpOnly"]
    assert found[0]["sameSite"] == "Strict"
    assert found[0]["expires"] == -1
    return f"{found[0]['name']}={found[0]['value']}"


@pytest.mark.parametrize("role", list(SEES))
def test_each_role_signs_in_and_sees_its_pages_and_no_other(someone, dashboard, role):
    address, settings = dashboard
    page = someone(f"{address}/method?place=x")
    assert page.get_by_role("heading", name="You are not signed in").is_visible()
    sign_in(page, f"{role}.one")
    page.wait_for_selector(".method h1", timeout=60_000)
    assert urlsplit(page.url).path == "/method"
    assert [c["name"] for c in page.context.cookies() if "signing-in" in c["name"]] == []
    *shown, out = page.locator(".st-key-navigation a").all_inner_texts()
    assert out == "Sign out"
    assert shown == [n for n in SEES[role] if n in shown]
    assert "Access" in shown if role == "admin" else "Access" not in shown
    cookie = cookie_of(page, address)
    for path, roles in {
        "/access": ("admin",),
        "/data": ("analyst",),
        "/take_away": ("planner", "analyst"),
    }.items():
        assert ask(address, path, Cookie=cookie).status == (200 if role in roles else 403)
    written = [e for e in entries(settings) if e["did"] == "signed in"][-1]
    assert (written["who"], written["what"]) == (f"Jo {role}.one", f"as {role}, by oidc")


def test_somebody_without_a_role_is_refused_in_words_and_it_is_written_down(someone, dashboard):
    address, settings = dashboard
    page = someone(address)
    sign_in(page, "stranger.one")
    expect(page.get_by_role("heading", name="You have no part in this dashboard")).to_be_visible()
    assert "You are known as Jo stranger.one" in page.content()
    assert [c for c in page.context.cookies(address) if c["name"].endswith("csgeo")] == []
    assert (
        ask(
            address,
            "/places",
            Cookie="; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies(address)),
        ).status
        == 401
    )
    written = entries(settings)[-1]
    assert (written["did"], written["who"]) == ("refused", "Jo stranger.one")


def test_signing_out_ends_it_at_the_server_and_offers_to_leave_the_provider(someone, dashboard):
    address, settings = dashboard
    page = someone(address)
    sign_in(page, "viewer.two")
    page.wait_for_selector(".badge", timeout=60_000)
    cookie = cookie_of(page, address)
    with open_socket(address, cookie) as socket:
        page.goto(f"{address}/access/out")
        expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
        with pytest.raises(ConnectionClosed):
            drain(socket)
    assert ask(address, "/places", Cookie=cookie).status == 401
    leave = page.get_by_role("link", name="Sign out of your organisation too")
    assert "id_token_hint=" in leave.get_attribute("href")
    leave.click()
    expect(page.get_by_role("button", name=re.compile("Yes"))).to_be_visible()
    assert urlsplit(page.url).hostname == "localhost"
    time.sleep(0.5)
    assert [e["what"] for e in entries(settings) if e["did"] == "signed out"][-1] == "signed out"


def test_an_answer_of_the_provider_is_taken_once_and_from_the_browser_that_asked(
    someone, dashboard
):
    address, _ = dashboard
    page = someone(address)
    back = []
    page.on("request", lambda r: back.append(r.url) if "/access/back" in r.url else None)
    sign_in(page, "analyst.three")
    page.wait_for_selector(".badge", timeout=60_000)
    assert len(back) == 1
    answer = back[0].removeprefix(address)
    assert ask(address, answer).status == 400  # somebody who has read the address
    again = page.goto(back[0])  # the same browser, the same code
    assert again.status == 400
    expect(page.get_by_role("heading", name="You could not be signed in")).to_be_visible()


def test_an_answer_that_somebody_else_began_signs_nobody_in(someone, dashboard):
    """An attacker signs in as themselves, stops before the end, and sends the last step on."""
    address, _ = dashboard
    attacker = someone(address)
    caught = []
    attacker.on("request", lambda r: caught.append(r.url) if "/access/back" in r.url else None)
    attacker.get_by_role("link", name="Sign in").click()
    attacker.context.clear_cookies(domain="127.0.0.1")  # so that the last step is not used up
    attacker.locator("[name=login]").fill("viewer.attacker")
    attacker.locator("[name=password]").fill("any")
    attacker.locator("[type=submit]").click()
    attacker.get_by_role("button", name="Continue").click()
    expect(attacker.get_by_role("heading", name="You could not be signed in")).to_be_visible()
    victim = someone(address)
    with victim.expect_response("**/auth?*", timeout=20_000):
        victim.get_by_role("link", name="Sign in").click()
    assert any("signing-in" in c["name"] for c in victim.context.cookies(address))
    assert victim.goto(caught[0]).status == 400
    assert (
        ask(
            address,
            "/places",
            Cookie="; ".join(f"{c['name']}={c['value']}" for c in victim.context.cookies(address)),
        ).status
        == 401
    )


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=forged", "?error=access_denied", "?code=x&state=x&iss=http://evil.example"])  # fmt: skip
def test_an_answer_without_a_state_that_was_agreed_is_refused(dashboard, query):
    address, _ = dashboard
    for cookie in ({}, {"Cookie": f"csgeo-{address.rsplit(':', 1)[1]}-signing-in=forged"}):
        got = ask(address, f"/access/back{query}", **cookie)
        assert got.status == 400
        assert got.cookies == ()
        assert b"evil" not in got.body


def test_what_is_asked_of_the_provider_is_bound_to_this_browser_and_kept_at_the_server(dashboard):
    address, _ = dashboard
    got = ask(address, "/access/in?to=/method")
    assert got.status == 302
    asked = parse_qs(urlsplit(got.headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 20
    assert len(asked["nonce"][0]) >= 20
    assert asked["redirect_uri"] == [f"{address}/access/back"]
    cookie = got.cookies[0]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=600" in cookie
    for secret in (asked["state"][0], asked["nonce"][0]):
        assert secret not in cookie
    other = parse_qs(urlsplit(ask(address, "/access/in").headers["location"]).query)
    assert other["state"] != asked["state"]
    assert other["nonce"] != asked["nonce"]


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/places/../../x", "javascript:alert(1)", "/access/out", "/%0d%0aSet-Cookie:x=1", "/places%00"])  # fmt: skip
def test_signing_in_comes_out_on_a_page_of_ours_whatever_was_asked(someone, dashboard, to):
    from access.going_on import safe_place

    assert safe_place(to) == "/"
    address, _ = dashboard
    got = ask(address, f"/access/in?to={to}")
    assert got.status in {302, 400}
    assert "evil" not in got.headers.get("location", "")


def test_a_link_made_to_lead_elsewhere_leads_to_the_places(someone, dashboard):
    address, _ = dashboard
    page = someone(f"{address}/access/in?to=//localhost:1/")
    page.locator("[name=login]").fill("viewer.four")
    page.locator("[name=password]").fill("any")
    page.locator("[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(".badge", timeout=60_000)
    assert page.url.startswith(f"{address}/")


def test_signing_in_again_ends_the_session_before(someone, dashboard):
    address, _ = dashboard
    page = someone(address)
    sign_in(page, "viewer.five")
    page.wait_for_selector(".badge", timeout=60_000)
    before = cookie_of(page, address)
    page.goto(f"{address}/access/in")
    page.wait_for_selector(".badge", timeout=60_000)
    assert cookie_of(page, address) != before
    assert ask(address, "/places", Cookie=before).status == 401


def test_a_session_ends_with_the_identity_behind_it_and_the_screen_is_cleared(someone, behind):
    address, settings = behind("brief")  # its identities last six seconds
    page = someone(address)
    sign_in(page, "analyst.six")
    page.wait_for_selector(".st-key-navigation", timeout=60_000)
    cookie = cookie_of(page, address)
    with open_socket(address, cookie) as socket, pytest.raises(ConnectionClosed) as closed:
        drain(socket, seconds=30)
    assert closed.value.rcvd.code == 4401
    assert ask(address, "/places", Cookie=cookie).status == 401
    with pytest.raises(InvalidStatus):
        open_socket(address, cookie)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # or within 15 seconds
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    assert "places hold" not in page.content()
    time.sleep(0.5)
    assert entries(settings)[-1]["what"] == "the identity expired"


def test_whoever_keeps_the_server_ends_a_session_at_once(someone, dashboard):
    address, settings = dashboard
    page = someone(address)
    sign_in(page, "analyst.seven")
    page.wait_for_selector(".badge", timeout=60_000)
    cookie = cookie_of(page, address)
    admin = someone(f"{address}/access")
    sign_in(admin, "admin.one")
    row = admin.locator("[data-testid=stHorizontalBlock]", has_text="Jo analyst.seven").last
    row.get_by_role("button", name="End this session").click(timeout=60_000)
    with open_socket(address, cookie_of(admin, address)):
        expect(admin.get_by_text("The session of Jo analyst.seven is ended.")).to_be_visible()
    assert ask(address, "/places", Cookie=cookie).status == 401
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    admin.get_by_role("button", name="Is the journal whole?").click()
    expect(admin.get_by_text("each as it was written.")).to_be_visible()
    kinds = [(e["did"], e["who"]) for e in entries(settings)]
    assert ("revoked", "Jo admin.one") in kinds
    assert ("signed out", "Jo analyst.seven") in kinds
