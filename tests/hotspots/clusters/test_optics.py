"""Which records make dense valleys, each dense in its own way?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import cluster_optics_xi, compute_optics_graph

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters.optics import label, reachability_plot
from csgeo.hotspots.clusters.stacks import stack_records
from csgeo.hotspots.clusters.walking import walk


def town(seed, *, least_on_a_point=1):
    """A dense centre, a thin village, and some lone points; several records on each."""
    rng = np.random.default_rng(seed)
    at = np.vstack([rng.normal(0, 30, (25, 2)), rng.normal(600, 90, (12, 2)), [[3000, 0]]])
    many = rng.integers(least_on_a_point, least_on_a_point + 5, len(at))
    return np.repeat(at, many, axis=0).T


def slowly(x, y, most_m, least):
    """OPTICS as the paper has it, record by record; among equals a record of the same point is next."""
    n = len(x)
    away = np.hypot(x[:, None] - x, y[:, None] - y)
    core = np.sort(away, axis=1)[:, least - 1] if least <= n else np.full(n, np.inf)
    core[core > most_m] = np.inf
    many = (away == 0).sum(axis=1)
    start = np.lexsort([y, x, -many, core]).tolist()
    place = {i: k for k, i in enumerate(start)}
    reach, left, last, plot = np.full(n, np.inf), set(range(n)), None, []
    while left:
        i = min(left, key=lambda i: (reach[i], last is None or bool(away[i, last] > 0), place[i]))
        left.remove(i)
        plot.append((i, reach[i]))
        for j in left:
            if away[i, j] <= most_m:
                reach[j] = min(reach[j], max(core[i], away[i, j]))
        last = i
    return core, plot


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=40),
    st.sampled_from([1.5, 4.0, 100.0]),
    st.integers(2, 9),
)
def test_as_the_paper_record_by_record(points, most_m, least):
    x, y = np.array(points, dtype=float).T
    stacks = stack_records(x, y)
    way = walk(stacks, most_m=most_m, least_records=least)
    core, plot = slowly(x, y, most_m, least)
    np.testing.assert_allclose(stacks.to_records(way.core_m), core)
    np.testing.assert_allclose(reachability_plot(stacks, way)[0], [reach for _, reach in plot])
    assert (
        stacks.of_record[[i for i, _ in plot]].tolist()
        == np.repeat(way.order, stacks.records[way.order]).tolist()
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_plot_is_that_of_scikit_learn_without_aggregation(seed):
    # two records on each point: a core distance of 0 leaves no ties for the order of rows to break
    x, y = town(seed, least_on_a_point=2)
    stacks = stack_records(x, y)
    way = walk(stacks, most_m=900, least_records=2)
    begin = np.lexsort([stacks.y, stacks.x, -stacks.records, way.core_m])
    rows = np.repeat(begin, stacks.records[begin])
    order, _, reach, before = compute_optics_graph(
        np.column_stack([stacks.x, stacks.y])[rows], min_samples=2, max_eps=900, leaf_size=30,
        metric="minkowski", p=2, metric_params=None, algorithm="kd_tree", n_jobs=None,
    )  # fmt: skip
    reach_m, reached_from = reachability_plot(stacks, way)
    np.testing.assert_allclose(reach_m, reach[order], atol=1e-9)
    plain = before[order]
    step = np.argsort(order)
    np.testing.assert_array_equal(reached_from, np.where(plain >= 0, step[plain], -1))


def test_without_stacks_the_clusters_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    x, y = np.vstack([rng.normal(0, 30, (60, 2)), rng.normal(600, 90, (60, 2))]).T
    stacks = stack_records(x, y)
    way = walk(stacks, most_m=500, least_records=10)
    peer, _ = cluster_optics_xi(
        reachability=way.reach_m, predecessor=way.reached_from, ordering=way.order,
        min_samples=10, xi=0.05,
    )  # fmt: skip
    found = label(x, y)
    pairs = set(zip(found.labels, stacks.to_records(peer), strict=True))
    assert len(pairs) == len(set(found.labels)) == len(set(peer)) > 2


def test_a_city_and_a_village_are_both_clusters():
    x, y = town(1)
    labels = label(x, y, least_records=10).labels
    centre, village = labels[np.hypot(x, y) < 150], labels[np.hypot(x - 600, y - 600) < 300]
    assert set(centre) & set(village) <= {-1}
    assert (centre >= 0).mean() > 0.6
    assert (village >= 0).any()
    assert (labels[x == 3000] == -1).all()


def test_a_stack_is_never_parted():
    x, y = town(2)
    labels = label(x, y, least_records=4).labels
    for point in np.unique(x):
        assert len(set(labels[x == point])) == 1


def test_order_move_turn_and_unit_change_no_cluster():
    x, y = town(3)
    x, y = np.round(x), np.round(y)
    plain = label(x, y).labels
    order = np.random.default_rng(0).permutation(len(x))
    np.testing.assert_array_equal(label(x[order], y[order]).labels, plain[order])
    np.testing.assert_array_equal(label(x + 4e5, y + 1e5).labels, plain)
    np.testing.assert_array_equal(label(x * 8, y * 8, most_m=4000).labels, plain)
    turned = label(-y, x).labels
    assert (turned == plain).mean() > 0.9  # ties of equal reach may be broken otherwise


def test_a_far_away_record_changes_nothing():
    x, y = town(4)
    assert label([*x, 9e5], [*y, 9e5]).labels.tolist() == [*label(x, y).labels, -1]


def test_records_too_far_apart_have_no_cluster_and_one_stack_has_one():
    assert (label(np.arange(30) * 1000.0, np.zeros(30)).labels == -1).all()
    assert (label([5.0] * 30, [1.0] * 30).labels == 0).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"most_m": -1}, "`most_m` must be above 0 metres; it is -1"),
        ({"least_records": 1}, "`least_records` must be a whole number of at least 2; it is 1"),
        ({"steepness": 1.0}, "`steepness` must be above 0 and below 1; it is 1"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options, words):
    with pytest.raises(RecipeError, match=words):
        label(*town(0), **options)


def test_too_few_records_and_missing_ones_are_refused():
    with pytest.raises(MethodError, match="OPTICS needs at least 10 records with a point; found 2"):
        label([0, 1], [0, 0])
    with pytest.raises(WrongValues, match="`y` must be known"):
        label([0] * 20, [np.nan] * 20)
