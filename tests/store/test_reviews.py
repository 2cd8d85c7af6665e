"""Do the reviews survive, and is each one written down?"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from csgeo.disclosure.pseudonyms import Keys
from csgeo.disclosure.review import Decision
from csgeo.errors import RecipeError, StoreError
from csgeo.store.journal import Journal, verify_journal
from csgeo.store.reviews import add_decision, read_decisions, read_places, review_list, undone

SECRET = bytes((i * 73 + i * i * 11 + 5) % 256 for i in range(32))
AT = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
CELLS = ("125mE0N0", "125mE125N0")
KEEP = Decision("P1", CELLS, "keep", "Åsa B", AT)
OUT = Decision("P1", CELLS, "leave out", "AB", AT, "other", 'the "yard"\nof a depot')
NUDGE = Decision("P1", CELLS, "nudge", "AB", AT, "prison", moved_to=("125mE0N125",))


def test_decisions_come_back_as_they_were_in_their_order(tmp_path):
    path = tmp_path / "secure" / "reviews.toml"
    assert read_decisions(path) == ()
    for decision in (KEEP, OUT, NUDGE):
        add_decision(path, decision)
    assert read_decisions(path) == (KEEP, OUT, NUDGE)
    assert path.stat().st_mode & 0o077 == 0


def test_each_decision_is_in_the_journal_and_its_words_are_not(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl", Keys(SECRET))
    add_decision(tmp_path / "reviews.toml", OUT, journal=journal)
    text = journal.path.read_text(encoding="ascii")
    assert '"what":"place P1: leave out, other"' in text
    assert "yard" not in text
    assert verify_journal(journal).whole


def test_a_journal_that_fails_stops_the_decision(tmp_path):
    (tmp_path / "journal.jsonl").mkdir()
    with pytest.raises(StoreError, match="nothing may leave"):
        add_decision(
            tmp_path / "reviews.toml",
            KEEP,
            journal=Journal(tmp_path / "journal.jsonl", Keys(SECRET)),
        )
    assert read_decisions(tmp_path / "reviews.toml") == ()


def test_undo_is_kept_too(tmp_path):
    path = tmp_path / "reviews.toml"
    add_decision(path, KEEP)
    places = pd.DataFrame({"rank": [1], "name": ["A"], "cells": [" ".join(CELLS)]}, index=["P1"])
    assert review_list(places, read_decisions(path))["decided"].tolist() == ["keep"]
    add_decision(path, undone("P1", read_decisions(path), who="AB", at=AT))
    assert [d.decided for d in read_decisions(path)] == ["keep", "undo"]
    listed = review_list(places, read_decisions(path))
    assert listed["reason"].tolist() == ["nobody has looked at it yet"]
    with pytest.raises(StoreError, match="to undo; there is none"):
        undone("P1", read_decisions(path), who="AB", at=AT)
    with pytest.raises(RecipeError, match="to undo; there is none"):
        add_decision(path, Decision("P1", CELLS, "undo", "AB", AT))


@pytest.mark.parametrize(
    "text",
    [
        "decisions = 3",
        "[[decisions]]\nplace = 1",
        "not toml",
        '[[decisions]]\nplace = "P"\ncells = ["a"]\ndecided = "keep"\nreviewer = "A"\nat = "now"',
        '[[decisions]]\nplace = "P"\ncells = [1]\ndecided = "keep"\nreviewer = "A"\nat = 2025-01-01T00:00:00Z',
        '[[decisions]]\nplace = "P"\ncells = ["a"]\ndecided = "undo"\nreviewer = "A"\nat = 2025-01-01T00:00:00Z',
    ],
)
def test_a_file_that_was_spoilt_is_refused(tmp_path, text):
    path = tmp_path / "reviews.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match="must hold reviews as csgeo writes them"):
        read_decisions(path)


def test_places_come_from_the_last_run(tmp_path, county_study):
    from csgeo.secure_side import write_secure_side

    with pytest.raises(StoreError, match="Run the recipe first"):
        read_places(tmp_path)
    write_secure_side(county_study, tmp_path)
    assert read_places(tmp_path)["cells"].tolist() == county_study.hotspots["cells"].tolist()
