"""What should analysts know of each place before anyone acts on the list?"""

from __future__ import annotations

from dataclasses import replace

import pytest

import csgeo
from csgeo.secure_side import write_secure_side


def test_each_place_is_accounted_for_from_its_own_records(county_study):
    account = county_study.checks["account"]
    assert account.index.tolist() == county_study.hotspots.index.tolist()
    assert (account["records"] == county_study.hotspots["incidents"]).all()
    assert account["busiest_person_share"].between(0, 1).all()
    assert account["sentence"].str.len().gt(20).all()


def test_what_enforcement_made_is_left_out_and_the_other_list_is_shown(county_study):
    assert (county_study.incidents["origin"] != "enforcement").all()
    left = [s for s in county_study.steps if s["step"] == "not made by enforcement"]
    assert left[0]["rows_in"] - left[0]["rows_out"] > 500
    compared = county_study.checks["enforcement_comparison"]
    assert set(compared["listed"]) <= {"both", "with", "without"}
    assert (compared["listed"] != "with").sum() == len(county_study.hotspots)
    said = county_study.choices["enforcement_comparison"]
    assert said.startswith("With the records that enforcement made")


def test_kept_records_are_searched_and_compared_the_other_way(county_folder):
    recipe = csgeo.load_recipe(county_folder / "csgeo.toml")
    kept = replace(recipe, hotspots=replace(recipe.hotspots, enforcement="kept", reruns=0))
    study = csgeo.run_study(kept)
    assert (study.incidents["origin"] == "enforcement").any()
    assert study.checks["account"]["found_without_enforcement"].notna().all()
    compared = study.checks["enforcement_comparison"]
    assert (compared["listed"] != "without").sum() == len(study.hotspots)
    assert "searched with all others" in study.choices["enforcement"]


def test_every_check_is_a_file_of_the_secure_side(county_study, tmp_path):
    written = {p.name for p in write_secure_side(county_study, tmp_path)}
    assert {"account.csv", "account_by_source.csv", "enforcement_comparison.csv"} <= written


@pytest.mark.parametrize("seen", ["seen", "enforcement_seen", "records"])
def test_what_was_seen_in_the_records_does_not_leave(county_study, seen):
    release = csgeo.make_release(county_study)
    assert seen not in release.choices
    assert "enforcement_comparison" in release.choices
    assert release.choices["people"].startswith("A place has at least 3 people")
