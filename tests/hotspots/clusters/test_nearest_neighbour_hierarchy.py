"""Which records, clusters of records and clusters of clusters lie nearer than chance has it?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters.nearest_neighbour_hierarchy import (
    clusters_by_chance,
    hierarchy,
    label,
    nearest_neighbour_limit,
)


def slowly(x, y, near_m, least):
    """Seeds one after the other, counted anew each time, record by record."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    away = np.sqrt((x[:, None] - x) ** 2 + (y[:, None] - y) ** 2)
    cluster, found = np.full(len(x), -1), 0
    while True:
        free = cluster < 0
        near = (away <= near_m) & free[:, None] & free
        held = near.sum(axis=1)
        if not len(x) or held.max() < least:
            return cluster
        far = np.round(np.where(near, away, 0).sum(axis=1), 6)
        best = min(np.flatnonzero(held == held.max()), key=lambda i: (far[i], x[i], y[i]))
        cluster[near[best]] = found
        found += 1


def test_the_limit_by_hand():
    # 0.5 * sqrt(4e6 / 400) = 50; 0.26136 * sqrt(4e6) / 400 = 1.3068; t(0.05) = -1.644854
    assert nearest_neighbour_limit(400, 4.0, chance=0.5) == pytest.approx(50)
    assert nearest_neighbour_limit(400, 4.0, chance=0.05) == pytest.approx(50 - 1.644854 * 1.3068)
    assert nearest_neighbour_limit(400, 4.0, chance=0.95) == pytest.approx(50 + 1.644854 * 1.3068)


def test_the_limit_is_that_of_points_thrown_down_at_random():
    from scipy.spatial import cKDTree

    rng, means = np.random.default_rng(0), []
    for _ in range(300):
        points = rng.uniform(0, 1000, (400, 2))
        images = [
            points + np.array([i, j]) for i in (-1000, 0, 1000) for j in (-1000, 0, 1000)
        ]  # no edges
        means.append(cKDTree(np.vstack(images)).query(points, k=2)[0][:, 1].mean())
    below = np.mean(np.array(means) < nearest_neighbour_limit(400, 1.0, chance=0.2))
    assert below == pytest.approx(0.2, abs=0.08)


def test_a_row_of_seeds_by_hand():
    # within 10 m: 0 holds 3 (0, 5, 10); 10 holds 4 (0, 5, 10, 20); 20 then holds only 2 (20, 28)
    x = [0, 5, 10, 20, 28]
    found = hierarchy(x, [0] * 5, near_m=10, area_km2=1, least_records=2)
    assert found[0].label.tolist() == [0, 0, 0, 0, -1]
    assert found[0].x.tolist() == [8.75]
    assert found[0].records.tolist() == [4]
    assert len(found) == 1


@settings(deadline=None, max_examples=120)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=60),
    st.sampled_from([1.0, 2.5, 5.0, 40.0]),
    st.integers(2, 9),
)
def test_as_the_definition_record_by_record(points, near_m, least):
    x, y = np.array(points, dtype=float).T
    if len(x) < least:
        return
    found = hierarchy(x, y, near_m=near_m, area_km2=1.0, least_records=least)
    np.testing.assert_array_equal(found[0].label, slowly(x, y, near_m, least))


def quarters(seed=0):
    """Four towns of four quarters of twelve records, and lone records."""
    rng = np.random.default_rng(seed)
    towns = np.array([[0, 0], [40_000, 0], [0, 40_000], [40_000, 40_000]])
    parts = np.array([[0, 0], [800, 0], [0, 800], [800, 800]])
    middle = (towns[:, None] + parts).reshape(-1, 2)
    points = np.repeat(middle, 12, axis=0) + rng.uniform(-40, 40, (192, 2))
    return np.vstack([points, rng.uniform(5_000, 35_000, (30, 2))]).round().T


