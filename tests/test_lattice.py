"""Which cell of the fixed national lattice does a point lie in?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import EmptyTable, RecipeError, WrongGeometry, WrongValues
from csgeo.lattice import (
    SIDES_M,
    cell_at,
    cell_corner,
    cell_polygon,
    children,
    parent,
    raster_meeting,
    squares,
)
from csgeo.tables import CELLS

sides = st.sampled_from(SIDES_M)
metres = st.floats(-3e6, 3e6, allow_nan=False) | st.integers(-20_000, 20_000).map(
    lambda k: k * 125.0
)


def area_of(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    index = pd.Index([f"A{k}" for k in range(len(shapes))], name="area_id")
    return gpd.GeoDataFrame(
        {"name": "Here", "level": "district"}, index=index, geometry=list(shapes), crs=27700
    )


def test_a_point_on_an_edge_belongs_to_the_cell_to_its_north_and_east():
    x = [375250.0, 375374.999, 375375.0, 375250.0, -0.001]
    y = [164250.0, 164374.999, 164250.0, 164375.0, -125.0]
    assert cell_at(x, y, cell_m=125).tolist() == [
        "125mE375250N164250",
        "125mE375250N164250",
        "125mE375375N164250",
        "125mE375250N164375",
        "125mE-125N-125",
    ]


def test_a_point_a_hair_below_an_edge_stays_below_it():
    below = np.nextafter(375000.0, 0)
    assert cell_at([below], [below], cell_m=125).tolist() == ["125mE374875N374875"]


@settings(deadline=None)
@given(x=metres, y=metres, cell_m=sides)
def test_each_point_lies_in_exactly_one_cell_and_the_id_leads_back(x, y, cell_m):
    ids = cell_at([x], [y], cell_m=cell_m)
    corner = cell_corner(ids)
    assert corner.cell_m == cell_m
    assert corner.x[0] <= x < corner.x[0] + cell_m
    assert corner.y[0] <= y < corner.y[0] + cell_m
    assert cell_at(corner.x, corner.y, cell_m=cell_m).tolist() == ids.tolist()


@settings(deadline=None)
@given(x=metres, y=metres, cell_m=sides, parent_m=sides)
def test_the_parent_of_a_points_cell_is_the_points_larger_cell(x, y, cell_m, parent_m):
    if parent_m < cell_m:
        with pytest.raises(RecipeError, match="at least as large as its cells"):
            parent(cell_at([x], [y], cell_m=cell_m), cell_m=parent_m)
    else:
        found = parent(cell_at([x], [y], cell_m=cell_m), cell_m=parent_m)
        assert found.tolist() == cell_at([x], [y], cell_m=parent_m).tolist()


@settings(deadline=None)
@given(x=metres, y=metres, cell_m=st.sampled_from(SIDES_M[:-1]))
def test_four_children_tile_their_parent(x, y, cell_m):
    (whole,) = cell_at([x], [y], cell_m=cell_m * 2)
    four = children(whole, cell_m=cell_m)
    assert len(set(four)) == 4
    assert set(parent(four, cell_m=cell_m * 2)) == {whole}
    assert shapely.equals(shapely.union_all(cell_polygon(four)), cell_polygon([whole])[0])


def test_children_of_a_larger_side_are_refused():
    with pytest.raises(RecipeError, match="250 m is above 125 m"):
        children("125mE0N0", cell_m=250)


def test_squares_are_those_that_share_surface_with_the_area():
    # a triangle over the lower left half of 2 x 2 cells: its long side runs through two cells'
    # diagonals and touches the fourth cell in its corner only
    cells = squares(area_of(shapely.Polygon([(0, 0), (500, 0), (0, 500)])), cell_m=250)
    assert cells.index.tolist() == ["250mE0N0", "250mE250N0", "250mE0N250"]
    assert CELLS.check(cells, "cells") is cells
    assert cells.crs == "EPSG:27700"


def test_cells_that_touch_the_area_along_an_edge_do_not_meet_it():
    assert squares(area_of(shapely.box(250, 250, 500, 500)), cell_m=250).index.tolist() == [
        "250mE250N250"
    ]


def test_a_sliver_of_a_millimetre_still_meets_its_cell():
    cells = squares(area_of(shapely.box(0, 0, 250.001, 250)), cell_m=250)
    assert cells.index.tolist() == ["250mE0N0", "250mE250N0"]


corners = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000))


@settings(deadline=None)
@given(
    points=st.lists(corners, min_size=3, max_size=8, unique=True),
    cell_m=st.sampled_from([125, 250]),
)
def test_squares_agree_with_asking_each_cell(points, cell_m):
    hull = shapely.convex_hull(shapely.MultiPoint(points))
    if hull.geom_type != "Polygon":
        return
    west, south, east, north = (int(v // cell_m) for v in hull.bounds)
    every = [
        shapely.box(c * cell_m, r * cell_m, (c + 1) * cell_m, (r + 1) * cell_m)
        for r in range(south - 1, north + 2)
        for c in range(west - 1, east + 2)
    ]
    wanted = sum(hull.intersects(s) and not hull.touches(s) for s in every)
    cells = squares(area_of(hull), cell_m=cell_m)
    assert len(cells) == wanted
    assert shapely.covers(shapely.buffer(cells.union_all(), 1e-6), hull)


def test_areas_of_several_rows_and_holes_are_one_ground():
    ring = shapely.box(0, 0, 1000, 1000) - shapely.box(250, 250, 750, 750)
    cells = squares(area_of(ring, shapely.box(750, 0, 1250, 250)), cell_m=250)
    assert len(cells) == 12 + 1
    assert "250mE250N250" not in cells.index


def test_the_raster_is_no_larger_than_the_area_and_knows_what_lies_wholly_inside():
    # edges along the lattice do not count as inside: a cell is whole where it lies off the outline
    raster = raster_meeting(
        area_of(shapely.box(-400, -250, 0, -125), shapely.box(-130, -260, -60, -20)), cell_m=125
    )
    assert (raster.west, raster.south) == (-4, -3)
    assert raster.mask.tolist() == [
        [False, False, True, True],
        [True, True, True, True],
        [False, False, True, True],
    ]
    assert raster.whole.tolist() == [[False] * 4, [False] * 4, [False] * 4]
    whole = raster_meeting(area_of(shapely.box(-1, -1, 251, 126)), cell_m=125).whole
    assert whole.astype(int).tolist() == [[0] * 4, [0, 1, 1, 0], [0] * 4]


@pytest.mark.parametrize("cell_m", [130, 0, 8000])
def test_a_side_that_does_not_nest_is_refused(cell_m):
    with pytest.raises(
        RecipeError, match=rf"must be one of 125, 250, .* \(metres\); it is {cell_m}"
    ):
        squares(area_of(shapely.box(0, 0, 1, 1)), cell_m=cell_m)


def test_points_without_coordinates_are_refused():
    with pytest.raises(WrongValues, match=r"1 of 3 have not \(the first is number 2\)"):
        cell_at([0, np.nan, 5], [0, 0, 0], cell_m=125)
    with pytest.raises(WrongValues, match="2 of 2 have not"):
        cell_at([1e308, np.inf], [0, 0], cell_m=125)


@pytest.mark.parametrize("strange", ["125mE1N0", "E0N0", "h200mQ0R0", ""])
def test_an_id_of_another_kind_is_refused(strange):
    with pytest.raises(WrongValues, match="Cell ids must"):
        cell_corner([strange])


def test_no_area_and_an_area_without_surface_are_refused():
    with pytest.raises(EmptyTable, match="`area` must have at least one row"):
        squares(area_of(shapely.box(0, 0, 1, 1)).iloc[:0])
    with pytest.raises(
        WrongGeometry, match=r"`area` must cover some ground; its 1 rows \(the first is 'A0'\)"
    ):
        squares(area_of(shapely.Polygon([(0, 0), (5, 5), (0, 0)])))
