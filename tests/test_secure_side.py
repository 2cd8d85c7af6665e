"""Do analysts get every number, and does nothing of an earlier run stay behind?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from csgeo.disclosure.pseudonyms import new_key_file
from csgeo.errors import StoreError
from csgeo.recipe import load_recipe
from csgeo.releasing import release_of
from csgeo.secure_side import write_secure_side
from csgeo.store.reviews import exact_places
from csgeo.store.sealed import SEALING_KEY, kept


def test_exact_places_and_rows_set_aside_are_written(county_study, tmp_path):
    written = write_secure_side(county_study, tmp_path)
    assert {"places.csv", "places_set_aside.csv", "read_report.txt"} <= {p.name for p in written}
    exact = exact_places(tmp_path)
    assert exact["incidents"].tolist() == county_study.hotspots["incidents"].tolist()


def test_rows_that_an_earlier_run_set_aside_are_gone(county_study, tmp_path):
    rows = pd.DataFrame({"row": [1], "why": ["no place"]})
    write_secure_side(replace(county_study, rows_set_aside={"09_records": rows}), tmp_path)
    assert (tmp_path / "set_aside_09_records.csv").is_file()
    (tmp_path / "reviews.toml").write_text("", encoding="ascii")
    write_secure_side(replace(county_study, rows_set_aside={}), tmp_path)
    assert list(tmp_path.glob("set_aside*")) == []
    assert (tmp_path / "reviews.toml").is_file()


def test_with_a_sealing_key_a_run_leaves_nothing_exact_in_plain(
    county_folder, county_study, tmp_path, monkeypatch
):
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "sealing.key")
    plain = {p.name: p.read_bytes() for p in write_secure_side(county_study, tmp_path / "plain")}
    monkeypatch.setenv(SEALING_KEY, str(tmp_path / "keys" / "sealing.key"))
    secure = tmp_path / "secure"
    written = write_secure_side(county_study, secure)
    recipe = load_recipe(county_folder / "csgeo.toml")
    release = release_of(county_study, recipe, home=secure, trial=True)
    assert {p.name for p in written} == {f"{name}.sealed" for name in plain}
    assert {name: kept(secure / name) for name in plain} == plain
    left = [p.name for p in secure.iterdir() if not p.name.endswith((".sealed", ".lock"))]
    assert left == []
    everything = b"".join(p.read_bytes() for p in secure.iterdir())
    for place in county_study.hotspots.index:
        assert str(place).encode() not in everything
    assert len(release.hotspots) > 0
    for_analysts = replace(recipe, release=replace(recipe.release, audience="analysts"))
    with pytest.raises(StoreError, match="Exact counts for analysts are written in plain"):
        release_of(county_study, for_analysts, home=secure, trial=True)
