"""Does the command line review, verify and print what an assessment needs?"""

from __future__ import annotations

import pytest

from csgeo.cli import main
from csgeo.secure_side import write_secure_side


@pytest.fixture
def project(county_folder, county_study, tmp_path, monkeypatch):
    """Give a recipe that was run, with a journal whose key and anchor lie elsewhere."""
    recipe = tmp_path / "csgeo.toml"
    text = (county_folder / "csgeo.toml").read_text(encoding="utf-8")
    recipe.write_text(text.replace('file = "', f'file = "{county_folder}/'), encoding="utf-8")
    write_secure_side(county_study, tmp_path / "out" / "secure")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", str(elsewhere / "key"))
    monkeypatch.setenv("CSGEO_JOURNAL_ANCHOR", str(elsewhere / "anchor"))
    assert run("journal", "key", elsewhere / "key") == 0
    return recipe


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    return int(ended.value.code or 0)


def test_a_place_is_kept_left_out_nudged_and_undone(project, county_study, capsys):
    one, two, three = county_study.hotspots.index[:3]
    by = ("--reviewer", "AB", "--recipe", project)
    assert run("review", "keep", one, *by) == 0
    assert run("review", "leave-out", two, *by, "--reason", "hospital") == 0
    assert run("review", "nudge", three, *by, "--reason", "prison", "--east", 1) == 0
    capsys.readouterr()
    assert run("review", "list", "--recipe", project) == 0
    listed = capsys.readouterr().out
    assert "leave out: hospital (AB)" in listed
    n = len(county_study.hotspots)
    assert f"{n - 3} of {n} places have not been checked" in listed
    assert run("review", "undo", two, *by) == 0
    assert run("review", "undo", two, *by) == 3
    assert run("journal", "verify", "--recipe", project) == 0
    assert "csgeo-journal 4 " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keep", "P1"), "There must be a place P1"),
        (("leave-out", "ONE", "--reason", "x"), "must have a reason, one of prison"),
        (("nudge", "ONE", "--reason", "prison", "--east", "9"), "within 250 m"),
    ],
)
def test_what_cannot_be_meant_ends_with_2_and_words(
    project, county_study, capsys, arguments, words
):
    told = [county_study.hotspots.index[0] if a == "ONE" else a for a in arguments]
    assert run("review", *told, "--reviewer", "AB", "--recipe", project) == 2
    assert words in capsys.readouterr().err


def test_a_journal_that_was_changed_ends_with_3(project, county_study, capsys):
    place = county_study.hotspots.index[0]
    for _ in range(2):
        assert run("review", "keep", place, "--reviewer", "AB", "--recipe", project) == 0
    path = project.parent / "out" / "secure" / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"who":"AB"', b'"who":"AC"', 1))
    assert run("journal", "verify", "--recipe", project) == 3
    assert "line 1: it was changed after it was written" in capsys.readouterr().err
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert run("journal", "verify", "--recipe", project) == 3
    assert "1 of 2 entries that the anchor knows are missing" in capsys.readouterr().err
    path.write_bytes(whole + b"half")
    assert run("journal", "mend", "--who", "AB", "--recipe", project) == 0
    assert run("journal", "verify", "--recipe", project) == 0


def test_without_a_key_it_is_said_that_nothing_is_written_down(
    project, county_study, capsys, monkeypatch
):
    monkeypatch.delenv("CSGEO_JOURNAL_KEY")
    place = county_study.hotspots.index[0]
    assert run("review", "keep", place, "--reviewer", "AB", "--recipe", project) == 0
    assert "Not written to a journal: CSGEO_JOURNAL_KEY is not set" in capsys.readouterr().err
    assert run("journal", "verify", "--recipe", project) == 2


def test_a_key_beside_the_data_is_refused(project, capsys, monkeypatch):
    inside = project.parent / "out" / "secure" / "key"
    assert run("journal", "key", inside) == 0
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", str(inside))
    assert run("journal", "verify", "--recipe", project) == 3
    assert "must not lie with the data" in capsys.readouterr().err


def test_the_inventory_is_printed(project, capsys):
    assert run("dpia", project, "--no-read") == 0
    assert capsys.readouterr().out.startswith("# Data inventory: Corvenshire")
    assert run("dpia", project) == 0
    assert "harm (`harm_type`)" in capsys.readouterr().out
