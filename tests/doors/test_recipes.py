"""Does a recipe give away where files are, or what the machine keeps secret?"""

from __future__ import annotations

import pytest

from csgeo.errors import RecipeError
from csgeo.recipe import load_recipe, parse_recipe, recipe_toml, shareable

_SECRET = "6f1d-a-secret-of-the-server"


def _given(file, **more):
    return {"title": "t", "area": {"file": "a.gpkg"}, "incidents": [{"file": file}], **more}


@pytest.mark.parametrize(
    "file",
    [
        "/home/oswin/cases/incidents.csv",
        "..\\oswin\\incidents.csv",
        "C:\\Users\\oswin\\incidents.csv",
        "data/oswin/incidents.csv",
    ],
)
def test_no_folder_of_a_file_leaves(tmp_path, file):
    one = {"file": file, "postcodes": "/oswin/p.csv", "table": "/oswin/t.csv"}
    given = _given(file, incidents=[one], folder="/oswin/out", people_key="/oswin/k.key")
    given["streets"] = [{"file": "/oswin/streets.gpkg"}]
    left = recipe_toml(shareable(parse_recipe(given, beside=tmp_path, folders={})))
    assert "oswin" not in left
    for kept in ("incidents.csv", "p.csv", "t.csv", "streets.gpkg", "a.gpkg", '"out"'):
        assert kept in left


def test_what_leaves_can_be_read_again(tmp_path):
    asked = parse_recipe(_given("/x/y/z.csv"), beside=tmp_path, folders={})
    (tmp_path / "r.toml").write_text(recipe_toml(shareable(asked)), encoding="utf-8")
    again = load_recipe(tmp_path / "r.toml")
    assert again.incidents[0].file == "z.csv"
    assert recipe_toml(shareable(again)) == recipe_toml(again)


@pytest.mark.parametrize("file", ["${A_SECRET}", "${A_SECRET}/x.csv", "data/${A_SECRET}.csv"])
def test_no_secret_of_the_machine_is_said(tmp_path, file):
    with pytest.raises(RecipeError, match="A_SECRET is not set to a folder") as said:
        parse_recipe(_given(file), beside=tmp_path, folders={"A_SECRET": _SECRET})
    assert _SECRET not in str(said.value)


def test_a_folder_may_be_named(tmp_path):
    read = parse_recipe(_given("${HERE}/x.csv"), beside=tmp_path, folders={"HERE": str(tmp_path)})
    assert read.path("${HERE}/x.csv") == (tmp_path / "x.csv").resolve()
    with pytest.raises(RecipeError, match="HERE is not set"):
        parse_recipe(_given("${HERE}/x.csv"), beside=tmp_path, folders={})
