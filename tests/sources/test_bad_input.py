"""Bad input gets a clear error, and nothing is lost: one test for each way in which files go wrong."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, box

from csgeo.errors import SourceError, UnknownColumns, UnknownWords, UnreadableFile, WrongCRS
from csgeo.sources.areas import read_areas
from csgeo.sources.incidents import read_incidents
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "id,type,date,easting,northing\n"
DEGREES = "id,type,date,longitude,latitude\n"


def written(folder: Path, text: str, name: str = "records.csv", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def study_area() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": ["Here"], "level": ["district"]},
        index=pd.Index(["A1"], name="area_id"),
        geometry=[box(370_000, 160_000, 380_000, 170_000)],
        crs="EPSG:27700",
    )


def accounted(reading) -> None:
    """Each row of the file is in exactly one of the report's numbers."""
    report = reading.report
    assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside)
    assert len(reading.set_aside) == report.rows_in - report.rows_used
    INCIDENTS.check(reading.table, "incidents")


# ---- coordinate systems


def test_a_shapefile_without_a_system_is_asked_for_it(tmp_path):
    points = gpd.GeoDataFrame({"type": ["CSE"]}, geometry=[Point(375_000, 165_000)], crs=27700)
    points.to_file(tmp_path / "records.shp", engine="pyogrio")
    (tmp_path / "records.prj").unlink()
    with pytest.raises(
        WrongCRS, match=r'records\.shp must say which .* it has none .* crs = "EPSG:27700"'
    ):
        read_incidents(tmp_path / "records.shp")
    reading = read_incidents(tmp_path / "records.shp", crs="EPSG:27700")
    assert reading.table.geometry.iloc[0] == Point(375_000, 165_000)


def test_geojson_in_metres_that_claims_degrees_is_refused_with_the_remedy(tmp_path):
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"type":"CSE"},"geometry":{"type":"Point","coordinates":[375000,165000]}}]}'
    file = written(tmp_path, text, "records.geojson")
    with pytest.raises(
        WrongCRS,
        match=r"must have degrees .* 1 of 1 row is beyond 180 degrees, the first is \(375000, 165000\).*EPSG:27700",
    ):
        read_incidents(file)
    assert read_incidents(file, crs="EPSG:27700").table.geometry.iloc[0].x == 375_000


def test_a_system_that_puts_every_row_out_of_britain_is_refused(tmp_path):
    # Bath in UTM zone 30N, read as if it were National Grid
    file = written(
        tmp_path, HEADER + "1,CSE,2024-01-01,544000,5693000\n2,CSE,2024-01-02,544100,5693100\n"
    )
    with pytest.raises(
        WrongCRS,
        match=r"all 2 rows with coordinates lie outside it .* the first is \(544000, 5693000\)\. Name the right system with `crs`",
    ):
        read_incidents(file)
    table = read_incidents(file, crs="EPSG:32630").table
    assert table.geometry.x.between(374_000, 378_000).all()


def test_a_system_that_does_not_exist_is_refused(tmp_path):
    file = written(tmp_path, HEADER + "1,CSE,2024-01-01,375000,165000\n")
    with pytest.raises(WrongCRS, match="`crs` must name a coordinate reference system"):
        read_incidents(file, crs="EPSG:1")
    with pytest.raises(WrongCRS, match="`to_crs` must be a projected system in true metres"):
        read_incidents(file, to_crs="EPSG:4326")


def test_degrees_in_columns_named_easting_and_northing_are_refused(tmp_path):
    file = written(tmp_path, HEADER + "1,CSE,2024-01-01,-2.36,51.38\n")
    with pytest.raises(
        WrongCRS,
        match="must have metres in 'easting' and 'northing'.*map the columns as longitude and latitude",
    ):
        read_incidents(file)


def test_metres_in_columns_named_longitude_and_latitude_are_refused(tmp_path):
    file = written(tmp_path, DEGREES + "1,CSE,2024-01-01,375000,165000\n")
    with pytest.raises(
        WrongCRS,
        match="must have degrees in 'longitude' and 'latitude'.*map the columns as easting and northing",
    ):
        read_incidents(file)


