"""How much of what harm is measured against lies in each cell?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import (
    MethodError,
    MissingColumns,
    TableError,
    WrongCRS,
    WrongGeometry,
    WrongValues,
)
from csgeo.hotspots.adaptive_cells import adaptive_cells
from csgeo.hotspots.rates.exposure import (
    by_cell,
    expected_by_exposure,
    exposure_in_cells,
    lay_exposure,
)
from csgeo.hotspots.sharing_out import FLOOR_SHARE


def table_of(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=27700)


def schools(*pupils):
    shapes = shapely.points([(10, 10), (20, 10), (130, 10), (900, 900)])
    return table_of(shapes, pupils=list(pupils))


def test_points_are_counted_or_their_amounts_summed(field_of):
    field = field_of(2, 2)
    found = exposure_in_cells(schools(100, 50, 30, 7), field, column="pupils")
    assert found.raster.tolist() == [[150, 30], [0, 0]]
    assert (found.inside, found.outside) == (180, 7)
    counted = exposure_in_cells(schools(1, 1, 1, 1), field)
    assert counted.raster.tolist() == [[2, 1], [0, 0]]
    assert by_cell(found.raster, field).to_dict() == {
        "125mE0N0": 150, "125mE125N0": 30, "125mE0N125": 0, "125mE125N125": 0,
    }  # fmt: skip


def test_areas_and_cells_are_spread_by_surface(field_of):
    field = field_of(2, 2)
    areas = table_of(
        [shapely.box(0, 0, 250, 125), shapely.box(125, 125, 375, 250)], people=[40, 10]
    )
    found = exposure_in_cells(areas, field, column="people")
    np.testing.assert_allclose(found.raster, [[20, 20], [0, 5]])
    assert (found.inside, found.outside) == pytest.approx((45, 5))
    parts = shapely.MultiPolygon([shapely.box(0, 0, 125, 125), shapely.box(125, 125, 250, 250)])
    found = exposure_in_cells(table_of([parts], people=[8]), field, column="people")
    np.testing.assert_allclose(found.raster, [[4, 0], [0, 4]])


def test_streets_are_measured(field_of):
    line = shapely.LineString([(0, 10), (200, 10), (200, 400)])
    streets = table_of([line], name=["x"], kind=["street"], length_m=[590.0])
    streets.index = pd.Index(["S"], name="street_id")
    found = exposure_in_cells(streets, field_of(2, 2))
    np.testing.assert_allclose(found.raster, [[125, 75 + 115], [0, 125]])
    assert (found.inside, found.outside) == pytest.approx((440, 150))
    with pytest.raises(MissingColumns, match="streets have none, but metres"):
        exposure_in_cells(streets, field_of(2, 2), column="length_m")


def test_what_is_not_known_is_refused_in_the_area_and_no_matter_beyond(field_of):
    field = field_of(2, 2)
    assert exposure_in_cells(schools(1, 2, 3, np.nan), field, column="pupils").inside == 6
    apart = table_of(shapely.points([(10, 10), (900, 0), (900, 900)]), pupils=[1, 5, np.nan])
    assert exposure_in_cells(apart, field, column="pupils").outside == 5
    for bad in (np.nan, -1, np.inf):
        with pytest.raises(WrongValues, match=r"found 1 of 4 rows \(the first is 1\)"):
            exposure_in_cells(schools(1, bad, 3, np.nan), field, column="pupils")


def test_other_bad_tables_are_refused(field_of):
    field = field_of(2, 2)
    with pytest.raises(MissingColumns, match="in a column that `column` names"):
        exposure_in_cells(schools(1, 1, 1, 1), field, column="staff")
    with pytest.raises(WrongValues, match="`pupils` must be numbers"):
        exposure_in_cells(schools(*"abcd"), field, column="pupils")
    with pytest.raises(MethodError, match="none of the 4 rows does"):
        exposure_in_cells(schools(0, 0, 0, 9), field, column="pupils")
    with pytest.raises(WrongCRS, match="same system"):
        exposure_in_cells(schools(1, 1, 1, 1).to_crs(32630), field, column="pupils")
    mixed = table_of([shapely.Point(1, 1), shapely.box(0, 0, 9, 9)], pupils=[1, 1])
    with pytest.raises(WrongGeometry, match="only points, only lines or only areas"):
        exposure_in_cells(mixed, field, column="pupils")
    with pytest.raises(WrongGeometry, match=r"1 of 2 have none \(the first is 1\)"):
        exposure_in_cells(
            table_of([shapely.Point(1, 1), None], pupils=[1, 1]), field, column="pupils"
        )
    streets = table_of([shapely.LineString([(0, 0), (9, 9)])])
    with pytest.raises(TableError, match="`streets` must have the columns"):
        exposure_in_cells(streets, field)


def test_an_expectation_by_exposure_adds_up_and_has_a_floor():
    counts = np.array([[6, 0], [4, 0]])
    exposure = np.array([[30.0, 10], [0, 0]])
    found = expected_by_exposure(counts, exposure)
    floor = FLOOR_SHARE * 40 / 3  # three cells can hold records
    np.testing.assert_allclose(found, np.array([[30, 10], [floor, 0]]) * 10 / (40 + floor))
    np.testing.assert_allclose(expected_by_exposure(counts, exposure * 7), found)
    for value in (np.nan, np.inf, -1.0):
        wrong = np.where(exposure == 10, value, exposure)
        with pytest.raises(MethodError, match=r"1 of 4 cells are not, the first at \(0, 1\)"):
            expected_by_exposure(counts, wrong)
    with pytest.raises(MethodError, match="above 0 somewhere; 0 of 4"):
        expected_by_exposure(counts, exposure * 0)
    with pytest.raises(MethodError, match="must be of one shape"):
        expected_by_exposure(counts, exposure[:1])


def test_an_exposure_is_an_expectation_as_the_search_asks_for_one(field_of):
    field = field_of(2, 2)
    laid = lay_exposure(field, np.array([[30.0, 10], [10, 10]]), called="pupils")
    np.testing.assert_allclose(laid.of(np.array([[6, 0], [0, 0]]), 1500.0), [[3, 1], [1, 1]])
    assert laid.words.startswith("Records are expected in proportion to pupils; no cell")


def test_cells_with_enough_pupils(field_of, area_of):
    raster = exposure_in_cells(schools(100, 50, 30, 7), field_of(2, 2), column="pupils").raster
    exposure = by_cell(raster, field_of(2, 2))
    cells = adaptive_cells(
        area_of(250, 250), least=30, of="exposure", exposure=exposure, largest_m=250
    )
    assert cells["exposure"].to_dict()["125mE0N0"] == 150
    cells = adaptive_cells(
        area_of(250, 250), least=31, of="exposure", exposure=exposure, largest_m=250
    )
    assert cells["exposure"].to_dict() == {"250mE0N0": 180}
