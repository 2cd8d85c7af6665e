"""Does what may be kept no longer go, and nothing else?"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest

from csgeo.errors import RecipeError, StoreError
from csgeo.governance import Governance, agreed_of, check_retention
from csgeo.recipe import load_recipe
from csgeo.store import purging
from csgeo.store.purging import note_made_from, purge, to_purge

LAST = dt.date(2027, 3, 31)
AFTER = LAST + dt.timedelta(days=1)
STAY = {
    "journal.jsonl", "journal.jsonl.lock", "journal.unfinished-000003", "made.json", "published",
    "reviews.toml", "rounding.key", "recipe.lock",
}  # fmt: skip
GO = {
    "places.csv", "places.csv.sealed", "read_report.txt", "set_aside_01_records.csv", "last_run.txt",
    ".places.csv-0a1b2c3d", "made_from.json", "release", "share",
}  # fmt: skip
RECIPE = """\
title = "A study"

[area]
file = "area.gpkg"

[[incidents]]
file = "old.csv"

[incidents.governance]
retention_until = 2027-03-31

[[incidents]]
file = "new.csv"
"""


@pytest.fixture
def recipe(tmp_path):
    """Give a recipe of two files of records, with answers and two tries of both."""
    (tmp_path / "csgeo.toml").write_text(RECIPE, encoding="utf-8")
    for name in ("old.csv", "new.csv"):
        (tmp_path / name).write_text("record", encoding="ascii")
    secure = tmp_path / "out" / "secure"
    for folder in ("published", "release", "share"):
        (secure / folder).mkdir(parents=True)
        (secure / folder / "manifest.json").write_text("{}", encoding="ascii")
    for name in STAY | GO:
        if not (secure / name).exists():
            (secure / name).write_text("{}", encoding="ascii")
    for try_ in ("0a1b2c3d", "9f8e7d6c"):
        (tmp_path / "out" / "tries" / try_ / "secure").mkdir(parents=True)
        (tmp_path / "out" / "tries" / try_ / "secure" / "places.csv").write_text("exact")
    for folder in ("release", "share"):
        (tmp_path / "out" / folder).mkdir()
        (tmp_path / "out" / folder / "map.html").write_text("protected", encoding="ascii")
    return load_recipe(tmp_path / "csgeo.toml")


def all_files(folder) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_nothing_goes_before_the_last_day_is_past(recipe, tmp_path):
    found = to_purge(recipe, on=LAST, sources=True)
    assert found == ((), (), ())
    assert purge(found) == 0
    assert (tmp_path / "old.csv").is_file()


def test_all_that_was_made_from_a_file_past_its_day_goes_and_nothing_else(recipe, tmp_path):
    before = all_files(tmp_path)
    found = to_purge(recipe, on=AFTER)
    assert found.late == (("old.csv", LAST),)
    assert all_files(tmp_path) == before  # showing it touches nothing
    assert purge(found) == len(GO) + 2
    assert {p.name for p in (tmp_path / "out" / "secure").iterdir()} == STAY
    assert list((tmp_path / "out" / "tries").iterdir()) == []
    kept = {n: c for n, c in before.items() if n in all_files(tmp_path)}
    assert all_files(tmp_path) == kept
    assert {"old.csv", "new.csv", "csgeo.toml"} < set(kept)
    assert (tmp_path / "out" / "share" / "map.html").is_file()
    assert (tmp_path / "out" / "release" / "map.html").is_file()
    assert to_purge(recipe, on=AFTER).answers == ()


def test_the_files_themselves_go_only_when_asked_and_only_those_past_their_day(recipe, tmp_path):
    assert to_purge(recipe, on=AFTER).sources == ()
    purge(to_purge(recipe, on=AFTER, sources=True))
    assert not (tmp_path / "old.csv").exists()
    assert (tmp_path / "new.csv").is_file()


def test_a_file_that_left_the_recipe_is_still_known_to_be_in_the_answers(recipe, tmp_path):
    note_made_from(recipe, tmp_path / "out" / "secure")
    told = json.loads((tmp_path / "out" / "secure" / "made_from.json").read_text(encoding="utf-8"))
    assert told == {"old.csv": "2027-03-31"}
    fewer = replace(recipe, incidents=recipe.incidents[1:])
    found = to_purge(fewer, on=AFTER, sources=True)
    assert found.late == (("old.csv", LAST),)
    assert {p.name for p in found.answers} == GO
    assert found.sources == ()  # what the recipe does not name is not ours to erase
    note_made_from(fewer, tmp_path / "out" / "secure")
    assert to_purge(fewer, on=AFTER) == ((), (), ())


def test_a_later_day_that_was_agreed_counts(recipe, tmp_path):
    note_made_from(recipe, tmp_path / "out" / "secure")
    later = replace(recipe.incidents[0], governance=Governance(retention_until=AFTER))
    longer = replace(recipe, incidents=(later, recipe.incidents[1]))
    assert to_purge(longer, on=AFTER) == ((), (), ())
    assert to_purge(longer, on=AFTER + dt.timedelta(days=1)).late == (("old.csv", AFTER),)


def test_links_are_taken_away_and_what_they_lead_to_stays(recipe, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.csv").write_text("mine", encoding="ascii")
    (tmp_path / "out" / "secure" / "link").symlink_to(elsewhere)
    (tmp_path / "out" / "tries" / "link").symlink_to(elsewhere)
    purge(to_purge(recipe, on=AFTER))
    assert not (tmp_path / "out" / "secure" / "link").is_symlink()
    assert not (tmp_path / "out" / "tries" / "link").is_symlink()
    assert (elsewhere / "mine.csv").is_file()


def test_what_cannot_be_erased_is_said_and_the_rest_goes(recipe, tmp_path, monkeypatch):
    def refuse(path, *_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(purging.shutil, "rmtree", refuse)
        with pytest.raises(
            StoreError, match="4 could not be erased \\(the first is release: Permission"
        ):
            purge(to_purge(recipe, on=AFTER))
    assert not (tmp_path / "out" / "secure" / "places.csv").exists()
    assert purge(to_purge(recipe, on=AFTER)) == 4


def test_a_note_that_cannot_be_read_stops_it(recipe, tmp_path):
    for text in ("[1]", "no", '{"a": 3}', '{"a": "soon"}'):
        (tmp_path / "out" / "secure" / "made_from.json").write_text(text, encoding="ascii")
        with pytest.raises(StoreError, match="must say until when the files"):
            to_purge(recipe, on=AFTER)


def test_a_recipe_that_was_never_run_has_nothing_to_purge(recipe, tmp_path):
    moved = replace(
        recipe, folder="elsewhere", located={**recipe.located, "elsewhere": str(tmp_path / "x")}
    )
    assert to_purge(moved, on=AFTER).answers == ()


def test_of_a_file_named_twice_the_earlier_day_counts(recipe):
    old, new = recipe.incidents
    again = replace(old, layer="two", governance=Governance(retention_until=dt.date(2026, 1, 1)))
    for order in ((old, again), (again, old), (replace(old, governance=Governance()), again)):
        found = agreed_of(replace(recipe, incidents=(*order, new)))
        assert found["old.csv"].retention_until == dt.date(2026, 1, 1)
    check_retention(agreed_of(recipe), on=LAST)
    with pytest.raises(
        RecipeError, match="1 of 3 are past it on 2027-04-01 \\(the first is old.csv"
    ):
        check_retention(agreed_of(recipe), on=AFTER)
