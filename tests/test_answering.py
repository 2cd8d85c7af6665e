"""Do the answers of a recipe go where they belong, and nowhere else?"""

from __future__ import annotations

import gc
from dataclasses import replace

import pytest

from csgeo import answering
from csgeo.answering import answer
from csgeo.errors import NothingToReport
from csgeo.recipe import load_recipe
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
