"""Is any secret that stands in the records ever seen outside the secure folder?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.canaries import found_in, found_in_file
from tests.doors.planted import TEXTS
from tests.doors.using import TERMINAL, use
from tests.doors.walk import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
#: What the analysts' own tools may write records into.
OWN = {"incidents.csv", "keys", "secure", "casework.toml"}


@pytest.fixture(scope="module")
def used(tmp_path_factory, browser):
    return use(tmp_path_factory.mktemp("canaries"), browser)


def test_every_page_was_seen(used):
    visited = used.visited
    assert {"Places", "Method"} <= set(visited["viewer"]) <= set(visited["analyst"])


def test_nothing_that_a_browser_was_sent_holds_a_secret(used):
    planted, known, seen = used.planted, used.known, used.seen
    own = {"a column's name"}  # which the analyst who loads a file is asked about
    shown = [
        (where, found)
        for where, content in seen.parts
        if where != TERMINAL
        if (found := found_in(content, (*known, *planted.on_the_way)) - own)
    ]
    assert shown == []
    kinds = {where.split()[0] for where, _ in seen.parts}
    assert {"page", "frame", "answer", "headers"} <= kinds


def test_nothing_that_was_said_holds_a_secret(used):
    planted, known, seen, said = used.planted, used.known, used.seen, used.said
    assert [found_in(c, known) for w, c in seen.parts if w.startswith("the terminal")] == [set()]
    for log in said:
        assert found_in_file(log, (*known, *planted.on_the_way)) == set(), log.read_text()[-2000:]


def test_no_file_outside_the_secure_folder_holds_a_secret(used):
    folder, planted, known = used.folder, used.planted, used.known
    caught = {
        str(path.relative_to(folder)): found
        for path in folder.rglob("*")
        if path.is_file() and not OWN & set(path.relative_to(folder).parts)
        if (found := found_in_file(path, _that_may_not_stand_in(path, planted, known)))
    }
    assert caught == {}


def _that_may_not_stand_in(path, planted, known):
    """The analysts' folder may be named in their own recipes; in what leaves nothing of it may be."""
    leaves = {"release", "share"} & set(path.parts)
    return (*known, *planted.on_the_way) if leaves else known


def test_the_secure_folder_does_hold_them(used):
    # or the search would have found nothing because nothing was ever there
    planted, known = used.planted, used.known
    inside = set()
    for path in (planted.home / "out").rglob("*"):
        if path.is_file() and "secure" in path.parts:
            inside |= found_in_file(path, known)
    assert "the key of rounding" in inside
    assert "a bad value" in inside


def test_the_memory_of_a_server_holds_no_record(used):
    memory = used.memory
    # the server must know its own secret; the bytes of a file that an analyst hands over go through
    # it unread, so their text may still lie there: what was read of them, as numbers, may not
    told = {"a secret of the server"}
    assert memory["the viewers' server"] - told == set()
    assert memory["the analyst's server"] - told <= set(TEXTS)


def test_nothing_is_left_where_programs_leave_things(used):
    planted, known = used.planted, used.known
    began = planted.recipe.stat().st_mtime - 120
    places = [
        Path("/dev/shm"),
        *ROOT.glob("csgeo/**/__pycache__"),
        *ROOT.glob("app/**/__pycache__"),
    ]
    for place in places:
        for path in place.glob("*") if place.is_dir() else ():
            if path.is_file() and path.stat().st_mtime > began:
                assert found_in_file(path, known) == set(), path
