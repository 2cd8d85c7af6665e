"""Is the walk along the streets as long as it should be?"""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from csgeo.errors import EmptyTable, MethodError, TableError, WrongCRS
from csgeo.streets import node_streets, street_network, walking_distance_m


def streets_of(*lines: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    shapes = [LineString(xy) for xy in lines]
    words = {"name": None, "kind": "street", "length_m": [s.length for s in shapes]}
    index = pd.Index([f"s{i}" for i in range(len(lines))], name="street_id", dtype="str")
    return gpd.GeoDataFrame(words, geometry=shapes, crs=27700, index=index)


def places(*shapes: object) -> gpd.GeoSeries:
    shapes = [Point(s) if isinstance(s, tuple) else s for s in shapes]
    return gpd.GeoSeries(shapes, index=[f"p{i}" for i in range(len(shapes))], crs=27700)


def walk(network, one, other, **options) -> float:
    return walking_distance_m(network, places(one), places(other), **options).to_numpy().item()


CROSS = streets_of([(0, 0), (100, 0)], [(40, -30), (40, 50)])
#: two banks, 100 m apart, and one bridge at x = 500
RIVER = streets_of([(0, 0), (1000, 0)], [(0, 100), (1000, 100)], [(500, 0), (500, 100)])


def test_walking_distance_goes_round_the_corner_of_two_streets():
    network = street_network(CROSS)
    assert len(network.nodes) == 5
    # 5 m to the street, 30 m along it, 20 m up the other, 3 m to the door
    assert walk(network, (10, 5), (43, 20)) == 5 + 30 + 20 + 3


def test_walking_distance_over_a_river_is_the_way_round_by_the_bridge():
    network = street_network(RIVER)
    assert walk(network, (0, 0), (0, 100)) == 500 + 100 + 500
    assert walk(network, (490, 0), (520, 100)) == 10 + 100 + 20


def test_walking_distance_between_two_places_on_one_piece_is_straight_along_it():
    network = street_network(RIVER)
    assert walk(network, (100, 2), (160, -3)) == 2 + 60 + 3
    assert walk(network, (100, 0), (100, 0)) == 0


def test_walking_distance_takes_the_shorter_of_two_streets_between_the_same_ends():
    long_way, short_way = [(0, 0), (50, 90), (100, 0)], [(0, 0), (100, 0)]
    for streets in (streets_of(long_way, short_way), streets_of(short_way, long_way)):
        assert walk(street_network(streets), (0, 0), (100, 0)) == 100


def test_walking_distance_from_an_area_is_from_its_nearest_side():
    network = street_network(RIVER)
    square = box(100, -50, 300, 50)
    assert walk(network, square, (350, 0)) == 50
    assert walk(network, square, (200, 0)) == 0
    assert walk(network, square, (200, 4)) == 4
    assert walk(network, square, (200, 100)) == 200 + 100 + 300
    # a square that holds no street is joined by the stretch that passes it within 10 + 25 m,
    # which ends some sqrt(35^2 - 10^2) = 33.54 m beyond its corner at x = 300
    assert walk(network, box(100, 10, 300, 45), (350, 0)) == pytest.approx(51.46, abs=0.2)
    assert walk(network, square, box(400, -10, 420, 10)) == 100


def test_walking_distance_from_an_area_that_holds_the_end_of_a_ring():
    ring = streets_of([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    network = street_network(ring)
    assert walk(network, box(-10, -10, 10, 10), (100, 0)) == 90
    assert walk(network, box(-10, -10, 10, 10), (0, 60)) == 50


def test_walking_distance_is_missing_where_the_streets_do_not_lead():
    island = [(5000, 0), (6500, 0)]
    network = street_network(streets_of([(0, 0), (2000, 0)], island))
    assert np.isnan(walk(network, (0, 0), (5000, 0)))
    assert walk(network, (5000, 0), (5200, 0)) == 200


def test_walking_distance_is_missing_beyond_the_limit_and_off_the_network():
    network = street_network(RIVER)
    assert np.isnan(walk(network, (0, 0), (0, 100), limit_m=1099))
    assert walk(network, (0, 0), (0, 100), limit_m=1100) == 1100
    assert np.isnan(walk(network, (0, 0), (100, -251)))
    assert walk(network, (0, 0), (100, -251), to_street_m=251) == 351


def test_walking_distance_joins_no_place_to_a_stranded_drive():
    drive = [(100, 20), (100, 60)]
    streets = streets_of([(0, 0), (2000, 0)], drive)
    assert walk(street_network(streets), (0, 0), (100, 60)) == 160
    assert np.isnan(walk(street_network(streets, stranded_m=0), (0, 0), (100, 60)))


def test_walking_distance_keeps_the_index_of_both_and_can_have_no_places():
    network = street_network(RIVER)
    walks = walking_distance_m(network, places((0, 0), (9, 0)), places((1, 0)).iloc[:0])
    assert walks.shape == (2, 0)
    walks = walking_distance_m(network, places((0, 0), (9, 0), (5, 0)), places((1, 0)))
    assert walks.index.tolist() == ["p0", "p1", "p2"]
    assert walks["p0"].tolist() == [1, 8, 4]


spot = st.tuples(st.integers(-20, 120), st.integers(-20, 120))
some_streets = st.lists(
    st.lists(spot, min_size=2, max_size=4).filter(lambda xy: len(set(xy)) > 1),
    min_size=1,
    max_size=8,
)
squares = st.tuples(spot, st.integers(5, 40)).map(
    lambda s: box(*s[0], s[0][0] + s[1], s[0][1] + s[1])
)


@settings(max_examples=80, deadline=None)
@given(some_streets, st.lists(spot, min_size=1, max_size=5), st.lists(squares, max_size=3))
def test_walks_are_no_shorter_than_straight_lines_and_the_same_both_ways(lines, spots, areas):
    network = street_network(streets_of(*lines))
    some = places(*spots, *areas)
    out = walking_distance_m(network, some, some).to_numpy()
    straight = np.array([some.distance(p) for p in some])
    known = ~np.isnan(out)
    assert (out[known] >= straight[known] - 1e-6).all()
    np.testing.assert_allclose(out, out.T, atol=1e-9)
    one_way = walking_distance_m(network, some.iloc[:1], some).to_numpy()
    np.testing.assert_allclose(one_way, out[:1], atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(some_streets, st.lists(spot, min_size=2, max_size=5))
def test_walks_do_not_change_when_streets_are_cut_beforehand(lines, spots):
    streets, some = streets_of(*lines), places(*spots)
    whole = walking_distance_m(street_network(streets), some, some)
    cut = walking_distance_m(street_network(node_streets(streets)), some, some)
    # ends are joined within a millimetre, so that three streets that nearly meet may shift
    np.testing.assert_allclose(whole, cut, atol=0.01)


def test_walks_in_many_small_searches_are_those_of_one(monkeypatch):
    network, some = street_network(RIVER), places((0, 0), (3, 100), (700, 0), (9, 0))
    whole = walking_distance_m(network, some, some)
    monkeypatch.setattr("csgeo.streets._AT_ONCE", 1)
    pd.testing.assert_frame_equal(walking_distance_m(network, some, some), whole)


def test_network_cannot_be_changed():
    network = street_network(CROSS)
    with pytest.raises(FrozenInstanceError):
        network.nodes = None
    with pytest.raises(ValueError, match="read-only"):
        network.nodes[0] = 1


def test_street_network_refuses_what_is_no_street():
    with pytest.raises(EmptyTable, match="`streets` must have at least one row"):
        street_network(CROSS.iloc[:0])
    with pytest.raises(MethodError, match="must have a street with a length; all 1 have none"):
        street_network(streets_of([(1, 1), (1, 1)]))


def test_walking_distance_refuses_other_systems_missing_shapes_and_wild_limits():
    network = street_network(CROSS)
    here = places((0, 0))
    with pytest.raises(WrongCRS, match="`to_places` must be in the same system as `network`"):
        walking_distance_m(network, here, here.to_crs(4326))
    with pytest.raises(TableError, match="`from_places` must have a shape on each row; 1 of 1"):
        walking_distance_m(network, gpd.GeoSeries([None], crs=27700), here)
    with pytest.raises(MethodError, match="`limit_m` must be at least 0 m; it is -1"):
        walking_distance_m(network, here, here, limit_m=-1)


@pytest.mark.open_data
def test_streets_of_bath_hang_together_once_they_are_noded(open_data):
    lines = gpd.read_parquet(open_data / "network" / "banes_os_roads.parquet")
    lines = lines.explode(ignore_index=True)
    streets = gpd.GeoDataFrame(
        {"name": lines["distname"], "kind": "street", "length_m": lines.length},
        geometry=lines.geometry,
        crs=27700,
        index=pd.RangeIndex(len(lines), name="street_id"),
    )
    network = street_network(streets)
    # drawn: 95 components, the longest with 97.9 % of the length
    assert len(network.components) == 49
    assert network.components.iloc[0] / network.length_m.sum() == pytest.approx(0.9947, abs=5e-5)
    assert network.length_m.sum() == pytest.approx(streets.length.sum())
    # Bath Spa station to Claverton Street on the far bank: 285 m as the crow flies, 908 m by road
    station, bank = places((375_230, 164_340)), places((375_500, 164_250))
    there = walking_distance_m(network, station, bank).to_numpy().item()
    assert there == pytest.approx(908, abs=1)
    assert station.distance(bank, align=False).item() == pytest.approx(285, abs=1)
