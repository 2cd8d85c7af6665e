"""Where is each postcode?"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from csgeo.errors import UnknownColumns, UnreadableFile
from csgeo.sources.postcodes import read_postcodes

if TYPE_CHECKING:
    from pathlib import Path

#: Headers as published: NSPL of May 2025, ONSPD of February 2023, both from the end of 2025.
NSPL_2025_05 = (
    "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,cty,ced,laua,ward,nhser,"
    "ctry,rgn,pcon,ttwa,itl,park,lsoa21,msoa21,wz11,sicbl,bua24,ruc21,oac11,lat,long,lep1,lep2,pfa,imd,icb"
)
ONSPD_2023_02 = (
    "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,"
    "oshlthau,nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,itl,statsward,oa01,casward,park,lsoa01,"
    "msoa01,ur01ind,oac01,oa11,lsoa11,msoa11,wz11,sicbl,bua11,buasd11,ru11ind,oac11,lat,long,lep1,"
    "lep2,pfa,imd,calncv,icb,oa21,lsoa21,msoa21"
)
ONSPD_2025_11 = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,"
    "wd25cd,nhser24cd,ctry25cd,rgn25cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,"
    "sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,icb23cd"
)
NAMES = {
    "post": ("pcds",),
    "end": ("doterm",),
    "east": ("oseast1m", "east1m"),
    "north": ("osnrth1m", "north1m"),
    "grade": ("osgrdind", "gridind"),
    "lsoa": ("lsoa21", "lsoa21cd"),
    "lsoa11": ("lsoa11",),
    "lad": ("laua", "oslaua", "lad25cd"),
    "lat": ("lat",),
}


def line(header: str, post: str, east: object = "", north: object = "", **more: object) -> str:
    given = {"post": post, "east": east, "north": north, "lad": "E06000022", "lat": 51.4} | more
    by_name = {name: value for ours, value in given.items() for name in NAMES[ours]}
    by_name |= {"pcd": post.replace(" ", ""), "pcd2": post, "pcd7": post, "pcd8": post}
    return ",".join(f'"{by_name.get(name, "")}"' for name in header.split(","))


@pytest.mark.parametrize("header", [NSPL_2025_05, ONSPD_2023_02, ONSPD_2025_11])
def test_old_and_new_headers_by_hand(tmp_path: Path, header: str) -> None:
    file = tmp_path / "directory.csv"
    rows = [
        line(header, "BA1 1AA", 375350, 164482, grade=1, lsoa="E01014370", lsoa11="E01014369"),
        line(header, "BA1 1AB", 375400, 164500, grade=6, end="200112"),
        line(header, "BA1 1AC", 0, 0, grade=9, lat=99.999999),
        line(header, "BA1 1AD", "", "", grade=9, lat=99.999999),
        line(header, "BT1 1AA", 334316, 374675, grade=1, lat=54.6),
        line(header, "BA1 1AE", 375500, 164600, grade=8, end="199606"),
        line(header, "BA1 1AF", 375500, 164600, grade=9),
    ]
    file.write_text("\n".join((header, *rows, "")))
    table, report, set_aside = read_postcodes(file, with_areas=True)
    assert list(table.index) == [
        *("BA11AA", "BA11AB", "BA11AC", "BA11AD", "BT11AA", "BA11AE", "BA11AF")
    ]
    assert table.loc["BA11AA", ["easting", "northing"]].tolist() == [375_350, 164_482]
    assert table["easting"].isna().tolist() == [False, False, True, True, True, False, True]
    assert list(table.index[table["terminated"]]) == ["BA11AB", "BA11AE"]
    assert table["precision_m"].iloc[:2].tolist() == [100, 2000]
    assert table["precision_m"].iloc[2:5].isna().all()
    assert table.loc["BA11AE", "precision_m"] == 250
    assert table.loc["BA11AA", "lsoa21"] == "E01014370"
    assert table.loc["BA11AA", "district"] == "E06000022"
    assert ("lsoa11" in table) == (header == ONSPD_2023_02)
    assert (report.rows_in, report.rows_used, report.no_place) == (7, 7, 4)
    assert any("1 postcodes of Northern Ireland" in n for n in report.notes)
    assert set_aside.empty
    assert list(read_postcodes(file).table) == ["easting", "northing", "precision_m", "terminated"]


CODE_POINT = [
    '"BA1 1AA",10,375350,164482,"E92000001","E19000003","E18000010","","E06000022","E05012271"',
    '"BA1 1AB",90,0,0,"E92000001","E19000003","E18000010","","E06000022","E05012271"',
]


def test_code_point_open_has_no_header(tmp_path: Path) -> None:
    folder = tmp_path / "codepo_gb"
    (folder / "Data" / "CSV").mkdir(parents=True)
    (folder / "Doc").mkdir()
    (folder / "Doc" / "Code-Point_Open_Column_Headers.csv").write_text(
        "PC,PQ,EA,NO\nPostcode,x,y,z\n"
    )
    (folder / "Data" / "CSV" / "ba.csv").write_text("\n".join(CODE_POINT) + "\n")
    other = CODE_POINT[0].replace("BA1 1AA", "BS1 1AA")
    (folder / "Data" / "CSV" / "bs.csv").write_text(other + "\n")
    one = read_postcodes(folder / "Data" / "CSV" / "ba.csv")
    assert list(one.table.index) == ["BA11AA", "BA11AB"]
    assert one.table["easting"].isna().tolist() == [False, True]
    assert one.table["precision_m"].iloc[0] == 100
    assert "terminated" not in one.table
    assert any("no header" in n for n in one.report.notes)
    packed = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*.csv")):
            archive.write(file, file.relative_to(folder))
    for whole in (folder, packed):
        table = read_postcodes(whole).table
        assert list(table.index) == ["BA11AA", "BA11AB", "BS11AA"]


def test_the_zip_of_onspd_is_not_read_twice(tmp_path: Path) -> None:
    text = "\n".join((ONSPD_2025_11, line(ONSPD_2025_11, "BA1 1AA", 375350, 164482), ""))
    packed = tmp_path / "ONSPD.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Data/ONSPD_NOV_2025_UK.csv", text)
        archive.writestr("Data/multi_csv/ONSPD_NOV_2025_UK_BA.csv", text)
        archive.writestr("Documents/names.csv", "LAD25CD,LAD25NM\nE06000022,Bath\n")
    reading = read_postcodes(packed)
    assert (reading.report.rows_in, reading.report.rows_used) == (1, 1)


def test_a_repeated_postcode_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("postcode,easting,northing\nBA1 1AA,1,2\nba11aa,3,4\n,5,6\n")
    table, report, set_aside = read_postcodes(file)
    assert list(table["easting"]) == [1]
    assert [(s.reason, s.first_row) for s in report.set_aside] == [
        ("no postcode", 4),
        ("the postcode stands on an earlier row", 3),
    ]
    assert list(set_aside["row"]) == [3, 4]
    file.write_text("postcode,easting,northing\nNOT A POSTCODE,1,2\nNOT A POSTCODE,3,4\n")
    assert len(read_postcodes(file).table) == 1


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with pytest.raises(UnreadableFile, match="There is no file or folder"):
        read_postcodes(file)
    file.write_text("")
    with pytest.raises(UnreadableFile, match="is empty"):
        read_postcodes(file)
    file.write_text("postcode,town\nBA1 1AA,Bath\n")
    with pytest.raises(UnknownColumns, match="no column for easting, northing"):
        read_postcodes(file)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="holds no CSV of postcodes"):
        read_postcodes(tmp_path / "empty")
    broken = tmp_path / "a.zip"
    broken.write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(UnreadableFile, match="cut short or damaged"):
        read_postcodes(broken)


@pytest.mark.open_data
def test_the_real_directory(open_data: Path) -> None:
    file = open_data / "postcodes" / "onspd_2025-11_uk.parquet"
    plain = pd.read_parquet(file)
    table, report, set_aside = read_postcodes(file)
    assert report.rows_used == len(plain) == 2_720_556  # README
    assert set_aside.empty
    irish = plain["pcd"].str.startswith("BT")
    nowhere = plain["oseast1m"].isna() | (plain["oseast1m"] == 0)
    assert report.no_place == (irish | nowhere).sum() == table["easting"].isna().sum()
    row = plain[plain["pcd"] == "BA1 1AA"].iloc[0]
    assert table.loc["BA11AA", "easting"] == row["oseast1m"]
    assert table.loc["BA11AA", "northing"] == row["osnrth1m"]
