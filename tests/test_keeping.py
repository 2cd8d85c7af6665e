"""Does the command line seal, unseal and purge, and is it in the journal before it happens?"""

from __future__ import annotations

import datetime as dt

import pytest

from csgeo import keeping, noting
from csgeo.cli import main
from csgeo.store.journal import journal_entries
from csgeo.store.sealed import SEALING_KEY
from tests.store.test_purging import AFTER, LAST, RECIPE

NOON = dt.time(12, tzinfo=dt.UTC)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """Give a recipe with exact answers and a journal, on the day after the last one."""
    home = tmp_path / "project"
    (home / "out" / "secure").mkdir(parents=True)
    (home / "out" / "tries" / "0a1b2c3d" / "secure").mkdir(parents=True)
    (home / "csgeo.toml").write_text(RECIPE, encoding="utf-8")
    for place in ("out/secure/places.csv", "out/tries/0a1b2c3d/secure/places.csv", "old.csv"):
        (home / place).write_text("exact", encoding="ascii")
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", str(tmp_path / "keys" / "journal.key"))
    assert run("journal", "key", tmp_path / "keys" / "journal.key") == 0
    assert run("key", "new", tmp_path / "keys" / "sealing.key") == 0
    monkeypatch.setattr(keeping, "now", lambda: dt.datetime.combine(AFTER, NOON))
    return home / "csgeo.toml"


def written(recipe) -> list[tuple[str, str, str]]:
    journal = noting.journal_of(recipe.parent / "out" / "secure")
    return [(e["did"], e["what"], e["why"]) for e in journal_entries(journal)]


def test_purge_shows_first_and_erases_when_told(recipe, capsys):
    exact = recipe.parent / "out" / "secure" / "places.csv"
    assert run("purge", recipe) == 0
    said = capsys.readouterr().out
    assert "Past its last day, 2027-03-31: old.csv" in said
    assert f"goes: {exact}" in said
    assert "Nothing was erased" in said
    assert exact.is_file()
    assert run("purge", recipe, "--yes", "--sources") == 0
    assert "Erased: 3." in capsys.readouterr().out
    assert not exact.exists()
    assert not (recipe.parent / "old.csv").exists()
    assert not (recipe.parent / "out" / "tries" / "0a1b2c3d").exists()
    assert written(recipe) == [
        ("erased", "what was made from files past their last day on 2027-04-01: 2 of answers, 1 of sources", "")
    ]  # fmt: skip


def test_nothing_is_erased_before_its_day_or_without_its_entry(recipe, capsys, monkeypatch):
    assert run("purge", recipe, "--on", LAST) == 4
    assert "Nothing is past its last day on 2027-03-31" in capsys.readouterr().err
    assert run("purge", recipe, "--on", "soon") == 2
    assert "must be a day, as 2027-03-31" in capsys.readouterr().err
    monkeypatch.setattr(keeping, "now", lambda: dt.datetime.combine(LAST, NOON))
    assert run("purge", recipe, "--on", AFTER) == 0
    assert run("purge", recipe, "--on", AFTER, "--yes") == 2
    assert "2027-04-01 is to come" in capsys.readouterr().err
    monkeypatch.setattr(keeping, "now", lambda: dt.datetime.combine(AFTER, NOON))
    secure = recipe.parent / "out" / "secure"
    (secure / "journal.jsonl").write_bytes(b"half")
    assert run("purge", recipe, "--yes") == 3
    assert "csgeo journal mend" in capsys.readouterr().err
    assert (secure / "places.csv").is_file()


def test_the_secure_folder_is_sealed_with_its_tries_and_looked_into(recipe, capsys, monkeypatch):
    home = recipe.parent / "out"
    assert run("seal", recipe) == 3
    assert "make one with `csgeo key new FILE`" in capsys.readouterr().err
    monkeypatch.setenv(SEALING_KEY, str(recipe.parents[1] / "keys" / "sealing.key"))
    assert run("seal", recipe) == 0
    assert "Sealed: 2 files" in capsys.readouterr().out
    assert sorted(p.name for p in home.rglob("places*")) == ["places.csv.sealed"] * 2
    look = recipe.parents[1] / "look"
    assert run("unseal", recipe, "--to", look, "--why", "to check a place") == 0
    assert (look / "places.csv").read_text(encoding="ascii") == "exact"
    did = [(d, why) for d, _, why in written(recipe)]
    assert did == [
        ("changed a key", ""), ("changed a key", ""), ("looked at detail", "to check a place"),
    ]  # fmt: skip
    assert run("unseal", recipe, "--to", look / "b", "--why", " ") == 2
    assert "missing: why" in capsys.readouterr().err
    assert not (look / "b").exists()
