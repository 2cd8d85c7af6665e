"""Slices of tables: by hand, adding up, months as months, gaps said, and refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError, WrongCRS
from csgeo.hotspots.density.moments import known_moments, steps_between
from csgeo.hotspots.density.over_time import density_over_time
from csgeo.hotspots.density.surface import Grid
from csgeo.hotspots.density.time_rasters import time_rasters


def at(table, when, precision="minute", to=pd.NaT):
    return table.assign(
        occurred_from=pd.to_datetime(pd.Series(when, index=table.index)),
        occurred_to=pd.to_datetime(pd.Series(to, index=table.index)),
        when_precision=precision,
    )


@pytest.fixture
def some(incidents_at, area_of):
    rng = np.random.default_rng(2)
    table = incidents_at(rng.uniform(0, 5000, 300), rng.uniform(0, 4000, 300))
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.uniform(0, 365, 300), unit="D")
    return at(table, days), area_of(5000, 4000)


def test_the_table_holds_the_rasters_and_the_counts(some):
    incidents, area = some
    got = density_over_time(incidents, area, step="quarter", bandwidth=700, bandwidth_days=60)
    assert got.cells.index.names == ["cell_id", "step"]
    assert got.cells.index.is_unique
    assert len(got.cells) == 20 * 16 * 4
    day = (incidents["occurred_from"] - pd.Timestamp("2023-01-01")) / pd.Timedelta(1, "D")
    middles = np.array([45.0, 90 + 45.5, 181 + 46, 273 + 46])
    wanted = time_rasters(
        incidents.geometry.x, incidents.geometry.y, day, Grid(0.0, 0.0, 250.0, 16, 20),
        at_day=middles, bandwidth_m=700.0, bandwidth_days=60.0, period=(0, 365),
        inside=np.ones((16, 20)), edge="diggle",
    )  # fmt: skip
    for k, name in enumerate(("2023Q1", "2023Q2", "2023Q3", "2023Q4")):
        one = got.cells.xs(name, level="step")
        np.testing.assert_allclose(one["density_km2_day"], wanted[k].ravel(), rtol=1e-4, atol=1e-7)
        assert one["incidents"].sum() == (incidents["occurred_from"].dt.quarter == k + 1).sum()
    assert got.cells["middle"].iloc[0] == pd.Timestamp("2023-02-15")
    assert got.words[1] == "A record is felt 60 days before and after it, which was given."
    assert got.records == 300


def test_over_all_steps_the_slices_add_up_to_the_records(some):
    incidents, area = some
    got = density_over_time(incidents, area, step="week", bandwidth=700, bandwidth_days=90)
    days = got.cells.groupby("step")["middle"].first().diff().dt.days.median()
    assert days == 7
    assert got.cells["density_km2_day"].sum() * 0.25**2 * 7 == pytest.approx(300, rel=5e-3)
    assert got.cells["incidents"].sum() == 300


def test_a_month_lies_at_its_middle_and_needs_a_month_to_be_felt(some):
    incidents, area = some
    months = at(incidents, incidents["occurred_from"].dt.to_period("M").dt.start_time, "month")
    moments = known_moments(months.iloc[:1], within_days=40)
    first = months["occurred_from"].iloc[0]
    middle = first + (first + pd.offsets.MonthBegin() - first) / 2
    assert moments.day[0] == (middle - pd.Timestamp(0)) / pd.Timedelta(1, "D")
    got = density_over_time(months, area, bandwidth=700)
    assert got.bandwidth_days == pytest.approx(60.875)
    assert len(got.cells) == 320 * 12
    with pytest.raises(MethodError, match="known to 20 days; of 300 none is .*31 or more"):
        density_over_time(months, area, bandwidth=700, bandwidth_days=20)


def test_a_stretch_lies_at_its_middle_and_one_too_long_is_left_out_and_said(some):
    incidents, area = some
    weekend = at(incidents.iloc[:1], ["2023-03-04 10:00"], to=pd.Timestamp("2023-03-06 10:00"))
    day = known_moments(weekend, within_days=5).day[0]
    assert day == pytest.approx((pd.Timestamp("2023-03-05 10:00") - pd.Timestamp(0)).value / 864e11)
    long = incidents.copy()
    long.loc[long.index[0], "occurred_to"] = pd.Timestamp("2025-01-01")
    long.loc[long.index[1], "when_precision"] = "year"
    long.loc[long.index[2], "occurred_from"] = pd.NaT
    got = density_over_time(long, area, bandwidth=700)
    assert list(got.left_out.values()) == [2, 1]
    assert got.records == got.cells["incidents"].sum() == 297
    assert "Records left out because the time is not known, or to the year only: 2." in got.words


def test_a_gap_in_the_data_is_said(some):
    incidents, area = some
    without = incidents[incidents["occurred_from"].dt.month != 7]
    got = density_over_time(without, area, bandwidth=700)
    assert got.words[-1].startswith("No record at all in 2023-07: if the data are missing there")


def test_a_period_that_is_given_cuts_its_first_and_last_steps(some):
    incidents, area = some
    spring = incidents[incidents["occurred_from"].between("2023-02-10", "2023-04-20")]
    moments = known_moments(spring, within_days=9)
    _, slices = steps_between(moments, step="month", period=("2023-02-10", "2023-04-20"))
    assert slices.names == ("2023-02", "2023-03", "2023-04")
    start = (pd.Timestamp("2023-02-10") - pd.Timestamp(0)).days
    assert slices.middle_day.tolist() == [start + 9.5, start + 19 + 15.5, start + 50 + 10]
    assert slices.last_day - slices.first_day == 70
    got = density_over_time(spring, area, bandwidth=700, period=("2023-02-10", "2023-04-20"))
    assert len(got.cells) == 320 * 3


def test_zones_weights_order_and_arguments(some):
    incidents, area = some
    options = {"bandwidth": 700, "step": "quarter"}
    plain = density_over_time(incidents, area, **options).cells["density_km2_day"]
    before = incidents.copy()
    zoned = incidents.assign(
        occurred_from=incidents["occurred_from"].dt.tz_localize(
            "Europe/London", ambiguous=True, nonexistent="shift_forward"
        )
    )
    other = density_over_time(zoned.iloc[::-1], area, **options).cells["density_km2_day"]
    np.testing.assert_allclose(other, plain, rtol=1e-3, atol=1e-6)
    twice = density_over_time(incidents.assign(heavy=2.0), area, weight="heavy", **options)
    np.testing.assert_allclose(twice.cells["density_km2_day"], 2 * plain, rtol=1e-9)
    pd.testing.assert_frame_equal(pd.DataFrame(incidents), pd.DataFrame(before))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"step": "day"}, 'one of week, month, quarter, year; it is "day"'),
        ({"bandwidth_days": 10}, "no less than half of a step, 15.2188 days: .* it is 10"),
        ({"bandwidth_days": np.nan}, "it is nan"),
        ({"bandwidth": 100}, "no smaller than a cell, 250 m; it is 100 m"),
        ({"period": ("2023-02-01", "2023-12-31")}, "Every record must lie in the period; .* at 2023-01"),
        ({"period": ("2024-01-01", "2023-01-01")}, "must be a first and a last day"),
        ({"period": ("then", "now")}, "must be a first and a last day"),
        ({"period": ("1023-01-01", "2023-12-31")}, "must be a first and a last day"),
        ({"weight": "heavy"}, "no column heavy"),
        ({"edge": "around"}, 'it is "around"'),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(some, changed, words):
    incidents, area = some
    with pytest.raises(MethodError, match=words):
        density_over_time(incidents, area, **({"bandwidth": 700} | changed))


def test_too_many_rows_are_refused(some, monkeypatch):
    monkeypatch.setattr("csgeo.hotspots.density.over_time.MOST_CELLS", 320 * 52)
    with pytest.raises(MethodError, match="16,640 rows at most; 320 cells at 53 steps are 16,960"):
        density_over_time(*some, bandwidth=700, step="week")


def test_tables_in_two_systems_and_times_unknown_are_refused(some):
    incidents, area = some
    with pytest.raises(WrongCRS):
        density_over_time(incidents.to_crs(32630), area)
    with pytest.raises(MethodError, match="none is .300: the time is not known"):
        density_over_time(incidents.assign(when_precision="unknown"), area)
    assert isinstance(incidents, gpd.GeoDataFrame)
