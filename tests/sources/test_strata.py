"""Is each area given its class, and nothing else?"""

from __future__ import annotations

import pytest

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.strata import read_strata


def written(folder, text):
    path = folder / "classes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_column_of_codes_is_found_by_what_it_holds(tmp_path):
    path = written(tmp_path, "ruc_code,class,LSOA\nA1,Urban,E01000001\nD1,Rural,E01000002\n")
    table = read_strata(path, column="class").table
    assert table["stratum"].to_dict() == {"E01000001": "Urban", "E01000002": "Rural"}
    assert table.index.name == "area_id"


def test_a_missing_class_or_code_column_is_named_with_what_was_found(tmp_path):
    path = written(tmp_path, "LSOA,class\nE01000001,Urban\n")
    with pytest.raises(UnknownColumns, match="no column for the class to rank within.*LSOA, class"):
        read_strata(path, column="ruc")
    bare = written(tmp_path, "place,class\nBath,Urban\n")
    with pytest.raises(UnknownColumns, match="no column for the code of the area"):
        read_strata(bare, column="class")


def test_an_area_in_two_classes_is_refused(tmp_path):
    path = written(tmp_path, "LSOA,class\nE01000001,Urban\nE01000001,Rural\n")
    with pytest.raises(
        SourceError, match="gives 1 areas two classes in 'class'; the first is 'E01000001'"
    ):
        read_strata(path, column="class")


@pytest.mark.open_data
def test_the_rural_urban_classes_of_england_and_wales(open_data):
    table = read_strata(open_data / "tables" / "ruc11_lsoa11_ew.parquet", column="ruc").table
    assert len(table) == 34753  # every LSOA of 2011 in England and Wales
    assert set(table["stratum"]) == {"Urban", "Rural"}
