"""Which units lie where high values, or low ones, gather?"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import block_diag, csr_array, eye_array

from csgeo.hotspots.getis_ord import getis_ord_star
from csgeo.hotspots.local.getis_ord import local_getis_ord
from csgeo.hotspots.local.inputs import row_standardised
from csgeo.hotspots.local.neighbours import touching

from .conftest import any_weights

GI = [-1.0136729, -0.04361589, 1.31558703, -0.31412676, 1.15373986, 1.77833941]
GI_STAR = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]


def test_a_hand_worked_row_of_three():
    # as tests/hotspots/test_getis_ord.py has it, on any weights
    near = csr_array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    answer = local_getis_ord(pd.Series([0, 0, 3], index=list("abc")), near)
    assert answer["z"].tolist() == pytest.approx([-(2**0.5), np.nan, 2**-0.5], nan_ok=True)
    assert answer.index.tolist() == list("abc")


def test_the_six_points_of_esda(six_points):
    values, near = six_points
    assert local_getis_ord(values, near)["z"].tolist() == pytest.approx(GI_STAR, abs=1e-8)
    assert local_getis_ord(values, near, own=False)["z"].tolist() == pytest.approx(GI, abs=1e-8)


def by_the_formula(x, weights, i, *, own):
    """Ord and Getis (1995), equations 13 and 14, one unit at a time."""
    others = np.arange(len(x)) if own else np.delete(np.arange(len(x)), i)
    y, w = x[others], weights[i, others]
    n, deviation = len(y), np.sqrt((y**2).mean() - y.mean() ** 2)
    under = deviation * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
    return (w @ y - w.sum() * y.mean()) / under if under > 1e-9 else np.nan


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(4, 14),
    kind=st.sampled_from(["ones", "decimals"]),
    own=st.booleans(),
)
def test_scores_are_those_of_the_formula(seed, n, kind, own):
    near = any_weights(seed, n, kind=kind)
    x = np.random.default_rng(seed).poisson(3, n).astype(float)
    if np.ptp(x) == 0:
        return
    whole = near.toarray() + own * np.diag(np.random.default_rng(seed).uniform(0.5, 2, n))
    wanted = [by_the_formula(x, whole, i, own=own) for i in range(n)]
    z = local_getis_ord(pd.Series(x), csr_array(whole), own=own)["z"]
    np.testing.assert_allclose(z, wanted, atol=1e-7)


def test_weights_that_add_up_to_one_give_the_same_score_as_ones_where_esda_does_not(six_points):
    # multiplying a row of weights multiplies the sum, its mean and its deviation: z cannot move.
    # esda's default (transform="R") takes the deviation of another statistic, so there it moves
    import esda
    from libpysal.graph import Graph

    values, near = six_points
    with_own = near + eye_array(6)
    for weights in (with_own, row_standardised(with_own), row_standardised(near), 7 * near):
        z = local_getis_ord(values, weights)["z"]
        assert z.tolist() == pytest.approx(GI_STAR, abs=1e-8)
    focal, neighbour = near.nonzero()
    graph = Graph.from_arrays(focal, neighbour, np.ones(len(focal)))
    ask = {"star": 1.0, "permutations": 0}
    right = esda.G_Local(values.to_numpy(), graph, transform="B", **ask).Zs
    wrong = esda.G_Local(values.to_numpy(), graph, transform="R", **ask).Zs
    assert right == pytest.approx(GI_STAR, abs=1e-8)
    assert wrong[0] == pytest.approx(-0.62488, abs=1e-5)
    # who is right? All 720 ways to put the six values down: the first neighbourhood's mean
    near_first = np.flatnonzero(with_own.toarray()[0])
    means = [np.mean([p[i] for i in near_first]) for p in itertools.permutations(values)]
    z = (values[near_first].mean() - np.mean(means)) / np.std(means)
    assert z == pytest.approx(GI_STAR[0], abs=1e-8)


def test_a_lattice_has_the_scores_of_the_convolution():
    import geopandas as gpd
    import shapely

    rng = np.random.default_rng(5)
    counts, mask = rng.poisson(2, (9, 11)), rng.random((9, 11)) < 0.8
    y, x = np.nonzero(mask)
    cells = gpd.GeoSeries(shapely.box(x, y, x + 1.0, y + 1.0), crs=27700)
    z = local_getis_ord(pd.Series(counts[mask]), touching(cells))["z"]
    np.testing.assert_allclose(z, getis_ord_star(counts, mask)[mask], atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), own=st.booleans(), kind=st.sampled_from(["ones", "decimals"]))
def test_neither_order_nor_scale_nor_level_moves_anything(seed, own, kind):
    n = 12
    near, rng = any_weights(seed, n, kind=kind), np.random.default_rng(seed)
    values = pd.Series(rng.permutation(n) * 1.5)
    ask = {"own": own, "permutations": 99, "seed": 1}
    plain = local_getis_ord(values, near, **ask)
    order = rng.permutation(n)
    shuffled = local_getis_ord(
        values.iloc[order], csr_array(near.toarray()[order][:, order]), **ask
    )
    pd.testing.assert_frame_equal(shuffled, plain.iloc[order], rtol=1e-9)
    raised = local_getis_ord(values * 4 + 1000, near * 3.0, **ask)
    pd.testing.assert_frame_equal(raised, plain, rtol=1e-9, atol=1e-9)


def test_two_areas_apart_keep_their_own_sums():
    # an area far away changes the mean and n, and no neighbourhood: the formula on the whole
    one = any_weights(1, 8)
    both = csr_array(block_diag([one, one]))
    x = np.random.default_rng(1).poisson(4, 16).astype(float)
    wanted = [by_the_formula(x, both.toarray() + np.eye(16), i, own=True) for i in range(16)]
    np.testing.assert_allclose(local_getis_ord(pd.Series(x), both)["z"], wanted, atol=1e-9)


def test_nothing_to_compare_with_is_missing():
    near = csr_array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    for values in ([0, 0, 0], [0.1, 0.1, 0.1]):
        for own in (True, False):
            answer = local_getis_ord(pd.Series(values), near, own=own, permutations=9)
            assert answer[["z", "p_value", "q_value", "p_permuted"]].isna().all(axis=None)
            assert answer["band"].tolist() == [0, 0, 0]
    assert local_getis_ord(pd.Series([4]), csr_array([[0.0]]))["z"].isna().all()
    assert local_getis_ord(pd.Series([4]), csr_array([[0.0]]), own=False)["z"].isna().all()


def test_a_neighbourhood_that_is_everything_is_missing_whatever_its_weight():
    everyone = csr_array(np.full((7, 7), 0.1))
    values = pd.Series([1, 2, 3, 5, 8, 13, 21])
    assert local_getis_ord(values, everyone)["z"].isna().all()
    assert local_getis_ord(values, everyone, own=False)["z"].isna().all()


def test_an_island_is_its_own_neighbourhood_and_has_no_neighbours_to_permute():
    near = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    values = pd.Series([1, 2, 3, 6])
    star = local_getis_ord(values, near, permutations=99)
    assert star["z"].iloc[3] == pytest.approx(3 / values.std(ddof=0))
    assert np.isnan(star["p_permuted"].iloc[3])
    assert np.isnan(local_getis_ord(values, near, own=False)["z"].iloc[3])


def test_all_others_equal_is_missing_for_gi():
    near = csr_array([[0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 0, 1], [0, 0, 1, 0]])
    z = local_getis_ord(pd.Series([0.1, 0.1, 9.0, 0.1]), near, own=False)["z"]
    assert z.isna().tolist() == [False, False, True, False]


@pytest.mark.open_data
def test_columbus_is_as_spdep_has_it(columbus, spdep):
    z = local_getis_ord(columbus["CRIME"], touching(columbus.geometry))["z"]
    assert z.tolist() == pytest.approx(spdep["columbus"]["localGstar_selfB"], abs=1e-10)
