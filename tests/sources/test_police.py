"""Where did the police record harm, by data.police.uk?"""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from csgeo.errors import EmptyTable, RecipeError, UnknownColumns, UnreadableFile
from csgeo.sources.police import is_police, read_police
from csgeo.sources.police_names import force_name

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
FORCE = "Avon and Somerset Constabulary"
ANON = "Anti-social behaviour"


def row(
    crime_id: str = "",
    month: str = "2019-06",
    *,
    lon: str = "-2.360000",
    lat: str = "51.381000",
    location: str = "On or near Stall Street",
    lsoa: str = "E01014370",
    kind: str = "Robbery",
    force: str = FORCE,
) -> str:
    return f"{crime_id},{month},{force},{force},{lon},{lat},{location},{lsoa},Bath 007A,{kind},,"


ROWS = (
    row("a1"),
    row(kind=ANON, location="On or near Supermarket"),
    row(kind=ANON, location="On or near Supermarket"),
    row("a1", lon="-2.361000"),
    row("a2", lon="", lat="", location="No Location", lsoa="", kind="Drugs"),
)


@pytest.fixture
def month(tmp_path: Path) -> Path:
    file = tmp_path / "2019-06-avon-and-somerset-street.csv"
    file.write_text("\n".join((HEADER, *ROWS)) + "\n")
    return file


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def bath() -> gpd.GeoDataFrame:
    # the point -2.36, 51.381 lies at about 375 km east, 164 km north
    return gpd.GeoDataFrame(
        {"name": ["Bath"], "level": ["town"]},
        geometry=[box(370_000, 160_000, 380_000, 170_000)],
        index=pd.Index(["bath"], name="area_id"),
        crs=27700,
    )


def test_a_month_by_hand(month: Path) -> None:
    table, report, set_aside = read_police(month)
    assert list(table.index) == [f"avon-and-somerset/2019-06/{n:06}" for n in (1, 2, 3, 4, 5)]
    assert list(table["harm"]) == ["SYV.ROBBERY", "ASB", "ASB", "SYV.ROBBERY", "POLICE.DRUGS"]
    assert list(table["origin"]) == ["reported"] * 4 + ["enforcement"]
    assert list(table["location_type"].iloc[:4]) == ["STREET", "RETAIL", "RETAIL", "STREET"]
    assert pd.isna(table["location_type"].iloc[4])
    assert set(table["occurred_from"]) == {pd.Timestamp("2019-06-01")}
    assert set(table["occurred_to"]) == {pd.Timestamp("2019-06-30 23:59:59")}
    assert set(table["when_precision"]) == {"month"}
    assert set(table["source"]) == {"avon-and-somerset"}
    assert table["context"].isna().all()
    assert list(table["area_id"].iloc[:4]) == ["E01014370"] * 4
    assert table["precision_m"].iloc[:4].eq(100).all()
    assert np.isnan(table["precision_m"].iloc[4])
    assert table.crs.to_epsg() == 27700
    assert table.geometry.isna().tolist() == [False] * 4 + [True]
    assert table.geometry.iloc[0].distance(table.geometry.iloc[3]) == pytest.approx(69.6, abs=0.5)
    assert (report.rows_in, report.rows_used, report.no_place) == (5, 5, 1)
    assert set_aside.empty


def test_the_grid_is_met_within_ten_metres(tmp_path: Path) -> None:
    # Ordnance Survey's worked example: 52°39'28.8282"N 1°42'57.8663"E is TG 51409 13177 (ETRS89)
    lat, lon = 52 + 39 / 60 + 28.8282 / 3600, 1 + 42 / 60 + 57.8663 / 3600
    file = write(tmp_path / "a.csv", row(lon=f"{lon:.6f}", lat=f"{lat:.6f}"))
    point = read_police(file).table.geometry.iloc[0]
    assert point.x == pytest.approx(651_409, abs=10)
    assert point.y == pytest.approx(313_177, abs=10)


def test_nothing_is_taken_for_a_duplicate(month: Path) -> None:
    report = read_police(month).report
    assert report.rows_used == 5
    notes = " ".join(report.notes)
    assert "1 Crime IDs stand on more than one row (2 rows)" in notes
    assert "2 records have no Crime ID" in notes
    assert "2 of them have an identical twin" in notes


