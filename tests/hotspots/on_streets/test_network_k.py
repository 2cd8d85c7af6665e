"""Is the K function along streets the published one, and its chance what chance gives?"""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.on_streets.network_k import network_cross_k, network_k
from csgeo.hotspots.on_streets.placing import points_on_streets
from csgeo.streets import street_network, walking_distance_m


def test_k_of_four_records_on_one_street_is_worked_by_hand(streets_of):
    network = street_network(streets_of([(0, 0), (1000, 0)]))
    placed = points_on_streets([100, 130, 130, 400], [0] * 4, network)
    found = network_k(placed, network, r_m=[0, 29, 30, 270, 300], replicates=0)
    # ordered pairs: 2 at 0 m, 4 at 30 m, 4 at 270 m, 2 at 300 m; L / (n (n - 1)) = 1000 / 12
    assert found.table["k"].tolist() == pytest.approx([x * 1000 / 12 for x in (2, 2, 6, 10, 12)])
    assert np.isnan(found.p_overall)
    assert found.words.endswith("not compared with chance.")


def test_angs_correction_at_a_crossing_is_worked_by_hand(streets_of):
    network = street_network(streets_of([(-100, 0), (100, 0)], [(0, -100), (0, 100)]))
    placed = points_on_streets([-50, 20], [0, 0], network)
    plain = network_k(placed, network, r_m=[69, 70], replicates=0).table["k"]
    assert plain.tolist() == pytest.approx([0, 400])
    ang = network_k(placed, network, r_m=[69, 70], correction="ang", replicates=0).table["k"]
    # from the west: 70 m off are three spots beyond the crossing and none on the way back (50 m);
    # from the east: the spots 50 m up the three others, and 90 m out to its own side
    assert ang.tolist() == pytest.approx([0, 400 / 2 * (1 / 3 + 1 / 4)])


@pytest.fixture(scope="module")
def chicago(open_data):
    folder = open_data / "oracles"
    vertices = pd.read_csv(folder / "chicago_lpp_vertices.csv").set_index("id")
    edges = pd.read_csv(folder / "chicago_lpp_edges.csv")
    points = pd.read_csv(folder / "chicago_lpp_points.csv")
    xy = vertices[["x", "y"]]
    lines = [
        LineString([xy.loc[a], xy.loc[b]]) for a, b in zip(edges["from"], edges["to"], strict=True)
    ]
    index = pd.Index([f"s{i}" for i in range(len(lines))], name="street_id", dtype="str")
    words = {"name": None, "kind": "street", "length_m": [s.length for s in lines]}
    streets = gpd.GeoDataFrame(words, geometry=lines, crs=27700, index=index)
    network = street_network(streets, crossings="bridged")
    wanted = json.loads((folder / "reference_spatstat.json").read_text())["chicago_linearK"]
    return network, points_on_streets(points["x"], points["y"], network), wanted


@pytest.mark.open_data
@pytest.mark.parametrize("correction", ["none", "ang"])
def test_k_of_crimes_in_chicago_is_spatstats(chicago, correction):
    network, placed, wanted = chicago
    assert placed.placed == wanted["n"]
    found = network_k(placed, network, r_m=wanted["r"], correction=correction, replicates=19)
    assert found.length_m == pytest.approx(wanted["total_length"], abs=1e-9)
    assert found.table["k"].to_numpy() == pytest.approx(np.array(wanted[correction]), abs=1e-10)
    assert found.p_overall == 0.05, "crimes gather more than each of 19 draws"


@pytest.mark.open_data
def test_with_angs_correction_chance_gives_r_on_a_real_network(chicago):
    network, placed, _ = chicago
    table = network_k(
        placed, network, r_m=np.arange(20, 301, 40), correction="ang", replicates=199
    ).table
    assert table["mean"].to_numpy() == pytest.approx(table.index.to_numpy(), rel=0.02)


def by_distances(network, one, other, r):
    def spots(placed):
        at = shapely.line_interpolate_point(network.pieces[placed.piece], placed.along_m)
        return gpd.GeoSeries(at, crs=27700)

    walk = walking_distance_m(network, spots(one), spots(other)).to_numpy()
    return np.array([(walk <= x + 1e-6).sum() for x in r])


