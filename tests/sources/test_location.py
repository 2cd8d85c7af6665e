"""Where does each row lie?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPoint, Point, box

from csgeo.errors import UnknownColumns
from csgeo.sources.columns import known_columns, match_columns
from csgeo.sources.files import Rows
from csgeo.sources.incidents import read_incidents
from csgeo.sources.location import locate, within

POSTCODES = pd.DataFrame(
    {
        "easting": [375_000.0, 376_000.0, np.nan],
        "northing": [165_000.0, 166_000.0, np.nan],
        "precision_m": [100.0, 250.0, np.nan],
        "terminated": [False, True, False],
    },
    index=pd.Index(["BA11AA", "BA12AB", "BT11AA"], name="postcode"),
)


def rows_of(**columns) -> Rows:
    frame = pd.DataFrame(columns, dtype="str")
    return Rows("a.csv", "CSV", frame, np.arange(len(frame)) + 2, None, pd.DataFrame(), ())


def located(rows: Rows, **options):
    matched = match_columns(list(rows.frame), known_columns("place"), file="a.csv", section="x")
    return locate(rows, matched, section="x", **options)


def where(found) -> list[tuple[float, float] | None]:
    return [None if p is None else (round(p.x), round(p.y)) for p in found.points]


def test_one_place_said_in_five_ways_is_one_place():
    ways = [
        rows_of(easting=["375150"], northing=["165250"]),
        rows_of(Easting=["375,150"], Northing=["165,250"]),
        rows_of(longitude=["-2.35849"], latitude=["51.38575"]),
        rows_of(lon=["-2,35849"], lat=["51,38575"]),
        rows_of(grid_ref=["ST 751 652"]),
        rows_of(wkt=["POINT (375150 165250)"]),
        rows_of(wkt=["SRID=4326;POINT (-2.35849 51.38575)"]),
        rows_of(geom=[Point(375_150, 165_250).wkb_hex]),
        rows_of(x=["375150"], y=["165250"]),
        rows_of(X=["-2.35849"], Y=["51.38575"]),
    ]
    for rows in ways:
        point = located(rows).points[0]
        assert point.distance(Point(375_150, 165_250)) < 5, rows.frame.to_dict()


def test_a_grid_reference_says_how_precise_it_is():
    assert located(rows_of(grid_ref=["ST 751 652", "ST 75 65"])).precision_m.tolist() == [100, 1000]
    assert located(
        rows_of(easting=["375150"], northing=["165250"]), precision_m=30
    ).precision_m.tolist() == [30]


def test_postcodes_are_looked_up_whatever_their_spacing():
    rows = rows_of(postcode=["ba1 1aa", "BA12AB", "BT1 1AA", "ZZ1 1ZZ", "", None])
    found = located(rows, postcodes=POSTCODES)
    assert where(found) == [(375_000, 165_000), (376_000, 166_000), None, None, None, None]
    np.testing.assert_equal(found.precision_m, [100, 250, *[np.nan] * 4])
    missing = "a postcode for which the postcode file has no place"
    assert found.no_place.tolist() == ["", "", missing, missing, "no place given", "no place given"]
    assert "1 rows have a postcode that is no longer in use" in found.notes


def test_postcodes_without_a_postcode_file_ask_for_it():
    with pytest.raises(
        UnknownColumns, match=r"says places as postcodes only \('postcode'\)\. Name a postcode file"
    ):
        located(rows_of(postcode=["BA1 1AA"]))


def test_each_row_takes_the_first_way_that_gives_a_point():
    rows = rows_of(
        easting=["375150", "", "0", "x"],
        northing=["165250", "", "0", "1"],
        grid_ref=["", "ST 751 652", "", ""],
        postcode=["", "", "BA1 1AA", ""],
    )
    found = located(rows, postcodes=POSTCODES)
    assert where(found) == [(375_150, 165_250), (375_150, 165_250), (375_000, 165_000), None]
    assert found.no_place.tolist() == [
        "",
        "",
        "",
        "coordinates that are not numbers",
    ]
    assert "1 rows were placed by 'grid_ref', having nothing better" in found.notes


def test_a_point_is_never_made_from_an_area():
    found = located(rows_of(area_id=["E01014370", ""]))
    assert where(found) == [None, None]
    assert found.no_place.tolist() == ["only an area is named", "no place given"]


def test_within_counts_the_edge_and_asks_each_point_once():
    square = box(0, 0, 10, 10)
    x, y = np.array([5.0, 10, 10, 11, np.nan, 5]), np.array([5.0, 10, 5, 5, 5, 5])
    assert within(square, x, y).tolist() == [True, True, True, False, False, True]


def test_shapes_that_are_no_points_become_one_only_where_asked():
    import geopandas as gpd

    shapes = gpd.GeoSeries(
        [
            Point(375_000, 165_000),
            MultiPoint([(375_000, 165_000)]),
            box(375_000, 165_000, 375_010, 165_010),
            None,
        ],
        crs=27700,
    )
    frame = pd.DataFrame({"a": range(4)})
    rows = Rows("a.gpkg", "GeoPackage", frame, np.arange(4) + 2, shapes, pd.DataFrame(), ())
    plain = locate(rows, {}, section="x")
    assert where(plain) == [(375_000, 165_000), (375_000, 165_000), None, None]
    assert plain.no_place.tolist() == ["", "", "a shape that is not a point", "no place given"]
    asked = locate(rows, {}, section="x", any_shape=True)
    assert where(asked)[2] == (375_005, 165_005)
    assert "1 shapes that are not points became a point inside them" in asked.notes


def test_a_decimal_comma_in_metres_is_told_from_one_between_thousands(tmp_path):
    file = tmp_path / "records.csv"
    file.write_text(
        "id;type;date;easting;northing\n1;CSE;2024-01-01;375100,5;164500,25\n2;CSE;2024-01-02;375,100;164,500\n",
        encoding="utf-8",
    )
    points = read_incidents(file).table.geometry
    assert [(p.x, p.y) for p in points] == [(375100.5, 164500.25), (375100.0, 164500.0)]
