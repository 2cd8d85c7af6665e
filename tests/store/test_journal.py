"""Does an entry reach the disk, or nothing leave?"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest

from csgeo.disclosure.journal import Entry, anchor_from
from csgeo.disclosure.pseudonyms import Keys
from csgeo.errors import RecipeError, StoreError
from csgeo.store import journal as kept
from csgeo.store import turns
from csgeo.store.journal import Journal, recorder, verify_journal, write_entry
from csgeo.store.mending import mend_journal

SECRET = bytes((i * 73 + i * i * 11 + 5) % 256 for i in range(32))
AT = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
ENTRY = Entry("exported", "the map", "an analyst", AT, "the panel meets", "the panel")

WRITER = f"""
import datetime as dt, sys
from pathlib import Path
from csgeo.disclosure.journal import Entry
from csgeo.disclosure.pseudonyms import Keys
from csgeo.store.journal import Journal, write_entry
journal = Journal(Path(sys.argv[1]), Keys({SECRET!r}), Path(sys.argv[2]))
entry = Entry("exported", "the map", sys.argv[4], dt.datetime(2025, 3, 1, tzinfo=dt.UTC), "why", "whom")
for _ in range(int(sys.argv[3])):
    write_entry(journal, entry)
    print("written", flush=True)
"""


@pytest.fixture
def journal(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    return Journal(tmp_path / "secure" / "journal.jsonl", Keys(SECRET), elsewhere / "anchor")


def writer(journal: Journal, times: int, who: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(journal.path), str(journal.anchor), str(times), who],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_entries_follow_each_other_and_the_anchor_follows_them(journal):
    for number in range(1, 4):
        anchor = write_entry(journal, ENTRY)
        assert anchor.entries == number
        assert anchor_from(journal.anchor.read_text(encoding="ascii")) == anchor
    assert verify_journal(journal).whole
    assert journal.path.stat().st_mode & 0o077 == 0


def test_truncation_at_each_line_is_found_and_nothing_more_is_written(journal):
    for _ in range(3):
        write_entry(journal, ENTRY)
    lines = journal.path.read_bytes().splitlines(keepends=True)
    for n in range(3):
        journal.path.write_bytes(b"".join(lines[:n]))
        assert not verify_journal(journal).whole
        with pytest.raises(StoreError, match="must hold the 3 entries that its anchor knows"):
            write_entry(journal, ENTRY)
    journal.path.unlink()
    with pytest.raises(StoreError, match="There is no journal"):
        verify_journal(journal)


def test_an_end_that_was_rewritten_with_the_key_is_not_written_after(journal):
    write_entry(journal, ENTRY)
    journal.path.unlink()
    alone = Journal(journal.path, journal.keys)
    write_entry(alone, ENTRY._replace(what="another map"))
    with pytest.raises(StoreError, match="or another one"):
        write_entry(journal, ENTRY)


def test_several_processes_take_turns(journal):
    writers = [writer(journal, 25, f"analyst {n}") for n in range(3)]
    assert [w.wait(60) for w in writers] == [0, 0, 0]
    for w in writers:
        w.stdout.close()
    verdict = verify_journal(journal)
    assert verdict.whole
    assert verdict.anchor.entries == 75


def test_a_writer_that_is_killed_leaves_a_journal_that_can_be_verified(journal):
    for _ in range(4):
        process = writer(journal, 100_000, "an analyst")
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        said = 1 + len(process.stdout.readlines())
        process.stdout.close()
        process.wait(30)
        before = journal.path.read_bytes().count(b"\n")
        mend_journal(journal, who="an analyst", at=AT)
        verdict = verify_journal(journal)
        assert verdict.whole, verdict.faults
        assert verdict.anchor.entries >= before >= said


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_write_that_was_cut_short_is_said_and_mended(journal, share):
    write_entry(journal, ENTRY)
    whole = journal.path.read_bytes()
    part = whole[: max(1, int(len(whole) * share))]
    journal.path.write_bytes(whole + part)
    verdict = verify_journal(journal)
    assert (verdict.unfinished, verdict.anchor.entries) == (part, 1)
    assert "not a whole line" in verdict.faults[0]
    with pytest.raises(StoreError, match="Run `csgeo journal mend`"):
        write_entry(journal, ENTRY)
    aside = mend_journal(journal, who="an analyst", at=AT)
    assert aside.read_bytes() == part
    assert verify_journal(journal).whole
    assert b'"did":"mended"' in journal.path.read_bytes().splitlines()[1]
    assert mend_journal(journal, who="an analyst", at=AT) is None


def test_what_is_broken_elsewhere_is_not_mended(journal):
    for _ in range(2):
        write_entry(journal, ENTRY)
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole.replace(b"the map", b"the nap", 1) + b"half")
    with pytest.raises(StoreError, match="must be whole but for its last line; line 1"):
        mend_journal(journal, who="an analyst", at=AT)
    journal.path.write_bytes(whole[:-5])  # the end of an entry that the anchor knows
    with pytest.raises(StoreError, match="missing at the end"):
        mend_journal(journal, who="an analyst", at=AT)
    assert journal.path.read_bytes() == whole[:-5]


@pytest.mark.parametrize("fails", ["write", "short", "fsync"])
def test_a_disk_that_is_full_stops_the_export_and_leaves_the_journal(journal, fails, monkeypatch):
    write_entry(journal, ENTRY)
    before = journal.path.read_bytes()
    real = os.write

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        if fails == "short":
            patch.setattr(kept.os, "write", lambda fd, line: real(fd, line[:40]))
        else:
            patch.setattr(kept.os, fails, full)
        with pytest.raises(StoreError, match="could not be written .* so nothing may leave"):
            write_entry(journal, ENTRY)
    assert journal.path.read_bytes() == before
    assert write_entry(journal, ENTRY).entries == 2


def test_a_journal_that_is_a_folder_or_has_no_place_stops_the_export(tmp_path):
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(StoreError, match="nothing may leave"):
        write_entry(Journal(tmp_path / "journal.jsonl", Keys(SECRET)), ENTRY)
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(StoreError, match="nothing may leave"):
        write_entry(Journal(tmp_path / "file" / "journal.jsonl", Keys(SECRET)), ENTRY)


def test_an_anchor_that_cannot_be_written_stops_the_export(journal):
    lost = Journal(journal.path, journal.keys, journal.anchor.parent / "gone" / "anchor")
    with pytest.raises(StoreError, match="nothing may leave"):
        write_entry(lost, ENTRY)


def test_a_journal_that_another_holds_stops_the_export(journal, monkeypatch):
    monkeypatch.setattr(turns, "_TRIES", 3)
    with (
        turns.alone(journal.path),
        pytest.raises(StoreError, match="held by another process"),
    ):
        write_entry(journal, ENTRY)
    assert write_entry(journal, ENTRY).entries == 1


def test_the_release_door_writes_before_anything_leaves(county_study, journal):
    from csgeo.disclosure.release import make_release

    record = recorder(journal, who="an analyst", at=AT)
    make_release(county_study, purpose="monthly meeting", recipient="the panel", record=record)
    text = journal.path.read_text(encoding="ascii")
    assert '"did":"released"' in text
    assert '"for_whom":"the panel"' in text
    assert verify_journal(journal).whole
    with pytest.raises(RecipeError, match="must not hold an exact small count"):
        make_release(county_study, purpose="about 3 children", recipient="x", record=record)
    journal.path.write_bytes(journal.path.read_bytes()[:-1])
    with pytest.raises(StoreError, match="not whole"):
        make_release(county_study, purpose="again", recipient="the panel", record=record)
