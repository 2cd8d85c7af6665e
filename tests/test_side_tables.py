"""Is every file that went into a result told, also the tables that are read beside others?"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import csgeo
from csgeo.disclosure.release import make_release
from csgeo.intake import Intake, checksum, take_in
from csgeo.sources.report import ReadReport
from csgeo.study import _sources
from tests.outputs.invented import invented_study

POSTCODES = "pcds,oseast1m,osnrth1m\nXA1 1AA,375100,164500\n"


def told_of(sources: tuple[dict, ...]) -> list[dict]:
    """What a release tells of its inputs."""
    return make_release(invented_study(sources=sources)).provenance["inputs"]


def test_a_directory_of_postcodes_is_told_with_its_checksum(county_folder, tmp_path):
    recipe = csgeo.load_recipe(county_folder / "csgeo.toml")
    codes = tmp_path / "codes.csv"
    codes.write_text(POSTCODES)
    one = replace(recipe.incidents[0], postcodes="codes.csv")
    located = {**recipe.located, "codes.csv": str(codes)}
    recipe = replace(recipe, incidents=(one,), services=(), located=located)
    intake = take_in(recipe, lambda *_: None)
    of_records = next(s for s in _sources(intake) if s["file"] == one.file)
    sha256 = hashlib.sha256(POSTCODES.encode()).hexdigest()
    assert of_records["read_with"] == [{"file": "codes.csv", "sha256": sha256}]
    others = [s["read_with"] for s in _sources(intake) if s["file"] != one.file]
    assert others
    assert not any(others)


def test_the_table_of_an_area_is_told_before_the_postcodes(county_folder):
    one = csgeo.load_recipe(county_folder / "csgeo.toml").incidents[0]
    one = replace(one, file="a.csv", table="t.csv", postcodes="p.csv")
    report = ReadReport("a.csv", "areas", 1, 1, columns={}, notes=())
    sums = {"a.csv": "aa", "t.csv": "bb", "p.csv": "cc"}
    (told,) = _sources(Intake(None, None, readings=[(one, report)], checksums=sums))
    assert told["read_with"] == [
        {"file": "t.csv", "sha256": "bb"},
        {"file": "p.csv", "sha256": "cc"},
    ]


def test_the_checksum_beside_records_leaves_keyed_and_beside_areas_as_it_is():
    beside = [{"file": "deep\\folder/codes.csv", "sha256": "ef" * 32, "bytes": 7, "rows": 3}]
    records, areas = told_of(
        (
            {"file": "r.csv", "kind": "records of harm", "sha256": "ab" * 32, "read_with": beside},
            {"file": "a.csv", "kind": "areas", "sha256": "cd" * 32, "read_with": beside},
        )
    )
    assert areas["read_with"] == [{"file": "codes.csv", "sha256": "ef" * 32, "bytes": 7}]
    (keyed,) = records["read_with"]
    assert set(keyed) == {"file", "keyed_sha256"}
    assert keyed["file"] == "codes.csv"
    assert len(keyed["keyed_sha256"]) == 64
    assert keyed["keyed_sha256"] != records["keyed_sha256"]
    assert "ef" * 32 not in json.dumps(records)


def test_a_file_that_is_read_alone_tells_of_none_beside_it():
    (alone,) = told_of(({"file": "a.csv", "kind": "areas", "read_with": []},))
    assert "read_with" not in alone


def test_a_folder_of_postcodes_is_summed_whole(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    before = checksum(tmp_path)
    (tmp_path / "b").mkdir()
    Path(tmp_path / "b" / "c.csv").write_text("2")
    assert checksum(tmp_path) != before
