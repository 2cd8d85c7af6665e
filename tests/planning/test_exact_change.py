"""Is a change more than chance, where the records are few?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio

from csgeo.errors import MissingColumns, RecipeError, WrongValues
from csgeo.planning.exact_change import exact_change, permuted_change, two_changes


def counts(treated, comparison, **rings):
    rows = {"treated": treated, "comparison": comparison} | rings
    return pd.DataFrame([(r, *n) for r, n in rows.items()], columns=["role", "before", "after"])


def test_fishers_tea():
    """Three of four cups right: the tail of Fisher (1935) is 17 of 70."""
    found = exact_change(counts((1, 3), (3, 1)))
    assert found.p_value == pytest.approx(2 * 17 / 70)
    assert found.ratio == 9
    assert found.least_p == pytest.approx(2 / 70)


few = st.integers(0, 40)


@settings(max_examples=60, deadline=None)
@given(few, few, few, few)
def test_tails_and_limits_are_scipys(a, b, c, d):
    found = exact_change(counts((b, a), (d, c)))
    table = [[a, b], [c, d]]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]
    assert found.p_value == pytest.approx(min(1, 2 * min(tails)))
    peer = odds_ratio(table, kind="conditional").confidence_interval(0.95)
    if a and b and c and d:
        assert (found.lower, found.upper) == pytest.approx((peer.low, peer.high), rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(few, few, few, few)
def test_interval_and_p_value_agree(a, b, c, d):
    found = exact_change(counts((b, a), (d, c)))
    inside = found.lower <= 1 <= found.upper
    assert inside == (found.p_value > 0.05) or found.p_value == pytest.approx(0.05)
    assert found.least_p <= found.p_value + 1e-12


@settings(max_examples=30, deadline=None)
@given(few, few, few, few)
def test_treated_and_comparison_are_mirrors(a, b, c, d):
    one, other = exact_change(counts((b, a), (d, c))), exact_change(counts((d, c), (b, a)))
    assert one.p_value == pytest.approx(other.p_value)
    if other.upper not in (0, np.inf):
        assert one.lower == pytest.approx(1 / other.upper, rel=1e-6)


@pytest.mark.parametrize("mean", [3, 10, 40, 120, 300])
def test_without_an_effect_it_raises_few_alarms(mean):
    chance = np.random.default_rng(mean)
    tables = chance.poisson(mean, size=(4, 20_000))
    assert (two_changes(*tables) <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 20_000)


def test_unequal_times_do_not_matter():
    chance = np.random.default_rng(8)
    after, before = chance.poisson(12, (2, 20_000)), chance.poisson(48, (2, 20_000))
    assert (two_changes(after[0], before[0], after[1], before[1]) <= 0.05).mean() <= 0.055


def test_rings_count_with_what_they_surround():
    moved = counts((60, 20), (60, 60), buffer=(30, 70), buffer_comparison=(30, 30))
    assert exact_change(moved).p_value < 0.001
    assert exact_change(moved, rings=True).ratio == 1
    assert exact_change(moved, rings=True).p_value == 1


def test_nothing_at_all_says_nothing():
    found = exact_change(counts((0, 0), (0, 0)))
    assert np.isnan(found.ratio)
    assert (found.lower, found.upper) == (0, np.inf)
    assert (found.p_value, found.least_p) == (1, 1)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(WrongValues, match="takes no weights; `counts` has the column weight"):
        exact_change(counts((1, 2), (3, 4)).assign(weight=1.0))
    with pytest.raises(RecipeError, match="between 0 and 1; it is 95"):
        exact_change(counts((1, 2), (3, 4)), level=95)


def places(treated, others):
    rows = [(True, *n) for n in treated] + [(False, *n) for n in others]
    return pd.DataFrame(rows, columns=["treated", "before", "after"])


def test_one_of_four_places_by_hand():
    made = places([(10, 2)], [(10, 9), (10, 11), (10, 10)])
    found = permuted_change(made)
    assert found["estimate"] == -8
    assert found.to_dict()["sets"] == 4
    assert found["p_value"] == found["least_p"] == 0.25


def test_drawn_sets_agree_with_all_of_them():
    chance = np.random.default_rng(3)
    before, after = chance.poisson(20, 14), chance.poisson(20, 14)
    made = pd.DataFrame({"treated": [True] * 4 + [False] * 10, "before": before, "after": after})
    all_of_them = permuted_change(made)
    drawn = permuted_change(made, draws=1_000, seed=5)
    assert (all_of_them["sets"], drawn["sets"]) == (1001, 1000)
    error = 4 * np.sqrt(all_of_them["p_value"] * (1 - all_of_them["p_value"]) / 1_000)
    assert abs(drawn["p_value"] - all_of_them["p_value"]) <= error
    assert drawn.equals(permuted_change(made, draws=1_000, seed=5))


def test_the_order_of_places_does_not_matter():
    made = places([(30, 12), (25, 20)], [(28, 30), (30, 25), (20, 22), (31, 33)])
    turned = made.iloc[::-1]
    assert permuted_change(made).equals(permuted_change(turned))


def test_places_that_cannot_be_compared_are_refused():
    with pytest.raises(WrongValues, match="2 of 2 are. Add comparable places"):
        permuted_change(places([(1, 2), (3, 4)], []))
    with pytest.raises(MissingColumns, match="treated is missing"):
        permuted_change(places([(1, 2)], [(3, 4)]).drop(columns="treated"))
    with pytest.raises(WrongValues, match="`after` must be a whole number"):
        permuted_change(places([(1, 2)], [(3, 4.5)]))
