"""Does each file that leaves say what it is, and tell nothing by the way?"""

import csv
import datetime as dt
import getpass
import io
import json
import re
import socket
import sqlite3
import zipfile
from dataclasses import fields

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely

import csgeo
from csgeo.disclosure.release import make_release, seal_release
from csgeo.outputs.exports import hidden_in_words, neutral_text, said_of
from csgeo.outputs.exports_kinds import KINDS, PARTS, holds, writer
from csgeo.outputs.map import map_html
from csgeo.outputs.workbook import workbook
from csgeo.outputs.write import write_outputs
from tests.outputs.invented import PLANTED, invented_study

PURPOSE, RECIPIENT = "planning detached youth work", "Wexcombe safety partnership"
#: A side of the finest lattice, metres: no corner lies anywhere else.
CORNER_M = 125


def changed(release, **parts):
    """Give a release with other words in it, as the store would open one that says so."""
    return seal_release(**({f.name: getattr(release, f.name) for f in fields(release)} | parts))


@pytest.fixture(scope="module")
def release():
    return changed(make_release(invented_study()), purpose=PURPOSE, recipient=RECIPIENT)


@pytest.fixture(scope="module")
def exact():
    return make_release(
        invented_study(),
        audience="analysts",
        purpose=PURPOSE,
        recipient=RECIPIENT,
        record=lambda said: None,
    )


@pytest.fixture(scope="module")
def written(release, tmp_path_factory):
    return write_outputs(release, tmp_path_factory.mktemp("files"))


def words_of(name, content):
    """Everything in a file that is text, whatever its packing."""
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(n).decode() for n in parts.namelist())
    if name.endswith(".parquet"):
        table = pq.read_table(io.BytesIO(content))
        meta = " ".join(v.decode(errors="replace") for v in (table.schema.metadata or {}).values())
        listed = table.drop_columns(["geometry"]).to_pandas().to_csv()
        return f"{meta}\n{listed}"
    if name.endswith(".gpkg"):
        link = sqlite3.connect(":memory:")
        link.deserialize(content)
        said = []
        for (table,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            said += [
                str([v for v in row if not isinstance(v, bytes)])
                for row in link.execute(f'SELECT * FROM "{table}"')
            ]
        link.close()
        return "\n".join(said)
    return content.decode("utf-8")


# ---- what it says ------------------------------------------------------------------------------


def test_every_file_carries_marking_caveat_purpose_and_recipient(written):
    for name, path in written.items():
        text = words_of(name, path.read_bytes())
        assert "OFFICIAL-SENSITIVE" in text, name
        assert "Recorded incidents are not all incidents" in text, name
        assert PURPOSE in text, name
        assert RECIPIENT in text, name


def test_what_is_hidden_is_counted_and_is_not_said_to_be_zero(release):
    assert hidden_in_words(release) == (
        "Two were set aside. Two were hidden to protect people. 2 pieces of ground are hidden "
        "(none, or fewer than 5 people, or mostly one: hidden to protect people). "
        "What is hidden is not zero."
    )


def test_exact_counts_are_marked_on_each_sheet_layer_and_page(exact, tmp_path):
    found = write_outputs(exact, tmp_path)
    mark = "EXACT COUNTS, ANALYSTS ONLY"
    for name, path in found.items():
        assert mark in words_of(name, path.read_bytes()), name
    for layer, _ in pyogrio.list_layers(found["hotspots.gpkg"]):
        if layer == "layer_styles" or layer.startswith("gpkg_"):
            continue
        link = sqlite3.connect(found["hotspots.gpkg"])
        ((said,),) = link.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = ?", (layer,)
        ).fetchall()
        link.close()
        assert mark in said, layer
    assert said_of(exact)["hidden"].startswith("Nothing is hidden")
    assert "Counts are exact: for analysts only." in said_of(exact)["caveats"][0]
    assert not any("rounded" in caveat for caveat in said_of(exact)["caveats"])
    assert "Counts are rounded" not in map_html(exact)


def test_geojson_keeps_its_form_and_says_what_it_is_before_its_features(written):
    text = written["hotspots.geojson"].read_text(encoding="utf-8")
    told = json.loads(text)
    assert list(told)[:2] == ["type", "marking"]
    assert text.index('"caveats"') < text.index('"features"')
    assert (told["given_to"], told["given_for"]) == (RECIPIENT, PURPOSE)
    assert "crs" not in told


