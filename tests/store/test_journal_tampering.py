"""Is any byte, line or end of a journal's file that was changed found, whoever writes and however it stops?"""

from __future__ import annotations

import datetime as dt
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from csgeo.disclosure.entries import Entry
from csgeo.disclosure.pseudonyms import Keys, new_key_file, read_keys
from csgeo.errors import StoreError
from csgeo.store.journal import Journal, journal_at, journal_entries, verify_journal, write_entry
from csgeo.store.mending import begin_anchor, mend_journal

AT = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
DONE = (
    Entry("sign-in", "by the link of one machine", "AB", AT),
    Entry("load", "incidents.csv of the recipe", "AB", AT),
    Entry("look", "the exact places", "AB", AT, "the monthly review"),
    Entry("export", "the map", "AB", AT, "the panel meets", "the panel"),
)
WRITES = """
import datetime as dt, resource, signal, sys
from pathlib import Path
from csgeo.disclosure.entries import Entry
from csgeo.disclosure.pseudonyms import read_keys
from csgeo.errors import StoreError
from csgeo.store.journal import Journal, write_entry
path, key, anchor, times, most, user = sys.argv[1:]
journal = Journal(Path(path), read_keys(Path(key)), Path(anchor))
if int(most):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
if int(user):
    import os
    os.seteuid(int(user))
at = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
for n in range(int(times)):
    try:
        write_entry(journal, Entry("export", "the map", f"writer {user}", at, "the panel meets", "the panel"))
    except StoreError as refused:
        print(n, refused)
        sys.exit(3)
"""


@pytest.fixture
def key(tmp_path) -> Path:
    (tmp_path / "keys").mkdir()
    new_key_file(tmp_path / "keys" / "journal.key")
    return tmp_path / "keys" / "journal.key"


@pytest.fixture
def journal(tmp_path, key) -> Journal:
    made = Journal(tmp_path / "secure" / "journal.jsonl", read_keys(key), tmp_path / "anchor")
    for entry in DONE:
        write_entry(made, entry)
    return made


def writer(journal: Journal, key: Path, *, times: int, most: int = 0, user: int = 0) -> list[str]:
    told = (journal.path, key, journal.anchor, times, most, user)
    return [sys.executable, "-c", WRITES, *map(str, told)]


def test_each_byte_that_is_changed_is_found(journal):
    whole = journal.path.read_bytes()
    missed = []
    for at in range(len(whole)):
        journal.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        if verify_journal(journal).whole:
            missed.append(at)
    assert missed == []
    journal.path.write_bytes(whole)
    assert verify_journal(journal).whole


def test_each_end_that_is_cut_off_is_found_and_nothing_is_written_after_it(journal):
    whole = journal.path.read_bytes()
    for at in range(len(whole)):
        journal.path.write_bytes(whole[:at])
        assert not verify_journal(journal).whole, at
    for at in (0, 1, whole.index(b"\n") + 1, len(whole) - 1):
        journal.path.write_bytes(whole[:at])
        with pytest.raises(StoreError, match="not whole|must hold the 4 entries"):
            write_entry(journal, DONE[0])
        assert journal.path.read_bytes() == whole[:at]


def test_lines_that_are_swapped_taken_out_or_put_in_twice_are_found(journal):
    lines = journal.path.read_bytes().splitlines(keepends=True)
    n = len(lines)
    others = [
        list(order) for order in itertools.permutations(range(n)) if list(order) != [0, 1, 2, 3]
    ]
    others += [[i for i in range(n) if i != gone] for gone in range(n)]
    others += [[*range(at), twice, *range(at, n)] for at in range(n + 1) for twice in range(n)]
    for order in others:
        journal.path.write_bytes(b"".join(lines[i] for i in order))
        assert not verify_journal(journal).whole, order
    assert len(others) == 23 + 4 + 20


def test_each_byte_of_the_anchor_that_is_changed_is_found(journal):
    kept = journal.anchor.read_bytes()
    for at in range(len(kept) - 1):  # its last byte is a line end
        journal.anchor.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
        try:
            assert not verify_journal(journal).whole, at
        except StoreError as refused:
            assert "An anchor must read" in str(refused)  # noqa: PT017  (either is right)


