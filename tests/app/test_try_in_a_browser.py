"""Does trying another method work in a real browser, by keyboard alone, and stay on this machine?"""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.app.test_in_a_browser import outside

pytestmark = pytest.mark.browser
RUN_MS = 90_000


@pytest.fixture(scope="module")
def analyst(start, small_project, tmp_path_factory):
    """Start the dashboard with a recipe, on a project of this module's own."""
    project = tmp_path_factory.mktemp("browser") / "project"
    shutil.copytree(small_project, project)
    return start(project / "out" / "release", project / "my.toml")


@pytest.fixture
def look(browser):
    contexts = []

    def open_page(address: str, *, width: int = 1440, height: int = 900):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


def tab_to(page, label: str) -> None:
    """Go on with the Tab key alone until the control of that name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        tag, name = page.evaluate(
            "(e => [e.tagName, e.getAttribute('aria-label') || e.innerText || ''])"
            "(document.activeElement)"
        )
        if tag in {"INPUT", "BUTTON"} and name.strip() == label:  # a link may have the same name
            return
    pytest.fail(f"no way to {label!r} by the Tab key")


def test_a_try_is_run_shown_and_left_again_by_keyboard_alone(look, analyst):
    page = look(f"{analyst}/method")
    page.wait_for_selector("#try", timeout=60_000)
    expect(page.get_by_role("button", name="Run this try")).to_be_enabled(timeout=20_000)
    tab_to(page, "Method")
    page.keyboard.press("Control+a")
    page.keyboard.type("getis")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Method").first).to_have_value(re.compile("Getis-Ord"))
    tab_to(page, "Run this try")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("[0-9]+ places? (is|are) on both lists"))).to_be_visible(
        timeout=RUN_MS
    )
    expect(page.get_by_role("heading", name="What the tries show")).to_be_visible()
    assert page.get_by_role("progressbar").count() == 0
    page.get_by_role("button", name="Keep these choices").click()
    expect(page.get_by_role("button", name="Write it as a recipe of its own")).to_be_visible()
    worst = page.evaluate(CONTRAST)
    assert worst["ratio"] >= 4.5, worst
    page.get_by_label("Method").first.focus()
    tab_to(page, "Show this one")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A try, not the release:")).to_be_visible(timeout=20_000)

    id_ = parse_qs(urlsplit(page.url).query)["try"][0]
    assert re.fullmatch("[0-9a-f]{8}", id_)
    page.reload()
    expect(page.get_by_text("A try, not the release:")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="Places").click()
    page.wait_for_selector(".badge.chosen")
    expect(page.get_by_text("A try, not the release:")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["try"] == [id_]
    tab_to(page, "Back to the release")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A try, not the release:")).to_have_count(0)
    page.wait_for_function("!location.search.includes('try=')")
    assert outside(page.asked) == []
    assert [c for c in page.complaints if "Content Security Policy" in c or "error:" in c] == []


def test_a_try_can_be_stopped_and_another_page_sees_that_one_is_running(look, analyst):
    page = look(f"{analyst}/method")
    reruns = page.get_by_label("Re-runs")
    reruns.wait_for(timeout=60_000)
    reruns.fill("1000")
    reruns.press("Tab")
    page.get_by_role("button", name="Run this try").click()
    expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=20_000)
    other = look(f"{analyst}/method")
    expect(other.get_by_role("button", name="Stop")).to_be_visible(timeout=20_000)
    expect(other.get_by_role("button", name="Run this try")).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    for each in (page, other):
        expect(each.get_by_text("You stopped the try.")).to_be_visible(timeout=20_000)
        expect(each.get_by_role("button", name="Run this try")).to_be_enabled(timeout=20_000)


def test_each_control_has_a_name_and_headings_follow_in_order(look, analyst):
    page = look(f"{analyst}/method")
    page.wait_for_selector(".compared, #try", timeout=60_000)
    expect(page.get_by_role("button", name="Run this try")).to_be_visible(timeout=20_000)
    nameless = page.evaluate(
        """[...document.querySelectorAll('.st-key-try input, .st-key-try button')].filter(e =>
        !(e.getAttribute('aria-label') || e.innerText.trim() || e.labels?.length)).length"""
    )
    assert nameless == 0
    levels = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName.slice(1))"
    )
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert page.evaluate("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size") == (
        page.evaluate("document.querySelectorAll('[id]').length")
    )


def test_words_can_be_read_against_their_ground(look, analyst):
    page = look(f"{analyst}/method")
    expect(page.get_by_role("button", name="Run this try")).to_be_enabled(timeout=60_000)
    page.wait_for_timeout(1000)
    worst = page.evaluate(CONTRAST)
    assert worst["ratio"] >= 4.5, worst


def test_a_phone_has_one_column_and_does_not_scroll_sideways(look, analyst):
    page = look(f"{analyst}/method", width=390, height=844)
    expect(page.get_by_role("button", name="Run this try")).to_be_visible(timeout=60_000)
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth") <= 390
    left = [
        page.get_by_label(name, exact=True).first.bounding_box()["x"]
        for name in ("Method", "Re-runs", "Least people in a place")
    ]
    assert max(left) - min(left) < 20
    for name in ("Run this try", "Back to the recipe's choices"):
        assert page.get_by_role("button", name=name).bounding_box()["height"] >= 44


def test_a_viewer_of_the_same_release_is_offered_nothing(look, address):
    page = look(f"{address}/method?try=0123abcd")
    page.wait_for_selector(".method h1", timeout=60_000)
    expect(page.get_by_text("How people are protected")).to_be_visible()
    assert page.locator("#try").count() == 0
    assert page.get_by_role("button", name="Run this try").count() == 0


#: The worst contrast of any text within the part, by the formula of WCAG 2.2.
CONTRAST = """
(() => {
  const lum = c => { const [r, g, b] = c.map(v => (v /= 255, v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b; };
  const parse = s => s.match(/[\\d.]+/g).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  let worst = { ratio: 99 };
  for (const e of document.querySelectorAll('.st-key-try *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.tagName === 'INPUT';
    if (!own || !e.getClientRects().length || e.closest('[disabled]')) continue;
    const [a, b] = [lum(parse(getComputedStyle(e).color)), lum(ground(e))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < worst.ratio) worst = { ratio, words: (e.innerText || e.value || '').slice(0, 60) };
  }
  return worst;
})()
"""
