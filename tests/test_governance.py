"""Is what was agreed about a file read as it was written, and kept to?"""

from __future__ import annotations

import datetime as dt

import pytest

from csgeo.errors import RecipeError
from csgeo.governance import Governance, check_retention, read_governance

AGREED = {
    "lawful_basis": "UK GDPR article 6(1)(e)",
    "purpose": "to find places to work in",
    "controller": "the council",
    "retention_until": dt.date(2027, 3, 31),
    "sharing_agreement": "ISA 12, version 3",
    "regime": "general",
}


def test_what_is_said_is_read_and_what_is_not_said_is_open():
    assert read_governance(AGREED, "[[incidents]] number 1").open_questions == ()
    some = read_governance({"purpose": "x"}, "it")
    assert some == Governance(purpose="x")
    assert some.open_questions == (
        "lawful_basis",
        "controller",
        "retention_until",
        "sharing_agreement",
        "regime",
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("yes", "must be a table; it is 'yes'"),
        ({"lawfull_basis": "x"}, "has no `lawfull_basis`. Did you mean `lawful_basis`"),
        ({"purpose": ""}, "must be text in quotes; it is ''"),
        ({"purpose": 3}, "must be text in quotes; it is 3"),
        ({"retention_until": "2027"}, "must be a day, as 2027-03-31"),
        ({"retention_until": dt.datetime(2027, 1, 1)}, "must be a day, as 2027-03-31"),
        ({"regime": "police"}, "must be one of general, law enforcement"),
    ],
)
def test_what_cannot_be_meant_is_refused(given, words):
    with pytest.raises(RecipeError, match=words):
        read_governance(given, "[[incidents]] number 1")


def test_a_file_is_used_until_its_last_day_and_not_after():
    files = {"a.csv": Governance(), "b.csv": read_governance(AGREED, "b")}
    check_retention(files, on=dt.date(2027, 3, 31))
    with pytest.raises(
        RecipeError, match="1 of 2 are past it on 2027-04-01 \\(the first is b.csv: 2027-03-31\\)"
    ):
        check_retention(files, on=dt.date(2027, 4, 1))
