"""Are opening hours read as they are meant, and not guessed where they are not understood?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.context.opening_hours import is_open, read_hours

MO, TU, WE, TH, FR, SA, SU = range(7)


def at(hour: int, minute: int = 0) -> int:
    return hour * 60 + minute


@pytest.mark.parametrize(
    ("hours", "weekday", "minute", "wanted"),
    [
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", MO, at(9), True),
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", MO, at(8, 59), False),
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", FR, at(17), False),  # it closes at 17:00
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", SA, at(13, 59), True),
        ("Mo-Fr 09:00-17:00; Sa 10:00-14:00", SU, at(12), False),
        ("24/7", SU, at(3), True),
        ("24/7; Su off", SU, at(3), False),
        ("Mo-Fr 08:00-12:00,13:00-17:30", WE, at(12, 30), False),
        ("Mo-Fr 08:00-12:00, 13:00-17:30", WE, at(13, 30), True),
        ("Mo,We 16:00-20:00", WE, at(19), True),
        ("Mo,We 16:00-20:00", TU, at(19), False),
        ("Fr-Mo 10:00-11:00", SU, at(10), True),
        ("Fr-Mo 10:00-11:00", MO, at(10), True),
        ("Fr-Mo 10:00-11:00", TU, at(10), False),
        ("10:00-11:00", TU, at(10), True),
        ("Th", TH, at(23, 59), True),
        ("off", TH, at(12), False),
        # past midnight: the night belongs to the day on which it begins
        ("Fr 18:00-02:00", SA, at(1, 59), True),
        ("Fr 18:00-02:00", SA, at(2), False),
        ("Fr 18:00-02:00", FR, at(1), False),
        ("Su 18:00-02:00", MO, at(1), True),
        ("Fr 18:00-26:00", SA, at(1, 59), True),
        ("Fr 18:00-02:00; Sa off", SA, at(1), True),
        ("Mo-Fr 20:00-24:00", TU, at(0), False),
        # the later rule replaces the earlier on its days, a comma adds
        ("Mo-Su 09:00-17:00; We 12:00-13:00", WE, at(10), False),
        ("Mo-Su 09:00-17:00; We off", WE, at(10), False),
        ("Mo-Su 09:00-17:00, We off", WE, at(10), False),
        ("Mo-Fr 09:00-12:00, We 18:00-20:00", WE, at(10), True),
        ("Mo-Fr 09:00-12:00, We 18:00-20:00", WE, at(19), True),
        # as people write it
        ("mon-fri 9:00–17:00", FR, at(16), True),
        ("Sun, Mon 08:00-09:00", SU, at(12), False),
        ("Wed,Thu: 08:00-09:00", TH, at(8), True),
        ('Mo-Fr 09:00-17:00 "ring the bell"', MO, at(9), True),
        # an ordinary week
        ("Mo-Fr 09:00-17:00; PH off", MO, at(9), True),
        ("Mo-Fr,PH 09:00-17:00", MO, at(9), True),
        ("Mo-Fr 09:00-17:00; SH Mo-Fr 12:00-13:00", MO, at(9), True),
    ],
)
def test_is_open(hours, weekday, minute, wanted):
    assert is_open(hours, weekday, minute) is wanted


@pytest.mark.parametrize(
    "hours",
    [
        None,
        "",
        "  ",
        float("nan"),
        "by appointment",
        "Mo-Fr 09:00-17:00; Apr-Oct Sa 10:00-12:00",
        "Sa[1] 10:00-12:00",
        "sunrise-sunset",
        "week 1-10 Mo 10:00-12:00",
        "Mo-Fr 18:00+",
        "Mo-Fr 9-5",
        'Mo-Fr 09:00-17:00 || "by appointment"',
        "Mo-Fr 09:70-17:00",
        "Mo-Fr 25:00-26:00",
        "Mo-Fr 12:00-13:00 off",
        "Mo-PH 12:00-13:00",
        "Mo-We-Fr 12:00-13:00",
    ],
)
def test_what_is_not_understood_is_not_known(hours):
    assert is_open(hours, MO, at(10)) is None
    assert read_hours(hours).notes


def test_holidays_are_passed_over_with_a_note():
    assert read_hours("Mo 09:00-10:00; PH off").notes == ("holidays are passed over: ph off",)
    assert read_hours("Mo 09:00-10:00").notes == ()


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1439))
def test_a_service_is_open_for_as_long_as_it_says(weekday, start, minutes):
    end = (start + minutes) % 1440
    day = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"][weekday]
    hours = f"{day} {start // 60:02d}:{start % 60:02d}"
    hours += f"-{end // 60:02d}:{end % 60:02d}"
    opened = sum(is_open(hours, day, minute) for day in range(7) for minute in range(1440))
    assert opened == minutes


@given(st.lists(st.sampled_from(["Mo", "PH", "Su", "-", ",", ";", " ", "09:00", "2", ":", "off"])))
def test_no_text_is_too_odd_to_be_read(parts):
    days = read_hours("".join(parts)).days
    assert days is None or len(days) == 7


def test_is_open_refuses_a_day_or_minute_that_there_is_not():
    with pytest.raises(ValueError, match=r"`weekday` must be 0 \(Monday\) to 6"):
        is_open("24/7", 7, 0)
    with pytest.raises(ValueError, match="they are 0 and 1440"):
        is_open("24/7", 0, 1440)
