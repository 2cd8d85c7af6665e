"""Does a page stop for whom it is not, and is what it does written down first?"""

from __future__ import annotations

from itertools import product

import pytest
from access import here, matrix, sessions, written_down
from streamlit.testing.v1 import AppTest

from csgeo.errors import RecipeError, StoreError
from csgeo.store.journal import journal_at, new_key_file
from tests.app.access.test_matrix import LINES

PAGE = """
from access import here
import streamlit as st

person = here.require({page!r}, {action!r}, {detail!r})
st.html(f"<p>drawn for {{person.name}} ({{person.role}})</p>")
"""


def drawn(page: str, action: str, detail: str = "protected") -> str:
    """Draw a page that asks for this, and give all that stands on it."""
    script = PAGE.format(page=page, action=action, detail=detail)
    test = AppTest.from_string(script, default_timeout=30).run()
    assert not test.exception
    return " ".join(element.proto.body for element in test.get("html"))


@pytest.fixture
def journal(tmp_path):
    """Keep a journal while the test lasts."""
    (tmp_path / "keys").mkdir()
    key = tmp_path / "keys" / "journal.key"
    new_key_file(key)
    secure = tmp_path / "secure"
    written_down.keep_in(journal_at(secure, key=str(key), anchor=None))
    written_down._REFUSED.clear()
    yield secure / "journal.jsonl"
    written_down.keep_in(None)


@pytest.mark.parametrize("role", matrix.ROLES)
def test_a_page_is_drawn_for_exactly_those_whom_the_list_allows(role, as_role):
    as_role(role, name="Jo")
    for page, action in (
        ("places", "see"),
        ("method", "try"),
        ("data", "load"),
        ("access", "revoke"),
    ):
        for detail in matrix.DETAILS:
            on_it = drawn(page, action, detail)
            if (role, page, action, detail) in LINES:
                assert on_it == f"<p>drawn for Jo ({role})</p>"
            else:
                assert "drawn for" not in on_it
                assert f"You are signed in as {role}, and a {role} may not do this." in on_it


def test_a_refusal_is_written_down_and_once_a_minute(as_role, journal):
    as_role("viewer", name="Jo Smith")
    drawn("data", "load", "exact")
    drawn("data", "load", "exact")
    drawn("review", "see")
    lines = journal.read_text(encoding="ascii").splitlines()
    assert len(lines) == 2
    assert '"did":"refused"' in lines[0]
    assert '"who":"Jo Smith"' in lines[0]
    assert "load on the page data (exact)" in lines[0]


def test_a_page_whose_session_has_ended_says_so_and_draws_nothing(as_role):
    session = as_role("analyst")
    sessions.end(session.id, "x")
    on_it = drawn("places", "see")
    assert "You are not signed in" in on_it
    assert "drawn for" not in on_it


def test_a_page_that_nobody_is_signed_in_for_draws_nothing(monkeypatch):
    monkeypatch.undo()  # nobody says who it is drawn for
    assert "You are not signed in" in drawn("places", "see")


def test_what_happens_is_written_before_it_happens(as_role, journal):
    as_role("analyst", name="Jo Smith")
    assert here.journalled()
    here.note("export", "the workbook", purpose="for the panel", recipient="the panel")
    here.note("see", "the review list", purpose="to decide")
    first, second = journal.read_text(encoding="ascii").splitlines()
    assert '"did":"exported"' in first
    assert '"for_whom":"the panel"' in first
    assert '"did":"looked at detail"' in second
    assert '"why":"to decide"' in second


def test_what_cannot_be_written_raises_and_writes_nothing(as_role, journal):
    as_role("analyst", name="Jo Smith")
    here.note("load", "a file of records")
    with pytest.raises(RecipeError, match="must say what, who, why"):
        here.note("export", "the workbook")
    with pytest.raises(RecipeError):
        here.note("dance", "on the table")
    whole = journal.read_bytes()
    assert whole.count(b"\n") == 1
    journal.write_bytes(whole[:-3])
    with pytest.raises(StoreError):
        here.note("load", "a second file of records")


def test_without_a_journal_nothing_is_written_and_nothing_is_wrong(as_role):
    as_role("analyst")
    assert not here.journalled()
    assert here.note("export", "the workbook") is None
    with pytest.raises(StoreError, match="There is no journal"):
        written_down.verdict("Jo")


def test_an_entry_names_the_one_whose_page_it_is(as_role, journal):
    for name in ("A. One", "B. Two"):
        as_role("analyst", name=name)
        here.note("load", "a file")
    lines = journal.read_text(encoding="ascii").splitlines()
    assert ['"who":"A. One"' in lines[0], '"who":"B. Two"' in lines[1]] == [True, True]


def test_every_page_of_the_table_asks_before_it_shows(as_role, release_folder, monkeypatch):
    """Each role, each page: the dashboard itself, opened at that page."""
    from tests.app.conftest import APP

    monkeypatch.setenv("CSGEO_RELEASE", str(release_folder))
    monkeypatch.delenv("CSGEO_RECIPE", raising=False)
    for role in matrix.ROLES:
        as_role(role)
        test = AppTest.from_file(str(APP / "main.py"), default_timeout=60).run()
        assert not test.exception
        links_shown = {link.proto.page for link in test.get("page_link")}
        offered = {page or "places" for page in links_shown}
        for page, action in product(matrix.PAGES, ("see",)):
            if page in {"data", "review"}:  # they need a recipe
                continue
            assert (page in offered) == ((role, page, action, "protected") in LINES), (role, page)
