from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.errors import EmptyTable, MethodError, WrongIndex, WrongValues
from csgeo.hotspots.concentration.gini import generalised_gini, gini


def on_places(held, places):
    """Put counts on the first of so many places."""
    return pd.Series([*held, *[0] * (places - len(held))], index=[f"P{k}" for k in range(places)])


@pytest.mark.parametrize(
    ("counts", "plain", "general"),
    [
        # lorenzgini 0.1.2 and Bernasco and Steenbeek (2017)
        (on_places([10, 8, 2], 10), 0.78, 0.78),
        (on_places([5, 2, 1], 10), 0.80, 0.75),
        (on_places([10], 100), 0.99, 0.90),
        (on_places([10], 10), 0.90, 0.90),
    ],
)
def test_published_values_are_met(counts, plain, general):
    assert gini(counts) == pytest.approx(plain, abs=1e-9)
    assert generalised_gini(counts) == pytest.approx(general, abs=1e-9)


@pytest.mark.parametrize("places", [10, 100])
def test_all_on_one_place_is_one_without_bias(places):
    assert gini(on_places([10], places), unbiased=True) == pytest.approx(1, abs=1e-9)
    assert generalised_gini(on_places([10], places), unbiased=True) == pytest.approx(1, abs=1e-9)


counts_of = st.lists(st.integers(0, 9), min_size=1, max_size=12).filter(any)


@given(counts_of)
def test_the_gini_is_half_the_mean_difference_of_all_pairs(held):
    values = np.array(held, dtype=float)
    differences = abs(values[:, None] - values).mean() / values.mean() / 2
    assert gini(pd.Series(held)) == pytest.approx(differences, abs=1e-12)


@given(counts_of)
def test_the_generalised_gini_is_bernasco_and_steenbeeks_formula(held):
    n, c = len(held), sum(held)
    shares = np.sort(held) / c
    rank = np.arange(1, n + 1)
    written_out = max(1 / n, 1 / c) * (2 * (rank * shares).sum() - n - 1) - max(n / c, 1) + 1
    assert generalised_gini(pd.Series(held)) == pytest.approx(written_out, abs=1e-12)


def test_it_is_nothing_where_records_could_not_lie_more_evenly():
    assert generalised_gini(on_places([1, 1, 1], 50)) == pytest.approx(0, abs=1e-12)
    assert gini(on_places([1, 1, 1], 50)) == pytest.approx(0.94)
    assert generalised_gini(on_places([4] * 6, 6)) == pytest.approx(0, abs=1e-12)


def test_scale_and_order_do_not_matter_to_the_gini():
    counts = on_places([7, 3, 3, 1], 9)
    assert gini(counts * 2.5) == pytest.approx(gini(counts))
    assert gini(counts[::-1]) == pytest.approx(gini(counts))


def test_one_place_or_one_record_has_no_corrected_gini():
    assert gini(on_places([3], 1)) == 0
    assert np.isnan(gini(on_places([3], 1), unbiased=True))
    assert np.isnan(generalised_gini(on_places([1], 9), unbiased=True))


def test_refusals_say_what_to_do():
    with pytest.raises(MethodError, match="no records on any of 3 places"):
        gini(on_places([0], 3))
    with pytest.raises(WrongValues, match="1 of 3 are not \\(the first is 'P1'\\)"):
        gini(pd.Series([1, np.nan, 2], index=["P0", "P1", "P2"]))
    with pytest.raises(WrongValues, match="at least 0"):
        gini(pd.Series([1, -1]))
    with pytest.raises(WrongValues, match="whole numbers of records; 1 of 2 .* 1.5. For weighted"):
        generalised_gini(pd.Series([1.5, 1]))
    with pytest.raises(WrongIndex, match="1 rows repeat one, the first is 'A'"):
        gini(pd.Series([1, 2], index=["A", "A"]))
    with pytest.raises(EmptyTable, match="at least one place"):
        gini(pd.Series([], dtype=float))
