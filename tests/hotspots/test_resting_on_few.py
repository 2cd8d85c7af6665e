"""Does a place say more about one or two people, or one source, than about the place?"""

import numpy as np

from csgeo.hotspots.records import support_of
from csgeo.hotspots.resting_on_few import resting_reason


def reason(support, *, expected=1.0, least_people=1, least_sources=1):
    return resting_reason(
        support, expected=expected, least_people=least_people, least_sources=least_sources
    )


def test_too_few_people_or_sources_are_said(incidents_at):
    support = support_of(
        incidents_at([0] * 5, [0] * 5, people=["a", "a", "c", "b", "b"], source="police")
    )
    assert reason(support, least_people=3) is None
    assert reason(support, least_people=4) == (
        "Its 5 records are of 3 people; from 4 people on it would say something about the place."
    )
    one = support.of(np.array([0, 1]))
    assert "of 1 person;" in str(reason(one, least_people=2))
    assert reason(support, least_sources=2) == (
        "Its 5 records come from 1 source; at least 2 were asked for."
    )


def test_where_nobody_is_named_people_cannot_be_too_few(incidents_at):
    assert reason(support_of(incidents_at([0, 0], [0, 0])), least_people=3) is None


def test_one_person_must_not_carry_a_place(incidents_at):
    people = ["a"] * 30 + [f"p{k}" for k in range(6)]
    support = support_of(incidents_at([0] * 36, [0] * 36, people=people))
    carried = reason(support, expected=5.0, least_people=3)
    assert carried is not None
    assert carried.startswith("More than half of its records are of one person")
    assert reason(support, expected=0.5, least_people=3) is None, (
        "6 where 0.5 are expected stand out"
    )


def test_half_of_the_records_is_not_more_than_half(incidents_at):
    people = ["a"] * 4 + ["b", "c", "d", "e"]
    support = support_of(incidents_at([0] * 8, [0] * 8, people=people))
    assert reason(support, expected=100.0, least_people=3) is None
