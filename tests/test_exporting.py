"""Is it written down before it leaves, does it leave whole, and to whom?"""

import hashlib
import json
import re
import zipfile

import openpyxl
import pytest

from csgeo.disclosure.release import make_release
from csgeo.errors import NothingToReport, NotReleased, RecipeError, StoreError
from csgeo.exporting import export, in_words, read_first, refuse_unchecked, unchecked
from csgeo.outputs.exports_kinds import KINDS
from tests.outputs.invented import PLANTED, invented_study

PURPOSE, RECIPIENT = "planning detached youth work", "Wexcombe safety partnership"
SAID = {"purpose": PURPOSE, "recipient": RECIPIENT}


@pytest.fixture(scope="module")
def release():
    return make_release(invented_study())


@pytest.fixture(scope="module")
def exact():
    return make_release(invented_study(), audience="analysts", record=lambda said: None, **SAID)


def test_it_is_written_down_before_anything_is_made(release, tmp_path):
    told = []

    def record(said):
        assert list(tmp_path.iterdir()) == []  # nothing is there yet
        told.append(dict(said))

    path = export(release, tmp_path, kinds=["workbook"], record=record, **SAID)
    assert told == [
        {
            "what": "Excel workbook (XLSX) of Serious youth violence in Wexcombe",
            "period": "2024-10-01 to 2026-09-30",
            "audience": "partnership",
            **SAID,
        }
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_a_journal_that_fails_stops_it(release, tmp_path):
    def record(said):
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="the disk is full"):
        export(release, tmp_path / "new", kinds=["everything"], record=record, **SAID)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_on_the_way_leaves_nothing(release, tmp_path, monkeypatch):
    def fails(*_args, **_more):
        raise OSError("no space left")

    monkeypatch.setattr("csgeo.exporting._one_file", fails)
    with pytest.raises(OSError, match="no space left"):
        export(release, tmp_path, kinds=["csv"], record=None, **SAID)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "suffix"), [("workbook", ".xlsx"), ("map", ".html"), ("geopackage", ".gpkg")]
)
def test_what_is_one_file_leaves_as_that_file_under_a_name_that_nobody_guesses(
    release, tmp_path, kind, suffix
):
    paths = {export(release, tmp_path, kinds=[kind], record=None, **SAID) for _ in range(3)}
    assert len({p.name for p in paths}) == 3
    for path in paths:
        assert re.fullmatch(rf"csgeo-[\w-]{{22}}\{suffix}", path.name)
    assert len({hashlib.sha256(p.read_bytes()).digest() for p in paths}) == 1


def test_everything_leaves_in_one_zip_that_tells_no_moment(release, tmp_path):
    path = export(release, tmp_path, kinds=["everything"], record=None, **SAID)
    assert path.suffix == ".zip"
    with zipfile.ZipFile(path) as parts:
        names = set(parts.namelist())
        assert {
            "READ-FIRST.txt",
            "provenance.json",
            "places.xlsx",
            "map.html",
            "hotspots.gpkg",
        } <= names
        assert {e.date_time for e in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {e.extra for e in parts.infolist()} == {b""}
        assert parts.comment == b""
        told = json.loads(parts.read("provenance.json"))
        assert (told["given_for"], told["given_to"]) == (PURPOSE, RECIPIENT)
        for name, checksum in told["outputs"].items():
            assert hashlib.sha256(parts.read(name)).hexdigest() == checksum
        first = parts.read("READ-FIRST.txt").decode()
        assert first.startswith("OFFICIAL-SENSITIVE\r\n")
        assert f"Given to: {RECIPIENT}." in first
        for name in names:
            assert str(tmp_path).encode() not in parts.read(name), name
            assert PLANTED["person"].encode() not in parts.read(name), name


def test_the_recipient_stands_in_the_workbook(release, tmp_path):
    path = export(release, tmp_path, kinds=["workbook"], record=None, **SAID)
    sheet = openpyxl.load_workbook(path).active
    first = [row[0] for row in sheet.iter_rows(max_row=8, max_col=1, values_only=True)]
    assert f"Given to {RECIPIENT}, for: {PURPOSE}." in first


def test_the_release_itself_is_left_as_it_was(release, tmp_path):
    export(release, tmp_path, kinds=["csv"], record=None, **SAID)
    assert (release.purpose, release.recipient) == ("", "")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("purpose", "", r"must say what it is for.*nothing is said"),
        ("purpose", " \t\n\0 ", r"nothing is said"),
        ("purpose", "x" * 201, r"it has 201 signs"),
        ("purpose", "12345 6789", r"it has 10 signs"),
        ("purpose", "for NHS number 943 476 5919", r"must not hold an NHS number"),
        ("purpose", "about 3 children in the park", r"must not hold an exact small count"),
        ("recipient", "", r"an organisation, a meeting or a role, not a person's name"),
        ("recipient", "A", r"it has 1 signs"),
        ("recipient", "R" * 121, r"it has 121 signs"),
        ("recipient", "jo.bloggs@example.org", r"must not hold an e-mail address"),
    ],
)
def test_words_that_are_missing_too_long_or_say_too_much_are_refused(
    release, tmp_path, name, text, why
):
    told = []
    with pytest.raises(RecipeError, match=why):
        export(
            release, tmp_path / "new", kinds=["csv"], record=told.append, **(SAID | {name: text})
        )
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_words_are_written_in_one_line():
    assert in_words("purpose", "  planning\r\nyouth\t work\0 ") == "planning youth work"
    assert in_words("recipient", "\u202eyouth\ud800 team\ufeff") == "youth team"


