"""Does the mean of a circle of hours agree with published values?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.times.circular import gathering, gathering_of_day, rayleigh_p

RADIANS = {"circle_hours": 2 * np.pi}
ANGLES = [0.785, 1.570, 3.141, 0.839, 5.934]


def test_the_mean_of_two_late_hours_is_midnight():
    found = gathering([23.0, 1.0])
    assert found.mean_hour % 24 == pytest.approx(0.0, abs=1e-9)
    assert found.resultant_length == pytest.approx(np.cos(np.pi / 12))


def test_it_agrees_with_the_circular_statistics_toolbox_for_matlab():
    # Berens (2009), CircStat: the values that its Python successors print for these angles
    plain = gathering(ANGLES, **RADIANS)
    assert round(plain.mean_hour, 3) == 1.013
    assert round(plain.resultant_length, 3) == 0.497
    assert round(plain.rayleigh_z, 3) == 1.236
    assert round(plain.p_value, 6) == 0.304844
    binned = gathering(ANGLES, [0.1, 0.2, 0.3, 0.4, 0.5], bin_hours=0.2, **RADIANS)
    assert round(binned.rayleigh_z, 3) == 0.278
    assert round(binned.p_value, 6) == 0.806997


def test_the_p_value_is_what_chance_gives():
    rng = np.random.default_rng(7)
    angles = rng.random((40_000, 12)) * 2 * np.pi
    lengths = np.abs(np.exp(1j * angles).mean(axis=1))
    for length in (0.3, 0.5, 0.65):
        simulated = (lengths >= length).mean()
        assert rayleigh_p(length, 12) == pytest.approx(simulated, abs=0.008)


def test_where_peaks_cancel_there_is_no_mean_time():
    found = gathering([3.0, 15.0])
    assert np.isnan(found.mean_hour)
    assert found.resultant_length == pytest.approx(0, abs=1e-12)
    assert found.spread_hours == float("inf") or found.spread_hours > 24
    assert found.p_value == pytest.approx(1.0)


def test_bins_are_made_good_for_a_day_of_whole_hours():
    # even in one hour: the middle of it, with the exact length of an arc of an hour made one
    grid = pd.DataFrame(np.zeros((7, 24)))
    grid.loc[:, 15] = 3.0
    found = gathering_of_day(grid)
    assert found.mean_hour == pytest.approx(15.5)
    assert found.resultant_length == 1.0
    assert found.records == 21.0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 24), st.integers(1, 5)), min_size=1, max_size=15),
    st.floats(-24, 24),
)
def test_turning_the_clock_turns_the_mean_and_weights_are_repeats(records, later):
    hours, weights = (np.array(column, dtype=float) for column in zip(*records, strict=True))
    plain = gathering(hours, weights)
    repeated = gathering(np.repeat(hours, weights.astype(int)))
    assert plain.resultant_length == pytest.approx(repeated.resultant_length, abs=1e-9)
    assert plain.p_value == pytest.approx(repeated.p_value, abs=1e-9)
    turned = gathering(hours + later, weights)
    assert turned.resultant_length == pytest.approx(plain.resultant_length, abs=1e-9)
    if plain.resultant_length > 0.01:
        off = (turned.mean_hour - plain.mean_hour - later + 12) % 24 - 12
        assert off == pytest.approx(0, abs=1e-6)


def test_what_is_no_time_is_refused():
    with pytest.raises(WrongValues, match=r"1 of 2 are not \(the first is number 2\)"):
        gathering([1.0, np.nan])
    with pytest.raises(WrongValues, match="one for each of the 2 hours; there are 1"):
        gathering([1.0, 2.0], [1.0])
    with pytest.raises(MethodError, match="at least one record with a time; there is none"):
        gathering([])
    with pytest.raises(RecipeError, match="`circle_hours` must be above 0"):
        gathering([1.0], circle_hours=0)
