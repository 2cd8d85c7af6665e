"""The surface against a pixel-by-record sum, by hand, turned, moved, split and refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError
from csgeo.hotspots.density.kernels import KERNELS, bandwidth_of, kernel_named
from csgeo.hotspots.density.surface import Grid, density_raster

GRID = Grid(1000.0, 2000.0, 50.0, 30, 44)
POLYNOMIAL = ("uniform", "epanechnikov", "quartic")


def shape_of(kernel, q):
    """Give the kernel's value, 1 at its centre, at q = d / h: written out again, from the books."""
    return {
        "uniform": (q <= 1) * 1.0,
        "epanechnikov": np.where(q <= 1, 1 - q**2, 0),
        "quartic": np.where(q <= 1, (1 - q**2) ** 2, 0),
        "triangular": np.where(q <= 1, 1 - q, 0),
        "gaussian": np.exp(-(q**2) / 2),
    }[kernel]


def integral_of(kernel):
    return {
        "uniform": np.pi, "epanechnikov": np.pi / 2, "quartic": np.pi / 3,
        "triangular": np.pi / 3, "gaussian": 2 * np.pi,
    }[kernel]  # fmt: skip


def brute(x, y, w, h, kernel, grid=GRID):  # noqa: PLR0917
    """Lay every record's kernel on every cell: rows x columns x records."""
    cx = grid.west_m + (np.arange(grid.columns) + 0.5) * grid.cell_m
    cy = grid.south_m + (np.arange(grid.rows) + 0.5) * grid.cell_m
    d = np.hypot(cx[None, :, None] - x, cy[:, None, None] - y)
    return w * shape_of(kernel, d / h)


def some(n, seed, grid=GRID):
    rng = np.random.default_rng(seed)
    x = grid.west_m + rng.uniform(0, grid.columns * grid.cell_m, n)
    y = grid.south_m + rng.uniform(0, grid.rows * grid.cell_m, n)
    return x, y, rng.uniform(0, 3, n)


def patchy(seed=0):
    inside = np.random.default_rng(seed).uniform(size=(GRID.rows, GRID.columns))
    inside = np.where(inside < 0.8, 1.0, inside)
    inside[:, 30:33] = 0.0  # an area in two parts
    inside[:, 40:] = 1.0
    return inside


def test_quartic_of_one_record_is_as_worked_by_hand():
    # h 200 m, record on a cell's centre: 3 / (pi 0.2^2) = 23.873 per square kilometre there,
    # a cell (50 m) away (1 - 1/16)^2 = 0.87890625 of it, four cells away nothing
    got = density_raster([1525.0], [2525.0], GRID, bandwidth_m=200.0, kernel="quartic")
    peak = 3 / (np.pi * 0.04)
    assert got[10, 10] == pytest.approx(peak)
    assert got[10, 11] == pytest.approx(0.87890625 * peak)
    assert got[10, 14] == pytest.approx(0, abs=1e-12)
    assert got[10, 15] == 0


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_kernels_integrate_to_one_and_have_the_variance_that_is_said(kernel):
    step = 0.01
    u = np.arange(-9, 9, step) + step / 2
    value = KERNELS[kernel].volume * shape_of(kernel, np.hypot(u[:, None], u))
    assert value.sum() * step**2 == pytest.approx(1, abs=1e-3)
    assert (value * u**2).sum() * step**2 == pytest.approx(KERNELS[kernel].variance, rel=2e-3)
    assert bandwidth_of(kernel_named(kernel), 100.0) == pytest.approx(
        100 / KERNELS[kernel].variance ** 0.5
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6), n=st.integers(1, 40), kernel=st.sampled_from(sorted(KERNELS)),
    h=st.floats(50, 600), unlike=st.booleans(),
)  # fmt: skip
def test_surface_equals_its_brute_force_twin(seed, n, kernel, h, unlike):
    x, y, w = some(n, seed)
    hs = np.random.default_rng(seed).uniform(50, 600, n) if unlike else h
    got = density_raster(x, y, GRID, bandwidth_m=hs, kernel=kernel, weight=w)
    parts = brute(x, y, w, hs, kernel)
    wanted = (parts / (integral_of(kernel) * (np.asarray(hs) / 1000) ** 2)).sum(axis=2)
    tolerance = 5e-5 if kernel == "gaussian" and not unlike else 1e-10
    assert np.abs(got - wanted).max() <= tolerance * max(wanted.max(), 1e-9)


