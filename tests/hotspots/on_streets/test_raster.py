"""Does the surface of the cells hold what the streets in them hold?"""

from __future__ import annotations

import numpy as np
import pytest

from csgeo.errors import MethodError, WrongCRS
from csgeo.hotspots.counting import lay_field
from csgeo.hotspots.on_streets.raster import lay_streets_on_cells, street_scores
from csgeo.streets import street_network


def test_the_cells_add_up_to_the_records_placed(town_grid, area_of):
    field = lay_field(area_of(1250, 1250, west=-250, south=-250), cell_m=125)
    cells = lay_streets_on_cells(town_grid, field, bandwidth_m=150)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-100, 600, 80), rng.uniform(-100, 500, 80)
    surface, words = street_scores(np.r_[x, np.nan, 9000], np.r_[y, np.nan, 0], cells)
    assert surface.shape == field.mask.shape
    assert surface.dtype == np.float64
    assert surface.sum() == pytest.approx(80, abs=1e-10)
    assert words.startswith("80 of 82 records lie within 50 m")
    assert "outside the study area" not in words


def test_each_cell_holds_the_share_of_the_kernel_that_runs_through_it(streets_of, area_of):
    # one street along the middle of a row of cells, a record where two cells meet
    network = street_network(streets_of([(0, 60), (1250, 60)]))
    field = lay_field(area_of(1250, 250), cell_m=125)
    cells = lay_streets_on_cells(network, field, bandwidth_m=250, kernel="uniform")
    surface, _ = street_scores([500], [60], cells)
    assert surface[0].tolist() == pytest.approx([0, 0, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0])
    assert surface[1].sum() == 0


def test_crooked_streets_are_cut_at_every_edge_and_corner(streets_of, area_of):
    lines = [
        [(10, 10), (125, 125), (240, 60), (400, 300), (30, 340), (30, 130)],
        [(30, 340), (499, 499)],
    ]
    network = street_network(streets_of(*lines))
    field = lay_field(area_of(500, 500), cell_m=125)
    cells = lay_streets_on_cells(network, field, bandwidth_m=100)
    from csgeo.hotspots.cell_weights import street_length

    length = np.bincount(cells.cell, weights=cells.parts.length_m, minlength=16).reshape(4, 4)
    assert length == pytest.approx(street_length(streets_of(*lines), field), abs=1e-9)


def test_what_lies_outside_the_area_is_said(town_grid, area_of):
    field = lay_field(area_of(250, 250), cell_m=125)
    cells = lay_streets_on_cells(town_grid, field)
    surface, words = street_scores([200, 240], [200, 240], cells)
    assert 0 < surface.sum() < 2
    assert words.endswith(
        f"{1 - surface.sum() / 2:.1%} of it lies on streets outside the study area."
    )


def test_hot_streets_hold_the_records_beyond_the_expectation(town_grid, area_of, incidents_at):
    from csgeo.hotspots.on_streets.hot_segments import hot_segments

    field = lay_field(area_of(1250, 1250, west=-250, south=-250), cell_m=125)
    cells = lay_streets_on_cells(town_grid, field, surface="hot_streets", bandwidth_m=400)
    rng = np.random.default_rng(4)
    x = np.r_[rng.uniform(-100, 600, 60), np.full(30, 260.0)]
    y = np.r_[rng.choice(np.arange(0, 500, 100), 60), np.full(30, 200.0)]
    surface, words = street_scores(x, y, cells)
    table = hot_segments(incidents_at(x, y), town_grid, surroundings_m=400).stretches
    hot = table[table["hot"]]
    assert len(hot) == 1
    assert surface.sum() == pytest.approx((hot["incidents"] - hot["expected"]).sum())
    assert np.count_nonzero(surface) <= 2
    peak = field.position([260], [200])[0]
    assert surface.ravel()[peak] > 0
    assert "1 of 71 stretches are hot" in words


def test_a_surface_can_be_made_again_with_other_records(town_grid, area_of):
    field = lay_field(area_of(750, 625, west=-125, south=-125), cell_m=125)
    cells = lay_streets_on_cells(town_grid, field)
    first, _ = street_scores([100], [100], cells)
    street_scores([300], [300], cells)
    again, _ = street_scores([100], [100], cells)
    assert (first == again).all()


def test_a_surface_refuses_what_it_cannot_use(town_grid, streets_of, area_of):
    field = lay_field(area_of(250, 250), cell_m=125)
    with pytest.raises(MethodError, match="`surface` must be one of network_density, hot_streets"):
        lay_streets_on_cells(town_grid, field, surface="streets")
    with pytest.raises(WrongCRS, match="`network` must be in the system of `field`"):
        lay_streets_on_cells(street_network(streets_of([(0, 0), (90, 0)]).to_crs(32630)), field)
    far = street_network(streets_of([(9000, 0), (9900, 0)]))
    with pytest.raises(MethodError, match="none of the 1 pieces does"):
        lay_streets_on_cells(far, field)
    cells = lay_streets_on_cells(town_grid, field)
    with pytest.raises(MethodError, match="At least one record must lie within 50 m"):
        street_scores([9000], [0], cells)
