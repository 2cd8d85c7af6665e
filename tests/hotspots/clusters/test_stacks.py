"""How many records lie on each point?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.errors import WrongValues
from csgeo.hotspots.clusters.stacks import number_by_records, stack_records


def test_three_records_on_two_points():
    stacks = stack_records([5, 0, 5, 5], [1, 0, 1, 2])
    assert stacks.x.tolist() == [0, 5, 5]
    assert stacks.y.tolist() == [0, 1, 2]
    assert stacks.records.tolist() == [1, 2, 1]
    assert stacks.first.tolist() == [1, 0, 3]
    assert stacks.of_record.tolist() == [1, 0, 1, 2]
    assert stacks.when.tolist() == [0, 0, 0]


def test_the_time_parts_a_stack():
    stacks = stack_records([5, 5, 5], [1, 1, 1], [3, 2, 3])
    assert stacks.when.tolist() == [2, 3]
    assert stacks.records.tolist() == [1, 2]


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=60))
def test_as_sorting_the_rows_would_have_it(points):
    table = np.array(points, dtype=float)
    one, row, of, many = np.unique(
        table, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    stacks = stack_records(table[:, 0], table[:, 1])
    np.testing.assert_array_equal(np.column_stack([stacks.x, stacks.y]), one)
    np.testing.assert_array_equal(stacks.first, row)
    np.testing.assert_array_equal(stacks.of_record, of.ravel())
    np.testing.assert_array_equal(stacks.records, many)


def test_minus_nothing_is_nothing_and_near_is_not_the_same():
    stacks = stack_records([0.0, -0.0, 1e-9], [0.0, 0.0, 0.0])
    assert stacks.records.tolist() == [2, 1]


def test_no_records_make_no_stacks():
    stacks = stack_records([], [])
    assert len(stacks.x) == len(stacks.of_record) == 0


def test_records_without_a_point_and_unequal_lengths_are_refused():
    with pytest.raises(WrongValues, match="`y` must be known for each record; 1 of 2 are not"):
        stack_records([0, 1], [0, np.nan])
    with pytest.raises(WrongValues, match="`x`, `y` must be of one length; found"):
        stack_records([0, 1], [0])


def test_clusters_are_numbered_by_their_records():
    stacks = stack_records([0, 1, 1, 1, 2, 3, 3], [0] * 7)  # records 1, 3, 1, 2
    label = np.array([7, 4, 7, -1])
    assert number_by_records(label, stacks).tolist() == [1, 0, 1, -1]
    assert number_by_records(label, stacks, least_records=3).tolist() == [-1, 0, -1, -1]
    assert number_by_records(np.full(4, -1), stacks).tolist() == [-1] * 4
    # as many records in each: the western one comes first
    assert number_by_records(np.array([5, -1, 2, -1]), stacks).tolist() == [0, -1, 1, -1]
