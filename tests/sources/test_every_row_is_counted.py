"""Is each row of a file counted, and is what cannot be read said and not lost?

What was found by fuzzing, with the words that are said now.
"""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import RecipeError, SourceError, StoreError, UnknownColumns, UnreadableFile
from csgeo.recipe import load_recipe
from csgeo.sources import postcode_files
from csgeo.sources.deprivation import read_deprivation
from csgeo.sources.files import read_rows
from csgeo.sources.limits import NATIONAL
from csgeo.sources.lookups import read_area_lookup
from csgeo.sources.police import read_police
from csgeo.sources.population import read_population
from csgeo.sources.postcodes import read_postcodes
from csgeo.sources.strata import read_strata
from csgeo.sources.ways import written_shapes
from csgeo.sources.zipped import open_zip, unpack
from csgeo.store.releases import MANIFEST, _sealed, open_release, save_release

TOO_MANY = "more fields than the header names"
CODES = "pcds,oseast1m,osnrth1m,osgrdind\n"


def account(report) -> dict[str, int]:
    """How many rows were set aside for each reason; all rows are somewhere."""
    told = {s.reason: s.rows for s in report.set_aside}
    assert report.rows_in == report.rows_used + sum(told.values())
    return told


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (read_population, "lsoa21cd,total,age_10_17\nE01014370,5,1\nE01014371,6,7,8\n"),
        (
            read_deprivation,
            "lsoa11cd,imd_rank,imd_decile\nE01014370,5,1\nE01014371,1,2,3\n",
        ),
        (read_area_lookup, "lsoa11cd,lsoa21cd,chgind\nE01014370,E01014370,U\nE01014371,1,U,9\n"),
        (
            lambda f: read_strata(f, column="class"),
            "code,class\nE01014370,town\nE01014371,town,field\n",
        ),
    ],
)
def test_a_row_with_too_many_fields_is_counted(tmp_path, read, content):
    file = tmp_path / "a.csv"
    file.write_text(content)
    report = read(file).report
    assert account(report) == {TOO_MANY: 1}
    (aside,) = report.set_aside
    assert (aside.first_row, report.rows_used) == (3, 1)
    assert aside.remedy.startswith("Put the field that holds the delimiter into quotes")


