"""Is a find scored as a person with the truth in hand would score it?"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csgeo.errors import MissingColumns
from csgeo.samples import County, county, score
from csgeo.samples.truth import Truth
from csgeo.tables import NATIONAL_GRID


def _table(index: str, ids: list[str], shapes: list, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns, index=pd.Index(ids, name=index), geometry=shapes, crs=NATIONAL_GRID
    )


def _finds(**boxes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    n = len(boxes)
    table = _table("hotspot_id", list(boxes), [shapely.box(*b) for b in boxes.values()])
    words = {"name": "Around", "method": "by hand", "cells": "c", "stratum": "", "peak_slots": ""}
    numbers = dict.fromkeys(("area_km2", "expected", "strength", "score", "p_value", "q_value", "stability"), 1.0)  # fmt: skip
    whole = {c: range(1, n + 1) for c in ("rank", "rank_in_stratum", "incidents", "people", "sources_agree")}  # fmt: skip
    return table.assign(**words, **numbers, **whole)


@pytest.fixture
def truth() -> Truth:
    return Truth(
        seed=0,
        places=_table(
            "truth_id", ["T1", "T2"], [shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)],
            x=[5.0, 105.0], y=[5.0, 5.0],
        ),
        artefacts=_table("truth_id", ["A1"], [shapely.Point(200, 5)]),
        displaced=_table("truth_id", ["D1"], [shapely.box(300, 0, 310, 10)]),
    )  # fmt: skip


def test_score_by_hand(truth: Truth):
    # "hit" holds the middle of T1 (Jaccard 49/100); "graze" has 10 of 190 square metres of T2
    # in common, and not its middle: neither found nor false; "stack" is on the artefact
    found = _finds(
        hit=(0, 0, 7, 7),
        graze=(109, 0, 119, 10),
        stack=(195, 0, 205, 10),
        moved=(300, 0, 305, 10),
        wrong=(500, 500, 510, 510),
    )
    result = score(found, truth)
    assert result.found == ("T1",)
    assert result.missed == ("T2",)
    assert result.false == ("wrong",)
    assert result.artefacts == ("stack",)


def test_a_find_beside_the_middle_counts_if_it_shares_enough(truth: Truth):
    # half of T1 without its middle: Jaccard 40/100
    beside = _finds(half=(0, 0, 4, 10))
    assert score(beside, truth).found == ("T1",)
    assert score(beside, truth, least_shared=0.5).found == ()
    assert score(beside, truth, least_shared=0.5).false == ()


def test_nothing_found_is_everything_missed(truth: Truth):
    result = score(_finds(a=(0, 0, 1, 1)).iloc[:0], truth)
    assert result == ((), ("T1", "T2"), (), ())


def test_score_refuses_a_table_that_is_not_hotspots(truth: Truth):
    with pytest.raises(MissingColumns, match="`found` must have the columns `rank`"):
        score(_finds(a=(0, 0, 1, 1)).drop(columns="rank"), truth)


@pytest.mark.parametrize("seed", [1, 14, 21, 26])
def test_planted_places_are_compact_and_apart(seed: int):
    truth = county(seed).truth
    shapes = truth.places.geometry
    assert len(shapes) == 10
    assert shapes.area.max() <= 250_000
    assert truth.places["strength"].between(3, 8).all()
    gaps = [shapes.drop(i).distance(shape).min() for i, shape in shapes.items()]
    assert min(gaps) > 125
    stacks = [truth.artefacts.distance(shape).min() for shape in shapes]
    assert min(stacks) > 250


def test_two_or_three_planted_places_are_rural_or_on_the_coast(made: County):
    assert made.truth.places["stratum"].value_counts().to_dict() == {
        "City": 5,
        "Town and fringe": 4,
        "Village and countryside": 1,
    }
