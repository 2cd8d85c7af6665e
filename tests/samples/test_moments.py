"""Do invented times have the rhythm that was asked for?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csgeo.samples.moments import as_written, calendar, slot_times


def test_calendar_knows_its_weekdays():
    days = calendar().set_index("day")
    assert len(days) == 365 + 366 + 365
    assert days.loc["2023-01-01", "weekday"] == 6  # a Sunday
    assert days.loc["2024-02-29", "month"] == 13


def test_four_in_five_fall_in_the_slot_and_none_in_an_idle_month():
    active = np.ones(36)
    active[:12] = 0.0
    times = slot_times((("We", 15, 18),), active, 2_000, np.random.default_rng(0))
    when = pd.Series(times)
    assert when.min() >= pd.Timestamp("2024-01-01")
    inside = (when.dt.day_of_week == 2) & when.dt.hour.between(15, 17)
    assert 0.76 < inside.mean() < 0.86


def test_slots_run_past_midnight():
    times = slot_times((("Sa", 22, 26),), np.ones(36), 1_000, np.random.default_rng(0))
    when = pd.Series(times)
    sunday_early = (when.dt.day_of_week == 6) & (when.dt.hour < 2)
    assert sunday_early.mean() > 0.25


def test_a_missing_episode_has_an_end_and_a_date_alone_has_none():
    times = np.full(4_000, np.datetime64("2024-05-08T16:30"))
    missing = np.arange(4_000) % 2 == 0
    start, end, precision = as_written(times, missing, np.random.default_rng(0))
    with_time = precision == "minute"
    assert not np.isnat(end[missing & with_time]).any()
    assert np.isnat(end[precision == "day"]).all()
    assert (end[missing & with_time] > start[missing & with_time]).all()
