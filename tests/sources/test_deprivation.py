"""How deprived is each area, by the indices of 2019 or 2025?"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.deprivation import read_deprivation

if TYPE_CHECKING:
    from pathlib import Path

RANK = "Rank (where 1 is most deprived)"
DECILE = "Decile (where 1 is most deprived 10% of LSOAs)"
IDACI = "Income Deprivation Affecting Children Index (IDACI)"


def header(year: str, districts: str) -> list[str]:
    return [
        f"LSOA code ({year})",
        f"LSOA name ({year})",
        f"Local Authority District code ({districts})",
        f"Local Authority District name ({districts})",
        "Index of Multiple Deprivation (IMD) Score",
        f"Index of Multiple Deprivation (IMD) {RANK}",
        f"Index of Multiple Deprivation  (IMD)\n{DECILE}",  # as published: spaces, line breaks
        "Income Score (rate)",
        f"Income {RANK}",
        f"Income {DECILE}",
        "Education, Skills and Training Score",
        f"{IDACI} Score (rate)",
        f"{IDACI}  {RANK}",
        f"{IDACI} {DECILE}",
        "Total population: mid 2022",
    ]


def write(path: Path, names: list[str], *rows: list[object]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([names, *rows])
    return path


def area(code: str, *, rank: object = 26525, decile: object = 8) -> list[object]:
    return [code, "City of London 001A", "E09000001", "City of London", 8.742, rank, decile,
            0.013, 33730, 10, -1.5, 0.011, 33741, 10, 1615]  # fmt: skip


@pytest.mark.parametrize(("year", "districts"), [("2011", "2019"), ("2021", "2024")])
def test_file_7_by_hand(tmp_path: Path, year: str, districts: str) -> None:
    names = header(year, districts)
    file = write(tmp_path / "File_7.csv", names, area("E01000002", rank="1,203"), area("E01000001"))
    table, report, _ = read_deprivation(file)
    assert list(table.index) == ["E01000001", "E01000002"]
    assert table.index.name == "area_id"
    first = table.loc["E01000001"]
    assert (first["imd_rank"], first["imd_decile"], first["imd_score"]) == (26525, 8, 8.742)
    assert (first["idaci_rank"], first["idaci_decile"], first["idaci_score"]) == (33741, 10, 0.011)
    assert first["education_score"] == -1.5
    assert table.loc["E01000002", "imd_rank"] == 1203
    assert set(table["vintage"]) == {year}
    assert report.rows_used == report.rows_in == 2


def test_a_footnote_is_set_aside(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        header("2021", "2024"),
        area("E01000001"),
        ["Source: MHCLG", *[""] * 14],
        area("E01000001"),
    )
    table, report, set_aside = read_deprivation(file)
    assert len(table) == 1
    assert [(s.reason, s.first_row) for s in report.set_aside][1][
        0
    ] == "the area stands on an earlier row"
    assert list(set_aside["reason"]) == [
        "the area code is not a published one",
        "the area stands on an earlier row",
    ]


def test_another_table_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", ["LSOA code (2021)", "x"], ["E01000001", 1])
    with pytest.raises(UnknownColumns, match="no column for the rank of multiple deprivation"):
        read_deprivation(file)
    file = write(tmp_path / "b.csv", header("2021", "2024"), area("City of London"))
    with pytest.raises(SourceError, match="no row that can be used as deprivation by area"):
        read_deprivation(file)


@pytest.mark.open_data
@pytest.mark.parametrize(
    ("name", "code", "vintage"),
    [
        ("imd2019_lsoa11_england", "lsoa11_code", "2011"),
        ("imd2025_lsoa21_england", "lsoa21_code", "2021"),
    ],
)
def test_real_indices(open_data: Path, name: str, code: str, vintage: str) -> None:
    file = open_data / "tables" / f"{name}.parquet"
    plain = pd.read_parquet(file).set_index(code).sort_index()
    table, report, set_aside = read_deprivation(file)
    assert set_aside.empty
    assert report.rows_used == len(plain) == {"2011": 32_844, "2021": 33_755}[vintage]
    for theirs in ("IMD_rank", "IMD_decile", "Income_rank", "Crime_decile"):
        assert (table[theirs.lower()].to_numpy() == plain[theirs].to_numpy()).all()
    assert table["imd_rank"].min() == 1
    assert set(table["vintage"]) == {vintage}
