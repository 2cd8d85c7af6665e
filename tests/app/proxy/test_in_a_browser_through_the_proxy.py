"""Does a person at a browser come in through the proxy, and see the places?"""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def context(stranger, front, analyst):
    """Give a browser that shows the analyst's certificate."""
    shown = {"origin": front.address, "certPath": str(analyst[0]), "keyPath": str(analyst[1])}
    made = stranger.new_context(
        ignore_https_errors=True,
        client_certificates=[shown],
        viewport={"width": 1280, "height": 900},
    )
    yield made
    made.close()


def test_the_places_are_drawn_through_the_proxy_and_nothing_else_is_asked(context, front):
    page, asked, wrong = context.new_page(), [], {}
    page.on("request", lambda r: asked.append(r.url))
    page.on("response", lambda r: wrong.update({r.url: r.status}) if r.status >= 400 else None)
    page.goto(f"{front.address}/")
    assert page.locator("h1").inner_text() == "You are not signed in"
    page.get_by_role("link", name="Sign in").click()
    page.locator(".leaflet-container").first.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)
    assert [url for url in asked if not url.startswith((front.address, "data:", "blob:"))] == []
    assert any("/_stcore/" in url for url in asked)
    # the way in itself; the page's icon is a stored file, and not every session is given it
    assert {u: n for u, n in wrong.items() if "/media/" not in u} == {f"{front.address}/": 401}


def test_the_cookie_is_the_proxy_s_and_no_script_reads_it(context, front):
    page = context.new_page()
    page.goto(f"{front.address}/access/in?to=%2F")
    page.locator("[data-testid='stMain']").wait_for(timeout=60_000)
    (cookie,) = (one for one in context.cookies() if "csgeo" in one["name"])
    assert cookie["name"] == "__Host-csgeo"
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert "csgeo" not in page.evaluate("document.cookie")
