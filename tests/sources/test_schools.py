"""Which schools and colleges are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.schools import read_schools

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    '"URN","LA (code)","LA (name)","EstablishmentNumber","EstablishmentName",'
    '"TypeOfEstablishment (name)","EstablishmentStatus (code)","EstablishmentStatus (name)",'
    '"PhaseOfEducation (name)","StatutoryLowAge","StatutoryHighAge","SchoolCapacity","Postcode",'
    '"SchoolWebsite","TelephoneNum","HeadTitle (name)","HeadFirstName","HeadLastName",'
    '"HeadPreferredJobTitle","PropsName","Easting","Northing"'
)


def school(
    urn: str,
    *,
    name: str = "Hill School",
    kind: str = "Community school",
    status: str = "Open",
    phase: str = "Secondary",
    east: str = "375000",
    north: str = "164000",
    capacity: str = "900",
) -> str:
    fields = [urn, "800", "Bath and North East Somerset", "4000", name, kind, "1", status, phase]
    fields += ["11", "18", capacity, "BA1 1AA", "www.example.org", "01225000000", "Ms", "Ada"]
    fields += ["Person", "Headteacher", "A. Proprietor", east, north]
    return ",".join(f'"{f}"' for f in fields)


def write(path: Path, *rows: str) -> Path:
    path.write_bytes("\r\n".join((HEADER, *rows, "")).encode("cp1252"))
    return path


def test_the_register_by_hand(tmp_path: Path) -> None:
    file = write(
        tmp_path / "edubasealldata20250901.csv",
        school("100003", name="École St André", capacity="0"),
        school("100002", kind="Further education", phase="16 plus"),
        school("100001", kind="Children's centre", phase="Not applicable"),
        school("100009", status="Closed"),
        school("100008", status="Closed"),
        school("100007", status="Proposed to open"),
        school("100004", status="Open, but proposed to close"),
    )
    table, report, set_aside = read_schools(file)
    assert list(table.index) == ["100001", "100002", "100003", "100004"]
    assert list(table["kind"]) == ["FAMILY_HUB", "COLLEGE", "SCHOOL", "SCHOOL"]
    assert table.loc["100003", "name"] == "École St André"
    assert table.loc["100003", "ages"] == "11-18"
    assert pd.isna(table.loc["100003", "capacity"])
    assert table.loc["100004", "capacity"] == 900
    assert table.geometry.iloc[0].coords[0] == (375_000, 164_000)
    assert table.crs.to_epsg() == 27700
    assert [(s.reason, s.rows) for s in report.set_aside] == [
        ("not open: Closed", 2),
        ("not open: Proposed to open", 1),
    ]
    assert set_aside.empty
    assert report.rows_in == 7


def test_people_are_kept_nowhere(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", school("1"), school("2", east="", north=""))
    table, report, set_aside = read_schools(file)
    assert len(set_aside) == 1
    for frame in (table, set_aside):
        told = [c for c in frame if "Head" in str(c) or "Telephone" in str(c) or "Props" in str(c)]
        assert told == []
        assert "Ada" not in frame.astype(str).to_string()
    assert any("HeadLastName" in n for n in report.notes)


def test_a_school_without_a_place_is_placed_by_its_postcode_or_set_aside(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", school("1"), school("2", east="0", north="0"))
    _, report, set_aside = read_schools(file)
    assert [(s.reason, s.rows, s.first_row) for s in report.set_aside] == [("no place known", 1, 3)]
    assert list(set_aside["URN"]) == ["2"]
    postcodes = pd.DataFrame(
        {"easting": [375_350.0], "northing": [164_482.0]},
        index=pd.Index(["BA11AA"], name="postcode"),
    )
    table = read_schools(file, postcodes=postcodes).table
    assert table.geometry.loc["2"].coords[0] == pytest.approx((375_350, 164_482), abs=0.01)


def test_closed_schools_can_be_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", school("1", status="Closed"), school("2"))
    assert list(read_schools(file, status=["Closed"]).table.index) == ["1"]


def test_a_repeated_urn_is_set_aside(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", school("1"), school("1"))
    table, report, _ = read_schools(file)
    assert len(table) == 1
    assert report.set_aside[0].reason == "the URN stands on an earlier row"


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("id,name\n1,x\n")
    with pytest.raises(UnknownColumns, match="no column for the register of schools"):
        read_schools(other)
    with pytest.raises(SourceError, match="no row that can be used as services"):
        read_schools(write(tmp_path / "b.csv", school("1", status="Closed")))


@pytest.mark.open_data
def test_real_schools(open_data: Path) -> None:
    file = open_data / "services" / "schools_england_2017_partial.parquet"
    table, report, set_aside = read_schools(file)
    plain = pd.read_parquet(file).drop(columns="geometry")
    named = plain.dropna(subset=["URN"])
    assert len(table) == len(named)
    assert len(set_aside) == len(plain) - len(named) == 1
    colleges = named["Type of establishment"].str.contains("16-19") | (
        named["Phase of education"] == "16 Plus"
    )
    assert (table["kind"] == "COLLEGE").sum() == colleges.sum()
    assert table["name"].notna().all()
    assert report.rows_in == report.rows_used + 1
