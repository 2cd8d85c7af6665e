"""Which way do records stretch, and what is the least that holds them all?"""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters.ellipses import (
    Ellipse,
    bounds,
    ellipse_shape,
    standard_deviational_ellipse,
)

EBDON = np.array([(1, 2), (2, 3), (2, 2), (2, 1), (3, 4), (3, 3), (3, 1), (4, 4)], dtype=float).T
TWELVE = np.array(
    [
        (66.22, 32.54), (22.52, 22.39), (31.01, 81.21), (9.47, 31.02), (30.78, 60.10), (75.21, 58.93),
        (79.26, 7.68), (8.23, 39.93), (98.73, 77.17), (89.78, 42.53), (65.19, 92.08), (54.46, 8.48),
    ]
).T  # fmt: skip
ELEVEN = TWELVE[:, :11]


def test_the_reference_ellipse_of_eleven_points():
    found = standard_deviational_ellipse(*ELEVEN)
    assert found.major_m == pytest.approx(50.13029459, abs=5e-9)
    assert found.minor_m == pytest.approx(37.95222670, abs=5e-9)
    assert np.radians(found.angle_deg) == pytest.approx(0.34655821, abs=5e-9)


def test_a_cross_by_hand():
    # sums of squares 2 * 16 along east, 2 * 4 along north, 4 records
    x, y = [4, -4, 0, 0], [0, 0, 2, -2]
    assert standard_deviational_ellipse(x, y, form="yuill") == (0, 0, 8**0.5, 2**0.5, 0)
    assert standard_deviational_ellipse(x, y) == pytest.approx((0, 0, 32**0.5, 8**0.5, 0))
    assert standard_deviational_ellipse(y, x) == pytest.approx((0, 0, 32**0.5, 8**0.5, 90))


def test_the_angle_is_anticlockwise_from_east():
    along = np.linspace(-1, 1, 9)
    for degrees in (0, 30, 45, 90, 120, 179):
        x, y = along * np.cos(np.radians(degrees)), along * np.sin(np.radians(degrees))
        found = standard_deviational_ellipse(x + 4e5, y + 1e5)
        assert found.angle_deg == pytest.approx(degrees, abs=1e-6)
        assert found.minor_m == pytest.approx(0, abs=1e-7)
    square = standard_deviational_ellipse([1, -1, -1, 1], [1, 1, -1, -1])
    assert square.angle_deg == 0
    assert square.major_m == square.minor_m


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 4)), min_size=3),
    st.sampled_from(["crimestat", "yuill"]),
)
def test_the_axes_are_the_widest_and_narrowest_spread_and_a_weight_is_so_many_rows(rows, form):
    x, y, records = np.array(rows, dtype=float).T
    found = standard_deviational_ellipse(x, y, records=records, form=form)
    many = records.astype(int)
    n = many.sum()
    points = np.column_stack([np.repeat(x, many), np.repeat(y, many)])
    spread = np.linalg.eigvalsh(np.cov(points.T, bias=True))
    share = 2 * n / (n - 2) if form == "crimestat" else 1
    assert found.major_m**2 == pytest.approx(share * spread[1], abs=1e-9)
    assert found.minor_m**2 == pytest.approx(max(share * spread[0], 0), abs=1e-9)
    assert 0 <= found.angle_deg < 180


def test_move_turn_and_unit():
    plain = standard_deviational_ellipse(*ELEVEN)
    x, y = ELEVEN
    moved = standard_deviational_ellipse(x + 4e5, y + 1e5)
    assert moved[2:] == pytest.approx(plain[2:], rel=1e-9)
    turned = standard_deviational_ellipse(-y, x)
    assert turned[2:] == pytest.approx((plain[2], plain[3], plain[4] + 90))
    assert standard_deviational_ellipse(x * 3, y * 3)[2:4] == pytest.approx(
        (3 * plain[2], 3 * plain[3])
    )


def test_the_shape_has_the_axes_and_the_angle():
    shape = ellipse_shape(Ellipse(100, 50, 20, 5, 30), times=1.5)
    assert shape.area == pytest.approx(np.pi * 30 * 7.5, rel=1e-3)
    assert shapely.get_coordinates(shape.centroid)[0] == pytest.approx([100, 50])
    tip = shapely.Point(100 + 29.9 * np.cos(np.pi / 6), 50 + 29.9 * np.sin(np.pi / 6))
    assert shape.contains(tip)
    assert ellipse_shape(Ellipse(0, 0, 5, 0, 0)).is_empty


def test_the_reference_bounds():
    found = bounds(*EBDON)
    assert (found.circle_x, found.circle_y) == pytest.approx((2.7, 2.7), abs=1e-5)
    assert found.circle_m == pytest.approx(1.83847763, abs=5e-9)
    assert found.rectangle_angle_deg == pytest.approx(45)
    twelve = bounds(*TWELVE)
    assert twelve.hull_m2 == pytest.approx(5294.00395, abs=5e-6)
    assert twelve.upright_m2 == pytest.approx(7638.2, abs=0.05)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30))
def test_circle_rectangle_and_hull_hold_all_records(points):
    x, y = np.array(points, dtype=float).T
    found = bounds(x, y)
    away = np.hypot(x - found.circle_x, y - found.circle_y)
    assert away.max() <= found.circle_m + 1e-6
    cover = shapely.multipoints(points)
    for shape in (found.hull, found.rectangle):
        assert shape.buffer(1e-6).covers(cover)
    assert found.rectangle_long_m >= found.rectangle_short_m
    assert found.hull_m2 <= found.rectangle_long_m * found.rectangle_short_m + 1e-6
    assert 0 <= found.rectangle_angle_deg < 180


def test_one_point_and_one_line_have_no_area():
    one = bounds([5, 5], [6, 6])
    assert (one.circle_x, one.circle_y, one.circle_m, one.hull_m2) == (5, 6, 0, 0)
    line = bounds([0, 3, 6], [0, 4, 8])
    assert (line.rectangle_long_m, line.rectangle_short_m) == pytest.approx((10, 0))
    assert line.hull_m2 == 0
    point = standard_deviational_ellipse([5, 5, 5], [6, 6, 6])
    assert point == (5, 6, 0, 0, 0)


def test_what_has_no_ellipse_is_refused():
    with pytest.raises(
        MethodError, match="CrimeStat's ellipse needs at least three records; found 2"
    ):
        standard_deviational_ellipse([0, 1], [0, 1])
    with pytest.raises(RecipeError, match='`form` must be "crimestat" or "yuill"; it is \'best\''):
        standard_deviational_ellipse([0, 1, 2], [0, 1, 0], form="best")
    with pytest.raises(RecipeError, match="`times` must be above 0; it is 0"):
        ellipse_shape(Ellipse(0, 0, 1, 1, 0), times=0)
    with pytest.raises(WrongValues, match="Coordinates must be known"):
        bounds([np.nan], [0])
    with pytest.raises(MethodError, match="found none"):
        bounds([], [])
