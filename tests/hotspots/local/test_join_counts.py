"""Which units that have something lie among others that have it too?"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import norm

from csgeo.errors import MethodError
from csgeo.hotspots.local.join_counts import local_join_counts

from .conftest import any_weights

CHAIN = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])


def test_a_hand_worked_row_of_four():
    # second unit: both neighbours have it; of 3 ways to put two among three others, 1 does that
    answer = local_join_counts(pd.Series([True, True, True, False]), CHAIN, alternative="greater")
    assert answer["joins"].tolist() == [1, 2, 1, 0]
    assert answer["expected"].tolist() == pytest.approx([2 / 3, 4 / 3, 4 / 3, np.nan], nan_ok=True)
    assert answer["p_value"].tolist() == pytest.approx([2 / 3, 1 / 3, 1, np.nan], nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["ones", "decimals"]))
def test_chances_are_those_of_every_order(seed, kind):
    rng = np.random.default_rng(seed)
    weights = any_weights(seed, 7, kind=kind).toarray()
    x = (rng.random(7) < 0.5).astype(float)
    near, values = csr_array(weights), pd.Series(x)
    more = local_join_counts(values, near, alternative="greater")
    fewer = local_join_counts(values, near, alternative="less")
    both = local_join_counts(values, near)
    for i in range(7):
        if not (x[i] and weights[i].any()):
            assert np.isnan(more["p_value"][i])
            continue
        rest = np.delete(weights[i], i)
        sums = np.array([rest @ np.array(p) for p in itertools.permutations(np.delete(x, i))])
        assert more["expected"][i] == pytest.approx(sums.mean())
        if sums.std() > 1e-9:
            z = (more["joins"][i] - sums.mean()) / sums.std()
            assert more["z"][i] == pytest.approx(z, abs=1e-9)
        elif np.isnan(more["z"][i]):
            assert np.isnan(more["p_value"][i])
            continue
        if (near.data == 1).all():
            tails = (sums >= more["joins"][i]).mean(), (sums <= more["joins"][i]).mean()
            assert (more["p_value"][i], fewer["p_value"][i]) == pytest.approx(tails)
            assert both["p_value"][i] == pytest.approx(min(1, 2 * min(tails)))


def test_other_weights_than_ones_have_the_chance_of_the_normal_curve():
    near = any_weights(6, 20, share=0.3, kind="decimals")
    answer = local_join_counts(pd.Series(np.arange(20) % 2), near)
    known = answer["z"].notna()
    assert known.sum() == 10
    np.testing.assert_allclose(answer["p_value"][known], 2 * norm.sf(abs(answer["z"][known])))
    everyone = csr_array(np.full((7, 7), 0.1))
    assert local_join_counts(pd.Series([1, 0, 1, 0, 0, 1, 1]), everyone)["z"].isna().all()


def test_permutations_come_to_the_exact_chance():
    near = any_weights(6, 40, share=0.15)
    values = pd.Series(np.random.default_rng(6).random(40) < 0.4)
    answer = local_join_counts(values, near, alternative="greater", permutations=20_000, seed=2)
    known = answer["p_value"].notna() & (answer["p_value"] < 1)
    assert known.sum() > 5
    np.testing.assert_allclose(
        answer.loc[known, "p_permuted"], answer.loc[known, "p_value"], atol=5 * 0.5 / 20_000**0.5
    )


def test_nothing_or_everything_having_it_says_nothing():
    for values in ([0, 0, 0, 0], [1, 1, 1, 1]):
        answer = local_join_counts(pd.Series(values), CHAIN, permutations=9)
        assert answer[["z", "p_value", "p_permuted"]].isna().all(axis=None)
    one = local_join_counts(pd.Series([1, 0, 0, 0]), CHAIN, permutations=9)
    assert one["joins"].tolist() == [0, 0, 0, 0]
    assert one["z"].isna().all()


def test_an_island_has_no_chances():
    near = csr_array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    answer = local_join_counts(pd.Series([1, 1, 1, 0]), near, permutations=9)
    assert answer["joins"].tolist() == [1, 1, 0, 0]
    assert answer["p_value"].isna().tolist() == [False, False, True, True]


def test_counts_are_refused():
    with pytest.raises(MethodError, match=r"1 are not \(first: 2\).*`counts >= 5`"):
        local_join_counts(pd.Series([0, 1, 2, 0]), CHAIN)
