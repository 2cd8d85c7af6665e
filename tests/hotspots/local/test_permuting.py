"""How often would a unit have such neighbours if the others were put down by chance?"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csgeo.hotspots.local.getis_ord import local_getis_ord
from csgeo.hotspots.local.moran import local_moran
from csgeo.hotspots.local.permuting import permuted_p

from .conftest import any_weights


def exactly(x, weights, i):
    """Both tails over every way to choose the neighbours from the others, in every order."""
    near = np.flatnonzero(weights[i])
    w, observed = weights[i, near], weights[i] @ x
    sums = np.array([
        w @ np.array(drawn) for drawn in itertools.permutations(np.delete(x, i), len(near))
    ])  # fmt: skip
    return (sums >= observed - 1e-9).mean(), (sums <= observed + 1e-9).mean()


@pytest.mark.parametrize("kind", ["ones", "decimals"])
def test_p_is_that_of_every_possible_draw(kind):
    rng = np.random.default_rng(4)
    weights, x = any_weights(4, 7, kind=kind).toarray(), rng.poisson(2, 7).astype(float)
    weights[6] = 0
    count = 20_000
    near = csr_array(weights)
    more = permuted_p(x, near, permutations=count, seed=1, alternative="greater")
    fewer = permuted_p(x, near, permutations=count, seed=1, alternative="less")
    both = permuted_p(x, near, permutations=count, seed=1)
    for i in range(6):
        for found, p in zip((more[i], fewer[i]), exactly(x, weights, i), strict=True):
            # five deviations of a share of 20,000 draws
            assert found == pytest.approx(p, abs=5 * np.sqrt(p * (1 - p) / count) + 2 / count)
        assert both[i] == min(1, 2 * min(more[i], fewer[i]))
    assert np.isnan([more[6], fewer[6], both[6]]).all()


def one_by_one(x, near, permutations, seed):
    """The same shared table, without a shortcut: each unit's neighbours drawn and added up."""
    rng, n, rows = np.random.default_rng(seed), len(x), near.toarray()
    most = int((rows > 0).sum(axis=1).max())
    by_size = np.argsort(x, kind="stable")
    table = [by_size[rng.choice(n, most + 1, replace=False)] for _ in range(permutations)]
    more, fewer = np.ones(n), np.ones(n)
    for i in range(n):
        w = np.sort(rows[i][rows[i] > 0])[::-1]
        for drawn in table:
            mine = drawn[: len(w)].copy()
            mine[mine == i] = drawn[len(w)]
            assert i not in mine
            total = w @ x[mine]
            more[i] += total >= rows[i] @ x - 1e-9
            fewer[i] += total <= rows[i] @ x + 1e-9
    return more / (permutations + 1), fewer / (permutations + 1)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(4, 12),
    kind=st.sampled_from(["ones", "decimals"]),
    share=st.sampled_from([0.1, 0.4, 0.9]),
)
def test_shared_sums_are_those_of_each_unit_alone(seed, n, kind, share):
    near = any_weights(seed, n, share=share, kind=kind)
    x = np.random.default_rng(seed).poisson(2, n) + 5.0
    greater, less = one_by_one(x, near, 19, seed)
    for alternative, wanted in (("greater", greater), ("less", less)):
        p = permuted_p(x, near, permutations=19, seed=seed, alternative=alternative)
        known = ~np.isnan(p)
        np.testing.assert_allclose(p[known], wanted[known])


def test_where_there_is_no_choice_there_is_no_p():
    everyone = csr_array(np.ones((5, 5)) - np.eye(5))
    assert np.isnan(permuted_p(np.arange(5.0), everyone, permutations=9, seed=0)).all()
    chain = csr_array(np.diag(np.ones(4), 1) + np.diag(np.ones(4), -1))
    for x in ([1.0, 1, 9, 1, 1], [9.0, 9, 1, 9, 9]):
        p = permuted_p(np.array(x), chain, permutations=9, seed=0)
        assert np.isnan(p).tolist() == [False, False, True, False, False]
    assert np.isnan(permuted_p(np.arange(5.0), chain, permutations=0, seed=0)).all()


def test_chance_alone_is_called_unusual_as_often_as_it_should_be():
    rng = np.random.default_rng(8)
    side = np.diag(np.ones(29), 1) + np.diag(np.ones(29), -1) + np.eye(30)
    near = csr_array(np.kron(side, side) - np.eye(900))
    shares = [
        (permuted_p(rng.normal(size=900), near, permutations=499, seed=s) <= 0.1).mean()
        for s in range(40)
    ]
    assert np.mean(shares) == pytest.approx(0.1, abs=0.012)


def test_gi_gi_star_and_local_moran_ask_the_same_of_permutations():
    near, values = (
        any_weights(2, 30, share=0.2),
        pd.Series(np.random.default_rng(2).normal(size=30)),
    )
    ask = {"permutations": 199, "seed": 3}
    star = local_getis_ord(values, near, **ask)["p_permuted"]
    pd.testing.assert_series_equal(
        local_getis_ord(values, near, own=False, **ask)["p_permuted"], star
    )
    pd.testing.assert_series_equal(local_moran(values, near, **ask)["p_permuted"], star)


def test_a_high_level_loses_no_digits():
    near, x = any_weights(2, 30, share=0.2), np.random.default_rng(2).poisson(3, 30).astype(float)
    plain = permuted_p(x, near, permutations=99, seed=3)
    assert permuted_p(x + 1e13, near, permutations=99, seed=3).tolist() == plain.tolist()


def test_a_seed_gives_the_same_and_another_seed_another():
    near, x = any_weights(2, 30, share=0.2), np.random.default_rng(2).normal(size=30)
    one = permuted_p(x, near, permutations=99, seed=3)
    assert one.tolist() == permuted_p(x, near, permutations=99, seed=3).tolist()
    assert one.tolist() != permuted_p(x, near, permutations=99, seed=4).tolist()
