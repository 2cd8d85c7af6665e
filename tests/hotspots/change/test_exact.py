"""Is the test exact, and the interval that of Clopper and Pearson?"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from csgeo.errors import RecipeError, WrongValues
from csgeo.hotspots.change.exact import compare_counts

COUNTS = st.integers(0, 40)
DAYS = st.integers(1, 30)


def test_the_example_of_rs_poisson_test():
    # ?poisson.test: 11 in 800 against 6 + 8 + 7 in 1083 + 1050 + 878
    found = compare_counts([21], [11], before_days=3011, after_days=800).iloc[0]
    assert found["ratio"] == pytest.approx(1.971488, abs=5e-7)
    assert found["p_value"] == pytest.approx(0.07967, abs=5e-6)
    assert found["lower"] == pytest.approx(0.8584264, abs=5e-8)
    assert found["upper"] == pytest.approx(4.2772659, abs=5e-8)


@settings(max_examples=60, deadline=None)
@given(COUNTS, COUNTS, DAYS, DAYS)
def test_it_agrees_with_a_twin_that_adds_up_every_split(before, after, before_days, after_days):
    n, chance = before + after, Fraction(after_days, before_days + after_days)
    likely = [comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(n + 1)]
    twin = sum(p for p in likely if p <= likely[after] * (1 + Fraction(1, 10**7)))
    central = min(1, 2 * min(sum(likely[: after + 1]), sum(likely[after:])))
    asked = {"before_days": before_days, "after_days": after_days}
    found = compare_counts([before], [after], **asked).iloc[0]
    assert found["p_value"] == pytest.approx(float(twin), abs=1e-10)
    assert found["least_p"] <= found["p_value"] + 1e-12
    assert found["least_p"] == pytest.approx(
        float(min(sum(p for p in likely if p <= q * (1 + Fraction(1, 10**7))) for q in likely)),
        abs=1e-10,
    )
    other = compare_counts([before], [after], **asked, two_sided="central").iloc[0]
    assert other["p_value"] == pytest.approx(float(central), abs=1e-10)


@settings(max_examples=30, deadline=None)
@given(COUNTS, COUNTS, DAYS, DAYS, st.sampled_from([0.5, 0.9, 0.95]))
def test_it_agrees_with_scipys_binomial_test(before, after, before_days, after_days, level):
    if before + after == 0:
        return
    per = before_days / after_days
    peer = stats.binomtest(after, before + after, after_days / (before_days + after_days))
    found = compare_counts(
        [before], [after], before_days=before_days, after_days=after_days, level=level
    ).iloc[0]
    low, high = peer.proportion_ci(level, method="exact")
    assert found["p_value"] == pytest.approx(peer.pvalue, abs=1e-9)
    assert found["lower"] == pytest.approx(low / (1 - low) * per, rel=1e-7)
    wanted = np.inf if high == 1 else high / (1 - high) * per
    assert found["upper"] == pytest.approx(wanted, rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(COUNTS, COUNTS, DAYS, DAYS)
def test_time_run_backwards_turns_the_ratio_over(before, after, days_1, days_2):
    one = compare_counts([before], [after], before_days=days_1, after_days=days_2).iloc[0]
    back = compare_counts([after], [before], before_days=days_2, after_days=days_1).iloc[0]
    assert one["p_value"] == pytest.approx(back["p_value"], abs=1e-10)
    with np.errstate(divide="ignore"):
        assert one["lower"] == pytest.approx(np.divide(1.0, back["upper"]), rel=1e-9)
        assert one["upper"] == pytest.approx(np.divide(1.0, back["lower"]), rel=1e-9)


def test_the_unit_of_time_does_not_matter_and_large_counts_are_no_trouble():
    days = compare_counts([100_000], [101_000], before_days=365, after_days=730).iloc[0]
    years = compare_counts([100_000], [101_000], before_days=1, after_days=2).iloc[0]
    pd.testing.assert_series_equal(days, years)
    even = compare_counts([100_000], [101_000]).iloc[0]
    assert even["p_value"] == pytest.approx(stats.binomtest(101_000, 201_000).pvalue, rel=1e-6)


def test_many_rows_are_answered_on_the_index_of_the_counts():
    before = pd.Series([4, 9, 4], index=["x", "y", "z"])
    found = compare_counts(before, [9, 4, 9], before_days=[1, 1, 1], after_days=[1, 1, 2])
    assert found.index.tolist() == ["x", "y", "z"]
    assert found.loc["x", "p_value"] == found.loc["y", "p_value"]
    assert found.loc["z", "ratio"] == pytest.approx(9 / 8)


def test_nothing_in_one_period_or_in_both():
    found = compare_counts([0, 10, 0], [10, 0, 0])
    assert found["ratio"].tolist()[:2] == [np.inf, 0]
    assert np.isnan(found["ratio"].iloc[2])
    assert found["p_value"].tolist() == pytest.approx([2 / 1024, 2 / 1024, 1])
    assert found["upper"].iloc[0] == np.inf
    assert found["lower"].iloc[1] == 0
    assert found[["lower", "upper"]].iloc[2].tolist() == [0, np.inf]


def test_a_period_of_no_days_cannot_be_compared():
    assert compare_counts([3], [4], before_days=0).isna().all(axis=None)


def test_what_is_no_count_and_no_time_is_refused():
    with pytest.raises(WrongValues, match="`after` must hold whole numbers .* number 2: 1.5"):
        compare_counts([1, 1], [1, 1.5])
    with pytest.raises(WrongValues, match="`before` must hold whole numbers .* number 1: nan"):
        compare_counts([np.nan], [1])
    with pytest.raises(WrongValues, match="`before_days` must hold finite numbers"):
        compare_counts([1], [1], before_days=-1)
    with pytest.raises(RecipeError, match="'likelihood' or 'central'"):
        compare_counts([1], [1], two_sided="less")