@pytest.mark.parametrize(
    ("cells", "error"), [(1, 5e-5), (3.9, 5e-5), (10, 1e-6), (14, 1e-7), (21, 1e-8)]
)
def test_gaussians_err_by_no_more_than_is_said(cells, error):
    x, y, w = some(40, 11)
    h = 50.0 * cells
    got = density_raster(x, y, GRID, bandwidth_m=h, kernel="gaussian", weight=w)
    wanted = brute(x, y, w, h, "gaussian").sum(axis=2) / (2 * np.pi * (h / 1000) ** 2)
    assert np.abs(got - wanted).max() <= error * wanted.max()


def test_wide_rasters_do_not_make_polynomials_drift():
    # a heavy stack at one end, one record at the other, the narrowest kernel: worst for rounding
    grid = Grid(0.0, 0.0, 1.0, 3, 4000)
    x, y, w = np.array([5.3, 3990.2]), np.array([1.4, 1.7]), np.array([1e6, 1.0])
    for kernel in POLYNOMIAL:
        got = density_raster(x, y, grid, bandwidth_m=2.0, kernel=kernel, weight=w, unscaled=True)
        wanted = brute(x, y, w, 2.0, kernel, grid).sum(axis=2)
        assert np.abs(got - wanted)[:, 3000:].max() <= 1e-12
        assert (got[wanted == 0] == 0).all()


