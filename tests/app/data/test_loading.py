"""Is a file kept under a name that names nobody, and a recipe changed without losing anything?"""

from __future__ import annotations

import datetime as dt
import errno
import os
import stat
import tomllib
from typing import TYPE_CHECKING

import pytest

from csgeo import loading
from csgeo.errors import RecipeError, StoreError
from csgeo.recipe import load_recipe
from tests.app.conftest import SMALL_RECIPE

if TYPE_CHECKING:
    from pathlib import Path

TODAY = dt.date(2026, 11, 24)


@pytest.fixture
def recipe(tmp_path) -> Path:
    file = tmp_path / "my.toml"
    file.write_text(SMALL_RECIPE, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("incidents.csv", "incidents.csv"),
        ("Incidents 2024 Q1.CSV", "incidents-2024-q1.csv"),
        ("Anna Smith.csv", "records.csv"),
        ("anna_smith_police_2023.xlsx", "police-2023.xlsx"),
        ("../../../etc/cron.d/records.csv", "records.csv"),
        ("..\\..\\Windows\\win.csv", "records.csv"),
        ("C:/a/b/school exclusions.geojson", "school-exclusions.geojson"),
        ("records.csv\x00.zip", "records.zip"),
        ("4857773456.csv", "records.csv"),
        (".csv", "records.csv"),
        ("police.csv.gz", "police.csv.gz"),
        ("x" * 5000 + ".parquet", "records.parquet"),
        ("\u202ereversed.csv", "records.csv"),
    ],
)
def test_a_name_is_made_of_words_that_describe_files(named, kept):
    assert loading.safe_name(named) == kept


@pytest.mark.parametrize(
    "named", ["a.exe", "a.vrt", "a", "", "a.csv/", "a.shp", "a.toml", "a.csv.exe"]
)
def test_other_endings_are_refused(named):
    with pytest.raises(RecipeError, match="must end in one of .csv, .txt"):
        loading.safe_name(named)


def test_a_file_is_written_for_this_user_alone_and_never_over_another(tmp_path):
    folder = tmp_path / "data"
    one = loading.keep_file(folder, "Anna Smith incidents.csv", b"one")
    two = loading.keep_file(folder, "incidents.csv", b"two")
    again = loading.keep_file(folder, "incidents.csv", b"one")
    assert (one.name, two.name) == ("incidents.csv", "incidents-no2.csv")
    assert again == one
    assert (one.read_bytes(), two.read_bytes()) == (b"one", b"two")
    if os.name == "posix":
        assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_a_link_that_lies_there_is_not_followed(tmp_path):
    outside = tmp_path / "outside.csv"
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "incidents.csv").symlink_to(outside)
    kept = loading.keep_file(folder, "incidents.csv", b"one")
    assert kept.name == "incidents-no2.csv"
    assert not outside.exists()


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path, monkeypatch):
    def full(_fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(loading.os, "fsync", full)
    with pytest.raises(StoreError, match="could not be kept .No space left on device"):
        loading.keep_file(tmp_path / "data", "incidents.csv", b"one")
    assert list((tmp_path / "data").iterdir()) == []


def test_a_file_that_is_too_large_is_refused_before_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "MOST_MB", 1)
    with pytest.raises(RecipeError, match="must be at most 1 MB; this one has 2"):
        loading.keep_file(tmp_path / "data", "incidents.csv", b"x" * (2 << 20))
    assert not (tmp_path / "data").exists()


def test_files_lie_with_the_records_of_the_recipe_or_beside_it(recipe, tmp_path):
    assert loading.folder_of_records(load_recipe(recipe), recipe) == tmp_path
    recipe.write_text(SMALL_RECIPE.replace("incidents.csv", "in/a/incidents.csv"), encoding="utf-8")
    assert loading.folder_of_records(load_recipe(recipe), recipe) == tmp_path / "in" / "a"
    recipe.write_text(SMALL_RECIPE.replace("incidents.csv", "../far/x.csv"), encoding="utf-8")
    assert loading.folder_of_records(load_recipe(recipe), recipe) == tmp_path / "data"


def test_a_further_file_is_added_and_every_comment_stays(recipe):
    one = {
        "file": "data/new.csv",
        "layer": "",
        "columns": {"harm": "what", "person_key": ""},
        "words": {"knife thing": "SYV.KNIFE"},
        "governance": {"purpose": 'a "quoted" one', "retention_until": dt.date(2027, 3, 31)},
    }
    text = loading.with_records(SMALL_RECIPE, one, instead=None, note="put in today")
    assert text.startswith(SMALL_RECIPE.rstrip())
    assert "# put in today\n[[incidents]]\n" in text
    read = tomllib.loads(text)
    assert read["incidents"][0] == {"file": "incidents.csv"}
    assert read["incidents"][1] == {k: v for k, v in one.items() if k != "layer"}
    assert {k: v for k, v in read.items() if k != "incidents"} == {
        k: v for k, v in tomllib.loads(SMALL_RECIPE).items() if k != "incidents"
    }


