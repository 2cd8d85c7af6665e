from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.errors import RecipeError
from csgeo.hotspots.concentration.gini import gini
from csgeo.hotspots.concentration.shares import eighty_twenty, lorenz_curve, places_holding

COUNTS = pd.Series({"D": 2, "A": 2, "B": 12, "C": 4, "E": 0})


def test_places_come_from_the_most_to_the_fewest_and_equals_by_id():
    table = eighty_twenty(COUNTS)
    assert table.index.tolist() == ["B", "C", "A", "D", "E"]
    assert table["records"].tolist() == [12, 4, 2, 2, 0]
    assert table["running_share_of_records"].tolist() == pytest.approx([0.6, 0.8, 0.9, 1, 1])
    assert table["running_share_of_places"].tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    busy = table["running_share_of_busy_places"].tolist()
    assert busy == pytest.approx([0.25, 0.5, 0.75, 1, np.nan], nan_ok=True)
    pd.testing.assert_frame_equal(eighty_twenty(COUNTS[::-1]), table)


def test_the_fewest_places_hold_at_least_the_share():
    table = places_holding(COUNTS, shares=[0.5, 0.6, 0.8, 0.81, 1])
    assert table["places"].tolist() == [1, 1, 2, 3, 4]
    # 0.55 x 20 is a little more than 11 to a computer
    assert places_holding(pd.Series([11, 9]), shares=[0.55])["places"].item() == 1
    assert table["share_of_places"].iloc[-1] == 0.8
    assert table["share_of_busy_places"].iloc[-1] == 1


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12).filter(any), st.integers(1, 100))
def test_no_fewer_places_hold_the_share(held, percent):
    places = places_holding(pd.Series(held), shares=[percent / 100])["places"].item()
    down = sorted(held, reverse=True)
    assert 100 * sum(down[:places]) >= percent * sum(held)
    assert 100 * sum(down[: places - 1]) < percent * sum(held)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=12).filter(any))
def test_the_gini_is_twice_the_area_above_the_curve(held):
    curve = lorenz_curve(pd.Series(held))
    below = np.trapezoid(curve["share_of_records"], curve["share_of_places"])
    assert gini(pd.Series(held)) == pytest.approx(1 - 2 * below, abs=1e-12)
    assert curve.iloc[[0, -1]].to_numpy().tolist() == [[0, 0], [1, 1]]


def test_a_share_of_nothing_is_refused():
    with pytest.raises(RecipeError, match="above 0 and up to 1; they are \\(0.5, 0.0\\)"):
        places_holding(COUNTS, shares=[0.5, 0])
