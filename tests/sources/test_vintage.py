"""How do numbers by LSOA of one year become numbers by LSOA of the other?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, WrongValues
from csgeo.sources.lookups import read_area_lookup
from csgeo.sources.population import read_population
from csgeo.sources.vintage import bridge_lsoa, lsoa_vintage

if TYPE_CHECKING:
    from pathlib import Path

#: U1 unchanged; S1 split into Sa, Sb, Sc; M1 and M2 merged into M; X1 and X2 irregular into X.
LOOKUP = pd.DataFrame(
    [
        ("U1", "U1", "U"),
        ("U2", "U2", "U"),
        ("S1", "Sa", "S"),
        ("S1", "Sb", "S"),
        ("S1", "Sc", "S"),
        ("M1", "M", "M"),
        ("M2", "M", "M"),
        ("X1", "X", "X"),
        ("X2", "X", "X"),
    ],
    columns=["lsoa11", "lsoa21", "change"],
).assign(exact=True)
PARTS = pd.Series({"Sa": 30.0, "Sb": 50.0, "Sc": 20.0, "M": 9.0, "U1": 1.0})


def table(**values: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"residents": list(values.values())}, index=pd.Index(list(values), name="area_id")
    )


@pytest.mark.parametrize(
    ("codes", "vintage"),
    [
        (["U1", "S1"], "2011"),
        (["U1", "Sa", None], "2021"),
        (["U1", "U2"], "both"),
        (["U1", "S01000001"], "neither"),
        ([], "neither"),
    ],
)
def test_the_year_of_codes(codes: list[str], vintage: str) -> None:
    assert lsoa_vintage(codes, LOOKUP) == vintage


def test_two_years_are_never_mixed() -> None:
    words = r"1 are of 2011 only \(the first is 'S1'\) and 1 of 2021 only \(the first is 'M'\)"
    with pytest.raises(WrongValues, match=words):
        lsoa_vintage(["S1", "M", "U1"], LOOKUP)
    with pytest.raises(WrongValues, match=words):
        bridge_lsoa(table(S1=1, M=1, U1=1), LOOKUP, how="count")


def test_counts_by_hand() -> None:
    values = table(U1=7, S1=200, M1=30, M2=12, X1=5, X2=6).assign(vintage="2011")
    bridged = bridge_lsoa(values, LOOKUP, how="count", weights=PARTS)
    assert bridged["residents"].to_dict() == {
        "M": 42,
        "Sa": 60,
        "Sb": 100,
        "Sc": 40,
        "U1": 7,
        "X": 11,
    }
    assert bridged["bridged"].to_dict() == {
        "M": "merged",
        "Sa": "split",
        "Sb": "split",
        "Sc": "split",
        "U1": "unchanged",
        "X": "irregular",
    }
    assert set(bridged["vintage"]) == {"2021"}
    assert values["vintage"].tolist() == ["2011"] * 6


def test_counts_go_back_too() -> None:
    new = table(Sa=60, Sb=100, Sc=40, M=42)
    old = bridge_lsoa(new, LOOKUP, how="count", to="2011", weights=pd.Series({"M1": 5, "M2": 2}))
    assert old["residents"].to_dict() == {"M1": 30, "M2": 12, "S1": 200}


def test_a_split_without_weights_is_refused_not_halved() -> None:
    with pytest.raises(
        MethodError, match="1 areas were split between 2011 and 2021, the first is 'S1'"
    ):
        bridge_lsoa(table(S1=10), LOOKUP, how="count")
    with pytest.raises(MethodError, match="1 are lacking, the first is 'Sc'"):
        bridge_lsoa(table(S1=10), LOOKUP, how="count", weights=PARTS.drop("Sc"))
    nobody = pd.Series({"Sa": 0, "Sb": 0, "Sc": 0})
    with pytest.raises(MethodError, match="nobody does in 'S1'"):
        bridge_lsoa(table(S1=10), LOOKUP, how="count", weights=nobody)
    assert bridge_lsoa(table(M1=1, M2=2), LOOKUP, how="count")["residents"].tolist() == [3]


def test_rates_by_hand() -> None:
    rates = table(U1=0.1, S1=0.3, M1=0.2, M2=0.8).rename(columns={"residents": "share"})
    rates["imd_decile"] = [1, 3, 4, 4]
    rates["imd_rank"] = [10, 30, 40, 41]
    weights = pd.Series({"M1": 300, "M2": 100})
    bridged = bridge_lsoa(rates, LOOKUP, how="rate", weights=weights)
    assert bridged["share"].to_dict() == pytest.approx(
        {"M": 0.35, "Sa": 0.3, "Sb": 0.3, "Sc": 0.3, "U1": 0.1}
    )
    assert bridged["imd_decile"].to_dict() == {"M": 4, "Sa": 3, "Sb": 3, "Sc": 3, "U1": 1}
    assert np.isnan(bridged.loc["M", "imd_rank"])
    with pytest.raises(
        MethodError, match="1 areas were merged between 2011 and 2021, the first is 'M'"
    ):
        bridge_lsoa(rates, LOOKUP, how="rate")


def test_what_is_not_all_there_is_not_known() -> None:
    half = bridge_lsoa(table(M1=30, U1=1), LOOKUP, how="count")
    assert np.isnan(half.loc["M", "residents"])
    assert half["bridged"].to_dict() == {"M": "incomplete", "U1": "unchanged"}
    rate = bridge_lsoa(table(M1=30, U1=1), LOOKUP, how="rate", weights=pd.Series({"M1": 3}))
    assert np.isnan(rate.loc["M", "residents"])
    missing = bridge_lsoa(table(M1=30, M2=np.nan), LOOKUP, how="count")
    assert np.isnan(missing.loc["M", "residents"])


def test_values_of_the_year_wanted_pass() -> None:
    for codes in (table(U1=1, U2=2), table(U2=2, Sa=1)):
        bridged = bridge_lsoa(codes, LOOKUP, how="count")
        assert bridged["residents"].to_dict() == codes["residents"].to_dict()
        assert set(bridged["bridged"]) == {"unchanged"}


def test_best_fit_cannot_divide() -> None:
    best = pd.DataFrame({"lsoa11": ["S1"], "lsoa21": ["Sa"], "change": ["S"], "exact": [False]})
    with pytest.raises(MethodError, match="1 pairs are best fit, the first is S1 to Sa"):
        bridge_lsoa(table(S1=1), best, how="count", weights=PARTS)


def test_what_cannot_be_bridged_is_refused() -> None:
    with pytest.raises(WrongValues, match="1 of 2 codes are of neither, the first is 'Q'"):
        bridge_lsoa(table(U1=1, Q=1), LOOKUP, how="count")
    with pytest.raises(WrongValues, match="approximate do not"):
        bridge_lsoa(table(S1=1).assign(approximate=True), LOOKUP, how="count", weights=PARTS)
    with pytest.raises(MethodError, match="`how` must be 'count' or 'rate'"):
        bridge_lsoa(table(S1=1), LOOKUP, how="sum")  # type: ignore[arg-type]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 10_000), min_size=7, max_size=7),
    st.lists(st.integers(1, 1_000), min_size=3, max_size=3),
)
def test_nobody_is_lost_or_invented(counts: list[int], people: list[int]) -> None:
    codes = ("U1", "U2", "S1", "M1", "M2", "X1", "X2")
    values = table(**dict(zip(codes, map(float, counts), strict=True)))
    weights = pd.Series(dict(zip(("Sa", "Sb", "Sc"), people, strict=True)))
    bridged = bridge_lsoa(values, LOOKUP, how="count", weights=weights)
    assert bridged["residents"].sum() == pytest.approx(sum(counts))


@pytest.mark.open_data
def test_real_residents_are_bridged_without_loss(open_data: Path) -> None:
    tables = open_data / "tables"
    lookup = read_area_lookup(tables / "lookup_lsoa11_lsoa21_ltla22.parquet").table
    people = read_population(tables / "population_mid2020_lsoa11_ew.parquet").table
    assert lsoa_vintage(people.index, lookup) == "2011"
    numbers = people.drop(columns="approximate")
    with pytest.raises(MethodError, match="were split between 2011 and 2021"):
        bridge_lsoa(numbers, lookup, how="count")
    new = pd.Index(lookup["lsoa21"].unique())
    bridged = bridge_lsoa(numbers, lookup, how="count", weights=pd.Series(1.0, index=new))
    assert len(bridged) == 35_672
    assert lsoa_vintage(bridged.index, lookup) == "2021"
    assert bridged["residents"].sum() == pytest.approx(59_719_724)
    plain = pd.read_parquet(tables / "lookup_lsoa11_lsoa21_ltla22.parquet")
    same = plain.loc[plain["change_code"] == "U", "lsoa11_code"]
    assert (bridged.loc[same, "residents"] == people.loc[same, "residents"].astype(float)).all()
    # Hartlepool 015C is Hartlepool 005A and 005D together
    merged = people.loc[["E01011973", "E01011976"], "residents"].sum()
    assert bridged.loc["E01035188", "residents"] == merged
