"""Is the search run again the same search?"""

import numpy as np
import pytest

from csgeo.hotspots.compact_places import chance_p_value, chance_strengths
from csgeo.hotspots.cutting import window_sites
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.listing import Limits
from csgeo.hotspots.redrawing import drawable
from csgeo.hotspots.searching_again import (
    Search,
    as_recorded,
    make_ready,
    search_again,
    strength_to_exceed,
    with_room,
    with_strength,
)
from csgeo.hotspots.sharing_out import SURROUNDINGS_M


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


@pytest.mark.parametrize("method", ["compact_places", "getis_ord", "scan", "hdbscan"])
def test_the_same_records_on_the_same_lattice_give_the_same_places(method, town, area_of):
    area = area_of(5000, 5000)
    found = find_hotspots(town, area, method=method, replicates=99, seed=2)
    ready = make_ready(Search(method=method, replicates=99), area)
    records = drawable(town, ready.grounds[0].field.ground)
    ready = with_strength(ready, records, seed=2)
    ground = ready.grounds[0]
    places = search_again(ready, ground, as_recorded(records))
    cells = {" ".join(sorted(ground.field.ids(p))) for p in places}
    assert len(cells) > 0
    assert cells == set(found.hotspots["cells"])


def test_a_pile_is_judged_where_it_was_recorded(town, area_of):
    ready = make_ready(Search(least_strength=10.0), area_of(5000, 5000), only_as_it_is=True)
    ground = ready.grounds[0]
    moved = as_recorded(drawable(town, ground.field.ground))
    at = (np.abs(moved.x - 2000) < 150) & (np.abs(moved.y - 3000) < 150)
    piled = moved._replace(
        recorded_x=np.where(at, 2000.0, moved.x), recorded_y=np.where(at, 3000.0, moved.y)
    )
    own = ground.position(np.array([2010.0]), np.array([3010.0]))[0]
    assert any(own in cells for cells in search_again(ready, ground, moved))
    assert not any(own in cells for cells in search_again(ready, ground, piled))


@pytest.mark.parametrize(("most", "longer"), [(1, 2), (10, 20), (15, 20), (20, 20)])
def test_the_list_may_be_twice_as_long_but_no_longer_than_any(most, longer):
    limits = with_room(Search(limits=Limits(0.05, most, 0.01, 3))).limits
    assert limits == Limits(0.05, longer, 0.02, 3)


def test_no_records_give_no_places(town, area_of):
    ready = make_ready(Search(least_strength=1.0), area_of(1000, 1000), only_as_it_is=True)
    records = as_recorded(drawable(town, area_of(5000, 5000).geometry.iloc[0]))
    none = records.of(np.empty(0, dtype=np.int64))
    assert search_again(ready, ready.grounds[0], none) == []


def test_what_the_first_search_settled_is_not_settled_again(town, area_of):
    area = area_of(5000, 5000)
    ready = make_ready(Search(replicates=99), area, only_as_it_is=True)
    ground = ready.grounds[0]
    records = drawable(town, ground.field.ground)
    counted, _ = ground.counted(records.x, records.y)
    expected = ground.expectation.of(counted.incidents, SURROUNDINGS_M)
    sites = window_sites(expected > 0, ready.windows)
    strongest = chance_strengths(expected, counted.inside, sites, replicates=99, seed=2)
    least = with_strength(ready, records, seed=2).search.least_strength
    assert least == strength_to_exceed(strongest, 0.05)
    known = ready._replace(search=ready.search._replace(least_strength=7.5, settled={}))
    assert with_strength(known, records, seed=2).search.least_strength == 7.5


def test_a_scan_takes_over_how_strong_a_cluster_must_be(town, area_of):
    ready = make_ready(Search(method="scan", replicates=99), area_of(5000, 5000))
    records = drawable(town, ready.grounds[0].field.ground)
    settled = with_strength(ready, records, seed=2).search.settled
    assert settled is not None
    assert settled["least_statistic"] > 5


def test_a_method_that_has_too_little_in_a_re_run_lists_nothing(town, area_of):
    search = Search(method="near_repeat", least_strength=1.0, settled={})
    ready = make_ready(search, area_of(5000, 5000), only_as_it_is=True)
    records = as_recorded(drawable(town, ready.grounds[0].field.ground))
    assert search_again(ready, ready.grounds[0], records) == []  # months only