def test_a_file_of_such_rows_alone_is_refused_in_words(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("lsoa21cd,total,age_10_17\nE01014370,5,6,7\nE01014371,6,7,8\n")
    words = r"a.csv has no row that can be used as [a-z0-9 ]+: 2 rows, more fields than the header names \(first: row 2"
    with pytest.raises(SourceError, match=words):
        read_population(file)


def test_a_row_without_an_area_code_is_counted_among_the_classes(tmp_path):
    file = tmp_path / "a.csv"
    rows = "".join(f"E0101{n:04d},town\n" for n in range(60))
    file.write_text("code,class\n" + rows + "Total,60\n")
    report = read_strata(file, column="class").report
    assert account(report) == {"the area code is not a published one": 1}
    assert (report.set_aside[0].first_row, report.set_aside[0].first_value) == (62, "Total")


def test_a_word_for_a_number_leaves_one_postcode_without_a_place(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(CODES + "BA1 1AA,375100,164500,1\nBA1 1AB,here,164500,1\n")
    table = read_postcodes(file).table
    assert table["easting"].tolist()[0] == 375_100
    assert np.isnan(table["easting"].tolist()[1])
    assert table["precision_m"].tolist()[0] == 100


@pytest.mark.parametrize(
    ("grade", "metres"),
    [("999999999999999999", 100), ("-7", 100), ("6", 2_000), ("60", 2_000), ("x", 100), ("7", 100)],
)
def test_a_grade_that_is_none_is_not_said(tmp_path, grade, metres):
    file = tmp_path / "a.csv"
    file.write_text(CODES + f"BA1 1AA,375100,164500,{grade}\n")
    assert read_postcodes(file).table["precision_m"].tolist() == [metres]


def test_a_postcode_of_letters_that_take_more_bytes_is_read(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(CODES + "BÄ11ÄÄÄÄ,1,2,1\nBÄ11ÄÄÄÄ,1,2,1\nBA1 1AA,1,2,1\n", encoding="utf-8")
    reading = read_postcodes(file)
    assert account(reading.report) == {"the postcode stands on an earlier row": 1}


@pytest.mark.parametrize("content", ["a,b\n,\n,\n", "a,b\n \n", "sep=;\na;b\n;\n\n"])
def test_a_table_of_rows_without_anything_is_refused(tmp_path, content):
    file = tmp_path / "a.csv"
    file.write_text(content)
    with pytest.raises(UnreadableFile, match="a.csv is empty: it holds a header"):
        read_rows(file)


def test_a_file_without_any_column_of_a_directory_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,b,c\n1,2,3\n")
    with pytest.raises(UnknownColumns, match="no column for postcode, easting, northing"):
        read_postcodes(file)


def test_a_directory_of_postcodes_has_its_limits(tmp_path, monkeypatch):
    (tmp_path / "all").mkdir()
    for name in "ab":
        (tmp_path / "all" / f"{name}.csv").write_text(CODES + f"BA1 1A{name},1,2,1\n" * 9)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in "ab":
            archive.write(tmp_path / "all" / f"{name}.csv", f"{name}.csv")
    monkeypatch.setattr(postcode_files, "NATIONAL", NATIONAL._replace(rows=17))
    for whole in (tmp_path / "all", tmp_path / "all.zip"):
        with pytest.raises(UnreadableFile, match="at most 17 postcodes; it holds 18"):
            read_postcodes(whole)
    monkeypatch.setattr(postcode_files, "NATIONAL", NATIONAL._replace(text_mb=0))
    for whole in (tmp_path / "all", tmp_path / "all" / "a.csv", tmp_path / "all.zip"):
        with pytest.raises(UnreadableFile, match="at most 0 MB"):
            read_postcodes(whole)


def test_parts_of_a_directory_share_one_limit(tmp_path, monkeypatch):
    (tmp_path / "all").mkdir()
    for name in "ab":
        line = f"BA1 1A{name.upper()},375100,164500,1{' ' * 600_000}\n"
        (tmp_path / "all" / f"{name}.csv").write_text(CODES + line)
    monkeypatch.setattr(postcode_files, "NATIONAL", NATIONAL._replace(text_mb=1))
    assert len(read_postcodes(tmp_path / "all" / "a.csv").table) == 1
    with pytest.raises(UnreadableFile, match="at most 1 MB with all its parts"):
        read_postcodes(tmp_path / "all")


@pytest.mark.parametrize("read", [read_postcodes, read_police])
def test_a_link_to_another_folder_is_not_followed(tmp_path, read):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text(CODES + "BA1 1AA,375100,164500,1\n")
    (tmp_path / "here" / "a.csv").symlink_to(tmp_path / "elsewhere" / "a.csv")
    with pytest.raises(UnreadableFile, match="is a link to a file in another folder"):
        read(tmp_path / "here" / "a.csv")


def test_a_blank_among_shapes_in_hexadecimal_is_none():
    point = shapely.to_wkb(shapely.Point(1, 2), hex=True)
    shapes = written_shapes(pd.Series([None, point, "", "n/a"], dtype="str"))
    assert shapely.is_missing(shapes).tolist() == [True, False, True, True]
    assert shapes[1].equals(shapely.Point(1, 2))
    binary = written_shapes(pd.Series([bytes.fromhex(point), None, float("nan")], dtype="object"))
    assert shapely.is_missing(binary).tolist() == [False, True, True]


def test_a_part_of_a_zip_that_is_named_twice_differently_is_refused(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", "x")
    content = bytearray(made.getvalue())
    content[6:8], content[30] = (0x800).to_bytes(2, "little"), 0xCA
    file = tmp_path / "a.zip"
    file.write_bytes(bytes(content))
    words = "a.zip is a broken zip"
    with open_zip(file) as archive, pytest.raises(UnreadableFile, match=words):
        unpack(archive, "a", called="a.zip", most_mb=1)


SOUND = 'title = "x"\n[area]\nfile = "a"\n[[incidents]]\nfile = "b"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOUND + "[period]\nend = 1\n", "`end` in .period. must be a day, as 2027-03-31; it is 1"),
        (SOUND + "[period]\nstart = 2024-01-01T00:00:00\n", "`start` in .period. must be a day"),
        ("period = 1\n" + SOUND, ".period. must be a table of choices; it is 1"),
        ('harms = "CSE"\n' + SOUND, "`harms` in the recipe must be a list of texts"),
        ("harms = [1]\n" + SOUND, "`harms` in the recipe must be a list of texts"),
        (SOUND + "columns = 1\n", "`columns` in .*must be a table of names and texts"),
        (SOUND + "[incidents.columns]\nharm = 1\n", "`columns` in .*must be a table of names"),
        (SOUND + "where = []\n", "`where` in .*must be a table"),
        (SOUND + 'precision_m = "x"\n', "`precision_m` in .*must be a number"),
        (SOUND.replace('"a"', '"a\\u0000"'), "must have a name that can be"),
    ],
)
def test_a_choice_of_another_kind_is_refused_in_words(tmp_path, text, words):
    file = tmp_path / "csgeo.toml"
    file.write_text(text)
    with pytest.raises(RecipeError, match=words):
        load_recipe(file)


def test_a_choice_of_its_kind_is_read(tmp_path):
    file = tmp_path / "csgeo.toml"
    more = 'precision_m = 5\n[incidents.columns]\nharm = "type"\n[incidents.where]\na = [1]\n'
    file.write_text('harms = ["CSE"]\n' + SOUND + more + "[period]\nend = 2024-01-01\n")
    recipe = load_recipe(file)
    assert (recipe.harms, str(recipe.period.end)) == (("CSE",), "2024-01-01")
    assert recipe.incidents[0].columns == {"harm": "type"}
    assert recipe.incidents[0].precision_m == 5


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    from csgeo.disclosure.release import make_release
    from tests.outputs.invented import invented_study

    folder = tmp_path_factory.mktemp("store") / "release"
    return save_release(make_release(invented_study()), folder)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("least_people", "5"),
        ("least_people", None),
        ("title", 1),
        ("period_start", "tomorrow"),
        ("period_end", 7),
        ("harms", 1),
        ("hidden", []),
        ("choices", 1),
        ("people_known", "yes"),
        ("share_of_area", "all"),
        ("something new", 1),
    ],
)
def test_a_forged_release_whose_values_are_of_another_kind_is_refused(kept, name, value):
    import json

    path = kept / MANIFEST
    sound = path.read_text(encoding="utf-8")
    said = json.loads(sound)
    said["release"][name] = value
    del said["sha256"]
    path.write_text(json.dumps(said | {"sha256": _sealed(said)}), encoding="utf-8")
    try:
        with pytest.raises(StoreError, match="what it says is of another kind"):
            open_release(kept)
    finally:
        path.write_text(sound, encoding="utf-8")
    assert open_release(kept).title


