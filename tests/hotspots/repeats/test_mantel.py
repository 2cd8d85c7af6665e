from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError
from csgeo.hotspots.repeats import mantel as room
from csgeo.hotspots.repeats.events import events_at
from csgeo.hotspots.repeats.mantel import mantel


def by_hand(events, when, plus=1.0, power=-1.0):
    pairs = list(combinations(range(len(when)), 2))
    space = [(np.hypot(events.x[a] - events.x[b], events.y[a] - events.y[b]) + plus) ** power for a, b in pairs]  # fmt: skip
    time = [(abs(when[a] - when[b]) + plus) ** power for a, b in pairs]
    return np.corrcoef(space, time)[0, 1]


@pytest.mark.open_data
def test_burkitt_is_met(burkitt):
    found = mantel(burkitt, replicates=199)
    assert found.correlation == pytest.approx(0.048368, abs=5e-7)
    assert found.p_value <= 0.02  # published: 0.01 from 99 replicates


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([(1.0, -1.0), (0.0, 1.0), (2.0, 0.5)]))
def test_the_correlation_is_that_over_all_pairs(small, seed, choice):
    events, (plus, power) = small(seed, 15), choice
    found = mantel(
        events, space_plus_m=plus, space_power=power, time_plus_days=plus, time_power=power,
        replicates=1,
    )  # fmt: skip
    assert found.correlation == pytest.approx(by_hand(events, events.when, plus, power))


def test_the_p_value_is_that_of_all_ways_to_deal_the_dates_out():
    events = events_at([0, 10, 30, 200, 215, 400], [0] * 6, [0, 2, 30, 31, 33, 33])
    found = mantel(events, replicates=4_000)
    every = np.array([by_hand(events, events.when[list(p)]) for p in permutations(range(6))])
    exact = (every >= found.correlation - 1e-9).mean()
    assert abs(found.p_value - exact) < 4.5 * (exact * (1 - exact) / 4_000) ** 0.5 + 1 / 4_001


def test_a_deal_like_the_data_counts_as_one_as_high():
    # of six ways to deal three dates out, only the data's own is as high
    found = mantel(events_at([0, 1, 10], [0] * 3, [0, 1, 10]), replicates=2_000)
    assert abs(found.p_value - 1 / 6) < 4.5 * (5 / 36 / 2_000) ** 0.5 + 1 / 2_001


def test_reciprocals_of_distinct_days_need_nothing_added():
    events = events_at([0, 3, 9, 20], [0, 4, 1, 2], [0, 1, 5, 30])
    found = mantel(events, space_plus_m=0, time_plus_days=0, replicates=9)
    assert found.correlation == pytest.approx(by_hand(events, events.when, plus=0.0))


def test_refusals_say_what_to_do(small, monkeypatch):
    with pytest.raises(MethodError, match="equally far apart in time"):
        mantel(events_at([0, 5, 9], [0, 0, 0], [7, 7, 7]))
    with pytest.raises(MethodError, match="0 apart in time, and 0 to a power below 0"):
        mantel(events_at([0, 5, 9], [0, 0, 0], [1, 1, 2]), time_plus_days=0)
    with pytest.raises(MethodError, match="for 3 to 5,000 events; found 2"):
        mantel(events_at([0, 5], [0, 0], [1, 2]))
    monkeypatch.setattr(room, "MOST_EVENTS", 20)
    with pytest.raises(MethodError, match="found 25.* ask `knox`"):
        mantel(small(0))
