"""Where do scattered records lie closer together than around them?"""

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.hdbscan import cluster_points


def village(seed=0, each=30):
    rng = np.random.default_rng(seed)
    lone = rng.uniform(-4000, 10_000, (15, 2))
    groups = [np.array(v) + rng.normal(0, 60, (each, 2)) for v in ((0, 0), (6000, 2000))]
    return np.vstack([*groups, lone]).T


def test_two_villages_and_lone_farms():
    x, y = village()
    cluster = cluster_points(x, y, least_points=12)
    assert len(set(cluster[:30][cluster[:30] >= 0])) == 1
    assert len(set(cluster[30:60][cluster[30:60] >= 0])) == 1
    assert (cluster[:60] >= 0).mean() > 0.8
    assert (cluster[60:] >= 0).mean() < 0.4


def test_a_stack_on_one_point_is_no_cluster_of_its_own():
    x, y = village()
    x, y = np.append(x, [9000.0] * 50), np.append(y, [-3000.0] * 50)
    cluster = cluster_points(x, y, least_points=12)
    assert len(set(cluster[-50:])) == 1, "records on one point stay together"
    stack = cluster[-1]
    if stack >= 0:
        points = np.unique(np.column_stack([x, y])[cluster == stack], axis=0)
        assert len(points) >= 12


def test_the_order_of_the_records_does_not_matter():
    x, y = village(3)
    order = np.random.default_rng(1).permutation(len(x))
    plain, turned = cluster_points(x, y), cluster_points(x[order], y[order])
    assert (plain[order] == turned).all()


def test_moving_all_records_does_not_change_their_clusters():
    x, y = np.round(village(4))
    assert (cluster_points(x, y) == cluster_points(x + 125_000, y + 250_000)).all()


def test_clusters_with_few_records_are_left_out():
    x, y = village(each=8)
    assert (cluster_points(x, y, least_records=1000) == -1).all()


@pytest.mark.parametrize("distinct", [1, 5])
def test_too_few_different_points_are_refused(distinct):
    x = np.repeat(np.arange(distinct) * 10.0, 20)
    with pytest.raises(
        MethodError, match=rf"more than 5 different points; {len(x)} records lie on {distinct}"
    ):
        cluster_points(x, x)