# ---- coordinates


def test_a_file_whose_columns_are_swapped_is_refused_with_the_mapping(tmp_path):
    file = written(
        tmp_path, DEGREES + "1,CSE,2024-01-01,51.38,-2.36\n2,CSE,2024-01-01,51.39,-2.37\n"
    )
    with pytest.raises(
        SourceError,
        match="they look swapped: 2 of 2 rows are, .*longitude = 'latitude', latitude = 'longitude'",
    ):
        read_incidents(file)
    mended = read_incidents(file, columns={"longitude": "latitude", "latitude": "longitude"})
    assert mended.table.geometry.x.round(-3).tolist() == [375_000, 374_000]


def test_eastings_and_northings_that_are_swapped_are_refused(tmp_path):
    file = written(tmp_path, HEADER + "1,CSE,2024-01-01,165000,375000\n")
    with pytest.raises(SourceError, match="easting = 'northing', northing = 'easting'"):
        read_incidents(file)


def test_one_swapped_row_is_set_aside_not_corrected(tmp_path):
    rows = "".join(f"{n},CSE,2024-01-01,-2.36,51.38\n" for n in range(9))
    reading = read_incidents(written(tmp_path, DEGREES + rows + "9,CSE,2024-01-01,51.38,-2.36\n"))
    accounted(reading)
    (aside,) = reading.report.set_aside
    assert (aside.reason, aside.rows, aside.first_row) == ("coordinates look swapped", 1, 11)
    assert aside.first_value == "51.38, -2.36"
    assert reading.set_aside["id"].tolist() == ["9"]


@pytest.mark.parametrize(
    ("easting", "northing", "reason"),
    [
        ("0", "0", r"coordinates written as \(0, 0\)"),
        ("", "", "no place given"),
        ("NaN", "NaN", "no place given"),
        ("1e308", "1e308", "coordinates beyond any point on Earth"),
        ("inf", "165000", "coordinates beyond any point on Earth"),
        ("the park", "165000", "coordinates that are not numbers"),
        ("-1", "-1", "coordinates that stand for not known"),
    ],
)
def test_a_record_without_a_usable_place_is_kept_and_counted(tmp_path, easting, northing, reason):
    file = written(
        tmp_path,
        HEADER + f"1,CSE,2024-01-01,375000,165000\n2,CSE,2024-01-01,{easting},{northing}\n",
    )
    reading = read_incidents(file)
    accounted(reading)
    assert reading.report.rows_used == 2
    assert reading.report.no_place == 1
    assert reading.table.geometry.isna().tolist() == [False, True]
    assert any(
        pd.Series([n]).str.contains(f"no place known for 1 rows: {reason}.*row 3").all()
        for n in reading.report.notes
    )


def test_the_stand_in_of_the_postcode_directory_is_no_place(tmp_path):
    file = written(
        tmp_path, DEGREES + "1,CSE,2024-01-01,-2.36,51.38\n2,CSE,2024-01-01,0.000000,99.999999\n"
    )
    reading = read_incidents(file)
    assert reading.report.no_place == 1
    assert "stand for not known, such as 99.999999" in " ".join(reading.report.notes)


def test_numbers_that_are_missing_in_a_parquet_are_no_place(tmp_path):
    frame = pd.DataFrame(
        {
            "type": ["CSE"] * 3,
            "easting": [375_000.0, np.nan, 1e308],
            "northing": [165_000.0, np.nan, 1e308],
        }
    )
    frame.to_parquet(tmp_path / "records.parquet")
    reading = read_incidents(tmp_path / "records.parquet")
    accounted(reading)
    assert reading.report.no_place == 2


def test_a_point_in_the_sea_is_set_aside(tmp_path):
    rows = "1,CSE,2024-01-01,375000,165000\n2,CSE,2024-01-01,50000,450000\n"
    reading = read_incidents(written(tmp_path, HEADER + rows))
    accounted(reading)
    assert reading.report.set_aside[0].reason == "outside Great Britain or in the sea"
    assert reading.report.set_aside[0].first_row == 3


