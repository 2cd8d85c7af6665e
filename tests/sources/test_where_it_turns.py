"""Does each rule turn exactly where it says?"""

from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import UnreadableFile
from csgeo.sources.codes import check_codes
from csgeo.sources.dates import moment_of, parsed, time_of_day
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.times import read_times


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
