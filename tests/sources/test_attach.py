"""What does a table say of each of these areas?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from csgeo.errors import WrongValues
from csgeo.sources.attach import attach

if TYPE_CHECKING:
    from pathlib import Path


def areas(*codes: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": list(codes), "level": "LSOA"},
        geometry=[box(n, 0, n + 1, 1) for n in range(len(codes))],
        index=pd.Index(codes, name="area_id"),
        crs=27700,
    )


def residents(*codes: str, vintage: str = "2021") -> pd.DataFrame:
    return pd.DataFrame(
        {"residents": range(1000, 1000 + len(codes)), "vintage": vintage},
        index=pd.Index(codes, name="area_id"),
    )


def test_attach_puts_numbers_beside_areas() -> None:
    given = areas("B", "A")
    joined = attach(given, residents("A", "B", "C"))
    assert joined["residents"].tolist() == [1001, 1000]
    assert list(joined.index) == ["B", "A"]
    assert "vintage" not in joined
    assert "residents" not in given
    assert joined.crs == given.crs


def test_attach_refuses_areas_of_another_year() -> None:
    with pytest.raises(
        WrongValues,
        match=r"codes of 2021\) must have each of the 2 areas; 1 are not in it, the first is 'OLD'",
    ):
        attach(areas("A", "OLD"), residents("A", "B"))
    joined = attach(areas("A", "OLD"), residents("A", "B"), may_lack=True)
    assert pd.isna(joined.loc["OLD", "residents"])
    with pytest.raises(WrongValues, match="`bridge_lsoa`"):
        attach(areas("OLD"), residents("A", "B"), may_lack=True)


def test_attach_writes_over_nothing() -> None:
    known = areas("A").assign(residents=[5])
    with pytest.raises(WrongValues, match="already have the columns residents"):
        attach(known, residents("A"))
    empty = areas("A").assign(residents=[float("nan")])
    assert attach(empty, residents("A"))["residents"].tolist() == [1000]
    with pytest.raises(WrongValues, match="1 repeat one, the first is 'A'"):
        attach(areas("A"), residents("A", "A"))


@pytest.mark.open_data
def test_real_areas_take_only_the_table_of_their_year(open_data: Path) -> None:
    from csgeo.sources.deprivation import read_deprivation

    shapes = gpd.read_parquet(open_data / "boundaries" / "lsoa11_4forces.parquet").to_crs(27700)
    old = shapes.rename(columns={"lsoa11cd": "area_id", "lsoa11nm": "name"}).set_index("area_id")
    old = old.assign(level="LSOA 2011")[["name", "level", "geometry"]]
    tables = open_data / "tables"
    joined = attach(old, read_deprivation(tables / "imd2019_lsoa11_england.parquet").table)
    assert joined["imd_decile"].notna().all()
    with pytest.raises(WrongValues, match="Areas and table may be of different years"):
        attach(old, read_deprivation(tables / "imd2025_lsoa21_england.parquet").table)