@pytest.mark.parametrize("kinds", [[], ["pdf"], "csv", ["csv", "records"]])
def test_a_kind_that_is_not_there_is_refused(release, tmp_path, kinds):
    with pytest.raises(RecipeError, match=r"`kinds` must name what to take away, of geopackage"):
        export(release, tmp_path, kinds=kinds, record=None, **SAID)


def test_a_study_or_a_table_does_not_leave(tmp_path):
    for wrong in (invented_study(), invented_study().hotspots):
        with pytest.raises(NotReleased, match=r"Only a Release can be mapped or exported"):
            export(wrong, tmp_path, kinds=["csv"], record=None, **SAID)


# ---- exact counts ------------------------------------------------------------------------------


def test_exact_counts_leave_for_an_analyst_who_is_written_down(exact, tmp_path):
    told = []
    path = export(exact, tmp_path, kinds=["csv"], record=told.append, exact=True, **SAID)
    assert told[0]["audience"] == "analysts"
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            assert b"EXACT COUNTS, ANALYSTS ONLY" in parts.read(name), name


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"exact": False, "record": lambda said: None}, "here no analyst asks"),
        ({"exact": True, "record": None}, "here nobody writes it down"),
        (
            {"exact": True, "record": lambda said: None, "recipient": "a newspaper"},
            r"was made for Wexcombe safety partnership; it may not be given to another",
        ),
    ],
)
def test_exact_counts_leave_in_no_other_way(exact, tmp_path, options, why):
    with pytest.raises(NotReleased, match=why):
        export(exact, tmp_path, kinds=["csv"], **(SAID | options))
    assert list(tmp_path.iterdir()) == []


# ---- review ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "waiting"),
    [
        ("2 places wait to be looked at and are not shown.", 2),
        ("1 places wait to be looked at and are not shown.", 1),
        ("", 0),
        (None, 0),
    ],
)
def test_places_that_nobody_has_looked_at_stop_it(tmp_path, said, waiting):
    choices = {} if said is None else {"review": said}
    release = make_release(invented_study(choices=choices))
    assert unchecked(release) == waiting
    if not waiting:
        refuse_unchecked(release)
        assert export(release, tmp_path, kinds=["csv"], record=None, **SAID).is_file()
        return
    told = []
    with pytest.raises(NothingToReport, match=rf"^{waiting} places? ha(ve|s) not been checked"):
        export(release, tmp_path, kinds=["csv"], record=told.append, **SAID)
    assert told == []
    assert list(tmp_path.iterdir()) == []


def test_what_the_beam_writes_of_a_review_is_what_is_read_here():
    from pathlib import Path

    import csgeo.releasing

    text = Path(csgeo.releasing.__file__).read_text(encoding="utf-8")
    assert "places wait to be looked at and are not shown." in text


def test_read_first_is_plain_text_in_lines(release):
    text = read_first(release)
    assert "Given to" not in text  # nobody has asked for this one
    assert all(line.isprintable() for line in text.split("\r\n"))


def test_each_kind_can_be_asked_for(release, tmp_path):
    for kind in set(KINDS) - {"everything", "map", "geopackage"}:
        assert export(release, tmp_path, kinds=[kind], record=None, **SAID).stat().st_size > 500
