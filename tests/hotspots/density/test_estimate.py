"""The density of tables: real robberies, adaptive kernels, edges, choices in words, refusals."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.density.adaptive import abramson, to_nearest
from csgeo.hotspots.density.estimate import kernel_density
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.surface import Grid, density_raster


def area_of(shape):
    return gpd.GeoDataFrame(
        {"name": ["Here"], "level": ["district"]},
        index=pd.Index(["A"], name="area_id"), geometry=[shape], crs=27700,
    )  # fmt: skip


def gathered(n=300, seed=0):
    rng = np.random.default_rng(seed)
    middles = np.array([[1500, 1500], [4200, 3000], [2500, 4500]])
    xy = middles[rng.integers(0, 3, n)] + rng.normal(0, 400, (n, 2))
    return np.clip(xy, 10, 5990)


@pytest.fixture
def records(incidents_at):
    def make(xy):
        return incidents_at(xy[:, 0], xy[:, 1])

    return make


COAST = shapely.Polygon(
    [(0, 0), (6000, 0), (6000, 3000), (3100, 3300), (6000, 3500), (5800, 6000), (0, 6000)]
)


def memphis(open_data, cell_m):
    """Lay sfhotspot's grid: from the corner of the buffered hull, the cells that meet it."""
    robberies = gpd.read_file(open_data / "oracles" / "memphis_robberies_jan.gpkg").to_crs(32615)
    hull = robberies.union_all().convex_hull.buffer(cell_m / 2, quad_segs=30)
    west, south, east, north = hull.bounds
    columns, rows = (int(np.ceil(v / cell_m)) for v in (east - west, north - south))
    x, y = west + cell_m * np.arange(columns), south + cell_m * np.arange(rows)
    cells = shapely.box(x, y[:, None], x + cell_m, y[:, None] + cell_m)
    grid = Grid(west, south, float(cell_m), rows, columns)
    return robberies.geometry, grid, shapely.intersects(cells, hull)


@pytest.mark.open_data
def test_unscaled_quartic_meets_sfhotspot_on_memphis_robberies(open_data):
    points, grid, known = memphis(open_data, 200)
    got = density_raster(points.x, points.y, grid, bandwidth_m=1000.0, unscaled=True)[known][:10]
    wanted = [0.0658, 0.315, 0.618, 0.867, 1.00, 0.997, 0.821, 0.518, 0.208, 0.183]
    half_a_digit = [5e-5, *[5e-4] * 3, 5e-3, *[5e-4] * 5]
    assert (np.abs(got - wanted) <= half_a_digit).all()


@pytest.mark.open_data
def test_unscaled_quartic_meets_sfhotspot_with_its_own_bandwidth(open_data):
    points, grid, known = memphis(open_data, 500)
    got = density_raster(points.x, points.y, grid, bandwidth_m=8876.66855, unscaled=True)[known]
    assert got[:10] == pytest.approx(
        [11.1, 11.2, 11.2, 11.1, 10.9, 10.5, 10.0, 9.45, 8.76, 10.1], abs=5e-2
    )


def test_a_density_adds_up_to_the_records_inside(records):
    xy = gathered()
    got = kernel_density(records(xy), area_of(COAST), cell_m=250, bandwidth=800)
    inside = share_inside(lay_field(area_of(COAST), cell_m=250))
    assert len(got.cells) == (inside > 0).sum()
    share = inside[inside > 0]
    assert got.records == shapely.intersects_xy(COAST, xy).sum() < len(xy)
    assert (got.cells["density_km2"] * share).sum() * 0.25**2 == pytest.approx(got.records)
    assert got.bandwidth_m == 800
    assert got.words[0] == "The bandwidth, 800 m (quartic), was given."


def test_share_inside_is_the_cut_cell_by_cell():
    field = lay_field(area_of(COAST), cell_m=250)
    inside = share_inside(field)
    wanted = (
        shapely.area(shapely.intersection(field.shapes(np.arange(inside.size)), COAST)) / 250**2
    )
    np.testing.assert_allclose(inside.ravel(), wanted, atol=1e-12)


def test_stacks_and_weights_are_the_same_as_records_one_by_one(records):
    xy = gathered(60)
    stacked = records(np.vstack([xy, xy, xy[:20]]))
    weighted = records(xy).assign(harm_weight=np.where(np.arange(60) < 20, 3.0, 2.0))
    options = {"cell_m": 250, "bandwidth": 700.0, "kernel": "epanechnikov"}
    one = kernel_density(stacked, area_of(COAST), **options).cells["density_km2"]
    other = kernel_density(weighted, area_of(COAST), weight="harm_weight", **options)
    np.testing.assert_allclose(one, other.cells["density_km2"], rtol=1e-9, atol=1e-9)


