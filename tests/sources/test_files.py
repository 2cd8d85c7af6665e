"""What does this file hold?"""

from __future__ import annotations

import datetime as dt
import gzip
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import Point

from csgeo.errors import UnreadableFile
from csgeo.sources.files import read_rows

if TYPE_CHECKING:
    from pathlib import Path

POINTS = [Point(375_000, 165_000), Point(376_000, 166_000)]


def features() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"code": ["007", "008"], "n": [1, 2]}, geometry=POINTS, crs=27700)


def save(folder: Path, ending: str) -> Path:
    file = folder / f"records.{ending}"
    if ending == "csv":
        features().assign(x=[1, 2]).drop(columns="geometry").to_csv(file, index=False)
    elif ending == "csv.gz":
        file.write_bytes(gzip.compress(b"code,n\n007,1\n008,2\n"))
    elif ending == "xlsx":
        features().drop(columns="geometry").to_excel(file, index=False)
    elif ending == "parquet":
        features().drop(columns="geometry").to_parquet(file)
    elif ending == "geoparquet":
        features().to_parquet(file)
    elif ending == "zip":
        features().to_file(folder / "inner.shp", engine="pyogrio")
        with zipfile.ZipFile(file, "w") as archive:
            for part in folder.glob("inner.*"):
                archive.write(part, f"folder/{part.name}")
    elif ending == "geojson":
        features().to_crs(4326).to_file(file, engine="pyogrio")
    else:
        features().to_file(file, engine="pyogrio")
    return file


@pytest.mark.parametrize(
    "ending", ["csv", "csv.gz", "xlsx", "parquet", "geoparquet", "zip", "geojson", "gpkg", "shp"]
)
def test_every_format_gives_the_same_rows(tmp_path, ending):
    rows = read_rows(save(tmp_path, ending))
    assert rows.frame["code"].tolist() == ["007", "008"]
    assert rows.numbers.tolist() == [2, 3]
    assert rows.file == f"records.{ending}"
    if rows.geometry is not None:
        shapes = rows.geometry.to_crs(27700)
        assert [s.distance(p) < 0.01 for s, p in zip(shapes, POINTS, strict=True)] == [True, True]


def test_a_name_without_an_ending_is_read_by_its_content(tmp_path):
    file = save(tmp_path, "gpkg").rename(tmp_path / "records")
    assert read_rows(file).holds == "GeoPackage"


def test_the_first_sheet_that_holds_rows_is_read_and_said(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "About"
    data = book.create_sheet("Data")
    data.append([])
    data.append(["code", "when", "exact", "n", "bad"])
    data.append(["007", dt.datetime(2024, 2, 13), dt.datetime(2024, 2, 13, 0, 0), 1.0, "=1/0"])
    data.append([None] * 5)
    data.append(["008", dt.datetime(2024, 2, 14), dt.datetime(2024, 2, 14, 21, 30), 2.5, None])
    for row in (3, 5):
        data.cell(row, 2).number_format = "dd/mm/yyyy"
        data.cell(row, 3).number_format = "dd/mm/yyyy hh:mm"
    book.save(tmp_path / "records.xlsx")
    rows = read_rows(tmp_path / "records.xlsx")
    assert rows.notes[0] == "read from the sheet 'Data'; there are also 'About'"
    assert rows.notes[1].startswith("1 cell holds a formula whose result is not in the file")
    assert rows.frame["when"].tolist() == ["2024-02-13", "2024-02-14"]
    assert rows.frame["exact"].tolist() == ["2024-02-13 00:00:00", "2024-02-14 21:30:00"]
    assert rows.frame["n"].tolist() == ["1", "2.5"]
    assert rows.numbers.tolist() == [3, 5]
    with pytest.raises(UnreadableFile, match=r"has no sheet 'Dat'; it has 'About', 'Data'"):
        read_rows(tmp_path / "records.xlsx", layer="Dat")
    with pytest.raises(UnreadableFile, match="no sheet holds rows below a header"):
        read_rows(tmp_path / "records.xlsx", layer="About")


def test_a_file_of_several_layers_asks_which(tmp_path):
    for layer in ("youth", "libraries"):
        features().to_file(tmp_path / "records.gpkg", layer=layer, engine="pyogrio")
    with pytest.raises(
        UnreadableFile, match=r"has 2 layers: youth, libraries\. Say which one to read with `layer`"
    ):
        read_rows(tmp_path / "records.gpkg")
    with pytest.raises(UnreadableFile, match=r"has no layer 'schools'; it has youth, libraries"):
        read_rows(tmp_path / "records.gpkg", layer="schools")
    assert len(read_rows(tmp_path / "records.gpkg", layer="youth").frame) == 2


def test_dates_in_geojson_stay_as_they_were_written(tmp_path):
    text = '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"date":"2024-02-13","slash":"2024/02/13 09:00:00","code":"007"},"geometry":null}]}'
    (tmp_path / "a.geojson").write_text(text)
    frame = read_rows(tmp_path / "a.geojson").frame
    assert frame.loc[0, ["date", "slash", "code"]].tolist() == [
        "2024-02-13",
        "2024/02/13 09:00:00",
        "007",
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", r"an old Excel workbook \(\.xls\)"),
        ("a.csv", b"%PDF-1.7", "a PDF document"),
        ("a.kml", b"<?xml version='1.0'?><kml></kml>", "KML"),
        ("a.json", b'{"records": []}', "JSON that is not GeoJSON"),
        ("a.csv", bytes(range(256)) * 20, "bytes that are neither text nor any format"),
        ("a.dbf", b"\x03abc", "is one part of a Shapefile"),
        ("a.xlsx", b"PK\x03\x04broken", "a zip or workbook that is cut short or damaged"),
        ("a.parquet", b"PAR1 and no more", "a Parquet file that is cut short"),
        ("a.csv.gz", gzip.compress(b"id\n" * 1000)[:-12], "a gzip file that is cut short"),
        ("a.geojson", b"id,name\n1,a\n", "it is named as GeoJSON, but it holds CSV"),
        ("a.geojson", b'{"type":"FeatureCollection","features":[{', "cannot be read as GeoJSON"),
    ],
)
def test_what_is_no_table_is_refused_by_its_name(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFile, match=words) as refused:
        read_rows(tmp_path / name)
    assert str(tmp_path) not in str(refused.value)


def test_a_shapefile_inside_a_zip_must_be_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.shp", "<OGRVRTDataSource/>")
    with pytest.raises(
        UnreadableFile, match=r"a\.shp in a\.zip is not what its name says: it is no Shapefile"
    ):
        read_rows(tmp_path / "a.zip")


def test_categories_of_a_parquet_become_words(tmp_path):
    pd.DataFrame({"kind": pd.Categorical(["b", "a", None])}).to_parquet(tmp_path / "a.parquet")
    frame = read_rows(tmp_path / "a.parquet").frame
    assert frame["kind"].dtype == "str"
    assert frame["kind"].isna().tolist() == [False, False, True]


def test_a_single_feature_is_geojson_too(tmp_path):
    text = '{"type":"Feature","properties":{"code":"007"},"geometry":{"type":"Point","coordinates":[-2.36,51.38]}}'
    (tmp_path / "a.geojson").write_text(text)
    assert read_rows(tmp_path / "a.geojson").frame["code"].tolist() == ["007"]
