"""Is it said of how many records the time is known?"""

from __future__ import annotations

import pytest

from csgeo.errors import EmptyTable, MethodError
from csgeo.times.known import refuse_if_unknown, time_known, times_known


def test_each_state_is_told_by_precision_and_window(incidents_of):
    start = "2024-03-04 00:00"
    ends = [None, "2024-03-04 01:00", "2024-03-04 09:00", "2024-03-04 23:59", "2024-03-11 00:00"]
    incidents = incidents_of(
        [start] * 5 + ["2024-03-04", "2024-03-01", None],
        [*ends, "2024-03-04 23:59:59", "2024-03-31", None],
        precision=["minute", "hour", "minute", "minute", "minute", "day", "month", "minute"],
    )
    assert time_known(incidents).tolist() == [
        "hour",
        "hour",
        "part of a day",
        "days",  # from 00:00 to 23:59 no hour of the day is known
        "weeks",
        "day only",
        "not known",
        "not known",
    ]


def test_the_count_is_said_in_words(incidents_of):
    incidents = incidents_of(
        ["2024-03-04 15:00", "2024-03-04 15:00", "2024-03-04"],
        [None, "2024-03-04 14:00", None],
        precision=["minute", "minute", "day"],
    )
    known = times_known(incidents)
    assert known.share == pytest.approx(2 / 3)
    assert str(known) == (
        "The time of day is known for 2 of 3 records (67 %); 1 say the day only; 1 end before they "
        "begin and count at their beginning. Times without a zone are taken as the clock in England "
        "(Europe/London)."
    )


def test_what_leaves_with_a_release_holds_no_count(incidents_of):
    def said(timed: int, dated: int) -> str:
        incidents = incidents_of(
            ["2024-03-04 15:00"] * timed + ["2024-03-04"] * dated,
            precision=["minute"] * timed + ["day"] * dated,
        )
        return times_known(incidents).for_release

    assert said(13, 6).startswith(
        "The time of day is known for about 7 in 10 of the records. Times"
    )
    assert said(0, 6).startswith("The time of day is known for next to none of the records.")
    assert said(60, 1).startswith("The time of day is known for nearly all of the records.")


def test_an_end_within_the_hour_that_the_clock_repeats_is_not_backwards(incidents_of):
    # 01:50 in summer time to 01:10 in winter time is twenty minutes
    known = times_known(incidents_of(["2024-10-27 01:50"], ["2024-10-27 01:10"]))
    assert known.ends_before_beginning == 0


def test_months_only_are_refused_with_the_reason(incidents_of):
    incidents = incidents_of(["2024-03-01"] * 4, precision="month")
    with pytest.raises(
        MethodError,
        match=r"known for 0 of 4 \(0 %\): 4 say the month or less.*data.police.uk publishes months only",
    ):
        refuse_if_unknown(times_known(incidents), least_share=0.5)


def test_too_small_a_share_is_refused_and_may_be_allowed(incidents_of):
    known = times_known(
        incidents_of(
            ["2024-03-04 15:00", "2024-03-04", "2024-03-05"], precision=["minute", "day", "day"]
        )
    )
    with pytest.raises(MethodError, match=r"at least 50 % of the records; it is known for 1 of 3"):
        refuse_if_unknown(known, least_share=0.5)
    assert refuse_if_unknown(known, least_share=0.3) is None


def test_no_rows_are_refused(incidents_of):
    with pytest.raises(EmptyTable, match="`incidents` must have at least one row"):
        time_known(incidents_of(["2024-03-04"]).iloc[:0])