def test_an_anchor_that_is_gone_is_said_and_stops_what_asks(journal):
    journal.anchor.unlink()
    for asks in (lambda: write_entry(journal, DONE[0]), lambda: verify_journal(journal)):
        with pytest.raises(StoreError, match="The anchor anchor is not there"):
            asks()
    first = begin_anchor(journal, who="AB", at=AT)
    assert first.entries == 5
    assert (
        journal_entries(journal)[-1]["what"] == "an anchor begins at entry 4; none was kept before"
    )
    with pytest.raises(StoreError, match="never written over"):
        begin_anchor(journal, who="AB", at=AT)
    journal.anchor.unlink()
    journal.path.write_bytes(journal.path.read_bytes().replace(b"the map", b"the nap"))
    with pytest.raises(StoreError, match="must be whole before its anchor begins; line 4"):
        begin_anchor(journal, who="AB", at=AT)


def test_two_processes_that_write_at_once_leave_a_whole_chain(journal, key):
    both = [subprocess.Popen(writer(journal, key, times=200)) for _ in range(2)]
    assert [one.wait(120) for one in both] == [0, 0]
    verdict = verify_journal(journal)
    assert verdict.whole
    assert verdict.anchor.entries == 404


@pytest.mark.parametrize("more", [1, 200, 900])
def test_a_disk_that_is_full_stops_what_asks_and_leaves_a_whole_journal(journal, key, more):
    most = journal.path.stat().st_size + more
    ran = subprocess.run(
        writer(journal, key, times=9, most=most), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3
    written, _, words = ran.stdout.partition(" ")
    assert "could not be written" in words
    assert "nothing may leave" in words
    verdict = verify_journal(journal)
    assert verdict.whole
    assert verdict.anchor.entries == 4 + int(written)
    assert write_entry(journal, DONE[0]).entries == 5 + int(written)


def test_one_without_the_right_to_write_cannot_go_on(key):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        journal = Journal(Path(folder) / "journal.jsonl", read_keys(key))
        write_entry(journal, DONE[0])
        before = journal.path.read_bytes()
        if os.geteuid() == 0:
            told = Journal(journal.path, journal.keys, Path(folder) / "anchor")
            ran = subprocess.run(
                writer(told, key, times=1, user=65534), capture_output=True, text=True, check=False
            )
            said, code = ran.stdout, ran.returncode
        else:
            journal.path.chmod(0o400)
            with pytest.raises(StoreError) as refused:
                write_entry(journal, DONE[0])
            said, code = str(refused.value), 3
        assert code == 3
        assert "Permission denied" in said
        assert "nothing may leave" in said
        assert journal.path.read_bytes() == before


def test_wherever_a_write_is_cut_short_it_is_said_and_mended(journal):
    whole = journal.path.read_bytes()
    line = whole.splitlines(keepends=True)[-1]
    kept = journal.anchor.read_bytes()
    for length in range(1, len(line), 11):
        journal.path.write_bytes(whole + line[:length])
        journal.anchor.write_bytes(kept)
        with pytest.raises(StoreError, match="Run `csgeo journal mend`"):
            write_entry(journal, DONE[0])
        aside = mend_journal(journal, who="AB", at=AT)
        assert aside.read_bytes() == line[:length]
        assert verify_journal(journal).whole
        assert [e["did"] for e in journal_entries(journal)][-1] == "mended"


def test_a_first_line_that_was_cut_short_can_be_mended(tmp_path, key):
    made = Journal(tmp_path / "new" / "journal.jsonl", read_keys(key), tmp_path / "its-anchor")
    made.path.parent.mkdir()
    made.path.write_bytes(b'{"at":"20')
    assert mend_journal(made, who="AB", at=AT).read_bytes() == b'{"at":"20'
    assert verify_journal(made).anchor.entries == 1


def test_one_journal_can_serve_a_machine_without_a_recipe(tmp_path, key):
    named = journal_at(None, key=str(key), anchor=None, file=str(tmp_path / "log" / "j.jsonl"))
    assert write_entry(named, DONE[0]).entries == 1
    assert named.path == tmp_path / "log" / "j.jsonl"
    assert journal_at(tmp_path / "secure", key=str(key), anchor=None).path.name == "journal.jsonl"
    assert journal_at(None, key=None, anchor=None, file="x") is None
    with pytest.raises(StoreError, match="Set CSGEO_JOURNAL to its file"):
        journal_at(None, key=str(key), anchor=None)
    assert isinstance(named.keys, Keys)
