"""Which compact, separate places does a surface of scores hold?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import RecipeError
from csgeo.hotspots.cutting import compact_windows, separate_windows, window_sites, window_sums


def sizes(cell_m, most_km2):
    return sorted(len(s) for s in compact_windows(cell_m=cell_m, most_km2=most_km2).shapes)


def test_windows_are_discs_between_250_m_square_and_a_quarter_square_kilometre():
    assert sizes(125, 0.25) == [4, 5, 6, 6, 8, 8, 9, 12, 12, 12, 13, 16, 16, 16]
    assert sizes(250, 0.25) == [1, 2, 2, 4]
    assert sizes(500, 0.25) == [1]
    assert sizes(125, 0.05) == [1, 2, 2]  # no disc has exactly 3 cells


def test_windows_reach_equally_far_to_both_sides():
    for shape in compact_windows(cell_m=125, most_km2=0.25).shapes:
        middle = np.mean(shape, axis=0)
        mirrored = {tuple(2 * middle - step) for step in shape}
        assert mirrored == set(shape)


def test_a_place_smaller_than_a_cell_is_refused():
    with pytest.raises(RecipeError, match=r"a cell of 500 m has 0.25 km2 .* may have 0.1 km2"):
        compact_windows(cell_m=500, most_km2=0.1)


def test_sums_of_a_hand_worked_raster():
    raster = np.array([[1, 2], [3, 4]])
    sites = window_sites(np.ones((2, 2), bool), compact_windows(cell_m=250, most_km2=0.25))
    sums = window_sums(raster, sites)
    at = {tuple(np.divmod(a, sites.width)): k for k, a in enumerate(sites.anchors)}
    reach = sites.windows.reach
    first = at[reach, reach]
    # one cell; four cells with the anchor as their lower left; two upwards; two to the right
    shapes = [sorted(s) for s in sites.windows.shapes]
    assert sums[shapes.index([(0, 0)]), first] == 1
    assert sums[shapes.index([(0, 0), (0, 1), (1, 0), (1, 1)]), first] == 10
    assert sums[shapes.index([(0, 0), (1, 0)]), first] == 4
    assert sums[shapes.index([(0, 0), (0, 1)]), first] == 3


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), rows=st.integers(1, 14), columns=st.integers(1, 14))
def test_places_are_inside_compact_and_keep_a_free_ring(seed, rows, columns):
    chance = np.random.default_rng(seed)
    mask = chance.random((rows, columns)) < 0.8
    counts = np.where(mask, chance.integers(0, 4, (rows, columns)), 0)
    windows = compact_windows(cell_m=125, most_km2=0.25)
    sites = window_sites(counts > 0, windows)
    found = list(separate_windows(window_sums(counts, sites).astype(float), mask, sites))
    taken = np.zeros((rows + 2, columns + 2), bool)
    last = np.inf
    for window in found:
        assert window.score <= last
        last = window.score
        assert mask.ravel()[window.cells].all()
        assert 1 <= len(window.cells) <= 16
        assert window.centre in window.cells
        assert window.score == counts.ravel()[window.cells].sum()
        row, column = np.divmod(window.cells, columns)
        assert np.ptp(row) <= 4
        assert np.ptp(column) <= 4
        for r, c in zip(row, column, strict=True):
            assert not taken[r : r + 3, c : c + 3].any()
        taken[row + 1, column + 1] = True
    assert bool(found) == bool(counts.any())


def test_of_equal_places_the_smaller_then_the_southernmost_comes_first():
    counts = np.zeros((9, 9), int)
    counts[1, 1] = counts[7, 7] = 5
    sites = window_sites(counts > 0, compact_windows(cell_m=125, most_km2=0.25))
    first, second = separate_windows(
        window_sums(counts, sites).astype(float), np.ones((9, 9), bool), sites
    )
    assert len(first.cells) == len(second.cells) == 4
    assert first.cells.max() < second.cells.min()
