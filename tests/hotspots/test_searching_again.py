"""Is the search run again the same search?"""

import numpy as np
import pytest

from csgeo.hotspots.compact_places import chance_p_value
from csgeo.hotspots.expectation import SURROUNDINGS_M
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.listing import Limits
from csgeo.hotspots.scoring import by_scan
from csgeo.hotspots.searching_again import (
    Search,
    make_ready,
    search_again,
    strength_to_exceed,
    with_room,
    with_strength,
)


@pytest.mark.parametrize("q", [0.01, 0.05, 0.1, 1.0])
@pytest.mark.parametrize("replicates", [99, 199, 57])
def test_the_strength_to_exceed_is_where_the_p_value_is_small_enough(q, replicates):
    strongest = np.round(np.random.default_rng(3).gumbel(10, 2, replicates), 1)  # with equals
    least = strength_to_exceed(strongest, q)
    for score in np.unique(strongest):
        for near in (score - 0.05, score, score + 0.05):
            assert (near > least) == (chance_p_value(near, strongest) <= q)


def test_too_few_replicates_let_nothing_through():
    assert strength_to_exceed(np.array([1.0, 2.0]), 0.05) == np.inf


@pytest.mark.parametrize("method", ["compact_places", "getis_ord", "hdbscan"])
def test_the_same_records_on_the_same_lattice_give_the_same_places(method, town, area_of):
    area = area_of(5000, 5000)
    found = find_hotspots(town, area, method=method, replicates=99, seed=2)
    ready = make_ready(Search(method=method, replicates=99), area)
    points = (town.geometry.x.to_numpy(), town.geometry.y.to_numpy())
    ready = with_strength(ready, *points, seed=2)
    ground = ready.grounds[0]
    places = search_again(ready, ground, points, points)
    cells = {" ".join(sorted(ground.field.ids(p))) for p in places}
    assert len(cells) > 0
    assert cells == set(found.hotspots["cells"])


def test_a_pile_is_judged_where_it_was_recorded(town, area_of):
    ready = make_ready(Search(least_strength=10.0), area_of(5000, 5000), only_as_it_is=True)
    moved = (town.geometry.x.to_numpy(), town.geometry.y.to_numpy())
    piled = tuple(v.copy() for v in moved)
    piled[0][600:], piled[1][600:] = 2000, 3000
    own = ready.grounds[0].position(np.array([2010.0]), np.array([3010.0]))[0]
    spread = search_again(ready, ready.grounds[0], moved, moved)
    pile = search_again(ready, ready.grounds[0], moved, piled)
    assert any(own in cells for cells in spread)
    assert not any(own in cells for cells in pile)


@pytest.mark.parametrize(("most", "longer"), [(1, 2), (10, 20), (15, 20), (20, 20)])
def test_the_list_may_be_twice_as_long_but_no_longer_than_any(most, longer):
    limits = with_room(Search(limits=Limits(0.05, most, 0.01, 3))).limits
    assert limits == Limits(0.05, longer, 0.02, 3)


def test_no_records_give_no_places(area_of):
    ready = make_ready(Search(least_strength=1.0), area_of(1000, 1000), only_as_it_is=True)
    none = (np.empty(0), np.empty(0))
    assert search_again(ready, ready.grounds[0], none, none) == []


def test_what_the_first_search_drew_need_not_be_drawn_again(town, area_of):
    area = area_of(5000, 5000)
    ready = make_ready(Search(replicates=99), area, only_as_it_is=True)
    ground = ready.grounds[0]
    points = (town.geometry.x.to_numpy(), town.geometry.y.to_numpy())
    counted, _ = ground.counted(*points)
    expected = ground.expectation.of(counted.incidents, SURROUNDINGS_M)
    scored = by_scan(counted, expected, ready.windows, replicates=99, seed=2)
    assert scored.strongest is not None
    least = with_strength(ready, *points, seed=2).search.least_strength
    assert least == strength_to_exceed(scored.strongest, 0.05)
    known = ready._replace(search=ready.search._replace(least_strength=7.5))
    assert with_strength(known, *points, seed=2).search.least_strength == 7.5
