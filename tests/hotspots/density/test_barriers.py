"""Barriers: worked by hand, as mirrors, walls, bridges, pockets, turned, split and refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, TableError, WrongCRS, WrongGeometry
from csgeo.hotspots.density.barriers import density_with_barriers
from csgeo.hotspots.density.estimate import kernel_density
from csgeo.hotspots.density.passages import (
    lay_barriers,
    open_ways,
    parts_of,
    place_records,
)
from csgeo.hotspots.density.walking import MOVES, Ways, spread_by_walking


def lines(*coordinates, crs=27700):
    return gpd.GeoDataFrame(geometry=[shapely.LineString(c) for c in coordinates], crs=crs)


def points(*coordinates):
    return gpd.GeoDataFrame(geometry=shapely.points(np.array(coordinates, float)), crs=27700)


def in_cells(coordinates, shape):
    """Lay one line that is given in cells from the centre of the first one."""
    shapes = np.array([shapely.LineString(np.asarray(coordinates, float) + 0.5)], dtype=object)
    return lay_barriers(shapes, shape=shape, west_m=0.0, south_m=0.0, cell_m=1.0)


NONE = [(-90, -90), (-80, -80)]


def everywhere(shape):
    flags = np.ones(shape, dtype=bool)
    return Ways(np.ones(shape), (flags, flags, flags, flags))


def step_matrix(ways, variance_of_a_step):  # noqa: C901
    """Write the one step of the walk out again, cell by cell: sizes, corners, walls and all."""
    rows, columns = ways.size.shape
    s = variance_of_a_step / 2
    share = {(0, 1): s * (1 - 2 * s), (1, 0): s * (1 - 2 * s), (1, 1): s * s, (1, -1): s * s}

    def width(r, c, move):
        there = r + move[0], c + move[1]
        if not (0 <= r < rows and 0 <= c < columns):
            return 0.0
        if not (0 <= there[0] < rows and 0 <= there[1] < columns):
            return 0.0
        return min(ways.size[r, c], ways.size[there]) * ways.opened[MOVES.index(move)][r, c]

    flow = {}
    for r in range(rows):
        for c in range(columns):
            for move in MOVES:
                flow[r, c, move] = share[move] * width(r, c, move)
    for r in range(-1, rows):
        for c in range(-1, columns):
            if width(r, c, (1, 1)) or width(r, c + 1, (1, -1)):
                continue
            level = width(r, c, (0, 1)), width(r + 1, c, (0, 1))
            upright = width(r, c, (1, 0)), width(r, c + 1, (1, 0))
            for k in (0, 1):
                if not any(level) and upright[k]:
                    flow[r, c + k, (1, 0)] += s * s * upright[k]
                if not any(upright) and level[k]:
                    flow[r + k, c, (0, 1)] += s * s * level[k]
    n = rows * columns
    step = np.eye(n)
    for (r, c, move), much in flow.items():
        if much:
            i, j = r * columns + c, (r + move[0]) * columns + c + move[1]
            for a, b in ((i, j), (j, i)):
                step[a, b] += much / ways.size.ravel()[a]
                step[a, a] -= much / ways.size.ravel()[a]
    return step


def test_one_step_is_as_worked_by_hand():
    # variance 1/3 is one step with a sixth for each neighbour along an axis: 1/9, aslant 1/36, 4/9 stay
    start = np.zeros((5, 5))
    start[2, 2] = 36.0
    got = spread_by_walking(start, everywhere((5, 5)), variance=1 / 3)
    np.testing.assert_allclose(got[1:4, 1:4], [[1, 4, 1], [4, 16, 4], [1, 4, 1]], atol=1e-12)
    # a wall east of the middle: the 4 ahead stay, the two of 1 aslant go along the wall
    ways = open_ways(np.ones((5, 5)), in_cells([(2.5, -2), (2.5, 6)], (5, 5)), np.empty((0, 2)))
    got = spread_by_walking(start, ways, variance=1 / 3)
    np.testing.assert_allclose(got[1:4, 1:4], [[1, 5, 0], [4, 20, 0], [1, 5, 0]], atol=1e-12)
    # one bridge: the 4 may pass, what is aslant may not
    ways = open_ways(np.ones((5, 5)), in_cells([(2.5, -2), (2.5, 6)], (5, 5)), np.array([[2.5, 2]]))
    got = spread_by_walking(start, ways, variance=1 / 3)
    assert got[2, 3] == pytest.approx(4)
    assert (got[:, 3:] > 0).sum() == 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), variance=st.floats(0.3, 12))
def test_the_walk_equals_its_brute_force_twin(seed, variance):
    rng = np.random.default_rng(seed)
    size = np.where(rng.uniform(size=(7, 9)) < 0.7, 1.0, rng.uniform(0, 1, (7, 9)))
    size[rng.uniform(size=size.shape) < 0.15] = 0.0
    size[0, 0] = 1.0
    line = rng.uniform(-2, 10, (4, 2))
    ways = open_ways(size, in_cells(line, size.shape), np.empty((0, 2)))
    start = np.where(size > 0, rng.uniform(0, 5, size.shape), 0.0)
    steps = max(1, int(np.ceil(3 * variance)))
    wanted = np.linalg.matrix_power(step_matrix(ways, variance / steps), steps) @ start.ravel()
    got = spread_by_walking(start, ways, variance=variance)
    np.testing.assert_allclose(got.ravel(), wanted, atol=1e-12)
    assert (got * size).sum() == pytest.approx((start * size).sum(), rel=1e-12)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_ways_and_starts_equal_their_brute_force_twin(seed):
    rng = np.random.default_rng(seed)
    shape, line = (8, 6), rng.uniform(-1, 8, (5, 2))
    barred = in_cells(line, shape)
    wall = shapely.LineString(line - [0.0137, 0.0071])
    ways = open_ways(np.ones(shape), barred, np.empty((0, 2)))
    for (up, across), opened in zip(MOVES, ways.opened, strict=True):
        for r in range(shape[0] - up):
            for c in range(max(0, -across), shape[1] - max(0, across)):
                way = shapely.LineString([(c, r), (c + across, r + up)])
                assert opened[r, c] != way.intersects(wall)
    x, y = rng.uniform(-0.4, 5.4, 30), rng.uniform(-0.4, 7.4, 30)
    for place in zip(x, y, strict=True):
        put = place_records(*(np.array([v]) for v in place), np.ones(1), np.ones(shape), barred)
        assert put.weight.sum() == pytest.approx(1)
        for r, c in zip(*np.nonzero(put.weight), strict=True):
            crossed = shapely.LineString([place, (c, r)]).intersects(wall)
            assert not crossed or put.unseen


@pytest.mark.parametrize(("sd", "error"), [(2, 8e-3), (3, 2e-3), (4, 1e-3), (8, 3e-4)])
def test_without_barriers_it_is_the_gaussian_and_a_straight_wall_is_a_mirror(sd, error):
    n, u = 101, np.arange(101)

    def gauss(x, y):
        return np.exp(-((u - x) ** 2 + (u[:, None] - y) ** 2) / (2 * sd**2)) / (2 * np.pi * sd**2)

    free, wall = in_cells(NONE, (n, n)), in_cells([(49.5, -3), (49.5, 103)], (n, n))
    size = np.ones((n, n))
    for x, y in ((50.0, 50.0), (46.3, 50.5), (47.25, 49.9)):
        mirrored = gauss(x, y) + gauss(99 - x, y)
        for barred in (free, wall):
            here = (u >= 50) if x == 50 else (u <= 49)
            wanted = mirrored * here if barred is wall else gauss(x, y)
            start = place_records(np.array([x]), np.array([y]), np.ones(1), size, barred).weight
            ways = open_ways(size, barred, np.empty((0, 2)))
            got = spread_by_walking(start, ways, variance=sd**2 - 0.25)
            assert np.abs(got - wanted).max() <= error * wanted.max()


@pytest.fixture
def some(incidents_at, area_of):
    rng = np.random.default_rng(5)
    x, y = rng.uniform(1000, 9000, 200), rng.uniform(1000, 7000, 200)
    return incidents_at(x, y), area_of(10_000, 8000)


def km2_of(cells, west, east):
    x = cells.geometry.centroid.x
    return cells["density_km2"][(x > west) & (x < east)].sum() * 0.25**2


RIVER = lines([(5010.0, -500), (4930, 4000), (5100, 9000)])


def test_each_bank_keeps_its_own_records_and_bridges_let_some_across(some):
    incidents, area = some
    x = incidents.geometry.x
    west = x < np.interp(incidents.geometry.y, [-500, 4000, 9000], [5010, 4930, 5100])
    got = density_with_barriers(incidents, area, RIVER, cell_m=250, bandwidth=900)
    centre = got.cells.geometry.centroid
    own = centre.x < np.interp(centre.y, [-500, 4000, 9000], [5010, 4930, 5100])
    assert got.cells["density_km2"][own].sum() * 0.25**2 == pytest.approx(west.sum())
    assert got.cells["density_km2"][~own].sum() * 0.25**2 == pytest.approx((~west).sum())
    assert "falls into 2 parts" in got.words[2]
    # only the west bank's records: beyond the river there is exactly nothing, until there is a bridge
    alone = density_with_barriers(incidents[west], area, RIVER, cell_m=250, bandwidth=900)
    assert (alone.cells["density_km2"][~own] == 0).all()
    bridge = points((4940.0, 4000))
    open_ = density_with_barriers(
        incidents[west], area, RIVER, crossings=bridge, cell_m=250, bandwidth=900
    )
    across = open_.cells["density_km2"][~own]
    assert 0 < across.sum() * 0.25**2 < 0.05 * west.sum()
    assert centre[across.idxmax()].y == pytest.approx(4000, abs=400)
    assert open_.cells["density_km2"].sum() * 0.25**2 == pytest.approx(west.sum())
    assert "crossings: 1." in open_.words[1]
    assert len(open_.words) == 2


def test_a_line_that_is_a_bridge_counts_by_its_middle_and_a_wide_gap_by_itself(some):
    incidents, area = some
    options = {"cell_m": 250, "bandwidth": 900}
    point = density_with_barriers(
        incidents, area, RIVER, crossings=points((4930.0, 4000)), **options
    )
    line = density_with_barriers(
        incidents, area, RIVER, crossings=lines([(4830.0, 4000), (5030, 4000)]), **options
    )
    pd.testing.assert_series_equal(point.cells["density_km2"], line.cells["density_km2"])
    for south in (3000.0, 3090.0, 3111.0, 3201.0):
        gap = lines([(5010.0, -500), (5010, south)], [(5010, south + 375), (5010, 9000)])
        assert len(density_with_barriers(incidents, area, gap, **options).words) == 2


def test_far_from_any_barrier_it_is_the_gaussian_surface(incidents_at, area_of):
    rng = np.random.default_rng(1)
    x, y = rng.normal(6000, 700, 80), rng.normal(6000, 700, 80)
    incidents, area = incidents_at(x, y), area_of(12_000, 12_000)
    plain = kernel_density(incidents, area, kernel="gaussian", bandwidth=600, cell_m=125)
    for wall in (lines([(-900.0, -900), (-800, -900)]), lines([(0.0, 11_990), (12_000, 11_990)])):
        got = density_with_barriers(incidents, area, wall, bandwidth=600, cell_m=125)
        off = np.abs(got.cells["density_km2"] - plain.cells["density_km2"])
        assert off.max() <= 5e-4 * plain.cells["density_km2"].max()
        assert got.cells["incidents"].tolist() == plain.cells["incidents"].tolist()


def test_a_cell_with_a_barrier_through_it_gives_each_record_to_its_own_side(incidents_at, area_of):
    # the line leaves the centre of its cells (625) on the west; the two records share a cell
    wall = lines([(650.0, -100), (650, 2100)])
    for x, side in ((640.0, "west"), (660.0, "east")):
        got = density_with_barriers(
            incidents_at([x], [1000.0]), area_of(1500, 2000), wall, cell_m=250, bandwidth=400
        )
        here = got.cells.geometry.centroid.x < 650
        assert (got.cells["density_km2"][here] > 0).all() == (side == "west")
        assert (got.cells["density_km2"][~here] > 0).all() == (side == "east")


def test_a_line_exactly_through_centres_or_records_is_taken_a_little_to_the_south_west(
    incidents_at, area_of
):
    wall = lines([(625.0, 0), (625, 2000)])  # the centres of the third column
    got = density_with_barriers(
        incidents_at([625.0], [1000.0]), area_of(1500, 2000), wall, cell_m=250, bandwidth=400
    )
    east = got.cells.geometry.centroid.x > 620
    assert (got.cells["density_km2"][east] > 0).all()
    assert (got.cells["density_km2"][~east] == 0).all()


def test_walled_in_records_stay_where_they_are(incidents_at, area_of):
    wall = lines([(510.0, 510), (590, 510), (590, 590), (510, 590), (510, 510)])
    got = density_with_barriers(
        incidents_at([550.0], [550.0]), area_of(2000, 2000), wall, cell_m=250, bandwidth=400
    )
    assert got.cells["density_km2"].sum() * 0.25**2 == pytest.approx(1)
    assert got.words[-1].startswith("Records walled in within one cell")
    assert got.words[-1].endswith(": 1.")
    # a pocket of four cells keeps what is in it, evenly in the end
    pocket = lines([(490.0, 490), (1010, 490), (1010, 1010), (490, 1010), (490, 490)])
    got = density_with_barriers(
        incidents_at([600.0], [600.0]), area_of(4000, 4000), pocket, cell_m=250, bandwidth=2000
    )
    held = got.cells["density_km2"][got.cells["density_km2"] > 0]
    assert held.tolist() == pytest.approx([4.0] * 4)


def test_an_area_in_two_parts_and_cut_cells_keep_their_records(incidents_at):
    parts = shapely.MultiPolygon(
        [
            shapely.Polygon([(0, 0), (3100, 0), (2300, 3333), (0, 3000)]),
            shapely.box(5000, 0, 7000, 3000),
        ]
    )
    area = gpd.GeoDataFrame(
        {"name": ["Here"], "level": ["district"]},
        index=pd.Index(["A"], name="area_id"), geometry=[parts], crs=27700,
    )  # fmt: skip
    rng = np.random.default_rng(2)
    incidents = incidents_at(rng.uniform(0, 7000, 300), rng.uniform(0, 3300, 300))
    got = density_with_barriers(incidents, area, lines(NONE), cell_m=250, bandwidth=700)
    share = shapely.area(shapely.intersection(got.cells.geometry.to_numpy(), parts)) / 250**2
    mass = got.cells["density_km2"] * share * 0.25**2
    island = got.cells.geometry.centroid.x > 4500
    inside = incidents.geometry.within(parts)
    assert got.records == inside.sum()
    assert mass.sum() == pytest.approx(got.records)
    assert mass[island].sum() == pytest.approx((inside & (incidents.geometry.x > 4500)).sum())


def test_order_place_turning_splitting_and_the_file_s_grouping_change_nothing(
    incidents_at, area_of
):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 6000, 60), rng.uniform(0, 6000, 60)
    river = np.array([(3011.0, -500), (2933, 2900), (4100, 6500)])
    options = {"cell_m": 250, "bandwidth": 700}

    def raster(x, y, river, west=0):
        area = area_of(6000, 6000, west=west)
        got = density_with_barriers(incidents_at(x, y), area, lines(river), **options)
        return got.cells["density_km2"].to_numpy().reshape(24, 24)

    plain, near = raster(x, y, river), {"rtol": 1e-9, "atol": 1e-9}
    order = rng.permutation(60)
    np.testing.assert_allclose(raster(x[order], y[order], river), plain, **near)
    moved = raster(x + 250_000, y, river + np.array([250_000, 0]), west=250_000)
    np.testing.assert_allclose(moved, plain, rtol=1e-6, atol=1e-7)
    turned = raster(6000 - y, x, np.column_stack([6000 - river[:, 1], river[:, 0]]))
    np.testing.assert_allclose(turned, np.rot90(plain, -1), rtol=1e-6, atol=1e-7)
    halves = raster(x[:25], y[:25], river) + raster(x[25:], y[25:], river)
    np.testing.assert_allclose(halves, plain, **near)


def test_weights_and_rules_are_taken(some):
    incidents, area = some
    twice = density_with_barriers(
        incidents.assign(heavy=2.0), area, RIVER, cell_m=250, bandwidth="scott", weight="heavy"
    )
    once = density_with_barriers(incidents, area, RIVER, cell_m=250, bandwidth="scott")
    np.testing.assert_allclose(twice.cells["density_km2"], 2 * once.cells["density_km2"])
    assert "Scott's rule" in once.words[0]


def test_nothing_that_is_given_is_changed(some):
    incidents, area = some
    river, bridge = RIVER.copy(), points((4930.0, 4000))
    before = [t.copy() for t in (incidents, area, river, bridge)]
    density_with_barriers(incidents, area, river, crossings=bridge, cell_m=250, bandwidth=700)
    for table, was in zip((incidents, area, river, bridge), before, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(was))


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"bandwidth": 200.0}, MethodError, "no smaller than a cell, 250 m; it is 200 m"),
        ({"bandwidth": np.nan}, MethodError, "no smaller than a cell, 250 m; it is nan m"),
        ({"bandwidth": 6000.0}, MethodError, "no more than half of the study area's longest side"),
        ({"bandwidth": "best"}, MethodError, 'metres or one of cvl, .* it is "best"'),
        ({"weight": "heavy"}, MethodError, "no column heavy"),
        ({"barriers": points((1, 2))}, WrongGeometry, r"1 of 1 are not, .* place 0 \(Point\)"),
        ({"crossings": points((5000, 1), (np.nan, 1))}, WrongGeometry, "with coordinates; 1 of 2 are not"),
        ({"barriers": lines([(0, 0), (1, 1)], crs=4326)}, WrongCRS, "`barriers` must be in the same"),
        ({"barriers": pd.DataFrame()}, TableError, "must be a table with geometry; it is a DataFrame"),
        ({"crossings": points((100.0, 100))}, MethodError, "1 of 1 are more than 1.5 cells from any"),
        (
            {"crossings": points((5000.0, 4000), (90.0, 90))},
            MethodError, "1 of 2 are more than .* first in place 1",
        ),
        (
            {"barriers": gpd.GeoDataFrame(geometry=[None, RIVER.geometry[0]], crs=27700)},
            WrongGeometry, r"1 of 2 are not, the first in place 0 \(nothing\)",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(some, changed, error, words):
    incidents, area = some
    with pytest.raises(error, match=words):
        density_with_barriers(
            incidents, area, **({"barriers": RIVER, "cell_m": 250, "bandwidth": 700} | changed)
        )


def test_a_line_with_a_hole_in_its_coordinates_is_refused(some):
    with np.errstate(invalid="ignore"):
        broken = lines([(0, 0), (1, np.nan), (2, 2)])
    with pytest.raises(WrongGeometry, match="with coordinates; 1 of 1 are not"):
        density_with_barriers(*some, broken, cell_m=250, bandwidth=700)


def test_a_weight_that_is_missing_is_refused(some):
    incidents, area = some
    heavy = incidents.assign(heavy=[np.nan] + [1.0] * 199)
    with pytest.raises(MethodError, match="1 of 200 are missing, infinite or below 0"):
        density_with_barriers(
            incidents=heavy, area=area, barriers=RIVER, weight="heavy", cell_m=250
        )


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ([(2500, 2000), (2500, 2000)], 1),  # no length
        ([(2500, -9), (2500, -9), (2500, 5000), (2500, 5000)], 2),  # points twice
        ([(2500, -9, 5), (2500, 5000, 9)], 2),  # with heights
        ([(0, 0), (5000, 4000), (0, 4000), (5000, 0)], 4),  # across itself
        ([(-1e7, -1e7), (1e7, 1e7)], 2),
        ([(1000, 1000), (3000, 1000), (3000, 3000), (1000, 3000), (1000, 1000)], 2),
    ],
)
def test_lines_as_files_hold_them_lose_no_record(line, parts, some, area_of):
    got = density_with_barriers(
        some[0], area_of(5000, 4000), lines(line), cell_m=250, bandwidth=600
    )
    assert got.cells["density_km2"].sum() * 0.25**2 == pytest.approx(got.records)
    assert (f"falls into {parts} parts" in got.words[-1]) == (parts > 1)


def test_with_a_barrier_along_every_edge_of_the_lattice_the_density_is_the_count(some, area_of):
    net = [[(v, 0), (v, 8000)] for v in range(0, 10_001, 250)]
    net += [[(0, v), (10_000, v)] for v in range(0, 8001, 250)]
    got = density_with_barriers(some[0], some[1], lines(*net), cell_m=250, bandwidth=600).cells
    np.testing.assert_allclose(got["density_km2"] * 0.25**2, got["incidents"], atol=1e-9)


def test_parts_are_numbered_without_gaps_and_outside_is_none():
    size = np.ones((6, 6))
    size[:, 3] = 0
    part = parts_of(open_ways(size, in_cells(NONE, (6, 6)), np.empty((0, 2))))
    assert np.unique(part).tolist() == [-1, 0, 1]
    assert (part[:, :3] == 0).all()
    assert (part[:, 3] == -1).all()


def test_one_cell_is_refused_and_no_barrier_at_all_is_fine(some, incidents_at, area_of):
    with pytest.raises(
        MethodError, match="no more than half of the study area's longest side, 250 m"
    ):
        density_with_barriers(
            incidents_at([30.0], [30.0]), area_of(200, 200), RIVER, cell_m=250, bandwidth=250
        )
    incidents, area = some
    got = density_with_barriers(incidents, area, RIVER.iloc[:0], cell_m=250, bandwidth=700)
    far = density_with_barriers(incidents, area, lines(NONE), cell_m=250, bandwidth=700)
    pd.testing.assert_series_equal(got.cells["density_km2"], far.cells["density_km2"])


@pytest.mark.open_data
def test_what_was_recorded_in_liverpool_does_not_cross_the_mersey(open_data, incidents_at):
    districts = gpd.read_parquet(open_data / "boundaries" / "ltla21_uk.parquet")
    districts = districts.set_index("ltla21_name").loc[["Liverpool", "Wirral"]].to_crs(27700)
    area = gpd.GeoDataFrame(
        {"name": districts.index, "level": "district"},
        index=pd.Index(districts["ltla21_code"], name="area_id"),
        geometry=districts.geometry.to_numpy(), crs=27700,
    )  # fmt: skip
    records = pd.read_parquet(
        open_data / "police" / "merseyside_2018-01_2021-09.parquet",
        columns=["Longitude", "Latitude"],
        filters=[("Month", "==", "2021-06"), ("Crime type", "==", "Violence and sexual offences")],
    ).dropna()
    at = gpd.points_from_xy(records["Longitude"], records["Latitude"], crs=4326).to_crs(27700)
    liverpool, wirral = districts.geometry
    at = at[shapely.intersects_xy(liverpool, at.x, at.y)]
    incidents = incidents_at(at.x, at.y)
    plain = kernel_density(incidents, area, kernel="gaussian", bandwidth=1000, cell_m=250).cells
    walked = density_with_barriers(incidents, area, RIVER.iloc[:0], bandwidth=1000, cell_m=250)
    centre = plain.geometry.centroid
    across = shapely.contains_xy(wirral, centre.x, centre.y)
    assert plain["density_km2"][across].sum() * 0.25**2 > 0.001 * len(at)
    assert (walked.cells["density_km2"][across] == 0).all()
    assert walked.records > 1000
