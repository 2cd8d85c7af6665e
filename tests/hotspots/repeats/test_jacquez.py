from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError
from csgeo.hotspots.repeats.events import events_at
from csgeo.hotspots.repeats.jacquez import jacquez


def weights(points, k):
    """Say with what chance each is among the k nearest of each, if lots decide ties (the twin)."""
    n = len(points)
    chance = np.zeros((n, n))
    for i in range(n):
        away = np.sqrt(((points - points[i]) ** 2).sum(axis=1))
        away[i] = np.inf
        limit = np.sort(away)[k - 1]
        chance[i, away < limit] = 1
        level = away == limit
        chance[i, level] = (k - (away < limit).sum()) / level.sum()
    return chance


def by_hand(events, when, k):
    space = weights(np.column_stack([events.x, events.y]), k)
    return (space * weights(np.asarray(when, dtype=float)[:, None], k)).sum()


@pytest.mark.open_data
def test_burkitt_is_between_what_two_ways_to_break_ties_gave(burkitt):
    """pointpats says 12, and 13 with an older SciPy: 16 % of the events have tied neighbours."""
    found = jacquez(burkitt, neighbours=3, replicates=199)
    assert 12 <= found.statistic <= 13
    assert found.statistic == pytest.approx(by_hand(burkitt, burkitt.when, 3))
    assert found.p_value > 0.05
    back = events_at(burkitt.x[::-1], burkitt.y[::-1], burkitt.when[::-1])
    assert jacquez(back, neighbours=3, replicates=1).statistic == pytest.approx(found.statistic)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5))
def test_the_statistic_is_that_of_all_neighbours_by_hand(small, seed, k):
    events = small(seed, 15)
    found = jacquez(events, neighbours=k, replicates=1)
    assert found.statistic == pytest.approx(by_hand(events, events.when, k))


def test_the_p_value_is_that_of_all_ways_to_deal_the_dates_out():
    events = events_at([0, 10, 31, 200, 215, 400], [0] * 6, [0, 2, 30, 31, 34, 39])
    found = jacquez(events, neighbours=2, replicates=4_000)
    every = np.array([by_hand(events, events.when[list(p)], 2) for p in permutations(range(6))])
    exact = (every >= found.statistic - 1e-9).mean()
    assert found.tied == 0
    assert abs(found.p_value - exact) < 4.5 * (exact * (1 - exact) / 4_000) ** 0.5 + 1 / 4_001


def test_events_stacked_at_one_point_share_the_places():
    # four at one point on days 0..3: each has the other three as nearest, one third each
    found = jacquez(events_at([0] * 4, [0] * 4, [0, 1, 3, 7]), neighbours=1, replicates=9)
    assert found.statistic == pytest.approx(4 / 3)
    assert found.tied == 1
    assert found.p_value == 1


def test_there_must_be_more_events_than_neighbours(small):
    with pytest.raises(MethodError, match="below the number of events, 25; it is 25"):
        jacquez(small(0), neighbours=25)
