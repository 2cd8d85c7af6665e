"""Is the analysts' folder closed to others, and harmless to open in a spreadsheet?"""

from __future__ import annotations

import csv
import os
import stat
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from csgeo.secure_side import write_secure_side

pytestmark = pytest.mark.usefixtures("open_to_all")


@pytest.fixture
def open_to_all():
    before = os.umask(0)
    yield
    os.umask(before)


def study(name="Mill Lane", rows=None, called="01_records"):
    places = gpd.GeoDataFrame(
        {"name": [name], "incidents": [7]}, geometry=[Point(1, 2)], crs=27700, index=["P1"]
    ).rename_axis("hotspot_id")
    return SimpleNamespace(
        reports=(), hotspots=places, set_aside=places.iloc[:0], checks={},
        rows_set_aside={} if rows is None else {called: pd.DataFrame(rows)},
    )  # fmt: skip


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_and_all_in_it_are_for_their_owner_alone(tmp_path):
    written = write_secure_side(study(rows={"a": ["x"]}), tmp_path / "out" / "secure")
    assert rights(tmp_path / "out" / "secure") == 0o700
    assert {rights(path) for path in written} == {0o600}
    assert len(written) == 4


@pytest.mark.parametrize(("before", "after"), [(0o777, 0o770), (0o755, 0o750), (0o700, 0o700)])
def test_a_folder_that_is_there_is_closed_to_everybody_else(tmp_path, before, after):
    folder = tmp_path / "secure"
    folder.mkdir()
    folder.chmod(before)
    write_secure_side(study(), folder)
    assert rights(folder) == after


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "-1e5x"],
)
def test_no_cell_runs_in_a_spreadsheet(tmp_path, text):
    rows = {"note": [text], text: ["x"], "longitude": ["-1.25"], "n": [-3], "sum": ["+4"]}
    write_secure_side(study(name=text, rows=rows), tmp_path)
    for file in ("places.csv", "set_aside_01_records.csv"):
        with (tmp_path / file).open(encoding="utf-8-sig", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert f"'{text}" in cells
        assert text not in cells
    assert {"-1.25", "-3", "+4"} <= set(cells)  # numbers stay what they are


@pytest.mark.parametrize("called", ["01_../../share/x", "/etc/cron.d/x", "a\\b", "x\0y", "../x"])
def test_a_file_stays_in_the_folder_whatever_it_is_called(tmp_path, called):
    folder = tmp_path / "deep" / "secure"
    written = write_secure_side(study(rows={"a": ["x"]}, called=called), folder)
    assert {path.parent for path in written} == {folder}
    everything = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert sorted(everything) == sorted(written)


def test_a_link_in_the_folder_is_replaced_and_not_written_through(tmp_path):
    folder, other = tmp_path / "secure", tmp_path / "share.csv"
    folder.mkdir()
    other.write_text("mine", encoding="ascii")
    (folder / "places.csv").symlink_to(other)
    write_secure_side(study(), folder)
    assert other.read_text(encoding="ascii") == "mine"
    assert not (folder / "places.csv").is_symlink()
