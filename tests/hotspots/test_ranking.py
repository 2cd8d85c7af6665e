"""In which order do the places come, over the whole area, and within each stratum?"""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csgeo.errors import RecipeError
from csgeo.hotspots.ranking import check_limits, ranked, strata_of


def test_ranks_of_a_hand_worked_list():
    places = gpd.GeoDataFrame(
        {
            "score": [5.0, 9.0, 5.0, 1.0],
            "stratum": pd.array(["rural", "urban", "rural", None], dtype="str"),
        },
        index=pd.Index(["Pb", "Pc", "Pa", "Pd"], name="hotspot_id"),
        geometry=[shapely.Point(0, 0)] * 4,
    )
    order = ranked(places)
    assert order.index.tolist() == ["Pc", "Pa", "Pb", "Pd"]
    assert order["rank"].tolist() == [1, 2, 3, 4]
    assert order["rank_in_stratum"].tolist() == [1, 1, 2, 1]
    assert "rank" not in places, "the argument is left as it was"


def test_a_place_belongs_to_the_stratum_that_holds_most_of_it():
    strata = gpd.GeoDataFrame(
        {"name": list("abc"), "level": "x", "stratum": ["urban", "rural", "rural"]},
        index=pd.Index(list("abc"), name="area_id"),
        geometry=[
            shapely.box(0, 0, 40, 100),
            shapely.box(40, 0, 70, 100),
            shapely.box(70, 0, 100, 100),
        ],
        crs=27700,
    )
    places = shapely.box([0, 0, 500], 0, [100, 50, 600], [100, 50, 9])
    assert strata_of(places, strata).tolist() == ["rural", "urban", None]
    assert strata_of(places, None).tolist() == [None, None, None]


def test_equal_shares_go_to_the_first_by_name():
    strata = gpd.GeoDataFrame(
        {"name": ["z", "a"], "level": "x", "stratum": ["zeta", "alpha"]},
        index=pd.Index(["z", "a"], name="area_id"),
        geometry=[shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)], crs=27700,
    )  # fmt: skip
    assert strata_of(shapely.box([0], 0, 100, 100), strata).tolist() == ["alpha"]


def test_lists_that_are_too_long_or_too_wide_are_refused():
    with pytest.raises(RecipeError, match="`most_places` must be 1 to 20; it is 21"):
        check_limits(most_places=21, most_share_of_area=0.05)
    with pytest.raises(RecipeError, match=r"at most 0.05 \(5% of the area\); it is 0.2"):
        check_limits(most_places=10, most_share_of_area=0.2)
    check_limits(most_places=20, most_share_of_area=0.01)