def test_one_path_for_file_folder_zip_and_parquet(month: Path, tmp_path: Path) -> None:
    folder = tmp_path / "download"
    write(folder / "2019-06" / month.name, *ROWS)
    write(folder / "2019-06" / "2019-06-avon-and-somerset-outcomes.csv", "a", header="Crime ID")
    packed = tmp_path / "download.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(month, f"2019-06/{month.name}")
    parquet = tmp_path / "months.parquet"
    pd.read_csv(month).to_parquet(parquet)
    from_file = read_police(month)
    for other in (folder, packed, parquet):
        assert is_police(other)
        reading = read_police(other)
        pd.testing.assert_frame_equal(reading.table, from_file.table)
    assert any("1 files are not street files" in n for n in read_police(folder).report.notes)


def test_the_order_inside_a_zip_does_not_matter(tmp_path: Path) -> None:
    texts = {m: "\n".join((HEADER, row(f"c{m}", m), "")) for m in ("2019-06", "2019-08", "2019-05")}
    packed, tidy = tmp_path / "a.zip", tmp_path / "b.zip"
    for file, months in ((packed, texts), (tidy, sorted(texts))):
        with zipfile.ZipFile(file, "w") as archive:
            for m in months:
                archive.writestr(f"{m}/{m}-avon-and-somerset-street.csv", texts[m])
    pd.testing.assert_frame_equal(read_police(packed).table, read_police(tidy).table)


def test_an_empty_text_is_a_blank(tmp_path: Path, month: Path) -> None:
    plain = pd.read_csv(month)
    plain["LSOA code"] = plain["LSOA code"].fillna("")
    plain.loc[1, "Month"] = ""
    plain.to_parquet(tmp_path / "a.parquet")
    table, report, _ = read_police(tmp_path / "a.parquet")
    assert pd.isna(table["area_id"].iloc[-1])
    assert [(s.reason, s.rows, s.first_value) for s in report.set_aside] == [
        ("the month is not written as YYYY-MM", 1, "blank")
    ]


def test_the_same_month_twice_is_refused(month: Path, tmp_path: Path) -> None:
    folder = tmp_path / "download"
    write(folder / "2019-06" / month.name, *ROWS)
    write(folder / "again" / month.name, *ROWS)
    with pytest.raises(UnreadableFile, match="hold the same month of the same force"):
        read_police(folder)


def test_harms_and_period_are_counted_not_kept(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        row("a", "2019-05"),
        row("b", "2019-06"),
        row("c", "2019-07", kind="Possession of weapons"),
        row("d", "2019-06", kind="Burglary"),
    )
    table, report, set_aside = read_police(file, harms=["SYV"], period=("2019-06", None))
    assert list(table["harm"]) == ["SYV.ROBBERY", "SYV.WEAPON"]
    assert [(s.reason, s.rows, s.first_row, s.first_value) for s in report.set_aside] == [
        ("not among the harms asked for", 1, 5, "Burglary"),
        ("outside the period asked for", 1, 2, "2019-05"),
    ]
    assert set_aside.empty
    assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside)


@pytest.mark.parametrize(
    ("period", "used"),
    [
        ((dt.date(2019, 5, 1), dt.date(2019, 6, 30)), ["2019-05", "2019-06"]),
        ((dt.date(2019, 5, 2), dt.date(2019, 7, 30)), ["2019-06"]),
        (("2019-05-02", "2019-07"), ["2019-06", "2019-07"]),
        ((None, None), ["2019-05", "2019-06", "2019-07"]),
    ],
)
def test_a_month_is_used_if_the_whole_of_it_is_asked_for(
    tmp_path: Path, period: tuple[dt.date | str | None, dt.date | str | None], used: list[str]
) -> None:
    file = write(tmp_path / "a.csv", *(row(month=m) for m in ("2019-05", "2019-06", "2019-07")))
    table = read_police(file, period=period).table
    assert [i.split("/")[1] for i in table.index] == used


def test_the_files_own_word_asks_for_a_harm(month: Path) -> None:
    assert len(read_police(month, harms=["drugs"]).table) == 1
    with pytest.raises(RecipeError, match="asks for 'ROBERY', which is in no vocabulary"):
        read_police(month, harms=["ROBERY"])


