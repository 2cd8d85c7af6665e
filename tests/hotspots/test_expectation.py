"""How many records would each cell have if nothing drew them to any one place?"""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError
from csgeo.hotspots.cell_weights import residents_in_cells, street_length
from csgeo.hotspots.expectation import expected_records
from csgeo.hotspots.sharing_out import expected_by_weight, expected_from_surroundings


def streets_of(*lines):
    index = pd.Index([f"S{k}" for k in range(len(lines))], name="street_id")
    shapes = [shapely.LineString(line) for line in lines]
    return gpd.GeoDataFrame(
        {"name": "Street", "kind": "street", "length_m": [s.length for s in shapes]},
        index=index, geometry=shapes, crs=27700,
    )  # fmt: skip


def people_of(shapes, **columns):
    index = pd.Index([f"L{k}" for k in range(len(shapes))], name="area_id")
    return gpd.GeoDataFrame(
        {"name": "x", "level": "LSOA", **columns}, index=index, geometry=shapes, crs=27700
    )


def test_street_length_of_a_hand_worked_row(field_of):
    # from 25 to 300 along y = 50: 100 m, 125 m, 50 m; a diagonal of one whole cell; one along an
    # edge, which belongs to the cells to its north
    streets = streets_of([(25, 50), (300, 50)], [(0, 125), (125, 250)], [(0, 125), (250, 125)])
    length = street_length(streets, field_of(2, 3))
    assert length == pytest.approx(
        np.array([[100, 125, 50], [125 * 2**0.5 + 125, 125, 0]]), abs=1e-9
    )


coordinate = st.floats(-200, 1200).map(lambda v: round(v, 3)) | st.sampled_from(
    [0.0, 125.0, 500.0, 1000.0]
)


@settings(max_examples=60, deadline=None)
@given(points=st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=8, unique=True))
def test_no_metre_of_street_is_lost_or_made(points, field_of):
    line = shapely.LineString(points)
    length = street_length(streets_of(points), field_of(8, 8))
    within = sum(
        shapely.length(
            shapely.intersection(shapely.LineString(pair), shapely.box(0, 0, 1000, 1000))
        )
        for pair in pairwise(points)
    )
    north_or_east = any(  # streets along the outer edges belong to cells beyond
        shapely.length(shapely.intersection(line, shapely.LineString(edge))) > 0
        for edge in ([(1000, 0), (1000, 1000)], [(0, 1000), (1000, 1000)])
    )
    if not north_or_east:
        assert length.sum() == pytest.approx(within, abs=1e-6)


def test_residents_are_spread_by_share_of_surface(field_of):
    # 100 people on one and a half of two cells, 30 more wholly beyond
    areas = people_of(
        [shapely.box(0, 0, 187.5, 125), shapely.box(1000, 0, 1100, 100)],
        residents=[900, 900], residents_10_17=[90.0, 30.0],
    )  # fmt: skip
    assert residents_in_cells(areas, field_of(1, 2)) == pytest.approx(np.array([[60, 30]]))


def test_residents_that_are_not_there_are_refused(field_of):
    areas = people_of([shapely.box(0, 0, 100, 100)])
    with pytest.raises(MethodError, match="must have `residents_10_17` or `residents`"):
        residents_in_cells(areas, field_of(1, 1))
    far = people_of([shapely.box(9000, 0, 9100, 100)], residents=[5])
    with pytest.raises(MethodError, match="None of the 1 areas"):
        residents_in_cells(far, field_of(1, 1))


def test_an_expectation_without_its_table_is_refused(field_of):
    counts = np.ones((1, 1), int)
    with pytest.raises(MethodError, match="An expectation by streets must have a `streets` table"):
        expected_records(
            counts, field_of(1, 1), expectation="streets", streets=None, residents=None
        )


def test_the_floor_of_a_hand_worked_row():
    # weights 30, 0 (with a record), 0 (without): the average over the two that can hold records is
    # 15, a tenth of it 1.5; 63 records are shared 30 to 1.5, and none to the empty field
    expected = expected_by_weight(np.array([[60, 3, 0]]), np.array([[30.0, 0.0, 0.0]]))
    assert expected == pytest.approx(np.array([[60.0, 3.0, 0.0]]))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_each_expectation_adds_up_to_the_records_and_leaves_fields_empty(seed):
    chance = np.random.default_rng(seed)
    counts = chance.poisson(0.3, (30, 40)) * (chance.random((30, 40)) < 0.5)
    weight = np.where(chance.random((30, 40)) < 0.4, chance.exponential(100, (30, 40)), 0.0)
    can_hold = (weight > 0) | (counts > 0)
    for expected in (
        expected_by_weight(counts, weight),
        expected_from_surroundings(counts, weight, cell_m=125),
    ):
        assert expected.sum() == pytest.approx(counts.sum())
        assert (expected[~can_hold] == 0).all()
        if counts.any():
            least = 0.1 * expected[can_hold].mean()
            assert (expected[can_hold] > 0.5 * least).all()


def test_surroundings_compare_a_town_with_itself():
    # two towns 12 km apart with 100 and 10 records a cell: each is expected to be as it is, but for
    # its outskirts, which have less town around them
    counts = np.zeros((10, 120), int)
    counts[2:8, 5:15], counts[2:8, 105:115] = 100, 10
    expected = expected_from_surroundings(counts, (counts > 0).astype(float), cell_m=125)
    assert expected[2:8, 5:15] == pytest.approx(100.0, rel=0.06)
    assert expected[2:8, 105:115] == pytest.approx(10.0, rel=0.06)
    assert expected[2:8, 5:15].sum() == pytest.approx(6000.0)


def test_surroundings_are_shared_out_by_weight():
    # 40 records in one of two neighbouring cells, of which the other has three times the street
    expected = expected_from_surroundings(
        np.array([[40, 0]]), np.array([[100.0, 300.0]]), cell_m=125
    )
    assert expected == pytest.approx(np.array([[10.0, 30.0]]), rel=0.01)


def test_surroundings_do_not_move_with_the_area():
    chance = np.random.default_rng(3)
    counts = chance.poisson(0.5, (20, 20))
    wide = np.pad(counts, ((5, 0), (0, 7)))
    plain = expected_from_surroundings(counts, (counts > 0).astype(float), cell_m=125)
    moved = expected_from_surroundings(wide, (wide > 0).astype(float), cell_m=125)
    assert moved[5:, :20] == pytest.approx(plain)
