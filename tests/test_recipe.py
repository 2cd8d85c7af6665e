"""Is a recipe read as it was meant, and refused where it cannot be meant?"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from csgeo.errors import RecipeError
from csgeo.recipe import load_recipe, recipe_toml

SMALL = """
title = "Small"
[area]
file = "area.gpkg"
[[incidents]]
file = "${HERE}/incidents.csv"
"""


@pytest.fixture
def write(tmp_path):
    def _write(text: str) -> Path:
        path = tmp_path / "csgeo.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_a_small_recipe_gets_the_documented_defaults(write, tmp_path):
    (tmp_path / "data").mkdir()
    recipe = load_recipe(write(SMALL), folders={"HERE": str(tmp_path / "data")})
    assert recipe.hotspots.method == "compact_places"
    assert recipe.hotspots.most_km2 == 0.25
    assert recipe.release.least_people is None  # the audience's own
    assert recipe.path(recipe.area.file) == tmp_path.resolve() / "area.gpkg"
    assert recipe.path("${HERE}/incidents.csv") == (tmp_path / "data" / "incidents.csv").resolve()


def test_a_recipe_written_and_read_again_is_the_same_and_holds_no_folder_of_this_machine(
    write, tmp_path
):
    recipe = load_recipe(
        write(SMALL + "[period]\nstart = 2024-01-01\n[hotspots]\ncell_m = 250\n"),
        folders={"HERE": str(tmp_path)},
    )
    text = recipe_toml(recipe)
    assert str(tmp_path) not in text
    again = load_recipe(write(text), folders={"HERE": str(tmp_path)})
    assert again == recipe
    assert again.period.start == dt.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("addition", "words"),
    [
        (
            "[hotspots]\ncel_m = 250\n",
            r"\[hotspots\] has no choice `cel_m`. Did you mean `cell_m`\?",
        ),
        (
            "[hotspots]\nmethod = 'magic'\n",
            "`hotspots.method` must be one of compact_places, getis_ord, local_moran, scan",
        ),
        (
            "[hotspots]\ncell_m = '250'\n",
            r"`cell_m` in \[hotspots\] must be a whole number; it is '250'",
        ),
        ("[hotspots]\nmost_places = 50\n", "`hotspots.most_places` must be from 1 to 20; it is 50"),
        (
            "[hotspots]\nmost_share_of_area = 0.2\n",
            "`hotspots.most_share_of_area` must be from 1e-06 to 0.05",
        ),
        ("[release]\nleast_people = 3\n", "`release.least_people` must be from 5 to 1000; it is 3"),
        ("[release]\nleast_people = 0\n", "`release.least_people` must be from 5 to 1000; it is 0"),
        ("[hotspots]\nexpectation = 'streets'\n", r"needs a \[streets\] table with a file"),
        ("[period]\nstart = 2024-02-01\nend = 2024-01-01\n", "must not be after"),
        ("services = 3\n", r"`services` must be tables under \[\[services\]\]; it is 3"),
        ("[[services]]\nlayer = 'x'\n", r"\[\[services\]\] number 1 must say `file`"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(write, addition, words):
    text = addition + SMALL if "=" in addition.split("\n")[0] else SMALL + addition
    with pytest.raises(RecipeError, match=words):
        load_recipe(write(text), folders={"HERE": "."})


def test_a_folder_word_that_is_not_set_names_the_variable(write):
    with pytest.raises(RecipeError, match="Set the environment variable HERE"):
        load_recipe(write(SMALL))


def test_a_word_that_is_no_folder_is_not_said(write):
    """A recipe cannot have the server's secrets told by a message about a file."""
    with pytest.raises(RecipeError, match="not set to a folder that is there") as refused:
        load_recipe(write(SMALL), folders={"HERE": "s3cret-of-the-proxy"})
    assert "s3cret" not in str(refused.value)


def test_a_recipe_that_is_missing_or_no_toml_says_how_to_get_one(write, tmp_path):
    with pytest.raises(RecipeError, match="csgeo init"):
        load_recipe(tmp_path / "none.toml")
    with pytest.raises(RecipeError, match="is not a TOML file"):
        load_recipe(write("title = \n"))


def test_a_recipe_must_name_records(write):
    with pytest.raises(RecipeError, match="at least one file of records"):
        load_recipe(write('title = "x"\nincidents = []\n[area]\nfile = "a"\n'))
    with pytest.raises(RecipeError, match="must say `area`"):
        load_recipe(write('title = "x"\nincidents = []\n'))


def test_every_shipped_recipe_can_be_read():
    shipped = sorted(Path("data/recipes").glob("*.toml"))
    assert shipped
    for path in shipped:
        recipe = load_recipe(path, folders={"CSGEO_OPEN_DATA": os.sep})
        assert recipe.title