@pytest.mark.parametrize("kernel", sorted(KERNELS))
@pytest.mark.parametrize("unlike", [False, True])
def test_with_diggle_the_surface_adds_up_to_the_weight(kernel, unlike):
    inside = patchy()
    x, y, w = some(60, 3)
    column, row = ((x - 1000) // 50).astype(int), ((y - 2000) // 50).astype(int)
    here = inside[row, column] > 0
    x, y, w = x[here], y[here], w[here]
    h = np.random.default_rng(1).uniform(60, 500, len(x)) if unlike else 180.0
    got = density_raster(
        x, y, GRID, bandwidth_m=h, kernel=kernel, weight=w, inside=inside, edge="diggle"
    )
    assert (got * inside).sum() * 0.05**2 == pytest.approx(w.sum(), rel=1e-10)


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_diggle_and_uniform_equal_their_brute_force_twins(kernel):
    inside, h = patchy(1), 230.0
    x, y, w = some(25, 8)
    parts = brute(x, y, w, h, kernel)
    mass = (inside[:, :, None] * brute(x, y, 1.0, h, kernel)).sum(axis=(0, 1))
    diggle = (parts / mass).sum(axis=2) / 0.05**2
    cx, cy = np.meshgrid(1025 + 50 * np.arange(44), 2025 + 50 * np.arange(30))
    around = brute(cx.ravel(), cy.ravel(), 1.0, h, kernel).T.reshape(30, 44, 44, 30)
    far = np.hypot(*np.meshgrid(np.arange(-60, 61), np.arange(-60, 61))) * 50 / h
    share = np.einsum("ijlk,kl->ij", around, inside) / shape_of(kernel, far).sum()
    uniform = parts.sum(axis=2) / (integral_of(kernel) * (h / 1000) ** 2) / share
    for edge, wanted in (("diggle", diggle), ("uniform", uniform)):
        got = density_raster(
            x, y, GRID, bandwidth_m=h, kernel=kernel, weight=w, inside=inside, edge=edge
        )
        here = inside > 0
        assert np.abs(got - wanted)[here].max() <= 1e-4 * wanted[here].max()


@pytest.mark.parametrize("kernel", sorted(KERNELS))
def test_surface_follows_when_records_are_shuffled_moved_turned_split_and_scaled(kernel):
    square = Grid(0.0, 0.0, 50.0, 40, 40)
    x, y, w = some(50, 5, square)
    options = {"bandwidth_m": 170.0, "kernel": kernel}
    plain = density_raster(x, y, square, weight=w, **options)
    near = {"rtol": 1e-9, "atol": 1e-9 * plain.max()}

    order = np.random.default_rng(0).permutation(50)
    shuffled = density_raster(x[order], y[order], square, weight=w[order], **options)
    np.testing.assert_allclose(shuffled, plain, **near)

    moved = Grid(300_000.0, 200_000.0, 50.0, 40, 40)
    again = density_raster(x + 300_000, y + 200_000, moved, weight=w, **options)
    np.testing.assert_allclose(again, plain, rtol=1e-7, atol=1e-7 * plain.max())

    turned = density_raster(2000 - y, x, square, weight=w, **options)
    np.testing.assert_allclose(turned, np.rot90(plain, -1), **near)

    halves = [
        density_raster(x[s], y[s], square, weight=w[s], **options)
        for s in (slice(20), slice(20, None))
    ]
    np.testing.assert_allclose(halves[0] + halves[1], plain, **near)

    # twice as large in every direction: a quarter as dense
    large = Grid(0.0, 0.0, 100.0, 40, 40)
    scaled = density_raster(2 * x, 2 * y, large, weight=w, bandwidth_m=340.0, kernel=kernel)
    np.testing.assert_allclose(4 * scaled, plain, **near)

    twice = density_raster(np.tile(x, 2), np.tile(y, 2), square, **options)
    np.testing.assert_allclose(
        twice, density_raster(x, y, square, weight=np.full(50, 2.0), **options), **near
    )


@pytest.mark.parametrize("kernel", [k for k in sorted(KERNELS) if k != "gaussian"])
def test_a_far_away_record_changes_nothing_here(kernel):
    x, y, w = some(20, 2, Grid(1000.0, 2000.0, 50.0, 30, 15))
    options = {"bandwidth_m": 200.0, "kernel": kernel}
    plain = density_raster(x, y, GRID, weight=w, **options)
    with_far = density_raster([*x, 3190], [*y, 2010], GRID, weight=[*w, 1.0], **options)
    np.testing.assert_allclose(with_far[:, :35], plain[:, :35], atol=1e-10, rtol=1e-10)
    assert with_far[0, 43] > 0


def test_no_records_make_a_surface_of_zeros():
    assert (density_raster([], [], GRID, bandwidth_m=100.0) == 0).all()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"bandwidth_m": 49.0}, r"no smaller than a cell, 50 m: .* the smallest is 49 m"),
        ({"bandwidth_m": np.nan}, "no smaller than a cell, 50 m"),
        ({"bandwidth_m": 9000.0}, "no more than half of the study area's longest side, 2200 m"),
        ({"bandwidth_m": [100.0]}, "one number or one per record, 2; there are 1"),
        ({"weight": [1.0, np.nan]}, r"1 of 2 are missing, infinite or below 0, the first in place 1"),
        ({"weight": [-1.0, 1.0]}, "below 0, the first in place 0"),
        ({"weight": [1.0]}, "one number per record, 2; it has 1"),
        ({"x": [1100.0, np.nan]}, "1 of 2 do not or have no coordinates, the first in place 1"),
        ({"x": [0.0, 1100.0]}, "1 of 2 do not or have no coordinates, the first in place 0"),
        ({"kernel": "cubic"}, 'one of epanechnikov, gaussian, .* it is "cubic"'),
        ({"edge": "around"}, 'one of diggle, none, uniform; it is "around"'),
        ({"edge": "diggle"}, "must know the study area: give `inside`, 30 x 44 cells"),
        ({"grid": Grid(0.0, 0.0, 1.0, 3000, 3000)}, r"5,000,000 cells at most; .* Take cells of 2 m"),
        (
            {"edge": "uniform", "inside": np.ones((30, 44)), "bandwidth_m": [100.0, 90.0]},
            "needs one bandwidth for all records",
        ),
        ({"edge": "diggle", "inside": np.ones((30, 44)), "unscaled": True}, "no meaning for unscaled"),
        ({"edge": "diggle", "inside": np.zeros((30, 44))}, "2 of 2 have no cell of it within"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(changed, words):
    given = {"x": [1100.0, 1200.0], "y": [2100.0, 2200.0], "grid": GRID, "bandwidth_m": 100.0}
    with pytest.raises(MethodError, match=words):
        density_raster(**(given | changed))
