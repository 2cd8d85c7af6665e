from __future__ import annotations

from math import exp, factorial

import numpy as np
import pytest

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.repeats.bursts import burst_p_value


@pytest.mark.parametrize("mean", [0.05, 0.4, 1.0])
def test_two_events_in_two_and_three_windows_are_worked_out_by_hand(mean):
    # no two of m events in a stretch of L windows lie within one window with chance
    # ((L - (m - 1)) / L)^m; events come as a Poisson with mean L x mean
    in_two = exp(-2 * mean) * (1 + 2 * mean + mean**2 / 2)
    in_three = exp(-3 * mean) * (1 + 3 * mean + 2 * mean**2 + mean**3 / 6)
    for periods, none in ((2, in_two), (3, in_three)):
        p = burst_p_value(2, window_periods=1, mean_per_period=mean, periods=periods)
        assert p == pytest.approx(1 - none, abs=1e-12)


def test_three_events_in_three_windows_are_those_of_drawn_times():
    # given m events, the chance of no three within a window; with 3 it is 1 - 7 / 27, 7 are too many
    rng = np.random.default_rng(2)
    chances = [1, 1, 1, 20 / 27]
    for m in (4, 5, 6):
        times = np.sort(rng.uniform(0, 3, (600_000, m)), axis=1)
        chances.append(((times[:, 2:] - times[:, :-2]).min(axis=1) > 1).mean())
    none = sum(exp(-3) * 3**m / factorial(m) * chance for m, chance in enumerate(chances))
    p = burst_p_value(3, window_periods=1, mean_per_period=1, periods=3)
    assert p == pytest.approx(1 - none, abs=6e-4)


def test_published_values():
    # 208 fortnights with 0.6 on average, the most 6 in any two weeks (Aberdein and Spiegelhalter)
    fortnights = burst_p_value(6, window_periods=1, mean_per_period=0.6, periods=208)
    assert fortnights == pytest.approx(0.039, abs=5e-4)
    assert burst_p_value(6, window_periods=2, mean_per_period=0.3, periods=416) == fortnights
    # ptools gives 0.4868 for one a week over 260 weeks: it takes the window's length where Naus
    # has the number 2, so its series is one week too long
    weeks = {
        n: burst_p_value(6, window_periods=1, mean_per_period=1, periods=n) for n in (260, 261)
    }
    assert weeks[260] == pytest.approx(0.4856, abs=5e-5)
    assert weeks[261] == pytest.approx(0.4868, abs=2e-4)


def test_it_is_what_series_drawn_by_chance_have():
    rng = np.random.default_rng(0)
    found = 0
    for many in rng.poisson(20, 4_000):
        times = np.sort(rng.uniform(0, 20, many))
        found += many >= 5 and (times[4:] - times[:-4]).min() <= 1
    p = burst_p_value(5, window_periods=1, mean_per_period=1, periods=20)
    assert abs(found / 4_000 - p) < 4.5 * (p * (1 - p) / 4_000) ** 0.5


def test_more_events_are_rarer_and_longer_series_have_more_bursts():
    rarer = [
        burst_p_value(n, window_periods=1, mean_per_period=0.5, periods=52) for n in range(2, 9)
    ]
    longer = [
        burst_p_value(4, window_periods=1, mean_per_period=0.5, periods=n) for n in (2, 9, 99)
    ]
    assert rarer == sorted(rarer, reverse=True)
    assert longer == sorted(longer)


def test_refusals_say_what_is_wrong():
    with pytest.raises(RecipeError, match="one event is no burst; it is 1"):
        burst_p_value(1, window_periods=1, mean_per_period=1, periods=52)
    with pytest.raises(RecipeError, match="`mean_per_period` must be above 0; they are 1 and 0"):
        burst_p_value(5, window_periods=1, mean_per_period=0, periods=52)
    with pytest.raises(RecipeError, match="at least twice `window_periods` \\(4\\); it is 7"):
        burst_p_value(5, window_periods=4, mean_per_period=1, periods=7)
    with pytest.raises(MethodError, match="6 events in a window are what chance always gives"):
        burst_p_value(6, window_periods=1, mean_per_period=2000, periods=52)
