"""Are times that stand for "not known" found, and true rhythms left alone?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.times.spikes import at_default_time, find_spikes


def test_midnight_is_compared_with_its_busiest_neighbour(incidents_of):
    # 30 at 00:00 and at most 5 at 22:00, 23:00, 01:00 or 02:00: P(X >= 30 | 35, 1/2) = 1.12e-5
    times = ["2024-03-05 00:00"] * 30 + ["2024-03-05 23:00"] * 5 + ["2024-03-05 01:00"] * 3
    spikes = find_spikes(incidents_of(times))
    assert spikes.index.tolist() == ["midnight"]
    assert spikes.loc["midnight", ["records", "neighbour"]].tolist() == [30, 5]
    # sum of 35 choose k for k of 30 to 35, over 2 ** 35
    assert spikes.loc["midnight", "p_value"] == pytest.approx(
        (324632 + 52360 + 6545 + 595 + 35 + 1) / 2**35, rel=1e-9
    )
    assert spikes.loc["midnight", "words"] == (
        "30 records stand at exactly 00:00, where at most about 5 would be expected: there it often "
        "means that the time was not known."
    )


def test_midday_first_of_the_month_and_new_year_are_told_apart(incidents_of):
    usual = [f"2024-{m:02d}-{d:02d} {9 + d % 8}:12" for m in range(1, 13) for d in range(1, 28)]
    midday = ["2024-05-14 12:00"] * 20
    firsts = [f"2024-{m:02d}-01" for m in range(2, 13)] * 3
    new_year = ["2024-01-01"] * 15
    precision = ["minute"] * (len(usual) + 20) + ["day"] * (33 + 15)
    incidents = incidents_of([*usual, *midday, *firsts, *new_year], precision=precision)
    spikes = find_spikes(incidents)
    assert spikes.index.tolist() == ["midday", "1 January", "first of the month"]
    assert spikes["records"].tolist() == [20, 15, 33]
    flags = at_default_time(incidents, spikes)
    assert flags.sum() == 20  # dates have no time of day that could be taken away
    assert flags.iloc[len(usual) : len(usual) + 20].all()


def test_a_busy_night_is_not_called_an_error(incidents_of):
    times = [f"2024-03-05 {h:02d}:00" for h in (22, 23, 0, 1) for _ in range(40)]
    assert find_spikes(incidents_of(times)).empty


def test_new_years_night_with_its_times_is_not_called_an_error(incidents_of):
    times = [f"2024-01-01 0{h}:{m:02d}" for h in range(1, 5) for m in range(1, 60, 3)]
    assert find_spikes(incidents_of(times)).empty


def test_a_large_file_needs_a_large_spike(incidents_of):
    times = ["2024-03-05 12:00"] * 700 + ["2024-03-05 13:00"] * 500
    incidents = incidents_of(times)
    assert find_spikes(incidents).empty
    assert find_spikes(incidents, least_ratio=1.2).index.tolist() == ["midday"]


def test_windows_take_no_part(incidents_of):
    incidents = incidents_of(["2024-03-05 00:00"] * 30, ["2024-03-05 08:00"] * 30)
    assert find_spikes(incidents).empty


def test_false_alarms_are_rare_where_times_are_even(incidents_of):
    rng = np.random.default_rng(1)
    begin, alarms = pd.Timestamp("2024-01-01"), 0
    for _ in range(40):
        hours = begin + pd.to_timedelta(rng.integers(0, 24 * 366, 400), "h")
        alarms += len(find_spikes(incidents_of(hours.astype(str))))
    assert alarms == 0