def test_quarters_towns_and_the_county_are_three_orders():
    x, y = quarters()
    found = hierarchy(x, y, near_m=150)
    assert [len(order.x) for order in found[:2]] == [16, 4]
    assert found[0].records.tolist() == [12] * 16
    assert sorted(found[1].records.tolist()) == [48] * 4
    for order, below in zip(found[1:], found, strict=False):
        assert len(order.label) == len(below.x)
    assert found[1].near_m == pytest.approx(
        nearest_neighbour_limit(16, np.ptp(x) * np.ptp(y) / 1e6)
    )
    assert "16 of order 1, 4 of order 2" in label(x, y, near_m=150).words


def test_order_move_turn_and_unit_change_no_cluster():
    x, y = quarters(1)
    plain = label(x, y).labels
    order = np.random.default_rng(0).permutation(len(x))
    np.testing.assert_array_equal(label(x[order], y[order]).labels, plain[order])
    np.testing.assert_array_equal(label(x + 4e5, y + 1e5).labels, plain)
    np.testing.assert_array_equal(label(x * 8, y * 8).labels, plain)
    turned = label(-y, x).labels
    assert len(set(zip(turned, plain, strict=True))) == len(set(plain))


def test_a_far_away_record_changes_nothing_where_the_distance_is_given():
    x, y = quarters(2)
    plain = label(x, y, near_m=120).labels
    assert label([*x, 9e5], [*y, 9e5], near_m=120).labels.tolist() == [*plain, -1]


def test_towns_are_more_clusters_than_chance_makes():
    x, y = quarters(3)
    counts = clusters_by_chance(len(x), 40_000, 40_000, near_m=150, replicates=19, seed=5)
    assert len(counts) == 19
    assert counts.max() < len(hierarchy(x, y, near_m=150)[0].x)
    np.testing.assert_array_equal(
        counts, clusters_by_chance(len(x), 40_000, 40_000, near_m=150, replicates=19, seed=5)
    )
    crowded = clusters_by_chance(500, 100, 100, near_m=60, replicates=9)
    assert (crowded >= 1).all()


def test_one_stack_needs_a_distance_or_an_area():
    with pytest.raises(MethodError, match="on one line or one point, so the rectangle"):
        label([5] * 20, [5] * 20)
    assert (label([5] * 20, [5] * 20, near_m=10).labels == 0).all()
    assert (label([5] * 20, [5] * 20, area_km2=3).labels == 0).all()


def test_a_limit_below_nothing_finds_nothing():
    # two records by chance: the lower limit of the mean is below 0 m
    assert nearest_neighbour_limit(2, 1.0, chance=1e-9) < 0
    found = label([0, 100], [0, 100], least_records=2, chance=1e-9)
    assert found.labels.tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"near_m": 0}, "`near_m` must be above 0 metres; it is 0"),
        ({"area_km2": -1}, "`area_km2` must be above 0 square kilometres; it is -1"),
        ({"chance": 1}, "`chance` must be above 0 and below 1; it is 1"),
        ({"least_records": 1}, "`least_records` must be a whole number of at least 2"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options, words):
    with pytest.raises(RecipeError, match=words):
        label(*quarters(), **options)


def test_too_few_records_missing_ones_and_too_many_pairs_are_refused(monkeypatch):
    with pytest.raises(MethodError, match="hierarchy needs at least 10 records .* found 2"):
        label([0, 1], [0, 1])
    with pytest.raises(WrongValues, match="`y` must be known"):
        label([0] * 20, [np.nan] * 20)
    monkeypatch.setattr("csgeo.hotspots.clusters.seeding.MOST_PAIRS", 10)
    with pytest.raises(MethodError, match="At most 10 pairs of near points can be held; "):
        label(*quarters(), near_m=1000)


def test_the_area_is_announced():
    x, y = quarters()
    around = np.ptp(x) * np.ptp(y) / 1e6
    assert f"in {around:,.0f} km2, the rectangle around the records" in label(x, y).words
    assert "in 900 km2, the study area" in label(x, y, area_km2=900).words
    assert "within 150 m of a seed, as asked" in label(x, y, near_m=150).words
