"""Is the moved lattice the same lattice, half a cell further on?"""

import numpy as np
import pytest

from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.expectation import expected_records
from csgeo.hotspots.moved_lattice import HALVES, lay_grounds


@pytest.fixture(scope="module")
def grounds(area_of):
    return lay_grounds(area_of(1000, 500, west=250), cell_m=250, expectation="surroundings")


def test_the_first_lattice_counts_as_the_search_does(area_of, town):
    area = area_of(5000, 5000)
    ground = lay_grounds(area, cell_m=125, expectation="surroundings", halves=HALVES[:1])[0]
    field = lay_field(area, cell_m=125)
    plain = count_incidents(town, field)
    counted, inside = ground.counted(town.geometry.x.to_numpy(), town.geometry.y.to_numpy())
    assert counted.incidents.tolist() == plain.incidents.tolist()
    assert counted.position.tolist() == plain.position[inside].tolist()
    expected, _ = expected_records(
        plain.incidents, field, expectation="surroundings", streets=None, residents=None
    )
    assert ground.expectation.of(counted.incidents, 1500.0) == pytest.approx(expected)


@pytest.mark.parametrize("number", range(4))
def test_cells_begin_half_a_cell_further_on(grounds, number):
    ground = grounds[number]
    east, north = (125 * half for half in HALVES[number])
    x, y = np.array([500.0 + east, 499.9 + east]), np.array([250.0 + north, 250.0 + north])
    right, left = ground.position(x, y)
    assert right == left + 1
    column, row = ground.quarters(np.array([right]))
    assert column.min() * 125 == 500 + east
    assert row.min() * 125 == 250 + north
    assert sorted(zip(column - column.min(), row - row.min(), strict=True)) == sorted(HALVES)


@pytest.mark.parametrize("number", range(4))
def test_points_are_inside_or_not_on_each_lattice(grounds, number):
    inside = [True, True, False, False]
    x, y = np.array([260.0, 1240.0, 240.0, 700.0]), np.array([10.0, 490.0, 250.0, 510.0])
    assert (grounds[number].position(x, y) >= 0).tolist() == inside
    counted, own = grounds[number].counted(x, y)
    assert counted.inside == 2
    assert own.tolist() == [0, 1]
