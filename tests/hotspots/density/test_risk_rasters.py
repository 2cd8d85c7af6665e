"""The relative risk by hand, against its brute-force twin, with planted truth, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.density.risk_rasters import _variance, risk_rasters
from csgeo.hotspots.density.surface import Grid, density_raster

GRID = Grid(0.0, 0.0, 100.0, 30, 30)


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 3000, n), rng.uniform(0, 3000, n), rng


def test_where_cases_and_others_lie_at_the_same_places_nothing_is_special():
    x, y, _ = some(50)
    risk = risk_rasters(
        np.tile(x, 3), np.tile(y, 3), np.repeat([True, False, False], 50), GRID,
        bandwidth_m=400.0, p_values="none",
    )  # fmt: skip
    assert np.abs(risk.log_ratio).max() < 1e-6
    assert np.isnan(risk.p_more).all()


def test_log_ratio_equals_its_brute_force_twin():
    x, y, rng = some(60, 1)
    case = rng.uniform(size=60) < 0.3
    centre = 100 * (np.arange(30) + 0.5)
    d2 = (centre[None, :, None] - x) ** 2 + (centre[:, None, None] - y) ** 2
    hill = np.exp(-d2 / (2 * 500.0**2))
    wanted = np.log(hill[..., case].mean(axis=-1) / hill[..., ~case].mean(axis=-1))
    got = risk_rasters(x, y, case, GRID, bandwidth_m=500.0, p_values="none").log_ratio
    assert got == pytest.approx(wanted, abs=1e-6)


def test_the_other_way_round_only_the_sign_changes():
    x, y, rng = some(60, 2)
    case = rng.uniform(size=60) < 0.5
    one, other = (
        risk_rasters(x, y, c, GRID, bandwidth_m=600.0, kernel="quartic", p_values="none").log_ratio
        for c in (case, ~case)
    )
    both = np.isfinite(one) & np.isfinite(other)
    assert 500 < both.sum() < np.isfinite(one).size
    np.testing.assert_allclose(one[both], -other[both], atol=1e-9)
    assert (np.isnan(one) == np.isnan(other)).all()


def test_planted_cases_are_found_and_their_absence_is_not():
    x, y, rng = some(600, 3)
    case = rng.uniform(size=600) < 0.2
    near = np.hypot(x - 800, y - 2200) < 350
    far = np.hypot(x - 2300, y - 700) < 350
    case = (case | near) & ~far
    risk = risk_rasters(x, y, case, GRID, bandwidth_m=200.0, replicates=99)
    assert risk.p_more[22, 8] == 0.01
    assert risk.log_ratio[22, 8] > 1
    assert risk.p_more[7, 23] > 0.95
    assert risk.p_less[7, 23] == 0.01
    assert risk.p_less[22, 8] > 0.95
    again = risk_rasters(x, y, case, GRID, bandwidth_m=200.0, replicates=99)
    np.testing.assert_array_equal(again.p_more, risk.p_more)


def test_by_chance_alone_a_twentieth_is_below_a_twentieth():
    x, y, rng = some(300, 4)
    below = [
        (
            risk_rasters(
                x, y, rng.permutation(300) < 90, GRID, bandwidth_m=250.0, replicates=39, seed=run
            ).p_more
            <= 0.05
        ).mean()
        for run in range(20)
    ]
    assert np.mean(below) == pytest.approx(0.05, abs=0.02)


def test_the_variance_is_that_of_shuffled_labels_in_a_large_sample():
    rng = np.random.default_rng(9)
    x, y = rng.uniform(0, 3000, (2, 6000))
    case = np.arange(6000) < 2000
    inside = np.ones((30, 30))
    inside[:, 15:] = 0.5 * (np.arange(30) < 15)[:, None]  # edges, and cells that are half inside
    here = inside[(y // 100).astype(int), (x // 100).astype(int)] > rng.uniform(size=6000)
    x, y, case = x[here], y[here], case[here]
    for kernel, h in (("gaussian", 150.0), ("quartic", 400.0)):
        options = {"bandwidth_m": h, "kernel": kernel, "inside": inside}
        known = inside > 0
        ratios = np.stack(
            [
                risk_rasters(x, y, rng.permutation(case), GRID, p_values="none", **options)[0][
                    known
                ]
                for _ in range(150)
            ]
        )
        density = density_raster(x, y, GRID, bandwidth_m=h, kernel=kernel)
        variance = _variance(density, inside, h / 100, kernel, GRID, case)[known]
        share = ratios.var(axis=0) / variance
        assert np.median(share) == pytest.approx(1, abs=0.1)
        assert np.quantile(share, [0.05, 0.95]) == pytest.approx(1, abs=0.35)


def test_variance_equals_its_brute_force_twin():
    x, y, rng = some(40, 12)
    case = np.arange(40) < 15
    inside = rng.uniform(size=(30, 30))
    h = 420.0
    centre = 100 * (np.arange(30) + 0.5)
    cx, cy = (v.ravel() for v in np.meshgrid(centre, centre))

    def kernel(dx, dy):
        return 3 / (np.pi * h**2) * np.maximum(1 - (dx**2 + dy**2) / h**2, 0) ** 2

    between = kernel(cx[:, None] - cx, cy[:, None] - cy) * 100**2
    far = 100 * np.arange(-5, 6)
    share = between @ inside.ravel() / (kernel(far[:, None], far).sum() * 100**2)
    square = (between**2 / 100**2) @ inside.ravel()
    pooled = kernel(cx[:, None] - x, cy[:, None] - y).sum(axis=1)
    near = pooled > 0
    wanted = (1 / 15 + 1 / 25) * square / share**2 / (np.where(near, pooled, 1) / share / 40)
    got = _variance(pooled.reshape(30, 30) * 1e6, inside, 4.2, "quartic", GRID, case)
    np.testing.assert_allclose(got.ravel()[near], wanted[near], rtol=1e-9)


def test_asymptotic_p_values_are_near_the_shuffled_ones_and_two_tails_of_one_curve():
    x, y, rng = some(3000, 3)
    case = rng.uniform(size=3000) < 0.3
    case |= np.hypot(x - 800, y - 2200) < 200
    options = {"bandwidth_m": 250.0, "inside": np.ones((30, 30))}
    one = risk_rasters(x, y, case, GRID, p_values="asymptotic", **options)
    other = risk_rasters(x, y, case, GRID, replicates=199, **options)
    assert one.p_more + one.p_less == pytest.approx(1)
    assert np.abs(one.p_more - other.p_more).mean() < 0.03
    assert one.p_more[22, 8] < 1e-4


def test_where_one_kind_is_out_of_reach_asymptotics_say_nothing():
    x, y, _ = some(60, 5)
    case = x > 1500
    risk = risk_rasters(
        x, y, case, GRID, bandwidth_m=200.0, kernel="quartic", p_values="asymptotic"
    )
    assert np.isinf(risk.log_ratio).any()
    assert np.isnan(risk.p_more[~np.isfinite(risk.log_ratio)]).all()


def test_where_no_record_is_in_reach_nothing_is_said():
    x, y, _ = some(40, 5)
    risk = risk_rasters(
        x / 2, y / 2, np.arange(40) < 20, GRID, bandwidth_m=200.0, kernel="quartic", replicates=9
    )
    assert np.isnan(risk.log_ratio[:, 20:]).all()
    assert np.isnan(risk.p_more[:, 20:]).all()


def test_progress_is_told():
    x, y, _ = some(20)
    told: list[float] = []
    risk_rasters(
        x, y, np.arange(20) < 9, GRID, bandwidth_m=300.0, replicates=4, progress=told.append
    )
    assert told == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (np.arange(20) < 1, "two cases and two others or more; there are 1 and 19"),
        (np.arange(20), "true or false for each of the 20 records; it is 20 of int64"),
        (np.arange(19) < 9, "each of the 20 records; it is 19 of bool"),
    ],
)
def test_labels_that_cannot_be_compared_are_refused(case, words):
    x, y, _ = some(20)
    with pytest.raises(MethodError, match=words):
        risk_rasters(x, y, case, GRID, bandwidth_m=300.0)


def test_choices_that_are_none_are_refused():
    x, y, _ = some(20)
    case = np.arange(20) < 9
    with pytest.raises(MethodError, match='one of asymptotic, none, permutation; it is "both"'):
        risk_rasters(x, y, case, GRID, bandwidth_m=300.0, p_values="both")
    with pytest.raises(MethodError, match="`replicates` must be 1 or more; it is 0"):
        risk_rasters(x, y, case, GRID, bandwidth_m=300.0, replicates=0)
    with pytest.raises(MethodError, match="no smaller than a cell"):
        risk_rasters(x, y, case, GRID, bandwidth_m=30.0)
