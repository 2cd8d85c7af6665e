"""Can people read what was done, and are they told when the journal is not as it was written?"""

from __future__ import annotations

import datetime as dt
import json

import pytest

from csgeo import noting
from csgeo.cli import main
from csgeo.errors import RecipeError, StoreError
from csgeo.store.journal import journal_entries

DAYS = {
    "AB": dt.datetime(2026, 3, 30, 9, tzinfo=dt.UTC),
    "CD": dt.datetime(2026, 3, 31, 23, 59, tzinfo=dt.UTC),
    "EF": dt.datetime(2026, 4, 1, tzinfo=dt.UTC),
}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give a journal of a machine, with three entries of three people on three days."""
    (tmp_path / "keys").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CSGEO_JOURNAL_KEY", str(tmp_path / "keys" / "key"))
    monkeypatch.setenv("CSGEO_JOURNAL_ANCHOR", str(tmp_path / "keys" / "anchor"))
    monkeypatch.setenv("CSGEO_JOURNAL", str(tmp_path / "log" / "journal.jsonl"))
    assert run("journal", "key", tmp_path / "keys" / "key") == 0
    for (who, at), did in zip(DAYS.items(), ("load", "look", "export"), strict=True):
        monkeypatch.setattr(noting, "now", lambda at=at: at)
        why = "" if did == "load" else "the panel meets"
        assert noting.note(
            None, did, "the map", who=who, why=why, for_whom="the panel" if did == "export" else ""
        )
    return tmp_path


def shown(capsys, *arguments: object) -> list[str]:
    capsys.readouterr()
    assert run("journal", "show", *arguments) == 0
    return capsys.readouterr().out.splitlines()


def test_it_is_shown_who_did_what_when_why_and_for_whom(machine, capsys):
    assert shown(capsys) == [
        "     1  2026-03-30 09:00  loaded            AB: the map",
        "     2  2026-03-31 23:59  looked at detail  CD: the map; why: the panel meets",
        "     3  2026-04-01 00:00  exported          EF: the map; why: the panel meets; for the panel",
    ]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (("--since", "2026-03-31"), [2, 3]),
        (("--since", "2026-04-02"), []),
        (("--who", "ab"), [1]),
        (("--who", "a"), []),
        (("--action", "look"), [2]),
        (("--action", "looked at detail"), [2]),
        (("--since", "2026-03-31", "--action", "export", "--who", "EF"), [3]),
    ],
)
def test_what_is_asked_for_is_shown_and_nothing_else(machine, capsys, asked, numbers):
    assert [int(line.split()[0]) for line in shown(capsys, *asked)] == numbers
    told = json.loads("\n".join(shown(capsys, "--json", *asked)))
    assert [one["number"] for one in told] == numbers


def test_what_cannot_be_asked_is_said(machine, capsys):
    assert run("journal", "show", "--since", "last week") == 2
    assert "must be a day, as 2026-03-31" in capsys.readouterr().err
    assert run("journal", "show", "--action", "steal") == 2
    assert "`--action` must be one of load, run, try, look" in capsys.readouterr().err


def test_a_journal_that_was_changed_is_shown_as_far_as_it_holds_and_ends_with_3(machine, capsys):
    path = machine / "log" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"who":"CD"', b'"who":"XX"'))
    capsys.readouterr()
    assert run("journal", "show") == 3
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    assert "XX" not in said.out
    assert "line 2: it was changed after it was written" in said.err


def test_an_anchor_that_is_gone_is_begun_again_only_when_asked(machine, capsys):
    (machine / "keys" / "anchor").unlink()
    assert run("journal", "verify") == 3
    assert "csgeo journal anchor" in capsys.readouterr().err
    assert run("journal", "anchor", "--who", "AB") == 0
    assert capsys.readouterr().out.startswith("csgeo-journal 4 ")
    assert run("journal", "verify") == 0
    assert run("journal", "anchor", "--who", "AB") == 3


def test_without_a_journal_nothing_is_written_and_it_is_said_so(machine, monkeypatch, capsys):
    monkeypatch.delenv("CSGEO_JOURNAL")
    assert noting.note(None, "load", "the map") is False
    with pytest.raises(StoreError, match="must hold the 3 entries"):
        noting.note(machine / "secure", "load", "the map")  # the anchor is of another journal
    monkeypatch.delenv("CSGEO_JOURNAL_ANCHOR")
    assert noting.note(machine / "secure", "load", "the map", who="AB") is True
    monkeypatch.delenv("CSGEO_JOURNAL_KEY")
    assert noting.note(machine / "secure", "load", "the map") is False
    monkeypatch.setenv("CSGEO_JOURNAL", str(machine / "log" / "journal.jsonl"))
    assert run("journal", "show") == 2
    assert "The journal needs its key" in capsys.readouterr().err


def test_an_entry_that_cannot_be_written_raises_and_names_who_is_logged_in(machine, monkeypatch):
    monkeypatch.setenv("CSGEO_USER", "the analyst on duty")
    assert noting.who_asks() == "the analyst on duty"
    monkeypatch.setenv("CSGEO_USER", "")
    assert noting.who_asks()
    with pytest.raises(RecipeError, match="missing: why"):
        noting.note(None, "look", "the map")
    (machine / "log" / "journal.jsonl").write_bytes(b"")
    with pytest.raises(StoreError, match="must hold the 3 entries"):
        noting.note(None, "load", "the map")


def test_now_has_its_zone():
    assert noting.now().tzinfo is dt.UTC


def test_a_run_is_written_before_a_file_is_read_without_a_name_of_a_person(machine):
    from csgeo.recipe import load_recipe

    (machine / "csgeo.toml").write_text(
        'title = "A study"\n[area]\nfile = "area.gpkg"\n'
        '[[incidents]]\nfile = "data/Anna Smith incidents 2024.csv"\n'
        '[[incidents]]\nfile = "police"\nformat = "police"\n',
        encoding="utf-8",
    )
    recipe = load_recipe(machine / "csgeo.toml")
    assert noting.note_run(recipe, machine / "secure")
    assert noting.note_run(recipe, machine / "secure", trial=True)
    last = [(e["did"], e["what"]) for e in journal_entries(noting.journal_of(None))][3:]
    loaded = ("loaded", "the recipe's files: incidents-2024.csv, a file or folder")
    assert last == [
        loaded, ("ran", "the recipe's records, joined and counted"),
        loaded, ("tried", "the recipe's records, joined and counted for a try of other choices"),
    ]  # fmt: skip


def test_a_run_of_a_file_past_its_last_day_or_without_its_entry_is_refused(machine, capsys):
    recipe = machine / "csgeo.toml"
    text = 'title = "A study"\n[area]\nfile = "area.gpkg"\n[[incidents]]\nfile = "a.csv"\n'
    late = "[incidents.governance]\nretention_until = 2020-01-01\n"
    recipe.write_text(text + late, encoding="utf-8")
    for asked in ("run", "compare"):
        assert run(asked, recipe) == 2
        assert "1 of 2 are past it" in capsys.readouterr().err
    recipe.write_text(text, encoding="utf-8")
    journal = machine / "log" / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-1])
    for asked in ("run", "compare", "check"):
        assert run(asked, recipe) == 3
        assert "csgeo journal mend" in capsys.readouterr().err
    journal.write_bytes(whole)
    assert run("run", recipe) == 3  # there is no such file: what was tried is written all the same
    assert run("compare", recipe) == 3
    assert run("check", machine / "none.csv") == 3
    assert [e["did"] for e in journal_entries(noting.journal_of(None))][3:] == [
        "loaded", "ran", "loaded", "tried", "looked at detail", "loaded",
    ]  # fmt: skip


def test_a_key_that_is_made_turned_or_forgotten_is_written_down_first(machine, capsys):
    file = machine / "keys" / "people.key"
    assert run("key", "new", file) == 0
    old = capsys.readouterr().out.split("(key ")[1][:8]
    assert run("key", "rotate", file) == 0
    assert run("key", "retire", file, old) == 0
    said = [(e["did"], e["what"]) for e in journal_entries(noting.journal_of(None))][3:]
    assert said == [
        ("changed a key", "a key is to be made"),
        ("changed a key", "a key is to be put in the place of an old one"),
        ("changed a key", "an old key is to be forgotten"),
    ]
    (machine / "log" / "journal.jsonl").write_bytes(b"half")
    assert run("key", "new", machine / "keys" / "other.key") == 3
    assert not (machine / "keys" / "other.key").exists()
