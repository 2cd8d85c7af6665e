"""How are the people in a file made unknown, before the file is handed over?"""

from __future__ import annotations

import csv
import io
import stat

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from csgeo.disclosure.pseudonyms import Keys, WeakKey, is_of, new_key_file
from csgeo.errors import SourceError, UnreadableFile
from csgeo.pseudonymising import pseudonymised, pseudonyms, write_pseudonymised
from csgeo.sources.incidents import read_incidents

ONE, OTHER = "943 476 5919", "401 023 2137"
RECORDS = [
    ["ref", "nhs", "Surname", "type", "date", "easting", "northing", "where"],
    ["A1", ONE, "Smith", "CSE", "13/02/2024", "375100", "164500", "=HYPERLINK(1)"],
    ["A2", OTHER, "Jones", "CCE", "14/02/2024", "375200", "-164500", "-2.36"],
    ["A3", "9434765919", "Smith", "CSE", "15/02/2024", "375300", "1.6e5", "@park"],
    ["A4", "", "Patel", "CSE", "16/02/2024", "375400", "164500", "+44 park"],
]  # fmt: skip


@pytest.fixture
def keys(tmp_path) -> Keys:
    (tmp_path / "apart").mkdir()
    return new_key_file(tmp_path / "apart" / "our.key")


@pytest.fixture
def records(tmp_path):
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "records.csv"
    out = io.StringIO()
    csv.writer(out).writerows(RECORDS)
    file.write_text(out.getvalue(), encoding="utf-8")
    return file


def test_people_are_told_apart_and_named_no_longer(records, keys):
    made = pseudonymised(records, column="nhs", keys=keys, domain="VRU")
    frame = made.frame
    one, two, again, nobody = frame["person_key"]
    assert one == again != two
    assert nobody != nobody or nobody is None  # noqa: PLR0124  missing stays missing
    assert is_of(ONE, one, keys, domain="VRU")
    assert not is_of(ONE, one, keys, domain="another")
    assert made.people == 2
    assert made.left_out == {"Surname": "a person's name"}
    assert list(frame) == ["ref", "person_key", "type", "date", "easting", "northing", "where"]
    everything = frame.to_csv()
    for name in ("Smith", "9434765919", ONE, OTHER, "Jones"):
        assert name not in everything


def test_a_formula_is_quoted_and_a_number_is_not(records, keys):
    frame = pseudonymised(records, column="nhs", keys=keys, domain="VRU").frame
    assert frame["where"].tolist() == ["'=HYPERLINK(1)", "-2.36", "'@park", "'+44 park"]
    assert frame["northing"].tolist() == ["164500", "-164500", "1.6e5", "164500"]


def test_what_is_written_is_read_as_records_and_by_its_owner_alone(records, keys, tmp_path):
    to = tmp_path / "for_vru.csv"
    made = pseudonymised(records, column="nhs", keys=keys, domain="VRU")
    write_pseudonymised(made, to)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    read = read_incidents(to).table
    assert read["person_key"].tolist()[0] == made.frame["person_key"][0]
    assert len(read) == 3  # one lies outside of Great Britain
    before = to.read_bytes()
    with pytest.raises(UnreadableFile, match="must be a new file"):
        write_pseudonymised(made, to)
    assert to.read_bytes() == before


@pytest.mark.parametrize("name", ["Person ID", "child_no", "pseudonym", "person_key"])
def test_another_number_of_the_same_people_is_left_out(name, records, keys):
    text = records.read_text().replace("where", name)
    records.write_text(text)
    made = pseudonymised(records, column="nhs", keys=keys, domain="VRU")
    assert made.left_out[name] == "another number of the same people"
    assert list(made.frame).count("person_key") == 1
    assert list(made.frame)[1] == "person_key"
    assert name == "person_key" or name not in made.frame


def test_a_workbook_is_read_by_its_sheet(keys, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Records")
    for row in RECORDS:
        sheet.append([v.replace("=", "x") for v in row])
    book.save(tmp_path / "a.xlsx")
    made = pseudonymised(tmp_path / "a.xlsx", column="nhs", keys=keys, domain="V", sheet="Records")
    assert (len(made.frame), made.people) == (4, 2)


def test_rows_that_cannot_be_cut_are_not_handed_over(records, keys):
    records.write_text(records.read_text() + "A5,1,Bloggs,CSE,1,2,3,4,5\n")
    made = pseudonymised(records, column="nhs", keys=keys, domain="VRU")
    assert (made.broken, len(made.frame)) == (1, 4)
    assert "Bloggs" not in made.frame.to_csv()


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ((",type", ",type"), "nobody", r"must have the column 'nobody'; it has 'ref', 'nhs'"),
        ((ONE, "0123abcd-" + "ef" * 20), "nhs", r"1 of 4 values are pseudonyms already"),
    ],
)
def test_what_cannot_be_meant_is_refused(records, keys, change, column, words):
    records.write_text(records.read_text().replace(*change))
    with pytest.raises(SourceError, match=words):
        pseudonymised(records, column=column, keys=keys, domain="VRU")


def test_shapes_are_refused(tmp_path, keys):
    file = tmp_path / "a.geojson"
    file.write_text('{"type":"Feature","geometry":null,"properties":{"nhs":1}}')
    with pytest.raises(UnreadableFile, match="must be CSV or XLSX"):
        pseudonymised(file, column="nhs", keys=keys, domain="VRU")


def test_the_command_says_what_it_did_and_no_name(records, keys, tmp_path):
    app = typer.Typer()
    app.command()(pseudonyms)
    to = tmp_path / "out" / "out.csv"
    to.parent.mkdir()
    asked = ["--column", "nhs", "--domain", "VRU", "--to", str(to)]
    key = ["--key", str(tmp_path / "apart" / "our.key")]
    ran = CliRunner().invoke(app, [str(records), *asked, *key])
    assert ran.exit_code == 0, ran.output
    assert "4 rows of 2 people in `person_key`" in ran.output
    assert f"(key {keys.ids[0]})" in ran.output
    assert "Left out: column 'Surname', which looks to hold a person's name." in ran.output
    assert "Smith" not in ran.output
    assert to.read_bytes().startswith(b"\xef\xbb\xbfref,person_key,type")


def test_a_key_beside_the_data_is_refused(records, tmp_path):
    beside = records.parent / "our.key"
    new_key_file(beside)
    app = typer.Typer()
    app.command()(pseudonyms)
    asked = ["--column", "nhs", "--domain", "VRU", "--to", str(tmp_path / "data" / "o.csv")]
    ran = CliRunner().invoke(app, [str(records), *asked, "--key", str(beside)])
    assert isinstance(ran.exception, WeakKey)
    assert not (tmp_path / "data" / "o.csv").exists()
