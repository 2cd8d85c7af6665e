"""How much of a rate is to be believed, and how much of it is the luck of small numbers?"""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csgeo.errors import RecipeError
from csgeo.hotspots.rates.shrinking import shrunk_to_all, shrunk_to_near


def drawn(seed, n=12):
    rng = np.random.default_rng(seed)
    exposure = rng.integers(20, 400, n).astype(float)
    cases = rng.poisson(exposure * rng.gamma(3, 0.02, n)).astype(float)
    near = np.triu(rng.random((n, n)) < 0.3, 1)
    return cases, exposure, csr_array((near | near.T).astype(float))


def test_three_units_by_hand():
    # overall 10 / 400 = 0.025; rates 0.01, 0.005, 0.08
    cases, exposure = np.array([1.0, 1, 8]), np.array([100.0, 200, 100])
    spread = (100 * 0.015**2 + 200 * 0.02**2 + 100 * 0.055**2) / 400
    between = spread - 0.025 / (400 / 3)
    found = shrunk_to_all(cases, exposure)
    assert found.between == pytest.approx([between] * 3)
    for k, (people, rate) in enumerate([(100, 0.01), (200, 0.005), (100, 0.08)]):
        share = between / (between + 0.025 / people)
        assert found.rate[k] == pytest.approx(0.025 + share * (rate - 0.025))


def one_by_one(cases, exposure, near, about):
    """Follow the words of the papers, unit by unit."""
    n = len(cases)
    groups = [[*np.flatnonzero(row), i] for i, row in enumerate(near.toarray())]
    means = [sum(cases[g]) / sum(exposure[g]) for g in groups]
    found = []
    for i, group in enumerate(groups):
        if len(group) == 1:
            found.append(np.nan)
            continue
        mean = means[i]
        spread = sum(
            exposure[j] * (cases[j] / exposure[j] - (mean if about == "own" else means[j])) ** 2
            for j in group
        ) / sum(exposure[group])
        between = max(0, spread - mean / (sum(exposure[group]) / len(group)))
        rate = cases[i] / exposure[i]
        found.append(mean + (rate - mean) * between / (between + mean / exposure[i]) if mean else 0)
    assert len(found) == n
    return found


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), about=st.sampled_from(["own", "each"]))
def test_the_local_rates_are_those_found_one_by_one(seed, about):
    cases, exposure, near = drawn(seed)
    found = shrunk_to_near(cases, exposure, near, about=about)
    np.testing.assert_allclose(found.rate, one_by_one(cases, exposure, near, about), rtol=1e-9)
    order = np.random.default_rng(seed).permutation(len(cases))
    turned = shrunk_to_near(cases[order], exposure[order], near[order][:, order], about=about)
    np.testing.assert_allclose(turned.rate, found.rate[order], rtol=1e-9)
    heavier = shrunk_to_near(cases, exposure, near * 7.5, about=about)
    np.testing.assert_array_equal(heavier.rate, found.rate)  # who is near, not how near
    scaled = shrunk_to_near(cases, exposure * 1000, near, about=about)
    np.testing.assert_allclose(scaled.rate * 1000, found.rate, rtol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_where_all_are_neighbours_near_is_all(seed):
    cases, exposure, _ = drawn(seed)
    near = csr_array(1.0 - np.eye(len(cases)))
    everyone = shrunk_to_all(cases, exposure)
    for about in ("own", "each"):
        found = shrunk_to_near(cases, exposure, near, about=about)
        np.testing.assert_allclose(found.rate, everyone.rate, rtol=1e-9)
    low = np.minimum(cases / exposure, everyone.mean)
    high = np.maximum(cases / exposure, everyone.mean)
    assert ((everyone.rate >= low - 1e-12) & (everyone.rate <= high + 1e-12)).all()


def test_rates_that_chance_explains_are_all_the_average():
    found = shrunk_to_all(np.array([10.0, 10, 11]), np.array([100.0, 100, 100]))
    assert found.between.tolist() == [0, 0, 0]
    np.testing.assert_allclose(found.rate, 31 / 300)


def test_islands_and_neighbourhoods_without_a_case():
    near = csr_array(np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], float))
    found = shrunk_to_near(np.array([0.0, 0, 5, 0]), np.array([10.0, 20, 30, 40]), near)
    assert found.rate[:2].tolist() == [0, 0]
    assert np.isnan(found.rate[2:]).all()
    with pytest.raises(RecipeError, match='must be "own" or "each"'):
        shrunk_to_near(np.ones(4), np.ones(4), near, about="all")


