"""Rules for the bandwidth against R's printed values, by hand, and refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.density.cross_validation import Window, cronie_van_lieshout, likelihood
from csgeo.hotspots.density.mean_square import diggle
from csgeo.hotspots.density.spreads import (
    nearest,
    nearest_distances,
    normal_reference,
    scott,
    silverman,
)


@pytest.fixture
def redwood(open_data):
    table = pd.read_csv(open_data / "oracles" / "redwood.csv")
    return table["x"].to_numpy(), table["y"].to_numpy()


#: The sixteen spreads that spatstat looks at: from the least distance to half of the diameter.
SIXTEEN = np.geomspace(0.02, 2**0.5 / 2, 16)
SQUARE = Window(np.ones((128, 128)), 0.0, -1.0, 1 / 128)


def test_scott_is_as_worked_by_hand():
    # sd of 0, 2, 4 is 2; 3^(-1/6) = 0.832683
    got = scott([0, 2, 4], [0, 20, 40])
    assert got.x == pytest.approx(2 * 3 ** (-1 / 6))
    assert got.y == pytest.approx(20 * 3 ** (-1 / 6))
    assert got.one == pytest.approx(40**0.5 * 3 ** (-1 / 6))


@pytest.mark.open_data
def test_scott_meets_spatstat_on_redwood(redwood):
    assert scott(*redwood) == pytest.approx((0.1362021373769, 0.1378626407217), abs=1e-12)


@pytest.mark.open_data
def test_cronie_van_lieshout_meets_spatstat_on_redwood_and_does_better(redwood):
    # spatstat answers with one of sixteen spreads; the equation's own root lies beside it
    assert cronie_van_lieshout(*redwood, area_m2=1.0, candidates=SIXTEEN) == pytest.approx(
        0.1339284, abs=5e-8
    )
    root = cronie_van_lieshout(*redwood, area_m2=1.0)
    assert SIXTEEN[8] < root < SIXTEEN[9]
    x, y = redwood
    d2 = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    density = (np.exp(-d2 / (2 * root**2)) / (2 * np.pi * root**2)).sum(axis=1)
    assert (1 / density).sum() == pytest.approx(1.0, abs=1e-6)


@pytest.mark.open_data
def test_likelihood_meets_spatstat_on_redwood_and_does_better(redwood):
    assert likelihood(*redwood, window=SQUARE, candidates=SIXTEEN) == pytest.approx(
        0.04080571546737, abs=1e-13
    )
    best = likelihood(*redwood, window=SQUARE)
    assert SIXTEEN[3] < best < SIXTEEN[4]
    for other in (0.97 * best, 1.03 * best):
        assert likelihood(*redwood, window=SQUARE, candidates=[other, best]) == best


@pytest.mark.open_data
def test_diggle_meets_spatstat_on_redwood(redwood):
    assert diggle(*redwood, window=SQUARE) == pytest.approx(0.02250489236791, abs=1e-13)


def test_diggle_equals_its_brute_force_twin_and_sees_stacks():
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0, 2, 60), rng.uniform(0, 1, 60)
    x[:20], y[:20] = x[:20] / 10 + 0.5, y[:20] / 10 + 0.5
    x, y = np.append(x, x[30:55]), np.append(y, y[30:55])  # 25 stacks of two
    n, off = 85, ~np.eye(85, dtype=bool)
    dx, dy = np.abs(x[:, None] - x)[off], np.abs(y[:, None] - y)[off]
    d, weight = np.hypot(dx, dy), 2 / ((2 - dx) * (1 - dy)) * 2 / (n * (n - 1))

    def error(h):
        u = np.minimum(d / (2 * h), 1)
        lens = 2 * h * h * (np.arccos(u) - u * np.sqrt(1 - u * u))
        k = weight[d <= h].sum()
        return (2 / n - 2 * k) / (np.pi * h**2) + (weight * lens).sum() / (np.pi * h**2) ** 2

    radii = 0.25 * np.arange(1, 256) / 511
    wanted = radii[np.argmin([error(h) for h in radii])] / 2
    window = Window(np.ones((50, 100)), 0.0, 0.0, 0.02)
    assert diggle(x, y, window=window) == pytest.approx(wanted, rel=1e-12)
    order = rng.permutation(n)
    turned = Window(np.ones((100, 50)), 0.0, 0.0, 0.02)
    assert diggle(1 - y[order], x[order], window=turned) == pytest.approx(wanted, rel=1e-12)
    far = Window(np.ones((50, 100)), 4e5, 1e5, 20.0)
    assert diggle(1000 * x + 4e5, 1000 * y + 1e5, window=far) == pytest.approx(1000 * wanted)


@pytest.mark.open_data
def test_normal_reference_meets_r_and_the_eastings_alone_are_not_the_mean(open_data):
    # sfhotspot says 8,877 m, the easting's rule; the mean of both, which it means, is 9,372 m
    robberies = gpd.read_file(open_data / "oracles" / "memphis_robberies_jan.gpkg").to_crs(32615)
    got = normal_reference(robberies.geometry.x, robberies.geometry.y)
    assert got == pytest.approx((8876.67, 9867.45), abs=5e-3)
    assert (got.x + got.y) / 2 == pytest.approx(9372.06, abs=5e-3)


def test_silverman_is_scott_that_a_distant_record_does_not_widen():
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 100, 400), rng.normal(0, 100, 400)
    assert silverman(x, y).one == pytest.approx(scott(x, y).one, rel=0.1)
    x[0] = 1e5
    assert silverman(x, y).one < 1.1 * 100 * 400 ** (-1 / 6) < scott(x, y).one


def test_silverman_takes_the_standard_deviation_where_the_quartiles_are_one():
    x, y = np.array([0.0] * 9 + [10]), np.array([0.0] * 9 + [10])
    assert silverman(x, y) == scott(x, y)


def test_nearest_is_as_worked_by_hand():
    # on a line of 0, 3, 4: the second nearest are 4, 3 and 4 away
    assert nearest_distances([0, 3, 4], [0, 0, 1e-9], k=2) == pytest.approx([4, 3, 4])
    assert nearest([0, 3, 4], [0, 0, 1e-9], k=2) == pytest.approx(11 / 3)


def test_rules_scale_with_the_unit_and_do_not_mind_order_or_place():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 1, 40), rng.uniform(0, 1, 40)
    order = rng.permutation(40)
    window = Window(np.ones((40, 40)), 0.0, 0.0, 1 / 40)
    moved = Window(np.ones((40, 40)), 5e5, 2e5, 1000 / 40)
    far = 1000 * x[order] + 5e5, 1000 * y[order] + 2e5
    for rule in (lambda x, y: scott(x, y).one, lambda x, y: silverman(x, y).one, nearest):
        assert rule(*far) == pytest.approx(1000 * rule(x, y), rel=1e-9)
    here, there = cronie_van_lieshout(x, y, area_m2=1.0), cronie_van_lieshout(*far, area_m2=1e6)
    assert there == pytest.approx(1000 * here, rel=1e-6)
    assert likelihood(*far, window=moved) == pytest.approx(
        1000 * likelihood(x, y, window=window), rel=1e-4
    )


def test_likelihood_equals_its_brute_force_twin_at_the_edge():
    rng = np.random.default_rng(6)
    x, y = rng.uniform(0, 1, 25), rng.uniform(0, 1, 25)
    from scipy.stats import norm

    def criterion(sd):
        d2 = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
        pairs = np.exp(-d2 / (2 * sd**2)) / (2 * np.pi * sd**2)
        np.fill_diagonal(pairs, 0)

        def mass(at):
            return norm.cdf((1 - at) / sd) - norm.cdf(-at / sd)

        u = (np.arange(400) + 0.5) / 400
        surface = norm.pdf(u[:, None], y, sd) @ norm.pdf(u[:, None], x, sd).T
        surface /= mass(u)[:, None] * mass(u)
        return np.log(pairs.sum(axis=1) / (mass(x) * mass(y))).sum() - surface.mean()

    looks = np.geomspace(0.05, 0.5, 60)
    wanted = looks[np.argmax([criterion(sd) for sd in looks])]
    window = Window(np.ones((128, 128)), 0.0, 0.0, 1 / 128)
    assert likelihood(x, y, window=window, candidates=looks) == wanted


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: scott([1.0], [1.0]), "Scott's rule needs 2 records or more; there are 1"),
        (lambda: silverman([1, 1], [2, 2]), "all 2 lie at one place or on one line"),
        (lambda: scott([1, np.nan], [2, 2]), "1 of 2 are not, the first in place 1"),
        (lambda: nearest_distances([1, 2], [1, 2], k=2), "needs 3 records or more; there are 2"),
        (lambda: nearest_distances([1, 2], [1, 2], k=0), "`k` must be 1 or more; it is 0"),
        (lambda: nearest([1, 1, 2, 2], [1, 1, 2, 2], k=1), "1 others at its own place"),
        (
            lambda: likelihood([0.1, 0.1, 0.9, 0.9], [-0.5, -0.5, -0.1, -0.1], window=SQUARE),
            "no answer where no record stands alone: each of the 2 places",
        ),
        (
            lambda: diggle([0.1, 0.1, 0.9, 0.9], [-0.5, -0.5, -0.1, -0.1], window=SQUARE),
            "an average record has another at its own place: .* 2 places hold 4 records",
        ),
        (lambda: diggle([0.5], [-0.5], window=SQUARE), "needs 2 records or more; there are 1"),
        (
            lambda: cronie_van_lieshout(np.arange(20_001), np.arange(20_001), area_m2=1.0),
            "takes 20,000 at most; there are 20,001",
        ),
    ],
)
def test_what_a_rule_cannot_answer_is_refused(ask, words):
    with pytest.raises(MethodError, match=words):
        ask()
