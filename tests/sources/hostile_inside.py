"""Which files would harm by what stands inside, where their outside is sound?

Zips in zips, parts that share their bytes, bases that act when they are opened, tables of a few
bytes that stand for gigabytes, text that no table has. ``HOSTILE`` holds these and the others.
"""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sqlite3
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import parquet

from tests.sources.hostile_files import (
    _CELL,
    _HERE,
    ATTACKS,
    SHEET,
    Target,
    _feature,
    _geopackage,
    _shapefile_parts,
    _sheet,
    _text,
    _with_view,
    _workbook,
    _zip,
)

if TYPE_CHECKING:
    from pathlib import Path


def _nested(folder: Path, _: Target) -> Path:
    """A zip in a zip in a zip, thirty deep, each named as what it is not."""
    content = b"x"
    for _n in range(30):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.shp", content)
        content = held.getvalue()
    return _text(folder, content, "a.zip")


def _overlapping(folder: Path, *, part: str, name: str, times: int) -> Path:
    """One packed piece of 16 MB that the list of parts names many times."""
    body = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = bytes(16 << 20)
    packed = body.compress(plain) + body.flush()
    told = part.encode()
    about = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, zlib.crc32(plain), len(packed), len(plain), len(told), 0)  # fmt: skip
    local = b"PK\x03\x04" + about + told + packed
    listed = b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + told  # fmt: skip
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, times, times, len(listed) * times, len(local), 0)  # fmt: skip
    return _text(folder, local + listed * times + end, name)


def _triggered(folder: Path, _: Target) -> Path:
    """A base that wants to attach another, and to load a library, when anything happens in it."""
    file = _geopackage(folder)
    with sqlite3.connect(file) as base:
        for when in ("INSERT", "UPDATE", "DELETE"):
            base.execute(f"CREATE TRIGGER t{when} AFTER {when} ON gpkg_contents BEGIN SELECT load_extension('/tmp/evil.so'); END")  # fmt: skip
            base.execute(f"CREATE TRIGGER r{when} BEFORE {when} ON records BEGIN DELETE FROM records; END")  # fmt: skip
    base.close()
    return file


def _virtual(folder: Path, target: Target) -> Path:
    """A base with tables that stand for files elsewhere, and for an address."""
    file = _geopackage(folder)
    made = (
        f"CREATE VIRTUAL TABLE bomb USING VirtualOGR('{target.secret}')",
        f"CREATE VIRTUAL TABLE bomb2 USING VirtualShape('{target.secret}', 'UTF-8', 27700)",
        f"CREATE VIRTUAL TABLE bomb3 USING csv(filename='{target.secret}')",
        f"CREATE VIRTUAL TABLE bomb4 USING VirtualOGR('/vsicurl/http://{target.address}/a.csv')",
    )
    with sqlite3.connect(file) as base:
        base.execute("PRAGMA writable_schema = ON")
        for n, sql in enumerate(made):
            name = sql.split()[3]
            base.execute("INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, 0, ?)", (name, name, sql))  # fmt: skip
            base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'attributes', ?, 0)", (name, f"b{n}"))  # fmt: skip
        base.execute("DELETE FROM gpkg_contents WHERE table_name IN ('records', 'bomb2', 'bomb3', 'bomb4')")  # fmt: skip
    base.close()
    return file


def _attached(folder: Path, target: Target) -> Path:
    """A layer and a column whose names would attach another base if they were run."""
    file = _geopackage(folder)
    name = f"x'; ATTACH DATABASE '{target.secret}' AS y; --"
    with sqlite3.connect(file) as base:
        base.execute(f'CREATE TABLE "{name}" (fid INTEGER PRIMARY KEY, "{name}" TEXT)')
        base.execute(f'INSERT INTO "{name}" VALUES (1, ?)', ("CSE",))
        base.execute("DELETE FROM gpkg_contents")
        base.execute("DELETE FROM gpkg_geometry_columns")
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'attributes', ?, 0)", (name, name))  # fmt: skip
    base.close()
    return file


