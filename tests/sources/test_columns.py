"""Which column is which?"""

from __future__ import annotations

import pytest

from csgeo.errors import UnknownColumns
from csgeo.sources.columns import known_columns, match_columns, personal_columns


def matched(found, kind="incidents", **given):
    known = {**known_columns(kind), **known_columns("place")}
    return match_columns(found, known, given=given, file="a.csv", section=f"{kind}.columns")


def test_names_are_known_whatever_their_case_and_punctuation():
    found = ["Crime ID", "Crime type", "DATE OF INCIDENT", "Oseast1m", "oseast_1m ", "OSNRTH1M"]
    assert matched(found) == {
        "incident_id": "Crime ID",
        "harm": "Crime type",
        "occurred_from": "DATE OF INCIDENT",
        "easting": "Oseast1m",
        "northing": "OSNRTH1M",
    }


def test_what_is_given_goes_first_and_is_used_once():
    assert matched(["type", "category"], harm="category") == {"harm": "category"}
    assert matched(["type"], location_type="type") == {"location_type": "type"}
    assert matched(["type"], harm="") == {}
    both = {"first": ("type",), "second": ("type",)}
    assert match_columns(["type"], both, file="a.csv", section="x") == {"first": "type"}


def test_years_in_names_do_not_matter():
    assert matched(["LSOA21CD"])["area_id"] == "LSOA21CD"
    assert matched(["wd24cd", "WD24NM"], "areas") == {"area_id": "wd24cd", "name": "WD24NM"}


def test_a_given_name_that_the_file_does_not_have_is_refused_with_the_nearest():
    with pytest.raises(
        UnknownColumns,
        match=r"a\.csv has no column 'Offense', which \[incidents\.columns\] names for harm \(did you mean 'Offence'\?\)\. Found: id, Offence\.",
    ):
        matched(["id", "Offence"], harm="Offense")


def test_a_column_that_csgeo_does_not_have_is_refused():
    with pytest.raises(
        UnknownColumns,
        match=r"names 'harms', which is no column of csgeo \(did you mean 'harm'\?\)",
    ):
        matched(["id"], harms="id")


def test_personal_columns_are_known_by_their_names_and_places_are_not_taken_for_them():
    found = [
        "Forename",
        "Child DOB",
        "nhs_no",
        "UPN",
        "Tel No",
        "E-mail",
        "Victim",
        "Hotel",
        "School name",
        "LSOA name",
        "Location",
        "Ward Name",
        "intelligence ref",
    ]
    looks = personal_columns(found, "incidents", kept=set())
    assert list(looks) == ["Forename", "Child DOB", "nhs_no", "UPN", "Tel No", "E-mail", "Victim"]
    assert personal_columns(["name", "HeadFirstName"], "services", kept=set()) == {
        "HeadFirstName": "a person's name"
    }
    assert personal_columns(["UPN"], "incidents", kept={"UPN"}) == {}
