"""Do like values lie together, over the area as a whole?"""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import norm

from csgeo.errors import MethodError
from csgeo.hotspots.local.inputs import row_standardised
from csgeo.hotspots.local.neighbours import touching
from csgeo.hotspots.local.whole_area import gearys_c, general_g, morans_i

from .conftest import any_weights

CHAIN = csr_array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]])
FOUR = pd.Series([1, 2, 3, 4])


def test_a_hand_worked_row_of_four():
    # distances from the mean -1.5 -0.5 0.5 1.5: squares add up to 5; six links
    # for I, four units to six links, times 2(0.75 - 0.25 + 0.75) to 5
    # for c, three times 6 to twice 6 times 5; for G, 2(2 + 6 + 12) to 100 - 30
    assert morans_i(FOUR, CHAIN).statistic == pytest.approx(1 / 3)
    assert gearys_c(FOUR, CHAIN).statistic == pytest.approx(0.3)
    assert general_g(FOUR, CHAIN).statistic == pytest.approx(40 / 70)


def moran(x, w):
    d = x - x.mean()
    return len(x) / w.sum() * (d @ w @ d) / (d @ d)


def geary(x, w):
    d = x - x.mean()
    return (len(x) - 1) * (w * (x[:, None] - x) ** 2).sum() / (2 * w.sum() * (d @ d))


def getis(x, w):
    return (x @ w @ x) / (x.sum() ** 2 - (x**2).sum())


TWINS = [(morans_i, moran), (gearys_c, geary), (general_g, getis)]


@pytest.mark.parametrize(("ours", "twin"), TWINS)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["ones", "decimals"]))
def test_moments_are_those_of_every_order(ours, twin, seed, kind):
    w = any_weights(seed, 6, kind=kind).toarray()
    x = np.random.default_rng(seed).exponential(2, 6)
    if not w.any():
        return
    values = np.array([twin(np.array(p), w) for p in itertools.permutations(x)])
    found = ours(pd.Series(x), csr_array(w), permutations=2000, seed=1)
    assert found.statistic == pytest.approx(twin(x, w))
    assert found.expected == pytest.approx(values.mean())
    if values.var() < 1e-12:
        assert np.isnan(found.z)
        return
    assert found.variance == pytest.approx(values.var(), rel=1e-6)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(found.z)))
    tails = (values >= found.statistic - 1e-9).mean(), (values <= found.statistic + 1e-9).mean()
    # five deviations of a share of 2,000 shuffles, twice
    assert found.p_permuted == pytest.approx(min(1, 2 * min(tails)), abs=2 * 5 * 0.5 / 2000**0.5)


def test_normality_has_the_variance_of_a_ratio_of_quadratic_forms():
    n = 9
    w = any_weights(5, n, kind="decimals").toarray()
    values = pd.Series(np.random.default_rng(5).normal(size=n))
    centring = np.eye(n) - 1 / n
    both = (w + w.T) / 2
    of_c = np.diag(both.sum(axis=1)) - both
    for ours, form in (
        (morans_i, n / w.sum() * both),
        (gearys_c, (n - 1) / w.sum() * of_c),
    ):
        form = centring @ form @ centring  # noqa: PLW2901
        mean = np.trace(form) / (n - 1)
        square = (2 * np.trace(form @ form) + np.trace(form) ** 2) / ((n - 1) * (n + 1))
        found = ours(values, csr_array(w), assumption="normality")
        assert found.expected == pytest.approx(mean)
        assert found.variance == pytest.approx(square - mean**2)