def test_a_point_outside_the_study_area_is_set_aside(tmp_path):
    rows = "1,CSE,2024-01-01,375000,165000\n2,CSE,2024-01-01,538550,133550\n3,CSE,2024-01-01,370000,160000\n4,CSE,2024-01-01,,\n"
    reading = read_incidents(written(tmp_path, HEADER + rows), areas=study_area())
    accounted(reading)
    assert reading.table.index.tolist() == [
        "1",
        "3",
        "4",
    ]  # on the edge is inside; no place is kept
    assert reading.report.set_aside[0].reason == "outside the study area"
    assert reading.report.set_aside[0].first_value == "(538550, 133550) m"


def test_a_file_of_another_area_is_refused(tmp_path):
    file = written(tmp_path, HEADER + "1,CSE,2024-01-01,538550,133550\n")
    with pytest.raises(
        SourceError, match=r"must have places in the study area; all 1 rows .* \(538550, 133550\) m"
    ):
        read_incidents(file, areas=study_area())


def test_all_rows_on_one_point_are_read_and_said(tmp_path):
    rows = "".join(f"{n},CSE,2024-01-01,375000,165000\n" for n in range(5))
    reading = read_incidents(written(tmp_path, HEADER + rows))
    assert len(reading.table) == 5
    assert "all 5 rows with a place lie on one point" in " ".join(reading.report.notes)


# ---- rows


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"records\.csv is empty \(0 bytes\)"):
        read_incidents(written(tmp_path, ""))
    with pytest.raises(UnreadableFile, match="is empty: it holds a header and no rows"):
        read_incidents(written(tmp_path, HEADER))
    with pytest.raises(UnreadableFile, match="is empty: it holds a header and no rows"):
        read_incidents(written(tmp_path, HEADER.strip()))


def test_one_row_is_enough(tmp_path):
    reading = read_incidents(written(tmp_path, HEADER + "A1,CSE,13/02/2024,375100,164500"))
    accounted(reading)
    assert reading.table.index.tolist() == ["A1"]


def test_two_rows_alike_are_two_records(tmp_path):
    reading = read_incidents(written(tmp_path, HEADER + "A1,CSE,2024-01-01,375100,164500\n" * 2))
    accounted(reading)
    assert reading.table.index.tolist() == ["A1", "A1~2"]
    assert (
        "1 rows repeat an id in 'id' (first: 'A1', row 3): they were kept as separate records"
        in reading.report.notes
    )
    without = "type,easting,northing\nCSE,375100,164500\nCSE,375100,164500\n"
    assert read_incidents(written(tmp_path, without)).table.index.tolist() == [
        "records-2",
        "records-3",
    ]


def test_a_row_with_more_fields_than_the_header_is_set_aside(tmp_path):
    file = written(
        tmp_path,
        HEADER
        + "1,CSE,2024-01-01,375000,165000\n2,CSE,2024-01-01,375000,165000,Bath, England\n3,CSE,2024-01-01,375000\n",
    )
    reading = read_incidents(file)
    accounted(reading)
    assert reading.report.set_aside[0].reason == "more fields than the header names"
    assert reading.report.set_aside[0].first_row == 3
    assert reading.table.index.tolist() == ["1", "3"]


# ---- words


def test_an_unknown_harm_label_is_set_aside_by_name_with_the_nearest(tmp_path):
    rows = "1,CSE,2024-01-01,375000,165000\n2,Knife crimes,2024-01-01,375000,165000\n3,Wibble,2024-01-01,375000,165000\n"
    file = written(tmp_path, HEADER + rows)
    reading = read_incidents(file)
    accounted(reading)
    reasons = [s.reason for s in reading.report.set_aside]
    assert reasons == [
        "harm label 'Knife crimes' in 'type' is not known (nearest: 'knife crime')",
        "harm label 'Wibble' in 'type' is not known",
    ]
    assert reading.report.set_aside[0].remedy.endswith('"Knife crimes" = "SYV.KNIFE".')
    mended = read_incidents(file, harm_words={"knife crimes": "SYV.KNIFE", "Wibble": "HATE"})
    assert mended.table["harm"].tolist() == ["CSE", "SYV.KNIFE", "HATE"]