def test_only_the_mean_of_its_own_neighbourhood_keeps_an_estimate_local():
    # a row of four: what happens at one end is no business of the other
    near = csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], float))
    exposure, cases = np.full(4, 50.0), np.array([2.0, 9, 4, 5])
    more = cases + np.array([0, 0, 30, 0])
    own = [shrunk_to_near(c, exposure, near).rate[0] for c in (cases, more)]
    each = [shrunk_to_near(c, exposure, near, about="each").rate[0] for c in (cases, more)]
    assert own[0] == own[1]
    assert abs(each[0] - each[1]) > 0.01


@pytest.fixture(scope="module")
def infants(open_data):
    """Sudden infant deaths in North Carolina 1974-78, Cressie and Chan's list of neighbours."""
    wanted = json.loads((open_data / "oracles" / "reference_spdep.json").read_text())["sids74"]
    counties = gpd.read_file(open_data / "oracles" / "sids.gpkg", ignore_geometry=True)
    counties = counties.set_index(counties["FIPS"].astype(int)).loc[wanted["fips"]]
    xy = counties[["east", "north"]].to_numpy(float)
    near = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) <= 30
    np.fill_diagonal(near, val=False)
    at = {name: i for i, name in enumerate(counties["NAME"])}
    for one, other in (("Wilson", "Pitt"), ("Transylvania", "Polk")):
        near[at[one], at[other]] = near[at[other], at[one]] = False
    assert near.sum() == 394  # see the local statistics: the two pairs that the list lacks
    cases, born = counties["SID74"].to_numpy(float), counties["BIR74"].to_numpy(float)
    return wanted, cases, born, csr_array(near.astype(float))


@pytest.mark.open_data
def test_sudden_infant_deaths_are_shrunk_as_spdep_shrinks_them(infants):
    wanted, cases, born, near = infants
    everyone = shrunk_to_all(cases, born)
    np.testing.assert_allclose(everyone.rate, wanted["EBest"], rtol=1e-11)
    np.testing.assert_allclose(
        [everyone.between[0], everyone.mean[0]], wanted["EBest_a_m"], rtol=1e-11
    )
    local = shrunk_to_near(cases, born, near, about="each").rate
    theirs = np.array(wanted["EBlocal"], dtype=float)
    answered = ~np.isnan(theirs)
    assert answered.sum() == 98  # two counties have no neighbours
    np.testing.assert_allclose(local[answered], theirs[answered], rtol=1e-10)
    assert np.isnan(local[~answered]).all()


@pytest.mark.open_data
def test_about_its_own_mean_sudden_infant_deaths_are_as_in_esda(infants):
    from esda.smoothing import Empirical_Bayes, Spatial_Empirical_Bayes

    _, cases, born, near = infants
    with warnings.catch_warnings():  # esda divides 0 by 0, and reads a deprecated kind of weights
        warnings.simplefilter("ignore")
        from libpysal.weights import W

        rows = near.toarray()
        linked = W({i: np.flatnonzero(r).tolist() for i, r in enumerate(rows)}, id_order=range(100))
        theirs = Spatial_Empirical_Bayes(cases, born, linked).r.ravel()
        all_theirs = np.asarray(Empirical_Bayes(cases, born).r).ravel()
    ours = shrunk_to_near(cases, born, near).rate
    answered = ~np.isnan(theirs)
    assert answered.sum() == 98
    np.testing.assert_allclose(ours[answered], theirs[answered], rtol=1e-10)
    np.testing.assert_allclose(shrunk_to_all(cases, born).rate, all_theirs, rtol=1e-10)


def test_esda_overshoots_where_chance_explains_the_rates():
    """A variance of less than 0 must count as 0 (Marshall): esda's rates leave the other side."""
    from esda.smoothing import Empirical_Bayes

    cases, exposure = np.array([10.0, 10, 13]), np.array([100.0, 100, 100])
    theirs = np.asarray(Empirical_Bayes(cases, exposure).r).ravel()
    assert theirs[2] < cases.sum() / exposure.sum() < theirs[0]  # the highest rate is the lowest
    np.testing.assert_allclose(shrunk_to_all(cases, exposure).rate, 0.11)