def test_a_file_takes_the_place_of_another_and_nothing_else_moves():
    two = SMALL_RECIPE.replace(
        '[[incidents]]\nfile = "incidents.csv"\n',
        '[[incidents]]\nfile = "a.csv"\n[incidents.columns]\nharm = "x"\n\n# the second\n'
        '[[incidents]]\nfile = "b.csv"\n',
    )
    first = loading.with_records(two, {"file": "new.csv"}, instead=0)
    assert [i["file"] for i in tomllib.loads(first)["incidents"]] == ["new.csv", "b.csv"]
    assert tomllib.loads(first)["incidents"][0] == {"file": "new.csv"}
    second = loading.with_records(two, {"file": "new.csv"}, instead=1)
    assert [i["file"] for i in tomllib.loads(second)["incidents"]] == ["a.csv", "new.csv"]
    for text in (first, second):
        assert "# the second" in text
        assert "# how places are found\n[hotspots]\ncell_m = 125   # the smallest\n" in text


@pytest.mark.parametrize("instead", [None, 0])
def test_a_recipe_in_another_form_is_left_alone(instead):
    inline = 'title = "x"\nincidents = [{file = "a.csv"}]\n[area]\nfile = "a.gpkg"\n'
    with pytest.raises(RecipeError, match="in tables of their own"):
        loading.with_records(inline, {"file": "b.csv"}, instead=instead)


def test_a_header_inside_a_text_is_no_header():
    text = f'marking = """\n[[incidents]]\nx\n"""\n{SMALL_RECIPE}'
    try:
        changed = loading.with_records(text, {"file": "new.csv"}, instead=0)
    except RecipeError:
        return
    assert tomllib.loads(changed)["marking"] == "[[incidents]]\nx\n"


def test_the_old_recipe_is_kept_beside_under_a_free_name(recipe, tmp_path):
    for n in (1, 2):
        seen = loading.stamp(recipe)
        text = recipe.read_text(encoding="utf-8") + f"# change {n}\n"
        name = loading.keep_recipe(recipe, text, seen=seen, secure=tmp_path / "s", on=TODAY)
        assert name == f"my-before-2026-11-24{'' if n == 1 else '-2'}.toml"
        assert recipe.read_text(encoding="utf-8") == text
    assert (tmp_path / "my-before-2026-11-24.toml").read_text(encoding="utf-8") == SMALL_RECIPE
    assert (tmp_path / "my-before-2026-11-24-2.toml").read_text("utf-8").endswith("# change 1\n")


def test_a_recipe_that_was_changed_meanwhile_is_not_written_over(recipe, tmp_path):
    seen = loading.stamp(recipe)
    recipe.write_text(SMALL_RECIPE + "# mine\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="it was changed meanwhile"):
        loading.keep_recipe(recipe, SMALL_RECIPE, seen=seen, secure=tmp_path / "s", on=TODAY)
    assert recipe.read_text(encoding="utf-8").endswith("# mine\n")
    assert list(tmp_path.glob("*before*")) == []
    recipe.unlink()
    with pytest.raises(RecipeError, match="it was changed meanwhile"):
        loading.refuse_changed(recipe, seen)


def test_a_text_that_is_no_recipe_is_not_written(recipe, tmp_path):
    bad = SMALL_RECIPE.replace("cell_m = 125", "cell_m = 1")
    with pytest.raises(RecipeError, match=r"hotspots.cell_m` must be from 125"):
        loading.keep_recipe(
            recipe, bad, seen=loading.stamp(recipe), secure=tmp_path / "s", on=TODAY
        )
    assert recipe.read_text(encoding="utf-8") == SMALL_RECIPE


def test_a_disk_that_is_full_leaves_the_recipe_as_it_was(recipe, tmp_path, monkeypatch):
    def full(_path, _content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(loading, "put_whole", full)
    with pytest.raises(StoreError, match="No space left on device"):
        loading.keep_recipe(
            recipe,
            SMALL_RECIPE + "# x\n",
            seen=loading.stamp(recipe),
            secure=tmp_path / "s",
            on=TODAY,
        )
    assert recipe.read_text(encoding="utf-8") == SMALL_RECIPE


def test_only_a_file_that_the_recipe_does_not_name_is_erased(recipe, tmp_path):
    own, other = tmp_path / "incidents.csv", tmp_path / "incidents-no2.csv"
    for file in (own, other):
        file.write_bytes(b"x")
    read = load_recipe(recipe)
    assert not loading.forget_file(read, own)
    assert own.exists()
    assert loading.forget_file(read, other)
    assert not other.exists()
    assert not loading.forget_file(read, other)
