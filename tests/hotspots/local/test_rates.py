"""How far is a rate from the average, given how few people it is a rate of?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csgeo.errors import MethodError
from csgeo.hotspots.local.neighbours import within_reach
from csgeo.hotspots.local.rates import rate_scores
from csgeo.hotspots.local.whole_area import morans_i


def test_three_hand_worked_rates():
    # overall 6/40 = 0.15; weighted variance 0.02125; less 0.15 / (40/3): 0.01 between
    # variances 0.01 + 0.15/people: 0.025, 0.0175, 0.025
    found = rate_scores(pd.Series([1, 1, 4]), pd.Series([10, 20, 10]))
    assert found.tolist() == pytest.approx(
        [-0.05 / 0.025**0.5, -0.1 / 0.0175**0.5, 0.25 / 0.025**0.5]
    )


def test_where_chance_alone_explains_the_rates_its_variance_is_taken():
    # all rates nearly equal: between is negative, and so is the first variance
    cases, people = pd.Series([10, 21, 30]), pd.Series([1000, 2000, 3000])
    overall = 61 / 6000
    wanted = (cases / people - overall) / np.sqrt(overall / people)
    between = (people * (cases / people - overall) ** 2).sum() / 6000 - overall / 2000
    kept = between + overall / people
    wanted = wanted.where(kept < 0, (cases / people - overall) / np.sqrt(kept.abs()))
    assert between < 0
    np.testing.assert_allclose(rate_scores(cases, people), wanted)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), times=st.integers(2, 50))
def test_scores_follow_their_rows(seed, times):
    rng = np.random.default_rng(seed)
    people = pd.Series(rng.integers(50, 5000, 9))
    cases = pd.Series(rng.poisson(people * 0.01))
    plain = rate_scores(cases, people)
    order = rng.permutation(9)
    pd.testing.assert_series_equal(
        rate_scores(cases.iloc[order], people.iloc[order]), plain.iloc[order]
    )
    assert np.isfinite(plain).all()


def test_no_cases_at_all_is_no_distance_from_the_average():
    assert rate_scores(pd.Series([0, 0]), pd.Series([5, 10])).tolist() == [0, 0]


def test_units_without_people_have_no_rate_and_may_have_no_cases():
    found = rate_scores(pd.Series([1, 0, 4, 0]), pd.Series([10, 0, 10, np.nan]))
    assert found.isna().tolist() == [False, True, False, True]
    with pytest.raises(MethodError, match=r"1 of 2 units have cases and no people \(first: 1\)"):
        rate_scores(pd.Series([1, 2]), pd.Series([10, 0]))
    with pytest.raises(MethodError, match="have cases and no people"):
        rate_scores(pd.Series([1, np.nan]), pd.Series([10, 0]))
    with pytest.raises(MethodError, match="0 or missing everywhere"):
        rate_scores(pd.Series([0, 0]), pd.Series([0, 0]))
    with pytest.raises(MethodError, match="at least 0"):
        rate_scores(pd.Series([1, 2]), pd.Series([10, -5]))
    with pytest.raises(MethodError, match="same index"):
        rate_scores(pd.Series([1, 2]), pd.Series([10, 5], index=[1, 0]))


@pytest.mark.open_data
def test_sudden_infant_deaths_are_as_spdep_has_them(open_data, spdep):
    """EBImoran.mc of spdep's manual: Cressie and Chan's list, county seats within 30 miles.

    That list has 394 links. The seats' coordinates in whole miles put two pairs more within 30
    miles than it has; no other two pairs left out give the printed number.
    """
    wanted = spdep["sids74"]
    counties = gpd.read_file(open_data / "oracles" / "sids.gpkg", ignore_geometry=True)
    counties = counties.set_index(counties["FIPS"].astype(int)).loc[wanted["fips"]]
    seats = gpd.GeoSeries.from_xy(counties["east"], counties["north"], crs=27700)
    near = within_reach(seats, reach_m=30).toarray()
    at = {name: i for i, name in enumerate(counties["NAME"])}
    for one, other in (("Wilson", "Pitt"), ("Transylvania", "Polk")):
        near[at[one], at[other]] = near[at[other], at[one]] = 0
    assert near.sum() == 394
    scores = rate_scores(counties["SID74"], counties["BIR74"])
    found = morans_i(scores, csr_array(near))
    assert found.statistic == pytest.approx(wanted["EBImoran"], abs=1e-10)
    between, overall = wanted["EBest_a_m"]
    assert overall == pytest.approx(counties["SID74"].sum() / counties["BIR74"].sum())
    rates = counties["SID74"] / counties["BIR74"]
    by_hand = (rates - overall) / np.sqrt(between + overall / counties["BIR74"])
    np.testing.assert_allclose(scores, by_hand, rtol=1e-9)
