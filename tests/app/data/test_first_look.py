"""Is it said what would be used of a file, and nothing that stands in it?"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from csgeo import first_look, plain_account
from csgeo.errors import SourceError, UnreadableFile
from csgeo.first_look import _is_heading as is_heading
from csgeo.first_look import look_at
from csgeo.recipe import Input, load_recipe
from csgeo.sources.report import SetAside

TODAY = dt.date(2026, 11, 24)
CANARIES = (
    "Zebedee",
    "Quagmire",
    "zq-canary",
    "401234.5",
    "201987.6",
    "401235",
    "943 476 5919",
    "07700 900123",
    "2009-07-13",
    "Xylophone Terrace",
)


@pytest.fixture
def recipe(small_project):
    return load_recipe(small_project / "my.toml")


@pytest.fixture
def look(recipe, tmp_path):
    def at(content: bytes | str, name: str = "records.csv", **how):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        found, whole = look_at(recipe, Input(file=name, **how), file, on=TODAY)
        assert [c for c in CANARIES if c in json.dumps(found)] == []
        return found, whole

    return at


def records(n: int = 60, **more: object) -> pd.DataFrame:
    """Give rows that can be used, with names, texts and points that must not be shown."""
    return pd.DataFrame(
        {
            "record_id": [f"zq-canary-{i:04}" for i in range(n)],
            "harm_type": "Robbery",
            "occurred_from": [f"2024-{i % 12 + 1:02}-03 1{i % 10}:30" for i in range(n)],
            "easting": [401_234.5 + i * 7 for i in range(n)],
            "northing": [201_987.6 + i * 5 for i in range(n)],
            "precision_m": 10,
        }
        | more
    )


def csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)


def words(found) -> str:
    return json.dumps(found)


def test_a_sound_file_can_be_used_and_each_thing_is_said(look):
    found, whole = look(csv(records()))
    assert found.usable
    assert (found.rows_in, found.rows_used, found.refused) == (60, 60, "")
    assert found.matched["easting"] == "easting"
    assert {f.what for f in found.findings} >= {
        "Rows used", "Place known", "Default places", "How exact", "When", "People",
    }  # fmt: skip
    assert "From January 2024 to December 2024; 100% of the rows say the time of day." in words(
        found
    )
    assert "known to within 10 m" in words(found)
    assert "60 of 60 rows used" in whole


def test_names_and_texts_are_dropped_and_said_by_their_columns_alone(look):
    table = records(
        Surname="Quagmire",
        dob="2009-07-13",
        NHS="943 476 5919",
        mobile="07700 900123",
        Story="Zebedee was seen by his aunt at Xylophone Terrace with two others and a dog",
    )
    found, _ = look(csv(table))
    assert found.usable
    assert dict(found.dropped) == {
        "Surname": "a person's name",
        "dob": "a date of birth",
        "NHS": "an NHS number",
        "mobile": "a telephone number",
        "Story": "free text that may name people",
    }


def test_a_file_without_headings_shows_nothing_of_its_first_record(look):
    rows = csv(records(Surname="Quagmire", Story="Zebedee of Xylophone Terrace")).splitlines()[1:]
    found, _ = look("\n".join(rows))
    assert not found.usable
    assert found.refused
    assert found.columns == found.dropped == ()
    assert found.hidden == 8


@pytest.mark.parametrize(
    "name", ["harm_type", "Date of incident", "Easting (m)", "LSOA21CD", "Eastings"]
)
def test_a_heading_is_shown(name):
    assert is_heading(name)


@pytest.mark.parametrize(
    "name",
    ["Anna", "anna smith", "2009-07-13", "943 476 5919", "401234.5", "a@b.org", "BA1 1AA",
     "Tom's notes", "<b>x</b>", "", "x" * 60, "07700 900123", "crime in 1984"],
)  # fmt: skip
def test_what_may_be_a_value_is_not_shown(name):
    assert not is_heading(name)


def test_rows_are_left_out_with_the_reason_and_the_first_row(look):
    table = records()
    table.loc[4, "easting"] = 460_000.0
    table.loc[[7, 9], ["easting", "northing"]] = [201_987.6, 401_234.5]
    table.loc[11, "harm_type"] = "Zebedee Quagmire"
    table.loc[[13, 14], ["easting", "northing"]] = None
    found, _ = look(csv(table))
    said = {a.reason: (a.rows, a.first_row) for a in found.asides}
    assert found.rows_used == 60 - sum(n for n, _ in said.values())
    assert said["a kind of harm that csgeo does not know"] == (1, 13)
    assert sum(n for n, _ in said.values()) == 4
    assert "56 of 60 rows are used; 4 are left out." in words(found)
    assert "2 rows have no place that can be used" in words(found)
    assert found.labels == ()  # one row's label may be about one person


def test_a_label_that_several_rows_share_is_shown_so_that_it_can_be_mapped(look):
    table = records()
    table.loc[:9, "harm_type"] = "Other knife incident"
    table.loc[10:13, "harm_type"] = "Knife"
    table.loc[14:18, "harm_type"] = "Zebedee knife"
    table.loc[30:33, "harm_type"] = "Theft with intent"  # four may be one person
    table.loc[20:29, "harm_type"] = "Zebedee 943 476 5919"
    found, _ = look(csv(table))
    assert found.labels == (("Other knife incident", 10),)
    assert found.rows_used == 31
    mapped, _ = look(csv(table), words={"Other knife incident": "SYV.KNIFE"})
    assert mapped.rows_used == 41
    assert mapped.labels == ()


def test_piles_default_times_future_and_coarse_places_are_pointed_out(look):
    table = records(120)
    table.loc[:39, ["easting", "northing"]] = [401_235, 201_987]
    table.loc[:, "occurred_from"] = [f"2024-03-{i % 28 + 1:02} 00:00" for i in range(120)]
    table.loc[100:, "occurred_from"] = "2031-01-05 11:00"
    table.loc[60:, "precision_m"] = 2000
    found, _ = look(csv(table))
    told = {f.what: f for f in found.findings if f.level == "look"}
    assert "1 single points hold 40 rows" in words(found).replace("point hold", "points hold")
    assert told["Midnight and the like"].words.startswith("100 records stand at exactly 00:00")
    assert "20 rows lie in the future" in words(found)
    assert "50% are known less exactly than a place is wide" in told["How exact"].words
    assert "People" in told


def test_records_near_a_police_station_are_pointed_out(recipe, tmp_path):
    import geopandas as gpd
    from shapely import Point

    gpd.GeoDataFrame(
        {"name": ["The station"], "kind": ["POLICE_STATION"]},
        geometry=[Point(401_300, 202_000)],
        crs="EPSG:27700",
    ).to_file(tmp_path / "places.gpkg")
    with_places = replace(
        recipe,
        places=(Input(file="places.gpkg"),),
        located={**recipe.located, "places.gpkg": str(tmp_path / "places.gpkg")},
    )
    file = tmp_path / "records.csv"
    file.write_text(csv(records()), encoding="utf-8")
    found, _ = look_at(with_places, Input(file="records.csv"), file, on=TODAY)
    assert "lie within 100 m of a police station" in words(found)


def test_what_is_refused_says_what_mends_it(look):
    found, whole = look("name,story\nZebedee Quagmire,at 12 Xylophone Terrace\n")
    assert found.mends == "columns"
    assert "no column that csgeo knows for the kind of harm" in found.refused
    assert found.dropped
    assert "harm" in whole
    found, _ = look(csv(records(harm_type="Zebedee Quagmire")))
    assert "none of the labels" in found.refused
    found, _ = look(csv(records().assign(easting=600_000.0)))
    assert "outside the study area" in found.refused
    assert "swapped" in found.refused
    found, _ = look(csv(records(person_key="Anna Quagmire")))
    assert found.mends == "columns"
    assert "keyed pseudonyms" in found.refused
    found, _ = look(csv(records().head(0)))
    assert "no rows below it" in found.refused
    two = records()
    two.loc[:29, "occurred_from"], two.loc[30:, "occurred_from"] = "13/02/2024", "02/13/2024"
    found, _ = look(csv(two))
    assert found.mends == "dates"
    found, _ = look(csv(two), columns={"date_order": "day_first"})
    assert found.usable


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(6):
            archive.writestr(f"xl/worksheets/sheet{n}.xml", bytes(64 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "records.csv", "It is empty"),
        (b"%PDF-1.4 Zebedee", "records.csv", "not what its name says"),
        (b"<OGRVRTDataSource>Zebedee</OGRVRTDataSource>", "records.geojson", "(VRT)"),
        (b"<!doctype html><title>Zebedee", "records.csv", "web page"),
        (b"PK\x03\x04Zebedee", "records.zip", "damaged"),
        (b"SQLite format 3\x00" + b"Zebedee" * 40, "records.gpkg", "It"),
        (b"PAR1 Zebedee Quagmire", "records.parquet", "cut short"),
        (b'{"type":"FeatureCollection","features":[{"type":"Zebedee', "records.geojson", "It"),
        (b'{"a":' * 100_000, "records.geojson", "It"),
        (b'a,b\n"Zebedee Quagmire,1\n2,3\n', "records.csv", "quotation mark"),
    ],
)  # fmt: skip
def test_hostile_and_broken_files_are_refused_in_words(look, content, name, says):
    found, _ = look(content, name)
    assert not found.usable
    assert says in found.refused


def test_a_bomb_is_refused_and_not_unpacked(look):
    found, _ = look(bomb(), "records.xlsx")
    assert not found.usable
    assert "files made to harm" in found.refused


def test_a_download_from_the_police_is_recognised(look):
    head = (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context\n"
    )
    row = "zq-canary,2024-0{m},Avon and Somerset Constabulary,x,{lon},{lat},On or near Xylophone Terrace,,,Robbery,,\n"
    rows = [row.format(m=i % 9 + 1, lon=-1.98 + i / 1e4, lat=51.71 + i / 1e4) for i in range(30)]
    found, _ = look(head + "".join(rows))
    assert found.holds == "data.police.uk"
    assert found.rows_used == 30
    assert "known to within 100 m" in words(found)  # the reach of a map point, which no column says


def test_a_reason_or_note_that_is_not_known_is_said_in_general():
    (aside,) = plain_account.of_set_aside([SetAside("Zebedee's own reason", 3, 9, "Quagmire", "x")])
    assert aside.reason == "another reason"
    assert (aside.rows, aside.first_row) == (3, 9)
    assert plain_account.of_notes(
        ["Zebedee was here", "12 dates in 'Zebedee' could not be read"]
    ) == ["12 dates could not be read: when these records happened is not known."]
    said, part = plain_account.of_refusal(SourceError("Zebedee Quagmire"))
    assert said.startswith("It cannot be used as it is. The reader's whole message")
    assert part == "file"


def test_a_value_that_speaks_like_a_reader_adds_no_words_of_its_own(look):
    bad = "5 rows: zq-canary Zebedee (first: row 77, x). Quagmire must name kinds of a header and no rows"
    found, _ = look(csv(records(harm_type=bad)))
    assert not found.usable
    note = f"3 dates in '{bad}' could not be read"
    assert plain_account.of_notes([note]) == [
        "3 dates could not be read: when these records happened is not known."
    ]


def test_every_refusal_that_is_recognised_says_what_to_do():
    for mark, said, part in plain_account._REFUSALS:
        assert plain_account.of_refusal(UnreadableFile(f"x {mark} y"))[0] != plain_account._UNKNOWN
        assert said.endswith("."), mark
        assert part in {"columns", "crs", "dates", "layer", "rows", "recipe", "file"}


def test_a_row_of_a_refusal_is_taken_over_with_its_reason(look):
    table = records(harm_type="Robbery")
    table[["easting", "northing"]] = table[["northing", "easting"]].to_numpy()
    found, _ = look(csv(table))
    assert not found.usable
    assert "swapped" in json.dumps(found)


def test_the_page_is_told_plain_values_alone(look):
    found, _ = look(csv(records()))
    assert json.loads(json.dumps(found._asdict()))["rows_used"] == 60
    assert first_look.Looked().usable is False