def test_a_file_of_unknown_labels_only_is_refused(tmp_path):
    file = written(
        tmp_path, HEADER + "1,Alpha,2024-01-01,375000,165000\n2,Beta,2024-01-01,375000,165000\n"
    )
    with pytest.raises(
        UnknownWords,
        match=r"none of 2 labels in 'type' is: 'Alpha', 'Beta'\. Known: Child criminal exploitation",
    ):
        read_incidents(file)
    with pytest.raises(
        UnknownWords, match=r"'Alpha' is to stand for 'CSEE', which is no code .*did you mean 'CSE'"
    ):
        read_incidents(file, harm_words={"Alpha": "CSEE"})


def test_dates_in_two_orders_are_refused_with_the_first_of_each(tmp_path):
    rows = "1,CSE,13/02/2021,375000,165000\n2,CSE,02/13/2021,375000,165000\n3,CSE,01/02/2021,375000,165000\n"
    file = written(tmp_path, HEADER + rows)
    with pytest.raises(
        SourceError,
        match=r"13/02/2021 in row 2 has the day first, 02/13/2021 in row 3 the month.*date_order",
    ):
        read_incidents(file)
    reading = read_incidents(file, columns={"date_order": "day_first"})
    assert reading.table["occurred_from"].dt.strftime("%Y-%m-%d").tolist()[::2] == [
        "2021-02-13",
        "2021-02-01",
    ]
    assert reading.table["occurred_from"].isna().tolist() == [False, True, False]
    assert "1 dates in 'date' could not be read (first: 02/13/2021, row 3)" in " ".join(
        reading.report.notes
    )


def test_cp1252_bytes_are_read_and_said(tmp_path):
    file = written(
        tmp_path,
        "id,type,date,easting,northing,agency\n1,CSE,2024-01-01,375000,165000,Café – René\n",
        encoding="cp1252",
    )
    reading = read_incidents(file)
    assert reading.table["source"].tolist() == ["Café – René"]
    assert "not UTF-8: read as Windows-1252 (cp1252)" in reading.report.notes


def test_leading_zeros_survive_and_their_loss_is_said(tmp_path):
    kept = written(tmp_path, "id,type,easting,northing,area_id\n007,CSE,375000,165000,0101\n")
    table = read_incidents(kept).table
    assert (table.index[0], table["area_id"].iloc[0]) == ("007", "0101")
    rows = "".join(
        f"{n},CSE,375000,165000,{code}\n" for n, code in enumerate([4101, 4102, 4103, 801])
    )
    eaten = read_incidents(written(tmp_path, "id,type,easting,northing,area_id\n" + rows))
    assert (
        "1 of 4 codes in 'area_id' have fewer than 4 digits (the first is '801') and none begins with 0"
        in " ".join(eaten.report.notes)
    )
    assert eaten.table["area_id"].tolist() == ["4101", "4102", "4103", "801"]


# ---- files


def test_a_zip_without_a_shapefile_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "records.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(
        UnreadableFile, match=r"records\.zip is a zip without a shapefile: it holds readme\.txt"
    ):
        read_incidents(tmp_path / "records.zip")


