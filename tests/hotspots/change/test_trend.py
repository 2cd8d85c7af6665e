"""Is a steady rise told from chance as Mann and Kendall have it?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from csgeo.errors import WrongValues
from csgeo.hotspots.change.trend import mann_kendall

SERIES = st.lists(
    st.lists(st.one_of(st.just(np.nan), st.integers(-3, 3)), min_size=7, max_size=7),
    min_size=1,
    max_size=5,
)


def _order_with(s: int, steps: int) -> list[int]:
    """Give a series without ties whose S is `s`: turn neighbours round, one pair at a time."""
    order = list(range(steps))
    turns = (steps * (steps - 1) // 2 - s) // 2
    while turns:
        at = next(k for k in range(steps - 1) if order[k] < order[k + 1])
        order[at], order[at + 1] = order[at + 1], order[at]
        turns -= 1
    return order


@pytest.mark.parametrize(
    ("s", "tau", "p"),
    [
        (5, 0.11111, 0.720515),
        (-15, -0.33333, 0.210498),
        (-9, -0.2, 0.474274),
        (-27, -0.6, 0.020045),
        (-21, -0.46667, 0.073638),
    ],
)
def test_the_published_values_of_the_boston_series_of_ten_years(s, tau, p):
    found = mann_kendall(_order_with(s, 10)).iloc[0]
    assert found["s"] == s
    assert found["tau"] == pytest.approx(tau, abs=5e-6)
    assert found["p_value"] == pytest.approx(p, abs=1e-6)


def test_a_hand_worked_series_with_ties_and_a_gap():
    # 1 2 2 . 3: five of six pairs rise, one ties; Var = (4*3*13 - 2*1*9) / 18 = 138/18
    found = mann_kendall([1, 2, 2, np.nan, 3]).iloc[0]
    assert found["known"] == 4
    assert found["s"] == 5
    assert found["tau"] == pytest.approx(5 / np.sqrt(6 * 5))
    assert found["z"] == pytest.approx(4 / np.sqrt(138 / 18))
    # slopes 1, 1/2, 1/2, 0, 1/3, 1/2: the gap keeps its place in time
    assert found["sen_slope"] == pytest.approx(0.5)


def _twin(x):
    known = [(t, v) for t, v in enumerate(x) if not np.isnan(v)]
    n = len(known)
    s = sum(np.sign(b[1] - a[1]) for a, b in combinations(known, 2))
    groups = pd.Series([v for _, v in known], dtype=float).value_counts()
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)) / 18
    z = 0.0 if s == 0 else (s - np.sign(s)) / np.sqrt(variance)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(known, 2)]
    return s, z, float(np.median(slopes))


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_it_agrees_with_a_twin_that_goes_pair_by_pair(series):
    found = mann_kendall(np.array(series, dtype=float))
    for row, x in zip(found.to_dict("records"), series, strict=True):
        if np.count_nonzero(~np.isnan(x)) < 2:
            assert np.isnan(row["z"])
            continue
        s, z, slope = _twin(x)
        assert row["s"] == s
        assert row["z"] == pytest.approx(z, abs=1e-12)
        assert row["sen_slope"] == pytest.approx(slope, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=3, max_size=12).filter(lambda x: len(set(x)) > 1))
def test_tau_is_the_tau_b_of_scipy_and_the_slope_that_of_theil_and_sen(x):
    found = mann_kendall(x).iloc[0]
    steps = np.arange(len(x))
    assert found["tau"] == pytest.approx(stats.kendalltau(steps, x).statistic, abs=1e-12)
    assert found["sen_slope"] == pytest.approx(stats.theilslopes(x, steps)[0], abs=1e-12)


def test_time_run_backwards_turns_the_sign_and_rising_units_change_nothing():
    x = np.random.default_rng(2).poisson(4, (50, 24)).astype(float)
    x[:, 7] = np.nan
    found, back = mann_kendall(x), mann_kendall(x[:, ::-1])
    pd.testing.assert_series_equal(found["z"], -back["z"])
    pd.testing.assert_series_equal(found["z"], mann_kendall(np.exp(x / 5))["z"])
    pd.testing.assert_series_equal(found["sen_slope"] * 3, mann_kendall(3 * x + 1)["sen_slope"])


def test_many_series_are_answered_as_one_by_one_and_on_their_own_index():
    x = np.random.default_rng(1).normal(size=(9000, 11)).round(1)
    index = pd.Index([f"c{k}" for k in range(9000)])
    found = mann_kendall(pd.DataFrame(x, index=index))
    assert found.index.equals(index)
    for k in (0, 4095, 4096, 8999):
        assert found.iloc[k].tolist() == mann_kendall(x[k]).iloc[0].tolist()


def test_a_series_without_variance_has_no_trend_and_no_tau():
    found = mann_kendall([4, 4, 4, 4]).iloc[0]
    assert found[["s", "z", "p_value", "sen_slope"]].tolist() == [0, 0, 1, 0]
    assert np.isnan(found["tau"])


def test_one_known_step_says_nothing():
    found = mann_kendall([[np.nan, 3.0, np.nan], [np.nan] * 3])
    assert found["known"].tolist() == [1, 0]
    assert found.drop(columns="known").isna().all(axis=None)


def test_an_infinite_value_is_refused():
    with pytest.raises(WrongValues, match="1 infinite values"):
        mann_kendall([1.0, np.inf, 2.0])