def test_abramson_equals_its_brute_force_twin():
    x, y = np.random.default_rng(1).normal(20, 5, (2, 50))
    inside, sd = np.ones((40, 40)), 3.0
    grid = np.arange(40)
    gauss = [np.exp(-((a[:, None] - grid) ** 2) / 18) / np.sqrt(18 * np.pi) for a in (x, y)]
    mass = gauss[0].sum(axis=1) * gauss[1].sum(axis=1)
    d2 = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    pilot = np.exp(-d2 / 18).sum(axis=1) / (18 * np.pi) / mass
    wanted = sd * np.sqrt(np.exp(np.log(pilot).mean()) / pilot)
    wanted = np.minimum(wanted, 5 * np.median(wanted))
    assert abramson(x, y, spread=sd, inside=inside) == pytest.approx(wanted, rel=1e-3)


def test_abramson_spreads_the_lonely_widely_up_to_a_limit_and_keeps_the_geometric_mean():
    x = np.concatenate([np.random.default_rng(2).normal(20, 2, 60), [60.0]])
    y = np.concatenate([np.random.default_rng(3).normal(20, 2, 60), [60.0]])
    got = abramson(x, y, spread=3.0, inside=np.ones((80, 80)))
    assert got[-1] == pytest.approx(5 * np.median(got))  # and no more widely
    assert got[-1] > got[:-1].max()
    near = abramson(x[:-1], y[:-1], spread=3.0, inside=np.ones((80, 80)))
    assert np.exp(np.log(near).mean()) == pytest.approx(3.0, rel=1e-9)


def test_to_nearest_gives_stacks_the_least():
    assert to_nearest(
        np.array([0.0, 0, 0, 8]), np.array([0.0, 0, 0, 6]), k=2, least=1.5
    ).tolist() == [1.5, 1.5, 1.5, 10.0]
    with pytest.raises(MethodError, match="`least` must be above 0"):
        to_nearest(np.array([0.0, 1]), np.array([0.0, 1]), k=1, least=0.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bandwidth": "scott"}, "is found by Scott's rule"),
        ({"bandwidth": "silverman", "kernel": "gaussian"}, "is found by Silverman's rule"),
        ({"bandwidth": "cvl"}, "by the rule of Cronie and van Lieshout"),
        ({"bandwidth": "likelihood"}, "by likelihood cross-validation"),
        ({"bandwidth": "diggle"}, "by the rule of Berman and Diggle"),
        ({"bandwidth": "nearest", "k": 9}, "by the mean distance to the k-th nearest record"),
        ({"bandwidth": "normal_reference"}, "by the normal reference rule"),
        ({"adapt": "abramson", "bandwidth": 900.0}, "was given"),
        ({"adapt": "nearest", "k": 12}, "spread as far as its 12th nearest other one"),
        ({"edge": "uniform", "kernel": "triangular", "bandwidth": 900.0}, "was given"),
    ],
)
def test_every_choice_is_made_and_said(records, options, words):
    got = kernel_density(records(gathered()), area_of(COAST), cell_m=250, **options)
    assert words in got.words[0]
    assert np.isfinite(got.cells["density_km2"]).all()
    assert got.bandwidth_m >= 250
    share = share_inside(lay_field(area_of(COAST), cell_m=250))
    total = (got.cells["density_km2"] * share[share > 0]).sum() * 0.25**2
    near = 0.05 if options.get("edge") == "uniform" else 1e-9
    assert total == pytest.approx(got.records, rel=near)


def test_an_argument_is_not_changed(records):
    table = records(gathered(40))
    before = table.copy()
    kernel_density(table, area_of(COAST), cell_m=500, bandwidth=900)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bandwidth": 100.0}, "no smaller than a cell, 250 m"),
        ({"bandwidth": 100.0, "adapt": "abramson"}, "no smaller than a cell, 250 m; it is 100 m"),
        ({"bandwidth": "best"}, 'metres or one of cvl, diggle, .* it is "best"'),
        ({"adapt": "sometimes"}, 'one of abramson, nearest, none; it is "sometimes"'),
        ({"weight": "harm_weight"}, "no column harm_weight for the weights"),
        ({"adapt": "nearest", "k": 500}, "needs 501 records or more; there are"),
    ],
)
def test_choices_that_cannot_be_used_are_refused(records, options, words):
    with pytest.raises(MethodError, match=words):
        kernel_density(records(gathered()), area_of(COAST), cell_m=250, **options)


def test_a_rule_that_answers_less_than_a_cell_is_refused(records):
    with pytest.raises(MethodError, match="no smaller than a cell, 2000 m; Silverman's rule gives"):
        kernel_density(records(gathered()), area_of(COAST), cell_m=2000)


def test_a_missing_weight_is_refused(records):
    table = records(gathered(20)).assign(harm_weight=[np.nan] + [1.0] * 19)
    with pytest.raises(MethodError, match="Weights must be 0 or more; 1 of"):
        kernel_density(table, area_of(COAST), cell_m=250, bandwidth=800, weight="harm_weight")


def test_no_record_inside_and_too_many_cells_are_refused(records):
    outside = records(np.array([[9000.0, 9000.0]]))
    with pytest.raises(MethodError, match="needs records inside of the study area; there are none"):
        kernel_density(outside, area_of(COAST), cell_m=250, bandwidth=800)
    huge = area_of(shapely.box(0, 0, 500_000, 500_000))
    with pytest.raises(MethodError, match="5,000,000 cells at most; the study area would have"):
        kernel_density(outside, huge, cell_m=125, bandwidth=800)
