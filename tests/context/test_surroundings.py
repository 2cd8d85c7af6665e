"""Is what lies around a hotspot counted, and what must not be named left out?"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from csgeo.context.surroundings import places_around
from csgeo.errors import MethodError


def places_of(*rows: tuple[str, str | None, object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([r[1] for r in rows], dtype="str"),
            "kind": pd.Series([r[0] for r in rows], dtype="str"),
        },
        geometry=[r[2] for r in rows],
        crs=27700,
    ).set_index(pd.Index([f"p{i}" for i in range(len(rows))], name="place_id", dtype="str"))


PLACES = places_of(
    ("PARK", "Long Meadow", box(300, -50, 900, 50)),
    ("PARK", None, box(1000, 0, 1100, 100)),
    ("SCHOOL", "Hill School", Point(560, 0)),
    ("SCHOOL", "Dale School", Point(100, 0)),
    ("WATERSIDE", "The Cut", LineString([(0, 150), (700, 150)])),
    ("STREET", "Market Street", LineString([(0, 0), (900, 0)])),
    ("CARE_HOME", "Not to be named", Point(100, 50)),
    ("Children's home", "Nor this", Point(100, 50)),
)


def test_places_around_counts_and_names_the_nearest(square):
    near = places_around(square, PLACES, reach_m=350).set_index("kind")
    assert near.index.tolist() == ["PARK", "WATERSIDE", "SCHOOL"]
    assert near["within_reach"].tolist() == [1, 1, 1]
    assert near["nearest_name"].tolist() == ["Long Meadow", "The Cut", "Dale School"]
    assert near["nearest_place_id"].tolist() == ["p0", "p4", "p3"]
    assert near["nearest_m"].tolist() == [100, 50, 0]
    assert set(near["measured_by"]) == {"straight line"}


def test_places_around_walks_into_a_park_by_its_nearest_side(square, river):
    near = places_around(square, PLACES, network=river, kinds=["PARK", "WATERSIDE"])
    assert near["nearest_m"].tolist()[0] == 100
    assert near["measured_by"].tolist() == ["streets", "streets"]
    # no street leads to the canal: it is 150 m from the one that passes it, and 25 m of verge
    assert near["nearest_m"].tolist()[1] == 175


def test_places_around_never_names_sensitive_places(square):
    said = places_around(square, PLACES).to_string()
    assert "named" not in said
    assert "Nor this" not in said
    for kind in ("CARE_HOME", "Children's home"):
        with pytest.raises(MethodError, match="must not ask for sensitive places; 1 of 1 are"):
            places_around(square, PLACES, kinds=[kind])


def test_places_around_tells_none_within_reach_from_none_in_the_file(square):
    far = places_of(("SCHOOL", "Far School", Point(9000, 0)))
    near = places_around(square, far, kinds=["SCHOOL", "LIBRARY"]).set_index("kind")
    assert near.loc["SCHOOL", "within_reach"] == 0
    assert pd.isna(near.loc["SCHOOL", "nearest_m"])
    assert pd.isna(near.loc["LIBRARY", "within_reach"])


def test_places_around_can_have_nothing_to_say(square):
    assert len(places_around(square, PLACES.iloc[:0])) == 0
    assert len(places_around(square.iloc[:0], PLACES)) == 0


def test_places_around_refuses_no_reach(square):
    with pytest.raises(MethodError, match="`reach_m` must be more than 0 m; it is -5"):
        places_around(square, PLACES, reach_m=-5)
