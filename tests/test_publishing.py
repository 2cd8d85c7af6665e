"""Is what goes out written down, remembered, and held against what comes later?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from csgeo.answering import answer
from csgeo.errors import CsgeoError, RecipeError, StoreError
from csgeo.publishing import publish
from csgeo.recipe import load_recipe
from csgeo.store.former import PUBLISHED, former_releases
from csgeo.store.releases import open_release, save_release

SAID = {"purpose": "meeting of 3 March", "recipient": "safeguarding partnership"}


@pytest.fixture(scope="module")
def county(county_folder, tmp_path_factory):
    """Give the county's recipe, quick, with answers in a folder of its own."""
    read = load_recipe(county_folder / "csgeo.toml")
    out = str(tmp_path_factory.mktemp("published"))
    quick = replace(read.hotspots, reruns=0, replicates=99)
    return replace(
        read, folder=out, hotspots=quick, located={**read.located, out: out}
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(county):
    answer(county, county.path(county.folder))
    return county


def test_what_goes_out_is_written_down_first_and_then_remembered(made, tmp_path):
    told = []
    release = publish(made, **SAID, record=told.append, to=tmp_path / "viewers")
    assert told == [
        {
            "what": f"published: {release.title}",
            "period": f"{release.period_start} to {release.period_end}",
            "audience": "partnership",
            **SAID,
        }
    ]
    kept = made.path(made.folder) / "secure" / PUBLISHED
    assert [one.title for one in former_releases(kept)] == [release.title]
    assert open_release(tmp_path / "viewers").hotspots.equals(release.hotspots)


def test_a_log_that_fails_stops_it(made, tmp_path):
    def full(_said):
        raise StoreError("no room")

    with pytest.raises(StoreError, match="no room"):
        publish(made, **SAID, record=full, to=tmp_path / "viewers")
    assert not (tmp_path / "viewers").exists()


@pytest.mark.parametrize("missing", SAID)
def test_nobody_publishes_without_saying_what_for_and_to_whom(made, missing):
    with pytest.raises(RecipeError, match=f"The {missing} must say .* nothing is said"):
        publish(made, **SAID | {missing: "  "}, record=None)


def test_the_same_run_again_may_go_out_again_and_another_method_may_not(made):
    publish(made, **SAID, record=None)
    answer(made, made.path(made.folder))
    publish(made, **SAID, record=None)
    assert len(former_releases(made.path(made.folder) / "secure" / PUBLISHED)) == 1
    other = replace(made, hotspots=replace(made.hotspots, method="getis_ord"))
    before = (made.path(made.folder) / "release" / "manifest.json").read_bytes()
    with pytest.raises(CsgeoError, match="published before"):
        answer(other, made.path(made.folder))
    assert (made.path(made.folder) / "release" / "manifest.json").read_bytes() == before
    answer(other, made.path(made.folder) / "try", share=False)  # a try is never published


def test_a_release_that_another_run_made_is_refused(made, tmp_path):
    saved = open_release(made.path(made.folder) / "release")
    save_release(saved, tmp_path / "release")
    publish(made, **SAID, record=None, made_in=tmp_path)  # a copy is the same release
    answer(
        replace(made, title="Another heading"), made.path(made.folder), progress=lambda *_: None
    )  # fmt: skip
    with pytest.raises(StoreError, match="must be the one that the last run made"):
        publish(made, **SAID, record=None, made_in=tmp_path)


def test_two_that_were_made_before_either_went_out_are_held_against_each_other(made, tmp_path):
    titled = replace(made, title="A third heading")
    answer(titled, made.path(made.folder))
    first = made.path(made.folder) / "secure" / PUBLISHED / "release-0002"
    save_release(open_release(made.path(made.folder) / "release"), first)
    manifest = first / "manifest.json"
    assert manifest.is_file()
    answer(replace(made, title="A fourth heading"), made.path(made.folder))
    save_release(open_release(first), first.with_name("release-0003"))
    with pytest.raises(StoreError, match="held against 2 published ones; there are 3 by now"):
        publish(made, **SAID, record=None)
