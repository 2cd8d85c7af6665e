from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError, WrongValues
from csgeo.hotspots.repeats.events import events_at, events_of


def known_to(table, precision, times):
    return table.assign(when_precision=precision, occurred_from=pd.to_datetime(times))


def test_dates_are_taken_not_hours(incidents_at):
    table = known_to(
        incidents_at([0, 1], [0, 2]), "minute", ["2020-01-01 23:50", "2020-01-02 00:10"]
    )
    events = events_of(table)
    assert np.diff(events.when).tolist() == [1.0]
    assert np.diff(events_of(table, whole_days=False).when) * 24 * 60 == pytest.approx([20])
    assert events.ids.tolist() == ["R0", "R1"]
    assert events.y.tolist() == [0.0, 2.0]


def test_what_cannot_be_used_is_counted(incidents_at):
    table = known_to(
        incidents_at([0, 1, np.nan, 3, np.nan], [0, 1, np.nan, 3, np.nan]),
        ["day", "hour", "day", "month", "month"],  # the last one lacks both, and counts once
        ["2020-01-01", "2020-01-05", "2020-01-05", "2020-01-01", "2020-01-01"],
    )
    events = events_of(table)
    assert len(events.x) == 2
    assert events.left_out == {"no place": 2, "time not known well enough": 1}


def test_a_file_of_months_is_refused_with_the_reason(incidents_at):
    with pytest.raises(MethodError, match="known to the day; none of 3 records has one .*: month"):
        events_of(incidents_at([0, 1, 2], [0, 1, 2]))


def test_one_event_makes_no_pair(incidents_at):
    table = known_to(incidents_at([0, np.nan], [0, np.nan]), "day", ["2020-01-01"] * 2)
    with pytest.raises(MethodError, match="at least two events .*found 1, 1 left out: no place"):
        events_of(table)


def test_missing_numbers_are_refused():
    with pytest.raises(WrongValues, match="`when` must be known .* 1 of 3 are not .* position 1"):
        events_at([1, 2, 3], [1, 2, 3], [1, np.nan, 3])
    with pytest.raises(WrongValues, match="of one length"):
        events_at([1, 2], [1, 2, 3], [1, 2, 3])
