"""The relative risk by hand, against its brute-force twin, with planted truth, and refused."""

from __future__ import annotations

import numpy as np
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.density.relative_risk import relative_risk
from csgeo.hotspots.density.surface import Grid

GRID = Grid(0.0, 0.0, 100.0, 30, 30)


def some(n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 3000, n), rng.uniform(0, 3000, n), rng


def test_where_cases_and_others_lie_at_the_same_places_nothing_is_special():
    x, y, _ = some(50)
    risk = relative_risk(
        np.tile(x, 3), np.tile(y, 3), np.repeat([True, False, False], 50), GRID,
        bandwidth_m=400.0, replicates=0,
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
    got = relative_risk(x, y, case, GRID, bandwidth_m=500.0, replicates=0).log_ratio
    assert got == pytest.approx(wanted, abs=1e-6)


def test_the_other_way_round_only_the_sign_changes():
    x, y, rng = some(60, 2)
    case = rng.uniform(size=60) < 0.5
    one, other = (
        relative_risk(x, y, c, GRID, bandwidth_m=600.0, kernel="quartic", replicates=0).log_ratio
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
    risk = relative_risk(x, y, case, GRID, bandwidth_m=200.0, replicates=99)
    assert risk.p_more[22, 8] == 0.01
    assert risk.log_ratio[22, 8] > 1
    assert risk.p_more[7, 23] > 0.95
    again = relative_risk(x, y, case, GRID, bandwidth_m=200.0, replicates=99)
    np.testing.assert_array_equal(again.p_more, risk.p_more)


def test_by_chance_alone_a_twentieth_is_below_a_twentieth():
    x, y, rng = some(300, 4)
    below = [
        (
            relative_risk(
                x, y, rng.permutation(300) < 90, GRID, bandwidth_m=250.0, replicates=39, seed=run
            ).p_more
            <= 0.05
        ).mean()
        for run in range(20)
    ]
    assert np.mean(below) == pytest.approx(0.05, abs=0.02)


def test_where_no_record_is_in_reach_nothing_is_said():
    x, y, _ = some(40, 5)
    risk = relative_risk(
        x / 2, y / 2, np.arange(40) < 20, GRID, bandwidth_m=200.0, kernel="quartic", replicates=9
    )
    assert np.isnan(risk.log_ratio[:, 20:]).all()
    assert np.isnan(risk.p_more[:, 20:]).all()


def test_progress_is_told():
    x, y, _ = some(20)
    told: list[float] = []
    relative_risk(
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
        relative_risk(x, y, case, GRID, bandwidth_m=300.0)