def test_rows_that_cannot_be_used_are_kept_as_they_stood(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        row("ok"),
        row("m", month="Jun-19"),
        row("k", kind="Piracy"),
        row("swapped", lon="51.381", lat="-2.36"),
        row("f", force=""),
    )
    table, report, set_aside = read_police(file)
    assert len(table) == 1
    assert [(s.reason, s.rows, s.first_row, s.first_value) for s in report.set_aside] == [
        ("the month is not written as YYYY-MM", 1, 3, "Jun-19"),
        ("the crime type is not in the harm vocabulary", 1, 4, "Piracy"),
        ("the row does not say which force reported it", 1, 6, "month 2019-06"),
        ("located outside Great Britain", 1, 5, "longitude 51.381, latitude -2.36"),
    ]
    assert list(set_aside["Crime ID"]) == ["m", "k", "swapped", "f"]
    assert list(set_aside["row"]) == [3, 4, 5, 6]
    assert set_aside["Longitude"].iloc[2] == "51.381"
    assert set(set_aside["file"]) == {"a.csv"}
    assert len(read_police(file, harm_words={"piracy": "SYV"}).table) == 2


def test_a_record_whose_coordinates_are_no_place_is_kept(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv",
        row("half", lat=""),
        row("zero", lon="0", lat="0"),
        row("word", lon="west"),
        row("huge", lon="1e308"),
        row("stand-in", lat="99.999999", lon="0.000000"),
        row("nan", lon="NaN", lat="NaN"),
        row("blank", lon="", lat=""),
        row("ok"),
    )
    table, report, _ = read_police(file)
    assert (len(table), report.no_place) == (8, 7)
    assert table.geometry.isna().tolist() == [True] * 7 + [False]
    assert any(
        n.startswith("6 of the records with no place known have zeros") for n in report.notes
    )


