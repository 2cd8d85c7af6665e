"""Are stretches of street as long as asked, and neighbours where they meet?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.local.getis_ord import local_getis_ord
from csgeo.hotspots.local.moran import local_moran
from csgeo.hotspots.on_streets.segments import (
    cut_streets,
    cut_streets_at,
    joining_stretches,
    stretch_table,
)
from csgeo.streets import street_network


def test_a_piece_is_cut_into_equal_stretches_no_longer_than_asked(streets_of):
    network = street_network(streets_of([(0, 0), (120, 0)], [(120, 0), (120, 30)]))
    cut = cut_streets(network, stretch_m=50)
    assert cut.piece.tolist() == [0, 0, 0, 1]
    assert cut.from_m.tolist() == [0, 40, 80, 0]
    assert cut.to_m.tolist() == [40, 80, 120, 30]
    assert cut_streets(network, stretch_m=None).length_m.tolist() == [120, 30]
    # exactly twice the length is two stretches, not three
    assert len(cut_streets(network, stretch_m=60).piece) == 3


def test_a_record_on_a_cut_belongs_to_the_further_stretch_and_none_is_lost(streets_of):
    network = street_network(streets_of([(0, 0), (120, 0)]))
    cut = cut_streets(network, stretch_m=50)
    along = np.array([0, 39.9, 40, 80, 119.9, 120])
    assert cut.holding(np.zeros(6, dtype=int), along).tolist() == [0, 0, 1, 2, 2, 2]


def test_the_table_of_stretches_has_all_the_length_in_place(town_grid):
    cut = cut_streets(town_grid, stretch_m=30)
    table = stretch_table(town_grid, cut, number=np.arange(len(cut.piece)))
    assert table.length.to_numpy() == pytest.approx(table["length_m"].to_numpy())
    assert table.length.sum() == pytest.approx(5 * 700 + 6 * 600)
    assert table.index.is_unique
    assert table.crs == town_grid.crs


def test_streets_are_cut_at_given_spots(streets_of):
    network = street_network(streets_of([(0, 0), (100, 0)], [(0, 50), (2000, 50)]))
    cut = cut_streets_at(network, np.array([1, 1, 0, 1]), np.array([30.0, 10, 0, 30]))
    # the first street is too short to be joined to anything
    assert cut.piece.tolist() == [1, 1, 1]
    assert cut.from_m.tolist() == [0, 10, 30]
    assert cut.to_m.tolist() == [10, 30, 2000]
    assert cut.first.tolist() == [0, 0, 3]


def test_neighbours_meet_end_to_end_or_at_a_junction(streets_of):
    network = street_network(
        streets_of([(0, 0), (100, 0)], [(100, 0), (180, 0)], [(100, 0), (100, 50)])
    )
    weights = joining_stretches(network, cut_streets(network, stretch_m=50)).toarray()
    # stretches 0-1 of the first street, 2-3 of the second, 4 the third
    meet = {(0, 1), (1, 2), (1, 4), (2, 3), (2, 4)}
    assert {tuple(sorted(p)) for p in np.argwhere(weights).tolist()} == meet
    assert (weights == weights.T).all()
    assert set(np.unique(weights)) == {0, 1}


def test_a_ring_of_two_ways_has_each_neighbour_once(streets_of):
    network = street_network(streets_of([(0, 0), (100, 0)], [(0, 0), (50, 40), (100, 0)]))
    weights = joining_stretches(network, cut_streets(network, stretch_m=None)).toarray()
    assert weights.tolist() == [[0, 1], [1, 0]]


def test_getis_ord_and_moran_on_streets_find_where_stretches_gather(town_grid):
    cut = cut_streets(town_grid, stretch_m=50)
    weights = joining_stretches(town_grid, cut)
    chance = np.random.default_rng(3)
    values = chance.poisson(1.0, len(cut.piece)).astype(float)
    hot = np.flatnonzero(cut.piece == 8)
    near = np.unique(np.concatenate([hot, weights[hot].nonzero()[1]]))
    values[near] += 12
    z = local_getis_ord(pd.Series(values), weights)
    assert set(np.argsort(-z["z"].to_numpy())[:2]) <= set(near)
    assert (z["q_value"].to_numpy()[hot] < 0.01).all()
    moran = local_moran(pd.Series(values), weights)
    assert moran["z"].to_numpy()[hot].min() > 3


def test_cutting_refuses_what_makes_no_stretches(town_grid):
    with pytest.raises(MethodError, match="`stretch_m` must be a length above 0 m; it is 0"):
        cut_streets(town_grid, stretch_m=0)
    with pytest.raises(MethodError, match="must be a length above 0 m; it is inf"):
        cut_streets(town_grid, stretch_m=np.inf)
