"""Does the grid of the week hold each record in its hour?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError
from csgeo.sources.incidents import read_incidents
from csgeo.sources.police import read_police
from csgeo.times.weeks import week_grid


def test_a_record_and_a_window_stand_where_they_should(incidents_of):
    week = week_grid(
        incidents_of(["2024-03-07 15:20", "2024-03-05 10:55"], [None, "2024-03-05 11:55"])
    )
    assert week.grid.loc["Thursday", 15] == 1.0
    assert week.grid.loc["Tuesday", [10, 11]].tolist() == pytest.approx([5 / 60, 55 / 60])
    assert week.grid.to_numpy().sum() == pytest.approx(2.0)
    assert week.grid.shape == (7, 24)


def test_sunday_night_runs_on_into_monday(incidents_of):
    grid = week_grid(incidents_of(["2024-03-10 23:00"], ["2024-03-11 01:00"])).grid
    assert (grid.loc["Sunday", 23], grid.loc["Monday", 0]) == (0.5, 0.5)


def test_dates_are_counted_as_time_not_known(incidents_of):
    week = week_grid(incidents_of(["2024-03-07 15:20", "2024-03-05"], precision=["minute", "day"]))
    assert week.grid.to_numpy().sum() == 1.0
    assert week.known.counts["day only"] == 1
    assert "known for 1 of 2 records (50 %)" in week.notes[0]


def test_parts_of_a_file_add_up_and_a_week_later_is_the_same(incidents_of):
    rng = np.random.default_rng(4)
    start = pd.Timestamp("2024-05-06") + pd.to_timedelta(rng.integers(0, 60 * 24 * 60, 200), "m")
    end = start + pd.to_timedelta(rng.choice([-60, 0, 45, 300, 1_000, 9_000, 20_000], 200), "m")
    all_ = incidents_of(start.astype(str), end.astype(str))
    whole = week_grid(all_, keep_spikes=True).grid
    parts = [
        week_grid(all_.iloc[rows], keep_spikes=True).grid
        for rows in (slice(0, 70), slice(70, None))
    ]
    pd.testing.assert_frame_equal(whole, parts[0] + parts[1])
    week = pd.Timedelta(days=7)
    later = all_.assign(
        occurred_from=all_["occurred_from"] + week, occurred_to=all_["occurred_to"] + week
    )
    pd.testing.assert_frame_equal(whole, week_grid(later, keep_spikes=True).grid)
    pd.testing.assert_frame_equal(whole, week_grid(all_[::-1], keep_spikes=True).grid)


def test_records_at_a_spike_leave_the_grid_unless_they_are_kept(incidents_of, every_hour):
    incidents = incidents_of(every_hour + ["2024-06-03 00:00"] * 40)
    assert week_grid(incidents).grid.loc["Monday", 0] == 1.0
    kept = week_grid(incidents, keep_spikes=True)
    assert kept.grid.loc["Monday", 0] == 41.0
    assert kept.notes[-1].startswith("40 records stand at exactly 00:00")


def test_the_argument_is_left_as_it_was(incidents_of):
    incidents = incidents_of(["2024-03-07 15:20"])
    before = incidents.copy(deep=True)
    week_grid(incidents)
    pd.testing.assert_frame_equal(incidents, before)


@pytest.mark.open_data
def test_months_of_police_uk_are_refused(open_data):
    incidents = read_police(next((open_data / "police").glob("avon-and-somerset*.parquet"))).table
    with pytest.raises(
        MethodError, match=r"known for 0 of [\d,]+ \(0 %\): [\d,]+ say the month or less"
    ):
        week_grid(incidents)


@pytest.mark.open_data
def test_searches_in_central_london_are_counted_by_the_clock_in_england(open_data):
    file = open_data / "stop_search" / "metropolitan_2023-01_2023-06.parquet"
    rows = pd.read_parquet(file, columns=["Date", "Object of search"])
    clock = pd.to_datetime(rows["Date"], utc=True).dt.tz_convert("Europe/London")
    incidents = read_incidents(
        file, columns={"occurred_from": "Date"}, source="stop and search", harm="SYV"
    ).table
    week = week_grid(incidents)
    counted = pd.crosstab(clock.dt.day_of_week, clock.dt.hour).to_numpy()
    np.testing.assert_array_equal(week.grid.to_numpy(), counted)
    assert week.known.share == 1.0
    assert week.spikes.empty
