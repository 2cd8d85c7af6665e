"""Does each rule turn exactly where it says?"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import UnreadableFile
from csgeo.sources.codes import check_codes
from csgeo.sources.dates import moment_of, parsed, time_of_day
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.times import read_times
from csgeo.sources.zipped import open_zip, unpack, unpack_to


def codes(*values: str | None) -> tuple[str, ...]:
    """What is said of these codes, whose width is not known."""
    return check_codes(pd.Series(values, dtype="str"), "code")[1]


def test_codes_are_looked_at_where_nine_of_ten_are_digits():
    nine = [f"{n}" for n in range(11_000, 11_008)] + ["9000"]
    assert "1 of 9 codes in 'code' have fewer than 5 digits (the first is '9000')" in codes(*nine, "x")[0]  # fmt: skip
    assert codes(*nine[:8], "x", nine[8], "y") == ()
    assert codes(*nine, None, None, "x") == codes(*nine, "x")


def test_codes_three_short_are_running_numbers_and_two_short_are_eaten():
    long = [f"{n}" for n in range(11_000_000, 11_000_009)]
    assert codes(*long, "90000") == ()
    assert "have fewer than 8 digits" in codes(*long, "900000")[0]


def test_running_numbers_begin_low():
    assert codes(*map(str, range(150, 1_300))) == ()
    assert codes(*map(str, range(900, 2_300))) == ()
    assert "have fewer than 4 digits" in codes(*map(str, range(900, 1_500)))[0]


@pytest.mark.parametrize(
    "values",
    [
        ("0101", "201", "1101", "1102"),  # one begins with a zero: none was eaten
        ("101", "11", "102"),  # too short to tell
        ("2001", "201", "2002", "20003"),  # one is longer
        ("2001", "201", "202", "203"),  # most are short
    ],
)
def test_codes_of_which_nothing_can_be_said(values):
    assert codes(*values) == ()
    assert check_codes(pd.Series(values, dtype="str"), "code")[0].tolist() == list(values)


def test_nearly_half_of_the_codes_may_be_short():
    assert "2 of 5 codes" in codes("2001", "201", "202", "2002", "2003")[0]


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("1/2/69", "2069-02-01", "day"),
        ("1/2/70", "1970-02-01", "day"),
        ("1/2/00", "2000-02-01", "day"),
        ("1/2/99", "1999-02-01", "day"),
        ("0001-01-01", "0001-01-01", "day"),
        ("0099-01-01", "0099-01-01", "day"),
        ("45000", "2023-03-15", "day"),
        ("45000.5", "2023-03-15T12:00", "minute"),
        ("20000", "1954-10-03", "day"),
        ("19999", "NaT", "unknown"),
        ("59999", "2064-04-07", "day"),
        ("60000", "NaT", "unknown"),
        ("feb 24", "2024-02-01", "month"),
        ("2/2024", "2024-02-01", "month"),
        *(
            (f"3 {name} 2024", f"2024-{n:02d}-03", "day")
            for n, name in enumerate(
                (
                    "january",
                    "feb",
                    "march",
                    "apr.",
                    "may",
                    "june",
                    "jul",
                    "august",
                    "sept",
                    "oct",
                    "nov",
                    "december",
                ),
                start=1,
            )
        ),
        ("2024", "2024-01-01", "year"),
        ("1/2/2024 23:59:59", "2024-02-01T23:59:59", "minute"),
        ("1/2/2024 24:00", "2024-02-01", "day"),
        ("1/2/2024 23:60", "2024-02-01", "day"),
        ("1/2/2024 23:59:60", "2024-02-01", "day"),
        ("1/2/2024 12:00 am", "2024-02-01T00:00", "minute"),
        ("1/2/2024 12:30 pm", "2024-02-01T12:30", "minute"),
        ("1/2/2024 1:30 p.m.", "2024-02-01T13:30", "minute"),
        ("1/2/2024 13:30 pm", "2024-02-01", "day"),
        ("1/2/2024 0:30 am", "2024-02-01", "day"),
        ("2024-02-01t10:00+02:30", "2024-02-01T07:30", "minute"),
        ("2024-02-01t10:00-0230", "2024-02-01T12:30", "minute"),
        ("2024-02-01t10:00+02", "2024-02-01T08:00", "minute"),
        ("2024-02-01t10:00z", "2024-02-01T10:00", "minute"),
        ("30/2/2024", "NaT", "unknown"),
    ],
)
def test_a_date_means_this(text, moment, precision):
    found = moment_of(parsed(text), "day_first")
    assert str(found[0]) == str(np.datetime64(moment, "s"))
    assert found[1] == precision


def test_the_first_day_of_all_stands_for_not_known():
    frame = pd.DataFrame({"d": ["0001-01-01", "2024-02-01", "0001-01-01 00:00:00"]}, dtype="str")
    rows = Rows("a.csv", "CSV", frame, np.arange(2, 5), None, pd.DataFrame(), ())
    times = read_times(rows, {"occurred_from": "d"})
    assert times.occurred_from.isna().tolist() == [True, False, True]
    assert times.notes == ("2 dates in 'd' stand for not known (such as 1900-01-01)",)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1899-12-30 09:30", 34_200),
        ("1900-01-01\u00a009:30:05", 34_205),
        ("1901-01-01 09:30", None),
        ("0", 0),
        ("0.999", 86_314),
        (".25", 21_600),
        ("30", None),
        ("9", 32_400),
        ("930", 34_200),
        ("2400", None),
        ("09h30", 34_200),
        ("12 am", 0),
        ("noon", None),
    ],
)
def test_a_time_of_day_means_this(text, seconds):
    found = time_of_day(text)
    assert np.isnan(found) if seconds is None else found == seconds


def test_a_gzipped_layer_is_refused(tmp_path):
    file = tmp_path / "a.geojson.gz"
    file.write_bytes(gzip.compress(b'{"type":"Feature","geometry":null,"properties":{}}'))
    with pytest.raises(UnreadableFile, match=r"a\.geojson\.gz is a gzipped GeoJSON\. Unpack it"):
        read_rows(file)


def test_a_layer_without_rows_is_refused(tmp_path):
    empty = gpd.GeoDataFrame({"a": pd.Series([], dtype="str")}, geometry=[], crs=27700)
    empty.to_file(tmp_path / "a.gpkg", layer="a", engine="pyogrio")
    with pytest.raises(UnreadableFile, match=r"a\.gpkg is empty: it holds no rows\. Export"):
        read_rows(tmp_path / "a.gpkg")


def test_bytes_of_no_kind_are_refused_in_words(tmp_path):
    file = tmp_path / "a.csv"
    words = "a.csv is not what its name says: it holds bytes that are neither text nor any format that csgeo reads."
    for content in (bytes(100), b"\x01\x02\x03abc"):
        file.write_bytes(content)
        with pytest.raises(UnreadableFile) as told:
            read_rows(file)
        assert str(told.value) == words
    file.write_bytes(b"a,b\n1,\x02 and some more text behind it\n")  # one sign in forty is let pass
    assert len(read_rows(file).frame) == 1


def packed(tmp_path, content: bytes, *, tightly: bool = True):
    """Zip one part."""
    how = zipfile.ZIP_DEFLATED if tightly else zipfile.ZIP_STORED
    with zipfile.ZipFile(tmp_path / "a.zip", "w", how) as archive:
        archive.writestr("part", content)
    return tmp_path / "a.zip"


def test_a_part_that_is_packed_a_hundredfold_is_not_unpacked(tmp_path):
    words = r"^called is packed more tightly than a table can be \('part': 17 MB in"
    with open_zip(packed(tmp_path, bytes(17 << 20))) as archive:
        with pytest.raises(UnreadableFile, match=words):
            unpack(archive, "part", called="called", most_mb=99)
        with pytest.raises(UnreadableFile, match=words):
            unpack_to(archive, "part", io.BytesIO(), called="called", most=99 << 20)
    with open_zip(packed(tmp_path, bytes(16 << 20))) as archive:
        assert len(unpack(archive, "part", called="called", most_mb=16)) == 16 << 20


def test_a_part_is_unpacked_in_pieces_and_no_further_than_allowed(tmp_path, monkeypatch):
    asked: list[int] = []
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n: asked.append(n) or read(self, n))  # fmt: skip
    with open_zip(packed(tmp_path, bytes(5 << 20), tightly=False)) as archive:
        words = r"^called must hold at most {} MB when unpacked; 'part' holds more\. Unpack it, and name"
        with pytest.raises(UnreadableFile, match=words.format(2)):
            unpack(archive, "part", called="called", most_mb=2)
        assert asked == [1 << 20] * 3
        to = io.BytesIO()
        with pytest.raises(UnreadableFile, match=words.format(3)):
            unpack_to(archive, "part", to, called="called", most=3 << 20)
        assert len(to.getvalue()) == 3 << 20
        assert asked == [1 << 20] * 7
        assert unpack_to(archive, "part", io.BytesIO(), called="called", most=5 << 20) == 5 << 20


@pytest.mark.parametrize("after", range(0, 18, 3))
def test_a_zip_that_ends_in_its_last_record_is_damaged(tmp_path, after):
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04" + bytes(40) + b"PK\x05\x06" + bytes(after))
    with pytest.raises(UnreadableFile, match=r"^a\.zip is a zip or workbook that is cut short"):
        open_zip(tmp_path / "a.zip")


def test_the_list_of_parts_has_its_limit_in_the_larger_form_too(tmp_path):
    listed = (4 << 20) + 1
    record = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, 1, 1, listed, 0)
    locator = b"PK\x06\x07" + struct.pack("<LQL", 0, 4, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0, 0)
    file = tmp_path / "a.zip"
    words = (
        r"^a\.zip must list its parts in 4,194,304 bytes at most; the list takes {:,}\. Zip only"
    )
    file.write_bytes(b"PK\x03\x04" + record + locator + end)
    with pytest.raises(UnreadableFile, match=words.format(listed)):
        open_zip(file)
    file.write_bytes(b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, listed, 0, 0))
    with pytest.raises(UnreadableFile, match=words.format(listed)):
        open_zip(file)
    file.write_bytes(b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, listed - 1, 0, 0))
    with pytest.raises(UnreadableFile, match="cut short or damaged"):
        open_zip(file)
