from __future__ import annotations

from math import exp, factorial, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.two_counts import e_test


def by_hand(one, two, one_size=1.0, two_size=1.0):
    rate = (one + two) / (one_size + two_size)

    def far(a, b):
        spread = sqrt(a / one_size**2 + b / two_size**2)
        return abs(a / one_size - b / two_size) / spread if spread else 0.0

    def chance(k, mean):
        return exp(-mean) * mean**k / factorial(k)

    return sum(
        chance(a, one_size * rate) * chance(b, two_size * rate)
        for a in range(60)
        for b in range(60)
        if far(a, b) >= far(one, two) - 1e-12
    )


@pytest.mark.parametrize(("one", "two", "p"), [(6, 2, 0.1749), (2, 6, 0.1749), (0, 3, 0.0884)])
def test_published_values_are_met(one, two, p):
    assert e_test(one, two) == pytest.approx(p, abs=5e-5)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 6), st.integers(0, 6), st.sampled_from([0.5, 1, 2]), st.sampled_from([1, 1.5])
)
def test_it_sums_all_pairs_of_counts(one, two, one_size, two_size):
    if one or two:
        p = e_test(one, two, first_size=one_size, second_size=two_size)
        assert p == pytest.approx(by_hand(one, two, one_size, two_size), abs=1e-9)


def test_alike_is_not_remarkable_and_very_different_is():
    assert e_test(7, 7) == pytest.approx(1)
    assert e_test(20, 10, first_size=4, second_size=2) == pytest.approx(1)
    assert e_test(40, 4) < 1e-6
    assert e_test(14, 7, difference=7) == pytest.approx(1)
    # 9 more were asked about, 3 less came: from rates 9 and 0, only counts of 0 and 1 are as far
    assert e_test(0, 3, difference=9) == pytest.approx(10 * exp(-9), rel=1e-6)
    assert e_test(3, 0, difference=-9) == pytest.approx(10 * exp(-9), rel=1e-6)


def test_large_counts_come_near_the_normal_curve():
    z = (10_200 - 10_000) / sqrt(20_200)
    assert e_test(10_200, 10_000) == pytest.approx(2 * (1 - _normal(z)), abs=2e-3)


def _normal(z):
    grid = np.linspace(-9, z, 200_001)
    return np.trapezoid(np.exp(-(grid**2) / 2) / sqrt(2 * np.pi), grid)


def test_refusals_say_what_is_wrong():
    with pytest.raises(MethodError, match="Both counts are 0"):
        e_test(0, 0)
    with pytest.raises(RecipeError, match="`second` must be a whole number .* it is 1.5"):
        e_test(1, 1.5)
    with pytest.raises(RecipeError, match="`first` must be a whole number .* it is -1"):
        e_test(-1, 2)
    with pytest.raises(RecipeError, match="`first_size` must be above 0; it is 0"):
        e_test(1, 2, first_size=0)
    with pytest.raises(RecipeError, match="`difference` must be a number; it is nan"):
        e_test(1, 2, difference=float("nan"))
