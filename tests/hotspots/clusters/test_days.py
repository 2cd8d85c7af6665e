"""On which day did each record happen?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.days import days_of


def test_dates_by_british_clocks_and_missing_where_only_the_month_is_known(incidents_at):
    table = incidents_at([0] * 4, [0] * 4)
    table["when_precision"] = ["minute", "day", "month", "hour"]
    # 23:30 UTC on 30 June is 1 July in Britain
    hours = ["2024-06-30 23:30", "2024-07-01 00:00", "2024-07-01 00:00", "1970-01-02 05:00"]
    table["occurred_from"] = pd.to_datetime(hours, utc=True)
    first = pd.Timestamp("2024-07-01").value // (86_400 * 10**9)
    np.testing.assert_array_equal(days_of(table), [first, first, np.nan, 1])
    table["occurred_from"] = pd.to_datetime(hours)
    np.testing.assert_array_equal(days_of(table), [first - 1, first, np.nan, 1])


def test_a_time_that_is_missing_has_no_day(incidents_at):
    table = incidents_at([0, 0], [0, 0])
    table["when_precision"] = "day"
    table.loc["R1", "occurred_from"] = pd.NaT
    assert np.isnan(days_of(table)).tolist() == [False, True]


def test_months_only_are_refused(incidents_at):
    with pytest.raises(MethodError, match=r"none of 3 records has one \(known to the: month\)"):
        days_of(incidents_at([0] * 3, [0] * 3))
