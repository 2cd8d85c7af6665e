"""How many records, and of how many people, does each cell hold?"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import WrongCRS
from csgeo.hotspots.counting import cells_table, count_incidents, count_people
from csgeo.tables import CELLS


def test_counts_of_a_hand_worked_row_of_three(field_of, incidents_at):
    # cells 0-125, 125-250, 250-375; the point at 125 is in the second, that at 375 outside
    field = field_of(1, 3)
    records = incidents_at(
        [0, 124.9, 125, 300, 375, -1, np.nan], [10] * 7, people=["a", "a", None, "b", "c", "c", "c"]
    )
    counted = count_incidents(records, field)
    assert counted.incidents.tolist() == [[2, 1, 1]]
    assert counted.position.tolist() == [0, 0, 1, 2, -1, -1, -1]
    assert (counted.inside, counted.outside, counted.without_place) == (4, 2, 1)
    cells = CELLS.check(cells_table(records, field, counted), "cells")
    assert cells["incidents"].tolist() == [2, 1, 1]
    assert cells["people"].tolist() == [1, 0, 1]


numbers = st.floats(-500, 1500) | st.just(float("nan")) | st.sampled_from([0.0, 125.0, 1000.0])


@settings(max_examples=50, deadline=None)
@given(points=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40))
def test_nothing_is_lost(points, field_of, incidents_at):
    x, y = zip(
        *[(a, b) if math.isfinite(a + b) else (np.nan, np.nan) for a, b in points], strict=True
    )
    counted = count_incidents(incidents_at(x, y), field_of(8, 8))
    assert counted.inside + counted.outside + counted.without_place == len(points)
    assert counted.incidents.sum() == counted.inside
    assert np.isfinite(counted.x).sum() == counted.inside


def test_the_order_of_the_rows_does_not_matter(field_of, town):
    plain = count_incidents(town, field_of(40, 40))
    turned = count_incidents(town.iloc[::-1], field_of(40, 40))
    assert (plain.incidents == turned.incidents).all()


def test_people_are_not_known_where_no_record_names_one(field_of, incidents_at):
    records = incidents_at([10, 20], [10, 10], people=[None, None])
    counted = count_incidents(records, field_of(1, 1))
    assert count_people(records, counted.position).empty
    assert "people" not in cells_table(records, field_of(1, 1), counted)


def test_records_in_another_system_are_refused(field_of, incidents_at):
    other = incidents_at([10], [10]).to_crs(32630)
    with pytest.raises(WrongCRS, match="`incidents` must be in the same system as `area`"):
        count_incidents(other, field_of(1, 1))
