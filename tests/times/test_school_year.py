"""Is a day told to be what it was?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from csgeo.errors import MethodError, RecipeError
from csgeo.times.school_year import (
    bank_holidays,
    day_kinds,
    in_holidays,
    school_year,
    typical_school_year,
)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_each_kind_of_day_is_told():
    year = school_year(
        date(2024, 1, 1), date(2024, 12, 31), [(date(2024, 2, 12), date(2024, 2, 16))],
        no_school=[date(2024, 9, 2)],
    )  # fmt: skip
    told = day_kinds(
        days("2024-02-09", "2024-02-12", "2024-02-17", "2024-09-02", "2024-05-06", "2024-12-26"),
        year,
    )
    assert told.tolist() == [
        "school day",
        "school holiday",
        "weekend",
        "school holiday",
        "bank holiday",
        "bank holiday",
    ]


def test_bank_holidays_have_their_one_off_and_moved_days():
    # https://www.gov.uk/bank-holidays, England and Wales
    of_2022 = [str(d) for d in bank_holidays(2022, 2022)]
    published = "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"
    assert {f"2022-{d}" for d in published.split()} <= set(of_2022)
    assert date(2023, 5, 8) in bank_holidays(2023, 2023)  # the coronation
    assert date(2020, 5, 8) in bank_holidays(2020, 2020)  # moved from the 4th
    assert date(2020, 5, 4) not in bank_holidays(2020, 2020)
    assert date(2024, 3, 17) not in bank_holidays(2024, 2024)  # not of England


def test_the_typical_year_has_the_weeks_that_most_councils_had():
    year = typical_school_year(date(2023, 9, 1), date(2025, 8, 31))
    off = days("2023-10-23", "2023-12-28", "2024-02-14", "2024-04-03", "2024-05-30", "2024-08-01")
    assert in_holidays(off, year).all()
    on = days("2023-09-04", "2023-10-20", "2023-12-15", "2024-01-08", "2024-06-03", "2025-07-21")
    assert not in_holidays(on, year).any()
    assert "not your council's" in year.said


def test_the_typical_share_of_holidays_is_that_of_an_english_year():
    year = typical_school_year(date(2023, 1, 1), date(2025, 12, 31))
    every = np.arange(np.datetime64(year.first), np.datetime64(year.last) + 1)
    school_days = (day_kinds(every, year) == "school day").sum() / 3
    assert 190 <= school_days <= 200  # 190 days by law, and training days of teachers


def test_days_outside_the_calendar_are_refused():
    year = school_year(date(2024, 1, 1), date(2024, 12, 31), [])
    with pytest.raises(
        MethodError,
        match=r"covers 2024-01-01 to 2024-12-31, and 1 of 2 days are outside \(the first is 2025-01-01\)",
    ):
        day_kinds(days("2024-05-01", "2025-01-01"), year)


def test_a_holiday_that_ends_before_it_begins_or_of_another_year_is_refused():
    with pytest.raises(RecipeError, match="found 2024-02-16 to 2024-02-12"):
        school_year(date(2024, 1, 1), date(2024, 12, 31), [(date(2024, 2, 16), date(2024, 2, 12))])
    with pytest.raises(RecipeError, match="1 of 1 do not, the first is 2042-02-12"):
        school_year(date(2024, 1, 1), date(2024, 12, 31), [(date(2042, 2, 12), date(2042, 2, 16))])