def _long_record(folder: Path, _: Target) -> Path:
    """A Shapefile whose record and table say that they are four gigabytes long."""
    parts = _shapefile_parts(folder)
    shp, shx, dbf = (bytearray(parts[e]) for e in (".shp", ".shx", ".dbf"))
    shp[24:28] = shp[104:108] = struct.pack(">L", 0x7FFFFFFF)
    shx[104:108] = struct.pack(">L", 0x7FFFFFFF)
    dbf[10:12] = struct.pack("<H", 0xFFFF)
    dbf[4:8] = struct.pack("<L", 0x7FFFFFFF)
    for ending, content in (parts | {".shp": shp, ".shx": shx, ".dbf": dbf}).items():
        (folder / f"a{ending}").write_bytes(bytes(content))
    return folder / "a.shp"


def _many_points(folder: Path, _: Target) -> Path:
    """A Shapefile whose one line says that it has two thousand million points and parts."""
    parts = _shapefile_parts(folder)
    shp = bytearray(parts[".shp"][:100]) + struct.pack(">LL", 1, 48)
    shp += struct.pack("<L4d2L", 3, 0, 0, 1, 1, 0x7FFFFFFF, 0x7FFFFFFF) + bytes(48)
    shp[32:36] = struct.pack("<L", 3)
    for ending, content in (parts | {".shp": shp}).items():
        (folder / f"a{ending}").write_bytes(bytes(content))
    return folder / "a.shp"


def _table(folder: Path, columns: dict, **metadata: bytes) -> Path:
    made = pa.table(columns)
    known = {k.replace("_", ":"): v for k, v in metadata.items()}
    parquet.write_table(made.replace_schema_metadata(known), folder / "a.parquet")
    return folder / "a.parquet"


class _Evil:
    """Reads a file when it is unpickled."""

    def __init__(self, secret: Path) -> None:
        self.secret = secret

    def __reduce__(self) -> tuple:
        return (open, (str(self.secret),))


def _pickled(folder: Path, target: Target) -> Path:
    """A Parquet whose column is of a type that old versions of Arrow unpickled."""
    evil = pickle.dumps(_Evil(target.secret))
    about = {b"ARROW:extension:name": b"arrow.py_extension_type", b"ARROW:extension:metadata": evil}
    schema = pa.schema([pa.field("type", pa.string(), metadata=about)])
    parquet.write_table(pa.table([pa.array(["CSE"])], schema=schema), folder / "a.parquet")
    return folder / "a.parquet"


def _repeated_word(folder: Path, _: Target) -> Path:
    codes = pa.array([0] * 1_000_000, pa.int8())
    return _table(folder, {"type": pa.DictionaryArray.from_arrays(codes, pa.array(["x" * (4 << 20)]))})  # fmt: skip


