"""Is a month that was not sent told apart from a month without harm?"""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from csgeo.errors import MethodError, WrongValues
from csgeo.hotspots.change.months import cover, month_number, month_numbers, months_present


def _records(when, source="police", precision="month"):
    return pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(when, format="ISO8601"),
            "source": source,
            "when_precision": precision,
        }
    )


def test_each_source_has_the_months_in_which_it_recorded_anything():
    records = _records(
        ["2019-08-01", "2019-06-30 23:59", "2019-06-02", "2019-07-15"],
        source=["police", "police", "police", "school"],
    )
    assert months_present(records) == {"police": ("2019-06", "2019-08"), "school": ("2019-07",)}


def test_a_time_known_to_the_year_or_not_at_all_is_in_no_month():
    records = _records(["2019-08-01"] * 2 + [None], precision=["year", "unknown", "month"])
    assert month_numbers(records).tolist() == [-1, -1, -1]


def test_a_time_with_a_zone_counts_in_the_month_of_its_own_clock():
    records = _records(["2019-08-01 00:30"])
    records["occurred_from"] = records["occurred_from"].dt.tz_localize("Europe/London")
    assert month_numbers(records).tolist() == [2019 * 12 + 7]


@pytest.mark.parametrize(
    "month",
    ["2020-02", dt.date(2020, 2, 29), pd.Timestamp("2020-02-03"), pd.Period("2020-02", "M")],
)
def test_a_month_may_be_given_as_text_date_or_period(month):
    assert month_number(month) == 2020 * 12 + 1


@pytest.mark.parametrize("month", ["2020-13", "Feb 2020", None, "2020"])
def test_what_is_no_month_is_refused(month):
    with pytest.raises(WrongValues, match="must read like '2020-01'"):
        month_number(month)


def test_months_are_laid_out_without_a_hole_and_with_their_days():
    coverage = cover(
        {"a": ["2020-01", "2020-03"], "b": ["2020-02"]}, sources=["b", "a"], period=None
    )
    assert coverage.names == ("2020-01", "2020-02", "2020-03")
    assert coverage.days.tolist() == [31, 29, 31]
    assert coverage.sources == ("a", "b")
    assert coverage.covered.tolist() == [[True, False, True], [False, True, False]]


def test_a_source_about_which_nothing_is_said_is_refused():
    with pytest.raises(WrongValues, match="nothing about 1 of 2 sources, the first is 'school'"):
        cover({"police": ["2020-01"]}, sources=["police", "school"], period=None)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(MethodError, match="must not end before it begins"):
        cover({"a": ["2020-01"]}, sources=["a"], period=("2020-02", "2020-01"))


def test_no_month_at_all_is_refused():
    with pytest.raises(MethodError, match="no source covers any"):
        cover({"a": []}, sources=["a"], period=None)
