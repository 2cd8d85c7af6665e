"""Do the list, the card, the table and the link follow what is chosen to be counted?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.release import make_release
from csgeo.outputs import viewed
from csgeo.outputs.viewed import View
from csgeo.store.releases import save_release
from tests.app.test_screens import opened, said
from tests.outputs.invented import invented_study

KNIFE = "Serious youth violence"


@pytest.fixture(scope="module")
def two_periods():
    """A release that tells of the period before, and of kinds of harm by time."""
    study = invented_study()
    study.incidents_before = study.incidents.assign(
        occurred_from=study.incidents["occurred_from"] - pd.Timedelta(days=730)
    ).iloc[::2]
    return make_release(study, key=key_from_text("5a" * 32))


@pytest.fixture(scope="module")
def folder(two_periods, tmp_path_factory):
    folder = tmp_path_factory.mktemp("views") / "release"
    save_release(two_periods, folder)
    return folder


def test_a_chosen_kind_and_time_are_in_sentence_list_and_card(folder, two_periods, monkeypatch):
    test = opened(folder, monkeypatch)
    assert [box.label for box in test.selectbox] == ["Kind of harm", "Part of the day", "Period"]
    assert "hold" in said(test)
    test.selectbox(key="view_harm").select(KNIFE).run()
    test.selectbox(key="view_part").select("Night, 23:00 to 07:00").run()
    view = View(KNIFE, "night")
    page = said(test)
    assert viewed.answer(two_periods, view) in page
    assert viewed.hidden_means(two_periods) in page
    places = viewed.seen(two_periods, view).hotspots
    for label, count in zip(test.radio(key="place").options, places["incidents"], strict=True):
        assert ("*hidden*" if pd.isna(count) else f"*about {count:,}*") in label
        assert "about 0" not in label
    chosen = test.radio(key="place").value
    assert viewed.of_a_place(two_periods, view, chosen) in page


def test_a_link_opens_its_view_and_one_that_names_none_opens_the_whole(
    folder, two_periods, monkeypatch
):
    linked = opened(folder, monkeypatch, view_harm=KNIFE, view_period="The period before")
    assert viewed.answer(two_periods, View(KNIFE, period="before")) in said(linked)
    lost = opened(folder, monkeypatch, view_harm="No such harm")
    assert not lost.exception
    assert "hold" in said(lost)


def test_the_table_has_a_column_for_the_view(folder, two_periods, monkeypatch):
    test = opened(folder, monkeypatch, view="Table", view_harm=KNIFE)
    page = said(test)
    assert "In this view</th>" in page
    for place in two_periods.hotspots.index:
        assert viewed.of_a_place(two_periods, View(KNIFE), place) in page


def test_the_card_of_the_whole_says_the_period_before(folder, two_periods, monkeypatch):
    first = two_periods.hotspots.index[0]
    there = viewed.numbers_of(two_periods, View(period="before"))[first]
    assert f"<p>The period before: about {there} records.</p>" in said(opened(folder, monkeypatch))


def test_a_release_without_the_period_before_says_so(release_folder, monkeypatch):
    test = opened(release_folder, monkeypatch)
    assert [box.label for box in test.selectbox] == ["Kind of harm", "Part of the day"]
    assert "does not tell of the period before" in said(test)


@pytest.fixture(scope="module")
def page(browser, start, folder):
    address = start(folder)
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(str(address), wait_until="domcontentloaded")
    page.wait_for_selector("[data-badge], .badge", timeout=30_000)
    yield page
    page.close()


def test_by_keyboard_alone_a_view_is_chosen_and_stays_in_the_link(page):
    field = page.get_by_role("combobox", name="Kind of harm")
    field.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('view_harm=')", timeout=15_000)
    page.wait_for_function(
        "document.querySelector('.saying').textContent.includes('serious youth violence')",
        timeout=15_000,
    )
    link = page.url
    page.goto(link, wait_until="domcontentloaded")
    page.wait_for_selector(".saying >> text=serious youth violence", timeout=30_000)
    # to another page and back: the choice is kept
    page.get_by_role("link", name="Method").click()
    page.wait_for_selector(".method", timeout=30_000)
    page.get_by_role("link", name="Places").click()
    page.wait_for_selector(".saying >> text=serious youth violence", timeout=30_000)


def test_a_hidden_place_is_drawn_white_and_says_that_it_is_hidden(page, two_periods):
    view = View("Child criminal exploitation", "night", "before")
    hidden = viewed.seen(two_periods, view).hotspots["incidents"].isna()
    assert hidden.any()
    query = "view_harm=Child+criminal+exploitation&view_part=Night%2C+23%3A00+to+07%3A00"
    origin = page.evaluate("location.origin")
    page.goto(f"{origin}/?{query}&view_period=The+period+before", wait_until="domcontentloaded")
    page.wait_for_selector(".saying >> text=at night", timeout=30_000)
    rank = int(two_periods.hotspots.loc[hidden[hidden].index[0], "rank"])
    badge = page.locator(".badge", has_text=str(rank)).first
    badge.wait_for(timeout=30_000)
    assert badge.evaluate("e => e.style.getPropertyValue('--fill')") == "#ffffff"
    assert "hidden" in page.locator(".st-key-place").inner_text()
