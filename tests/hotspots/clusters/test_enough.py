"""Which clusters hold enough different people and enough different sources?"""

import pandas as pd
import pytest

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.clusters.enough import dissolve_small, people_and_sources

LABELS = [0, 0, 0, 1, 1, 2, 2, -1]
PEOPLE = ["a", "a", "a", "b", "c", "d", None, "e"]
SOURCES = ["police", "police", "school", "police", "police", "school", "police", "police"]


def table(incidents_at, people=PEOPLE):
    return incidents_at([0] * 8, [0] * 8, people=people, source=SOURCES)


def test_one_child_with_three_records_is_one_person(incidents_at):
    counts = people_and_sources(table(incidents_at), LABELS)
    assert counts.index.name == "cluster"
    assert counts["records"].tolist() == [3, 2, 2]
    assert counts["people"].tolist() == [1, 2, 1]
    assert counts["sources"].tolist() == [2, 1, 2]


def test_people_are_missing_where_nobody_is_named(incidents_at):
    for people in (None, [None] * 8):
        counts = people_and_sources(table(incidents_at, people), LABELS)
        assert counts["people"].isna().all()
        assert counts["sources"].tolist() == [2, 1, 2]


@pytest.mark.parametrize(
    ("asked", "stay", "words"),
    [
        ({}, {0, 1, 2}, ""),
        ({"least_people": 2}, {1}, "2 clusters with fewer than 2 people taken away."),
        ({"least_sources": 2}, {0, 2}, "1 clusters with fewer than 2 sources taken away."),
        (
            {"least_people": 2, "least_sources": 2},
            set(),
            "3 clusters with fewer than 2 people or 2 sources taken away.",
        ),
    ],
)
def test_clusters_of_too_few_are_taken_away(incidents_at, asked, stay, words):
    labels, said = dissolve_small(table(incidents_at), LABELS, **asked)
    assert labels.tolist() == [k if k in stay else -1 for k in LABELS]
    assert said == words
    assert LABELS == [0, 0, 0, 1, 1, 2, 2, -1], "the argument is left as it was"


def test_no_clusters_have_no_rows(incidents_at):
    counts = people_and_sources(table(incidents_at), [-1] * 8)
    assert counts.empty
    assert list(counts) == ["records", "people", "sources"]
    labels, _ = dissolve_small(table(incidents_at), [-1] * 8, least_people=3)
    assert labels.tolist() == [-1] * 8
    assert isinstance(counts, pd.DataFrame)


def test_people_cannot_be_asked_for_where_nobody_is_named(incidents_at):
    for people in (None, [None] * 8):
        with pytest.raises(MethodError, match="`least_people` is 3, but none of 8 records names a"):
            dissolve_small(table(incidents_at, people), LABELS, least_people=3)
    with pytest.raises(RecipeError, match="`least_sources` must be a whole number of at least 1"):
        dissolve_small(table(incidents_at), LABELS, least_sources=0)
