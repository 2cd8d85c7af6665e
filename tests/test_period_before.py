"""Are the records of the time before a study's period those of as many days, through the same choices?"""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from csgeo.recipe import HotspotChoices, Input, Period, Recipe
from csgeo.study import _before
from tests.outputs.invented import invented_study

BASE = Recipe(title="", area=Input("a.gpkg"), incidents=(Input("i.csv"),))


def of(start, end, **choices):
    days = [dt.date.fromisoformat(d) if d else None for d in (start, end)]
    return replace(BASE, period=Period(*days), **choices)


@pytest.fixture(scope="module")
def incidents():
    """Records from October 2024 to August 2026."""
    return invented_study().incidents


def test_as_many_days_right_before_are_taken(incidents):
    before = _before(incidents, of("2025-10-01", "2026-03-31"))
    when = incidents["occurred_from"]
    days = (when >= pd.Timestamp("2025-04-01")) & (when < pd.Timestamp("2025-10-01"))
    assert 0 < days.sum() < len(incidents)
    assert list(before.index) == list(incidents.index[days])


def test_the_same_choices_hold_and_a_record_without_a_place_is_left_out(incidents):
    some = incidents.copy()
    some.loc[some.index[:200], "origin"] = "enforcement"
    some.loc[some.index[200:300], "geometry"] = None
    asked = of("2025-10-01", "2026-03-31", harms=("CCE",))
    left = _before(some, asked)
    assert set(left["harm"]) == {"CCE"}
    assert not (left["origin"] == "enforcement").any()
    assert left.geometry.notna().all()
    kept = _before(some, replace(asked, hotspots=HotspotChoices(enforcement="kept")))
    assert (kept["origin"] == "enforcement").any()


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, None),
        ("2025-10-01", None),
        ("2025-01-01", "2025-06-30"),  # the files begin three months into the time before
    ],
)
def test_nothing_is_said_of_a_time_before_that_the_files_do_not_hold(incidents, start, end):
    assert _before(incidents, of(start, end)) is None


def test_files_that_begin_a_few_days_late_still_tell_of_it(incidents):
    assert _before(incidents, of("2025-09-15", "2026-08-31")) is not None
