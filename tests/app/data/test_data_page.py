"""Does a file come from an analyst's disk into a release, and does nobody else get that page?"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import threading
import time
import tomllib
from typing import TYPE_CHECKING

import pytest
from access import here
from streamlit.testing.v1 import AppTest

from csgeo.errors import StoreError
from csgeo.loading import stamp
from csgeo.store.releases import open_release
from tests.app.conftest import APP
from tests.app.data.test_first_look import CANARIES, csv, records
from tests.app.test_screens import said

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """
import sys
from pathlib import Path
sys.path.insert(0, {app!r})
from screens import data
data.show(Path({recipe!r}))
"""


@pytest.fixture
def project(small_project, tmp_path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(small_project, folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def forget_modules():
    yield
    for name in [n for n in sys.modules if n.split(".")[0] in {"components", "screens"}]:
        del sys.modules[name]


@pytest.fixture
def noted(monkeypatch):
    """Collect what is written down."""
    entries = []
    monkeypatch.setattr(
        here,
        "note",
        lambda action, what, *, purpose="", recipient="": entries.append((action, what, purpose)),
    )
    return entries


def page(project: Path) -> AppTest:
    script = PAGE.format(app=str(APP), recipe=str(project / "my.toml"))
    return AppTest.from_string(script, default_timeout=120).run()


def everything(test: AppTest) -> str:
    """All that the page holds: its HTML, and every field with its choices."""
    parts = [said(test)]
    for kind in ("selectbox", "radio", "text_input", "button", "date_input"):
        parts += [str(one.proto) for one in test.get(kind)]
    return " ".join(parts)


def hand_over(test: AppTest, name: str, content: bytes | str) -> AppTest:
    box = test.get("file_uploader")[0]
    box.upload(name, content.encode() if isinstance(content, str) else content)
    return test.run()


def finish(test: AppTest, seconds: int = 120) -> AppTest:
    until = time.monotonic() + seconds
    while any(b.key == "run-stop" for b in test.button):
        assert time.monotonic() < until, "the run did not end"
        time.sleep(0.4)
        test.run()
    return test


def field(test: AppTest, kind: str, label: str):
    return next(w for w in test.get(kind) if w.label == label)


@pytest.mark.parametrize("role", ["viewer", "planner", "admin"])
def test_nobody_but_an_analyst_gets_the_page(project, as_role, role):
    as_role(role)
    test = page(project)
    assert "This is not open to you" in said(test)
    assert not test.get("file_uploader")
    assert not test.button
    assert "incidents.csv" not in everything(test)


def test_a_file_is_checked_put_into_the_recipe_and_run(project, noted):
    before = (project / "my.toml").read_text(encoding="utf-8")
    old = (project / "out" / "release" / "manifest.json").read_bytes()
    table = records(
        120,
        Surname="Quagmire",
        Story="Zebedee lives at Xylophone Terrace with his aunt and two small dogs now",
        person_key=[f"zq-canary-p{i % 60}" for i in range(120)],
    )
    test = hand_over(page(project), "Zebedee Quagmire incidents.csv", csv(table))
    assert not test.exception
    assert "120 of 120 rows can be used" in said(test)
    assert "Surname" in said(test)
    assert (project / "incidents-no2.csv").read_text("utf-8") == csv(table)
    field(test, "text_input", "What it is used for").input("to find places of harm")
    field(test, "date_input", "May be kept until").set_value(dt.date(2031, 3, 31))
    test.button(key="data-add").click().run()
    assert not test.exception
    assert "incidents-no2.csv is in the recipe now" in said(test)
    assert "my-before-" in said(test)
    read = tomllib.loads((project / "my.toml").read_text(encoding="utf-8"))
    assert [i["file"] for i in read["incidents"]] == ["incidents.csv", "incidents-no2.csv"]
    assert read["incidents"][1]["governance"] == {
        "purpose": "to find places of harm", "retention_until": dt.date(2031, 3, 31),
    }  # fmt: skip
    assert (project / "my.toml").read_text("utf-8").startswith(before.rstrip())

    finish(test.button(key="data-run").click().run())
    assert not test.exception
    assert "The release is made." in said(test)
    assert (project / "out" / "release" / "manifest.json").read_bytes() != old
    release = open_release(project / "out" / "release")
    assert len(release.provenance["inputs"]) >= 3
    assert [c for c in CANARIES if c in everything(test)] == []
    assert [a for a, _, _ in noted] == ["load", "look", "load", "run"]
    assert noted[2][2] == "to find places of harm"
    assert not [p for p in (project / "out").iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("Zebedee.exe", b"MZ", "must end in one of .csv"),
        ("Zebedee.shp", b"x", "must end in one of .csv"),
    ],
)
def test_a_wrong_kind_of_file_is_said_and_not_kept(project, name, content, says):
    before = sorted(p.name for p in project.iterdir())
    test = hand_over(page(project), name, content)
    assert not test.exception
    assert says in said(test)
    assert "Zebedee" not in everything(test)
    assert sorted(p.name for p in project.iterdir()) == before


def test_a_file_that_cannot_be_used_is_said_and_can_be_erased_again(project, noted):
    test = hand_over(page(project), "records.csv", "name,note\nZebedee Quagmire,zq-canary\n")
    assert "This file cannot be used yet" in said(test)
    assert "no column that csgeo knows for the kind of harm" in said(test)
    assert not [b for b in test.button if b.key == "data-add"]
    assert (project / "records.csv").is_file()
    test.button(key="data-erase").click().run()
    assert not test.exception
    assert not (project / "records.csv").exists()
    assert "The file is erased." in said(test)
    assert noted[-1][0] == "purge"


def test_how_it_is_read_can_be_changed_and_is_checked_again(project):
    table = records().rename(columns={"harm_type": "What happened"})
    test = hand_over(page(project), "records.csv", csv(table))
    assert "This file cannot be used yet" in said(test)
    field(test, "selectbox", "Kind of harm").set_value("What happened")
    test.button(key="data-again").click().run()
    assert "60 of 60 rows can be used" in said(test)
    field(test, "text_input", "What it is used for").input("to find places")
    test.button(key="data-add").click().run()
    read = tomllib.loads((project / "my.toml").read_text(encoding="utf-8"))
    assert read["incidents"][1]["columns"] == {"harm": "What happened"}


def test_it_takes_the_place_of_an_older_file_and_must_say_what_it_is_for(project):
    test = hand_over(page(project), "records.csv", csv(records()))
    field(test, "radio", "Put it into the recipe").set_value(1)
    test.button(key="data-add").click().run()
    assert "What the file is used for must be said" in said(test)
    field(test, "text_input", "What it is used for").input("to find places")
    test.button(key="data-add").click().run()
    read = tomllib.loads((project / "my.toml").read_text(encoding="utf-8"))
    assert [i["file"] for i in read["incidents"]] == ["records.csv"]


def test_a_recipe_that_somebody_edits_meanwhile_is_neither_changed_nor_run(project):
    from components import run_running

    test = hand_over(page(project), "records.csv", csv(records()))
    field(test, "text_input", "What it is used for").input("to find places")
    edited = (project / "my.toml").read_text(encoding="utf-8") + "# mine\n"
    seen = stamp(project / "my.toml")
    (project / "my.toml").write_text(edited, encoding="utf-8")
    run = run_running.start(project / "my.toml", seen=seen, who="AB")
    assert run.ended.wait(60)
    assert "it was changed meanwhile" in run.refused
    assert (project / "my.toml").read_text(encoding="utf-8") == edited


def test_where_it_cannot_be_written_down_nothing_is_done(project, monkeypatch):
    def full(*_args, **_more):
        raise StoreError("The journal could not be written. Nothing was done.")

    monkeypatch.setattr(here, "note", full)
    before = sorted(p.name for p in project.iterdir())
    test = hand_over(page(project), "records.csv", csv(records()))
    assert "The journal could not be written." in said(test)
    assert sorted(p.name for p in project.iterdir()) == before
    manifest = (project / "out" / "release" / "manifest.json").stat().st_mtime_ns
    test.button(key="data-run").click().run()
    assert "The journal could not be written." in said(test)
    assert (project / "out" / "release" / "manifest.json").stat().st_mtime_ns == manifest


def test_two_at_once_are_told_of_each_other(project, monkeypatch):
    test = page(project)
    from components import run_running

    other = run_running.Running("Bea Baker", dt.datetime(2026, 11, 24, 10, 32).astimezone())
    monkeypatch.setattr(run_running, "_now", other)
    with pytest.raises(
        StoreError, match="Bea Baker started one at 10:32. Wait for its end, or stop it"
    ):
        run_running.start(project / "my.toml", seen="", who="AB")
    test.run()
    assert test.button(key="data-run").disabled
    assert "Started by Bea Baker at 10:32" in said(test)
    other.ended.set()


def test_a_run_that_is_killed_is_said_and_leaves_no_half(project):
    from components import run_running

    seen = stamp(project / "my.toml")
    before = (project / "out" / "release" / "manifest.json").read_bytes()
    run = run_running.start(project / "my.toml", seen=seen, who="AB")
    (project / "out" / ".release-half").mkdir()
    run_running.load_asking.end_all(run_running._process)
    assert run.ended.wait(30)
    assert run.refused.startswith("The run ended before it was done")
    assert not (project / "out" / ".release-half").exists()
    assert (project / "out" / "release" / "manifest.json").read_bytes() == before
    again = run_running.start(project / "my.toml", seen=seen, who="AB")
    run_running.stop()
    assert again.ended.wait(30)
    assert again.stopped
    assert again.refused == ""


def test_a_process_that_breaks_or_lingers_is_said_and_nothing_is_left(
    project, monkeypatch, tmp_path
):
    page(project)
    from components import load_asking

    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr(load_asking.tempfile, "tempdir", str(private))
    for code, seconds, says in (
        ("raise SystemExit('Zebedee')", 30, "ended before it was done"),
        (
            "import time, tempfile; tempfile.mkdtemp(); time.sleep(60)",
            1.5,
            "took longer than 2 seconds",
        ),
    ):
        script = tmp_path / "broken.py"
        script.write_text(code, encoding="utf-8")
        with pytest.raises(StoreError, match=says) as refused:
            load_asking.ask(str(script), {}, seconds=seconds)
        assert "Zebedee" not in str(refused.value)
        assert list(private.iterdir()) == []


def test_the_upload_does_not_stay_in_the_servers_memory(project, monkeypatch):
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

    removed, lock = [], threading.Lock()
    real = MemoryUploadedFileManager.remove_file

    def remove(self, session_id, file_id):
        with lock:
            removed.append(file_id)
        real(self, session_id, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", remove)
    test = hand_over(page(project), "records.csv", csv(records()))
    assert len(removed) == 1
    assert test.session_state["data-upload-1"] is None
    assert "data-upload-0" not in test.session_state


def test_a_file_of_the_recipe_is_looked_at_and_another_way_of_reading_it_is_written(project, noted):
    test = page(project)
    test.button(key="load-look").click().run()
    assert not test.exception
    assert "rows can be used" in said(test)
    assert not [b for b in test.button if b.key in {"data-add", "data-erase", "data-rewrite"}]
    field(test, "selectbox", "Kind of harm of all rows").set_value("CCE")
    field(test, "selectbox", "Kind of harm").set_value("(none)")
    test.button(key="data-again").click().run()
    assert "The recipe still reads this file as it did before." in said(test)
    test.button(key="data-rewrite").click().run()
    assert not test.exception
    read = tomllib.loads((project / "my.toml").read_text(encoding="utf-8"))
    assert read["incidents"] == [{"file": "incidents.csv", "harm": "CCE", "columns": {"harm": ""}}]
    assert (project / "incidents.csv").is_file()


def test_what_the_pages_write_down_is_taken_by_a_real_journal(tmp_path, as_role):
    from access import written_down

    from csgeo.store.journal import journal_at, new_key_file, verify_journal

    as_role("analyst")
    (tmp_path / "keys").mkdir(mode=0o700)
    new_key_file(tmp_path / "keys" / "journal.key")
    (tmp_path / "secure").mkdir()
    journal = journal_at(
        tmp_path / "secure", key=str(tmp_path / "keys" / "journal.key"), anchor=None
    )
    written_down.keep_in(journal)
    try:
        here.note("load", "a file of records was handed over", purpose="to see whether it is fit")
        here.note("look", "what would be used of a file of records", purpose="to check it")
        here.note("load", "a file of records was put into the recipe", purpose="to find places")
        here.note("run", "the recipe was run", purpose="to make the release")
        here.note("review", "place P125mE560000N56750: leave out, hospital", purpose="to check")
        here.note("purge", "a file of records that was handed over")
    finally:
        written_down.keep_in(None)
    assert verify_journal(journal).whole
    assert verify_journal(journal).anchor.entries == 6
    text = journal.path.read_text("ascii")
    for did in ("loaded", "looked at detail", "ran", "reviewed", "erased"):
        assert f'"did":"{did}"' in text
