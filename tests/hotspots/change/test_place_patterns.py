"""Does a whole place get the class of its cells, and are the cells' records the weight?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import EmptyTable, WrongValues
from csgeo.hotspots.change.emerging import Emerging
from csgeo.hotspots.change.place_patterns import patterns_of_places

NONE = np.empty((0, 0))


def _emerging(cells):
    """Lay cells of 250 m along a line: class and records of each."""
    index = [f"250mE{250 * k}N0" for k in range(len(cells))]
    table = pd.DataFrame(cells, columns=["class_number", "incidents"], index=index)
    return Emerging(gpd.GeoDataFrame(table), NONE, NONE, {})


def _place(*cells):
    return pd.DataFrame({"cells": [" ".join(cells)]}, index=["P"])


def test_most_records_decide_and_their_share_is_said():
    emerging = _emerging([(4, 60), (1, 30), (0, 110)])
    found = patterns_of_places(emerging, _place("250mE0N0", "250mE250N0", "250mE500N0")).loc["P"]
    assert (found["word"], found["pattern"]) == ("lasting", "Persistent Hot Spot")
    assert found["share"] == pytest.approx(60 / 200)


def test_smaller_cells_of_a_place_take_their_part_of_the_larger_ones():
    emerging = _emerging([(4, 60), (1, 40)])
    place = _place("125mE125N0", "125mE250N0", "125mE250N125")
    found = patterns_of_places(emerging, place).loc["P"]
    assert found["word"] == "new"
    assert found["share"] == pytest.approx(20 / 35)


def test_of_equals_the_one_nearer_to_new_hot_before_cold():
    emerging = _emerging([(6, 10), (-2, 10), (2, 10)])
    found = patterns_of_places(emerging, _place("250mE0N0", "250mE250N0", "250mE500N0"))
    assert found["class_number"].tolist() == [2]
    nearer = patterns_of_places(_emerging([(6, 10), (-2, 10)]), _place("250mE0N0", "250mE250N0"))
    assert nearer["class_number"].tolist() == [-2]


def test_no_pattern_where_no_cell_has_one_and_where_nothing_was_recorded():
    emerging = _emerging([(0, 10), (99, 30)])
    places = pd.DataFrame(
        {"cells": ["250mE0N0", "250mE9000N0", "250mE0N0 250mE250N0"]}, index=["A", "B", "C"]
    )
    found = patterns_of_places(emerging, places)
    assert found["word"].tolist() == ["no pattern", "no pattern", "too little to say"]
    assert found["share"].isna().tolist() == [False, True, False]


def test_larger_cells_and_no_place_are_refused():
    with pytest.raises(
        WrongValues, match="no larger than the 250 m of the classes; they have 500 m"
    ):
        patterns_of_places(_emerging([(1, 1)]), _place("500mE0N0"))
    with pytest.raises(EmptyTable, match="nothing to follow over time"):
        patterns_of_places(_emerging([(1, 1)]), _place().iloc[:0])
