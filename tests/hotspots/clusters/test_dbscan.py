"""Which records hang together through places where records are dense?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters.dbscan import label


def town(seed, n=400):
    """Records on few points, some of them within reach of two clusters."""
    rng = np.random.default_rng(seed)
    middle = rng.integers(0, 60, (6, 2))
    points = np.vstack([middle[rng.integers(0, 6, n)] + rng.normal(0, 3, (n, 2)).round(), [0, 0]])
    return points.astype(float).T


def same_sets(one, other):
    return len(set(zip(one, other, strict=True))) == len(set(one)) == len(set(other))


def test_a_border_point_belongs_to_the_first_of_two_clusters():
    # at 41 m: three records within 39 m (2, 41 and 80), so no core, but in reach of two clusters
    x = [80, 81, 82, 41, 0, 1, 2]
    assert label(x, [0] * 7, reach_m=39, least_records=4).labels.tolist() == [0, 0, 0, 0, 1, 1, 1]
    turned = label(x[::-1], [0] * 7, reach_m=39, least_records=4)
    assert turned.labels.tolist() == [0, 0, 0, 0, 1, 1, 1]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 10**6),
    st.sampled_from([1.0, 2.0, 2**0.5, 3.5, 5.0, 30.0]),
    st.integers(1, 30),
)
def test_labels_are_those_of_scikit_learn_without_aggregation(seed, reach_m, least):
    x, y = town(seed)
    peer = DBSCAN(eps=reach_m, min_samples=least, algorithm="kd_tree").fit(np.column_stack([x, y]))
    found = label(x, y, reach_m=reach_m, least_records=least)
    np.testing.assert_array_equal(found.labels, peer.labels_)


@pytest.mark.open_data
@pytest.mark.parametrize(("reach_m", "least"), [(50, 20), (200, 150)])
def test_labels_are_those_of_scikit_learn_on_police_records(open_data, reach_m, least):
    from pyproj import Transformer

    table = pd.read_parquet(
        open_data / "police/city-of-london_2018-01_2021-09.parquet",
        columns=["Longitude", "Latitude"],
    ).dropna()
    to_grid = Transformer.from_crs(4326, 27700, always_xy=True)
    x, y = to_grid.transform(table["Longitude"].to_numpy(), table["Latitude"].to_numpy())
    found = label(x, y, reach_m=reach_m, least_records=least).labels
    peer = DBSCAN(eps=reach_m, min_samples=least).fit(np.column_stack([x, y])).labels_
    np.testing.assert_array_equal(found, peer)
    assert found.max() > 0


def test_order_move_turn_and_unit_change_no_cluster():
    x, y = town(3)
    plain = label(x, y, reach_m=3, least_records=8).labels
    order = np.random.default_rng(0).permutation(len(x))
    joined = label(x, y, reach_m=3, least_records=1).labels
    for moved in (
        label(x + 400_000, y + 100_000, reach_m=3, least_records=8),
        label(-y, x, reach_m=3, least_records=8),
        label(x * 1000, y * 1000, reach_m=3000, least_records=8),
    ):
        np.testing.assert_array_equal(moved.labels, plain)
    assert same_sets(label(x[order], y[order], reach_m=3, least_records=1).labels, joined[order])


def test_a_far_away_record_changes_nothing():
    x, y = town(4)
    plain = label(x, y, reach_m=3, least_records=8).labels
    with_it = label([*x, 9e5], [*y, 9e5], reach_m=3, least_records=8).labels
    assert with_it.tolist() == [*plain, -1]


def test_all_records_twice_as_with_twice_the_least():
    x, y = town(5)
    plain = label(x, y, reach_m=3, least_records=8).labels
    twice = label([*x, *x], [*y, *y], reach_m=3, least_records=16).labels
    assert twice.tolist() == [*plain, *plain]


def test_the_least_is_announced_and_larger_where_records_are_dense():
    x, y = town(6)
    sparse = label(x, y, reach_m=2)
    assert "a core has at least " in sparse.words
    assert "which three in four records do not have" in sparse.words
    least = int(sparse.words.split("at least ")[1].split(" ")[0])
    around = [(np.hypot(x - a, y - b) <= 2).sum() for a, b in zip(x, y, strict=True)]
    assert least == max(10, sorted(around)[int(np.ceil(0.75 * len(x))) - 1])
    np.testing.assert_array_equal(sparse.labels, label(x, y, reach_m=2, least_records=least).labels)
    assert "at least 10 records" in label(np.arange(20) * 999, [0] * 20).words
    assert (label(np.arange(20) * 999, [0] * 20).labels == -1).all()


def test_all_records_on_one_point_are_one_cluster():
    found = label([7] * 30, [7] * 30)
    assert (found.labels == 0).all()
    assert found.words.endswith("1 clusters.")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reach_m": 0}, "`reach_m` must be above 0 metres; it is 0"),
        ({"reach_m": np.nan}, "`reach_m` must be above 0 metres; it is nan"),
        ({"least_records": 0}, "`least_records` must be a whole number of at least 1; it is 0"),
        ({"least_records": 2.5}, "`least_records` must be a whole number of at least 1; it is 2.5"),
    ],
)
def test_choices_that_make_no_sense_are_refused(options, words):
    with pytest.raises(RecipeError, match=words):
        label([0, 1], [0, 1], **options)


def test_too_few_records_and_missing_ones_are_refused():
    with pytest.raises(MethodError, match="DBSCAN needs at least 10 records with a point; found 3"):
        label([0, 1, 2], [0, 0, 0])
    with pytest.raises(MethodError, match="found 0"):
        label([], [])
    with pytest.raises(WrongValues, match="`x` must be known for each record"):
        label([0, np.inf], [0, 1])