def test_the_number_in_an_id_does_not_depend_on_the_filter(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", row("a", kind="Burglary"), row("b"))
    assert list(read_police(file, harms=["SYV"]).table.index) == [
        "avon-and-somerset/2019-06/000002"
    ]


def test_a_place_far_off_is_a_mistake_and_kept(tmp_path: Path) -> None:
    many = [row(f"b{n}") for n in range(19)]
    nowhere = row("n", lon="", lat="")
    file = write(tmp_path / "a.csv", *many, row("far", lat="55.2"), nowhere)
    table, report, set_aside = read_police(file, areas=bath())
    assert (len(table), report.no_place) == (20, 1)
    assert list(set_aside["Crime ID"]) == ["far"]
    assert report.set_aside[0].reason == "located outside the force's area"
    assert report.set_aside[0].first_row == 21


def test_a_study_area_within_the_force_leaves_the_others_out_unkept(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", row("in"), row("out", lat="51.5"), row("out", lat="51.6"))
    table, report, set_aside = read_police(file, areas=bath())
    assert len(table) == 1
    assert [(s.reason, s.rows) for s in report.set_aside] == [("located outside the study area", 2)]
    assert set_aside.empty


def test_where_chooses_by_a_column_of_the_file(month: Path) -> None:
    reading = read_police(month, where={"Location": ["On or near Super*", "On or near Stall*"]})
    assert [(s.rows, s.first_value) for s in reading.report.set_aside] == [(1, "No Location")]
    # one record has no place, so no LSOA: it may belong here, and stays countable
    assert len(read_police(month, where={"LSOA code": "E010*"}).table) == 5
    with pytest.raises(RecipeError, match="asks for the column 'Ward'"):
        read_police(month, where={"Ward": "x"})


def test_a_missing_month_is_a_gap(tmp_path: Path) -> None:
    months = ("2019-06", "2019-08", "2019-12")
    file = write(tmp_path / "a.csv", *(row(month=m) for m in months))
    notes = read_police(file, period=("2019-01", None)).report.notes
    assert (
        "2019-07, 2019-09 to 2019-11 are missing for avon-and-somerset: a gap is not a fall."
        in notes
    )
    assert (
        "The period asked for begins in 2019-01; the first month in the file is 2019-06." in notes
    )


def test_a_file_with_a_header_alone_is_a_month_without_records(tmp_path: Path) -> None:
    name = "{}/{}-avon-and-somerset-street.csv"
    for month in ("2019-06", "2019-08"):
        write(tmp_path / name.format(month, month), row(month=month))
    alone = write(tmp_path / name.format("2019-07", "2019-07"))
    alone.write_text(HEADER)
    reading = read_police(tmp_path)
    assert len(reading.table) == 2
    assert "2019-07 is missing for avon-and-somerset: a gap is not a fall." in reading.report.notes
    alone.write_text("")
    with pytest.raises(UnreadableFile, match="2019-07-avon-and-somerset-street.csv is empty"):
        read_police(tmp_path)


def test_windows_bytes_and_a_bom_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    text = "\r\n".join((HEADER, row(location="On or near Café Row"))) + "\r\n"
    file.write_bytes(text.encode("cp1252"))
    reading = read_police(file)
    assert reading.report.rows_used == 1
    assert any("Windows-1252" in n for n in reading.report.notes)
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_police(file).report.notes[0].startswith("1 records have no Crime ID")


def test_one_row_without_a_place_is_a_table(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", row(lon="", lat="", location="No Location", lsoa=""))
    table, report, _ = read_police(file)
    assert (len(table), report.no_place) == (1, 1)
    blank = write(tmp_path / "b.csv", row(location=""))
    assert read_police(blank).table["location_type"].isna().all()


def test_what_is_no_street_file_is_refused(month: Path, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no file or folder"):
        read_police(tmp_path / "nothing.csv")
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(UnreadableFile, match="is empty: it has 0 bytes"):
        read_police(empty)
    with pytest.raises(UnreadableFile, match="holds the header of a street file and no rows"):
        read_police(write(tmp_path / "header.csv"))
    stops = write(tmp_path / "stops.csv", "Person search", header="Type,Date,Longitude,Latitude")
    with pytest.raises(UnknownColumns, match="it lacks Month, Reported by, Location, LSOA code"):
        read_police(stops)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnreadableFile, match="holds no file whose name ends in `-street.csv`"):
        read_police(tmp_path / "folder")
    cut = tmp_path / "cut.csv"
    cut.write_text(month.read_text()[:-60])
    with pytest.raises(UnreadableFile, match="is not a whole street CSV"):
        read_police(cut)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 this is no zip")
    with pytest.raises(UnreadableFile, match="cut short or damaged"):
        read_police(broken)
    parquet = tmp_path / "a.parquet"
    parquet.write_bytes(b"PAR1 this is no parquet")
    with pytest.raises(UnreadableFile, match="cannot be read as Parquet"):
        read_police(parquet)
    assert not any(map(is_police, (empty, stops, tmp_path / "folder", broken, tmp_path / "x")))


def test_nothing_left_says_why(month: Path) -> None:
    with pytest.raises(EmptyTable, match="of 5, 5 outside the period asked for"):
        read_police(month, period=("2020-01", "2020-12"))
    with pytest.raises(RecipeError, match="`period` must begin before it ends"):
        read_police(month, period=("2020-01", "2019-01"))
    with pytest.raises(RecipeError, match="it has 'last year'"):
        read_police(month, period=("last year", None))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Avon and Somerset Constabulary", "avon-and-somerset"),
        ("Devon & Cornwall Police", "devon-and-cornwall"),
        ("Dyfed-Powys Police", "dyfed-powys"),
        ("Metropolitan Police Service", "metropolitan"),
        ("British Transport Police", "btp"),
        ("Police Service of Northern Ireland", "northern-ireland"),
    ],
)
def test_forces_have_the_names_of_their_files(name: str, short: str) -> None:
    assert force_name(name) == short


COUNTS = {  # rows, rows without a location (README and pandas, below), months
    "avon-and-somerset": 620_495,
    "city-of-london": 28_761,
    "merseyside": 627_122,
    "south-yorkshire": 652_082,
}


@pytest.mark.open_data
@pytest.mark.parametrize("force", COUNTS)
def test_real_months_of_four_forces(open_data: Path, force: str) -> None:
    file = open_data / "police" / f"{force}_2018-01_2021-09.parquet"
    plain = pd.read_parquet(file)
    table, report, set_aside = read_police(file)
    assert report.rows_in == report.rows_used == len(table) == len(plain) == COUNTS[force]
    assert report.no_place == plain["Latitude"].isna().sum() == table.geometry.isna().sum()
    assert set_aside.empty
    located = table.geometry.dropna()
    assert len(pd.MultiIndex.from_arrays([located.x, located.y]).unique()) == len(
        plain[["Longitude", "Latitude"]].dropna().drop_duplicates()
    )
    kinds = plain["Crime type"].value_counts()
    assert (table["harm"] == "SYV.ROBBERY").sum() == kinds["Robbery"]
    assert (table["origin"] == "enforcement").sum() == kinds["Drugs"] + kinds[
        "Possession of weapons"
    ]
    assert (table["location_type"] == "HOSPITAL").sum() == (
        plain["Location"] == "On or near Hospital"
    ).sum()
    gap = f"2019-07 is missing for {force}: a gap is not a fall."
    assert (gap in report.notes) == (force != "city-of-london")


@pytest.mark.open_data
def test_real_repeats_and_twins_are_kept_and_said(open_data: Path) -> None:
    file = open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    plain = pd.read_parquet(file)
    notes = " ".join(read_police(file).report.notes)
    assert "8,792 Crime IDs stand on more than one row" in notes  # README
    anonymous = plain[plain["crime_no"].isna()]
    twins = int(anonymous.duplicated(keep=False).sum())
    assert f"{len(anonymous):,} records have no Crime ID" in notes
    assert f"{twins:,} of them have an identical twin" in notes
    assert "on 23,111 map points" in notes  # README


@pytest.mark.open_data
def test_real_rows_outside_the_force_are_set_aside(open_data: Path) -> None:
    forces = gpd.read_parquet(open_data / "boundaries" / "pfa20_uk.parquet").to_crs(27700)
    area = forces[forces["pfa20_name"] == "Avon and Somerset"]
    area = area.rename(columns={"pfa20_name": "name"}).assign(level="force")
    area = area.set_index("pfa20_code").rename_axis("area_id")
    file = open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    table, report, set_aside = read_police(file, areas=area)
    plain = pd.read_parquet(file, columns=["Longitude", "Latitude"]).dropna()
    points = gpd.GeoSeries(
        gpd.points_from_xy(plain["Longitude"], plain["Latitude"]), crs=4326
    ).to_crs(27700)
    outside = int((~points.intersects(area.geometry.iloc[0])).sum())
    assert len(set_aside) == outside == report.set_aside[0].rows
    assert len(table) == 620_495 - outside
    assert set_aside["Latitude"].max() > 55.2  # README: one at latitude 55.2
    assert report.no_place == 57_132


@pytest.mark.open_data
def test_real_zip_and_folder_are_the_rows_of_the_parquet(open_data: Path, tmp_path: Path) -> None:
    packed = open_data / "police" / "raw_sample_data.police.uk_layout.zip"
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(tmp_path / "months")
        sizes = [len(pd.read_csv(archive.open(n))) for n in archive.namelist()]
    from_zip, from_folder = read_police(packed), read_police(tmp_path / "months")
    assert from_zip.report.rows_used == sum(sizes)
    pd.testing.assert_frame_equal(from_zip.table, from_folder.table)
    assert "2019-07 is missing for avon-and-somerset: a gap is not a fall." in from_zip.report.notes
    whole = read_police(open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet").table
    same = from_zip.table[from_zip.table["source"] == "avon-and-somerset"]
    assert len(same) == sizes[0] + sizes[3]
    columns = ["harm", "occurred_from", "origin", "location_type", "area_id"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(same[columns]), pd.DataFrame(whole.loc[same.index, columns])
    )
    assert same.geometry.isna().equals(whole.loc[same.index].geometry.isna())


@pytest.mark.open_data
def test_real_records_of_bath_and_north_east_somerset(open_data: Path) -> None:
    districts = gpd.read_parquet(open_data / "boundaries" / "ltla21_uk.parquet").to_crs(27700)
    code = next(c for c in districts if c.endswith("code"))
    area = districts[districts[code] == "E06000022"]
    area = area.rename(columns={code.replace("code", "name"): "name"}).assign(level="district")
    area = area.set_index(code).rename_axis("area_id")
    table, report, set_aside = read_police(
        open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet",
        areas=area,
        harms=["POLICE.VIOLENCE", "POLICE.DRUGS", "SYV.WEAPON", "SYV.ROBBERY"],
        period=("2019-10", "2021-09"),
    )
    assert set_aside.empty
    kinds = ["Violence and sexual offences", "Drugs", "Possession of weapons", "Robbery"]
    plain = pd.read_parquet(open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet")
    plain = plain[plain["Crime type"].isin(kinds) & (plain["Month"].astype("str") >= "2019-10")]
    points = gpd.GeoSeries(
        gpd.points_from_xy(plain["Longitude"], plain["Latitude"]), crs=4326
    ).to_crs(27700)
    assert table.geometry.notna().sum() == points.intersects(area.geometry.iloc[0]).sum()
    assert report.no_place == plain["Latitude"].isna().sum()
    assert report.rows_in == report.rows_used + sum(s.rows for s in report.set_aside)
