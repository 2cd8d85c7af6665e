"""Are the nearest services and the gaps around a hotspot the right ones?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

from csgeo.context.services import gaps, services_around
from csgeo.errors import MethodError, MissingColumns, WrongCRS
from csgeo.vocabulary import load_vocabulary


def of_kind(near: pd.DataFrame, kind: str) -> pd.Series:
    row = near[near["kind"] == kind]
    assert len(row) == 1
    return row.iloc[0]


def test_services_around_measures_straight_from_the_nearest_side(square, services_of):
    services = services_of(
        ("far", "LIBRARY", 200, 500), ("near", "LIBRARY", 500, 0), ("inside", "GP", 90, 20)
    )
    near = services_around(square, services, reach_m=350, expected_kinds=["LIBRARY"])
    assert near.columns.tolist() == [
        "hotspot_id",
        "kind",
        "nearest_service_id",
        "nearest_name",
        "nearest_m",
        "walk_minutes",
        "within_reach",
        "measured_by",
        "gap",
    ]
    assert near["kind"].tolist() == ["LIBRARY", "GP"]
    library, gp = of_kind(near, "LIBRARY"), of_kind(near, "GP")
    assert library["nearest_service_id"] == "near"
    assert library["nearest_name"] == "The near"
    assert library["nearest_m"] == 300
    assert library["walk_minutes"] == 3.75
    assert library["within_reach"] == 1
    assert library["measured_by"] == "straight line"
    assert not library["gap"]
    assert gp["nearest_m"] == 0


def test_services_around_walks_round_by_the_bridge(square, services_of, river):
    # the one on the far bank is 200 m off as the crow flies
    services = services_of(("over", "LIBRARY", 100, 300), ("along", "LIBRARY", 900, 0))
    near = of_kind(services_around(square, services, network=river), "LIBRARY")
    assert near["nearest_service_id"] == "along"
    assert near["nearest_m"] == 700
    assert near["measured_by"] == "streets"
    assert near["within_reach"] == 1
    only_over = services_around(square, services.loc[["over"]], network=river)
    over = of_kind(only_over, "LIBRARY")
    assert over["nearest_m"] == 800 + 300 + 900
    assert over["walk_minutes"] == 25
    assert over["gap"]
    assert not of_kind(services_around(square, services.loc[["over"]]), "LIBRARY")["gap"]


def test_a_service_inside_the_hotspot_is_no_walk_away(square, services_of, river):
    inside = services_of(("inside", "GP", 100, 90))
    assert of_kind(services_around(square, inside, network=river), "GP")["nearest_m"] == 0


def test_a_service_off_the_network_is_measured_straight_and_says_so(square, services_of, river):
    services = services_of(("off", "GP", 100, -600), ("along", "LIBRARY", 900, 0))
    near = services_around(square, services, network=river)
    assert of_kind(near, "GP")["nearest_m"] == 500
    assert of_kind(near, "GP")["measured_by"] == "straight line"
    assert of_kind(near, "LIBRARY")["measured_by"] == "streets"


def test_an_absent_layer_is_not_an_absent_service(square, services_of):
    services = services_of(("far", "LIBRARY", 5000, 0))
    near = services_around(square, services, expected_kinds=["LIBRARY", "YOUTH_CLUB"])
    library, club = of_kind(near, "LIBRARY"), of_kind(near, "YOUTH_CLUB")
    assert library["within_reach"] == 0
    assert library["gap"]
    assert pd.isna(club["within_reach"])
    assert pd.isna(club["measured_by"])
    assert not club["gap"]
    assert near["gap"].dtype == bool


def test_a_kind_that_is_not_expected_is_no_gap(square, services_of):
    services = services_of(("far", "POLICE", 5000, 0))
    near = services_around(square, services)
    assert not of_kind(near, "POLICE")["gap"]
    expected = load_vocabulary("service").where("expected", "yes")
    assert near.loc[near["within_reach"].isna(), "kind"].tolist() == list(expected)
    assert not near["gap"].any()


def test_what_is_further_than_one_looks_is_missing(square, services_of):
    far = of_kind(services_around(square, services_of(("far", "GP", 20_000, 0))), "GP")
    assert np.isnan(far["nearest_m"])
    assert pd.isna(far["nearest_name"])
    assert far["within_reach"] == 0
    assert far["gap"]


def test_of_two_equally_near_the_lower_id_is_named(square, services_of):
    twins = services_of(("b", "GP", 300, 0), ("a", "GP", 300, 10))
    assert of_kind(services_around(square, twins), "GP")["nearest_service_id"] == "a"


def test_rows_keep_the_order_of_the_hotspots_then_of_the_vocabulary(hotspots_of, services_of):
    hotspots = hotspots_of(box(0, 0, 10, 10), box(50, 0, 60, 10))
    services = services_of(("s", "GP", 0, 0), ("t", "LIBRARY", 0, 0), ("z", "ZINE", 0, 0))
    near = services_around(hotspots, services, expected_kinds=[])
    assert near["hotspot_id"].tolist() == ["P9"] * 3 + ["P8"] * 3
    assert near["kind"].tolist() == ["LIBRARY", "GP", "ZINE"] * 2


def test_no_services_and_no_hotspots_are_answers_too(square, services_of):
    none = services_around(square, services_of())
    assert none["within_reach"].isna().all()
    assert not none["gap"].any()
    assert len(none) == len(load_vocabulary("service").where("expected", "yes"))
    empty = services_around(square.iloc[:0], services_of(("s", "GP", 0, 0)))
    assert len(empty) == 0
    assert empty.columns.tolist() == none.columns.tolist()
    assert empty.dtypes.tolist() == none.dtypes.tolist()
    assert len(gaps(empty)) == 0
    assert len(services_around(square, services_of(), expected_kinds=[])) == 0


where = st.tuples(st.integers(-500, 2500), st.integers(-200, 500))


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spots=st.lists(where, min_size=2, max_size=6))
def test_a_further_service_is_never_a_longer_way(spots, square, services_of, river):
    all_of_them = services_of(*((f"s{i}", "GP", x, y) for i, (x, y) in enumerate(spots)))
    for network in (None, river):
        fewer = services_around(square, all_of_them.iloc[:-1], network=network)
        more = services_around(square, all_of_them, network=network)
        fewer_m, more_m = (of_kind(n, "GP")["nearest_m"] for n in (fewer, more))
        assert more_m <= fewer_m or np.isnan(fewer_m)
        assert of_kind(more, "GP")["within_reach"] >= of_kind(fewer, "GP")["within_reach"]


def test_arguments_are_left_as_they_were(square, services_of, river):
    services = services_of(("b", "GP", 300, 0), ("a", "GP", 300, 10))
    before = square.copy(), services.copy()
    services_around(square, services, network=river)
    pd.testing.assert_frame_equal(square, before[0])
    pd.testing.assert_frame_equal(services, before[1])


def test_gaps_says_what_is_missing_and_what_is_not_known(hotspots_of, services_of, river):
    hotspots = hotspots_of(box(0, -100, 200, 100), box(1900, -50, 2000, 50))
    services = services_of(("s", "GP", 100, 0), ("t", "YOUTH_CLUB", 1900, 0))
    expected = ["GP", "YOUTH_CLUB", "LIBRARY"]
    near = services_around(hotspots, services, network=river, expected_kinds=expected)
    said = gaps(near)
    assert said.index.tolist() == ["P9", "P8"]
    assert said["gaps"].tolist() == ["YOUTH_CLUB", "GP"]
    assert said["not_known"].tolist() == ["LIBRARY", "LIBRARY"]
    assert said.loc["P8", "words"] == (
        "Not found within a walk of 10 minutes (800 m): GP or walk-in clinic. "
        "Not known, for the file lists none: library."
    )
    straight = gaps(services_around(hotspots.iloc[1:], services, expected_kinds=["YOUTH_CLUB"]))
    assert straight["words"].tolist() == [
        "Each expected service is within 800 m in a straight line."
    ]


def test_services_around_refuses_other_systems(square, services_of):
    services = services_of(("s", "GP", 0, 0))
    with pytest.raises(WrongCRS, match=r"`services` must be in EPSG:27700 \(metres\)"):
        services_around(square, services.to_crs(4326))
    with pytest.raises(WrongCRS, match="`services` must be in the same system as `hotspots`"):
        services_around(square, services.to_crs(32630))


def test_services_around_refuses_wild_reaches_and_strange_kinds(square, services_of):
    services = services_of(("s", "GP", 0, 0))
    with pytest.raises(MethodError, match="`reach_m` must be more than 0 m; it is 0"):
        services_around(square, services, reach_m=0)
    with pytest.raises(MethodError, match="`furthest_m` must be at least `reach_m`, 800 m"):
        services_around(square, services, furthest_m=500)
    with pytest.raises(MethodError, match=r"1 of 2 are neither \(the first is 'YOUTHCLUB'\)"):
        services_around(square, services, expected_kinds=["GP", "YOUTHCLUB"])
    with pytest.raises(MethodError, match="it is the text 'GP'. Put it in a list"):
        services_around(square, services, expected_kinds="GP")
    with pytest.raises(
        MissingColumns,
        match="must have the columns gap, hotspot_id, kind, measured_by, within_reach",
    ):
        gaps(pd.DataFrame())


@pytest.mark.open_data
def test_services_around_bath_spa_station(open_data, hotspots_of, services_of):
    file = open_data / "services" / "bath_ne_somerset.gpkg"
    surgeries = gpd.read_file(file, layer="banes_gp_surgeries").to_crs(27700)
    spots = zip(surgeries["name"], surgeries.geometry.x, surgeries.geometry.y, strict=True)
    services = services_of(*((f"{i:02d} {n}", "GP", x, y) for i, (n, x, y) in enumerate(spots)))
    station = hotspots_of(box(375_125, 164_250, 375_375, 164_500))
    near = of_kind(services_around(station, services), "GP")
    # Widcombe Surgery lies over the river, some 150 m south-east
    assert "Widcombe" in near["nearest_name"]
    assert near["nearest_m"] == pytest.approx(services.distance(station.geometry.iloc[0]).min())
