"""Is each record on the street it is nearest to, and is nothing moved in silence?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, TableError, WrongCRS, WrongValues
from csgeo.hotspots.on_streets.placing import place_on_streets, points_on_streets
from csgeo.streets import street_network


def test_a_record_is_put_at_the_foot_of_its_nearest_street(streets_of):
    network = street_network(streets_of([(0, 0), (100, 0)], [(0, 60), (100, 60)]))
    placed = points_on_streets([30, 70, 120], [4, 45, 0], network)
    assert placed.piece.tolist() == [0, 1, 0]
    assert placed.along_m.tolist() == [30, 70, 100]
    assert placed.moved_m.tolist() == [4, 15, 20]


def test_records_far_from_streets_and_without_a_point_are_counted_and_said(incidents_at, town_grid):
    incidents = incidents_at([50, 150, 50, np.nan, 5000], [0, 30, 49.99, np.nan, 0])
    placed = place_on_streets(incidents, town_grid, to_street_m=40)
    assert (placed.placed, placed.beyond, placed.without_place) == (2, 2, 1)
    assert placed.on.tolist() == [True, True, False, False, False]
    assert np.isnan(placed.along_m[2:]).all()
    assert placed.words.startswith(
        "2 of 5 records lie within 40 m of a street and were put on it; 1 of them (50.0%) were "
        "moved more than 20 m. 2 are further away and 1 have no point: they are left out."
    )


def test_points_that_are_less_certain_than_the_limit_are_said_to_be_a_guess(
    incidents_at, town_grid
):
    incidents = incidents_at([50, 150], [0, 3])
    assert "guess" not in place_on_streets(incidents, town_grid).words
    vague = incidents.assign(precision_m=[100.0, np.nan])
    assert "For 1 of the placed records the point is known to no better than 50 m" in (
        place_on_streets(vague, town_grid).words
    )
    assert incidents["precision_m"].tolist() == [0, 0]


def test_a_junction_goes_to_the_same_street_whatever_the_order(streets_of):
    lines = [[(-90, 0), (0, 0)], [(0, 0), (90, 10)], [(0, 90), (0, 0)]]
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        network = street_network(streets_of(*[lines[k] for k in order]))
        placed = points_on_streets([0], [0], network)
        assert shapely.get_coordinates(network.pieces[placed.piece[0]])[0].tolist() == [-90, 0]


def test_every_junction_of_a_town_goes_to_one_street_whatever_the_order(town_grid, streets_of):
    lines = [list(line.coords) for line in town_grid.pieces]
    x, y = (town_grid.nodes + 0.25).T  # as near to two streets
    x, y = np.r_[x, town_grid.nodes[:, 0]], np.r_[y, town_grid.nodes[:, 1]]

    def taken(order):
        network = street_network(streets_of(*[lines[k] for k in order]))
        piece = points_on_streets(x, y, network).piece
        return shapely.get_coordinates(shapely.centroid(network.pieces[piece])).tolist()

    plain = taken(np.arange(len(lines)))
    for seed in range(3):
        assert taken(np.random.default_rng(seed).permutation(len(lines))) == plain


def test_no_record_is_put_on_a_stranded_scrap_of_street(streets_of):
    network = street_network(streets_of([(0, 0), (2000, 0)], [(500, 20), (520, 20)]))
    placed = points_on_streets([510], [20], network)
    assert placed.along_m.tolist() == [510]
    assert placed.moved_m.tolist() == [20]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(-300, 800), st.floats(-300, 700)), min_size=1, max_size=8))
def test_no_street_is_nearer_than_the_one_taken(town_grid, points):
    x, y = np.array([(50.0, 0.0), *points]).T
    placed = points_on_streets(x, y, town_grid, to_street_m=60)
    gap = shapely.distance(shapely.points(x, y)[:, None], town_grid.pieces[None, :]).min(axis=1)
    assert (placed.on == (gap <= 60)).all()
    on = placed.on
    assert placed.moved_m[on] == pytest.approx(gap[on], abs=1e-9)
    foot = shapely.line_interpolate_point(town_grid.pieces[placed.piece[on]], placed.along_m[on])
    there = shapely.distance(foot, shapely.points(x[on], y[on]))
    assert there == pytest.approx(gap[on], abs=0.0011)  # within 1 mm it is the junction


def test_placing_refuses_what_it_cannot_use(incidents_at, town_grid):
    with pytest.raises(MethodError, match="none of 2 does \\(1 have no point\\)"):
        points_on_streets([9000, np.nan], [0, np.nan], town_grid)
    with pytest.raises(MethodError, match="`to_street_m` must be a distance above 0 m; it is 0"):
        points_on_streets([0], [0], town_grid, to_street_m=0)
    with pytest.raises(WrongValues, match="1 of 2 have not \\(the first is number 2\\)"):
        points_on_streets([0, np.inf], [0, 0], town_grid)
    with pytest.raises(WrongCRS, match="same system"):
        place_on_streets(incidents_at([0], [0]).to_crs(32630), town_grid)
    with pytest.raises(TableError, match="`incidents` must have the columns `source`"):
        place_on_streets(incidents_at([0], [0]).drop(columns="source"), town_grid)
