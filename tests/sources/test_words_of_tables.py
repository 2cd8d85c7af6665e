"""Is each word that public tables use understood as what it means?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.sources.areas import _level_of
from csgeo.sources.codes import KNOWN_WIDTHS
from csgeo.sources.deprivation import read_deprivation
from csgeo.sources.labels import code_labels
from csgeo.sources.stops import read_stops

TYPES = {
    "BUS_STOP": ["BCT"],
    "BUS_STATION": ["BCS", "BCQ", "BST", "BCE"],
    "RAIL_STATION": ["RLY", "RSE", "RPL", "MET", "TMU", "PLT"],
    "TAXI_RANK": ["TXR", "STR"],
    "AIRPORT": ["AIR", "GAT"],
    "UNKNOWN": ["FTD", "FER"],
}


def test_each_type_of_stop_is_of_its_kind(tmp_path):
    wanted = [(kind, stop) for kind, stops in TYPES.items() for stop in stops]
    lines = [f"{n:03d},a,{stop},375100,164500" for n, (_, stop) in enumerate(wanted)]
    text = "\n".join(["ATCOCode,CommonName,StopType,Easting,Northing", *lines])
    (tmp_path / "a.csv").write_text(text)
    found = read_stops(tmp_path / "a.csv").table["kind"]
    assert found.tolist() == [kind for kind, _ in wanted]


def test_each_domain_of_deprivation_is_read(tmp_path):
    domains = {
        "imd": "Index of Multiple Deprivation (IMD)",
        "income": "Income",
        "employment": "Employment",
        "education": "Education, Skills and Training",
        "health": "Health Deprivation and Disability",
        "crime": "Crime",
        "housing": "Barriers to Housing and Services",
        "environment": "Living Environment",
        "idaci": "Income Deprivation Affecting Children Index (IDACI)",
    }
    header = [f'"{name} Rank (where 1 is most deprived)"' for name in domains.values()]
    decile = '"Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"'
    row = ["E01014370", *map(str, range(1, 10)), "7"]
    text = ",".join(["LSOA code (2021)", *header, decile]) + "\n" + ",".join(row) + "\n"
    (tmp_path / "a.csv").write_text(text)
    table = read_deprivation(tmp_path / "a.csv").table
    assert {d: int(table[f"{d}_rank"].iloc[0]) for d in domains} == dict(
        zip(domains, range(1, 10), strict=True)
    )


@pytest.mark.parametrize(
    ("column", "level"),
    [
        ("LSOA21CD", "LSOA 2021"),
        ("WD24NM", "ward 2024"),
        ("LTLA22CD", "district 2022"),
        ("LAD23CD", "district 2023"),
        ("PAR21CD", "parish 2021"),
        ("BUA22NM", "built-up area 2022"),
    ],
)
def test_a_column_says_of_which_kind_an_area_is(column, level):
    assert _level_of(column) == level


def test_codes_have_the_widths_that_are_published():
    assert KNOWN_WIDTHS == {"uprn": 12, "lacode": 3, "dfenumber": 7, "laestab": 7, "estabnumber": 4}


@pytest.mark.parametrize("word", ["Not known", "UNKNOWN", "not recorded", "Not stated", "missing"])
def test_a_word_for_not_known_is_no_label_that_is_strange(word):
    coded = code_labels(pd.Series([word, "Park"], dtype="str"), "location")
    assert coded.unknown.tolist() == [False, False]
