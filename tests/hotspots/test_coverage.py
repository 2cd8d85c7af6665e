"""Is an area with hardly a record named, and not taken for safe?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.hotspots.coverage import recording_coverage


@pytest.fixture
def wards():
    return gpd.GeoDataFrame(
        {
            "name": ["West", "Middle", "East"],
            "level": "ward",
            "residents": [1000.0, 1000.0, np.nan],
        },
        index=pd.Index(["W", "M", "E"], name="area_id"),
        geometry=[shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(3)],
        crs=27700,
    )


def test_the_counts_are_those_counted_by_hand(incidents_at, wards):
    # 18 in the west, 1 in the middle, 2 without a point that name the middle and nowhere, 1 far away
    x = [500] * 18 + [1500, np.nan, np.nan, 9000]
    y = [500] * 18 + [500, np.nan, np.nan, 9000]
    source = ["police"] * 10 + ["health"] * 8 + ["school"] * 4
    incidents = incidents_at(x, y, source=source).assign(
        area_id=pd.array([None] * 19 + ["M", "Z", "W"], dtype="str")
    )
    answer = recording_coverage(incidents, wards)
    assert answer["records"].tolist() == [18, 2, 0]
    assert answer["without_point"].tolist() == [0, 1, 0]
    assert answer["sources"].tolist() == [2, 1, 0]
    # 20 records of 2,000 people: 10 each; P(at most 2 of 10) = 0.00277
    assert answer["usual"].tolist() == pytest.approx([10, 10, np.nan], nan_ok=True)
    assert answer["little_recorded"].tolist() == [False, True, False]
    assert answer["words"].isna().tolist() == [True, False, True]
    assert "not known to be safe" in answer.loc["M", "words"]


@pytest.mark.parametrize(
    ("west", "middle", "little"),
    [
        (3, 1, False),  # half of the usual 2, but P = 0.41
        (700, 500, False),  # P = 0.00002, but more than half of the usual 600
        (18, 2, True),
    ],
)
def test_little_is_recorded_where_it_is_half_and_not_by_chance(
    incidents_at, wards, west, middle, little
):
    x = [500] * west + [1500] * middle
    answer = recording_coverage(incidents_at(x, [500] * len(x)), wards)
    assert answer["little_recorded"].tolist() == [False, little, False]


def test_without_residents_nothing_is_said(incidents_at, wards):
    # by ground every wide rural district would have far fewer records than the city
    answer = recording_coverage(
        incidents_at([500] * 30, [500] * 30), wards.drop(columns="residents")
    )
    assert answer["records"].tolist() == [30, 0, 0]
    assert answer["usual"].isna().all()
    assert not answer["little_recorded"].any()


def test_a_point_on_a_border_lies_in_one_area(incidents_at, wards):
    answer = recording_coverage(incidents_at([1000, 1000], [500, 500]), wards)
    assert answer["records"].tolist() == [0, 2, 0]  # M comes before W
    again = recording_coverage(incidents_at([1000, 1000], [500, 500]), wards.iloc[::-1])
    assert again["records"].tolist() == [0, 2, 0]
