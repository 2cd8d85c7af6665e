"""Is the space-time score that of Ord and Getis, over the bins that are known?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import RecipeError, WrongValues
from csgeo.hotspots.change.space_time import space_time_getis_ord_star, touching_squares
from csgeo.hotspots.getis_ord import getis_ord_star


def _grid(rows, columns):
    row, column = np.divmod(np.arange(rows * columns), columns)
    return column, row


def _twin(x, weights, known, lag):
    """Go bin by bin through the formula, with the whole cube written out as one list."""
    places, steps = x.shape
    held = x[known]
    n, mean, deviation = len(held), held.mean(), held.std()
    z = np.full(x.shape, np.nan)
    for i in range(places):
        for t in range(steps):
            if not known[i, t]:
                continue
            w = np.zeros(x.shape)
            for back in range(lag + 1):
                if t >= back:
                    w[:, t - back] = weights[i]
            w[~known] = 0
            top = (w * np.where(known, x, 0)).sum() - mean * w.sum()
            under = deviation * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
            if under > 0:
                z[i, t] = top / under
    return z


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 3))
def test_it_agrees_with_a_twin_that_goes_bin_by_bin(seed, lag):
    chance = np.random.default_rng(seed)
    x = chance.poisson(2, (12, 5)).astype(float)
    known = chance.random((12, 5)) > 0.15
    weights = touching_squares(*_grid(3, 4)).toarray() * chance.choice([0.5, 1, 2], (12, 12))
    np.fill_diagonal(weights, 1)
    if len(np.unique(x[known])) < 2:
        return
    found = space_time_getis_ord_star(x, weights, known=known, lag=lag)
    np.testing.assert_allclose(found, _twin(x, weights, known, lag), atol=1e-9)


def test_a_hand_worked_bin():
    # two places side by side, two steps: 0 1 / 1 4; n = 4, mean 1.5, variance 9/4
    x = np.array([[0, 1], [1, 4]])
    z = space_time_getis_ord_star(x, np.ones((2, 2)))
    # the first step sees two bins: (1 - 2 * 1.5) / (1.5 * sqrt((4 * 2 - 4) / 3))
    assert z[0, 0] == pytest.approx(-2 / (1.5 * np.sqrt(4 / 3)))
    # the second sees all four: nothing to compare with
    assert np.isnan(z[:, 1]).all()
    alone = space_time_getis_ord_star(x, np.zeros((2, 2)), lag=0)
    np.testing.assert_allclose(alone, (x - 1.5) / 1.5)


def test_one_step_is_the_score_of_the_raster():
    raster = np.random.default_rng(4).poisson(3, (9, 7))
    found = space_time_getis_ord_star(raster.reshape(-1, 1), touching_squares(*_grid(9, 7)))
    plain = getis_ord_star(raster, np.ones((9, 7), dtype=bool))
    np.testing.assert_allclose(found.reshape(9, 7), plain, atol=1e-12)


def test_without_the_variance_of_the_neighbourhood_hardly_anything_would_stand_out():
    """xarray-spatial (#2767) divides the local mean's excess by the plain deviation.

    By chance alone about 5 % of bins are beyond 1.96. With the right formula they are; without the
    term the scores of 3 x 3 neighbourhoods are three times too small.
    """
    x = np.random.default_rng(0).normal(size=(60 * 60, 1))
    column, row = _grid(60, 60)
    inner = (column > 0) & (column < 59) & (row > 0) & (row < 59)
    z = space_time_getis_ord_star(x, touching_squares(column, row), lag=0)[inner, 0]
    theirs = np.array(
        [
            x[(abs(column - c) <= 1) & (abs(row - r) <= 1), 0].mean() - x.mean()
            for c, r in zip(column[inner], row[inner], strict=True)
        ]
    ) / x.std()  # fmt: skip
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.abs(theirs) > 1.96) == 0
    np.testing.assert_allclose(z / theirs, 3, rtol=0.002)


def test_shape_order_translation_and_turning_change_nothing():
    x = np.random.default_rng(5).poisson(2, (20, 6))
    column, row = _grid(4, 5)
    z = space_time_getis_ord_star(x, touching_squares(column, row))
    turned = space_time_getis_ord_star(x, touching_squares(-row + 7, column - 1000))
    order = np.random.default_rng(6).permutation(20)
    mixed = space_time_getis_ord_star(x[order], touching_squares(column[order], row[order]))
    np.testing.assert_allclose(turned, z)
    np.testing.assert_allclose(mixed, z[order])
    scaled = space_time_getis_ord_star(3.0 * x + 2, touching_squares(column, row))
    np.testing.assert_allclose(scaled, z, atol=1e-9)


def test_a_later_step_never_belongs_to_the_neighbourhood():
    x = np.array([[0.0, 0, 9, 0, 0, 0, 0, 0, 0, 0]])
    z = space_time_getis_ord_star(x, np.ones((1, 1)))[0]
    assert (np.flatnonzero(z > 1) == [2, 3]).all()


def test_touching_squares_wrap_round_no_edge():
    neighbours = touching_squares(*_grid(2, 3)).toarray()
    assert neighbours[2].tolist() == [0, 1, 1, 0, 1, 1]
    assert (neighbours == neighbours.T).all()
    assert (neighbours.diagonal() == 1).all()


@pytest.mark.parametrize(
    "values", [np.zeros((3, 4)), np.full((3, 4), 7.0), np.full((3, 4), np.nan)]
)
def test_nothing_stands_out_where_nothing_differs(values):
    assert np.isnan(space_time_getis_ord_star(values, np.eye(3))).all()


def test_a_weight_that_is_not_known_is_refused():
    weights = np.array([[1.0, np.nan], [np.inf, 1.0]])
    with pytest.raises(WrongValues, match="finite weights; 2 of 4 are not"):
        space_time_getis_ord_star(np.array([[0, 1], [2, 3]]), weights)


def test_islands_are_scored_by_themselves_against_the_whole():
    x = np.random.default_rng(9).poisson(3, (2, 12))
    z = space_time_getis_ord_star(x, touching_squares(np.array([0, 900]), np.array([0, 70])), lag=0)
    np.testing.assert_allclose(z, (x - x.mean()) / x.std())


def test_a_negative_lag_and_a_table_of_other_places_are_refused():
    with pytest.raises(RecipeError, match="Later steps cannot be looked at"):
        space_time_getis_ord_star(np.ones((2, 3)), np.eye(2), lag=-1)
    with pytest.raises(WrongValues, match="each of 2 places"):
        space_time_getis_ord_star(np.ones((2, 3)), np.eye(3))
