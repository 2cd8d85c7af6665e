"""What does each reader hand back, and where does it stop? Run in this process, cell by cell."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet
from shapely.geometry import Point

from csgeo.sources.apart import columnar, geojson, sheets
from csgeo.sources.apart.refused import Refused
from csgeo.sources.limits import LIMITS

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read(reader, path, *, limits=LIMITS, **asked):
    """What a reader gives: its rows as one table, and what it says."""
    request = {"path": str(path), "called": path.name, "layer": None, "header": True} | asked
    parts, said = reader.read(request, limits)
    batches = list(parts)
    return (pa.Table.from_batches(batches) if batches else None), said()


def workbook(tmp_path, **of_sheets):
    """Write a workbook with these rows by sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in of_sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def with_part(path, part: str, content: bytes):
    """Put another part into a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in (parts | {part: content}).items():
            archive.writestr(name, held)
    return path


def test_cells_are_read_as_a_person_reads_them(tmp_path):
    cells = [
        [1, "1"],
        [1.0, "1"],
        [-0.5, "-0.5"],
        [1e15, "1000000000000000"],
        [999_999_999_999_999.0, "999999999999999"],
        [1e300, "1e+300"],
        [True, "TRUE"],
        [False, "FALSE"],
        ["  a b  ", "a b"],
        ["   ", None],
        ["#N/A", None],
        ["#hash", "#hash"],
        [dt.date(2024, 2, 13), "2024-02-13"],
        [dt.datetime(2024, 2, 13, 21, 30), "2024-02-13 21:30:00"],
        [dt.time(9, 30), "09:30:00"],
        ["é\U0001f600", "é\U0001f600"],
    ]
    book = openpyxl.Workbook()
    book.active.append(["value", "beside"])
    for value, _ in cells:
        book.active.append([value, "x"])
    book.active["A15"].number_format = "dd/mm/yyyy hh:mm"
    book.active["A12"].data_type = "e"
    book.active.append([dt.datetime(2024, 2, 13), "x"])
    book.active["A18"].number_format = "dd/mm/yyyy HH:MM"
    book.save(tmp_path / "a.xlsx")
    table, said = read(sheets, tmp_path / "a.xlsx")
    assert table.column("c0").to_pylist() == [
        "value",
        *(t for _, t in cells),
        "2024-02-13 00:00:00",
    ]
    assert table.column("c1").to_pylist() == ["beside", *["x"] * 17]
    assert table.column("number").to_pylist() == list(range(1, 19))
    assert said["notes"] == []


def test_rows_without_anything_are_left_out_and_the_others_keep_their_number(tmp_path):
    rows = [[None, None], ["a"], [None, "  "], [1, None, 3], []]
    table, _ = read(sheets, workbook(tmp_path, One=rows))
    assert table.column("number").to_pylist() == [2, 4]
    assert table.column_names == ["number", "c0", "c1", "c2"]
    assert table.to_pylist()[0] == {"number": 2, "c0": "a", "c1": None, "c2": None}
    assert table.column("number").type == pa.int64()
    assert table.column("c1").type == pa.string()


def test_the_first_sheet_that_holds_rows_is_read_and_the_others_are_named(tmp_path):
    file = workbook(tmp_path, Cover=[["title"]], Data=[["a"], ["1"]], More=[["a"], ["2"]])
    table, said = read(sheets, file)
    assert table.column("c0").to_pylist() == ["a", "1"]
    assert said["notes"] == ["read from the sheet 'Data'; there are also 'Cover', 'More'"]
    table, said = read(sheets, file, header=False)
    assert table.column("c0").to_pylist() == ["title"]
    table, said = read(sheets, file, layer="More")
    assert (table.column("c0").to_pylist(), said["notes"]) == (["a", "2"], [])
    with pytest.raises(Refused, match=r"has no sheet 'x'; it has 'Cover', 'Data', 'More'\. Name"):
        read(sheets, file, layer="x")
    with pytest.raises(Refused, match="is empty: no sheet holds rows below a header"):
        read(sheets, workbook(tmp_path, One=[["a"]], Two=[]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cells": 5}, "at most 5 cells"),
        ({"columns": 2}, "2 columns"),
        ({"unpacked_mb": 0}, "at most 0 MB when unpacked"),
    ],
)
def test_a_sheet_has_its_limits(tmp_path, change, words):
    file = workbook(tmp_path, One=[["a", "b", "c"], [1, 2, 3]])
    assert read(sheets, file, limits=LIMITS._replace(cells=6, columns=3))[0].num_rows == 2
    with pytest.raises(Refused, match=words):
        read(sheets, file, limits=LIMITS._replace(**change))


def test_pictures_do_not_count_and_links_are_not_looked_into(tmp_path, monkeypatch):
    file = workbook(tmp_path, One=[["a"], [1]])
    small = LIMITS._replace(unpacked_mb=1)
    for part in ("xl/media/a.png", "xl/embeddings/b.bin", "xl/vbaProject.bin"):
        with_part(file, part, bytes(2 << 20))
        assert read(sheets, file, limits=small)[0].num_rows == 2
    with_part(file, "xl/other/a.bin", bytes(2 << 20))
    with pytest.raises(Refused, match="at most 1 MB when unpacked"):
        read(sheets, file, limits=small)


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/_rels/workbook.xml.rels", "xl/a.vml"])
@pytest.mark.parametrize(
    "said", ["<!DOCTYPE a>", '<!DOCTYPE a SYSTEM "b">', '<!DOCTYPE a [<!ENTITY b "c">]>']
)
def test_a_document_type_is_refused_wherever_it_stands(tmp_path, part, said):
    file = with_part(workbook(tmp_path, One=[["a"], [1]]), part, f"{said}<a/>".encode())
    with pytest.raises(Refused, match=f"declares a document type in '{part}'"):
        read(sheets, file)


def test_a_document_type_behind_the_first_element_is_damage(tmp_path):
    file = workbook(tmp_path, One=[["a"], [1]])
    with_part(file, "xl/theme/theme1.xml", b"<a/><!DOCTYPE a>")
    assert read(sheets, file)[0].num_rows == 2
    with pytest.raises(Refused, match="cannot be opened|cannot be read"):
        read(sheets, with_part(file, "xl/workbook.xml", b"<a"))
    cut = f'<worksheet xmlns="{SPACE}"><sheetData><row r="1"><c r="A1"><v>1</v>'.encode()
    with pytest.raises(Refused, match=r"cannot be (read|opened) \(ParseError\)"):
        read(sheets, with_part(workbook(tmp_path, One=[["a"]]), "xl/worksheets/sheet1.xml", cut))


def formulas(n: int, first: int = 3) -> bytes:
    rows = "".join(
        f'<row r="{r}"><c r="A{r}"><f>1+1</f></c></row>' for r in range(first, first + n)
    )
    head = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>7</v></c></row>'
    kept = '<row r="2"><c r="A2"><f>1</f><v>2</v></c><c r="B2"><v>1</v></c></row>'
    return f'<x:worksheet xmlns:x="{SPACE}" xmlns="{SPACE}"><x:sheetData>{head}{kept}{rows}</x:sheetData></x:worksheet>'.encode()  # fmt: skip


@pytest.mark.parametrize(
    ("many", "words"),
    [
        (0, None),
        (1, r"1 cell holds a formula whose result is not in the file, read as empty \(the first is A3\): open it"),
        (3, r"3 cells hold a formula whose result"),
        (19_999, r"19,999 cells hold"),
        (20_000, r"at least 20,000 cells hold"),
        (25_000, r"at least 20,000 cells hold"),
    ],
)  # fmt: skip
def test_formulas_without_a_result_are_counted(tmp_path, many, words):
    import re

    file = with_part(workbook(tmp_path, One=[["a"]]), "xl/worksheets/sheet1.xml", formulas(many))
    table, said = read(sheets, file)
    assert table.num_rows == 2  # the one whose result is kept is read
    if words is None:
        assert said["notes"] == []
    else:
        (note,) = said["notes"]
        assert re.match(words, note)


def test_a_parquet_gives_its_columns_without_indexes_that_have_no_name(tmp_path):
    frame = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}, index=[5, 7])
    frame.to_parquet(tmp_path / "a.parquet")
    table, said = read(columnar, tmp_path / "a.parquet")
    assert table.to_pydict() == {"a": ["x", "y"], "b": [1, 2]}
    assert said == {"notes": [], "crs": None, "geometry": None}
    frame.rename_axis("id").to_parquet(tmp_path / "b.parquet")
    assert read(columnar, tmp_path / "b.parquet")[0].column_names == ["id", "a", "b"]
    assert read(columnar, tmp_path / "b.parquet", columns=["b"])[0].to_pydict() == {"b": [1, 2]}
    table, said = read(columnar, tmp_path / "b.parquet", schema=True)
    assert (table, said["names"]) == (None, ["a", "b", "id"])
    few = LIMITS._replace(columns=2)
    assert read(columnar, tmp_path / "b.parquet", schema=True, limits=few)[1]["names"] == ["a", "b"]


def test_a_parquet_without_rows_gives_its_columns(tmp_path):
    pd.DataFrame({"a": pd.Series([], dtype="str")}).to_parquet(tmp_path / "a.parquet")
    table, _ = read(columnar, tmp_path / "a.parquet")
    assert (table.num_rows, table.column_names) == (0, ["a"])


def test_a_parquet_of_too_many_rows_is_not_begun(tmp_path):
    pd.DataFrame({"a": range(9)}).to_parquet(tmp_path / "a.parquet")
    assert read(columnar, tmp_path / "a.parquet", limits=LIMITS._replace(rows=9))[0].num_rows == 9
    with pytest.raises(Refused, match=r"holds 9 rows; at most 8 are read\. Clip"):
        read(columnar, tmp_path / "a.parquet", limits=LIMITS._replace(rows=8))


def test_the_shapes_of_a_geoparquet_are_named_with_their_system(tmp_path):
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(1, 2)], crs=27700)
    points.assign(other=points.geometry.values).to_parquet(tmp_path / "a.parquet", write_covering_bbox=True)  # fmt: skip
    table, said = read(columnar, tmp_path / "a.parquet")
    assert table.column_names == ["a", "geometry"]  # no second shapes, no boxes
    assert (said["geometry"], said["crs"]) == ("geometry", "EPSG:27700")
    assert shapely.from_wkb(table.column("geometry")[0].as_py()) == Point(1, 2)


@pytest.mark.parametrize(
    ("crs", "told"),
    [
        ("absent", "OGC:CRS84"),
        (None, None),
        ("EPSG:4326", "EPSG:4326"),
        ({"id": {"authority": "EPSG", "code": 27700}, "x": 1}, "EPSG:27700"),
        ({"$schema": "x", "type": "y"}, '{"type": "y"}'),
    ],
)
def test_a_system_is_handed_on_as_it_is_named(tmp_path, crs, told):
    about = {"encoding": "WKB"} | ({} if crs == "absent" else {"crs": crs})
    geo = json.dumps({"primary_column": "g", "columns": {"g": about}}).encode()
    table = pa.table({"g": [b"x"]}).replace_schema_metadata({"geo": geo})
    parquet.write_table(table, tmp_path / "a.parquet")
    assert read(columnar, tmp_path / "a.parquet")[1]["crs"] == told


def test_shapes_in_another_encoding_are_refused(tmp_path):
    geo = (
        b'{"primary_column": "g", "columns": {"g": {"encoding": "geoarrow.point of a long name"}}}'
    )
    table = pa.table({"g": [1]}).replace_schema_metadata({"geo": geo})
    parquet.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(Refused, match="keeps its shapes as 'geoarrow.point of a '; only"):
        read(columnar, tmp_path / "a.parquet")


def test_a_parquet_that_is_none_is_refused_without_its_folder(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(40) + b"PAR1")
    with pytest.raises(Refused, match=r"cannot be read as Parquet: .*\. Copy or download") as told:
        read(columnar, tmp_path / "a.parquet")
    assert str(tmp_path) not in str(told.value)


def told_of(tmp_path, document: object, **options):
    file = tmp_path / "a.geojson"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return read(geojson, file, **options)


def feature(geometry: object = None, **properties: object) -> dict:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: dict, **more: object) -> dict:
    return {"type": "FeatureCollection", "features": list(features), **more}


@pytest.mark.parametrize(
    ("values", "kind", "held"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1, None], "int64", [1, None]),
        ([2**63 - 1, -(2**63)], "int64", [2**63 - 1, -(2**63)]),
        ([2**63], "string", ["9223372036854775808"]),
        ([-(2**63) - 1], "string", ["-9223372036854775809"]),
        ([1, 2.5], "double", [1.0, 2.5]),
        ([2.5, None], "double", [2.5, None]),
        ([2**1000, 0.5], "string", [str(2**1000), "0.5"]),
        ([True, None], "bool", [True, None]),
        ([True, 1], "string", ["true", "1"]),
        (["a", 1], "string", ["a", "1"]),
        ([[1], {"b": None}], "string", ["[1]", '{"b": null}']),
        ([None, None], "string", [None, None]),
        (["\ud800"], "string", ["?"]),
    ],
)
def test_a_property_has_the_plainest_type_that_holds_it(tmp_path, values, kind, held):
    table, said = told_of(tmp_path, collection(*(feature(p=v) for v in values)))
    assert str(table.column("p").type) == kind
    assert table.column("p").to_pylist() == held
    assert (said["crs"], said["geometry"], said["notes"]) == ("OGC:CRS84", "geometry", [])


def test_properties_that_come_and_go_are_none_elsewhere(tmp_path):
    table, _ = told_of(tmp_path, collection(feature(a=1), feature(b=2), feature(), feature(a=4)))
    assert table.column("a").to_pylist() == [1, None, None, 4]
    assert table.column("b").to_pylist() == [None, 2, None, None]


def test_the_id_of_a_feature_is_kept_where_it_is_text_and_no_property_has_its_name(tmp_path):
    numbered = [feature(a=1) | {"id": 7}]
    named = [feature(a=1) | {"id": "x"}, feature(a=2)]
    assert told_of(tmp_path, collection(*numbered))[0].column_names == ["a", "geometry"]
    table, _ = told_of(tmp_path, collection(*named))
    assert table.column_names == ["id", "a", "geometry"]
    assert table.column("id").to_pylist() == ["x", None]
    own, _ = told_of(tmp_path, collection(feature(id=5) | {"id": "x"}))
    assert own.column("id").to_pylist() == [5]
    assert told_of(tmp_path, collection(feature(geometry=5)))[0].column_names == ["geometry"]


RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("geometry", "text"),
    [
        ({"type": "Point", "coordinates": [1, 2]}, "POINT (1 2)"),
        ({"type": "Point", "coordinates": []}, "POINT EMPTY"),
        ({"type": "LineString", "coordinates": RING[:2]}, "LINESTRING (0 0, 1 0)"),
        ({"type": "LineString", "coordinates": []}, "LINESTRING EMPTY"),
        ({"type": "Polygon", "coordinates": [RING]}, "POLYGON ((0 0, 1 0, 1 1, 0 0))"),
        ({"type": "Polygon", "coordinates": []}, "POLYGON EMPTY"),
        ({"type": "MultiPoint", "coordinates": RING[:2]}, "MULTIPOINT ((0 0), (1 0))"),
        ({"type": "MultiLineString", "coordinates": [RING[:2]]}, "MULTILINESTRING ((0 0, 1 0))"),
        ({"type": "MultiPolygon", "coordinates": [[RING]]}, "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))"),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2, 3]}]}, "GEOMETRYCOLLECTION (POINT (1 2))"),
    ],
)  # fmt: skip
def test_each_kind_of_shape_is_read(tmp_path, geometry, text):
    table, said = told_of(tmp_path, feature(geometry))
    assert shapely.to_wkt(shapely.from_wkb(table.column("geometry")[0].as_py())) == text
    assert said["notes"] == []


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [RING[:3]]},
        {"type": "Polygon", "coordinates": [[*RING[:3], [0, 1]]]},
        {"type": "LineString", "coordinates": [[0, 0]]},
        {"type": "Point", "coordinates": [1]},
        {"type": "Point", "coordinates": ["1", "2"]},
        {"type": "Point", "coordinates": 7},
        {"type": "Point"},
        {"type": "Circle", "coordinates": [1, 2]},
        {"coordinates": [1, 2]},
        {"type": "GeometryCollection", "geometries": {}},
        [1, 2],
        "POINT (1 2)",
    ],
)
def test_a_malformed_shape_is_none_and_said(tmp_path, geometry):
    table, said = told_of(tmp_path, collection(feature(), feature(geometry), feature(geometry)))
    assert table.column("geometry").to_pylist() == [None, None, None]
    assert said["notes"] == ["2 shapes are malformed and were read as none (the first is row 3)"]


def test_collections_stand_in_each_other_eight_deep(tmp_path):
    inner: dict = {"type": "Point", "coordinates": [1, 2]}
    for deep in range(1, 11):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
        table, _ = told_of(tmp_path, feature(inner))
        assert (table.column("geometry")[0].as_py() is None) == (deep > 8)


@pytest.mark.parametrize(
    ("crs", "told"),
    [
        (None, None),
        ({"type": "name", "properties": {"name": "EPSG:27700"}}, "EPSG:27700"),
        ({"type": "name", "properties": {"name": " epsg:27700 "}}, "EPSG:27700"),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "OGC:CRS84"),
        ({"type": "name", "properties": {"name": "urn:x-ogc:def:crs:EPSG::27700"}}, "EPSG:27700"),
        ({"type": "name", "properties": {"name": "CRS84"}}, "OGC:CRS84"),
        ({"type": "name", "properties": {"name": "OGC:crs84h"}}, "OGC:CRS84H"),
        ({"type": "EPSG", "properties": {"code": 27700}}, "EPSG:27700"),
        ({"type": "name", "properties": {"name": "ESRI:102100"}}, "ESRI:102100"),
    ],
)
def test_a_system_is_known_by_its_code(tmp_path, crs, told):
    assert told_of(tmp_path, collection(feature(), crs=crs))[1]["crs"] == told


@pytest.mark.parametrize(
    ("crs", "found"),
    [
        ({"type": "link", "properties": {"href": "x"}}, "a link"),
        ({"type": "url", "properties": {"url": "x"}}, "a link"),
        ({"type": "name", "properties": {"name": "file:///a"}}, "no code"),
        ({"type": "name", "properties": {"name": 27700}}, "no code"),
        ({"type": "name", "properties": []}, "no code"),
        ({"type": "name"}, "no code"),
        ({"type": "EPSG", "properties": {"code": "27700+5773"}}, "no code"),
        ({"type": "other", "properties": {"name": "EPSG:27700"}}, "no code"),
        ({"type": ["name"], "properties": {"name": "EPSG:27700"}}, "no code"),
        ([], "no code"),
        ("EPSG:27700", "no code"),
    ],
)
def test_a_system_that_names_no_code_is_refused(tmp_path, crs, found):
    with pytest.raises(Refused, match=f"it gives {found}, which is not followed"):
        told_of(tmp_path, collection(feature(), crs=crs))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'{' expected at line 1, character 1"),
        ("[]", "'{' expected at line 1, character 1"),
        ('{"a" 1}', "':' expected at line 1, character 6"),
        ('{"a":1 "b":2}', "',' expected at line 1, character 8"),
        ('{"features":[{}{}]}', "',' expected at line 1, character 16"),
        ('{"features":[\n{},5]}', "a feature is no object but int"),
        ('{"features":{}}', "JSON without features"),
        ('{"type":"Point","coordinates":[1,2]}', "JSON without features"),
        ('{"features":[{}', "',' expected at line 1, character 16"),
        ('{"a":' + "[" * 100_000, "its values are nested too deeply"),
    ],
)
def test_what_is_no_geojson_is_refused_with_the_place(tmp_path, text, words):
    with pytest.raises(Refused, match=f"cannot be read as GeoJSON: {words}. It may be damaged"):
        told_of(tmp_path, text)


def test_white_space_and_members_around_do_not_matter(tmp_path):
    text = '\ufeff \r\n\t{ "bbox" : [1] , "features" : [ {"properties":{"a":1}} , {"properties":null} ] , "z" : {} }\n'
    assert told_of(tmp_path, text)[0].column("a").to_pylist() == [1, None]
    (tmp_path / "b.geojson").write_bytes(b'{"features":[\xff]}')
    with pytest.raises(Refused, match=r"is not in UTF-8 \(at byte 13\)"):
        read(geojson, tmp_path / "b.geojson")


def test_a_geojson_has_its_limits(tmp_path):
    three = collection(*(feature(**{f"p{n}": n}) for n in range(3)))
    assert told_of(tmp_path, three, limits=LIMITS._replace(rows=3, columns=3))[0].num_rows == 3
    with pytest.raises(Refused, match="more than 2 rows"):
        told_of(tmp_path, three, limits=LIMITS._replace(rows=2))
    with pytest.raises(Refused, match="more than 2 properties"):
        told_of(tmp_path, three, limits=LIMITS._replace(columns=2))


def test_a_workbook_that_is_cut_short_is_refused(tmp_path):
    content = workbook(tmp_path, One=[["a"], [1]]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        at = archive.getinfo("xl/workbook.xml").header_offset
    (tmp_path / "a.xlsx").write_bytes(content[: at + 60] + bytes(60) + content[at + 120 :])
    with pytest.raises(Refused, match="cut short or damaged|cannot be opened"):
        read(sheets, tmp_path / "a.xlsx")
