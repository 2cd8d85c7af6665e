"""Does the dashboard work in a real browser, with nothing but this machine to talk to?"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

expect.set_options(timeout=20_000)
pytestmark = pytest.mark.browser

RADIO = ".st-key-place [data-testid='stRadioOption']"


@pytest.fixture
def look(browser):
    """Give a function that opens a page and keeps a log of what it asked for and complained of."""
    contexts = []

    def open_page(address: str, *, width: int = 1366, height: int = 768):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
        page.goto(address)
        page.wait_for_selector(".badge", timeout=60_000)
        expect(page.locator(".badge.chosen")).to_have_count(1)
        return page

    yield open_page
    for context in contexts:
        context.close()


def in_map(page, script: str):
    """Run a script on the map's own tree, which its styles are shut into."""
    return page.evaluate(
        "(() => { const root = document.querySelector('.st-key-map "
        "[data-testid=stBidiComponentIsolated]').shadowRoot; return (" + script + "); })()"
    )


def outside(urls) -> list[str]:
    return [
        u
        for u in urls
        if urlsplit(u).scheme not in {"data", "blob"} and urlsplit(u).hostname != "127.0.0.1"
    ]


def place_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["place"][0]


def expect_chosen(page, numbers: str) -> None:
    """Wait until the list marks one place as chosen, and its number is one of `numbers`."""
    marked = page.locator(f"{RADIO}[data-selected='true'] code")
    expect(marked).to_have_text(re.compile(f"^[{numbers}]$"))


def scale(page) -> str:
    """The width and words of the scale bar change with each step of zoom."""
    return in_map(
        page,
        "(b => b.textContent + b.style.width)(root.querySelector('.leaflet-control-scale-line'))",
    )


def wait_for_card(page, words: str) -> None:
    expect(page.locator(".card h2")).to_contain_text(words)


def test_places_are_visible_and_numbered_and_nothing_is_asked_of_others(look, address):
    page = look(address)
    assert page.locator(".badge").all_inner_texts() == ["1", "2", "3", "4", "5", "6"]
    seen = page.locator(".stage").bounding_box()
    for badge in page.locator(".badge").all():
        box = badge.bounding_box()
        assert seen["x"] + 60 < box["x"]  # not under the buttons
        assert box["x"] + box["width"] < seen["x"] + seen["width"]
        assert seen["y"] < box["y"] < seen["y"] + seen["height"] - 28
    assert in_map(page, "root.querySelectorAll('.leaflet-places-pane path').length") >= 6
    assert outside(page.asked) == []
    assert [c for c in page.complaints if "Content Security Policy" in c or "error:" in c] == []


def test_everything_fits_a_small_screen_without_scrolling(look, address):
    page = look(address)
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    for part in (".caption", ".legend", ".card", ".strip"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 768
    assert "no real place" in page.locator(".caption").inner_text()
    assert page.locator(".buttons button").evaluate_all(
        "all => all.every(b => b.offsetWidth >= 44 && b.offsetHeight >= 44)"
    )


def test_choosing_in_the_list_changes_card_link_and_map_and_keeps_the_zoom(look, address):
    page = look(address)
    first = place_in(page.url)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(500)
    zoomed = scale(page)
    page.locator(RADIO).nth(1).click()
    wait_for_card(page, "2 · Around Station Road")
    expect(page).not_to_have_url(re.compile(re.escape(first)))
    expect(page.locator(".badge.chosen")).to_have_text("2")
    page.wait_for_timeout(500)
    assert scale(page) == zoomed
    again = look(page.url)  # a link that was sent on
    wait_for_card(again, "2 · Around Station Road")


def test_choosing_on_the_map_chooses_in_the_list(look, address):
    page = look(address)
    page.locator(".badge").nth(2).click()
    wait_for_card(page, "3 · Around Harbour Parade")
    expect_chosen(page, "3")
    page.locator(".badge").nth(0).click()
    wait_for_card(page, "1 · Around Market Street")
    expect_chosen(page, "1")


def test_the_map_works_by_keyboard(look, address):
    page = look(address)
    before = scale(page)
    page.locator(".ground").focus()
    page.keyboard.press("+")
    page.wait_for_timeout(500)
    assert scale(page) != before
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(350)
    page.keyboard.press("Enter")
    expect(page.locator(".card h2")).not_to_contain_text("1 · ")
    expect_chosen(page, "246")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(800)
    assert "Map of 6 numbered places" in in_map(
        page, "root.querySelector('.ground').getAttribute('aria-label')"
    )
    tabs = in_map(page, "root.querySelectorAll('.ground [tabindex=\"0\"], .ground a[href]').length")
    assert tabs == 0  # the map itself is the one stop


def test_the_view_outlives_a_look_at_the_method(look, address):
    page = look(address)
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(500)
    zoomed = scale(page)
    page.locator(RADIO).nth(3).click()
    wait_for_card(page, "4 · ")
    page.get_by_role("link", name="Method").click()
    page.wait_for_selector(".method h1")
    assert "How this was worked out" in page.locator(".method h1").inner_text()
    page.get_by_role("link", name="Places").click()
    page.wait_for_selector(".badge")
    wait_for_card(page, "4 · ")
    page.wait_for_timeout(500)
    assert scale(page) == zoomed


def test_a_phone_shows_the_list_then_the_map_without_scrolling_sideways(look, address):
    page = look(address, width=390, height=844)
    in_order = [
        page.locator(part).bounding_box()["y"] for part in (".saying", ".st-key-place", ".stage")
    ]
    assert in_order == sorted(in_order)
    width = page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth")
    assert width <= 390


def test_a_script_in_a_place_name_does_not_run(look, start, hostile_folder):
    page = look(start(hostile_folder))
    page.locator(".badge").nth(1).hover()
    page.wait_for_selector(".leaflet-tooltip")
    assert "<script>" in page.locator(".leaflet-tooltip").first.inner_text()
    page.locator(RADIO).nth(1).click()
    wait_for_card(page, "2 · ")
    assert "<script>" in page.locator(".card h2").inner_text()
    page.locator(".st-key-view button", has_text="Table").click()
    page.wait_for_selector(".twin")
    assert page.evaluate("window.pwned") is None
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    assert outside(page.asked) == []


def test_services_and_squares_can_be_switched_and_hidden_ones_are_said(look, address):
    page = look(address)
    assert in_map(page, "root.querySelectorAll('.service').length") == 7
    page.get_by_label("Services").click()
    assert in_map(page, "root.querySelectorAll('.service').length") == 0
    rule = page.get_by_text("none, or fewer than 5 people")
    assert not rule.is_visible()
    page.get_by_label("Each square").click()
    assert rule.is_visible()
    assert in_map(page, "root.querySelectorAll('.leaflet-cells-pane canvas').length") == 1


def test_a_map_that_cannot_be_drawn_says_so_and_the_list_still_works(browser, address):
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.route("**/leaflet.js", lambda route: route.abort())
    page.goto(address)
    expect(page.locator(".failed")).to_contain_text("The list and the table say the same.")
    page.locator(RADIO).nth(1).click()
    wait_for_card(page, "2 · Around Station Road")
    context.close()
