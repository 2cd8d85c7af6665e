"""Where can one get on a bus, a train or a taxi?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csgeo.errors import UnknownColumns
from csgeo.sources.stops import KINDS, read_stops
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "ATCOCode,NaptanCode,PlateCode,CleardownCode,CommonName,CommonNameLang,ShortCommonName,"
    "ShortCommonNameLang,Landmark,LandmarkLang,Street,StreetLang,Crossing,CrossingLang,Indicator,"
    "IndicatorLang,Bearing,NptgLocalityCode,LocalityName,ParentLocalityName,GrandParentLocalityName,"
    "Town,TownLang,Suburb,SuburbLang,LocalityCentre,GridType,Easting,Northing,Longitude,Latitude,"
    "StopType,BusStopType,TimingStatus,DefaultWaitTime,Notes,NotesLang,AdministrativeAreaCode,"
    "CreationDateTime,ModificationDateTime,RevisionNumber,Modification,Status"
)


def stop(code: str, **said: str) -> str:
    fields = {
        "ATCOCode": code,
        "CommonName": "Bus Station",
        "Street": "Dorchester Street",
        "Indicator": "Bay 1",
        "LocalityName": "Bath",
        "GridType": "UKOS",
        "Easting": "375200",
        "Northing": "164400",
        "StopType": "BCT",
        "Status": "active",
    } | said
    return ",".join(fields.get(name, "") for name in HEADER.split(","))


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows, "")))
    return path


def test_the_stops_by_hand(tmp_path: Path) -> None:
    file = write(
        tmp_path / "Stops.csv",
        stop("0180BAC30592"),
        stop("0180000001", StopType="BCS"),
        stop("9100BATHSPA", StopType="RLY", CommonName="Bath Spa Rail Station"),
        stop("0180000002", StopType="FTD"),
        stop("0180000003", Status="del"),
        stop("0180000004", Status="inactive"),
        stop(
            "0180000005", Status="act", Easting="", Northing="", Longitude="-2.36", Latitude="51.38"
        ),
    )
    table, report, set_aside = read_stops(file)
    assert list(table.index) == [
        "0180000001",
        "0180000002",
        "0180000005",
        "0180BAC30592",
        "9100BATHSPA",
    ]
    assert list(table["kind"]) == ["BUS_STATION", "UNKNOWN", "BUS_STOP", "BUS_STOP", "RAIL_STATION"]
    assert table.loc["9100BATHSPA", "name"] == "Bath Spa Rail Station"
    assert table.loc["0180000001", "indicator"] == "Bay 1"
    assert table.geometry.loc["0180BAC30592"].coords[0] == (375_200, 164_400)
    assert table.geometry.loc["0180000005"].x == pytest.approx(375_000, abs=200)
    assert [(s.reason, s.rows, s.first_row) for s in report.set_aside] == [("not in use", 2, 6)]
    assert set_aside.empty
    assert any("FTD" in note for note in report.notes)


def test_a_stop_without_a_place_is_set_aside_and_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", stop("01"), stop("02", Easting="", Northing=""))
    table, report, set_aside = read_stops(file)
    assert list(table.index) == ["01"]
    assert list(set_aside["ATCOCode"]) == ["02"]
    assert report.set_aside[0].reason == "no place known"


def test_each_kind_is_in_the_vocabulary() -> None:
    assert set(KINDS.values()) <= set(load_vocabulary("location").codes)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("id,name\n1,x\n")
    with pytest.raises(UnknownColumns, match="no column for the stops of NaPTAN"):
        read_stops(other)
