"""Does each reader say of a file with every fault what it said when a person last read it?"""

from __future__ import annotations

import json

import pytest

from tests.sources.accounts import BRIDGED, KEPT, READ, bridged, told

SAID = json.loads(KEPT.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", READ)
def test_a_file_with_every_fault_is_told_as_before(name):
    assert json.loads(json.dumps(told(name))) == SAID["read"][name]


@pytest.mark.parametrize("name", BRIDGED)
def test_numbers_by_area_are_as_before(name):
    assert bridged(name) == SAID["bridged"][name]


@pytest.mark.parametrize("name", [n for n in READ if "report" in SAID["read"][n]])
def test_every_row_is_in_exactly_one_of_the_numbers(name):
    report = SAID["read"][name]["report"]
    aside = sum(s["rows"] for s in report["set_aside"])
    assert report["rows_in"] == report["rows_used"] + aside


def test_what_is_kept_is_what_is_read():
    assert set(SAID["read"]) == set(READ)
    assert set(SAID["bridged"]) == set(BRIDGED)