@pytest.mark.parametrize("part", ["files", "release", "format_version", "sha256"])
def test_a_manifest_that_lacks_a_part_is_refused(kept, part):
    import json

    path = kept / MANIFEST
    sound = path.read_text(encoding="utf-8")
    said = json.loads(sound)
    del said[part]
    if part != "sha256":
        del said["sha256"]
        said["sha256"] = _sealed(said)
    path.write_text(json.dumps(said), encoding="utf-8")
    try:
        with pytest.raises(StoreError, match="must be"):
            open_release(kept)
    finally:
        path.write_text(sound, encoding="utf-8")


def test_a_manifest_without_an_end_is_refused(kept):
    path = kept / MANIFEST
    sound = path.read_text(encoding="utf-8")
    path.write_text("[" * 100_000, encoding="utf-8")
    try:
        with pytest.raises(StoreError, match="cannot be read as one"):
            open_release(kept)
    finally:
        path.write_text(sound, encoding="utf-8")


def test_a_property_named_by_half_a_character_is_read_and_two_of_them_refused(tmp_path):
    one = '{"type":"Feature","geometry":null,"properties":{"\\ud800":"x"}}'
    (tmp_path / "a.geojson").write_text(one)
    assert read_rows(tmp_path / "a.geojson").frame["?"].tolist() == ["x"]
    (tmp_path / "b.geojson").write_text(one.replace('{"\\ud800', '{"\\ud801":1,"\\ud800'))
    with pytest.raises(UnreadableFile, match=r"1 stand there twice \(the first is '\?'\)"):
        read_rows(tmp_path / "b.geojson")