def test_a_truncated_geopackage_is_refused(tmp_path):
    points = gpd.GeoDataFrame({"type": ["CSE"]}, geometry=[Point(375_000, 165_000)], crs=27700)
    points.to_file(tmp_path / "whole.gpkg", engine="pyogrio")
    content = (tmp_path / "whole.gpkg").read_bytes()
    (tmp_path / "records.gpkg").write_bytes(content[: len(content) // 2])
    with pytest.raises(
        UnreadableFile,
        match=r"records\.gpkg is cut short: its header promises [\d,]+ bytes, the file has",
    ):
        read_incidents(tmp_path / "records.gpkg")


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_excel(tmp_path / "book.xlsx")
    (tmp_path / "records.csv").write_bytes((tmp_path / "book.xlsx").read_bytes())
    with pytest.raises(
        UnreadableFile,
        match=r"records\.csv is not what its name says: it is named as CSV, but it holds XLSX",
    ):
        read_incidents(tmp_path / "records.csv")
    page = written(tmp_path, "<!DOCTYPE html><html><body>Log in</body></html>", "records.geojson")
    with pytest.raises(
        UnreadableFile,
        match=r"records\.geojson is not what its name says: it holds a web page \(HTML\)",
    ):
        read_incidents(page)


def test_a_virtual_dataset_that_points_to_another_file_is_never_followed(tmp_path):
    secret = written(tmp_path, "id,secret\n1,x\n", "secret.csv")
    vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    with pytest.raises(
        UnreadableFile, match=r"virtual dataset \(VRT\), which points to other files"
    ):
        read_areas(written(tmp_path, vrt, "boundary.geojson"))


@pytest.mark.parametrize(
    "address",
    ["https://example.org/records.csv", "/vsicurl/https://example.org/a.gpkg", "s3://bucket/a.csv"],
)
def test_a_network_address_is_never_opened(address):
    with pytest.raises(UnreadableFile, match="never opens a network address"):
        read_incidents(address)


def test_a_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match=r"none\.csv does not exist"):
        read_incidents(tmp_path / "none.csv")
    with pytest.raises(UnreadableFile, match="is a folder"):
        read_incidents(tmp_path)


# ---- columns


def test_a_file_without_a_place_says_what_it_looked_for_and_what_it_found(tmp_path):
    file = written(tmp_path, "id,date,type,notes\n1,2024-01-01,CSE,x\n", "incidents.csv")
    with pytest.raises(
        UnknownColumns,
        match=r"incidents\.csv has no column for where things happened\. Looked for easting and northing, longitude and latitude, "
        r"postcode, grid reference, .*area code; found: id, date, type, notes\. Name the columns in the recipe under \[incidents\.columns\]\.",
    ):
        read_incidents(file)


def test_a_file_without_a_harm_asks_for_it(tmp_path):
    file = written(tmp_path, "id,easting,northing\n1,375000,165000\n")
    with pytest.raises(UnknownColumns, match="no column for what kind of harm it was.*harm = "):
        read_incidents(file)
    assert read_incidents(file, harm="county lines").table["harm"].tolist() == ["CCE.CL"]


# ---- people


def test_what_identifies_a_person_is_kept_nowhere(tmp_path):
    text = (
        "id,Child Name,DOB,NHS Number,UPN,Mobile phone,case notes,child_key,type,easting,northing\n"
        "1,Ann Other,01/02/2010,9434765919,A123,07700 900123,Ann ran,k1,CSE,375000,165000\n"
        "2,Bo Other,01/02/2011,9434765870,A124,07700 900124,Bo ran,k2,Wibble,375000,165000\n"
    )
    reading = read_incidents(written(tmp_path, text))
    accounted(reading)
    assert reading.table["person_key"].tolist() == ["k1"]
    assert reading.set_aside.columns.tolist() == [
        "id",
        "child_key",
        "type",
        "easting",
        "northing",
        "row",
        "reason",
    ]
    told = " ".join(reading.report.notes) + str(reading.report.to_dict())
    for word in ("Ann", "2010", "9434765919", "07700"):
        assert word not in told
    assert "column 'DOB' was not read: it looks to hold a date of birth" in reading.report.notes


def test_a_name_is_never_taken_for_a_pseudonym(tmp_path):
    file = written(tmp_path, "id,Full name,type,easting,northing\n1,Ann,CSE,375000,165000\n")
    with pytest.raises(SourceError, match="must not give a person's name as person_key"):
        read_incidents(file, columns={"person_key": "Full name"})
