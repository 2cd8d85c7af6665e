"""What does a process that can do no harm find in this file?"""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point

import csgeo
from csgeo.errors import SourceError, UnreadableFile
from csgeo.sources.apart import starting
from csgeo.sources.apart.ask import ask
from csgeo.sources.files import read_rows
from csgeo.sources.limits import LIMITS

ROOT = str(Path(csgeo.__file__).parents[1])


@pytest.fixture
def sound(tmp_path) -> Path:
    points = gpd.GeoDataFrame({"code": ["007"]}, geometry=[Point(375_000, 165_000)], crs=27700)
    points.to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    return tmp_path / "a.gpkg"


def started_by(monkeypatch, code: str) -> None:
    """Let another program stand in for the reader, and for what a nursery makes."""
    monkeypatch.setattr(starting, "_READER", code)
    monkeypatch.setattr(starting, "offered", lambda: False)


@pytest.fixture(autouse=True)
def no_nursery_is_left():
    """Let every test start a nursery of its own."""
    yield
    starting._close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os; os.kill(os.getpid(), 11)", r"stopped its reader \(SIGSEGV\)\. Nothing of it was used"),
        ("import os; os.kill(os.getpid(), 9)", "takes longer than 24 seconds"),
        ("import os; os.kill(os.getpid(), 24)", "takes longer than 24 seconds"),
        ("import os; os.abort()", "needs more than 640 MB of memory"),
        ("raise SystemExit(3)", r"stopped its reader \(code 3\)"),
        ("pass", r"stopped its reader \(code 0\)"),
        ("import sys; sys.stdout.buffer.write(b'x' * 100)", r"stopped its reader \(answer\)"),
        ("import sys, struct; sys.stdout.buffer.write(b'not arrow at all' + b'{}' + struct.pack('<Q', 2))", "what was read of it is no table"),
        ("import sys, struct; sys.stdout.buffer.write(b'[]' + struct.pack('<Q', 2))", r"stopped its reader \(answer\)"),
        ("import sys, struct; sys.stdout.buffer.write(b'[}' + struct.pack('<Q', 2))", r"stopped its reader \(answer\)"),
    ],
)  # fmt: skip
@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_reader_that_ends_badly_is_said_with_the_limit_and_the_remedy(sound, monkeypatch, code, words):  # fmt: skip
    started_by(monkeypatch, code)
    with pytest.raises(UnreadableFile, match=rf"a\.gpkg .*{words}.*(xport|lip) ") as refused:
        ask(sound, "GeoPackage")
    assert str(sound.parent) not in str(refused.value)


def children() -> set[str]:
    """Give the processes that this one has started and that are still there."""
    lists = Path("/proc/self/task").glob("*/children")
    return {pid for one in lists for pid in one.read_text().split()}


