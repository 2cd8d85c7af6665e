"""Can an analyst try another method on the Method page, and can a viewer not?"""

from __future__ import annotations

import shutil
import sys
import time
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from csgeo.recipe import METHODS, load_recipe
from csgeo.store.releases import open_release
from tests.app.conftest import APP
from tests.app.test_screens import said

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """
import os
import sys
from pathlib import Path
sys.path.insert(0, {app!r})
import streamlit as st
from components import opened, shown_try, tries
from screens import method
base = opened.open_shown({release!r})
recipe = tries.recipe_file()
trying = shown_try.asked(recipe, st.query_params.get("try"))
shown_try.say(trying)
method.show(trying.shown or base, base, recipe)
"""


@pytest.fixture(scope="module")
def project(small_project, tmp_path_factory) -> Path:
    """Give a project of this module's own: what one test tries, the next one finds."""
    folder = tmp_path_factory.mktemp("mine") / "project"
    shutil.copytree(small_project, folder)
    return folder


@pytest.fixture(autouse=True)
def with_recipe(project, monkeypatch):
    monkeypatch.setenv("CSGEO_RECIPE", str(project / "my.toml"))
    monkeypatch.setenv("CSGEO_RELEASE", str(project / "out" / "release"))


@pytest.fixture(scope="module", autouse=True)
def forget_modules():
    yield
    for name in [n for n in sys.modules if n.split(".")[0] in {"components", "screens"}]:
        del sys.modules[name]


