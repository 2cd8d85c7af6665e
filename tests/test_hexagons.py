"""Which hexagon of the one fixed honeycomb does a point lie in?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import RecipeError, WrongValues
from csgeo.hexagons import hexagon_at, hexagon_centre, hexagon_polygon, hexagons
from csgeo.tables import CELLS

metres = st.floats(-1e6, 1e6, allow_nan=False)


def area_of(shape: shapely.Geometry) -> gpd.GeoDataFrame:
    index = pd.Index(["A"], name="area_id")
    return gpd.GeoDataFrame(
        {"name": "Here", "level": "district"}, index=index, geometry=[shape], crs=27700
    )


def test_the_first_hexagon_is_200_m_across_and_its_six_neighbours_touch_it():
    middle = hexagon_polygon(["h200mQ0R0"])[0]
    assert middle.bounds[2] - middle.bounds[0] == pytest.approx(200)
    assert middle.area == pytest.approx(np.sqrt(3) / 2 * 200**2)
    around = hexagon_polygon(
        [f"h200mQ{q}R{r}" for q, r in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1)]]
    )
    shared = shapely.length(shapely.intersection(middle, around))
    assert shared == pytest.approx(200 / np.sqrt(3))


@settings(deadline=None)
@given(x=metres, y=metres, across_m=st.sampled_from([50, 200, 1000]))
def test_a_point_lies_in_the_hexagon_that_it_is_given(x, y, across_m):
    ids = hexagon_at([x], [y], across_m=across_m)
    shape = hexagon_polygon(ids)[0]
    assert shapely.distance(shape, shapely.Point(x, y)) < 1e-6
    centre_x, centre_y, found_m = hexagon_centre(ids)
    assert found_m == across_m
    assert hexagon_at(centre_x, centre_y, across_m=across_m).tolist() == ids.tolist()


def test_hexagons_cover_the_area_once():
    area = area_of(shapely.box(-700, -350, 900, 450))
    cells = hexagons(area, across_m=200)
    assert CELLS.check(cells, "cells") is cells
    shares = shapely.area(shapely.intersection(cells.geometry.to_numpy(), area.geometry.iloc[0]))
    assert shares.sum() == pytest.approx(area.geometry.iloc[0].area)
    assert (shares > 0).all()


def test_a_hexagon_that_only_touches_the_area_is_not_among_them():
    shape = hexagon_polygon(["h200mQ3R-2"])[0]
    assert hexagons(area_of(shape), across_m=200).index.tolist() == ["h200mQ3R-2"]


def test_sizes_and_ids_that_cannot_be_are_refused():
    with pytest.raises(RecipeError, match="whole number of metres from 10 to 10,000; it is 5"):
        hexagon_at([0], [0], across_m=5)
    with pytest.raises(
        WrongValues, match="must read like 'h200mQ12R-7'; 1 are not, such as '125mE0N0'"
    ):
        hexagon_centre(["125mE0N0"])
    with pytest.raises(WrongValues, match="1 of 1 have not"):
        hexagon_at([np.inf], [0], across_m=200)
