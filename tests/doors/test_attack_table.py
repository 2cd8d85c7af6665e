"""Does the table of attacks say what was reached, and does one that cannot be run count as lost?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.attacks import table
from benchmarks.attacks.rows import Row

GOOD = Row("a lock", "opened", "0", "0 of 9", met=True)
BAD = Row("a | door", "opened", "0", "1 of\n9", met=False)
ROOT = Path(__file__).resolve().parents[2]


def test_each_group_that_is_run_can_say_its_rows():
    for name in table.GROUPS:
        file = ROOT / "benchmarks" / "attacks" / f"{name}.py"
        assert "def rows(" in file.read_text(encoding="utf-8"), name
    assert {"release", "scripts", "hostile_files", "roles", "planted"} <= set(table.GROUPS)


def test_the_table_says_what_was_reached():
    assert table.as_table([GOOD, BAD]).splitlines() == [
        "| attack | today's tools | asked | reached | met |",
        "|---|---|---|---|---|",
        "| a lock | opened | 0 | 0 of 9 | yes |",
        "| a \\| door | opened | 0 | 1 of 9 | **NO** |",
    ]


def test_an_attack_that_cannot_be_run_has_not_been_withstood(capsys):
    rows, seconds = table.group("no_such_attack")
    assert [row.met for row in rows] == [False]
    assert "could not be run" in rows[0].attack
    assert seconds >= 0
    assert "ModuleNotFoundError" in capsys.readouterr().err


def _main(monkeypatch, rows, *arguments):
    monkeypatch.setattr(table, "run", lambda names: rows)
    monkeypatch.setattr(sys, "argv", ["table.py", *arguments])
    return table.main()


def test_it_ends_with_1_if_one_was_not_met(monkeypatch, capsys):
    assert _main(monkeypatch, [GOOD]) == 0
    assert _main(monkeypatch, [GOOD, BAD]) == 1
    said = capsys.readouterr()
    assert "1 of 2 not met: a | door" in said.err
    assert "1 of 9" in said.out


def test_the_table_is_put_between_its_marks(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", encoding="utf-8")
    for rows in ([BAD], [GOOD], [GOOD]):  # what was not met is written down too
        _main(monkeypatch, rows, "--write", str(page))
        text = page.read_text(encoding="utf-8")
        assert table.as_table(rows) in text
        assert text.startswith(f"before\n{table.BEGIN}\n\n| attack")
        assert text.endswith(f"yes |\n\n{table.END}\nafter\n" if rows == [GOOD] else "after\n")
        assert "old" not in text


def test_one_group_alone_is_never_written_down(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"{table.BEGIN}\nold\n{table.END}\n", encoding="utf-8")
    _main(monkeypatch, [GOOD], "--only", "roles", "--write", str(page))
    assert "old" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["", table.BEGIN, f"{table.BEGIN}{table.END}{table.BEGIN}"])
def test_a_page_without_the_marks_is_refused(monkeypatch, tmp_path, text):
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit, match="must hold the lines"):
        _main(monkeypatch, [GOOD], "--write", str(page))
    assert page.read_text(encoding="utf-8") == text


def test_the_page_for_officers_has_the_marks():
    text = (ROOT / "docs" / "protection.md").read_text(encoding="utf-8")
    assert text.count(table.BEGIN) == text.count(table.END) == 1