@pytest.mark.parametrize(("ours", "twin"), TWINS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_neither_order_nor_scale_moves_anything(ours, twin, seed):
    w, rng = any_weights(seed, 12), np.random.default_rng(seed)
    x = pd.Series(rng.poisson(4, 12) + rng.random(12))
    plain = ours(x, w)
    order = rng.permutation(12)
    assert ours(x.iloc[order], csr_array(w.toarray()[order][:, order])) == pytest.approx(
        plain, nan_ok=True
    )
    assert ours(x * 1e6, w) == pytest.approx(plain, nan_ok=True)
    if ours is not general_g:  # G asks where the high values are, so the level matters
        assert ours(x + 1e4, w) == pytest.approx(plain, rel=1e-5, nan_ok=True)


def test_the_six_points_of_esda(six_points):
    found = general_g(*six_points, alternative="greater")
    assert found.statistic == pytest.approx(0.55709779, abs=1e-8)
    assert found.p_value == pytest.approx(0.172936, abs=1e-6)


def test_tails_and_seeds():
    w, x = any_weights(3, 40, share=0.1), pd.Series(np.random.default_rng(3).normal(size=40))
    both, more, fewer = (
        morans_i(x, w, alternative=a, permutations=199, seed=7)
        for a in ("two-sided", "greater", "less")
    )
    assert both.p_permuted == min(1, 2 * min(more.p_permuted, fewer.p_permuted))
    assert more.p_value + fewer.p_value == pytest.approx(1)
    assert morans_i(x, w, permutations=199, seed=7) == both
    assert np.isnan(morans_i(x, w).p_permuted)


def test_everyone_being_everyones_neighbour_leaves_no_z():
    all_near = csr_array(np.ones((6, 6)) - np.eye(6))
    for ours, _ in TWINS:
        found = ours(pd.Series([1, 2, 3, 5, 8, 13]), all_near, permutations=9)
        assert found.statistic == pytest.approx(found.expected)
        assert np.isnan([found.z, found.p_value, found.p_permuted]).all()


@pytest.mark.parametrize("ours", [morans_i, gearys_c, general_g])
def test_what_cannot_be_asked_is_refused(ours):
    with pytest.raises(MethodError, match="`values` must differ; all 4 are 0"):
        ours(pd.Series([0, 0, 0, 0]), CHAIN)
    with pytest.raises(MethodError, match="At least 4 units are needed; there are 3"):
        ours(pd.Series([0, 1, 2]), CHAIN[:3][:, :3])
    with pytest.raises(MethodError, match="none of the 4 has any"):
        ours(FOUR, csr_array((4, 4)))
    with pytest.raises(MethodError, match="Missing is not 0"):
        ours(pd.Series([0, 1, np.nan, 3]), CHAIN)


def test_what_only_some_ask_is_refused():
    with pytest.raises(MethodError, match="it is 'chance'"):
        morans_i(FOUR, CHAIN, assumption="chance")
    with pytest.raises(MethodError, match="at least 0"):
        general_g(FOUR - 2, CHAIN)
    with pytest.raises(MethodError, match="above 0 for two units"):
        general_g(pd.Series([0, 0, 3, 0]), CHAIN)


@pytest.mark.open_data
def test_columbus_is_as_spdep_has_it(columbus, spdep):
    wanted, near = spdep["columbus"], touching(columbus.geometry)
    i = morans_i(columbus["CRIME"], row_standardised(near), alternative="greater")
    assert i[:3] == pytest.approx(wanted["moran_I"], abs=1e-12)
    assert i.z == pytest.approx(wanted["moran_z"], abs=1e-10)
    assert i.p_value == pytest.approx(wanted["moran_p"], rel=1e-9)
    c = gearys_c(columbus["CRIME"], row_standardised(near))
    assert c[:3] == pytest.approx(wanted["geary"], abs=1e-12)
    assert c.z == pytest.approx(-wanted["geary_z"], abs=1e-10)  # spdep turns it: see the docs
    g = general_g(columbus["CRIME"], near)
    assert g[:3] == pytest.approx(wanted["globalG"], rel=1e-10)
    assert g.z == pytest.approx(wanted["globalG_z"][0][0], abs=1e-8)


@pytest.mark.open_data
@pytest.mark.parametrize(
    ("files", "column", "i", "p"),
    [
        (("libpysal_stl.zip", "stl_hom", "stl.gal"), "HR8893", 0.24365582621771659, 0.00013573931385468807),
        (("libpysal_sids2.zip", "sids2", "sids2.gal"), "SIDR74", 0.24772519320480135, 5.7916539e-05),
    ],
)  # fmt: skip
def test_the_published_examples_of_libpysal(example, files, column, i, p):
    table, near = example(*files)
    found = morans_i(
        table[column], row_standardised(near), assumption="normality", alternative="greater"
    )
    assert found.statistic == pytest.approx(i, abs=1e-14)
    assert found.p_value == pytest.approx(p, rel=1e-7)
