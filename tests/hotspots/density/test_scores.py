"""Scores for the search: adding up, corrected alike at the edge, fixed for re-runs, refused."""

from __future__ import annotations

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.density.estimate import kernel_density
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.kernels import KERNELS
from csgeo.hotspots.density.scores import density_scores


@pytest.fixture
def field(area_of):
    # cells that the edge cuts: to a half in the east, to a tenth in the north
    return lay_field(area_of(5062.5, 4012.5), cell_m=125)


def some(field, n=150, seed=0):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 5062, n), rng.uniform(0, 4012, n)
    expected = np.where(field.mask, rng.uniform(0, 1, field.mask.shape), 0.0)
    return x, y, expected * n / expected.sum()


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_both_add_up(field, kernel):
    x, y, expected = some(field)
    got = density_scores(x, y, expected, field, kernel=kernel, bandwidth=300.0)
    assert got.surface.sum() == pytest.approx(150)
    assert got.expected.sum() == pytest.approx(150)
    assert (got.surface >= 0).all()
    assert f"({kernel}, 300 m)" in got.words


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_records_at_the_centres_are_as_their_counts_expected(field, kernel):
    # so nothing is left between them, at the edge as in the middle
    rng = np.random.default_rng(1)
    counts = np.where(field.mask, rng.integers(0, 3, field.mask.shape), 0)
    at = np.repeat(np.arange(counts.size), counts.ravel())
    got = density_scores(*field.centres(at), counts, field, kernel=kernel)
    np.testing.assert_allclose(got.surface, got.expected, rtol=1e-9, atol=1e-12)


def test_it_is_the_surface_of_kernel_density_per_cell(field, area_of, incidents_at):
    x, y, expected = some(field)
    got = density_scores(x, y, expected, field, bandwidth=500.0)
    cells = kernel_density(incidents_at(x, y), area_of(5062.5, 4012.5), bandwidth=500).cells
    wanted = cells["density_km2"].to_numpy() * share_inside(field)[field.mask] * 0.125**2
    np.testing.assert_allclose(got.surface[field.mask], wanted, rtol=1e-9, atol=1e-12)


def test_the_bandwidth_is_announced_and_can_be_fixed(field, area_of):
    x, y, expected = some(field)
    assert density_scores(x, y, expected, field).bandwidth_m == 400.0
    first = density_scores(x, y, expected, field, bandwidth="silverman")
    again = density_scores(x[:90], y[:90], expected, field, bandwidth=first.bandwidth_m)
    assert again.bandwidth_m == first.bandwidth_m
    wide = lay_field(area_of(9000, 9000), cell_m=250)
    assert density_scores(x, y, wide.mask * 1.0, wide).bandwidth_m == 500.0


def test_what_is_measured_once_gives_the_same_bytes(field):
    x, y, expected = some(field)
    one = density_scores(x, y, expected, field)
    other = density_scores(x, y, expected, field, inside=share_inside(field))
    np.testing.assert_array_equal(one.surface, other.surface)
    np.testing.assert_array_equal(one.expected, other.expected)


def test_where_no_expectation_is_in_reach_there_is_none(field):
    expected = np.zeros(field.mask.shape)
    expected[2, 2] = 7.0
    got = density_scores([4000.0], [3000.0], expected, field)
    assert got.expected[24, 32] == 0 < got.surface[24, 32]
    assert got.expected.sum() == pytest.approx(7)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"x": [], "y": []}, "needs records inside of the study area; there are none"),
        ({"x": [np.nan]}, "1 of 1 do not or have no coordinates"),
        ({"x": [9999.0]}, "1 of 1 do not or have no coordinates"),
        ({"expected": np.ones((2, 3))}, r"raster of 33 x 41 cells, as the field; it is 2 x 3"),
        ({"expected": 1.0}, "it is one number"),
        ({"expected": np.zeros((33, 41))}, "must be above 0 somewhere"),
        ({"expected": np.full((33, 41), np.nan)}, r"1353 cells are not, the first .* 0 \(nan\)"),
        ({"expected": np.full((33, 41), -1.0)}, "must be 0 or more in each cell"),
        ({"bandwidth": 100.0}, "no smaller than a cell, 125 m; it is 100 m"),
        ({"bandwidth": "scott"}, "Scott's rule needs 2 records or more; there are 1"),
        ({"bandwidth": "best"}, 'it is "best"'),
        ({"kernel": "cubic"}, 'it is "cubic"'),
    ],
)
def test_what_cannot_be_scored_is_refused(field, changed, words):
    given = {"x": [100.0], "y": [100.0], "expected": np.ones(field.mask.shape), "field": field}
    with pytest.raises(MethodError, match=words):
        density_scores(**(given | changed))
