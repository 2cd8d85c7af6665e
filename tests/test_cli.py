"""Does the command line do what its words say, with the exit codes that it promises?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from csgeo import showing
from csgeo.cli import main


def csgeo(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "csgeo.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_run_says_the_places_on_stdout_and_its_progress_on_stderr(county_folder, tmp_path):
    ran = csgeo("run", county_folder / "csgeo.toml", "--out", tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "places hold" in ran.stdout
    assert "  1  Around " in ran.stdout
    assert "Reading" in ran.stderr or "Done" in ran.stderr
    assert (tmp_path / "share" / "map.html").is_file()
    assert (tmp_path / "release" / "manifest.json").is_file()
    assert "expected" in (tmp_path / "secure" / "places.csv").read_text(encoding="utf-8-sig")
    assert (tmp_path / "secure" / "places_set_aside.csv").is_file()
    assert "rows used" in (tmp_path / "secure" / "read_report.txt").read_text(encoding="utf-8")


def test_run_answers_other_programs_in_json_and_keeps_quiet(county_folder, tmp_path):
    ran = csgeo("run", county_folder / "csgeo.toml", "--out", tmp_path, "--json", "--quiet")
    assert ran.returncode == 0
    assert ran.stderr == ""
    answer = json.loads(ran.stdout)
    assert [p["rank"] for p in answer["places"]] == list(range(1, len(answer["places"]) + 1))
    assert all(p["about"] % 5 == 0 for p in answer["places"])


def test_check_says_what_a_file_holds(county_folder):
    ran = csgeo("check", county_folder / "incidents.csv")
    assert ran.returncode == 0
    assert "rows used" in ran.stdout
    report = json.loads(csgeo("check", county_folder / "incidents.csv", "--json").stdout)
    assert report["rows_in"] == report["rows_used"] + sum(s["rows"] for s in report["set_aside"])


def test_check_looks_at_other_files_too(county_folder):
    ran = csgeo("check", county_folder / "areas.gpkg", "--as", "areas", "--layer", "wards")
    assert ran.returncode == 0, ran.stderr
    assert "25 of 25 rows used as areas" in ran.stdout


def test_a_file_that_fails_its_checks_ends_with_3_and_words(tmp_path):
    file = tmp_path / "notes.csv"
    file.write_text("id,notes\n1,hello\n", encoding="utf-8")
    ran = csgeo("check", file)
    assert ran.returncode == 3
    assert ran.stderr.startswith("csgeo: notes.csv has no column")
    assert "Traceback" not in ran.stderr


def test_a_recipe_that_cannot_be_meant_ends_with_2(tmp_path):
    recipe = tmp_path / "csgeo.toml"
    recipe.write_text('titel = "x"\n', encoding="utf-8")
    ran = csgeo("run", recipe)
    assert ran.returncode == 2
    assert "Did you mean `title`?" in ran.stderr


def test_an_unknown_command_ends_with_2():
    assert csgeo("dance").returncode == 2


def test_nothing_to_report_ends_with_4(county_folder, tmp_path):
    text = (county_folder / "csgeo.toml").read_text(encoding="utf-8")
    recipe = county_folder / "empty.toml"
    recipe.write_text(
        text.replace("2023-01-01", "1999-01-01").replace("2025-12-31", "1999-12-31"),
        encoding="utf-8",
    )
    ran = csgeo("run", recipe, "--out", tmp_path, "--quiet")
    assert ran.returncode == 4
    assert "No record with a place is left" in ran.stderr


def test_init_writes_a_recipe_that_can_be_read_and_never_writes_over_one(tmp_path, capsys):
    from csgeo.recipe import load_recipe

    with pytest.raises(SystemExit) as ended:
        main(["init", str(tmp_path)])
    assert ended.value.code == 0
    assert load_recipe(tmp_path / "csgeo.toml").title == "Our partnership"
    with pytest.raises(SystemExit) as ended:
        main(["init", str(tmp_path)])
    assert ended.value.code == 2
    assert "is left as it is" in capsys.readouterr().err


def test_the_version_says_when_results_last_changed():
    ran = csgeo("--version")
    assert ran.stdout.startswith("csgeo 0.")
    assert "results last changed" in ran.stdout


def test_the_dashboard_refuses_a_folder_that_is_no_release(tmp_path):
    ran = csgeo("app", tmp_path)
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr


def test_the_dashboard_asks_for_a_release_or_for_a_recipe(tmp_path):
    nothing = csgeo("app")
    assert nothing.returncode == 2
    assert "needs a release to show" in nothing.stderr
    missing = csgeo("app", "--recipe", tmp_path / "none.toml")
    assert missing.returncode == 2
    assert "There is no recipe" in missing.stderr


def test_with_a_recipe_the_first_release_can_be_made_in_the_dashboard(tmp_path, monkeypatch):
    recipe = tmp_path / "csgeo.toml"
    recipe.write_text(
        'title = "x"\n[area]\nfile = "a.gpkg"\n[[incidents]]\nfile = "i.csv"\n', encoding="utf-8"
    )
    served = []
    monkeypatch.setattr(showing, "_serve", lambda: lambda *a, **more: served.append((a, more)))
    showing.dashboard(None, recipe)
    (((folder,), more),) = served
    assert folder == tmp_path / "out" / "release"
    assert more["recipe"] == recipe


def test_a_crash_leaves_no_memory_with_records_behind():
    code = (
        "import resource as r, sys\n"
        "hard = r.getrlimit(r.RLIMIT_CORE)[1]\n"
        "r.setrlimit(r.RLIMIT_CORE, (hard, hard))\n"
        "from csgeo import cli\n"
        "try:\n    cli.main(['--version'])\n"
        "finally:\n    print(r.getrlimit(r.RLIMIT_CORE)[0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "0"
