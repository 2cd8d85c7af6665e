"""Between which rates may the true one lie, given how few records there are?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from csgeo.errors import RecipeError
from csgeo.hotspots.rates.intervals import poisson_interval


def test_garwoods_printed_limits():
    # chi-squared quantiles as in the usual printed tables (after Garwood 1936)
    least, most = poisson_interval([0, 1, 2, 5, 10, 50])
    assert least.round(3).tolist() == [0, 0.025, 0.242, 1.623, 4.795, 37.111]
    assert most.round(3).tolist() == [3.689, 5.572, 7.225, 11.668, 18.390, 65.919]
    least, most = poisson_interval([0, 5], confidence=0.99)
    assert least.round(2).tolist() == [0, 1.08]
    assert most.round(2).tolist() == [5.30, 14.15]


@given(cases=st.integers(0, 5000), confidence=st.floats(0.5, 0.999))
def test_at_the_limits_the_count_is_just_in_the_tails(cases, confidence):
    least, most = poisson_interval([cases], confidence=confidence)
    tail = (1 - confidence) / 2
    assert poisson.cdf(cases, most[0]) == pytest.approx(tail, rel=1e-6)
    if cases:
        assert poisson.sf(cases - 1, least[0]) == pytest.approx(tail, rel=1e-6)
    assert least[0] <= cases <= most[0]


def test_the_interval_holds_the_mean_at_least_as_often_as_it_says():
    counts = np.arange(200)
    least, most = poisson_interval(counts)
    for mean in (0.1, 1.3, 4.0, 30.0):
        held = poisson.pmf(counts, mean)[(least <= mean) & (mean <= most)].sum()
        assert held >= 0.95


@pytest.mark.parametrize("bad", [0, 1, 95, np.nan])
def test_a_confidence_that_is_none_is_refused(bad):
    with pytest.raises(RecipeError, match="must be between 0 and 1, such as 0.95"):
        poisson_interval([1], confidence=bad)
