"""Does a file become a release in few clicks, by keyboard too, and does nothing of it get out?"""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from csgeo.store.releases import open_release
from tests.app.conftest import SMALL_RECIPE, run_dashboard, stop_dashboard
from tests.app.data.test_first_look import CANARIES, csv, records
from tests.app.test_in_a_browser import outside
from tests.app.test_try_in_a_browser import CONTRAST, tab_to

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser
RUN_MS = 120_000
NAME = "Zebedee Quagmire incidents 2024.csv"


@pytest.fixture(scope="module")
def project(small_project, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("analyst") / "project"
    shutil.copytree(small_project, folder)
    text = SMALL_RECIPE.replace("[release]\n", '[release]\nreview = "required"\n')
    text = text.replace("least_people = 3", "least_people = 3\nmost_places = 2")
    (folder / "my.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def temporary(tmp_path, monkeypatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def served(project, temporary):
    address = run_dashboard(project / "out" / "release", project / "my.toml")
    yield address
    stop_dashboard(address)


@pytest.fixture
def page(browser, served):
    """Open the dashboard, and keep what goes through its web socket."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(
        "window.clicks = 0; addEventListener('click', e => { if (e.isTrusted && e.detail) window.clicks++ }, true)"
    )
    opened = context.new_page()
    opened.asked, opened.complaints, opened.received, opened.sent = [], [], [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(f"error: {error}"))

    def listen(socket) -> None:
        socket.on("framereceived", lambda frame: opened.received.append(as_bytes(frame)))
        socket.on("framesent", lambda frame: opened.sent.append(as_bytes(frame)))

    opened.on("websocket", listen)
    opened.goto(str(served))
    yield opened
    context.close()


def as_bytes(frame: bytes | str) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


def sensitive() -> str:
    """Give a sound file whose names, texts, numbers and points must not be seen again."""
    table = records(
        160,
        Surname="Quagmire",
        dob="2009-07-13",
        NHS="943 476 5919",
        mobile="07700 900123",
        Story="Zebedee lives at Xylophone Terrace with his aunt and two small dogs now",
        person_key=[f"zq-canary-p{i % 80}" for i in range(160)],
    )
    gathered = table.index < 90
    table.loc[gathered, "easting"] = 401_234.5 + (table.index[gathered] * 13) % 170
    table.loc[gathered, "northing"] = 201_987.6 + (table.index[gathered] * 29) % 170
    return csv(table)


def found_in(folder: Path, *, but: tuple[str, ...] = ()) -> list[str]:
    """Name the files in which something planted stands."""
    marks = [c.encode() for c in CANARIES]
    files = [p for p in folder.rglob("*") if p.is_file() and not set(but) & set(p.parts)]
    return [str(p) for p in files if any(m in p.read_bytes() for m in marks)]


def test_a_file_becomes_a_release_in_eight_clicks_and_nothing_of_it_gets_out(
    page, project, temporary, capfd
):
    old = open_release(project / "out" / "release")
    page.get_by_role("link", name="Data").click()  # 1
    expect(page.get_by_role("heading", name="Load")).to_be_visible(timeout=60_000)
    began = time.monotonic()
    with page.expect_file_chooser() as chooser:
        page.locator("[data-testid=stFileUploaderDropzone] button").click()  # 2
    chooser.value.set_files(
        [{"name": NAME, "mimeType": "text/csv", "buffer": sensitive().encode()}]
    )
    expect(page.get_by_text("160 of 160 rows can be used")).to_be_visible(timeout=60_000)
    worst = page.evaluate(CONTRAST.replace(".st-key-try", ".st-key-data"))
    assert worst["ratio"] >= 4.5, worst
    purpose = page.get_by_label("What it is used for")
    purpose.focus()
    page.keyboard.type("to find places where young people are harmed")
    page.keyboard.press("Tab")
    page.get_by_text("instead of incidents.csv").focus()
    page.get_by_role("button", name="Add it to the recipe").click()  # 3
    expect(page.get_by_text("incidents-2024.csv is in the recipe now")).to_be_visible(
        timeout=30_000
    )
    page.get_by_role("button", name="Run the recipe").click()  # 4
    expect(page.get_by_text("none has left: each waits to be checked")).to_be_visible(
        timeout=RUN_MS
    )
    page.get_by_role("link", name="Review").click()  # 5
    expect(
        page.get_by_text("2 places have not been checked by someone who knows them.")
    ).to_be_visible(timeout=60_000)
    worst = page.evaluate(CONTRAST.replace(".st-key-try", ".st-key-review"))
    assert worst["ratio"] >= 4.5, worst
    page.get_by_label("Your name or initials").focus()
    page.keyboard.type("AB")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Keep it").click()  # 6
    expect(page.get_by_text("1 place has not been checked")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Keep it").click()  # 7
    expect(page.get_by_text("Every place has been checked")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Make the release").click()  # 8
    expect(page.get_by_text("The release is made.")).to_be_visible(timeout=RUN_MS)
    took = time.monotonic() - began
    assert page.evaluate("window.clicks") <= 8
    new = open_release(project / "out" / "release")
    assert new.provenance != old.provenance
    page.get_by_role("link", name="Places").click()
    page.wait_for_selector(".badge.chosen", timeout=60_000)
    assert [n for n in new.hotspots["name"] if n not in page.content()] == []

    seen = page.content() + "".join(page.complaints)
    assert [c for c in CANARIES if c in seen] == []
    received, sent = b"".join(page.received), b"".join(page.sent)
    assert len(received) > 10_000
    assert [c for c in CANARIES if c.encode() in received] == []
    of_the_file = [c for c in CANARIES if c not in NAME]  # the browser says its own file's name
    assert [c for c in of_the_file if c.encode() in sent] == []
    log = capfd.readouterr()
    assert [c for c in CANARIES if c in log.err + log.out] == []
    assert found_in(temporary) == []
    assert found_in(project, but=("secure", "incidents-2024.csv")) == []
    assert not [p for p in project.rglob("*") if "Zebedee" in p.name]
    assert outside(page.asked) == []
    assert [c for c in page.complaints if "Content Security" in c or "error:" in c] == []
    assert took < RUN_MS / 1000 * 2


def test_a_place_is_left_out_and_brought_back_by_keyboard_alone(page, project):
    page.goto(f"{page.url.split('?')[0].rstrip('/')}/review")
    page.wait_for_selector(".st-key-review .ground", timeout=60_000)
    page.wait_for_timeout(500)
    name = page.get_by_label("Your name or initials")
    name.focus()
    page.keyboard.type("CD")
    tab_to(page, "Reason (to leave out or nudge)")
    page.keyboard.type("hosp")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    tab_to(page, "Leave it out")
    page.keyboard.press("Enter")
    listed = page.get_by_role("radiogroup", name="Places of the last run")
    expect(listed.get_by_text("left out · CD")).to_be_visible(timeout=60_000)
    page.get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowUp")  # the page had turned to the next place that waits
    expect(page.get_by_text("It is left out (hospital), by CD.")).to_be_visible(timeout=60_000)
    tab_to(page, "Undo the last decision")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is left out (hospital), by CD.")).to_have_count(0, timeout=60_000)
    expect(page.get_by_text("undone").first).to_be_visible()
    small = page.evaluate(
        "[...document.querySelectorAll('.st-key-review button')].filter(b => b.offsetHeight && b.offsetHeight < 24).length"
    )
    assert small == 0


def test_where_there_is_no_release_yet_an_analyst_can_make_the_first(browser, project, temporary):
    nowhere = project.parent / "no-release"
    address = run_dashboard(nowhere, project / "my.toml")
    try:
        page = browser.new_context().new_page()
        page.goto(str(address))
        expect(page.get_by_text("No release is shown yet")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("button", name="Run the recipe")).to_be_visible(timeout=30_000)
        page.get_by_role("link", name="Review").click()
        expect(page.get_by_role("button", name="Make the release")).to_be_visible(timeout=60_000)
        assert page.get_by_role("link", name="Places").count() == 0
    finally:
        stop_dashboard(address)
