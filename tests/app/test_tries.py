"""Are tries named, kept and worded so that a page can speak of them safely?"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from csgeo.errors import MethodError, RecipeError, StoreError, UnreadableFile
from csgeo.recipe import METHODS, HotspotChoices, load_recipe
from csgeo.vocabulary import load_vocabulary
from tests.app.conftest import APP, SMALL_RECIPE


@pytest.fixture
def tries(monkeypatch):
    monkeypatch.syspath_prepend(str(APP))
    from components import tries

    yield tries
    for name in [n for n in sys.modules if n.split(".")[0] in {"components", "screens"}]:
        del sys.modules[name]


@pytest.fixture
def words(tries):
    from components import try_words

    return try_words


@pytest.fixture
def recipe(tmp_path) -> Path:
    file = tmp_path / "my.toml"
    file.write_text(SMALL_RECIPE, encoding="utf-8")
    return file


def test_a_section_says_what_the_recipe_says_and_what_differs(tries, recipe):
    same = {"method": "compact_places", "cell_m": 125, "most_places": 10, "reruns": 0}
    assert tries.section(recipe, same) == {"cell_m": 125, "least_people": 3, "replicates": 99}
    other = {"method": "getis_ord", "cell_m": None, "most_places": 6}
    assert tries.section(recipe, other) == {
        "least_people": 3,
        "replicates": 99,
        "method": "getis_ord",
        "most_places": 6,
    }


def test_the_recipe_of_a_try_is_the_recipe_but_for_its_choices(tries, recipe):
    own = load_recipe(recipe)
    tried = tries.with_choices(recipe, {"method": "getis_ord", "replicates": 99})
    assert tried.hotspots == HotspotChoices(method="getis_ord", replicates=99)
    assert (tried.title, tried.area, tried.release) == (own.title, own.area, own.release)
    assert tried.path("area.gpkg") == own.path("area.gpkg")
    with pytest.raises(RecipeError, match="hotspots.most_places` must be from 1 to 20; it is 40"):
        tries.with_choices(recipe, {"most_places": 40})


def test_the_same_choices_have_the_same_short_id_and_others_another(tries, recipe):
    one = tries.id_of(tries.with_choices(recipe, {"method": "scan"}))
    assert one == tries.id_of(tries.with_choices(recipe, {"method": "scan"}))
    assert one != tries.id_of(tries.with_choices(recipe, {"method": "scan", "q": 0.01}))
    assert len(one) == 8


@pytest.mark.parametrize("id_", ["", "..", "../../etc", "ABCDEF12", "1234567", "12345678/..", "/"])
def test_nothing_but_an_id_names_a_folder(tries, recipe, id_):
    with pytest.raises(StoreError, match="eight signs"):
        tries.folder_of(load_recipe(recipe), id_)


def test_only_tries_that_have_a_release_are_listed(tries, recipe, tmp_path):
    read = load_recipe(recipe)
    assert tries.kept(read) == {}
    for name, with_release in (("0000000a", True), ("0000000b", False), ("not-a-try", True)):
        folder = tmp_path / "out" / "tries" / name
        (folder / "release").mkdir(parents=True)
        if with_release:
            (folder / "release" / "manifest.json").touch()
        tries.keep(folder, {"method": "scan"})
    assert tries.kept(read) == {"0000000a": {"method": "scan"}}
    choices = tmp_path / "out" / "tries" / "0000000a" / "choices.toml"
    for spoilt in ("[hotspots", "[other]\n", "[hotspots]\nno_such_choice = 1\n", "hotspots = 1\n"):
        choices.write_text(spoilt, encoding="utf-8")
        assert tries.kept(read) == {}


def test_the_recipe_that_is_written_differs_in_its_section_only(tries, recipe):
    text = tries.recipe_text(recipe, {"method": "scan", "replicates": 99})
    assert "# what may be seen\n[release]\nround_to = 5\n" in text
    assert '# how places are found\n[hotspots]\nmethod = "scan"\nreplicates = 99\n' in text
    assert tomllib.loads(text) == tomllib.loads(SMALL_RECIPE) | {
        "hotspots": {"method": "scan", "replicates": 99}
    }


def test_a_recipe_without_the_section_gets_one_and_a_strange_one_is_written_anew(tries, recipe):
    without = SMALL_RECIPE[: SMALL_RECIPE.index("# how places")]
    recipe.write_text(without, encoding="utf-8")
    assert tries.recipe_text(recipe, {"method": "scan"}) == (
        without.rstrip("\n") + '\n\n[hotspots]\nmethod = "scan"\n'
    )
    # the header inside a text in three quotes is no header: the text check sees it
    recipe.write_text(f'marking = """\n[hotspots]\n"""\n{without}', encoding="utf-8")
    again = tomllib.loads(tries.recipe_text(recipe, {"method": "scan"}))
    assert again["hotspots"] == {"method": "scan"}
    assert again["marking"] == "[hotspots]\n"


def test_a_recipe_is_written_beside_and_never_over_another(tries, recipe):
    assert tries.write_recipe(recipe, {"method": "scan"}, "0000000a") == "my.try.toml"
    assert tries.write_recipe(recipe, {"method": "scan"}, "0000000a") == "my.try.toml"
    written = recipe.with_name("my.try.toml")
    assert load_recipe(written).hotspots.method == "scan"
    written.write_text("# mine", encoding="utf-8")
    assert tries.write_recipe(recipe, {"method": "scan"}, "0000000a") == "my.try-0000000a.toml"
    assert written.read_text(encoding="utf-8") == "# mine"
    assert recipe.read_text(encoding="utf-8") == SMALL_RECIPE


def test_messages_keep_their_words_and_lose_paths_and_values_from_files(tries, tmp_path):
    folder = tmp_path / "a folder" / "out"
    said = tries.in_plain_words(
        StoreError(f"cells.parquet in {folder}/release was changed."), folder
    )
    assert said == "cells.parquet in release was changed."
    said = tries.in_plain_words(RecipeError("There is no recipe /srv/her/my.toml. Write one."))
    assert said == "There is no recipe my.toml. Write one."
    assert "C:" not in tries.without_paths(r"not in C:\Users\ann\out.gpkg")
    words = "`q` and/or 1/2 must be km/h (see docs/methods)"
    assert tries.without_paths(words) == words
    said = tries.in_plain_words(MethodError("It needs days: found 'ANN-1' in the area's records."))
    assert said == "It needs days: found (a value) in the area's records."


def test_what_is_wrong_in_a_file_is_for_the_secure_folder(tries):
    said = tries.in_plain_words(UnreadableFile("Row 18: 'Ann Smith, 4 High St' is no date."))
    assert "Ann" not in said
    assert "18" not in said
    assert "said in last_try.txt in the folder secure" in said


def test_each_method_that_can_be_run_has_a_name_a_question_and_a_page(words):
    for code in METHODS:
        assert words.question(code).endswith("?"), code
        assert words.method_named(code).startswith(load_vocabulary("method").label(code))
        assert words.question(code) in words.method_named(code)
    assert words.method_named("not_yet_known") == "not_yet_known"


def test_what_a_method_needs_and_the_recipe_lacks_is_said(words, recipe):
    read = load_recipe(recipe)
    needing = load_vocabulary("method").where
    streets, days = needing("needs", "streets")[0], needing("needs", "days")[0]
    assert words.lacking("compact_places", read) == ""
    assert words.lacking(streets, read) == "The recipe names no file of streets."
    assert words.lacking(days, read) == ""
    police = SimpleNamespace(streets=("one",), incidents=(SimpleNamespace(format="police"),))
    assert words.lacking(streets, police) == ""
    assert "the month of a record, not the day" in words.lacking(days, police)
    assert "needs days" in words.method_named(days)


def test_a_try_is_said_by_its_method_and_by_what_differs(words, recipe):
    read = load_recipe(recipe)
    assert words.said({"method": "getis_ord", "cell_m": 125}, read) == "Getis-Ord Gi*"
    assert words.said({"expectation": "streets", "most_places": 5}, read) == (
        "Compact places; what records are compared with: metres of street; side of the squares: by "
        "itself; most places on the list: 5"
    )
    assert words.without("least_in_stratum", read).startswith("The recipe names no districts")
    assert words.without("expectation", read) == "The recipe names no file of streets or residents."


def test_the_server_never_loads_what_reads_records(small_project):
    code = (
        f"import sys; sys.path.insert(0, {str(APP)!r}); from screens import method_try, places; "
        "print([m for m in sys.modules if m.startswith(('csgeo.study', 'csgeo.sources', "
        "'csgeo.intake', 'csgeo.hotspots'))])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip().endswith("[]")


def test_a_run_that_is_asked_for_twice_is_refused_and_a_stopped_one_leaves_nothing(
    tries, small_project, tmp_path
):
    from components import try_running

    project = tmp_path / "small"
    shutil.copytree(small_project, project)
    run = try_running.start(project / "my.toml", {"cell_m": 125, "reruns": 1000})
    with pytest.raises(StoreError, match="Another try is running"):
        try_running.start(project / "my.toml", {"cell_m": 250})
    try_running.stop()
    assert run.ended.wait(30)
    assert run.stopped
    assert not run.succeeded
    assert run.refused == ""
    assert not run.folder.exists()


def test_a_run_that_fails_says_why_in_plain_words_and_leaves_nothing(
    tries, small_project, tmp_path
):
    from components import try_running

    project = tmp_path / "small"
    shutil.copytree(small_project, project)
    file = project / "my.toml"
    (project / "incidents.csv").write_text("harm_type\nsecret words\n", encoding="utf-8")
    run = try_running.start(file, {"cell_m": 250})
    assert run.ended.wait(60)
    assert not run.succeeded
    assert run.refused
    assert "secret words" not in run.refused
    assert str(tmp_path) not in run.refused
    assert not run.folder.exists()


def test_a_run_that_breaks_is_said_without_its_traceback(tries, small_project, monkeypatch):
    from components import try_running

    monkeypatch.setattr(try_running, "_SCRIPT", Path("/no/such/script.py"))
    run = try_running.start(small_project / "my.toml", {"cell_m": 500})
    assert run.ended.wait(30)
    assert run.refused.startswith("The try ended before it was done. Nothing was changed")
