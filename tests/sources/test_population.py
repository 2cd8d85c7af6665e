"""How many people, and how many aged 10 to 17, live in each area?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from csgeo.errors import UnknownColumns
from csgeo.sources.population import read_population

if TYPE_CHECKING:
    from pathlib import Path

BANDS = ["Age: Total", "Age: Aged 4 years and under", "Age: Aged 5 to 9 years",
         "Age: Aged 10 to 14 years", "Age: Aged 15 to 19 years", "Age: Aged 20 to 24 years"]  # fmt: skip


def census(path: Path, *rows: str, ending: str = "") -> Path:
    names = ["date", "geography", "geography code", *(f"{b}{ending}" for b in BANDS)]
    path.write_text("\n".join((",".join(names), *rows, "")))
    return path


@pytest.mark.parametrize("ending", ["", "; measures: Value"])
def test_census_bands_by_hand(tmp_path: Path, ending: str) -> None:
    file = census(
        tmp_path / "census2021-ts007a-lsoa.csv",
        "2021,City of London 001B,E01000002,1385,46,42,24,20,100",
        "2021,City of London 001A,E01000001,1473,30,35,40,50,90",
        ending=ending,
    )
    table, report, _ = read_population(file)
    # 40 aged 10 to 14 and three of the five years of 50 aged 15 to 19
    assert table.loc["E01000001", "residents_10_17"] == 40 + 30
    assert table.loc["E01000002", "residents_10_17"] == 24 + 12
    assert table["residents"].tolist() == [1473, 1385]
    assert table["approximate"].all()
    assert set(table["vintage"]) == {"2021"}
    assert any("0.6 of those aged 15 to 19" in n for n in report.notes)


@pytest.mark.parametrize(
    "names", [[f"F{a}" for a in range(10, 18)] + [f"M{a}" for a in range(10, 18)],
              [f"age_{a}" for a in range(10, 18)], [str(a) for a in range(10, 18)]],
)  # fmt: skip
def test_single_years_are_exact(tmp_path: Path, names: list[str]) -> None:
    file = tmp_path / "mid.csv"
    head = ["LSOA 2021 Code", "LSOA 2021 Name", "Total", *names]
    row = ["E01000001", "City of London 001A", '"1,615"', *(str(n) for n in range(len(names)))]
    file.write_text(",".join(head) + "\n" + ",".join(row) + "\n")
    table = read_population(file).table
    assert table.loc["E01000001", "residents"] == 1615
    assert table.loc["E01000001", "residents_10_17"] == sum(range(len(names)))
    assert not table["approximate"].any()
    assert set(table["vintage"]) == {"2021"}


def test_a_year_that_is_not_known_is_not_none(tmp_path: Path) -> None:
    file = tmp_path / "mid.csv"
    names = [f"age_{a}" for a in range(10, 18)]
    file.write_text(
        ",".join(["lsoa11_code", "total_population", *names]) + "\nE01000001,100,1,1,1,1,1,1,1,\n"
    )
    table = read_population(file).table
    assert pd.isna(table.loc["E01000001", "residents_10_17"])
    assert table.loc["E01000001", "residents"] == 100
    assert set(table["vintage"]) == {"2011"}


def test_what_is_not_there_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("area code,total,x\nE01000001,5,1\n")
    with pytest.raises(UnknownColumns, match="no column for people aged 10 to 17"):
        read_population(file)
    file.write_text("area code,total,residents_10_17\nE01000001,5,1\n")
    with pytest.raises(UnknownColumns, match="does not say of which year its area codes are"):
        read_population(file)
    assert read_population(file, vintage="2011").table["vintage"].tolist() == ["2011"]


@pytest.mark.open_data
def test_real_mid_year_population(open_data: Path) -> None:
    file = open_data / "tables" / "population_mid2020_lsoa11_ew.parquet"
    plain = pd.read_parquet(file).set_index("lsoa11_code").sort_index()
    table, report, _ = read_population(file)
    assert report.rows_used == len(plain) == 34_753
    assert table["residents"].sum() == 59_719_724  # England and Wales, mid-2020
    assert (table["residents_10_17"].to_numpy() == plain["age_10_17"].to_numpy()).all()
    assert not table["approximate"].any()
    assert set(table["vintage"]) == {"2011"}
