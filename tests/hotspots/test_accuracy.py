from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.errors import EmptyTable, RecipeError, WrongIndex, WrongValues
from csgeo.hotspots.accuracy import accuracy_curve, accuracy_of

IDS = ["A", "B", "C"]
LATER, SIZE = pd.Series([6, 3, 0], IDS), pd.Series([1.0, 1, 1], IDS)


def test_the_values_of_ptools_are_met():
    found = accuracy_curve(later=LATER, size=SIZE, expected=pd.Series([3, 2, 1], IDS))
    assert found["pai"].tolist() == [2, 1.5, 1]
    assert found["pei"].tolist() == [1, 1, 1]
    assert found["recovery_rate_index"].tolist() == pytest.approx([3 / 6, 5 / 9, 6 / 9])
    assert found["recapture_rate_index"].isna().all()


def test_a_choice_by_hand_on_places_of_other_sizes():
    # A and C: 6 of 9 records on 3 of 4 km: PAI = (6/9) / (3/4) = 8/9
    # the best 3 km: A (1 km, 6 records), B (1 km, 3), and the first of C's 2 km (0): 9 of 9
    size, earlier = pd.Series([1.0, 1, 2], IDS), pd.Series([4, 4, 2], IDS)
    found = accuracy_of(["C", "A"], later=LATER, size=size, earlier=earlier)
    assert found["share_of_records"] == pytest.approx(2 / 3)
    assert found["share_of_size"] == 0.75
    assert found["pai"] == pytest.approx(8 / 9)
    assert found["pei"] == pytest.approx(2 / 3)
    # Levine divides by n1 and N1, the earlier records inside and in all
    assert found["recapture_rate_index"] == pytest.approx((6 / 6) / (9 / 10))


def test_the_two_indices_called_rri_are_two():
    found = accuracy_of(["A"], later=LATER, size=SIZE, earlier=LATER * 2, expected=LATER * 2)
    assert found["recapture_rate_index"] == 1  # the same share as before
    assert found["recovery_rate_index"] == 2  # twice as many were expected as came


@given(st.lists(st.integers(0, 9), min_size=2, max_size=7).filter(any), st.integers(1, 6))
def test_on_equal_cells_the_best_choice_is_the_best_of_all(held, k):
    k = min(k, len(held))
    later = pd.Series(held)
    size = pd.Series(1.0, index=later.index)
    all_choices = [accuracy_of(c, later=later, size=size) for c in combinations(later.index, k)]
    best = max(c["pai"] for c in all_choices)
    for choice in all_choices:
        assert choice["pei"] == pytest.approx(choice["pai"] / best)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=2, max_size=7).filter(
        lambda rows: any(held for held, _ in rows)
    )
)
def test_no_choice_on_other_sizes_is_above_one(rows):
    later, size = (pd.Series(column) for column in zip(*rows, strict=True))
    found = accuracy_curve(later=later, size=size.astype(float), score=-later)
    assert (found["pei"] <= 1 + 1e-12).all()
    whole = found.iloc[-1]
    assert (whole["pai"], whole["share_of_size"]) == pytest.approx((1, 1))


def test_order_of_rows_and_unit_of_size_do_not_matter():
    rng = np.random.default_rng(1)
    later, earlier = (pd.Series(rng.poisson(2, 30)) for _ in range(2))
    size = pd.Series(rng.uniform(0.1, 2, 30))
    found = accuracy_curve(later=later, size=size, earlier=earlier)
    back = accuracy_curve(later=later[::-1], size=size[::-1] * 1000, earlier=earlier[::-1])
    pd.testing.assert_frame_equal(found, back)
    some = found.index[:7]
    row = accuracy_of(some, later=later, size=size, earlier=earlier)
    np.testing.assert_allclose(row.to_numpy(), found.iloc[6].to_numpy())


def test_where_nothing_came_later_nothing_is_said():
    found = accuracy_of(["A"], later=LATER * 0, size=SIZE, earlier=LATER)
    assert found[["pai", "pei", "share_of_records", "recovery_rate_index"]].isna().all()
    assert found["share_of_size"] == pytest.approx(1 / 3)


def test_places_with_no_record_before_recapture_nothing():
    found = accuracy_of(["C"], later=LATER, size=SIZE, earlier=LATER)
    assert np.isnan(found["recapture_rate_index"])


def test_refusals_say_what_to_do():
    with pytest.raises(RecipeError, match="'Z' is not, or stands twice"):
        accuracy_of(["A", "Z"], later=LATER, size=SIZE)
    with pytest.raises(RecipeError, match="there are none"):
        accuracy_of([], later=LATER, size=SIZE)
    with pytest.raises(WrongValues, match="`size` must be known and above 0 .* 1 of 3 .* 'B'"):
        accuracy_of(["A"], later=LATER, size=pd.Series([1, 0, 1], IDS))
    with pytest.raises(WrongValues, match="`later` must be known and at least 0"):
        accuracy_of(["A"], later=pd.Series([1, np.nan, 0], IDS), size=SIZE)
    with pytest.raises(WrongIndex, match="`size` must be on the ids of `later`"):
        accuracy_of(["A"], later=LATER, size=SIZE[::-1])
    with pytest.raises(WrongIndex, match="1 rows repeat one, the first is 'A'"):
        accuracy_of(["A"], later=pd.Series([1, 2], ["A", "A"]), size=SIZE)
    with pytest.raises(EmptyTable, match="at least one place"):
        accuracy_of(["A"], later=LATER[:0], size=SIZE[:0])
    with pytest.raises(RecipeError, match="nothing to order the places by"):
        accuracy_curve(later=LATER, size=SIZE)
