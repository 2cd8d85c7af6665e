"""Which records of harm does this file hold?"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import CsgeoError, SourceError, UnknownColumns
from csgeo.sources.incidents import read_incidents
from csgeo.tables import INCIDENTS


def test_a_full_record_is_read_for_all_it_says(tmp_path):
    file = tmp_path / "records.csv"
    file.write_text(
        "Ref,Concern,Context,Location type,Date occurred,Time,Agency,How known,child_key,Grid Ref,LSOA21CD\n"
        "007,County lines,Public space,Chicken shop,13/02/2024,21:30,School,Disclosure,k9,ST 751 652,E01014370\n"
        "008,CSE,Moon,,2024-02,,,,,,E01014371\n"
    )
    reading = read_incidents(file, source="partnership", columns={"origin": "How known"})
    INCIDENTS.check(reading.table, "incidents")
    first = reading.table.loc["007"]
    assert first[
        ["harm", "context", "location_type", "origin", "person_key", "area_id"]
    ].tolist() == [
        "CCE.CL",
        "NEIGHBOURHOOD",
        "TAKEAWAY",
        "disclosed",
        "k9",
        "E01014370",
    ]
    assert first["occurred_from"] == pd.Timestamp("2024-02-13T21:30")
    assert (first["when_precision"], first["precision_m"], first["source"]) == (
        "minute",
        100,
        "partnership",
    )
    second = reading.table.loc["008"]
    assert second.geometry is None
    assert second["when_precision"] == "month"
    assert pd.isna(second["context"])
    assert (
        "context not known for 1 rows, whose label in 'Context' no entry knows: 'Moon' (1)"
        in reading.report.notes
    )
    assert reading.report.columns["location_type"] == "Location type"


def test_what_holds_for_all_rows_fills_the_gaps(tmp_path):
    file = tmp_path / "team.csv"
    file.write_text(
        "type,origin,agency,easting,northing\nCSE,observed,Police,375000,165000\n,,,375000,165000\n"
    )
    table = read_incidents(file, origin="reported", harm="HATE", columns={"harm": "type"}).table
    assert table["harm"].tolist() == ["CSE", "HATE"]
    assert table["origin"].tolist() == ["observed", "reported"]
    assert table["source"].tolist() == ["Police", "team"]
    said = read_incidents(file)
    assert said.table["harm"].isna().tolist() == [False, True]
    assert (
        "1 rows do not say which kind of harm it was; they were kept, their harm not known"
        in said.report.notes
    )


def test_a_study_area_elsewhere_keeps_its_own_system(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("type,longitude,latitude\nCSE,-99.1,19.4\n")
    table = read_incidents(file, to_crs="EPSG:32614").table
    assert table.crs.to_epsg() == 32614
    INCIDENTS.check(table, "incidents")


def test_wrong_choices_are_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("type,easting,northing\nCSE,375000,165000\n")
    with pytest.raises(SourceError, match="`date_order` must be day_first or month_first"):
        read_incidents(file, columns={"date_order": "us"})
    with pytest.raises(UnknownColumns, match="has no column 'Easting'"):
        read_incidents(file, columns={"easting": "Easting"})


def test_a_file_of_which_no_row_can_be_used_is_refused_with_all_reasons(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("type,easting,northing\nCSE,375000,165000\nWibble,375000,165000\n")
    outside = read_incidents(file).table.set_geometry(read_incidents(file).table.buffer(9))
    assert len(outside) == 1  # the other row is set aside, this one is used
    file.write_text("type,easting,northing\nCSE,1,1,1\nCSE,1,1,2\n")
    with pytest.raises(CsgeoError, match=r"a\.csv"):
        read_incidents(file)


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "375000",
            "165000",
            "-2.36",
            "51.38",
            "1e308",
            "NaN",
            "inf",
            "CSE",
            "Wibble",
            "13/02/2021",
            "99.999999",
            "BA1 1AA",
            "a,b",
            'say "x"',
        ]
    ),
    st.text(alphabet="abc019 -/.,;\n\"'é", max_size=6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=12))
def test_whatever_stands_in_a_file_every_row_is_accounted_for(tmp_path_factory, cells):
    file = tmp_path_factory.mktemp("any") / "a.csv"
    frame = pd.DataFrame(cells, columns=["id", "type", "date", "easting", "northing"])
    frame.to_csv(file, index=False)
    try:
        reading = read_incidents(file)
    except CsgeoError:
        return
    report = reading.report
    assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside)
    assert len(reading.table) == report.rows_used
    assert len(reading.set_aside) == report.rows_in - report.rows_used
    assert report.no_place == int(reading.table.geometry.isna().sum())
    INCIDENTS.check(reading.table, "incidents")
