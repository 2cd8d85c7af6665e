"""What is told of how a release came to be, and what stays behind?"""

from __future__ import annotations

import hashlib
import hmac
import importlib.metadata
import platform

import numpy as np
import pytest

import csgeo
from csgeo.disclosure import provenance
from csgeo.disclosure.audiences import RULES, rule_for
from csgeo.disclosure.keys import key_from_text
from csgeo.disclosure.provenance import protected_provenance
from csgeo.disclosure.rounding import round_total
from tests.outputs.invented import invented_study

KEY = key_from_text("3c" * 32, origin="a file")
RECORDS = {
    "file": "C:\\care team\\secret\\records.csv",
    "layer": "sheet 1",
    "kind": "Records of harm",
    "sha256": "ab" * 32,
    "bytes": np.int64(12_345),
    "rows_in": np.int64(2412),
    "rows_used": 2398,
    "rows_without_place": 63,
    "licence": None,
    "attribution": "the council",
    "columns": ["name", "address"],
    "rows_set_aside": [
        {"reason": "label 'Ann\nSmith's' is not known", "rows": 13, "first_value": "Ann"}
    ],
}
PUBLIC = {
    "file": "/home/somebody/streets.gpkg",
    "kind": "Streets",
    "sha256": "cd" * 32,
    "bytes": 77,
    "rows_in": 501,
    "rows_used": 499,
    "rows_set_aside": [{"reason": "the road 'A4' is cut", "rows": 2}],
}


def told_of(*sources, rule=None, **study):
    made = invented_study(sources=sources, **study)
    return protected_provenance(made, rule=rule or rule_for("panel"), key=KEY, hidden={"cells": 3})


def rounded(count: int, what: str) -> int:
    """Say what a count becomes; published numbers hang on these words."""
    return round_total(count, what, secret=KEY.secret, step=5)


def test_of_a_file_of_records_no_exact_number_no_path_and_no_word_out_of_it_is_told():
    (told,) = told_of(RECORDS)["inputs"]
    assert told == {
        "file": "records.csv",
        "layer": "sheet 1",
        "kind": "Records of harm",
        "keyed_sha256": hmac.new(KEY.secret, b"ab" * 32, hashlib.sha256).hexdigest(),
        "rows_in": rounded(2412, "rows_in"),
        "rows_used": rounded(2398, "rows_used"),
        "rows_without_place": rounded(63, "rows_without_place"),
        "licence": None,
        "attribution": "the council",
        "rows_set_aside": [
            {
                "reason": "label (withheld) is not known",
                "rows": rounded(13, "rows set aside"),
            }
        ],
    }
    assert type(told["rows_in"]) is int


def test_of_a_public_file_each_number_is_told():
    (told,) = told_of(PUBLIC)["inputs"]
    assert told == PUBLIC | {"file": "streets.gpkg"}


@pytest.mark.parametrize(
    "kind",
    ["areas", "places", "Postcodes", "schools", "services", "bus stops", "STREETS"],
)
def test_the_kinds_of_file_that_are_public(kind):
    assert told_of({"file": "a", "kind": kind, "rows_in": 501})["inputs"][0]["rows_in"] == 501
    harm = told_of({"file": "a", "kind": f"Harm at {kind}", "rows_in": 501})["inputs"][0]
    assert harm["rows_in"] % 5 == 0


def test_a_file_of_no_known_kind_is_not_public():
    (told,) = told_of({"rows_in": 501})["inputs"]
    assert told == {"rows_in": rounded(501, "rows_in"), "rows_set_aside": []}


def test_analysts_are_told_each_number_and_the_checksum_as_it_is():
    (told,) = told_of(RECORDS, rule=RULES["analysts"])["inputs"]
    assert (told["rows_in"], told["bytes"], told["sha256"]) == (2412, 12_345, "ab" * 32)
    assert "keyed_sha256" not in told
    assert type(told["bytes"]) is int
    assert told["rows_set_aside"] == [{"reason": "label (withheld) is not known", "rows": 13}]


def test_steps_are_told_rounded_but_for_how_many_places_were_found():
    steps = (
        {"step": "read", "rows_in": 2412, "rows_out": np.int64(2398), "note": "n", "first": "Ann"},
        {"step": "places found", "rows_in": 2384, "rows_out": 8},
        {"step": "smoothed", "rows_in": None, "rows_out": 33.0, "note": ("a", 1)},
        {"rows_out": 7},
    )
    what = "records in a step"
    assert told_of(steps=steps)["steps"] == [
        {"step": "read", "rows_in": rounded(2412, what), "rows_out": rounded(2398, what), "note": "n"},
        {"step": "places found", "rows_in": rounded(2384, what), "rows_out": 8},
        {"step": "smoothed", "rows_in": None, "rows_out": rounded(33, what), "note": "('a', 1)"},
        {"rows_out": rounded(7, what)},
    ]  # fmt: skip


def test_the_rest_says_by_which_rule_with_which_key_and_which_versions():
    rule = rule_for("public", least_people=12, round_to=10)
    told = told_of(rule=rule)
    libraries = ["geopandas", "numba", "numpy", "pandas", "pyproj", "scikit-learn", "scipy", "shapely"]  # fmt: skip
    assert told == {
        "title": "Serious youth violence in Wexcombe",
        "period": ["2024-10-01", "2026-09-30"],
        "inputs": [],
        "steps": told["steps"],
        "recipe": '[study]\ntitle = "Serious youth violence in Wexcombe"\n',
        "protection": {
            "audience": "public",
            "least_people": 12,
            "round_to": 10,
            "rounded_with": f"key {KEY.name} (from a file)",
            "counted": "distinct people",
            "hidden": {"cells": 3},
        },
        "versions": {
            "csgeo": csgeo.__version__,
            "results_changed": csgeo.RESULTS_CHANGED,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in libraries},
        },
    }
    counted = told_of(people_known=False)["protection"]["counted"]
    assert counted == "records: people are not known"


def test_a_library_that_is_not_there_is_said(monkeypatch):
    def gone(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(provenance, "version", gone)
    assert told_of()["versions"]["numba"] == "not installed"