def test_csv_is_still_a_table_whose_first_line_is_its_head(written):
    with written["hotspots.csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "hotspot_id"
    assert rows[0][-4:] == ["marking", "given_to", "given_for", "caveats"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert {row[-4] for row in rows[1:]} == {"OFFICIAL-SENSITIVE"}


def test_parquet_reads_as_before_and_says_what_it_is_in_its_metadata(written, release):
    import geopandas as gpd

    table = gpd.read_parquet(written["cells.parquet"])
    pd.testing.assert_frame_equal(
        pd.DataFrame(table.drop(columns="geometry")),
        pd.DataFrame(release.cells.drop(columns="geometry")),
    )
    assert table.crs == release.cells.crs
    said = json.loads(pq.read_schema(written["cells.parquet"]).metadata[b"csgeo"])
    assert said == json.loads(json.dumps(said_of(release)))


def test_the_map_shows_the_marking_on_screen_and_on_each_sheet_of_paper(release):
    hostile = changed(release, marking='</style><script>x</script>"}\\ &', title="*/ @import 'x'")
    page = map_html(hostile)
    assert "</style><script>x" not in page
    assert page.count('<footer class="foot">') == 1
    (content,) = re.findall(r'@bottom-center\{content:"([^"]*)"', page)
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]{6})+", content)
    assert content.startswith("\\00003c\\00002fstyle")


# ---- what it tells by the way ------------------------------------------------------------------


def test_no_file_tells_a_record_a_person_a_score_a_path_a_user_or_a_machine(written):
    # a name as short as `vm` or as common as `root` stands in any text
    own = {n for n in (getpass.getuser(), socket.gethostname()) if len(n) > 6}
    secrets = [PLANTED[k] for k in ("person", "incident", "easting", "score")]
    secrets += [*own, "/tmp/", "/root", "/home/", "/work/", "/somewhere", "\\Users\\", "person_key"]
    for name, path in written.items():
        content = path.read_bytes()
        text = words_of(name, content)
        for secret in secrets:
            assert secret not in text, (name, secret)
            assert secret.encode() not in content, (name, secret)


def test_no_count_is_below_the_threshold_and_each_is_a_step_of_rounding(written, release):
    tables = {
        "csv": pd.read_csv(written["hotspots.csv"], encoding="utf-8-sig"),
        "parquet": pq.read_table(written["hotspots.parquet"]).to_pandas(),
        "cells": pq.read_table(written["cells.parquet"]).to_pandas(),
        "gpkg": pyogrio.read_dataframe(written["hotspots.gpkg"], layer="hotspots"),
        "csv views": pd.read_csv(written["views.csv"], encoding="utf-8-sig"),
        "gpkg views": pyogrio.read_dataframe(written["hotspots.gpkg"], layer="views"),
        "gpkg cells": pyogrio.read_dataframe(written["hotspots.gpkg"], layer="cells"),
        "geojson": pd.DataFrame(
            f["properties"]
            for f in json.loads(written["cells.geojson"].read_text(encoding="utf-8"))["features"]
        ),
    }
    for name, table in tables.items():
        counts = table["incidents"].dropna()
        assert len(counts) >= 6, name
        assert (counts >= release.least_people).all(), name
        assert (counts % release.round_to == 0).all(), name
        assert not {"people", "q_value", "p_value", "score"} & set(table.columns), name
    sheet = openpyxl.load_workbook(written["places.xlsx"]).active
    numbers = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, int)]
    counts = [n for n in numbers if n > len(release.hotspots)]
    assert len(counts) >= 10
    assert {n % release.round_to for n in counts} == {0}


def test_each_corner_of_a_shape_is_a_corner_of_the_lattice(written):
    back = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    for name in ("hotspots", "cells"):
        features = json.loads(written[f"{name}.geojson"].read_text(encoding="utf-8"))["features"]
        shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
        x, y = back.transform(*shapely.get_coordinates(shapes).T)
        in_files = {"geojson": np.column_stack([x, y])}
        for kind, table in (
            ("gpkg", pyogrio.read_dataframe(written["hotspots.gpkg"], layer=name).geometry),
            ("parquet", pq.read_table(written[f"{name}.parquet"]).to_pandas()["geometry"]),
        ):
            found = shapely.from_wkb(table.tolist()) if kind == "parquet" else table.to_numpy()
            in_files[kind] = shapely.get_coordinates(found)
        for kind, corners in in_files.items():
            off = np.abs(corners - np.round(corners / CORNER_M) * CORNER_M)
            assert off.max() < (0.2 if kind == "geojson" else 1e-9), (name, kind)


