"""When did each row happen?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import SourceError
from csgeo.sources.files import Rows
from csgeo.sources.times import read_times


def rows_of(**columns) -> Rows:
    frame = pd.DataFrame(columns)
    return Rows("a.csv", "CSV", frame, np.arange(len(frame)) + 2, None, pd.DataFrame(), ())


def read(*texts, order=None, **more):
    names = {"occurred_from": "date"} | {k: k for k in more}
    return read_times(rows_of(date=list(texts), **more), names, order=order)


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2021-03-04", "2021-03-04", "day"),
        ("2021/3/4", "2021-03-04", "day"),
        ("13/02/2021", "2021-02-13", "day"),
        ("04/03/2021", "2021-03-04", "day"),
        ("4.3.21", "2021-03-04", "day"),
        ("04-Mar-2021", "2021-03-04", "day"),
        ("Thursday 4th March 2021", "2021-03-04", "day"),
        ("March 4, 2021", "2021-03-04", "day"),
        ("20210304", "2021-03-04", "day"),
        ("44259", "2021-03-04", "day"),
        ("44259.75", "2021-03-04T18:00", "minute"),
        ("04/03/2021 21:30", "2021-03-04T21:30", "minute"),
        ("04/03/2021 9:30 pm", "2021-03-04T21:30", "minute"),
        ("2021-03-04T21:30:15", "2021-03-04T21:30:15", "minute"),
        ("2021-03-04T21:30:15.123Z", "2021-03-04T21:30:15", "minute"),
        ("2021-07-04T21:30:00Z", "2021-07-04T22:30", "minute"),  # summer time
        ("2021-03-04T21:30:00+01:00", "2021-03-04T20:30", "minute"),
        ("2021-03", "2021-03-01", "month"),
        ("03/2021", "2021-03-01", "month"),
        ("Mar 2021", "2021-03-01", "month"),
        ("Mar-21", "2021-03-01", "month"),
        ("2021", "2021-01-01", "year"),
        ("30/02/2021", None, "unknown"),
        ("yesterday", None, "unknown"),
        ("about 4 March 2021", None, "unknown"),
        ("1900-01-01", None, "unknown"),
        ("", None, "unknown"),
    ],
)
def test_a_date_is_read_for_what_it_says_and_no_more(text, moment, precision):
    times = read(text)
    assert times.when_precision.iloc[0] == precision
    found = times.occurred_from.iloc[0]
    assert pd.isna(found) if moment is None else found == pd.Timestamp(moment)


def test_the_last_moment_is_the_end_of_what_is_named():
    times = read("2020-02", "2020-02-03", "2020", "2020-02-03 10:00")
    assert [None if pd.isna(t) else str(t) for t in times.occurred_to] == [
        "2020-02-29 23:59:59",
        "2020-02-03 23:59:59",
        "2020-12-31 23:59:59",
        None,
    ]


def test_an_end_before_the_beginning_is_left_out_and_said():
    times = read(
        "2020-02-03 10:00", "2020-02-03 10:00", occurred_to=["2020-02-02 09:00", "2020-02-03"]
    )
    assert pd.isna(times.occurred_to.iloc[0])
    assert str(times.occurred_to.iloc[1]) == "2020-02-03 23:59:59"
    assert times.notes == ("1 rows end before they begin (first: row 2): their end was left out",)


def test_a_time_in_its_own_column_is_added_and_a_lost_zero_put_back():
    times = read(*["2020-02-03"] * 5, time_from=["21:30", "930", "0.5", "9pm", "late"])
    assert times.occurred_from.dt.strftime("%H:%M").tolist() == [
        "21:30",
        "09:30",
        "12:00",
        "21:00",
        "00:00",
    ]
    assert times.when_precision.tolist() == ["minute"] * 4 + ["day"]


def test_midnights_are_kept_and_said_but_a_column_of_them_is_of_days():
    mixed = read("2020-02-03 00:00", "2020-02-03 10:00")
    assert mixed.when_precision.tolist() == ["minute", "minute"]
    assert "1 of 2 times in 'date' are exactly midnight" in mixed.notes[0]
    assert read("2020-02-03 00:00", "2020-02-04 00:00").when_precision.tolist() == ["day", "day"]


def test_a_column_that_can_only_be_month_first_is_read_so_and_said():
    times = read("02/13/2021", "03/04/2021")
    assert times.occurred_from.dt.strftime("%d %b").tolist() == ["13 Feb", "04 Mar"]
    assert "were read month first" in times.notes[0]
    assert "could be either order and were read day first" in read("03/04/2021").notes[0]


def test_two_orders_are_refused():
    with pytest.raises(SourceError, match=r"a\.csv must have the dates in 'date' in one order"):
        read("13/02/2021", "02/13/2021")


def test_many_times_read_at_once_are_the_same_as_one_by_one():
    texts = [str(t) for t in pd.date_range("2020-01-01 00:01", periods=6_000, freq="7min")]
    at_once = read(*texts)
    assert at_once.occurred_from.tolist() == [pd.Timestamp(t) for t in texts]
    assert set(at_once.when_precision) == {"minute"}


def test_typed_times_with_a_zone_become_local():
    typed = pd.Series(pd.to_datetime(["2021-07-04T21:30:00Z", None], format="ISO8601", utc=True))
    times = read_times(rows_of(date=typed), {"occurred_from": "date"})
    assert times.occurred_from.iloc[0] == pd.Timestamp("2021-07-04T22:30")
    assert times.when_precision.tolist() == ["minute", "unknown"]
