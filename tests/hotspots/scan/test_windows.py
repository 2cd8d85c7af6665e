"""Do windows hold what lies in the circle, and no more than they may?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.scan import windows as module
from csgeo.hotspots.scan.windows import scan_windows


def sets_of(windows):
    return {frozenset(windows.members(int(k)).tolist()) for k in np.flatnonzero(windows.closes)}


def by_hand(points, population, *, shape=1.0, angle=0.0, share=0.5, radius=np.inf):
    """Each circle or ellipse around each location, by its definition."""
    found = set()
    turned = np.radians(angle)
    for x, y in points:
        dx, dy = (points - (x, y)).T
        along = dx * np.cos(turned) + dy * np.sin(turned)
        across = dy * np.cos(turned) - dx * np.sin(turned)
        distance = np.hypot(along / shape, across)
        for reach in distance:
            if reach * shape > radius * (1 + 1e-9):
                continue
            inside = distance <= reach + 1e-9
            if population[inside].sum() <= share * population.sum() * (1 + 1e-12):
                found.add(frozenset(np.flatnonzero(inside).tolist()))
    return found


places = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 5)), min_size=2, max_size=12
)


@settings(deadline=None, max_examples=60)
@given(places, st.sampled_from([0.1, 0.3, 0.5, 1.0]))
def test_circles_are_those_by_hand(rows, share):
    points, population = np.array(rows, float)[:, :2], np.array(rows, float)[:, 2]
    assert sets_of(scan_windows(points, population, most_share=share)) == by_hand(
        points, population, share=share
    )


@settings(deadline=None, max_examples=30)
@given(places, st.sampled_from([1.0, 2.5, 4.0]))
def test_a_radius_takes_the_short_way_to_the_same_circles(rows, radius):
    points, population = np.array(rows, float)[:, :2], np.array(rows, float)[:, 2] + 1
    near = scan_windows(points, population, most_radius=radius, most_share=1.0)
    assert sets_of(near) == by_hand(points, population, share=1.0, radius=radius)


def test_ellipses_are_those_by_hand():
    points = np.random.default_rng(3).uniform(0, 9, (14, 2))
    population = np.ones(14)
    wanted = set()
    for shape, angles in module.SHAPES:
        for k in range(angles):
            wanted |= by_hand(points, population, shape=shape, angle=180 * k / angles, radius=5)
    found = scan_windows(points, population, elliptic=True, most_radius=5)
    assert sets_of(found) == wanted


def test_there_are_47_rows_to_a_location_with_ellipses():
    points = np.random.default_rng(3).uniform(0, 9, (14, 2))
    found = scan_windows(points, np.ones(14), elliptic=True)
    assert len(found.centre) == 47 * 14


def test_locations_at_the_same_distance_enter_together():
    square = np.array([(0, 0), (1, 0), (0, 1), (-1, 0), (0, -1)], dtype=float)
    found = scan_windows(square, np.ones(5), most_share=1.0)
    row = int(np.flatnonzero(found.centre == 0)[0])
    ends = np.flatnonzero(found.closes[found.start[row] : found.start[row + 1]]) + 1
    assert ends.tolist() == [1, 5]  # itself, then all four neighbours at once


def test_co_located_points_are_never_apart():
    points = np.array([(0, 0), (0, 0), (9, 0), (9, 9)], dtype=float)
    assert all((0 in own) == (1 in own) for own in sets_of(scan_windows(points, np.ones(4))))


def test_a_location_with_more_than_the_share_has_no_window():
    points = np.array([(0, 0), (5, 0), (9, 0)], dtype=float)
    found = scan_windows(points, np.array([10.0, 1, 1]))
    assert sets_of(found) == {frozenset({1}), frozenset({2}), frozenset({1, 2})}


def test_limits_out_of_bounds_are_refused():
    points, people = np.array([(0.0, 0), (1, 0)]), np.ones(2)
    with pytest.raises(RecipeError, match="`most_share` must be above 0 and at most 1; it is 0"):
        scan_windows(points, people, most_share=0)
    with pytest.raises(RecipeError, match="`most_radius_m` must be above 0 metres; it is -1"):
        scan_windows(points, people, most_radius=-1)
    with pytest.raises(RecipeError, match="`most_locations` must be at least 1; it is 0"):
        scan_windows(points, people, most_locations=0)


def test_too_many_windows_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr(module, "MOST_WINDOWS", 50)
    points = np.random.default_rng(1).uniform(0, 9, (30, 2))
    for radius in (None, 9.0):
        with pytest.raises(MethodError, match="Limit their size with `most_radius_m`"):
            scan_windows(points, np.ones(30), most_radius=radius)
