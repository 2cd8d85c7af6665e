"""Which records hang together in space and in time?"""

import numpy as np
import pytest

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.clusters import dbscan
from csgeo.hotspots.clusters.st_dbscan import label


def bursts(seed=0):
    """Two bursts at one place, half a year apart, and one burst elsewhere."""
    rng = np.random.default_rng(seed)
    x = np.concatenate([rng.integers(0, 5, 40) * 30, 5000 + rng.integers(0, 5, 20) * 30])
    when = np.concatenate([rng.integers(0, 10, 20), 180 + rng.integers(0, 30, 40)])
    return x.astype(float), np.zeros(60), when.astype(float)


def test_two_bursts_at_one_place_are_two_clusters():
    x, y, when = bursts()
    found = label(x, y, when, least_records=5)
    assert [len(set(found.labels[k : k + 20])) for k in (0, 20, 40)] == [1, 1, 1]
    assert len(set(found.labels)) == 3
    assert len(set(dbscan.label(x, y, reach_m=200, least_records=5).labels)) == 2
    assert "within 200 m and 14 days" in found.words


def test_the_limits_belong_to_the_reach():
    def at(reach_m, reach_days):
        return label(
            [0, 200], [0, 0], [0, 14], reach_m=reach_m, reach_days=reach_days, least_records=2
        ).labels.tolist()

    assert at(200, 14) == [0, 0]
    assert at(199.9, 14) == [-1, -1]
    assert at(200, 13.9) == [-1, -1]


def test_an_endless_reach_in_time_is_dbscan():
    x, y, when = bursts(1)
    for least in (2, 8, 21):
        found = label(x, y, when, reach_m=60, reach_days=1e6, least_records=least)
        plain = dbscan.label(x, y, reach_m=60, least_records=least)
        np.testing.assert_array_equal(found.labels, plain.labels)


def test_order_and_another_first_day_change_no_cluster():
    x, y, when = bursts(2)
    plain = label(x, y, when, least_records=5).labels
    np.testing.assert_array_equal(label(x, y, when - 20_000, least_records=5).labels, plain)
    order = np.random.default_rng(0).permutation(60)
    turned = label(x[order], y[order], when[order], least_records=5).labels
    assert len(set(zip(turned, plain[order], strict=True))) == len(set(plain))


def test_what_cannot_be_used_is_refused():
    x, y, when = bursts()
    with pytest.raises(RecipeError, match="`reach_days` must be above 0 days; it is 0"):
        label(x, y, when, reach_days=0)
    with pytest.raises(WrongValues, match="`when_days` must be known for each record; 1 of 60"):
        label(x, y, np.where(np.arange(60) == 4, np.nan, when))
    with pytest.raises(MethodError, match="ST-DBSCAN needs at least 10 records"):
        label([0], [0], [0])
    with pytest.raises(MethodError, match="too short for points spread over"):
        label([0, 1e6], [0, 1e6], [0, 1], reach_m=1e-5, least_records=2)
