"""Are the likelihood ratios those of the papers?"""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.hotspots.scan.likelihood import bernoulli_ratio, poisson_ratio


def test_the_values_of_satscans_own_unit_test():
    """test/unittest_PoissonLikelihoodCalculation.cpp, with New Mexico's 1,175 cases."""
    assert poisson_ratio(10.0, 1.0, 1175.0) == pytest.approx(14.060436, abs=1e-6)
    assert poisson_ratio(2.0, 1.0, 1175.0) == pytest.approx(0.386720, abs=1e-6)


def test_bernoulli_by_hand():
    # 3 cases among 4 inside, 1 among 4 outside: 2 (3 ln 3/4 + ln 1/4) - 8 ln 1/2
    wanted = 2 * (3 * math.log(3 / 4) + math.log(1 / 4)) - 8 * math.log(1 / 2)
    assert bernoulli_ratio(3.0, 4.0, 4.0, 8.0) == pytest.approx(wanted, abs=1e-12)


def test_all_cases_inside_is_finite():
    assert poisson_ratio(5.0, 1.0, 5.0) == pytest.approx(5 * math.log(5))
    # of 10 people 5 are cases, and those are the 5 inside: 10 ln 2
    assert bernoulli_ratio(5.0, 5.0, 5.0, 10.0) == pytest.approx(10 * math.log(2))


def test_no_more_than_the_share_scores_nothing():
    assert poisson_ratio(2.0, 2.0, 10.0) == 0.0
    assert poisson_ratio(1.0, 2.0, 10.0) == 0.0
    assert bernoulli_ratio(1.0, 2.0, 5.0, 10.0) == 0.0
    assert bernoulli_ratio(0.0, 2.0, 5.0, 10.0) == 0.0


@given(st.integers(2, 60), st.floats(0.01, 0.5))
def test_poisson_rises_with_each_case(total, share):
    due = share * total
    ratios = [poisson_ratio(float(c), due, float(total)) for c in range(total + 1)]
    above = [ratio for c, ratio in enumerate(ratios) if c > due]
    assert all(a < b for a, b in itertools.pairwise(above))
    assert all(ratio == 0 for c, ratio in enumerate(ratios) if c <= due)


def test_bernoulli_of_few_among_many_is_poisson():
    a = bernoulli_ratio(12.0, 1e6, 30.0, 1e7)
    assert a == pytest.approx(poisson_ratio(12.0, 3.0, 30.0), abs=1e-4)
