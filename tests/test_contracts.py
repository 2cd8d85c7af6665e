"""Does each contract refuse what it must, in words that help?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPoint, Point, box

from csgeo.errors import (
    EmptyTable,
    MissingColumns,
    TableError,
    WrongCRS,
    WrongGeometry,
    WrongIndex,
    WrongValues,
)
from csgeo.tables import ALL, AREAS, CELLS, HOTSPOTS, SERVICES, STREETS, check_same_crs


def cells(**columns: object) -> gpd.GeoDataFrame:
    """Three squares in a row, with the columns that a test is about."""
    index = pd.Index(["a", "b", "c"], name="cell_id")
    shapes = [box(250 * i, 0, 250 * (i + 1), 250) for i in range(3)]
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes, crs=27700)


def test_a_table_that_keeps_its_contract_comes_back_unchanged():
    good = cells(incidents=[0, 1, 2])
    assert CELLS.check(good, "cells") is good


def test_degrees_are_refused_with_the_remedy():
    with pytest.raises(
        WrongCRS, match=r"`cells` must be in EPSG:27700 \(metres\); it has EPSG:4326 \(degrees\)"
    ):
        CELLS.check(cells().to_crs(4326), "cells")


def test_web_mercator_is_refused_because_its_metres_are_not_true():
    with pytest.raises(WrongCRS, match="Web Mercator.*not true metres"):
        CELLS.check(cells().to_crs(3857), "cells")


def test_another_projected_system_in_metres_is_taken():
    utm = cells().to_crs(32630)
    assert CELLS.check(utm, "cells") is utm


def test_no_reference_system_is_refused():
    bare = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], index=pd.Index(["a"], name="cell_id"))
    with pytest.raises(WrongCRS, match="no coordinate reference system.*set_crs"):
        CELLS.check(bare, "cells")


def test_an_empty_table_is_refused_and_an_empty_list_of_hotspots_is_not():
    with pytest.raises(EmptyTable, match="`cells` must have at least one row"):
        CELLS.check(cells().iloc[:0], "cells")
    columns = {name: pd.Series(dtype="float64") for name in HOTSPOTS.columns}
    none = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=27700))
    none.index.name = "hotspot_id"
    assert HOTSPOTS.check(none, "hotspots") is none


def test_something_that_is_no_table_is_refused():
    with pytest.raises(TableError, match="`cells` must be a CELLS table.*it is a list"):
        CELLS.check([1, 2], "cells")


def test_missing_columns_are_named_with_what_was_found():
    areas = cells().rename_axis("area_id")
    with pytest.raises(
        MissingColumns, match="must have the columns `name`, `level`; it has `geometry`"
    ):
        AREAS.check(areas, "areas")


def test_a_wrong_index_is_refused():
    with pytest.raises(WrongIndex, match="must be indexed by `cell_id`; its index is named 'id'"):
        CELLS.check(cells().rename_axis("id"), "cells")


def test_a_repeated_id_is_refused_and_the_reader_is_told_not_to_drop_it():
    twice = cells().set_axis(pd.Index(["a", "b", "b"], name="cell_id"))
    with pytest.raises(WrongIndex, match="1 rows repeat one, the first is 'b'.*do not drop"):
        CELLS.check(twice, "cells")


def test_a_missing_id_is_refused():
    gap = cells().set_axis(pd.Index(["a", None, "b"], name="cell_id"))
    with pytest.raises(WrongIndex, match="1 of 3 rows .* without one"):
        CELLS.check(gap, "cells")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (None, "must have a shape on each row; found 1 of 3 rows .*'b'.* without one"),
        (Point(1, 1), "must hold Polygon shapes; found 1 of 3 rows .*'b'.* of type Point"),
    ],
)
def test_a_wrong_shape_is_refused(shape, words):
    wrong = cells()
    wrong.loc["b", "geometry"] = shape
    with pytest.raises(WrongGeometry, match=words):
        CELLS.check(wrong, "cells")


def test_coordinates_without_end_are_refused():
    services = gpd.GeoDataFrame(
        {c: [None] for c in SERVICES.columns},
        index=pd.Index(["s"], name="service_id"),
        geometry=[Point(np.inf, 1)],
        crs=27700,
    )
    with pytest.raises(WrongGeometry, match="finite coordinates"):
        SERVICES.check(services, "services")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            [0, 1, -2],
            "`incidents` in `cells` must be at least 0 count; found 1 of 3 rows .*'c'.* with -2",
        ),
        ([0, 1.5, 2], "must be whole numbers; found 1 of 3 rows .*'b'.* with 1.5"),
        ([0, np.inf, 2], "must be finite"),
        (["0", "1", "2"], "must be numbers; it holds str"),
    ],
)
def test_counts_outside_their_bounds_are_refused(values, words):
    with pytest.raises(WrongValues, match=words):
        CELLS.check(cells(incidents=values), "cells")


def test_missing_means_not_known_and_is_allowed_unless_the_column_must_be_known():
    assert CELLS.check(cells(people=pd.array([1, None, 3], dtype="Int64")), "cells") is not None
    streets = gpd.GeoDataFrame(
        {"name": [None], "kind": ["street"], "length_m": [np.nan]},
        index=pd.Index(["s"], name="street_id"),
        geometry=[LineString([(0, 0), (1, 0)])],
        crs=27700,
    )
    with pytest.raises(WrongValues, match="`length_m` in `streets` must be known on each row"):
        STREETS.check(streets, "streets")
    with pytest.raises(
        WrongValues, match="must be one of `main`, `path`, `street`; .* such as 'canal'"
    ):
        STREETS.check(streets.assign(length_m=1.0, kind="canal"), "streets")


def test_tables_in_two_systems_are_refused_together():
    with pytest.raises(
        WrongCRS, match="`b` must be in the same system as `a`, EPSG:27700; it has EPSG:32630"
    ):
        check_same_crs(a=cells(), b=cells().to_crs(32630))


def test_multipoints_are_no_services():
    services = gpd.GeoDataFrame(
        {c: [None] for c in SERVICES.columns},
        index=pd.Index(["s"], name="service_id"),
        geometry=[MultiPoint([(0, 0), (1, 1)])],
        crs=27700,
    )
    with pytest.raises(WrongGeometry, match="must hold Point shapes"):
        SERVICES.check(services, "services")


def test_every_declared_column_says_what_it_means():
    assert all(c.meaning for table in ALL.values() for c in table.columns.values())
