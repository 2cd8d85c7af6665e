"""Where is the middle of a set of records, and how far do they spread around it?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, WrongValues
from csgeo.hotspots.clusters.centrography import (
    _step,
    mean_centre,
    median_centre,
    standard_distance,
)

EBDON = np.array([(1, 2), (2, 3), (2, 2), (2, 1), (3, 4), (3, 3), (3, 1), (4, 4)], dtype=float).T
#: The eleven points of pointpats' documentation.
ELEVEN = np.array(
    [
        (66.22, 32.54), (22.52, 22.39), (31.01, 81.21), (9.47, 31.02), (30.78, 60.10), (75.21, 58.93),
        (79.26, 7.68), (8.23, 39.93), (98.73, 77.17), (89.78, 42.53), (65.19, 92.08),
    ]
).T  # fmt: skip


def far(x, y, at, records=1):
    return float((records * np.hypot(x - at[0], y - at[1])).sum())


def test_ebdons_eight_points():
    assert mean_centre(*EBDON) == (2.5, 2.5)
    assert standard_distance(*EBDON) == pytest.approx(1.41421356, abs=5e-9)
    # a published search stopped at 2.34998979, 2.48670953; ours goes on to where nothing is nearer
    assert median_centre(*EBDON) == pytest.approx((2.34998979, 2.48670953), abs=1e-3)
    assert far(*EBDON, median_centre(*EBDON)) <= far(*EBDON, (2.34998979, 2.48670953))
    assert median_centre(*ELEVEN) == pytest.approx((53.51770575, 49.6572671), abs=2e-4)


def test_a_record_that_is_the_median_is_given_exactly():
    # the mean lies elsewhere; Weiszfeld's plain steps divide by 0 on a record
    assert median_centre([0, 0, 0, 10, 0], [0, 0, 0, 0, 10]) == (0.0, 0.0)
    assert median_centre([0, 10, 0], [0, 0, 10], records=[3, 1, 1]) == (0.0, 0.0)
    # a cross: every step starts on the middle record, which is also the median
    assert median_centre([0, 5, -5, 0, 0], [0, 0, 0, 5, -5]) == (0.0, 0.0)
    # the mean lies on a record that is not the median
    x, y = np.array([0, 4, 4, 4, -12.0]), np.array([0, 1, -1, 0, 0.0])
    assert mean_centre(x, y) == (0, 0)
    assert far(x, y, median_centre(x, y)) < far(x, y, (0, 0)) - 1


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=20),
    st.integers(0, 100),
)
def test_nowhere_is_nearer_than_the_median(points, seed):
    x, y = np.array(points, dtype=float).T
    best = far(x, y, median_centre(x, y))
    rng = np.random.default_rng(seed)
    others = [*zip(x, y, strict=True), *(median_centre(x, y) + rng.normal(0, 0.5, (200, 2)))]
    assert best <= min(far(x, y, at) for at in others) + 1e-6


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), min_size=1))
def test_a_weight_is_so_many_rows(rows):
    x, y, records = np.array(rows, dtype=float).T
    many = records.astype(int)
    for function in (mean_centre, standard_distance, median_centre):
        stacked = function(x, y, records=records)
        repeated = function(np.repeat(x, many), np.repeat(y, many))
        if function is median_centre:  # on a line the median may be any of many points
            stacked, repeated = (far(x, y, at, records) for at in (stacked, repeated))
        assert stacked == pytest.approx(repeated, abs=1e-6)


def test_move_turn_unit_and_order():
    x, y = ELEVEN
    moved = x + 400_000, y + 100_000
    assert np.subtract(mean_centre(*moved), mean_centre(x, y)) == pytest.approx([4e5, 1e5])
    assert np.subtract(median_centre(*moved), median_centre(x, y)) == pytest.approx([4e5, 1e5])
    assert standard_distance(*moved) == pytest.approx(standard_distance(x, y), rel=1e-12)
    assert median_centre(-y, x) == pytest.approx((-median_centre(x, y).y, median_centre(x, y).x))
    assert standard_distance(x * 8, y * 8) == pytest.approx(8 * standard_distance(x, y))
    assert median_centre(x[::-1], y[::-1]) == pytest.approx(median_centre(x, y))


def test_a_stack_has_no_spread_on_the_national_grid():
    # the difference of mean squares, which pointpats takes, gives 9 mm for seven records on one point
    assert standard_distance([375000.3] * 7, [165000.7] * 7) == pytest.approx(0, abs=1e-9)
    centimetre = standard_distance([375000.3] * 14, [165000.7, 165000.71] * 7)
    assert centimetre == pytest.approx(0.005, abs=1e-9)
    assert median_centre([375000.3] * 7, [165000.7] * 7) == (375000.3, 165000.7)


def test_what_has_no_middle_is_refused():
    with pytest.raises(MethodError, match="A middle needs at least one record with a point"):
        mean_centre([], [])
    with pytest.raises(MethodError, match="found none"):
        median_centre([1, 2], [1, 2], records=[0, 0])
    with pytest.raises(WrongValues, match=r"1 of 2 are not \(the first is at position 1\)"):
        standard_distance([0, np.nan], [0, 1])
    with pytest.raises(WrongValues, match="weights 0 or more"):
        mean_centre([0, 1], [0, 1], records=[1, -1])
    with pytest.raises(WrongValues, match="must be of one length; found 2, 1 and 2"):
        mean_centre([0, 1], [0])


def test_a_step_from_a_record_is_held_back_by_its_weight():
    # two records 3 m to the east pull with 2, the record here holds with 1: half of Weiszfeld's 3 m
    step = _step(np.array([0.0, 3, 3]), np.zeros(3), np.ones(3), np.zeros(2))
    assert step.tolist() == [1.5, 0.0]
    held = _step(np.array([0.0, 3, 3]), np.zeros(3), np.array([2.0, 1, 1]), np.zeros(2))
    assert held.tolist() == [0.0, 0.0]
