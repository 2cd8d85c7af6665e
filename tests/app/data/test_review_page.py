"""Does somebody who knows a place decide about it before it leaves, and is that kept?"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest
from access import here
from streamlit.testing.v1 import AppTest

from csgeo.errors import RecipeError, StoreError
from csgeo.recipe import load_recipe
from csgeo.reviewing import around, decide, to_review
from csgeo.store.releases import open_release
from csgeo.store.reviews import read_decisions
from tests.app.conftest import APP, SMALL_RECIPE
from tests.app.test_screens import said

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """
import sys
from pathlib import Path
sys.path.insert(0, {app!r})
from screens import review
review.show(Path({recipe!r}))
"""


NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


@pytest.fixture
def project(small_project, tmp_path) -> Path:
    """Give a project whose recipe asks for review, as its last run has left it."""
    folder = tmp_path / "project"
    shutil.copytree(small_project, folder)
    text = SMALL_RECIPE.replace("[release]\n", '[release]\nreview = "required"\n')
    (folder / "my.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", autouse=True)
def forget_modules():
    yield
    for name in [n for n in sys.modules if n.split(".")[0] in {"components", "screens"}]:
        del sys.modules[name]


@pytest.fixture
def noted(monkeypatch):
    entries = []

    def note(action, what, *, purpose="", recipient=""):
        entries.append((action, what, purpose))

    monkeypatch.setattr(here, "note", note)
    return entries


def page(project: Path) -> AppTest:
    script = PAGE.format(app=str(APP), recipe=str(project / "my.toml"))
    return AppTest.from_string(script, default_timeout=120).run()


def fill(test: AppTest, kind: str, label: str, value: object) -> None:
    next(w for w in test.get(kind) if w.label.startswith(label)).set_value(value)


def press(test: AppTest, key: str) -> AppTest:
    return test.button(key=key).click().run()


def ids(project: Path) -> list[str]:
    return [p["id"] for p in to_review(project / "out" / "secure")]


@pytest.mark.parametrize("role", ["viewer", "planner", "admin"])
def test_nobody_but_an_analyst_sees_a_place(project, as_role, role):
    as_role(role)
    test = page(project)
    assert "This is not open to you" in said(test)
    assert not test.radio
    assert not test.button


def test_each_place_waits_until_somebody_has_decided(project, noted):
    first, second, third = ids(project)[:3]
    n = len(ids(project))
    test = page(project)
    assert not test.exception
    assert f"{n} places have not been checked by someone who knows them." in said(test)
    assert test.radio[0].value == first
    assert "It waits: nobody has looked at it yet." in said(test)
    assert "data:image/svg+xml;base64," in said(test)
    assert noted == [
        ("look", "the places of the last run, with exact counts", "to check the places before they leave")
    ]  # fmt: skip

    press(test, "review-keep")
    assert test.radio[0].value == second, "the next place that waits is shown"
    assert f"{n - 1} places have not been checked" in said(test)

    press(test, "review-out")
    assert "must have a reason, one of prison, hospital" in said(test)
    assert test.radio[0].value == second
    fill(test, "selectbox", "Reason", "other")
    fill(test, "text_input", "In your own words", "the zq-canary family lives there")
    press(test, "review-out")
    assert test.radio[0].value == third

    fill(test, "number_input", "Cells to the east", 1)
    fill(test, "selectbox", "Reason", "hospital")
    test.run()
    assert "stroke-dasharray" in _drawn(test)
    press(test, "review-nudge")
    assert not test.exception

    made = read_decisions(project / "out" / "secure" / "reviews.toml")
    assert [(d.place, d.decided, d.reason, d.reviewer) for d in made] == [
        (first, "keep", "", "A. Tester"),
        (second, "leave out", "other", "A. Tester"),
        (third, "nudge", "hospital", "A. Tester"),
    ]
    assert made[1].words == "the zq-canary family lives there"
    test.radio[0].set_value(second).run()
    assert "It is left out (other), by A. Tester." in said(test)
    assert "(in words, on the secure side)" in said(test)
    assert "zq-canary family" not in said(test)
    press(test, "review-undo")
    assert "It waits: nobody has looked at it yet." in said(test)
    assert "undone" in said(test)
    assert [a for a, _, _ in noted] == ["look"] + [
        "review"
    ] * 5  # the refused one was asked for too


def _drawn(test: AppTest) -> str:
    import base64
    import re

    return base64.b64decode(re.search(r"base64,([A-Za-z0-9+/=]+)", said(test))[1]).decode()


def test_what_somebody_else_has_decided_meanwhile_is_not_written_over(project):
    first = ids(project)[0]
    test = page(project)
    recipe, secure = load_recipe(project / "my.toml"), project / "out" / "secure"
    cells = to_review(secure)[0]["cells"]
    decide(
        recipe, secure, place=first, decided="leave out", reviewer="BB", at=NOW, seen=0,
        cells=cells, reason="prison",
    )  # fmt: skip
    press(test, "review-keep")
    assert "BB has decided about it meanwhile (leave out). Your decision was not written." in said(
        test
    )
    assert len(read_decisions(secure / "reviews.toml")) == 1
    assert "It is left out (prison), by BB." in said(test)


def test_a_place_that_another_run_has_changed_is_not_decided_about(project):
    recipe, secure = load_recipe(project / "my.toml"), project / "out" / "secure"
    first = to_review(secure)[0]
    told = {"place": first["id"], "decided": "keep", "reviewer": "AB", "at": NOW, "seen": 0}
    with pytest.raises(RecipeError, match="the recipe was run again meanwhile"):
        decide(recipe, secure, cells=first["cells"][:-1], **told)
    with pytest.raises(RecipeError, match="the recipe was run again meanwhile"):
        decide(recipe, secure, cells=first["cells"], **told | {"place": "P125mE0N0"})
    with pytest.raises(RecipeError, match="must say its reviewer"):
        decide(recipe, secure, cells=first["cells"], **told | {"reviewer": " "})
    decide(recipe, secure, cells=first["cells"], **told)
    assert to_review(secure)[0]["decided"] == "keep"


def test_what_is_not_written_down_is_not_decided_and_nobody_looks_without_a_reason(
    project, monkeypatch
):
    test = page(project)

    def full(*_args, **_more):
        raise StoreError("The journal could not be written.")

    monkeypatch.setattr(here, "note", full)
    press(test, "review-keep")
    assert "The journal could not be written." in said(test)
    assert read_decisions(project / "out" / "secure" / "reviews.toml") == ()
    fill(test, "text_input", "Why do you look?", "")
    test.run()
    assert "Exact numbers are shown when it is said why" in said(test)
    assert not test.radio
    other = page(project)
    assert "The journal could not be written." in said(other)
    assert not other.radio


def test_a_nudge_that_goes_too_far_or_nowhere_is_refused_in_words(project):
    recipe, secure = load_recipe(project / "my.toml"), project / "out" / "secure"
    test = page(project)
    fill(test, "number_input", "Cells to the east", 2)
    fill(test, "number_input", "Cells to the north", 2)
    fill(test, "selectbox", "Reason", "hospital")
    press(test, "review-nudge")
    assert "its middle within 250 m of where it was" in said(test)
    assert read_decisions(secure / "reviews.toml") == ()
    assert {p["decided"] for p in to_review(secure)} == {"waiting"}
    assert set(around(recipe, to_review(secure))) == set(ids(project))


def test_only_what_was_checked_is_in_the_release(project, noted):
    test = page(project)
    kept = test.radio[0].value
    name = next(p["name"] for p in to_review(project / "out" / "secure") if p["id"] == kept)
    press(test, "review-keep")
    assert "1 of " in said(test)
    press(test, "review-run")
    until = time.monotonic() + 120
    while any(b.key == "run-stop" for b in test.button):
        assert time.monotonic() < until
        time.sleep(0.4)
        test.run()
    assert "The release is made." in said(test)
    release = open_release(project / "out" / "release")
    assert list(release.hotspots["name"]) == [name]
    assert noted[-1][0] == "run"


def test_without_a_run_there_is_nothing_to_review(project):
    shutil.rmtree(project / "out")
    test = page(project)
    assert "There are no places to review yet. Run the recipe first" in said(test)
    assert not test.radio


def test_what_is_around_is_drawn_and_stands_in_a_table_and_runs_no_script(project):
    page(project)
    from components import review_map

    place = {"cells": ["125mE400000N200000", "125mE400125N200000"], "name": '"><script>x</script>'}
    near = {
        "points": [
            {"kind": "Prison", "name": "<b>HMP</b>", "east": 120, "north": -60, "away": 130}
        ],
        "lines": [[[-100, 0], [100, 50]]],
    }
    made = review_map.picture(place, [], near, review_map.shifted(place["cells"], 1, -1))
    assert "<script>" not in made
    assert "<b>" not in review_map.points_table(near)
    assert "130 m south-east" in review_map.points_table(near)
    assert review_map.shifted(place["cells"], 1, -1) == ["125mE400125N199875", "125mE400250N199875"]
    from csgeo.disclosure.nudging import shifted

    assert review_map.shifted(place["cells"], 1, -1) == list(
        shifted(place["cells"], east=1, north=-1)
    )
    from csgeo import reviewing
    from csgeo.disclosure import review

    assert review_map.AROUND_M == reviewing.AROUND_M
    from components import review_words

    assert review_words.REASONS == review.REASONS
    login = (APP / "access" / "one_machine.py").read_text(encoding="utf-8")
    assert f'"{review_words.NOBODY}"' in login


def test_the_words_for_how_many_wait(project):
    page(project)
    from components import review_words

    waits, kept = {"decided": "waiting"}, {"decided": "keep"}
    assert review_words.how_many_wait([waits, waits, kept]) == (
        "2 places have not been checked by someone who knows them."
    )
    assert (
        review_words.how_many_wait([waits])
        == "1 place has not been checked by someone who knows it."
    )
    assert review_words.how_many_wait([kept]).startswith("Every place has been checked")
    assert review_words.what_leaves([waits, kept], "required").startswith(
        "1 of 2 places may leave; 1 wait"
    )
    assert review_words.what_leaves([waits, kept], "not required").startswith(
        "2 of 2 places may leave"
    )
