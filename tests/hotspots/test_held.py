"""Is what a list held measured on the same ground for all?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.held import (
    COLUMNS,
    busiest_cells,
    cells_of_places,
    lay_ground,
    measured,
    on_the_same_ground,
    records_per_cell,
)


@pytest.fixture
def area(area_of):
    return area_of(1000, 500)  # 8 x 4 cells of 125 m, 4 x 2 of 250 m


@pytest.fixture
def ground(area):
    field = lay_field(area, cell_m=125)
    street_m = np.zeros(field.mask.shape)
    street_m[0] = 100.0  # a street along the southern row: 800 m
    return lay_ground(field, street_m)


def test_places_are_taken_in_order_until_the_ground_is_used_up(ground):
    places = [np.array([0, 1]), np.array([5, 6, 7, 8]), np.array([20])]
    part = on_the_same_ground(places, 4, ground)
    assert np.flatnonzero(part).tolist() == [0, 1, 5, 6, 7, 8]
    assert part[[0, 5]].tolist() == [1.0, 0.5]
    assert part.sum() == 4
    assert on_the_same_ground(places, 99, ground).sum() == 7  # a short list has no more
    assert on_the_same_ground([], 4, ground).sum() == 0
    assert on_the_same_ground(places, 0, ground).sum() == 0


def test_the_measures_by_hand(ground):
    # of 32 cells two are taken, of 800 m of street 100 m; they held 8 of 10 before and 3 of 6 after,
    # of which the busiest two cells held 4; the later part is half as long: 4 were due
    earlier, later = np.zeros(32), np.zeros(32)
    earlier[[0, 8, 9]] = [5, 3, 2]
    later[[0, 8, 9, 10]] = [2, 1, 1, 2]
    part = np.zeros(32)
    part[[0, 8]] = 1
    found = measured(part, earlier=earlier, later=later, ground=ground, months_ratio=0.5)
    assert found == pytest.approx(
        {
            "share_of_records": 3 / 6,
            "share_of_area": 2 / 32,
            "pai": 8.0,
            "pei": 3 / 4,
            "share_of_streets": 100 / 800,
            "pai_streets": 4.0,
            "recapture_rate_index": (3 / 6) / (8 / 10),
            "recovery_rate_index": 4 / 3,
        }
    )
    assert tuple(found) == COLUMNS


def test_nothing_taken_holds_nothing(ground):
    found = measured(
        np.zeros(32), earlier=np.ones(32), later=np.ones(32), ground=ground, months_ratio=1
    )
    assert (found["share_of_records"], found["share_of_area"]) == (0.0, 0.0)
    assert np.isnan(found["pai"])


def test_without_streets_their_measures_are_missing(area):
    ground = lay_ground(lay_field(area, cell_m=125), None)
    found = measured(
        np.ones(32), earlier=np.ones(32), later=np.ones(32), ground=ground, months_ratio=1
    )
    assert found["pai"] == pytest.approx(1.0)
    assert np.isnan(found["pai_streets"])
    assert np.isnan(found["share_of_streets"])


def test_the_busiest_cells_are_measured_on_the_smallest_ones(area, ground, incidents_at):
    before = incidents_at(
        [10, 10, 140, 900, 900, 900, 900, 260], [10, 10, 10, 400, 400, 400, 400, 10]
    )
    small = busiest_cells(before, area, ground, cell_m=125)
    assert [c.tolist() for c in small] == [
        [3 * 8 + 7],
        [0],
        [1],
        [2],
    ]  # equals by id: E125 before E250
    large = busiest_cells(before, area, ground, cell_m=250)
    assert [sorted(c.tolist()) for c in large] == [[22, 23, 30, 31], [0, 1, 8, 9], [2, 3, 10, 11]]


def test_large_cells_at_the_border_are_cut_to_the_study_area(area_of, incidents_at):
    area = area_of(375, 250)  # three cells of 125 m: the second of 250 m reaches beyond
    ground = lay_ground(lay_field(area, cell_m=125), None)
    own = busiest_cells(incidents_at([300], [10]), area, ground, cell_m=250)
    assert [sorted(c.tolist()) for c in own] == [[2, 5]]


def test_records_are_counted_in_the_order_of_the_cells(ground, incidents_at):
    counts = records_per_cell(incidents_at([10, 990, 990, 2000], [10, 490, 490, 10]), ground)
    assert counts[[0, 31]].tolist() == [1, 2]
    assert counts.sum() == 3


def test_blocks_are_squares_of_a_kilometre(area_of):
    ground = lay_ground(lay_field(area_of(2000, 1000), cell_m=250), None)
    assert ground.blocks == 2
    assert np.bincount(ground.block).tolist() == [16, 16]


def test_places_come_in_the_order_of_their_rank(ground):
    listed = pd.DataFrame({"rank": [2, 1], "cells": ["125mE0N0 125mE0N125", "125mE250N0"]})
    assert [c.tolist() for c in cells_of_places(listed, ground)] == [[2], [0, 8]]
