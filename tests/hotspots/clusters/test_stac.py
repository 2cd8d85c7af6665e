"""Which overlapping circles of a search grid hold the most records?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters.stac import label


def slowly(x, y, *, search_m, triangular, most, least):
    """Lay every node around the records, count each circle, join those that share a record."""
    radius2, step = 2 * search_m**2, 2 * search_m
    high = step * (3**0.5 / 2 if triangular else 1)
    circles = []
    for r in range(int(min(y) // high) - 3, int(max(y) // high) + 5):
        for c in range(int(min(x) // step) - 3, int(max(x) // step) + 5):
            a, b = c * step + (step / 2 if triangular and r % 2 else 0), r * high
            inside = {
                k
                for k in range(len(x))
                if (x[k] - a) ** 2 + (y[k] - b) ** 2 <= radius2 * (1 + 1e-12)
            }
            circles += [inside] if inside else []
    sizes = sorted((len(c) for c in circles), reverse=True)
    enough = max(2, sizes[most - 1]) if len(sizes) > most else 2
    hot = []
    for circle in (c for c in circles if len(c) >= enough):
        sharing = [h for h in hot if h & circle]
        hot = [h for h in hot if not h & circle] + [circle.union(*sharing)]
    return {frozenset(h) for h in hot if len(h) >= least}


def sets(labels):
    return {frozenset(np.flatnonzero(labels == k).tolist()) for k in set(labels) - {-1}}


def test_two_circles_that_share_a_record_by_hand():
    # search radius 100: nodes every 200 m, circles of 141.4 m. Records at 0 lie in the circle of node 0
    # only, those at 100 in both, those at 200 in that of node 200; 1000 is alone, 1210 in one circle
    x, y = [0, 0, 100, 200, 1000, 3210, 3210], [0] * 7
    found = label(x, y, search_m=100, least_records=2)
    assert found.labels.tolist() == [0, 0, 0, 0, -1, 1, 1]
    assert "circles of 141 m on a rectangular grid, 200 m apart" in found.words
    assert "0 records in no circle" in found.words
    apart = label([0, 0, 200, 200], [0] * 4, search_m=100, least_records=2)
    assert apart.labels.tolist() == [0, 0, 1, 1]
    # with one circle kept, the one of node 0 with 3 records
    one = label(x, y, search_m=100, least_records=2, most_circles=1)
    assert one.labels.tolist() == [0, 0, 0, -1, -1, -1, -1]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.integers(-9, 15), st.integers(-9, 15)), min_size=2, max_size=40),
    st.sampled_from([1.0, 1.5, 3.0]),
    st.booleans(),
    st.integers(1, 12),
)
def test_as_the_steps_circle_by_circle(points, search_m, triangular, most):
    x, y = np.array(points, dtype=float).T
    found = label(
        x, y, search_m=search_m, grid="triangular" if triangular else "rectangular",
        most_circles=most, least_records=2,
    )  # fmt: skip
    wanted = slowly(x, y, search_m=search_m, triangular=triangular, most=most, least=2)
    assert sets(found.labels) == wanted
    sizes = np.bincount(found.labels[found.labels >= 0])
    assert (np.diff(sizes) <= 0).all()


def town(seed=0):
    rng = np.random.default_rng(seed)
    return np.vstack(
        [rng.normal(0, 80, (40, 2)), rng.normal(3000, 80, (30, 2)), rng.uniform(-2e4, 2e4, (60, 2))]
    ).T


def test_the_default_grid_misses_no_record_and_twenty_by_twenty_does():
    x, y = town()
    assert " 0 records in no circle" in label(x, y).words
    assert " 0 records in no circle" in label(x, y, grid="triangular").words
    words = label(x, y, nodes=20).words
    radius, gaps = 150 * 2**0.5, 0
    nodes = [np.linspace(v.min(), v.max(), 20) for v in (x, y)]
    for a, b in zip(x, y, strict=True):
        away = np.hypot(np.subtract.outer(nodes[0], a)[:, None], nodes[1] - b)
        gaps += away.min() > radius
    assert gaps > 60
    assert f" {gaps:,} records in no circle" in words


def test_order_and_whole_steps_and_a_far_away_record_change_no_cluster():
    x, y = town(1)
    plain = label(x, y).labels
    assert plain.max() >= 1
    order = np.random.default_rng(0).permutation(len(x))
    np.testing.assert_array_equal(label(x[order], y[order]).labels, plain[order])
    np.testing.assert_array_equal(label(x + 300_000, y - 90_000).labels, plain)
    np.testing.assert_array_equal(label(-y, x).labels, plain)
    np.testing.assert_array_equal(label(x * 4, y * 4, search_m=600).labels, plain)
    assert label([*x, 9e5], [*y, 9e5]).labels.tolist() == [*plain, -1]


def test_all_circles_may_be_kept():
    x, y = town(2)
    few, all_ = label(x, y, least_records=2), label(x, y, least_records=2, most_circles=None)
    assert (all_.labels >= 0).sum() >= (few.labels >= 0).sum()
    assert (label([5] * 30, [5] * 30).labels == 0).all()
    assert (label(np.arange(30) * 1000, [0] * 30).labels == -1).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"search_m": 0}, "`search_m` must be above 0 metres; it is 0"),
        (
            {"grid": "hexagonal"},
            '`grid` must be "rectangular" or "triangular"; it is \'hexagonal\'',
        ),
        ({"nodes": 1}, "`nodes` must be a whole number of at least 2; it is 1"),
        ({"most_circles": 0}, "`most_circles` must be a whole number of at least 1; it is 0"),
        ({"least_records": 0}, "`least_records` must be a whole number of at least 1; it is 0"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options, words):
    with pytest.raises(RecipeError, match=words):
        label(*town(), **options)


def test_what_cannot_be_answered_is_refused():
    with pytest.raises(MethodError, match="STAC needs at least 10 records with a point; found 1"):
        label([0], [0])
    with pytest.raises(MethodError, match="no grid of nodes can be laid over them"):
        label([5] * 20, [5] * 20, nodes=20)
    with pytest.raises(MethodError, match="too many for circles of 14,142 m"):
        label(*town(), nodes=3000, search_m=10_000)
    with pytest.raises(WrongValues, match="`x` must be known"):
        label([np.nan] * 20, [0] * 20)
