"""Which services does a file hold?"""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box

from csgeo.errors import UnknownColumns, UnknownWords
from csgeo.sources.services import read_services
from csgeo.tables import SERVICES

HERE = box(375_000, 165_000, 375_100, 165_100)


def layer(folder, name="layer.gpkg", crs=27700, **columns):
    file = folder / name
    gpd.GeoDataFrame(columns, geometry="shape", crs=crs).to_file(file, engine="pyogrio")
    return file


def test_services_are_read_with_all_that_is_known_of_them(tmp_path):
    file = tmp_path / "services.csv"
    file.write_text(
        "ref;Service name;Service type;Opening times;Min age;Max age;Places;Funding ends;Easting;Northing;Telephone\n"
        "S1;Hub;Youth centre;Mo-Fr 15:00-19:00;11;18;40;31/03/2026;375000;165000;01225\n"
        "S2;Van;Outreach;;;;;03/2026;375100;165000;\n"
        "S3;Shed;Allotment;;;;;;375200;165000;\n"
        "S4;Lost;Library;;;;;;;;\n",
        encoding="utf-8",
    )
    reading = read_services(file)
    SERVICES.check(reading.table, "services")
    assert reading.table["kind"].tolist() == ["YOUTH_CLUB", "DETACHED", "OTHER"]
    hub = reading.table.loc["S1"]
    assert hub[["name", "ages", "capacity", "opening_hours"]].tolist() == [
        "Hub",
        "11-18",
        40,
        "Mo-Fr 15:00-19:00",
    ]
    assert reading.table["funded_until"].dt.strftime("%Y-%m-%d").tolist()[:2] == [
        "2026-03-31",
        "2026-03-31",
    ]
    assert [(s.reason, s.first_row) for s in reading.report.set_aside] == [("no place given", 5)]
    assert any("'Allotment' (1); they were read as OTHER" in n for n in reading.report.notes)
    assert "Telephone" not in reading.set_aside


def test_one_kind_for_all_services_goes_before_a_column_of_no_use(tmp_path):
    file = layer(tmp_path, type=["C", "P"], site_name=["A", "B"], shape=[HERE, HERE])
    with pytest.raises(UnknownWords, match=r"none of 2 labels in 'type' is: 'C', 'P'"):
        read_services(file)
    table = read_services(file, kind="Youth club").table
    assert table["kind"].tolist() == ["YOUTH_CLUB"] * 2
    assert table.geometry.within(HERE).all()
    with pytest.raises(UnknownWords, match=r"'Yuoth club' is no service .*nearest: 'youth club'"):
        read_services(file, kind="Yuoth club")


def test_services_without_a_kind_ask_for_it(tmp_path):
    file = layer(tmp_path, site_name=["A"], shape=[HERE])
    with pytest.raises(UnknownColumns, match="no column for what kind of service it is"):
        read_services(file)
