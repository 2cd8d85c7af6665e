"""Is a busy time said only to those for whom enough people were there?"""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from csgeo.disclosure.audiences import RULES
from csgeo.disclosure.busy import Session, busy_times, sessions_of
from csgeo.disclosure.counted import Records
from csgeo.disclosure.release import make_release
from csgeo.times.wording import peak_slots_in_words
from tests.outputs.invented import invented_study


@pytest.mark.parametrize(
    ("words", "sessions"),
    [
        ("Monday, 15:00 to 18:00", [(15, 3)]),
        ("Thursday and Friday, 15:00 to 19:00", [(87, 4), (111, 4)]),
        ("Monday, Wednesday and Sunday, 07:00 to 08:00", [(7, 1), (55, 1), (151, 1)]),
        ("Tuesday to Thursday, 21:00 to midnight", [(45, 3), (69, 3), (93, 3)]),
        ("Saturday, 22:00 to 01:00", [(142, 3)]),
        ("every day, 00:00 to 02:00", [(24 * d, 2) for d in range(7)]),
        ("Friday, from 20:00 for 30 hours", [(116, 30)]),
    ],
)
def test_words_are_read_as_the_sessions_that_they_say(words, sessions):
    assert sessions_of(words) == tuple(Session(*one) for one in sessions)


@pytest.mark.parametrize(
    "words",
    ["", "Thu 15:00-19:00", "Monday", "Funday, 15:00 to 18:00", "Monday, 25:00 to 26:00",
     "Monday, from 15:00 for 400 hours", "Monday, 15:30 to 18:00", "<b>Monday</b>, 15:00 to 18:00"],
)  # fmt: skip
def test_words_that_cannot_be_read_are_not_said(words):
    assert sessions_of(words) is None


def test_all_that_the_study_can_say_can_be_read():
    chance = np.random.default_rng(2)
    for _ in range(200):
        days = np.sort(chance.choice(7, size=chance.integers(1, 5), replace=False))
        slots = pd.DataFrame(
            {"weekday": days, "start_hour": chance.integers(0, 24), "hours": chance.integers(1, 13)}
        )
        for part in peak_slots_in_words(slots).split("; "):
            assert sessions_of(part), part


def kept(people, *, least=5, words="Monday, 15:00 to 18:00", times=None, known=True):
    """What is left of the words at a place with one record for each of `people`."""
    n = len(people)
    when = times or ["2026-01-05 16:10"] * n  # a Monday
    table = pd.DataFrame(
        {"occurred_from": pd.to_datetime(pd.Series(when)), "when_precision": "minute"}
    )
    zero = np.zeros(n, dtype=np.int64)
    records = Records(zero, zero, np.array(people), zero.astype(np.uint64), np.arange(n))
    said = busy_times(
        pd.Series([words, None], dtype="str"), zero, records, table,
        rule=RULES["partnership"]._replace(least_people=least), people_known=known,
    )  # fmt: skip
    assert pd.isna(said[1])
    return None if pd.isna(said[0]) else said[0]


def test_a_session_is_said_where_enough_people_were_there_and_none_had_most():
    assert kept(range(5)) == "Monday, 15:00 to 18:00"
    assert kept(range(4)) is None
    assert kept(range(9), least=10) is None
    assert kept(range(10), least=10) is not None
    assert kept([0, 1, 2, 3, 4, 4, 4, 4, 4]) is None  # five of nine are one child's
    assert kept([-1] * 30) is None  # nobody is named
    assert kept([-1] * 5, known=False) is not None


def test_only_records_in_the_session_whose_hour_is_known_count():
    inside, outside = "2026-01-05 17:59", "2026-01-05 18:00"
    assert kept(range(5), times=[inside] * 4 + [outside]) is None
    assert kept(range(6), times=[inside] * 5 + [outside]) is not None
    # midnight sharp stands for a time that nobody wrote down
    midnight = ["2026-01-05 00:00"] * 5
    assert kept(range(5), times=midnight, words="Monday, 00:00 to 03:00") is None
    late = ["2026-01-05 00:01"] * 5
    assert kept(range(5), times=late, words="Sunday, 22:00 to 01:00") is not None


def test_what_may_not_be_said_goes_and_the_part_of_the_year_goes_with_it():
    both = "Monday, 15:00 to 18:00; Friday, 20:00 to 23:00; mostly in term time"
    assert kept(range(5), words=both) == "Monday, 15:00 to 18:00"
    one = "Monday, 15:00 to 18:00; mostly in term time"
    assert kept(range(5), words=one) == one


def test_the_public_hears_only_of_sessions_of_ten_people():
    """Attack: who has the partnership's list and the public's learns of no session of five to nine."""
    study = invented_study()
    study.hotspots["peak_slots"] = [
        f"{day}, {hour:02d}:00 to {hour + 2:02d}:00"
        for day, hour in zip(["Monday", "Tuesday", "Friday", "Saturday"] * 2, range(8, 16), strict=True)
    ]  # fmt: skip
    study.period = (dt.date(2024, 10, 1), dt.date(2026, 9, 30))
    study.hotspots = study.hotspots.iloc[:6]
    for least in (5, 10):
        release = make_release(study, least_people=least)
        for id_, words in release.hotspots["peak_slots"].dropna().items():
            inside = study.incidents[study.incidents.intersects(release.hotspots.geometry[id_])]
            (session,) = sessions_of(words)
            when = inside["occurred_from"]
            there = (when.dt.day_of_week * 24 + when.dt.hour).between(
                session.begins, session.begins + session.hours - 1
            )
            people = inside.loc[there, "person_key"]
            assert people.nunique() >= least
            assert people.value_counts().max() <= len(people) / 2
        said = release.hotspots["peak_slots"].notna().sum()
        assert 0 < said < 6