def test_k_is_that_of_all_walks(odd_network):
    r = np.array([0, 5, 17, 40, 90, 150.0])
    for seed in range(5):
        network = odd_network(seed)
        rng = np.random.default_rng(seed)
        one = points_on_streets(*rng.uniform(0, 120, (2, 12)), network, to_street_m=400)
        other = points_on_streets(*rng.uniform(0, 120, (2, 9)), network, to_street_m=400)
        found = network_k(one, network, r_m=r, replicates=0)
        pairs = by_distances(network, one, one, r) - 12
        assert found.table["k"].to_numpy() == pytest.approx(pairs * found.length_m / (12 * 11))
        cross = network_cross_k(one, other, network, r_m=r, replicates=0)
        pairs = by_distances(network, one, other, r)
        assert cross.table["k"].to_numpy() == pytest.approx(pairs * cross.length_m / (12 * 9))
        back = network_cross_k(other, one, network, r_m=r, replicates=0)
        assert back.table["k"].to_numpy() == pytest.approx(cross.table["k"].to_numpy())


def anywhere(network, n, seed):
    rng = np.random.default_rng(seed)
    piece = rng.choice(len(network.pieces), n, p=network.length_m / network.length_m.sum())
    spots = shapely.line_interpolate_point(
        network.pieces[piece], rng.random(n) * network.length_m[piece]
    )
    return points_on_streets(*shapely.get_coordinates(spots).T, network)


def test_p_is_that_of_chance_where_there_is_nothing_but_chance(town_grid):
    r = [20, 50, 100, 200]
    p = [
        network_k(
            anywhere(town_grid, 25, seed), town_grid, r_m=r, replicates=39, seed=seed
        ).p_overall
        for seed in range(120)
    ]
    assert np.mean(p) == pytest.approx(0.5, abs=0.09)
    assert np.mean(np.array(p) <= 0.1) < 0.2


def test_records_beside_stops_are_found_by_moving_but_not_by_labels(town_grid):
    rng = np.random.default_rng(1)
    stops = anywhere(town_grid, 12, 3)
    spots = shapely.line_interpolate_point(town_grid.pieces[stops.piece], stops.along_m)
    x, y = shapely.get_coordinates(spots).T
    near = points_on_streets(
        np.repeat(x, 4) + rng.normal(0, 8, 48), np.repeat(y, 4) + rng.normal(0, 8, 48), town_grid
    )
    r = [10, 25, 50]
    moved = network_cross_k(near, stops, town_grid, r_m=r, replicates=99)
    assert (moved.table["k"] > moved.table["high"]).all()
    assert moved.p_overall == 0.01
    dealt = rng.permutation(48)
    some, rest = (
        near._replace(piece=near.piece[k], along_m=near.along_m[k])
        for k in (dealt[:36], dealt[36:])
    )
    labels = network_cross_k(some, rest, town_grid, r_m=r, chance="labels", replicates=99)
    assert labels.p_overall > 0.05
    assert network_cross_k(some, rest, town_grid, r_m=r, replicates=99).p_overall == 0.01
    assert "labels dealt out 99 times (seed 0)" in labels.words
    assert labels.n == 36
    assert labels.others == 12


def test_the_envelope_holds_the_share_that_was_asked(town_grid):
    table = network_k(
        anywhere(town_grid, 40, 1), town_grid, r_m=[200], replicates=99, envelope=0.9
    ).table
    wide = network_k(
        anywhere(town_grid, 40, 1), town_grid, r_m=[200], replicates=99, envelope=0.98
    ).table
    assert table["low"].item() > wide["low"].item()
    assert table["high"].item() < wide["high"].item()
    assert table["p_value"].item() * 100 == pytest.approx(round(table["p_value"].item() * 100))


