"""What must be true of a study before its release leaves?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

import csgeo
from csgeo.disclosure.review import Decision
from csgeo.errors import NothingToReport
from csgeo.recipe import recipe_toml, shareable
from csgeo.releasing import as_reviewed, release_of
from csgeo.store.reviews import REVIEWS, add_decision

NOW = dt.datetime(2026, 1, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def recipe(county_folder):
    loaded = csgeo.load_recipe(county_folder / "csgeo.toml")
    return replace(loaded, release=replace(loaded.release, review="required"))


def decided(study, place, what, **more):
    cells = tuple(study.hotspots.loc[place, "cells"].split())
    return Decision(place, cells, what, "AB", NOW, **more)


def test_where_review_is_required_nothing_leaves_unseen(county_study, recipe, tmp_path):
    with pytest.raises(NothingToReport, match="10 wait to be looked at.*csgeo review list"):
        release_of(county_study, recipe, home=tmp_path)


def test_what_was_kept_leaves_and_what_was_left_out_is_set_aside(county_study, recipe, tmp_path):
    first, second, third = county_study.hotspots.index[:3]
    add_decision(tmp_path / REVIEWS, decided(county_study, first, "keep"))
    add_decision(tmp_path / REVIEWS, decided(county_study, second, "keep"))
    add_decision(tmp_path / REVIEWS, decided(county_study, third, "leave out", reason="hospital"))
    seen = as_reviewed(county_study, recipe, tmp_path)
    assert sorted(seen.hotspots.index) == sorted([first, second])
    assert third in seen.set_aside.index
    assert seen.choices["review"] == "7 places wait to be looked at and are not shown."
    assert set(seen.services_near["hotspot_id"]) <= {first, second}
    release = release_of(county_study, recipe, home=tmp_path)
    assert set(release.hotspots.index) <= {first, second}


def test_without_review_the_study_is_as_it_was(county_study, county_folder, tmp_path):
    plain = csgeo.load_recipe(county_folder / "csgeo.toml")
    assert as_reviewed(county_study, plain, tmp_path) is county_study


def test_what_is_about_to_leave_is_written_down_first(county_study, county_folder, tmp_path):
    plain = csgeo.load_recipe(county_folder / "csgeo.toml")

    def full_disk(_said):
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        release_of(county_study, plain, home=tmp_path, record=full_disk)


def test_a_study_keeps_its_key_of_rounding(county_study, county_folder, tmp_path):
    plain = csgeo.load_recipe(county_folder / "csgeo.toml")
    own = replace(plain, release=replace(plain.release, rounding_key="study"))
    one, two = (release_of(county_study, own, home=tmp_path) for _ in range(2))
    assert one.hotspots["incidents"].equals(two.hotspots["incidents"])
    other = release_of(county_study, own, home=tmp_path / "elsewhere")
    assert not one.cells["incidents"].equals(other.cells["incidents"])


def test_where_keys_and_agreements_are_is_not_handed_on(recipe):
    agreed = {"purpose": "to make places safer", "controller": "the council"}
    from csgeo.governance import Governance

    told = replace(
        recipe,
        people_key="/secure/people.key",
        incidents=tuple(replace(i, governance=Governance(**agreed)) for i in recipe.incidents),
    )
    text = recipe_toml(shareable(told))
    assert "people.key" not in text
    assert "the council" not in text
    assert "the council" in recipe_toml(told)
