"""Are the words as sure as the numbers, and no surer?"""

from __future__ import annotations

import pandas as pd
import pytest

from csgeo.hotspots.change.exact import compare_counts
from csgeo.hotspots.change.verdicts import verdicts


def _said(before, after, **days):
    comparison = compare_counts([before], [after], **days)
    comparison["q_value"] = comparison["p_value"]
    return verdicts(comparison, q=0.05, level=0.95).iloc[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (400, 308, "probably fewer (likely 10 % to 34 % fewer)"),
        (308, 400, "probably more (likely 12 % to 51 % more)"),
        (20, 15, "could be chance"),
        (0, 0, "too few to say"),
        (5, 0, "too few to say"),  # 2 / 32: not even this split can be told from chance
        (6, 0, "probably fewer (likely 15 % to 100 % fewer)"),
        (0, 8, "probably more (likely at least 71 % more)"),
        (0, 30, "probably more (likely at least 7.6 times as many)"),
        (10, 40, "probably more (likely 2.0 to 9.0 times as many)"),
    ],
)
def test_the_words_for_a_pair_of_counts(before, after, words):
    assert _said(before, after) == words


def test_half_the_time_is_no_fall():
    assert _said(200, 100, before_days=365, after_days=182.5) == "could be chance"


def test_an_uncovered_period_is_said():
    assert _said(5, 0, after_days=0) == "not known: one of the periods is not covered"


def test_a_change_that_could_be_one_of_many_false_ones_is_not_spoken_of():
    row = {"ratio": 0.5, "lower": 0.3, "upper": 0.9, "least_p": 0.0001, "q_value": 0.06}
    assert verdicts(pd.DataFrame([row]), q=0.05, level=0.95).tolist() == ["could be chance"]


def test_an_interval_that_reaches_over_one_is_not_spoken_of():
    row = {"ratio": 0.5, "lower": 0.3, "upper": 1.01, "least_p": 0.0001, "q_value": 0.04}
    assert verdicts(pd.DataFrame([row]), q=0.05, level=0.95).tolist() == ["could be chance"]


def test_a_change_of_hardly_anything_is_up_to():
    row = {"ratio": 0.97, "lower": 0.94, "upper": 0.998, "least_p": 0.0, "q_value": 0.001}
    said = verdicts(pd.DataFrame([row]), q=0.05, level=0.95).iloc[0]
    assert said == "probably fewer (likely up to 6 % fewer)"


def test_one_record_that_becomes_two_is_no_rise_of_a_hundred_per_cent():
    """ArcGIS's percentage and sfhotspot's difference come without a test."""
    assert _said(1, 2) == _said(3, 0) == "too few to say"
