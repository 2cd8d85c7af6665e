"""Density in space and time by hand, adding up, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.density.surface import Grid, density_raster
from csgeo.hotspots.density.time_rasters import time_rasters

GRID = Grid(0.0, 0.0, 100.0, 20, 25)


def some(n=40, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 2500, n), rng.uniform(0, 2000, n), rng.uniform(0, 60, n)


def test_one_record_is_as_worked_by_hand():
    # on its day 3/4 per 10 days of its hill; 5 days on 3/4 (1 - 1/4); 10 days on nothing
    hill = density_raster([1250.0], [950.0], GRID, bandwidth_m=300.0)
    got = time_rasters(
        [1250.0], [950.0], [30.0], GRID, at_day=[30, 35, 40], bandwidth_m=300.0, bandwidth_days=10
    )
    for raster, share in zip(got, (0.075, 0.05625, 0.0), strict=True):
        np.testing.assert_allclose(raster, share * hill, rtol=1e-12)


def test_over_the_period_all_records_add_up():
    x, y, day = some()
    moments = np.arange(0, 60, 0.25) + 0.125
    got = time_rasters(
        x, y, day, GRID, at_day=moments, bandwidth_m=300.0, bandwidth_days=9.0, period=(0, 60),
        inside=np.ones((20, 25)), edge="diggle", weight=np.full(40, 2.0),
    )  # fmt: skip
    assert got.sum() * 0.1**2 * 0.25 == pytest.approx(80, rel=1e-3)
    lost = time_rasters(x, y, day, GRID, at_day=moments, bandwidth_m=300.0, bandwidth_days=9.0)
    assert lost.sum() * 0.1**2 * 0.25 < 39


def test_order_and_origin_do_not_matter():
    x, y, day = some(seed=1)
    order = np.random.default_rng(2).permutation(40)
    options = {"bandwidth_m": 250.0, "bandwidth_days": 7.0}
    one = time_rasters(x, y, day, GRID, at_day=[20.0, 41.5], **options)
    other = time_rasters(
        x[order], y[order], day[order] + 700, GRID, at_day=[720.0, 741.5], **options
    )
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"day": [1.0, np.nan]}, "1 of 2 have not, the first in place 1"),
        ({"day": [1.0]}, "each of the 2 records; there are 1"),
        ({"period": (2.0, 9.0)}, r"1 of 2 have not, the first in place 0 \(1\)"),
        ({"period": (9.0, 2.0)}, "must end after it begins; it is 9 to 2"),
        ({"bandwidth_days": 0.0}, "`bandwidth_days` must be above 0; it is 0.0"),
        ({"weight": [1.0, np.nan]}, "1 of 2 are missing, infinite or below 0"),
        ({"weight": [1.0]}, "one number per record, 2; it has 1"),
        ({"bandwidth_m": 10.0}, "no smaller than a cell"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed, words):
    given = {"day": [1.0, 5.0], "at_day": 3.0, "bandwidth_m": 200.0, "bandwidth_days": 4.0}
    with pytest.raises(MethodError, match=words):
        time_rasters([50.0, 60.0], [50.0, 60.0], grid=GRID, **(given | changed))
