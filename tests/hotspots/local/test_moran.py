"""Which units are like their neighbours, and which are the odd ones out?"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csgeo.errors import MethodError
from csgeo.hotspots.local.inputs import row_standardised
from csgeo.hotspots.local.moran import local_moran, local_moran_of_rates
from csgeo.hotspots.local.neighbours import touching
from csgeo.hotspots.local.rates import rate_scores
from csgeo.hotspots.local.whole_area import morans_i

from .conftest import any_weights

CHAIN = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])


def test_a_hand_worked_row_of_three():
    # 0, 0, 3: distances from the mean -1, -1, 2; their mean square 2
    # I: -1*-1/2, -1*(-1+2)/2, 2*-1/2
    answer = local_moran(pd.Series([0, 0, 3], index=list("abc")), CHAIN)
    assert answer["local_moran"].tolist() == [0.5, -0.5, -1.0]
    assert answer["quadrant"].tolist() == ["low among low", "low among high", "high among low"]
    assert answer.index.tolist() == list("abc")


def each(x, weights):
    centred = x - x.mean()
    return centred * (weights @ centred) / (centred**2).mean()


def every_order(x, weights, i, *, hold):
    """Give unit i's I in every order of the values, or of the others' values only."""
    if not hold:
        return [each(np.array(p), weights)[i] for p in itertools.permutations(x)]
    rest = itertools.permutations(np.delete(x, i))
    return [each(np.insert(np.array(p), i, x[i]), weights)[i] for p in rest]


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    kind=st.sampled_from(["ones", "decimals"]),
    assumption=st.sampled_from(["conditional", "randomisation"]),
)
def test_moments_are_those_of_every_order(seed, kind, assumption):
    weights = any_weights(seed, 6, kind=kind, share=0.5).toarray()
    x = np.random.default_rng(seed).exponential(2, 6)
    answer = local_moran(pd.Series(x), csr_array(weights), assumption=assumption)
    for i in np.flatnonzero(weights.any(axis=1)):
        values = every_order(x, weights, i, hold=assumption == "conditional")
        assert answer["expected"][i] == pytest.approx(np.mean(values), abs=1e-9)
        if np.std(values) > 1e-6:
            z = (each(x, weights)[i] - np.mean(values)) / np.std(values)
            assert answer["z"][i] == pytest.approx(z, abs=1e-6)
        else:
            assert np.isnan(answer["z"][i])


def test_normality_has_the_variance_of_a_ratio_of_quadratic_forms():
    # Cliff and Ord (1981): with A centred, Var = (2 tr(AA) + tr(A)^2) / ((n-1)(n+1)) - E^2
    n, i = 9, 4
    weights = any_weights(5, n, kind="decimals").toarray()
    x = np.random.default_rng(5).normal(size=n)
    centring = np.eye(n) - 1 / n
    form = np.zeros((n, n))
    form[i] += weights[i] / 2
    form[:, i] += weights[i] / 2
    form = n * centring @ form @ centring
    mean = np.trace(form) / (n - 1)
    variance = (2 * np.trace(form @ form) + np.trace(form) ** 2) / ((n - 1) * (n + 1)) - mean**2
    answer = local_moran(pd.Series(x), csr_array(weights), assumption="normality")
    assert answer["expected"][i] == pytest.approx(mean)
    assert answer["z"][i] == pytest.approx((answer["local_moran"][i] - mean) / variance**0.5)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_they_add_up_to_the_whole_and_do_not_move_with_order_or_scale(seed):
    near, rng = any_weights(seed, 12), np.random.default_rng(seed)
    values = pd.Series(rng.permutation(12) * 1.5)
    ask = {"permutations": 49, "seed": 2}
    plain = local_moran(values, near, **ask)
    whole = morans_i(values, near).statistic
    assert plain["local_moran"].sum() / near.sum() == pytest.approx(whole)
    order = rng.permutation(12)
    other = local_moran(values.iloc[order], csr_array(near.toarray()[order][:, order]), **ask)
    pd.testing.assert_frame_equal(other, plain.iloc[order], rtol=1e-9)
    pd.testing.assert_frame_equal(local_moran(values * 3 - 70, near, **ask), plain, rtol=1e-9)


def test_one_sided_permutations_follow_the_statistic():
    near, values = (
        any_weights(3, 25, share=0.2),
        pd.Series(np.random.default_rng(3).normal(size=25)),
    )
    ask = {"permutations": 999, "seed": 1}
    greater = local_moran(values, near, alternative="greater", **ask)
    both = local_moran(values, near, **ask)
    less = local_moran(values, near, alternative="less", **ask)
    smaller = np.minimum(greater["p_permuted"], less["p_permuted"])
    np.testing.assert_allclose(both["p_permuted"], np.minimum(2 * smaller, 1))
    for high in (True, False):  # a unit is like its neighbours among the low as among the high
        alike = (greater["z"] > 1) & ((values > values.mean()) == high)
        assert alike.any()
        assert (greater["p_permuted"][alike] < 0.3).all()
        assert (less["p_permuted"][alike] > 0.7).all()


def test_islands_and_equal_values_are_missing():
    near = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    answer = local_moran(pd.Series([1, 5, 2, 9]), near, permutations=9)
    assert answer["local_moran"].isna().tolist() == [False, False, False, True]
    assert answer.loc[3, ["z", "p_value", "p_permuted", "quadrant"]].isna().all()
    for values in ([0, 0, 0, 0], [0.1] * 4):
        nothing = local_moran(pd.Series(values), near, permutations=9)
        assert (
            nothing[["local_moran", "z", "p_value", "p_permuted", "quadrant"]].isna().all(axis=None)
        )
        assert nothing["band"].tolist() == [0] * 4


def test_an_assumption_that_is_not_known_is_refused():
    with pytest.raises(MethodError, match="it is 'total'"):
        local_moran(pd.Series([1, 2, 4]), CHAIN, assumption="total")


def test_rates_are_scored_by_their_denominators_and_unknown_ones_are_nobodys_neighbours():
    cases = pd.Series([3, 0, 9, 4, 0], index=list("abcde"))
    people = pd.Series([100.0, 0, 150, 80, np.nan], index=list("abcde"))
    near = csr_array(np.ones((5, 5)) - np.eye(5))
    answer = local_moran_of_rates(cases, people, near, permutations=9)
    known = ["a", "c", "d"]
    scores = rate_scores(cases[known], people[known])
    three = row_standardised(csr_array(np.ones((3, 3)) - np.eye(3)))
    pd.testing.assert_series_equal(
        answer.loc[known, "local_moran"], local_moran(scores, three)["local_moran"]
    )
    assert answer.loc[["b", "e"]].drop(columns=["band", "band_by_q"]).isna().all(axis=None)
    assert answer.loc["b", "band"] == 0
    with pytest.raises(MethodError, match=r"1 of 5 units have cases and no people \(first: 'b'\)"):
        local_moran_of_rates(cases + 1, people.fillna(1), near)


@pytest.mark.open_data
def test_columbus_is_as_spdep_has_it(columbus, spdep):
    near = row_standardised(touching(columbus.geometry))
    found = local_moran(columbus["CRIME"], near)["local_moran"]
    assert found.tolist() == pytest.approx(spdep["columbus"]["localmoran_Ii"], abs=1e-10)
