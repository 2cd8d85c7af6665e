"""Do the rooms join into one answer, and is it the same answer every time?"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pytest

import csgeo
from csgeo.errors import NothingToReport, SourceError
from csgeo.samples import score
from csgeo.secure_side import write_secure_side

RECIPES = Path("data/recipes")


def files_of(folder: Path) -> dict[str, str]:
    """Checksum of each file below a folder."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_planted_places_of_the_county_are_found_and_its_artefacts_are_not(county_study):
    from csgeo.samples import county

    truth = county(1).truth
    found = score(county_study.hotspots, truth)
    assert len(found.found) >= 9
    assert len(found.false) <= 1
    assert not found.artefacts


def test_every_record_is_accounted_for_from_file_to_place(county_study):
    for report in county_study.reports:
        assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside)
    steps = county_study.steps
    for before, after in pairwise(steps):
        assert after["rows_in"] == before["rows_out"]
    assert county_study.records_used + county_study.records_without_place == len(
        county_study.incidents
    )
    assert county_study.cells["incidents"].sum() == county_study.records_used


def test_the_same_recipe_gives_the_same_bytes(county_study, county_folder, tmp_path):
    again = csgeo.run_study(csgeo.load_recipe(county_folder / "csgeo.toml"))
    for name, study in {"one": county_study, "two": again}.items():
        release = csgeo.make_release(study)
        csgeo.save_release(release, tmp_path / name / "release")
        csgeo.write_outputs(release, tmp_path / name / "share")
        write_secure_side(study, tmp_path / name / "secure")
    one, two = files_of(tmp_path / "one"), files_of(tmp_path / "two")
    assert one == two
    assert "share/map.html" in one


def test_no_record_of_the_county_leaves_through_the_door(county_study, tmp_path):
    release = csgeo.make_release(county_study)
    csgeo.save_release(release, tmp_path / "release")
    csgeo.write_outputs(release, tmp_path / "share")
    incidents = county_study.incidents
    canaries = [*incidents.index[:200], *incidents["person_key"].dropna().unique()[:200]]
    everything = b"".join(p.read_bytes() for p in sorted(tmp_path.rglob("*")) if p.is_file())
    assert [c for c in canaries if str(c).encode() in everything] == []


def test_a_period_without_records_says_that_there_is_nothing_to_report(county_folder, tmp_path):
    text = (county_folder / "csgeo.toml").read_text(encoding="utf-8")
    recipe = county_folder / "nothing.toml"
    recipe.write_text(
        text.replace("2023-01-01", "1999-01-01").replace("2025-12-31", "1999-12-31"),
        encoding="utf-8",
    )
    with pytest.raises(NothingToReport, match="No record with a place is left"):
        csgeo.run_study(csgeo.load_recipe(recipe))


def test_a_file_that_is_not_there_is_named(county_folder):
    text = (county_folder / "csgeo.toml").read_text(encoding="utf-8")
    recipe = county_folder / "missing.toml"
    recipe.write_text(text.replace('"services.csv"', '"nothere.csv"'), encoding="utf-8")
    with pytest.raises(SourceError, match="nothere.csv"):
        csgeo.run_study(csgeo.load_recipe(recipe))


@pytest.mark.open_data
def test_bath_sets_aside_the_hospital_and_the_police_station_and_lists_places_to_act_on(open_data):
    recipe = csgeo.load_recipe(
        RECIPES / "bath_ne_somerset.toml", folders={"CSGEO_OPEN_DATA": str(open_data)}
    )
    study = csgeo.run_study(recipe)
    reasons = dict(zip(study.set_aside["name"], study.set_aside["reason"], strict=True))
    assert "hospital" in next(r for n, r in reasons.items() if "Combe Park" in n)
    assert "police station" in next(r for n, r in reasons.items() if "Ashmead Road" in n)
    places = study.hotspots
    assert len(places) == 10
    assert (places["area_km2"] <= 0.25).all()
    district = gpd.GeoSeries(study.area.geometry).area.sum()
    assert places.area.sum() / district <= 0.01
    # 8,576 records name a small area of the district; 549 of those with a place are of enforcement
    assert places["incidents"].sum() >= 0.25 * study.records_used


@pytest.mark.open_data
def test_avon_and_somerset_lists_places_in_town_and_country(open_data):
    recipe = csgeo.load_recipe(
        RECIPES / "avon_and_somerset.toml", folders={"CSGEO_OPEN_DATA": str(open_data)}
    )
    study = csgeo.run_study(recipe)
    assert len(study.hotspots) == 20
    assert study.hotspots["stratum"].nunique() >= 5
    assert study.hotspots.area.sum() / study.area.area.sum() <= 0.05
    assert any("2019-07" in note for report in study.reports for note in report.notes)