def test_no_date_in_a_file_is_that_of_its_making(written):
    today = {dt.datetime.now(dt.UTC).date(), dt.date.today()}
    for name, path in written.items():
        content = path.read_bytes().replace(csgeo.RESULTS_CHANGED.encode(), b"")
        for day in today:
            assert day.isoformat().encode() not in content, name
            assert day.strftime("%Y/%m/%d").encode() not in content, name
    with zipfile.ZipFile(written["places.xlsx"]) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_geopackage_has_no_layer_and_no_row_that_is_not_said(written, release):
    link = sqlite3.connect(written["hotspots.gpkg"])
    tables = {name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    told = {name for (name,) in link.execute("SELECT table_name FROM gpkg_contents")}
    assert {t for t in tables if not t.startswith(("gpkg_", "rtree_", "sqlite_"))} == told
    assert link.execute("SELECT count(*) FROM sqlite_master WHERE type='view'").fetchone() == (0,)
    for name in ("hotspots", "cells", "services"):
        (rows,) = link.execute(f"SELECT count(*) FROM {name}").fetchone()
        assert rows == len(getattr(release, name))
    (free,) = link.execute("PRAGMA freelist_count").fetchone()
    link.close()
    assert free == 0  # no page that was deleted and can be read back


# ---- the workbook ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheet(written):
    return openpyxl.load_workbook(written["places.xlsx"]).active


def test_the_workbook_lists_the_places_with_numbers_as_numbers(sheet):
    rows = list(sheet.iter_rows(values_only=True))
    (head,) = [i for i, row in enumerate(rows) if row[0] == "Rank"]
    first = dict(zip(rows[head], rows[head + 1], strict=True))
    assert (first["Rank"], first["Records, about"], first["Expected, about"]) == (1, 790, 30)
    assert first["Place"] == "Around Market Street and the bus station"
    assert first["Busiest"] == "Thursday, 15:00 to 19:00; Friday, 15:00 to 19:00"
    assert "Library" in first["Within reach"]
    assert [row[0] for row in rows[head + 1 : head + 7]] == [1, 2, 3, 4, 5, 6]
    assert rows[0][0] == "OFFICIAL-SENSITIVE"
    assert rows[-1][0].startswith("OFFICIAL-SENSITIVE")


def test_the_workbook_has_one_sheet_and_nothing_hidden(written):
    book = openpyxl.load_workbook(written["places.xlsx"])
    assert [s.title for s in book.worksheets] == ["Places"]
    assert book.active.sheet_state == "visible"
    assert not dict(book.defined_names)
    assert not any(d.hidden for d in book.active.column_dimensions.values())
    assert not any(d.hidden for d in book.active.row_dimensions.values())
    kinds = {c.data_type for row in book.active.iter_rows() for c in row}
    assert kinds <= {"s", "inlineStr", "n"}  # no formula, no error, no date
    with zipfile.ZipFile(written["places.xlsx"]) as parts:
        assert set(parts.namelist()) == {
            "[Content_Types].xml",
            "_rels/.rels",
            "docProps/app.xml",
            "docProps/core.xml",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/theme/theme1.xml",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
        }
        told = "".join(parts.read(n).decode() for n in parts.namelist())
        assert parts.comment == b""
    for what in (
        "<f>",
        "<f ",
        "hyperlink",
        "oleObject",
        "externalReference",
        'hidden="1"',
        "veryHidden",
    ):
        assert what not in told, what
    assert "<dc:creator>csgeo</dc:creator>" in told
    assert "lastModifiedBy" not in told
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", told) == ["2026-09-30T00:00:00Z"]


def test_each_printed_page_carries_marking_and_caveat(sheet):
    assert sheet.oddHeader.center.text == "OFFICIAL-SENSITIVE"
    assert sheet.oddFooter.left.text.startswith("Recorded incidents are not all incidents.")
    assert RECIPIENT in sheet.oddFooter.left.text
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", " =1", "\u200b=1", "\ufeff=1",
    "\uff1d1", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0", "#REF!", "_x003D_1+1", "'=1", "%0A=1", "|calc",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_an_error_or_a_code(release, text):
    places = release.hotspots.assign(name=text, stratum=text, peak_slots=text)
    book = workbook(changed(release, hotspots=places, title=text, marking=text, area_name=text))
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    cells = [c for row in sheet.iter_rows() for c in row if c.value is not None]
    assert {c.data_type for c in cells} <= {"s", "inlineStr", "n"}
    texts = [str(c.value) for c in cells if c.data_type != "n"]
    assert not [t for t in texts if t.startswith(("=", "+", "-", "@", "\t", "\r", "\0", "\uff1d"))]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"_x003D_" not in parts.read("xl/worksheets/sheet1.xml").replace(
            b"_x005F_x003D_", b""
        )


def test_a_long_marking_with_codes_neither_breaks_the_page_nor_becomes_one(release):
    marking = "SECRET &F &[Path] & " + "x" * 400
    book = workbook(changed(release, marking=marking, purpose="p" * 200, recipient="r&r" * 60))
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        told = parts.read("xl/worksheets/sheet1.xml").decode()
    for part in re.findall(r"<odd(?:Header|Footer)>(.*?)</odd", told):
        plain = part.replace("&amp;", "&")
        assert len(plain) <= 255
        assert re.findall(r"(?<!&)(?:&&)*&([A-Z])", plain.replace("&&", "")) in (
            ["C"],
            ["L", "R", "P", "N"],
        )


def test_the_same_release_gives_the_same_workbook_in_another_process(release, tmp_path):
    import os
    import subprocess
    import sys
    from pathlib import Path

    code = (
        "import sys; from csgeo.disclosure.release import make_release\n"
        "from csgeo.outputs.workbook import workbook\n"
        "from tests.outputs.invented import invented_study\n"
        "sys.stdout.buffer.write(workbook(make_release(invented_study())))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"},
    )
    assert ran.stdout == workbook(make_release(invented_study()))


