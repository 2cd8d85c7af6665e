"""Does a file reach the one who asked for it in a real browser, and nobody else?"""

from __future__ import annotations

import sqlite3
import zipfile

import openpyxl
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script> ${window.pwned=1}"


@pytest.fixture
def look(browser):
    contexts = []

    def open_page(address: str, *, width: int = 1366):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(f"error: {error}"))
        page.goto(f"{address}/take_away")
        expect(page.get_by_text("What this file holds")).to_be_visible(timeout=60_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


#: What is said of a file once its choice has been taken in.
SAID = {
    "The table": "One sheet to read, sort and print",
    "Everything": "All of these, with their styles",
    "One offline map": "opens in any browser without a network",
}


def make(page, choice: str, recipient: str = "Youth partnership"):
    """Ask for a file and give the link to it."""
    page.get_by_text(choice).first.click()
    expect(page.locator(".holds").first).to_contain_text(SAID[choice], timeout=20_000)
    expect(page.locator(".holds")).to_have_count(1, timeout=20_000)
    page.wait_for_timeout(500)  # the rest of the page comes after it
    page.get_by_label("Purpose").fill("A multi")
    page.wait_for_timeout(500)  # on a phone the list is no list of options
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Purpose")).to_have_value("A multi-agency meeting")
    page.get_by_label("Who gets it").fill(recipient)
    page.get_by_label("Who gets it").press("Tab")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Make the file").click()
    link = page.locator(".fetch a")
    expect(link).to_be_visible(timeout=60_000)
    return link


def test_a_file_comes_once_to_the_session_that_made_it_and_to_no_other(
    look, browser, stranger, address, tmp_path
):
    page = look(address)
    link = make(page, "The table")
    url = address + link.get_attribute("href")
    signed_in = browser.new_context()
    assert signed_in.request.get(url).status == 404  # another session of the same role
    assert page.context.request.head(url).status == 405  # looking does not use it up
    outside = stranger.new_context()
    assert outside.request.get(url).status == 401
    with page.expect_download() as coming:
        link.click()
    name = coming.value.suggested_filename
    assert name.startswith("csgeo-")
    assert name.endswith(".xlsx")
    coming.value.save_as(tmp_path / "places.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "places.xlsx").active
    first = [r[0] for r in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
    assert first[0] == "OFFICIAL-SENSITIVE"
    assert "Given to Youth partnership, for: A multi-agency meeting." in first
    again = page.context.request.get(url, headers={"range": "bytes=0-1"})
    assert again.status == 404
    assert "once, within ten minutes" in again.text()
    for context in (signed_in, outside):
        context.close()
    assert [c for c in page.complaints if "Content Security Policy" in c or "error:" in c] == []


def test_everything_comes_in_one_zip_with_headers_that_keep_it_a_file(look, address, tmp_path):
    page = look(address, width=390)
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollWidth") <= 390
    link = make(page, "Everything")
    answer = page.context.request.get(address + link.get_attribute("href"))
    assert answer.headers["content-disposition"].startswith('attachment; filename="csgeo-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    (tmp_path / "all.zip").write_bytes(answer.body())
    with zipfile.ZipFile(tmp_path / "all.zip") as parts:
        parts.extractall(tmp_path)
    link = sqlite3.connect(tmp_path / "hotspots.gpkg")
    ((said,),) = link.execute(
        "SELECT description FROM gpkg_contents WHERE table_name = 'hotspots'"
    ).fetchall()
    link.close()
    assert said.startswith("OFFICIAL-SENSITIVE. Given to Youth partnership for: A multi-agency")


def test_a_viewer_is_not_shown_the_page_and_gets_no_file(start, release_folder, browser):
    address = start(release_folder, "--role=viewer")
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    expect(page.get_by_role("link", name="Method")).to_be_visible(timeout=60_000)
    assert page.get_by_role("link", name="Take away").count() == 0
    assert context.request.get(f"{address}/take_away").status == 403
    assert context.request.get(f"{address}/files/{'x' * 43}").status == 403
    context.close()


def test_a_script_in_any_text_runs_neither_on_the_page_nor_in_the_map_that_leaves(
    look, start, hostile_folder, tmp_path
):
    page = look(start(hostile_folder))
    assert "<script>" in page.locator(".holds").inner_text()  # the marking
    link = make(page, "One offline map", recipient=HOSTILE)
    answer = page.context.request.get(page.url.split("/take_away")[0] + link.get_attribute("href"))
    (tmp_path / "map.html").write_bytes(answer.body())
    assert page.evaluate("window.pwned") is None
    opened = page.context.new_page()
    opened.goto((tmp_path / "map.html").as_uri())
    opened.wait_for_selector("body[data-drawn]", state="attached")
    assert f"Given to {HOSTILE}" in opened.locator(".foot").inner_text()
    assert opened.evaluate("window.pwned") is None


def test_no_payload_runs_on_any_page_that_shows_a_release(browser, tmp_path):
    from benchmarks.attacks.payloads import said
    from benchmarks.attacks.scripts import on_pages

    # one of each kind; benchmarks/attacks/scripts.py tries all of them
    tried = (
        "image", "script", "template literal", "end of attribute",
        "written by number", "link", "changed by cleaning", "frame of its own",
    )  # fmt: skip
    assert said(on_pages(browser, tmp_path, tried)) == {}
