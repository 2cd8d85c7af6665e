"""Where does harm gather more than the average of the study area would have it?"""

import json

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p


def everywhere(values):
    return np.ones(np.shape(values), bool)


def test_a_hand_worked_row_of_three():
    # counts 0, 0, 3: mean 1, deviation sqrt(2)
    # first sees two:  (0 - 1*2) / (sqrt(2) * sqrt((3*2 - 4) / 2)) = -sqrt(2)
    # second sees all: nothing to compare with
    # third sees two:  (3 - 1*2) / sqrt(2) = 1 / sqrt(2)
    z = getis_ord_star(np.array([[0, 0, 3]]), everywhere([[0, 0, 3]]))
    assert z[0].tolist() == pytest.approx([-(2**0.5), np.nan, 2**-0.5], nan_ok=True)


def by_the_formula(values, mask):
    """Ord and Getis (1995), cell by cell."""
    inside = values[mask].astype(float)
    n, mean = len(inside), inside.mean()
    deviation = np.sqrt((inside**2).mean() - mean**2)
    z = np.full(values.shape, np.nan)
    for r, c in zip(*np.nonzero(mask), strict=True):
        near = np.zeros_like(mask)
        near[max(r - 1, 0) : r + 2, max(c - 1, 0) : c + 2] = True
        near &= mask
        w = near.sum()
        under = deviation * np.sqrt((n * w - w**2) / (n - 1))
        if under > 0:
            z[r, c] = (values[near].sum() - mean * w) / under
    return z


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 9), columns=st.integers(2, 9))
def test_convolution_agrees_with_the_formula_and_honours_the_mask(seed, rows, columns):
    rng = np.random.default_rng(seed)
    values = rng.poisson(2, (rows, columns))
    mask = rng.random((rows, columns)) < 0.8
    if mask.sum() < 2 or np.ptp(values[mask]) == 0:
        return
    wild = np.where(mask, values, 999)  # what lies outside must not matter
    np.testing.assert_allclose(getis_ord_star(wild, mask), by_the_formula(values, mask), atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(added=st.integers(1, 50), seed=st.integers(0, 1000))
def test_scores_do_not_move_when_every_cell_gains_the_same(added, seed):
    values = np.random.default_rng(seed).poisson(1, (8, 9))
    values[0, 0] += 1
    plain = getis_ord_star(values, everywhere(values))
    np.testing.assert_allclose(getis_ord_star(values + added, everywhere(values)), plain, atol=1e-9)


def test_nothing_stands_out_when_all_counts_are_equal():
    for values in (np.zeros((4, 4), int), np.full((4, 4), 7)):
        assert np.isnan(getis_ord_star(values, everywhere(values))).all()
    assert np.isnan(getis_ord_star(np.array([[5]]), np.array([[True]]))).all()


def test_p_values_are_those_of_the_normal_curve():
    p = one_sided_p(np.array([0.0, 1.959963984540054, -1.959963984540054, np.nan]))
    assert p.tolist() == pytest.approx([0.5, 0.025, 0.975, np.nan], nan_ok=True)


def test_scores_are_those_of_esda():
    import esda
    from libpysal.graph import Graph

    rng = np.random.default_rng(11)
    values = rng.poisson(2, (12, 15))
    row, column = np.divmod(np.arange(180), 15)
    near = (abs(row[:, None] - row) <= 1) & (abs(column[:, None] - column) <= 1)
    np.fill_diagonal(near, val=False)
    focal, neighbour = np.nonzero(near)
    graph = Graph.from_arrays(focal, neighbour, np.ones(len(focal)))
    theirs = esda.G_Local(values.ravel(), graph, transform="B", star=True, permutations=0).Zs
    np.testing.assert_allclose(
        getis_ord_star(values, everywhere(values)).ravel(), theirs, atol=1e-9
    )


def test_the_six_points_of_esda():
    # methods.md O6: 6 points, neighbours within 15, Gi* B. Two rows of a lattice hold the same
    # neighbourhoods: checked here through the score itself
    from csgeo.hotspots.getis_ord import score_sums

    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], float)
    values = np.array([2, 3, 3.2, 5, 8, 7])
    near = np.hypot(*(points[:, None] - points).T).T <= 15
    z = score_sums(near @ values, near.sum(axis=1).astype(float), values)
    assert z.tolist() == pytest.approx(
        [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331], abs=1e-8
    )


@pytest.mark.open_data
def test_columbus_is_as_spdep_has_it(open_data):
    from csgeo.hotspots.getis_ord import score_sums

    reference = json.loads((open_data / "oracles" / "reference_spdep.json").read_text())["columbus"]
    shapes = gpd.read_file(open_data / "oracles" / "columbus.gpkg")
    order = shapes.set_index("POLYID").loc[reference["polyid"]]
    near = np.array([[a.intersects(b) for b in order.geometry] for a in order.geometry])
    values = order["CRIME"].to_numpy(float)
    z = score_sums(near @ values, near.sum(axis=1).astype(float), values)
    assert z.tolist() == pytest.approx(reference["localGstar_selfB"], abs=1e-6)
