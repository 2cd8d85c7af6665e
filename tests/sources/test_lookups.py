"""Which area of 2011 is which area of 2021?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from csgeo.errors import UnknownColumns
from csgeo.sources.lookups import read_area_lookup

if TYPE_CHECKING:
    from pathlib import Path

EXACT = "LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM"
BEST = "ObjectId,LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,LAD22CD,LAD22NM,LAD22NMW"


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join((*lines, "")))
    return path


def test_the_exact_fit_lookup_by_hand(tmp_path: Path) -> None:
    file = write(
        tmp_path / "exact.csv",
        EXACT,
        "E01000002,City 001B,E01000002,City 001B,U,E09000001,City of London",
        "E01033468,Mid 001G,E01035190,Mid 001I,S,E06000002,Middlesbrough",
        "E01033468,Mid 001G,E01035189,Mid 001H,S,E06000002,Middlesbrough",
        "E01033468,Mid 001G,E01035189,Mid 001H,S,E06000002,Middlesbrough",
        "E01011973,Hart 005A,,Hart 015C,M,E06000001,Hartlepool",
        "E01011976,Hart 005D,E01035188,Hart 015C,Q,E06000001,Hartlepool",
    )
    table, report, set_aside = read_area_lookup(file)
    assert table["lsoa21"].tolist() == ["E01000002", "E01035189", "E01035190"]
    assert table["change"].tolist() == ["U", "S", "S"]
    assert table["exact"].all()
    assert table["district"].tolist() == ["E09000001", "E06000002", "E06000002"]
    assert [s.reason for s in report.set_aside] == [
        "one of the two codes is missing",
        "the pair stands on an earlier row",
        "the change is none of U, S, M and X",
    ]
    assert len(set_aside) == 3


def test_a_best_fit_lookup_says_less(tmp_path: Path) -> None:
    file = write(
        tmp_path / "best.csv",
        BEST,
        "1,E01000002,a,E01000002,a,E09000001,City of London,",
        "2,E01033468,b,E01035189,b,E06000002,Middlesbrough,",
        "3,E01011973,c,E01035188,c,E06000001,Hartlepool,",
        "4,E01011976,d,E01035188,c,E06000001,Hartlepool,",
    )
    table, report, _ = read_area_lookup(file)
    assert dict(zip(table["lsoa11"], table["change"], strict=True)) == {
        "E01000002": "U",
        "E01011973": "M",
        "E01011976": "M",
        "E01033468": "S",
    }
    assert not table["exact"].any()
    assert "best fit" in report.notes[-1]


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownColumns, match="no column for the LSOA code of 2021"):
        read_area_lookup(write(tmp_path / "a.csv", "LSOA11CD,x", "E01000001,1"))


@pytest.mark.open_data
def test_the_real_lookup(open_data: Path) -> None:
    file = open_data / "tables" / "lookup_lsoa11_lsoa21_ltla22.parquet"
    plain = pd.read_parquet(file)
    table, _, set_aside = read_area_lookup(file)
    assert set_aside.empty
    assert len(table) == len(plain) == 35_795
    assert table["change"].value_counts().to_dict() == plain["change_code"].value_counts().to_dict()
    # Office for National Statistics: 33,755 LSOAs of 2021 in England, 1,917 in Wales
    assert table["lsoa21"].nunique() == 33_755 + 1_917
    # 2011: 32,844 and 1,909
    assert table["lsoa11"].nunique() == 32_844 + 1_909