def test_a_reader_that_does_not_end_is_ended_and_nothing_is_left(sound, monkeypatch, tmp_path):
    before = children()  # of other tests, such as a browser
    started_by(monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    (tmp_path / "temporary").mkdir()
    with pytest.raises(UnreadableFile, match="takes longer than 0.3 seconds"):
        ask(sound, "GeoPackage", limits=LIMITS._replace(wall_s=0.3))
    assert list((tmp_path / "temporary").iterdir()) == []
    assert children() <= before, "no child is left, alive or dead"


def test_a_file_that_is_too_large_is_not_even_opened(sound, monkeypatch):
    started_by(monkeypatch, "raise SystemExit(3)")
    with pytest.raises(UnreadableFile, match=r"a\.gpkg must be at most 0 MB; it has 0 MB"):
        ask(sound, "GeoPackage", limits=LIMITS._replace(file_mb=0))


def test_no_key_and_no_setting_of_ours_reaches_the_reader(sound, monkeypatch):
    code = "import json, os, struct, sys; t = json.dumps({'refused': ' '.join(os.environ)}).encode(); sys.stdout.buffer.write(t + struct.pack('<Q', len(t)))"
    started_by(monkeypatch, code)
    monkeypatch.setenv("CSGEO_KEY", "secret")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("OGR_SKIP", "GPKG")
    with pytest.raises(UnreadableFile) as told:
        ask(sound, "GeoPackage")
    assert "PATH" in str(told.value)
    assert not {"CSGEO_KEY", "http_proxy", "OGR_SKIP"} & set(str(told.value).split())


def test_gdal_has_two_drivers_there_and_no_other():
    code = "import sys; sys.path.insert(0, sys.argv[1]); from csgeo.sources.apart import gis; print(gis.drivers())"
    ran = subprocess.run([sys.executable, "-I", "-c", code, ROOT], capture_output=True, text=True, check=True)  # fmt: skip
    assert ran.stdout.strip() == "['ESRI Shapefile', 'GPKG']"


def test_neither_gdal_nor_openpyxl_is_loaded_in_this_process(sound):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from csgeo.sources.files import read_rows; "
        "read_rows(sys.argv[2]); print([m for m in ('pyogrio', 'openpyxl', 'pyarrow.parquet') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, ROOT, str(sound)], capture_output=True, text=True, check=True)  # fmt: skip
    assert ran.stdout.strip() in {
        "[]",
        "['pyarrow.parquet']",
    }  # geopandas itself may look at Parquet


def test_what_qgis_has_not_yet_written_into_a_geopackage_is_read_too(sound):
    base = sqlite3.connect(sound)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA wal_autocheckpoint = 0")
    base.execute("CREATE TABLE more (fid INTEGER PRIMARY KEY, code TEXT)")
    base.execute("INSERT INTO more VALUES (1, '008')")
    base.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('more', 'attributes', 'more', 0)")  # fmt: skip
    base.commit()
    assert sound.with_name("a.gpkg-wal").stat().st_size > 0
    assert read_rows(sound, layer="more").frame["code"].tolist() == ["008"]
    base.close()
    assert read_rows(sound, layer="a").frame["code"].tolist() == ["007"]


def test_a_geopackage_in_a_folder_that_cannot_be_written_is_read(sound):
    base = sqlite3.connect(sound)
    base.execute("PRAGMA journal_mode = WAL")
    base.close()
    before = sorted(p.name for p in sound.parent.iterdir())
    assert read_rows(sound).frame["code"].tolist() == ["007"]
    assert sorted(p.name for p in sound.parent.iterdir()) == before


def test_limits_on_rows_and_columns_name_themselves(tmp_path):
    features = ",".join('{"type":"Feature","properties":{"a":1,"b":2},"geometry":null}' for _ in range(9))  # fmt: skip
    file = tmp_path / "a.geojson"
    file.write_text('{"type":"FeatureCollection","features":[' + features + "]}")
    with pytest.raises(SourceError, match=r"a\.geojson holds more than 8 rows.*Clip it"):
        ask(file, "GeoJSON", limits=LIMITS._replace(rows=8))
    assert ask(file, "GeoJSON", limits=LIMITS._replace(rows=9)).table.num_rows == 9
    with pytest.raises(SourceError, match=r"a\.geojson has more than 1 properties"):
        ask(file, "GeoJSON", limits=LIMITS._replace(columns=1))


def test_the_footer_is_the_end_of_the_answer(sound):
    found = ask(sound, "GeoPackage", layer=None)
    assert json.dumps(found.said["crs"]) == '"EPSG:27700"'
    assert struct.calcsize("<Q") == 8
    assert found.table.column("code").to_pylist() == ["007"]


def test_the_reader_does_without_libraries_that_others_would_load():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from csgeo.sources.apart import child; "
        "child.leave_unloaded(); child.leave_unloaded()\n"
        "for name in ('pandas', 'geopandas', 'lxml', 'lxml.etree', 'defusedxml', 'PIL'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError as error: print(error.name)\n"
        "print(len([f for f in sys.meta_path if type(f).__name__ == '_Unloaded'])); import json.tool"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code, ROOT], capture_output=True, text=True, check=True)  # fmt: skip
    assert ran.stdout.split() == ["pandas", "geopandas", "lxml", "lxml", "defusedxml", "PIL", "1"]