@pytest.mark.parametrize(
    ("text", "neutral"), [("=1", "'=1"), ("Mill = Lane", "Mill = Lane"), ("", "")]
)
def test_only_what_would_run_gets_a_quote(text, neutral):
    assert neutral_text(text) == neutral


# ---- what can be taken away --------------------------------------------------------------------


def test_each_kind_says_what_it_holds(release, exact):
    for kind in KINDS:
        said = holds(release, kind)
        assert said[0].startswith("6 places, with rounded counts")
        assert said[-1].startswith("no record, no person")
    assert "2 pieces of ground are hidden" in " ".join(holds(release, "workbook"))
    assert any("of ground around them" in line for line in holds(release, "geopackage"))
    assert not any("of ground around them" in line for line in holds(release, "csv"))
    assert any("by kind of harm" in line for line in holds(release, "csv"))
    assert not any("by kind of harm" in line for line in holds(release, "workbook"))
    assert "with exact counts" in holds(exact, "csv")[0]


def test_a_style_is_read_with_any_marking_before_it(release, tmp_path):
    from xml.etree import ElementTree as ET

    hostile = changed(release, marking="-->--- <x> & ---", title="--")
    found = writer("styles")(hostile, tmp_path)
    for path in found.values():
        assert ET.parse(path).getroot().tag == "qgis"
        comment = path.read_text(encoding="utf-8").split("<!--", 1)[1].split("<qgis", 1)[0]
        assert comment.rstrip().endswith("-->")
        assert "--" not in comment.rstrip().removesuffix("-->")


def test_each_part_is_written_by_something_and_belongs_to_a_kind():
    assert set(KINDS["everything"].parts) == set(PARTS)
    for part in PARTS:
        assert callable(writer(part))
    for kind in KINDS.values():
        assert set(kind.parts) <= set(PARTS)


def test_only_the_parts_that_are_asked_for_are_written(release, tmp_path):
    found = write_outputs(release, tmp_path, parts=("workbook", "csv"))
    assert set(found) == {
        "hotspots.csv", "places.xlsx", "provenance.json", "services_near.csv", "views.csv",
    }  # fmt: skip
    told = json.loads(found["provenance.json"].read_text(encoding="utf-8"))
    assert (told["given_for"], told["given_to"]) == (PURPOSE, RECIPIENT)


@pytest.mark.parametrize(
    "sign", ["\0", "\x0b", "\x1f", "\x85", "\u202e", "\ufffe", "\uffff", "\ud800"]
)
def test_a_sign_that_a_workbook_cannot_hold_does_not_break_it(release, sign):
    text = f"Mill{sign}Lane"
    book = workbook(changed(release, title=text, purpose=text, recipient=text, marking=text))
    texts = [c.value for row in openpyxl.load_workbook(io.BytesIO(book)).active for c in row]
    assert {"Mill Lane", "Mill\nLane"} & set(texts)
    assert not any(sign in str(text) for text in texts)


def test_two_geopackages_made_at_once_each_tell_their_own_day(release, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    days = [dt.date(2026, 9, day) for day in (1, 11, 21, 30)]

    def made(day):
        folder = tmp_path / day.isoformat()
        folder.mkdir()
        return writer("geopackage")(changed(release, period_end=day), folder)["hotspots.gpkg"]

    with ThreadPoolExecutor(4) as at_once:
        paths = list(at_once.map(made, days))
    for day, path in zip(days, paths, strict=True):
        link = sqlite3.connect(path)
        found = link.execute("SELECT DISTINCT last_change FROM gpkg_contents").fetchall()
        link.close()
        assert found == [(f"{day.isoformat()}T00:00:00.000Z",)]
