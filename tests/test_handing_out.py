"""Does what goes out by the command line say what for, to whom, and is it written down?"""

from __future__ import annotations

import pytest

from csgeo.cli import main
from csgeo.disclosure.release import make_release
from csgeo.noting import JOURNAL, JOURNAL_KEY
from csgeo.store.releases import save_release
from tests.outputs.invented import invented_study


@pytest.fixture
def saved(tmp_path):
    return save_release(make_release(invented_study()), tmp_path / "release")


@pytest.fixture
def journal(tmp_path, tmp_path_factory, monkeypatch):
    """Name a journal and its key, as whoever runs a server does."""
    keys = tmp_path_factory.mktemp("keys")
    with pytest.raises(SystemExit):
        main(["journal", "key", str(keys / "journal.key")])
    monkeypatch.setenv(JOURNAL_KEY, str(keys / "journal.key"))
    monkeypatch.setenv(JOURNAL, str(tmp_path / "journal.jsonl"))
    return tmp_path / "journal.jsonl"


ASKED = ["--purpose", "planning youth work", "--recipient", "violence reduction unit"]


def ended(arguments) -> int:
    with pytest.raises(SystemExit) as end:
        main([str(a) for a in arguments])
    return end.value.code or 0


def test_one_file_goes_out_with_what_it_is_for_and_is_written_down(
    saved, journal, tmp_path, capsys
):
    assert ended(["export", saved, "--kind", "workbook", "--to", tmp_path / "out", *ASKED]) == 0
    (made,) = (tmp_path / "out").iterdir()
    assert capsys.readouterr().out.strip() == str(made)
    assert made.name.startswith("csgeo-")
    assert made.suffix == ".xlsx"
    written = journal.read_text(encoding="utf-8")
    assert '"did":"exported"' in written
    assert "planning youth work" in written
    assert "violence reduction unit" in written


def test_without_a_journal_it_says_that_nothing_was_written_down(saved, tmp_path, capsys):
    assert ended(["export", saved, "--kind", "csv", "--to", tmp_path / "out", *ASKED]) == 0
    assert "Not written down: there is no journal" in capsys.readouterr().err


@pytest.mark.parametrize("said", [ASKED[:2], ASKED[2:]])
def test_nothing_goes_out_that_is_for_nothing_or_for_nobody(saved, tmp_path, said, capsys):
    assert ended(["export", saved, "--to", tmp_path / "out", *said]) == 2
    assert "nothing is said" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_journal_that_cannot_be_written_stops_it(saved, journal, tmp_path, capsys):
    journal.mkdir()
    assert ended(["export", saved, "--to", tmp_path / "out", *ASKED]) == 3
    assert not (tmp_path / "out").exists()


def test_a_release_is_published_by_command(county_folder, tmp_path, journal, capsys):
    recipe = county_folder / "csgeo.toml"
    text = recipe.read_text(encoding="utf-8").replace("reruns = ", "reruns = 0 # ")
    quick = county_folder / "quick.toml"
    quick.write_text(text.replace('folder = "out"', 'folder = "quick-out"'), encoding="utf-8")
    assert ended(["run", quick, "--quiet"]) == 0
    assert ended(["publish", quick, "--to", tmp_path / "viewers", *ASKED]) == 0
    said = capsys.readouterr().out
    assert "Published for violence reduction unit (planning youth work)" in said
    assert (tmp_path / "viewers" / "manifest.json").is_file()
    assert '"did":"published"' in journal.read_text(encoding="utf-8")