def _geo(**changed: object) -> bytes:
    return json.dumps({"version": "1.0.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}} | changed).encode()  # fmt: skip


_GZIPPED = gzip.compress(gzip.compress(b"id,type\n" + b"1,CSE\n" * 9))
_WIDE = b"id,type\n" + b"1,CSE\n" * 100
_LINE = b"a," * (70 << 20)

#: As :data:`tests.sources.hostile_files.ATTACKS`.
INSIDE = {
    "zips thirty deep": (_nested, "is no Shapefile"),
    "zip of a zip named .shp": (lambda f, _: _zip(f, {"a.shp": _zip(f, {"b": b""}, "b.zip").read_bytes()}), "is no Shapefile"),
    "zip that lists one part 4,000 times": (lambda f, _: _overlapping(f, part="a.shp", name="a.zip", times=4_000), "is no Shapefile|broken zip|has 4000 layers"),
    "workbook that lists one part 4,000 times": (lambda f, _: _overlapping(f, part=SHEET, name="a.xlsx", times=4_000), "at most 320 MB when unpacked|broken"),
    "workbook that names one part twice": (lambda f, _: _overlapping(f, part=SHEET, name="a.xlsx", times=2), "cannot be opened|damaged|broken"),
    "gzip in a gzip": (lambda f, _: _text(f, _GZIPPED, "a.csv.gz"), "neither text|not what its name says|gzip"),
    "gzip of two members, one a bomb": (lambda f, _: _text(f, gzip.compress(_WIDE) + gzip.compress(bytes(300 << 20), 9), "a.csv.gz"), "at most 160 MB when unpacked"),
    "gzip with a length that lies": (lambda f, _: _text(f, gzip.compress(bytes(200 << 20), 9)[:-4] + b"\x01\x00\x00\x00", "a.csv.gz"), "at most 160 MB|cut short"),
    "GeoPackage with triggers": (_triggered, "READ"),
    "GeoPackage of tables that stand for files": (_virtual, "cannot be read|no such|damaged|has 0 layers"),
    "GeoPackage whose names would attach a base": (_attached, "READ|cannot be read"),
    "GeoPackage of a pointer to an address": (lambda f, t: _with_view(f, f"SELECT 1 AS fid, '/vsicurl/http://{t.address}/a.gpkg' AS type"), "READ"),
    "GeoPackage of 2,000 views": (lambda f, _: _views(f, 2_000), "layers|READ|cannot be read"),
    "Shapefile of records without end": (_long_record, "cannot be read|damaged|memory|READ|has no place|longer"),
    "Shapefile of two thousand million points": (_many_points, "cannot be read|damaged|memory|READ"),
    "Parquet with a word repeated to 4 TB": (_repeated_word, "more than 256 MB|memory"),
    "Parquet of columns of nothing": (lambda f, _: _table(f, {f"c{n}": pa.nulls(1_000_000) for n in range(300)}), "more than 256 MB|memory"),
    "Parquet of 5,000 columns": (lambda f, _: _table(f, {f"c{n}": [1] for n in range(5_000)}), "at most 2,000 are read"),
    "Parquet of lists in lists": (lambda f, _: _table(f, {"type": pa.array([[[["x"] * 9] * 9] * 9] * 900)}), "READ|more than"),
    "Parquet with 60 MB of metadata": (lambda f, _: _table(f, {"type": ["CSE"]}, note=b"x" * (60 << 20)), "cannot be read|READ|damaged"),
    "Parquet with metadata of any depth": (lambda f, _: _table(f, {"type": ["CSE"]}, pandas=b"[" * 100_000), "damaged|cannot be read"),
    "Parquet whose pandas part is no table": (lambda f, _: _table(f, {"type": ["CSE"]}, pandas=b'{"index_columns": {"a": 1}}'), "READ|cannot be read"),
    "Parquet whose shapes are nowhere": (lambda f, _: _table(f, {"type": ["CSE"]}, geo=_geo()), "is no table|cannot be read|damaged"),
    "Parquet whose shapes are numbers": (lambda f, _: _table(f, {"g": [1]}, geo=_geo()), "shape that cannot be read"),
    "Parquet whose shapes are noise": (lambda f, _: _table(f, {"g": [b"\x01\x07\x00\x00\x00\xff\xff\xff\xff"]}, geo=_geo()), "shape that cannot be read"),
    "Parquet whose geo part is a list": (lambda f, _: _table(f, {"g": [b""]}, geo=b"[]"), "cannot be read|damaged"),
    "Parquet of a type that is unpickled": (_pickled, "READ|cannot be read"),
    "workbook of 20,000 sheets": (lambda f, _: _workbook(f, changed=_many_sheets(20_000)), "READ|cannot be|longer|memory|more"),
    "workbook whose text is nowhere": (lambda f, _: _workbook(f, changed={SHEET: _sheet('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>')}), "cannot be read|is empty"),
    "workbook of a date beyond time": (lambda f, _: _workbook(f, changed={SHEET: _sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" t="d"><v>99999-99-99</v></c><c r="B2" s="1"><v>1e308</v></c></row>')}), "READ|cannot be read"),
    "workbook of cells in cells": (lambda f, _: _workbook(f, changed={SHEET: _sheet(_CELL.format("<t>" * 50_000))}), "cannot be|damaged|is empty"),
    "CSV of NUL": (lambda f, _: _text(f, b"id,type\n" + b"\x00,\x00CSE\x00\n" * 2_000, "a.csv"), "READ|neither text"),
    "CSV of nothing but NUL": (lambda f, _: _text(f, bytes(1 << 20), "a.csv"), "neither text|is empty"),
    "CSV of a million columns": (lambda f, _: _text(f, b"c," * 1_000_000 + b"\n1\n", "a.csv"), "at most 2,000 columns|columns"),
    "CSV of one line of 500 MB": (lambda f, _: _text(f, b"a" * (500 << 20), "a.csv"), "at most 160 MB as text"),
    "CSV of one line of 140 MB": (lambda f, _: _text(f, b"id,type\n" + _LINE, "a.csv"), "must have at most|field of more"),
    "CSV of one word of 140 MB": (lambda f, _: _text(f, b"id,type\n1," + b"x" * (140 << 20), "a.csv"), "READ|field of more|must have at most"),
    "CSV of several encodings": (lambda f, _: _text(f, "id,type\n1,é\n".encode() + "2,é\n".encode("cp1252") + "3,é\n".encode("utf-16"), "a.csv"), "READ"),
    "CSV that turns UTF-16 half way": (lambda f, _: _text(f, b"\xff\xfe" + "id,type\n1,a\n".encode("utf-16-le") + b"\xd8\xd8\xd8", "a.csv"), "does not go on so"),
    "CSV of one quotation mark in each row": (lambda f, _: _text(f, b'id,type\n' + b'1,"a\n' * 400_001, "a.csv"), "never closed|READ|field of more"),
    "CSV of half quoted fields": (lambda f, _: _text(f, b"id,type\n" + b'"a"b"c",1\n' * 300_000, "a.csv"), "READ|never closed"),
    "CSV of empty rows": (lambda f, _: _text(f, b"id,type\n" + b",\n" * 900_000, "a.csv"), "is empty"),
    "GeoJSON of one text of 60 MB": (lambda f, _: _text(f, _feature(_HERE).replace("CSE", "x" * (60 << 20)), "a.geojson"), "READ|memory|more than"),
    "GeoJSON of a million empty lists": (lambda f, _: _text(f, _feature('{"type":"MultiPolygon","coordinates":[' + "[]," * 1_000_000 + "[]]}"), "a.geojson"), "READ|memory|longer"),
    "GeoJSON whose features are objects without end": (lambda f, _: _text(f, '{"type":"FeatureCollection","features":[' + '{"type":"Feature","properties":null,"geometry":null},' * 400_000, "a.geojson"), "cannot be read as GeoJSON"),
    "GeoJSON that names a member twice": (lambda f, _: _text(f, '{"features":[],"features":[{"geometry":null}],"crs":null,"crs":{"type":"name","properties":{"name":"EPSG:27700"}}}', "a.geojson"), "READ"),
    "GeoJSON of many crs": (lambda f, _: _text(f, '{"crs":{"type":"name","properties":{"name":"' + "EPSG:" * 200_000 + '"}},"features":[]}', "a.geojson"), "is not followed"),
}  # fmt: skip


def _views(folder: Path, many: int) -> Path:
    file = _geopackage(folder)
    with sqlite3.connect(file) as base:
        for n in range(many):
            base.execute(f"CREATE VIEW v{n} AS SELECT 1 AS fid")
        base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) SELECT name, 'attributes', name, 0 FROM sqlite_master WHERE type = 'view' AND name LIKE 'v%'")  # fmt: skip
    base.close()
    return file


def _many_sheets(many: int) -> dict[str, bytes]:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    sheets = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="rId1"/>' for n in range(many))
    return {"xl/workbook.xml": f"<workbook {space}><sheets>{sheets}</sheets></workbook>".encode()}


HOSTILE = ATTACKS | INSIDE
