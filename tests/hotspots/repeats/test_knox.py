from __future__ import annotations

from itertools import combinations, permutations
from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import RecipeError
from csgeo.hotspots.repeats.events import events_at
from csgeo.hotspots.repeats.knox import at_least_by_poisson, knox


def matrices(events, when, space_m, time_days):
    """Say of each ordered pair whether it is near in space, and in time (the twin)."""
    n = len(events.x)
    space, time = np.zeros((2, n, n), int)
    for a, b in combinations(range(n), 2):
        away = ((events.x[a] - events.x[b]) ** 2 + (events.y[a] - events.y[b]) ** 2) ** 0.5
        space[a, b] = space[b, a] = away <= space_m
        time[a, b] = time[b, a] = abs(when[a] - when[b]) <= time_days
    return space, time


def modified_by_hand(space, time):
    n = len(space)
    return ((space * time).sum() - (space.sum(0) * time.sum(0)).sum() / (n - 1)) / 2


@pytest.mark.open_data
def test_burkitt_is_met(burkitt):
    found = knox(burkitt, space_m=20, time_days=5, replicates=9_999, seed=1)
    assert found.table.to_numpy().tolist() == [[13, 3416], [39, 14110]]
    assert (found.near_in_both, found.near_in_space, found.near_in_time) == (13, 3429, 52)
    assert found.expected == pytest.approx(10.143816, abs=5e-7)
    assert found.p_poisson == pytest.approx(0.222267, abs=5e-7)
    assert found.modified == pytest.approx(2.81016043, abs=5e-9)
    # 99,999 permutations elsewhere gave 0.2018
    assert abs(found.p_value - 0.2018) < 4.5 * (0.2018 * 0.7982 / 9_999) ** 0.5
    # pointpats deals out one term of the modified statistic only, and so repeats Knox's p-value
    assert found.p_modified < found.p_value - 0.04


@pytest.mark.open_data
def test_the_poisson_tail_holds_the_observed_count_and_peers_leave_it_out(burkitt):
    """pointpats and R's surveillance print P(X > 13) = 0.1462; P(X >= 13) is 0.2223."""
    found = knox(burkitt, space_m=20, time_days=5, replicates=9_999)
    mean = found.expected
    terms = [exp(-mean) * mean**k / factorial(k) for k in range(80)]
    assert found.p_poisson == pytest.approx(sum(terms[13:]), abs=1e-9)
    assert found.p_poisson - terms[13] == pytest.approx(0.146246, abs=5e-7)
    # shuffles, which know no Poisson, are on the side of the tail that holds 13
    assert abs(found.p_value - found.p_poisson) < abs(found.p_value - 0.146246) / 2


def test_nothing_seen_is_never_remarkable():
    # P(X > 0) of a Poisson with mean 3 is 0.95; what always happens must have p = 1
    assert at_least_by_poisson(0, 3.0) == 1
    assert at_least_by_poisson(1, 3.0) == pytest.approx(1 - exp(-3))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 50, 100, 250]), st.sampled_from([0, 1, 7]))
def test_knox_is_that_of_counting_pair_by_pair(small, seed, space_m, time_days):
    events = small(seed)
    space, time = matrices(events, events.when, space_m, time_days)
    found = knox(events, space_m=space_m, time_days=time_days, replicates=1)
    assert found.near_in_both * 2 == (space * time).sum()
    assert found.near_in_space * 2 == space.sum()
    assert found.near_in_time * 2 == time.sum()
    assert found.modified == pytest.approx(modified_by_hand(space, time))
    assert found.table.to_numpy().sum() == found.pairs == 300


def test_p_values_are_those_of_all_ways_to_deal_the_dates_out():
    # exact: 0.44 for Knox, 0.78 for Baker's, and not the same if only one of its terms is dealt out
    events = events_at([78, 41, 27, 51, 104, 115], [0] * 6, [4, 16, 22, 7, 8, 7])
    found = knox(events, space_m=20, time_days=3, replicates=4_000, seed=2)
    space, time = matrices(events, events.when, 20, 3)
    counts, modified = [], []
    for p in permutations(range(6)):
        dealt = time[np.ix_(p, p)]
        counts.append((space * dealt).sum() / 2)
        modified.append(modified_by_hand(space, dealt))
    for p, exact in (
        (found.p_value, np.mean(np.array(counts) >= found.near_in_both)),
        (found.p_modified, np.mean(np.array(modified) >= found.modified - 1e-9)),
    ):
        assert abs(p - exact) < 4.5 * (exact * (1 - exact) / 4_000) ** 0.5 + 1 / 4_001


def test_the_edge_belongs_to_near():
    two = events_at([0, 12], [0, 16], [0, 5])
    assert knox(two, space_m=20, time_days=5, replicates=1).near_in_both == 1
    assert knox(two, space_m=19.999, time_days=5, replicates=1).near_in_both == 0
    assert knox(two, space_m=20, time_days=4.999, replicates=1).near_in_both == 0
    assert knox(two, space_m=28, time_days=5, distance="manhattan", replicates=1).near_in_both == 1


def test_if_all_happens_at_one_time_nothing_can_be_said():
    found = knox(events_at(range(9), [0] * 9, [5] * 9), space_m=2, time_days=1, replicates=19)
    assert found.p_value == 1
    assert found.modified == 0
    assert found.p_modified == 1


def test_no_pair_near_gives_p_one():
    found = knox(events_at([0, 900, 5000], [0, 0, 0], [0, 50, 99]), space_m=1, time_days=1)
    assert (found.near_in_both, found.p_value, found.p_poisson) == (0, 1, 1)


def test_a_limit_below_zero_is_refused(small):
    with pytest.raises(RecipeError, match="`space_m` must be a number of at least 0; it is -1"):
        knox(small(0), space_m=-1, time_days=1)
    with pytest.raises(RecipeError, match="`time_days` must be a number"):
        knox(small(0), space_m=1, time_days=float("nan"))