def test_k_does_not_depend_on_threads_or_order_and_tells_its_progress(town_grid, monkeypatch):
    placed = anywhere(town_grid, 30, 7)
    done = []
    first = network_k(
        placed,
        town_grid,
        r_m=[50, 100],
        replicates=60,
        seed=5,
        progress=lambda a, b: done.append((a, b)),
    )
    assert done[-1] == (60, 60)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    turned = placed._replace(piece=placed.piece[::-1], along_m=placed.along_m[::-1])
    again = network_k(turned, town_grid, r_m=[50, 100], replicates=60, seed=5)
    pd.testing.assert_frame_equal(first.table, again.table)
    assert first.p_overall == again.p_overall


def test_an_island_is_never_within_reach(streets_of):
    network = street_network(streets_of([(0, 0), (1500, 0)], [(0, 10), (1500, 10)]))
    placed = points_on_streets([700, 700, 710], [0, 10, 10], network)
    found = network_k(placed, network, r_m=[5, 10, 1e6], replicates=0)
    assert found.table["k"].tolist() == pytest.approx([0, 2 * 500, 2 * 500])


def test_all_records_on_one_point_are_pairs_at_no_distance(town_grid):
    placed = points_on_streets([250] * 6, [200] * 6, town_grid)
    found = network_k(placed, town_grid, r_m=[0, 100], replicates=19)
    assert found.table["k"].tolist() == pytest.approx([found.length_m] * 2)
    assert found.p_overall == 0.05


def test_k_refuses_what_it_cannot_use(town_grid):
    placed = points_on_streets([0, 250, 9000], [0, 200, 0], town_grid)
    one = points_on_streets([0, 9000], [0, 0], town_grid)
    with pytest.raises(MethodError, match="`placed` must have at least 2 on the streets; it has 1"):
        network_k(one, town_grid, r_m=[10])
    none = one._replace(piece=np.array([-1, -1]))
    with pytest.raises(MethodError, match="`others` must have at least 1 on the streets; it has 0"):
        network_cross_k(placed, none, town_grid, r_m=[10])
    for r in ([], [-1, 5], [10, 5], [5, np.inf], [np.nan]):
        with pytest.raises(MethodError, match="`r_m` must be ascending distances"):
            network_k(placed, town_grid, r_m=r)
    with pytest.raises(MethodError, match="`correction` must be one of none, ang"):
        network_k(placed, town_grid, r_m=[10], correction="edge")
    with pytest.raises(MethodError, match="`chance` must be one of moved, labels"):
        network_cross_k(placed, placed, town_grid, r_m=[10], chance="shift")
    with pytest.raises(MethodError, match="`envelope` must be a share between 0 and 1; it is 95"):
        network_k(placed, town_grid, r_m=[10], envelope=95)
    with pytest.raises(RecipeError, match="`replicates` must be at least 1"):
        network_k(placed, town_grid, r_m=[10], replicates=-1)


@pytest.mark.open_data
def test_k_of_geodanets_crimes_is_spaghettis(open_data):
    folder = f"zip://{open_data / 'oracles' / 'libpysal_geodanet.zip'}"
    drawn = gpd.read_file(f"{folder}!streets.shp")
    crimes = gpd.read_file(f"{folder}!crimes.shp")
    words = {"name": None, "kind": "street", "length_m": drawn.length.to_numpy()}
    index = pd.Index([f"s{i}" for i in range(len(drawn))], name="street_id", dtype="str")
    streets = gpd.GeoDataFrame(words, geometry=list(drawn.geometry), crs=27700, index=index)
    network = street_network(streets, crossings="bridged")
    placed = points_on_streets(crimes.geometry.x, crimes.geometry.y, network, to_street_m=5000)
    found = network_k(placed, network, r_m=[0, 625, 1250, 1875, 2500], replicates=0)
    # spaghetti 1.7.6 divides by n * n, and gives 0 at 0 although some crimes share a spot
    as_theirs = found.table["k"].to_numpy() * 286 / 287
    wanted = [1358.908165, 4373.35183682, 9897.71917157, 21030.11796316, 32705.06591016]
    assert as_theirs == pytest.approx(wanted, rel=3e-10)
