"""Which square does a National Grid reference name?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from csgeo.sources.grid_references import grid_square, on_land_squares, read_grid_references


def test_hand_worked_references():
    # TQ is column 5, row 1; 385 335 is 38.5 km east and 33.5 km north in it, a square of 100 m
    texts = [
        "TQ 385 335",
        "tq385335",
        "ST7512964567",
        "TQ 33",
        "TQ",
        "TQ 385 33",
        "ZZ 11 11",
        "",
        None,
        "375129 164567",
        "SU 4231 6769",
    ]
    points = read_grid_references(pd.Series(texts, dtype="str"))
    np.testing.assert_equal(
        points.easting, [538550, 538550, 375129.5, 535000, *[np.nan] * 5, 375129.5, 442315]
    )
    np.testing.assert_equal(
        points.northing, [133550, 133550, 164567.5, 135000, *[np.nan] * 5, 164567.5, 167695]
    )
    np.testing.assert_equal(points.precision_m, [100, 100, 1, 10_000, *[np.nan] * 5, 1, 10])


def test_squares_at_the_corners_of_the_grid():
    assert [grid_square(s) for s in ("SV", "TQ", "NT", "HP", "TV")] == [
        (0, 0),
        (5, 1),
        (3, 6),
        (4, 12),
        (5, 0),
    ]


@given(st.integers(0, 99_999), st.integers(0, 99_999), st.integers(1, 5))
def test_the_named_square_holds_the_point_it_was_made_from(east, north, digits):
    side = 10 ** (5 - digits)
    text = f"ST {east // side:0{digits}d} {north // side:0{digits}d}"
    point = read_grid_references(pd.Series([text]))
    assert abs(point.easting[0] - (300_000 + east)) <= side / 2 + 0.5
    assert abs(point.northing[0] - (100_000 + north)) <= side / 2 + 0.5
    assert point.precision_m[0] == side


def test_land_is_told_from_the_far_sea():
    x = np.array([375_000.0, 165_000, 50_000, 1e9, np.nan, -5, 699_999.0])
    y = np.array([165_000.0, 375_000, 450_000, 0, 1, 5, 1_299_999.0])
    assert on_land_squares(x, y).tolist() == [True, False, False, False, False, False, False]
