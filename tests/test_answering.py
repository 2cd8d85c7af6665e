"""Do the answers of a recipe go where they belong, and nowhere else?"""

from __future__ import annotations

import datetime as dt
import gc
from dataclasses import replace

import pytest

from csgeo import answering
from csgeo.answering import answer
from csgeo.disclosure.pseudonyms import new_key_file
from csgeo.disclosure.release import require_viewable
from csgeo.errors import NothingToReport, NotReleased, RecipeError
from csgeo.recipe import load_recipe
from csgeo.releasing import for_its_audience
from csgeo.store.releases import open_release


@pytest.fixture(scope="module")
def recipe(county_folder):
    """Give the county's recipe without its re-runs, which are not what is looked at here."""
    read = load_recipe(county_folder / "csgeo.toml")
    return replace(read, hotspots=replace(read.hotspots, reruns=0, replicates=99))


def test_a_recipe_answers_in_three_folders(recipe, tmp_path):
    told = []
    release = answer(recipe, tmp_path, progress=lambda *step: told.append(step))
    assert {p.name for p in tmp_path.iterdir()} == {"secure", "release", "share"}
    assert open_release(tmp_path / "release").hotspots.equals(release.hotspots)
    assert (tmp_path / "share" / "map.html").is_file()
    assert (tmp_path / "secure" / "places.csv").is_file()
    assert "Looking for places" in [what for what, _, _ in told]
    assert told[-1][0] == "Done"
    assert gc.isenabled()


def test_a_try_needs_no_files_to_take_away(recipe, tmp_path):
    answer(recipe, tmp_path, share=False)
    assert {p.name for p in tmp_path.iterdir()} == {"secure", "release"}


def test_exact_counts_are_written_down_and_stay_on_the_secure_side(
    recipe, tmp_path, tmp_path_factory, monkeypatch
):
    apart = tmp_path_factory.mktemp("keys")
    asked = replace(recipe.release, audience="analysts", purpose="checking", recipient="the team")
    here = {**recipe.located, str(tmp_path): str(tmp_path)}
    exact = replace(recipe, release=asked, folder=str(tmp_path), located=here)
    with pytest.raises(RecipeError, match="be written to the audit log; missing: record"):
        answer(exact, tmp_path)
    new_key_file(apart / "journal.key", apart_from=[tmp_path])
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", str(apart / "journal.key"))
    release = answer(exact, tmp_path)
    assert "EXACT COUNTS, ANALYSTS ONLY" in release.marking
    assert {p.name for p in tmp_path.iterdir()} == {"secure"}
    assert (tmp_path / "secure" / "release" / "manifest.json").is_file()
    with pytest.raises(NotReleased, match="exact counts"):
        require_viewable(open_release(tmp_path / "secure" / "release"))


def test_what_an_audience_may_not_see_is_refused_before_anything_is_read(recipe, tmp_path):
    for shown, said in (
        (replace(recipe.release, audience="public", least_people=5), "at least 10 for public"),
        (replace(recipe.release, round_to=5, least_people=4), "at least 5 for partnership"),
    ):
        with pytest.raises(RecipeError, match=said):
            answer(replace(recipe, release=shown, incidents=()), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_public_gets_large_squares_where_the_recipe_leaves_them_open(recipe):
    left_open = replace(recipe.hotspots, cell_m=None)
    shown = replace(recipe.release, audience="public")
    for_public = replace(recipe, release=shown, hotspots=left_open)
    later = dt.date(2030, 1, 1)
    assert for_its_audience(for_public, on=later).hotspots.cell_m == 500
    small = replace(for_public, hotspots=replace(for_public.hotspots, cell_m=250))
    assert (
        for_its_audience(small, on=later).hotspots.cell_m == 250
    )  # asked for: the door refuses it, in words
    assert for_its_audience(recipe, on=later) == recipe


def test_what_fails_leaves_the_release_that_was_there(recipe, tmp_path, monkeypatch):
    answer(recipe, tmp_path, share=False)
    before = (tmp_path / "release" / "manifest.json").read_bytes()
    none_left = replace(recipe, harms=("NO_SUCH_HARM",))
    with pytest.raises(NothingToReport):
        answer(none_left, tmp_path)
    assert (tmp_path / "release" / "manifest.json").read_bytes() == before
    assert gc.isenabled()


def test_a_search_for_cycles_that_rested_before_rests_after():
    gc.disable()
    try:
        with answering._no_search_for_cycles():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