def page(project: Path, **query: str) -> AppTest:
    script = PAGE.format(app=str(APP), release=str(project / "out" / "release"))
    test = AppTest.from_string(script, default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def finish(test: AppTest, seconds: int = 90) -> AppTest:
    until = time.monotonic() + seconds
    while any(b.key == "try-stop" for b in test.button):
        assert time.monotonic() < until, "the try did not end"
        time.sleep(0.3)
        test.run()
    return test


def tried(project: Path) -> list[str]:
    return sorted(p.parent.name for p in (project / "out" / "tries").glob("*/release"))


def test_a_viewer_is_offered_no_try_and_no_link_gives_one(project, monkeypatch):
    monkeypatch.delenv("CSGEO_RECIPE")
    viewed = page(project, **{"try": "0123abcd"})
    assert not viewed.exception
    assert "How this was worked out" in said(viewed)
    assert "Try another way" not in said(viewed)
    assert "A try, not the release" not in said(viewed)
    assert len(viewed.selectbox) == len(viewed.button) == 0


def test_the_choices_open_on_those_of_the_recipe_each_with_its_reason(project):
    test = page(project)
    assert not test.exception
    recipe = load_recipe(project / "my.toml")
    assert test.selectbox(key="try-method").value == recipe.hotspots.method
    assert len(test.selectbox(key="try-method").options) == len(METHODS)
    assert test.selectbox(key="try-cell_m").value == 125
    assert test.selectbox(key="try-cell_m").options[0] == "by itself"
    assert test.number_input(key="try-least_people").value == 3
    assert said(test).count('class="why"') == 9  # eight choices, and that they are the recipe's own
    assert "These are the choices of the recipe itself." in said(test)
    assert test.selectbox(key="try-enforcement").options == ["left out", "kept"]
    assert not test.button(key="go").disabled


def test_a_choice_that_cannot_be_meant_is_said_at_once_and_cannot_be_run(project):
    test = page(project)
    test.number_input(key="try-most_places").set_value(40).run()
    assert "\u201cMost places on the list\u201d must be from 1 to 20; it is 40." in said(test)
    assert test.button(key="go").disabled
    test.button(key="try-back").click().run()
    assert test.number_input(key="try-most_places").value == 10
    assert not test.button(key="go").disabled
    test.selectbox(key="try-expectation").set_value("streets").run()
    assert "needs a [streets] table" in said(test)
    assert test.button(key="go").disabled


def test_a_side_that_does_not_nest_is_said_and_not_a_broken_page(project):
    file = project / "my.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("cell_m = 125 ", "cell_m = 300 "), encoding="utf-8")
    test = page(project)
    file.write_text(text, encoding="utf-8")
    assert not test.exception
    assert test.selectbox(key="try-cell_m").value == 300
    assert "300 m" in test.selectbox(key="try-cell_m").options


def test_a_method_that_needs_what_the_recipe_lacks_says_so(project):
    test = page(project)
    needing = [m for m in METHODS if "streets" in m]
    assert needing, "no method needs streets any more: choose another for this test"
    test.selectbox(key="try-method").set_value(needing[0]).run()
    assert "The recipe names no file of streets." in said(test)
    assert test.button(key="go").disabled


def test_a_try_is_run_compared_shown_and_kept(project):
    before = (project / "out" / "release" / "manifest.json").read_bytes()
    recipe_text = (project / "my.toml").read_text(encoding="utf-8")
    test = page(project)
    test.selectbox(key="try-method").set_value("getis_ord").run()
    test.selectbox(key="try-cell_m").set_value(250).run()
    test.button(key="go").click().run()
    finish(test)
    assert not test.exception
    assert "on both lists" in said(test)
    (id_,) = tried(project)
    assert (project / "out" / "tries" / id_ / "secure" / "places.csv").is_file()
    told = said(test)
    found = open_release(project / "out" / "tries" / id_ / "release")
    assert all(name in told for name in found.hotspots["name"])
    assert "Getis-Ord Gi*; side of the squares: 250 m" in test.selectbox(key="try_look").options[0]
    assert "Squares of 250 m" in told
    assert "Share of the area" in told
    for secret in ("secret-person", str(project), "secure/"):
        assert secret not in told

    test.button(key="try-show").click().run()
    assert test.query_params["try"] in (id_, [id_])
    assert "A try, not the release:" in said(test)
    assert "Rank in the release" in said(test)

    test.button(key="try-keep").click().run()
    assert 'method = "getis_ord"' in test.code[0].value
    assert "cell_m = 250" in test.code[0].value
    test.button(key="try-write").click().run()
    assert "my.try.toml" in said(test)
    assert load_recipe(project / "my.try.toml").hotspots.method == "getis_ord"
    assert (project / "my.toml").read_text(encoding="utf-8") == recipe_text
    assert (project / "out" / "release" / "manifest.json").read_bytes() == before

    test.button(key="try-unshow").click().run()
    assert "try" not in test.query_params
    assert "A try, not the release:" not in said(test)

    again = page(project, **{"try": id_})  # a reload, or the browser's Back
    assert "A try, not the release:" in said(again)


def test_a_link_to_a_try_that_is_not_there_shows_the_release_and_says_so(project):
    for strange in ("0123abcd", "../../secure", "x" * 200):
        test = page(project, **{"try": strange})
        assert not test.exception
        assert "The link names a try that cannot be shown here" in said(test)
        assert "A try, not the release:" not in said(test)
        assert str(project) not in said(test)


def test_a_try_whose_files_were_changed_is_not_shown(project):
    (id_,) = tried(project)
    cells = project / "out" / "tries" / id_ / "release" / "cells.parquet"
    whole = cells.read_bytes()
    cells.write_bytes(whole + b" ")
    test = page(project, **{"try": id_})
    cells.write_bytes(whole)
    assert not test.exception
    assert "cells.parquet in release was changed" in said(test)
    assert "A try, not the release:" not in said(test)


def test_a_try_whose_choices_were_spoilt_is_passed_over(project):
    (id_,) = tried(project)
    choices = project / "out" / "tries" / id_ / "choices.toml"
    whole = choices.read_bytes()
    choices.write_text("[hotspots", encoding="utf-8")
    test = page(project, **{"try": id_})
    choices.write_bytes(whole)
    assert not test.exception
    assert "The link names a try that cannot be shown here" in said(test)
    assert "What the tries show" not in said(test)


def test_a_try_that_finds_nothing_says_so_and_leaves_what_was_shown(project):
    test = page(project)
    test.number_input(key="try-least_people").set_value(100).run()
    test.button(key="go").click().run()
    finish(test)
    assert "No place can be shown" in said(test)
    assert "The list that was shown is still shown." in said(test)
    assert "How this was worked out" in said(test)
    assert len(tried(project)) == 1
    assert len(list((project / "out" / "tries").iterdir())) == 1


def test_a_recipe_that_was_spoilt_since_is_said_and_the_release_is_shown(project):
    file = project / "my.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text("titel = 1\n", encoding="utf-8")
    test = page(project)
    file.write_text(text, encoding="utf-8")
    assert not test.exception
    assert "Did you mean `title`?" in said(test)
    assert "What went in" in said(test)


def test_the_page_turns_to_the_try_that_was_run_last(project):
    (first,) = tried(project)
    test = page(project)
    assert test.selectbox(key="try_look").value == first
    test.selectbox(key="try-method").set_value("scan").run()
    test.button(key="go").click().run()
    finish(test)
    assert test.selectbox(key="try_look").value != first
    assert len(test.selectbox(key="try_look").options) == 2
    test.selectbox(key="try_look").set_value(first).run()
    assert "Getis-Ord Gi*" in said(test)


def test_a_try_that_cannot_be_written_down_or_is_not_allowed_does_not_start(
    project, monkeypatch, as_role
):
    from access import here

    from csgeo.errors import StoreError

    def full(action: str, what: str, **_: str) -> None:
        assert action == "try"
        assert "other choices" in what
        msg = "the journal could not be written"
        raise StoreError(msg)

    monkeypatch.setattr(here, "note", full)
    test = page(project)
    next(b for b in test.button if b.key == "go").click().run()
    assert "the journal could not be written" in said(test)
    assert not any(b.key == "try-stop" for b in test.button)
    monkeypatch.setattr(here, "note", lambda *_, **__: None)
    test = page(project)
    as_role("viewer")
    next(b for b in test.button if b.key == "go").click().run()
    assert "This is not open to you" in said(test)
    assert not any(b.key == "try-stop" for b in test.button)
