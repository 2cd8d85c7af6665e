"""Is the density along streets what fronts that divide at junctions make of it?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import LineString

from csgeo.errors import MethodError, WrongCRS
from csgeo.hotspots.on_streets.kernels import KERNELS, height, reach_m, share_within
from csgeo.hotspots.on_streets.network_density import density_of, network_density
from csgeo.hotspots.on_streets.placing import Placed, points_on_streets
from csgeo.hotspots.on_streets.segments import cut_streets
from csgeo.hotspots.on_streets.spreading import make_spreading, spread, weighed_spots
from csgeo.streets import street_network


def placed_at(network, piece, along) -> Placed:
    n = len(piece)
    piece, along = np.asarray(piece, dtype=np.intp), np.asarray(along, dtype=float)
    return Placed(piece, along, np.zeros(n), n, 0, 0, "")


def by_paths(network, piece, along, middles, *, kernel, h, method, dead_ends="turn back"):
    """Follow every way out of a record, one after another, in plain Python: the definition."""
    code, reach = KERNELS.index(kernel), reach_m(kernel, h)
    length, (a, b) = network.length_m, (network.start, network.end)
    degree = np.bincount(np.r_[a, b])
    density = np.zeros(len(middles.piece))
    at = (middles.from_m + middles.to_m) / 2

    def along_street(p, forward, come, share):
        on = np.flatnonzero(middles.piece == p)
        way = at[on] if forward else length[p] - at[on]
        density[on] += [share * height(code, come + w, h) for w in way]

    def leave(node, by, come, share):
        if come >= reach or share == 0:
            return
        n = degree[node]
        ways = [(p, True) for p in range(len(length)) if a[p] == node]
        ways += [(p, False) for p in range(len(length)) if b[p] == node]
        for p, forward in ways:
            back = by == (p, not forward)
            if method == "continuous":
                part = 2 / n - 1 if back else 2 / n
            elif n == 1:
                part = 1.0 if dead_ends == "turn back" else 0.0
            else:
                part = 0.0 if back else 1 / (n - 1)
            if part:
                along_street(p, forward, come, share * part)
                leave(b[p] if forward else a[p], (p, forward), come + length[p], share * part)

    for p, s in zip(piece, along, strict=True):
        on = np.flatnonzero(middles.piece == p)
        density[on] += [height(code, abs(m - s), h) for m in at[on]]
        leave(b[p], (p, True), length[p] - s, 1.0)
        leave(a[p], (p, False), s, 1.0)
    return density


def test_density_on_one_street_is_the_kernel_itself(streets_of):
    network = street_network(streets_of([(0, 0), (1000, 0)]))
    placed = points_on_streets([500], [0], network)
    found = density_of(placed, network, bandwidth_m=100, stretch_m=20)
    middle = found["from_m"] + 10
    u = (middle - 500).abs() / 100
    wanted = np.where(u < 1, 15 / 16 * (1 - u**2) ** 2 / 100, 0)
    assert found["density"].to_numpy() == pytest.approx(wanted, abs=1e-12)
    assert found["spread"].sum() == pytest.approx(1, abs=1e-12)
    assert found["incidents"].sum() == 1


def test_density_at_a_crossing_of_four_is_worked_by_hand(streets_of):
    # 30 m west of a crossing; Epanechnikov of 100 m; the middles are 50 m from the crossing
    network = street_network(streets_of([(-100, 0), (100, 0)], [(0, -100), (0, 100)]))
    placed = points_on_streets([-30], [0], network)

    def k(d):
        return 0.75 * (1 - (d / 100) ** 2) / 100

    for method, back, on in (("continuous", -0.5, 0.5), ("discontinuous", 0.0, 1 / 3)):
        found = density_of(
            placed, network, bandwidth_m=100, kernel="epanechnikov", method=method,
            stretch_m=None, step_m=1,
        )  # fmt: skip
        assert network.pieces[0].bounds[0] == -100
        own, *others = found["density"]
        # 20 m away; turned back at the crossing after 30 + 50 m; at the dead end after 70 + 50
        assert own == pytest.approx(k(20) + back * k(80), abs=1e-12)
        assert others == pytest.approx([on * k(80)] * 3, abs=1e-12)
    simple = density_of(
        placed, network, bandwidth_m=100, kernel="epanechnikov", method="simple", stretch_m=None
    )["density"]
    assert simple.to_numpy() == pytest.approx([k(20), k(80), k(80), k(80)], abs=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("method", ["continuous", "discontinuous"])
def test_density_is_that_of_all_ways_one_after_another(odd_network, kernel, method):
    for seed in range(4):
        network = odd_network(seed)
        assert (network.length_m % 1 < 1e-9).all()
        rng = np.random.default_rng(seed)
        piece = rng.integers(0, len(network.pieces), 5)
        along = np.floor(rng.random(5) * (network.length_m[piece] - 1)) + 0.5
        # with ways of whole half metres nothing has to be rounded: equal to the last digits
        h = 24.0 if kernel == "gaussian" else 70.0
        cut = cut_streets(network, stretch_m=7)
        ready = make_spreading(
            network, cut, bandwidth_m=h, kernel=kernel, method=method, step_m=0.5
        )
        spots = weighed_spots(placed_at(network, piece, along), None, len(network.pieces))
        _, density = spread(ready, spots, at_middles=True)
        wanted = by_paths(network, piece, along, cut, kernel=kernel, h=h, method=method)
        assert density == pytest.approx(wanted, abs=1e-12)


def test_density_where_dead_ends_leave_is_that_of_all_ways_too(odd_network):
    network = odd_network(2)
    cut = cut_streets(network, stretch_m=9)
    ready = make_spreading(
        network, cut, bandwidth_m=90, method="discontinuous", dead_ends="leave", step_m=0.5
    )
    placed = placed_at(network, [0, 3, 5], [4.5, 7, 11])
    held, density = spread(ready, weighed_spots(placed, None, len(network.pieces)), at_middles=True)
    wanted = by_paths(
        network, [0, 3, 5], [4.5, 7, 11], cut,
        kernel="quartic", h=90, method="discontinuous", dead_ends="leave",
    )  # fmt: skip
    assert density == pytest.approx(wanted, abs=1e-12)
    assert 1 < held.sum() < 3 - 1e-3, "some of it has left"


@pytest.mark.parametrize("method", ["continuous", "discontinuous"])
def test_density_with_crooked_lengths_errs_by_the_square_of_the_step(odd_network, method):
    network = odd_network(1)
    turned = [LineString(np.array(p.coords) * (math.sqrt(2) / 1.3)) for p in network.pieces]
    crooked = street_network_of(turned)
    cut = cut_streets(crooked, stretch_m=10)
    piece, along = [0, 2, 4], [3.3, 17.9, 8.1]
    wanted = by_paths(crooked, piece, along, cut, kernel="quartic", h=130, method=method)
    errors = []
    for step in (2.0, 1.0, 0.5, 0.25):
        ready = make_spreading(crooked, cut, bandwidth_m=130, method=method, step_m=step)
        spots = weighed_spots(placed_at(crooked, piece, along), None, len(crooked.pieces))
        held, density = spread(ready, spots, at_middles=True)
        assert held.sum() == pytest.approx(3, abs=1e-12)
        errors.append(np.abs(density - wanted).max() / wanted.max())
    assert errors[0] > 6 * errors[-1]
    assert errors[-1] < 1e-4
    assert errors[2] < 3e-4, "the default has some 256 steps"


def street_network_of(lines):
    import geopandas as gpd
    import pandas as pd

    index = pd.Index([f"s{i}" for i in range(len(lines))], name="street_id", dtype="str")
    words = {"name": None, "kind": "street", "length_m": [s.length for s in lines]}
    return street_network(gpd.GeoDataFrame(words, geometry=lines, crs=27700, index=index))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("method", ["continuous", "discontinuous"])
def test_each_record_adds_up_to_one_whatever_the_network(odd_network, kernel, method):
    for seed in range(6):
        network = odd_network(seed)
        rng = np.random.default_rng(seed)
        piece = rng.integers(0, len(network.pieces), 40)
        along = rng.choice([0.0, 0.3, 0.5, 1.0], 40) * network.length_m[piece]
        weights = rng.random(40)
        found = density_of(
            placed_at(network, piece, along), network, bandwidth_m=37.7, kernel=kernel,
            method=method, stretch_m=11, weights=weights,
        )  # fmt: skip
        assert found["spread"].sum() == pytest.approx(weights.sum(), abs=1e-11)
        assert (found["per_100m"] * found["length_m"] / 100).sum() == pytest.approx(weights.sum())


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_kernel_adds_up_to_one_and_its_share_is_its_integral(kernel):
    code, end = KERNELS.index(kernel), reach_m(kernel, 2.0)
    d = np.linspace(0, end, 200_001)
    heights = np.array([height(code, x, 2.0) for x in d[::200]])
    assert np.trapezoid(heights, d[::200]) == pytest.approx(0.5, abs=1e-5 if code != 3 else 1e-3)
    assert share_within(kernel, [0.0, end, 2 * end], 2.0) == pytest.approx([0, 0.5, 0.5])
    some = share_within(kernel, [0.7], 2.0)[0]
    assert np.trapezoid(
        [height(code, x, 2.0) for x in np.linspace(0, 0.7, 2001)], dx=0.7 / 2000
    ) == pytest.approx(some, abs=1e-7)


def test_continuous_density_does_not_jump_at_a_junction(odd_network):
    network = odd_network(3)
    placed = placed_at(network, [0, 1, 2], [5.0, 20.0, 3.0])
    jump = {}
    for method in ("continuous", "discontinuous"):
        found = density_of(placed, network, bandwidth_m=80, method=method, stretch_m=0.25)
        ends: dict[int, list[float]] = {}
        cut = cut_streets(network, stretch_m=0.25)
        for p in range(len(network.pieces)):
            values = found["density"].to_numpy()[cut.first[p] : cut.first[p + 1]]
            ends.setdefault(network.start[p], []).append(values[0])
            ends.setdefault(network.end[p], []).append(values[-1])
        jump[method] = max(max(v) - min(v) for v in ends.values())
    peak = found["density"].max()
    assert jump["continuous"] < 0.02 * peak
    assert jump["discontinuous"] > 0.1 * peak


@pytest.mark.parametrize("method", ["continuous", "discontinuous", "simple"])
def test_simple_and_the_others_are_the_same_where_no_junction_is_in_reach(streets_of, method):
    network = street_network(
        streets_of([(0, 0), (2000, 0)], [(0, 0), (0, 700)], [(0, 0), (-9, 700)])
    )
    found = density_of(
        points_on_streets([1000], [0], network), network, bandwidth_m=200, method=method
    )
    plain = density_of(
        points_on_streets([1000], [0], network), network, bandwidth_m=200, method="simple"
    )
    assert found["density"].to_numpy() == pytest.approx(plain["density"].to_numpy(), abs=1e-15)


def test_simple_density_is_the_kernel_of_the_shortest_walk(odd_network):
    import geopandas as gpd
    import shapely

    from csgeo.streets import walking_distance_m

    network = odd_network(5)
    rng = np.random.default_rng(5)
    piece = rng.integers(0, len(network.pieces), 6)
    along = rng.random(6) * network.length_m[piece]
    found = density_of(
        placed_at(network, piece, along), network, bandwidth_m=100, method="simple", stretch_m=8
    )
    spots = shapely.line_interpolate_point(network.pieces[piece], along)
    middles = shapely.line_interpolate_point(found.geometry.to_numpy(), 0.5, normalized=True)
    walk = walking_distance_m(
        network, gpd.GeoSeries(spots, crs=27700), gpd.GeoSeries(middles, crs=27700)
    ).to_numpy()
    wanted = np.vectorize(lambda d: height(0, d, 100.0))(walk).sum(axis=0)
    assert found["density"].to_numpy() == pytest.approx(wanted, abs=1e-10)


def test_nothing_comes_over_to_an_island(streets_of):
    lines = [(0, 0), (2000, 0)], [(0, 10), (2000, 10)]
    network = street_network(streets_of(*[list(line) for line in lines]))
    found = density_of(points_on_streets([1000], [1], network), network)
    by_street = found.groupby("street_id")["spread"].sum()
    assert by_street.tolist() == pytest.approx([1.0, 0.0], abs=1e-12)


def test_density_does_not_depend_on_order_place_turn_or_direction(odd_network):
    network = odd_network(4)
    lines = list(network.pieces)
    rng = np.random.default_rng(4)
    x, y = rng.uniform(-30, 150, (2, 30))

    def total(lines, x, y):
        net = street_network_of(lines)
        placed = points_on_streets(x, y, net, to_street_m=300)
        table = density_of(placed, net, bandwidth_m=60, stretch_m=None)
        return table["spread"].to_numpy()

    plain = total(lines, x, y)
    order = rng.permutation(len(lines))
    assert total([lines[k] for k in order], x[::-1], y[::-1]) == pytest.approx(plain[order])
    assert total([line.reverse() for line in lines], x, y) == pytest.approx(plain)
    moved = [LineString(np.array(line.coords) + 5000) for line in lines]
    assert total(moved, x + 5000, y + 5000) == pytest.approx(plain, abs=1e-9)
    turned = [LineString(np.array(line.coords)[:, ::-1] * [-1, 1]) for line in lines]
    assert total(turned, -y, x) == pytest.approx(plain, abs=1e-9)


def test_records_on_one_spot_are_one_record_with_their_weight(town_grid):
    many = points_on_streets([130] * 50, [1] * 50, town_grid)
    one = points_on_streets([130], [1], town_grid)
    weighed = density_of(one, town_grid, weights=[50.0])
    assert density_of(many, town_grid)["spread"].to_numpy() == pytest.approx(
        weighed["spread"].to_numpy(), abs=1e-12
    )
    assert density_of(many, town_grid)["incidents"].sum() == 50


def test_a_record_at_a_junction_lies_on_all_its_streets_alike(town_grid):
    found = density_of(
        points_on_streets([200], [200], town_grid), town_grid,
        method="discontinuous", bandwidth_m=50, stretch_m=None,
    )  # fmt: skip
    held = found["spread"][found["spread"] > 0]
    assert held.tolist() == pytest.approx([0.25] * 4)


def test_a_bandwidth_below_a_stretch_still_holds_every_record(town_grid):
    found = density_of(
        points_on_streets([130, 260], [1, 99], town_grid), town_grid, bandwidth_m=3, stretch_m=90
    )
    assert found["spread"].sum() == pytest.approx(2, abs=1e-12)
    with pytest.raises(MethodError, match="reach from one middle of a stretch to the next; 3 m"):
        density_of(
            points_on_streets([130], [1], town_grid), town_grid, bandwidth_m=3, method="simple"
        )


def test_pieces_shorter_than_a_step_do_no_harm(streets_of):
    network = street_network(
        streets_of([(0, 0), (500, 0)], [(500, 0), (500.01, 0)], [(500.01, 0), (1000, 0)])
    )
    placed = points_on_streets([495], [0], network)
    found = density_of(placed, network, bandwidth_m=300)
    assert found["spread"].sum() == pytest.approx(1, abs=1e-12)
    assert found["per_100m"].max() < 100 * 15 / 16 / 300 * 1.001
    assert found["spread"].to_numpy()[-10:].sum() == pytest.approx(0.4807, abs=1e-3)


def test_density_of_incidents_says_what_was_done(incidents_at, town_grid):
    found = network_density(incidents_at([130, 250, 9000, np.nan], [3, 30, 0, np.nan]), town_grid)
    assert found.words.startswith("2 of 4 records lie within 50 m of a street")
    assert "1 of them (50.0%) were moved more than 20 m" in found.words
    assert "1 are further away and 1 have no point" in found.words
    assert found.words.endswith("over 142 stretches.")
    assert found.stretches["spread"].sum() == pytest.approx(2)
    assert found.stretches.index.name == "stretch_id"
    assert found.stretches.index.is_unique


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"kernel": "cosine"}, "`kernel` must be one of quartic, .* it is 'cosine'"),
        ({"method": "equal"}, "`method` must be one of continuous, .* it is 'equal'"),
        ({"dead_ends": "stop"}, "`dead_ends` must be one of turn back, leave; it is 'stop'"),
        ({"bandwidth_m": 0}, "`bandwidth_m` must be a distance above 0 m; it is 0"),
        ({"bandwidth_m": np.nan}, "it is nan"),
        ({"step_m": 200}, "at most a quarter of the bandwidth \\(300 m\\); it is 200"),
        ({"stretch_m": -5}, "`stretch_m` must be a length above 0 m; it is -5"),
        ({"stretch_m": 1e-6}, "must leave at most 20,000,000 stretches"),
        ({"step_m": 1e-6}, "would take .* GB"),
        ({"weights": [1.0]}, "one number per record \\(2\\); there are 1"),
        ({"weights": [np.nan, 1]}, "1 of 2 are not \\(the first is nan in row 0\\)"),
        ({"weights": [1, -1]}, "the first is -1.0 in row 1"),
        ({"weights": [0, 0]}, "must be above 0 for a record that is on a street; all 2 are 0"),
    ],
)
def test_density_refuses_what_it_cannot_use(town_grid, choice, said):
    placed = points_on_streets([130, 250], [0, 0], town_grid)
    with pytest.raises(MethodError, match=said):
        density_of(placed, town_grid, **choice)


def test_density_refuses_records_in_another_system(incidents_at, town_grid):
    with pytest.raises(WrongCRS, match="same system"):
        network_density(incidents_at([130], [3]).to_crs(32630), town_grid)
