"""Which areas or points are neighbours of each other?"""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from csgeo.errors import MethodError, WrongCRS, WrongGeometry
from csgeo.hotspots.local.neighbours import nearest, touching, within_reach


def series(*shapes):
    return gpd.GeoSeries(shapes, crs=27700)


def test_four_squares_touch_by_border_or_by_corner():
    four = series(box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 1, 2), box(1, 1, 2, 2))
    assert touching(four).toarray().sum(axis=1).tolist() == [3, 3, 3, 3]
    assert touching(four, corners=False).toarray().tolist() == [
        [0, 1, 1, 0], [1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0],
    ]  # fmt: skip


def test_a_gap_may_count_as_touching_and_overlaps_do():
    apart = series(box(0, 0, 1, 1), box(1.5, 0, 2, 1), box(1.9, 0, 3, 1))
    assert touching(apart).toarray().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert touching(apart, gap_m=0.5).toarray()[0].tolist() == [0, 1, 0]
    assert touching(apart, corners=False).toarray()[1].tolist() == [0, 0, 1]
    with pytest.raises(MethodError, match="no stretch of shared border to measure"):
        touching(apart, corners=False, gap_m=1)


def test_reach_holds_its_end_and_weights_fall_with_distance():
    points = gpd.GeoSeries.from_xy([0, 30, 90], [0, 0, 0], crs=27700)
    assert within_reach(points, reach_m=60).toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    falling = within_reach(points, reach_m=60, power=1).toarray()
    assert falling[1].tolist() == pytest.approx([1 / 30, 0, 1 / 60])
    island = within_reach(points, reach_m=59).toarray()
    assert island[2].tolist() == [0, 0, 0]


def test_areas_are_measured_from_their_middles():
    assert within_reach(series(box(0, 0, 2, 2), box(4, 0, 6, 2)), reach_m=4).nnz == 2


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(3, 25), k=st.integers(1, 2))
def test_pairs_are_those_of_all_distances(seed, n, k):
    xy = np.random.default_rng(seed).uniform(0, 100, (n, 2))
    points = gpd.GeoSeries.from_xy(*xy.T, crs=27700)
    apart = np.hypot(*(xy[:, None] - xy).T)
    np.fill_diagonal(apart, np.inf)
    assert (within_reach(points, reach_m=40).toarray() == (apart <= 40)).all()
    kth = np.sort(apart, axis=1)[:, [k - 1]]
    assert (nearest(points, neighbours=k).toarray() == (apart <= kth)).all()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_neighbours_do_not_depend_on_the_order_of_rows_nor_on_where_the_map_is(seed):
    rng = np.random.default_rng(seed)
    corners = rng.permutation([(x, y) for x in range(5) for y in range(4)])[:12]
    shapes = series(*(box(x, y, x + 1, y + 1) for x, y in corners))
    order = rng.permutation(12)
    turned = shapes.map(lambda s: affinity.translate(affinity.rotate(s, 90, (0, 0)), 1000, 500))
    for ask in (touching, lambda s: nearest(s, neighbours=3), lambda s: within_reach(s, reach_m=2)):
        plain = ask(shapes).toarray()
        assert (ask(shapes.iloc[order]).toarray() == plain[order][:, order]).all()
    for ask in (touching, lambda s: within_reach(s, reach_m=1.7)):
        assert (ask(turned).toarray() == ask(shapes).toarray()).all()


def test_units_on_one_spot_are_their_nearest_and_have_no_distance():
    points = gpd.GeoSeries.from_xy([5, 5, 5, 5, 90], [5, 5, 5, 5, 90], crs=27700)
    near = nearest(points, neighbours=2).toarray()
    assert near.sum(axis=1).tolist() == [2] * 5
    assert np.diagonal(near).tolist() == [0] * 5
    with pytest.raises(MethodError, match=r"6 pairs do \(first: row 0\)"):
        within_reach(points, reach_m=50, power=2)


def test_refusals_say_what_was_found():
    points = gpd.GeoSeries.from_xy([0, 1], [0, 1], crs=27700)
    with pytest.raises(WrongCRS, match="they have EPSG:4326"):
        touching(points.to_crs(4326))
    with pytest.raises(WrongCRS, match="no coordinate reference system"):
        nearest(gpd.GeoSeries.from_xy([0, 1], [0, 1]), neighbours=1)
    with pytest.raises(WrongGeometry, match=r"1 of 2 are \(first: 1\)"):
        touching(series(shapely.Point(0, 0), None))
    with pytest.raises(WrongGeometry, match="0 of 0 are"):
        touching(series())
    with pytest.raises(MethodError, match="fewer than the 2 units; it is 2"):
        nearest(points, neighbours=2)
    with pytest.raises(MethodError, match="above 0 m; it is nan"):
        within_reach(points, reach_m=float("nan"))
