"""Are windows spread as the paper says, by the minute and in elapsed time?"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.times.aoristic import aoristic_weights, spread

LONDON = ZoneInfo("Europe/London")


def weights_of(incidents) -> dict[str, float]:
    weights = aoristic_weights(incidents)
    return {f"{h:%a %H}": w for h, w in zip(weights["hour"], weights["weight"], strict=True)}


def test_a_window_counts_by_its_minutes_in_each_hour(incidents_of):
    # the case of Ratcliffe's package: an old version gave one half to each hour
    weights = weights_of(incidents_of(["2024-03-05 10:55"], ["2024-03-05 11:55"]))
    assert weights == {"Tue 10": pytest.approx(5 / 60), "Tue 11": pytest.approx(55 / 60)}


def test_a_window_that_ends_on_the_hour_gives_that_hour_nothing(incidents_of):
    assert weights_of(incidents_of(["2024-03-05 10:30"], ["2024-03-05 11:00"])) == {"Tue 10": 1.0}


@pytest.mark.parametrize(
    "end", [None, "2024-03-05 10:55", "2024-03-04 09:00"], ids=["no end", "no length", "backwards"]
)
def test_without_a_usable_end_a_record_counts_in_the_hour_of_its_beginning(incidents_of, end):
    assert weights_of(incidents_of(["2024-03-05 10:55"], [end])) == {"Tue 10": 1.0}


def test_missing_from_friday_night_to_sunday_morning_crosses_two_midnights(incidents_of):
    # Friday 22:00 to Sunday 03:00 is 2 + 24 + 3 = 29 hours
    weights = weights_of(incidents_of(["2024-03-08 22:00"], ["2024-03-10 03:00"]))
    assert len(weights) == 29
    assert set(weights.values()) == {1 / 29}
    assert next(iter(weights)) == "Fri 22"
    assert "Sun 02" in weights
    assert "Sun 03" not in weights


def test_the_turn_of_the_year_is_a_midnight_like_others(incidents_of):
    weights = aoristic_weights(incidents_of(["2024-12-31 23:30"], ["2025-01-01 00:30"]))
    assert weights["hour"].astype(str).tolist() == ["2024-12-31 23:00:00", "2025-01-01 00:00:00"]
    assert weights["weight"].tolist() == [0.5, 0.5]


def test_the_hour_that_the_spring_change_leaves_out_gets_nothing(incidents_of):
    # Saturday 22:00 to Sunday 04:00 lasted five hours, none of them from 01:00
    weights = weights_of(incidents_of(["2024-03-30 22:00"], ["2024-03-31 04:00"]))
    assert weights == {f"{h}": 0.2 for h in ("Sat 22", "Sat 23", "Sun 00", "Sun 02", "Sun 03")}


def test_the_hour_that_the_autumn_change_repeats_counts_twice(incidents_of):
    # Sunday 00:00 to 03:00 lasted four hours, two of them from 01:00
    weights = aoristic_weights(incidents_of(["2024-10-27 00:00"], ["2024-10-27 03:00"]))
    by_hour = weights.groupby("hour")["weight"].sum()
    assert by_hour.tolist() == [0.25, 0.5, 0.25]


def test_a_window_that_ends_in_the_repeated_hour_is_as_long_as_it_may_have_been(incidents_of):
    # 00:50 to 01:10 the second time round is 80 minutes
    weights = aoristic_weights(incidents_of(["2024-10-27 00:50"], ["2024-10-27 01:10"]))
    assert weights.groupby("hour")["weight"].sum().tolist() == [10 / 80, 70 / 80]


def test_a_window_of_a_week_gives_the_same_to_each_hour_of_the_week(incidents_of):
    incidents = incidents_of(
        ["2024-06-03 10:55", "2024-01-01 00:00"], ["2024-06-10 10:55", "2024-12-31 00:00"]
    )
    weights = aoristic_weights(incidents)
    assert (
        weights.groupby("incident_id")["weight"].agg(["size", "min", "max"]).to_numpy().tolist()
        == [[168, 1 / 168, 1 / 168]] * 2
    )
    assert weights["time_known"].unique().tolist() == ["weeks"]
    hours = weights["hour"].dt.day_of_week * 24 + weights["hour"].dt.hour
    assert hours.groupby(weights["incident_id"]).nunique().tolist() == [168, 168]


@pytest.mark.parametrize("precision", ["day", "month", "year", "unknown"])
def test_a_date_or_less_is_not_spread_as_if_hours_were_known(incidents_of, precision):
    incidents = incidents_of(["2024-03-01"], ["2024-03-31 23:59:59"], precision=precision)
    assert aoristic_weights(incidents).empty


def test_times_with_a_zone_are_said_by_the_clock_in_england(incidents_of):
    incidents = incidents_of(["2024-07-01 14:30"])
    zoned = incidents.assign(occurred_from=incidents["occurred_from"].dt.tz_localize("UTC"))
    assert weights_of(zoned) == {"Mon 15": 1.0}


def brute(start: pd.Timestamp, minutes: int) -> dict[pd.Timestamp, float]:
    """Walk through a window minute by minute, reading the clock at each."""
    hours: dict[pd.Timestamp, float] = {}
    begin = start.tz_localize(LONDON).tz_convert("UTC")
    for minute in range(minutes):
        clock = (begin + pd.Timedelta(minutes=minute)).tz_convert(LONDON).tz_localize(None)
        hour = clock.floor("h")
        hours[hour] = hours.get(hour, 0.0) + 1 / minutes
    return hours


@settings(max_examples=40, deadline=None)
@given(
    start=st.integers(0, 60 * 24 * 10),
    minutes=st.integers(1, 60 * 24 * 3),
    month=st.sampled_from(["2024-03-25", "2024-10-21", "2024-12-27"]),
)
def test_a_walk_minute_by_minute_gives_the_same(start, minutes, month):
    begin = pd.Timestamp(month) + pd.Timedelta(minutes=start)
    # times that the clock says twice or not at all have no one beginning to walk from
    if begin.floor("h") in {pd.Timestamp("2024-03-31 01:00"), pd.Timestamp("2024-10-27 01:00")}:
        begin += pd.Timedelta(hours=3)
    end = (begin.tz_localize(LONDON) + pd.Timedelta(minutes=minutes)).tz_localize(None)
    if end.floor("h") == pd.Timestamp("2024-10-27 01:00"):
        end, minutes = end + pd.Timedelta(hours=2), None
    if minutes is None:
        minutes = int((end.tz_localize(LONDON) - begin.tz_localize(LONDON)).total_seconds() / 60)
    _, hour, weight = spread(pd.Series([begin]), pd.Series([end]))
    found = pd.Series(weight, index=hour).groupby(level=0).sum()
    expected = pd.Series(brute(begin, minutes)).sort_index()
    assert found.index.tolist() == expected.index.tolist()
    np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(), atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(-500, 30_000)), min_size=1, max_size=12)
)
def test_each_record_weighs_one_and_order_does_not_matter(windows):
    start = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta([s for s, _ in windows], "m"))
    end = start + pd.to_timedelta([m for _, m in windows], "m")
    row, hour, weight = spread(start, end)
    np.testing.assert_allclose(np.bincount(row, weights=weight), 1.0)
    back_row, back_hour, back_weight = spread(start[::-1], end[::-1])
    turned = len(windows) - 1 - back_row
    order = np.lexsort((back_hour, turned))
    assert (turned[order] == row).all()
    assert (back_hour[order] == hour).all()
    np.testing.assert_allclose(back_weight[order], weight)
