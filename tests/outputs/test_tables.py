"""Does a spreadsheet show what was written, and run none of it?"""

import csv

import pandas as pd
import pytest

from csgeo.disclosure.release import make_release
from csgeo.outputs.tables import neutral, write_tables
from tests.outputs.invented import invented_study


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_would_be_a_formula_gets_a_quote(start):
    table = pd.DataFrame({"name": [f"{start}cmd|' /C calc'!A0", "Mill Lane"], "n": [-5, 5]})
    made = neutral(table)
    assert made["name"].tolist() == [f"'{start}cmd|' /C calc'!A0", "Mill Lane"]
    assert made["n"].tolist() == [-5, 5]  # numbers stay numbers


def test_the_list_of_places_reads_back(tmp_path):
    study = invented_study()
    study.hotspots.iloc[0, study.hotspots.columns.get_loc("name")] = "=HYPERLINK(0)"
    release = make_release(study)
    written = write_tables(release, tmp_path)
    assert written["hotspots.csv"].read_bytes().startswith(b"\xef\xbb\xbf")
    with written["hotspots.csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == "'=HYPERLINK(0)"
    assert [row["incidents"] for row in rows] == ["790", "365", "250", "130", "60", "35"]
    assert "geometry" not in rows[0]
    # of the shape, which is made of whole cells, and not of any record
    assert 422000 <= int(rows[0]["middle_easting"]) <= 422500


def test_the_services_are_listed_by_place(tmp_path):
    written = write_tables(make_release(invented_study()), tmp_path)
    near = pd.read_csv(written["services_near.csv"], encoding="utf-8-sig")
    assert near["rank"].is_monotonic_increasing
    assert len(near) == 6 * 5
    assert near.loc[0, "name"] == "Around Market Street and the bus station"
