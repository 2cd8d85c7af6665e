"""Are records compared per hour of each kind of day?"""

from __future__ import annotations

from datetime import date

import pytest

from csgeo.errors import MethodError, RecipeError
from csgeo.times.bands import count_in_bands
from csgeo.times.school_year import school_year

WEEK = (date(2024, 6, 3), date(2024, 6, 9))


def test_each_record_falls_in_its_part_of_its_day(incidents_of):
    times = [
        "2024-06-03 07:00",
        "2024-06-03 15:00",
        "2024-06-07 22:59",
        "2024-06-07 23:00",
        "2024-06-08 01:00",
    ]
    table = count_in_bands(incidents_of(times), period=WEEK).table
    told = table.loc[table["records"] > 0, "records"].to_dict()
    assert told == {
        ("school day", "daytime"): 1,
        ("school day", "afternoon"): 1,
        ("school day", "evening"): 1,
        ("school day", "night"): 1,  # Friday 23:00
        ("weekend", "night"): 1,  # Saturday 01:00 is of Saturday
    }
    assert table.loc["school day", "called"].tolist() == [
        "school day",
        "after school",
        "evening",
        "night",
    ]
    assert table.loc["weekend", "called"].tolist() == ["daytime", "afternoon", "evening", "night"]


def test_rates_are_by_the_hours_that_there_were(incidents_of):
    times = ["2024-06-03 16:00"] * 4 + ["2024-06-08 16:00"] * 4
    table = count_in_bands(incidents_of(times), period=WEEK).table
    assert table["hours"].sum() == 168
    # five afternoons of four hours, and two
    assert table.loc[("school day", "afternoon"), ["hours", "per_100_hours"]].tolist() == [20, 20]
    assert table.loc[("weekend", "afternoon"), ["hours", "per_100_hours"]].tolist() == [8, 50]


def test_a_month_with_a_clock_change_has_its_hours(incidents_of):
    table = count_in_bands(
        incidents_of(["2024-03-05 16:00"]), period=(date(2024, 3, 1), date(2024, 3, 31))
    ).table
    assert table["hours"].sum() == 31 * 24 - 1


def test_a_window_is_spread_over_kinds_of_day(incidents_of):
    # Friday 22:00 to Saturday 02:00: two hours of each day, of which one is evening
    table = count_in_bands(incidents_of(["2024-06-07 22:00"], ["2024-06-08 02:00"])).table
    told = table.loc[table["records"] > 0, "records"].to_dict()
    assert told == {
        ("school day", "evening"): 0.25,
        ("school day", "night"): 0.25,
        ("weekend", "night"): 0.5,
    }


def test_a_calendar_of_ones_own_decides(incidents_of):
    incidents = incidents_of(["2024-06-03 16:00"])
    year = school_year(*WEEK, [WEEK], whose="of Northbridge Council")
    bands = count_in_bands(incidents, year=year, period=WEEK)
    assert bands.table.loc[("school holiday", "afternoon"), "records"] == 1
    assert bands.notes[1] == "School holidays of Northbridge Council."
    assert "not your council's" in count_in_bands(incidents).notes[1]


def test_bands_may_begin_at_other_hours_and_records_outside_are_said(incidents_of):
    starts = {"daytime": 8, "afternoon": 16, "evening": 18, "night": 22}
    bands = count_in_bands(
        incidents_of(["2024-06-03 15:30", "2024-06-10 15:30"]), starts=starts, period=WEEK
    )
    assert bands.table.loc[("school day", "daytime"), "records"] == 1
    assert (
        bands.notes[-1] == "About 1 records lie outside 2024-06-03 to 2024-06-09 and do not count."
    )
    with pytest.raises(RecipeError, match="one after the other; found"):
        count_in_bands(incidents_of(["2024-06-03 15:30"]), starts=starts | {"evening": 15})


def test_months_only_are_refused(incidents_of):
    with pytest.raises(MethodError, match="1 say the month or less"):
        count_in_bands(incidents_of(["2024-06-01"], precision="month"))
    with pytest.raises(MethodError, match="shorter than a week; there are none"):
        count_in_bands(
            incidents_of(["2024-06-01 09:00"] * 2, ["2024-06-20 09:00"] * 2), least_share_known=0
        )
