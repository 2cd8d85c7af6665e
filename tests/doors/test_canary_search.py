"""Is a planted secret found in whatever dress it leaves?"""

from __future__ import annotations

import base64
import gzip
import json
import sqlite3
import struct
import subprocess
import sys
import zipfile
import zlib

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point

from tests.doors.canaries import (
    found_in,
    found_in_file,
    found_in_memory,
    of_place,
    of_secret,
    of_text,
)

NAME = of_text("name", "Zebedee Quillfeather")
KEY = of_secret("key", bytes(range(7, 39)))
PLACE = of_place("place", 401234.57, 201987.43)
ALL = (NAME, KEY, PLACE)


@pytest.mark.parametrize(
    "dress",
    [
        lambda t: t,
        lambda t: t.lower(),
        lambda t: t.upper(),
        lambda t: t.decode().encode("utf-16"),
        lambda t: t.hex().encode(),
        lambda t: base64.b64encode(b"x" + t + b"yz"),
        lambda t: base64.b64encode(b"xy" + t + b"z"),
        base64.urlsafe_b64encode,
        gzip.compress,
        lambda t: b"\x0a\x92" + zlib.compress(b"abc" + t) + b"more",
        lambda t: base64.b64encode(gzip.compress(b"pad" * 99 + t)),
        lambda t: json.dumps({"a": t.decode()}).encode(),
        lambda t: t.replace(b" ", b""),
        lambda t: b"".join(b"%%%02X" % b for b in t),
        lambda t: __import__("hashlib").sha256(t).hexdigest().encode(),
    ],
)
def test_a_name_is_found_in_every_dress(dress):
    text = dress(b"Zebedee Quillfeather")
    assert found_in(b"before " * 5 + text + b" after" * 5, ALL) == {"name"}


@pytest.mark.parametrize(
    "dress",
    [
        b"401234.57",
        b"[401235, 201987]",
        b'{"x":401234.6,"y":201987.4}',
        b"401235;201987",
        struct.pack("<d", 401234.57),
        struct.pack(">d", 201987.43),
        Point(401234.57, 201987.43).wkb,
    ],
)
def test_a_place_is_found_as_digits_and_as_numbers(dress):
    assert found_in(b"{" + dress + b"}", ALL) == {"place"}


def test_a_place_is_found_in_degrees():
    at = gpd.GeoSeries([Point(401234.57, 201987.43)], crs=27700).to_crs(4326)
    assert found_in(at.to_json().encode(), ALL) == {"place"}
    said = f"[{at[0].x:.5f}, {at[0].y:.5f}]".encode()
    assert found_in(said, ALL) == {"place"}


def test_what_only_shares_digits_is_not_found():
    assert found_in(b"401250 201875 1401235, 2201987 Zebedee 070809 401235", ALL) == set()


def test_a_key_is_found_as_bytes_and_as_text():
    secret = bytes(range(7, 39))
    for dress in (secret, secret.hex().encode(), base64.b64encode(secret)):
        assert found_in(b"..." + dress + b"...", ALL) == {"key"}


def test_files_are_looked_into(tmp_path):
    at = gpd.GeoDataFrame({"a": ["x"]}, geometry=[Point(401234.57, 201987.43)], crs=27700)
    at.to_file(tmp_path / "a.gpkg")
    at.to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"n": ["Zebedee Quillfeather"] * 99}).to_parquet(tmp_path / "b.parquet")
    book = openpyxl.Workbook()
    book.active["A1"] = "Zebedee Quillfeather"
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Zebedee Quillfeather.txt", "x")
    (tmp_path / "Zebedee Quillfeather.txt").write_text("x")
    found = {p.name: found_in_file(p, ALL) for p in tmp_path.iterdir()}
    assert found == {
        "a.gpkg": {"place"},
        "a.parquet": {"place"},
        "b.parquet": {"name"},
        "a.xlsx": {"name"},
        "a.zip": {"name"},
        "Zebedee Quillfeather.txt": {"name"},
    }


def test_what_was_deleted_from_a_database_is_found(tmp_path):
    opened = sqlite3.connect(tmp_path / "a.db")
    opened.execute("pragma secure_delete = off")
    opened.execute("create table t (a)")
    opened.execute("insert into t values ('Zebedee Quillfeather')")
    opened.commit()
    opened.execute("delete from t")
    opened.commit()
    opened.close()
    assert found_in_file(tmp_path / "a.db", ALL) == {"name"}


def test_the_memory_of_a_process_is_looked_into():
    code = "import sys; a = ('Zebedee ' + sys.argv[1]) * 3; print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "Quillfeather"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.readline()
        found = found_in_memory(process.pid, ALL)
        process.communicate(b"\n")
    assert found == {"name"}
