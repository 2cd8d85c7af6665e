"""Is a column that shows people refused or dropped, whatever it is called?"""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest

from csgeo.disclosure.pseudonyms import keys_for_this_run, pseudonyms
from csgeo.errors import SourceError
from csgeo.sources.incidents import read_incidents

HEADER = "id,type,date,easting,northing,{0}\n"
ROW = "{n},CSE,2024-01-0{n},37510{n},164500,{0}\n"
BAD = "9,NOT A HARM,2024-01-09,375109,164500,{0}\n"


def written(folder, column, values):
    rows = "".join(ROW.format(v, n=n) for n, v in enumerate(values, start=1))
    file = folder / "records.csv"
    file.write_text(HEADER.format(column) + rows + BAD.format(values[0]))
    return file


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["943 476 5919", "4010232137"], "an NHS number"),
        (["K820200001001"], "a pupil number"),
        (["07700 900123"], "a telephone number"),
        (["amy@example.org"], "an e-mail address"),
        (["2009-01-02", "2012-05-04", "2001-03-04"], "a date of birth"),
        (["BA1 1AA"], "a full postcode"),
        (["Jack Smith", "Amy Brown"], "a person's name"),
        (["she said that she would be back before the last bus"], "free text that may name people"),
    ],
)
def test_an_innocent_name_does_not_hide_what_a_column_shows(tmp_path, values, what):
    reading = read_incidents(written(tmp_path, "field_7", values))
    assert f"column 'field_7' was not read: it looks to hold {what}" in reading.report.notes
    kept = reading.table.to_csv() + reading.set_aside.to_csv() + str(reading.report)
    assert not [v for v in values if v in kept]
    assert len(reading.set_aside) == 1


def test_columns_known_by_name_and_by_what_they_show_are_both_dropped(tmp_path):
    file = written(tmp_path, "surname,field_7", ["Okafor,amy@example.org"])
    reading = read_incidents(file)
    assert {"surname", "field_7"}.isdisjoint(reading.set_aside)


def test_an_innocent_column_stays_with_the_rows_set_aside(tmp_path):
    reading = read_incidents(written(tmp_path, "field_7", ["Park Road", "Bath Abbey"]))
    assert reading.set_aside["field_7"].tolist() == ["Park Road"]


@pytest.mark.parametrize(
    ("values", "what"),
    [(["943 476 5919"], "an NHS number"), (["K820200001001"], "a pupil number"), (["Jack Smith"], "a person's name"), (["07700900123"], "a telephone number")],
)  # fmt: skip
@pytest.mark.parametrize("made", [None, lambda v: v])
def test_a_person_key_that_shows_who_it_is_is_refused(tmp_path, values, what, made):
    with pytest.raises(
        SourceError,
        match=rf"must not give {what} as person_key; the column 'person_key' looks to hold that.*keyed pseudonym",
    ):
        read_incidents(written(tmp_path, "person_key", values), pseudonyms=made)


@pytest.mark.parametrize(("ours", "values"), [("incident_id", ["943 476 5919"]), ("source", ["amy@example.org"])])  # fmt: skip
def test_ids_and_agencies_are_looked_at_too(tmp_path, ours, values):
    with pytest.raises(SourceError, match=f"as {ours}; the column 'field_7' looks to hold that"):
        read_incidents(written(tmp_path, "field_7", values), columns={ours: "field_7"})


def test_an_agency_may_have_the_name_of_a_person(tmp_path):
    file = written(tmp_path, "agency", ["Victoria Centre", "Charlotte House"])
    assert read_incidents(file).table["source"].tolist() == ["Victoria Centre", "Charlotte House"]


def test_raw_person_keys_become_pseudonyms_before_anything_else(tmp_path):
    file = written(tmp_path, "person_key", ["CASE-0017", "case 0017", "CASE-0018"])
    with file.open("a") as opened:
        opened.write("7,CSE,2024-01-07,375107,164500,CASE-0019,one,field,too,many\n")
    keys = keys_for_this_run()
    reading = read_incidents(file, pseudonyms=partial(pseudonyms, keys=keys, domain="x"))
    found = reading.table["person_key"]
    assert found.nunique() == 2
    assert found.str.startswith(keys.ids[0] + "-").all()
    assert found.iloc[0] == found.iloc[1]
    everything = reading.table.to_csv() + reading.set_aside.to_csv() + str(reading.report)
    assert "0017" not in everything
    assert "0019" not in everything
    assert any("'person_key' were replaced by pseudonyms" in n for n in reading.report.notes)
    assert reading.report.rows_in == 5


def test_pseudonyms_that_a_partnership_has_made_stay_as_they_are(tmp_path):
    given = ["9f86d081884c7d65", "60303ae22b998861"]
    table = read_incidents(written(tmp_path, "person_key", given)).table
    assert pd.Series(table["person_key"]).tolist() == given
