"""Is what the mix of people would give worked out as by hand?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import EmptyTable, MissingColumns, WrongValues
from csgeo.hotspots.scan.covariates import expected_by_covariates
from csgeo.hotspots.scan.spatial import scan_poisson

PEOPLE = pd.DataFrame(
    {
        "ward": ["A", "A", "B", "B"], "age": ["10-14", "15-17", "10-14", "15-17"],
        "cases": [1, 6, 1, 2], "people": [100, 300, 100, 100],
    }
)  # fmt: skip
NAMES = {"area": "ward", "cases": "cases", "population": "people", "covariates": ["age"]}


def test_two_wards_by_hand():
    # 2 of 200 aged 10-14, 8 of 400 aged 15-17
    assert expected_by_covariates(PEOPLE, **NAMES).tolist() == pytest.approx([7.0, 3.0])


@pytest.mark.open_data
def test_lung_cancer_in_pennsylvania(open_data):
    """SpatialEpi's pennLC: 16 strata by race, gender and age in 67 counties, 2002."""
    rows = pd.read_csv(open_data / "oracles" / "pennLC_data.csv")
    due = expected_by_covariates(
        rows, area="county", cases="cases", population="population",
        covariates=["race", "gender", "age"],
    )  # fmt: skip
    assert len(due) == 67
    assert due.sum() == pytest.approx(rows["cases"].sum())
    rates = rows.groupby(["race", "gender", "age"])[["cases", "population"]].sum()
    own = rows[rows["county"] == "adams"].set_index(["race", "gender", "age"])["population"]
    assert due["adams"] == pytest.approx((own * rates["cases"] / rates["population"]).sum())
    # as printed in Moraga (2019), Geospatial Health Data, chapter 2: 55 cases, 69.62730 expected
    assert round(due["adams"], 5) == 69.62730
    assert rows.groupby("county")["cases"].sum()["adams"] == 55


def test_a_cluster_that_only_age_makes_is_gone_once_age_is_known():
    places = [(0, 0), (100, 0), (5000, 0), (5100, 0)]
    rows = pd.DataFrame(
        {
            "place": [0, 1, 2, 3] * 2, "age": ["old"] * 4 + ["young"] * 4,
            "cases": [40, 40, 4, 4, 1, 1, 9, 9], "people": [400, 400, 40, 40, 100, 100, 900, 900],
        }
    )  # fmt: skip
    cases = rows.groupby("place")["cases"].sum()
    people = rows.groupby("place")["people"].sum()
    due = expected_by_covariates(
        rows, area="place", cases="cases", population="people", covariates=["age"]
    )
    crude = scan_poisson(places, cases, population=people, most_share=0.6, replicates=99)
    assert crude["p_value"].iloc[0] <= 0.02
    adjusted = scan_poisson(places, cases, expected=due, population=people, replicates=99)
    assert adjusted.empty or adjusted["p_value"].iloc[0] > 0.5


def test_what_cannot_be_standardised_is_refused():
    with pytest.raises(MissingColumns, match="must have the columns"):
        expected_by_covariates(PEOPLE.drop(columns="age"), **NAMES)
    with pytest.raises(EmptyTable, match="no rows"):
        expected_by_covariates(PEOPLE.iloc[:0], **NAMES)
    with pytest.raises(
        WrongValues, match="`people` must be known and 0 or more in each row; 1 rows"
    ):
        expected_by_covariates(PEOPLE.assign(people=[100, np.nan, 1, 1]), **NAMES)
    with pytest.raises(WrongValues, match="2 rows belong to groups without, the first is 1"):
        expected_by_covariates(PEOPLE.assign(people=[100, 0, 100, 0]), **NAMES)
    with pytest.raises(WrongValues, match="`covariates` must name at least one column"):
        expected_by_covariates(PEOPLE, **{**NAMES, "covariates": []})
