"""Does the page say what leaves, ask why and for whom, and write it down first?"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from access import written_down
from components import downloads
from streamlit.testing.v1 import AppTest

from csgeo.disclosure.release import make_release
from csgeo.errors import StoreError
from csgeo.store.releases import save_release
from tests.app.conftest import APP
from tests.outputs.invented import invented_study

PAGE = """
import sys
sys.path.insert(0, {app!r})
from components.opened import Shown
from csgeo.store.releases import open_release
from pathlib import Path
from screens import take_away
take_away.show(Shown(open_release(Path({folder!r})), {{}}, b""))
"""


@pytest.fixture(autouse=True)
def _nothing_held(monkeypatch):
    # other tests load the dashboard's modules anew; the page is to use the one that is looked at here
    for module in [m for m in sys.modules if m.split(".")[0] in {"components", "screens"}]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "components.downloads", downloads)
    monkeypatch.setattr(downloads, "_HELD", {})
    monkeypatch.setattr(downloads, "_sweep_later", lambda: None)
    written_down.keep_in(None)
    yield
    written_down.keep_in(None)


@pytest.fixture
def written(monkeypatch):
    """A journal, of which only what is written counts here."""
    entries = []
    monkeypatch.setattr(written_down, "kept", lambda: True)
    monkeypatch.setattr(
        written_down,
        "write",
        lambda did, what, name, at, *, why="", for_whom="": entries.append(
            (did, what, name, why, for_whom, downloads.held_bytes())
        ),
    )
    return entries


def page(folder, **query) -> AppTest:
    test = AppTest.from_string(PAGE.format(app=str(APP), folder=str(folder)), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def said(test: AppTest) -> str:
    return " ".join(element.proto.body for element in test.get("html"))


def ask(
    test, *, choice="The table", purpose="A multi-agency meeting", recipient="Youth partnership"
):
    test.radio(key="take-choice").set_value(choice)
    test.selectbox(key="take-purpose").set_value(purpose)
    test.text_input(key="take-recipient").set_value(recipient)
    test.run()
    test.button(key="make").click()
    return test.run()


def held():
    ((token, file),) = downloads._HELD.items()
    return token, file


def test_the_four_choices_each_say_what_the_file_holds_and_who_may_see_it(release_folder):
    test = page(release_folder)
    assert not test.exception
    assert [o.split("**")[1] for o in test.radio(key="take-choice").options] == [
        "My GIS", "The table", "One offline map", "Everything",
    ]  # fmt: skip
    for choice, words in {
        "My GIS": "the layers draw as they do here",
        "The table": "One sheet to read, sort and print",
        "One offline map": "opens in any browser without a network",
        "Everything": "All of these, with their styles",
    }.items():
        test.radio(key="take-choice").set_value(choice)
        test.run()
        assert words in said(test), choice
        assert "6 places, with rounded counts" in said(test)
        assert "<b>OFFICIAL-SENSITIVE</b> Those in the partnership who need it" in said(test)
        assert "no record, no person" in said(test)
    assert downloads._HELD == {}


def test_a_workbook_is_asked_for_written_down_made_and_offered(release_folder, written):
    test = ask(page(release_folder))
    assert not test.exception
    ((did, what, name, why, for_whom, held_then),) = written
    assert (did, name) == ("export", "A. Tester")
    assert what.startswith(
        "Excel workbook (XLSX) of Serious youth violence in Wexcombe; 2024-10-01"
    )
    assert (why, for_whom) == ("A multi-agency meeting", "Youth partnership")
    assert held_then == 0  # nothing was made when it was written
    token, file = held()
    assert f'href="/files/{token}" download>Download {file.name}' in said(test)
    sheet = openpyxl.load_workbook(io.BytesIO(file.content)).active
    first = [r[0] for r in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
    assert "Given to Youth partnership, for: A multi-agency meeting." in first


def test_the_link_goes_when_something_else_is_asked(release_folder):
    test = ask(page(release_folder))
    assert "Download csgeo-" in said(test)
    test.text_input(key="take-recipient").set_value("Another body").run()
    assert "Download csgeo-" not in said(test)


def test_own_words_are_asked_where_none_of_the_list_fits(release_folder, written):
    test = page(release_folder)
    test.selectbox(key="take-purpose").set_value("Something else, in my own words").run()
    test.text_input(key="take-own-words").set_value("to plan the spring")
    test = ask(test, purpose="Something else, in my own words")
    assert written[0][3] == "to plan the spring"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (
            {"recipient": ""},
            "The recipient must say an organisation, a meeting or a role, not a person",
        ),
        ({"purpose": None}, "The purpose must say what it is for"),
        ({"recipient": "jo@example.org"}, "must not hold an e-mail address"),
        (
            {"recipient": "<img src=x onerror=alert(1)> 3 girls"},
            "must not hold an exact small count",
        ),
    ],
)
def test_without_purpose_and_recipient_nothing_is_made(release_folder, written, asked, why):
    test = ask(page(release_folder), **asked)
    assert why.replace("'", "&#x27;") in said(test)
    assert written == []
    assert downloads._HELD == {}


def test_a_journal_that_fails_stops_it(release_folder, monkeypatch):
    def fails(*_args, **_more):
        raise StoreError("the journal could not be written. Nothing was done.")

    monkeypatch.setattr(written_down, "kept", lambda: True)
    monkeypatch.setattr(written_down, "write", fails)
    test = ask(page(release_folder))
    assert "the journal could not be written" in said(test)
    assert "Download csgeo-" not in said(test)
    assert downloads._HELD == {}


def test_the_real_journal_is_written_and_says_no_more_than_it_may(release_folder, tmp_path):
    from csgeo.store.journal import journal_at, new_key_file, verify_journal

    key = tmp_path / "keys" / "journal.key"
    key.parent.mkdir(mode=0o700)
    new_key_file(key)
    secure = tmp_path / "secure"
    secure.mkdir()
    journal = journal_at(secure, key=str(key), anchor=None)
    written_down.keep_in(journal)
    test = ask(page(release_folder), choice="Everything")
    assert "Download csgeo-" in said(test)
    assert verify_journal(journal).whole
    text = journal.path.read_text()
    assert "Youth partnership" in text
    assert "A multi-agency meeting" in text


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_those_who_may_not_take_anything_away_are_told_so(release_folder, as_role, role):
    as_role(role)
    test = page(release_folder)
    assert "This is not open to you" in said(test)
    assert not test.button
    assert "rounded counts" not in said(test)


def exact_folder(tmp_path):
    release = make_release(
        invented_study(),
        audience="analysts",
        purpose="checking the study",
        recipient="Analysis team",
        record=lambda said: None,
    )
    return save_release(release, tmp_path / "exact")


def test_exact_counts_are_for_an_analyst_and_are_written_down(tmp_path, as_role, written):
    folder = exact_folder(tmp_path)
    as_role("planner")
    assert "This is not open to you" in said(page(folder))
    as_role("analyst")
    test = ask(page(folder), recipient="Analysis team")
    assert "Only analysts on the secure side" in said(test)
    _, file = held()
    assert file.detail == "exact"
    with zipfile.ZipFile(io.BytesIO(file.content)) as parts:
        assert b"EXACT COUNTS, ANALYSTS ONLY" in parts.read("xl/worksheets/sheet1.xml")
    assert written[-1][1].endswith("for analysts")


def test_exact_counts_do_not_leave_where_nothing_is_written_down(tmp_path):
    test = ask(page(exact_folder(tmp_path)), recipient="Analysis team")
    assert "here nobody writes it down" in said(test)
    assert downloads._HELD == {}


def test_places_that_nobody_has_looked_at_stop_it(tmp_path):
    waiting = {"review": "2 places wait to be looked at and are not shown."}
    folder = save_release(make_release(invented_study(choices=waiting)), tmp_path / "release")
    test = page(folder)
    assert "2 places have not been checked by someone who knows them." in said(test)
    assert not test.button


def test_a_try_does_not_leave(release_folder):
    test = page(release_folder, **{"try": "abc"})
    assert "What you see is a try." in said(test)
    assert not test.button


def test_a_full_memory_is_said(release_folder, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_BYTES", 10)
    test = ask(page(release_folder))
    assert "Too many files wait to be fetched" in said(test)


def test_the_page_reads_no_records():
    page_modules = {"csgeo.study", "csgeo.secure_side", "csgeo.store.reviews"}
    code = (
        f"import sys; sys.path.insert(0, {str(APP)!r}); from screens import take_away; "
        "print(*(n for n in sys.modules if n.startswith('csgeo.')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "csgeo.exporting" in loaded
    assert not page_modules & loaded
    assert not [n for n in loaded if n.startswith("csgeo.sources")]
