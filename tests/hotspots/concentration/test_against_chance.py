from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import RecipeError, WrongIndex, WrongValues
from csgeo.hotspots.concentration.against_chance import concentration_against_chance
from csgeo.hotspots.concentration.gini import generalised_gini, gini
from csgeo.hotspots.concentration.shares import places_holding


@pytest.mark.parametrize("exposure", [None, [1.0, 2.0, 5.0]])
def test_p_values_are_those_of_all_ways_to_throw_the_records(exposure):
    counts = pd.Series([3, 1, 0])
    given = None if exposure is None else pd.Series(exposure)
    found = concentration_against_chance(
        counts, exposure=given, shares=[0.5], replicates=8_000, seed=3
    ).table
    weights = np.full(3, 1 / 3) if exposure is None else np.array(exposure) / sum(exposure)
    ways = np.array(list(product(range(3), repeat=4)))
    chance = weights[ways].prod(axis=1)
    held = [pd.Series(np.bincount(w, minlength=3)) for w in ways]
    half = [places_holding(h, shares=[0.5])["places"].item() for h in held]
    exact = {
        "gini": [gini(h) >= gini(counts) - 1e-9 for h in held],
        "generalised_gini": [generalised_gini(h) >= generalised_gini(counts) - 1e-9 for h in held],
        "places holding 50% of records": [h <= 1 for h in half],
    }
    for measure, as_much in exact.items():
        p = (chance * np.array(as_much)).sum()
        assert (
            abs(found.loc[measure, "p_value"] - p) < 4.5 * (p * (1 - p) / 8_000) ** 0.5 + 1 / 8_001
        )
    assert found["by_chance"].iloc[2] == pytest.approx((chance * np.array(half)).sum(), abs=0.03)


def test_chance_alone_looks_concentrated_and_is_not_remarkable():
    rng = np.random.default_rng(4)
    counts = pd.Series(np.bincount(rng.integers(0, 2000, 500), minlength=2000))
    found = concentration_against_chance(counts, replicates=199).table
    # "a tenth of the places holds half of all records" says nothing here
    assert found.loc["places holding 50% of records", "observed"] < 2000 / 8
    assert found.loc["gini", "observed"] > 0.75
    assert (found["p_value"] > 0.01).all()
    assert (found["least"] <= found["by_chance"]).all()
    assert (found["by_chance"] <= found["most"]).all()


def test_planted_concentration_is_seen_and_exposure_can_explain_it():
    rng = np.random.default_rng(5)
    busy = pd.Series(np.where(np.arange(300) < 20, 30.0, 1.0))
    counts = pd.Series(rng.poisson(busy))
    plain = concentration_against_chance(counts, replicates=199)
    assert (plain.table["p_value"] == 1 / 200).all()
    explained = concentration_against_chance(counts, exposure=busy, replicates=199)
    assert (explained.table["p_value"] > 0.01).all()
    assert "chances by exposure" in explained.words


def test_a_seed_gives_the_same_answer():
    counts = pd.Series([5, 2, 1, 0, 0])
    one, same = (concentration_against_chance(counts, replicates=60, seed=1).table for _ in "ab")
    pd.testing.assert_frame_equal(one, same)


def test_one_place_holds_all_by_chance_too():
    assert (concentration_against_chance(pd.Series([7]), replicates=9).table["p_value"] == 1).all()


def test_refusals_say_what_to_do():
    counts = pd.Series([3, 0, 1], index=["A", "B", "C"])
    with pytest.raises(WrongValues, match="1 of 3 places have records and none .* 'C'"):
        concentration_against_chance(counts, exposure=pd.Series([1, 1, 0], index=counts.index))
    with pytest.raises(WrongIndex, match="in the same order"):
        concentration_against_chance(counts, exposure=pd.Series([1, 1, 1]))
    with pytest.raises(RecipeError, match="`replicates` must be at least 1"):
        concentration_against_chance(counts, replicates=0)
