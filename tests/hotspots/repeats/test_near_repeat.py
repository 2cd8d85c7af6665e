from __future__ import annotations

import csv
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.repeats import pairs
from csgeo.hotspots.repeats.bands import space_bands, time_bands
from csgeo.hotspots.repeats.events import Events, events_at
from csgeo.hotspots.repeats.near_repeat import compared, near_repeat

SPACE, TIME = (100, 200, 300), (7, 14)


def square(found) -> np.ndarray:
    """Observed counts as distance x time."""
    wide = found.table["time_interval"].nunique()
    return found.table["observed"].to_numpy().reshape(-1, wide)


def by_hand(events: Events, when, distance="straight") -> np.ndarray:
    """Count pairs one by one (the twin)."""
    held = np.zeros((5, 3), int)
    for a, b in combinations(range(len(events.x)), 2):
        dx, dy = abs(events.x[a] - events.x[b]), abs(events.y[a] - events.y[b])
        away = dx + dy if distance == "manhattan" else (dx * dx + dy * dy) ** 0.5
        days = abs(when[a] - when[b])
        row = 0 if away < 1 else 1 if away < 100 else 2 if away < 200 else 3 if away < 300 else 4
        held[row, 0 if days < 7 else 1 if days < 14 else 2] += 1
    return held


def test_a_pair_on_the_edge_belongs_to_the_band_that_begins_there():
    # the minimal case of the NearRepeat vignette: 100 m and 3 days apart
    two = events_at([0, 0], [0, 100], [0, 3])
    found = near_repeat(
        two, space_m=(100, 200), time_days=(3, 6), replicates=9, calculator_labels=True
    )
    here = found.table[found.table["observed"] > 0].iloc[0]
    assert (here["space_interval"], here["time_interval"]) == ("[100, 200)", "[3, 6)")
    # this is what the Near Repeat Calculator says of a pair 100 m and 3 days apart
    assert here["calculator_space_label"] == "101 to 200"
    assert here["calculator_time_label"] == "4 to 6"
    assert here["p_value"] == 1  # two events can be dealt their dates in one way only


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["straight", "manhattan"]))
def test_the_table_is_that_of_counting_pair_by_pair(small, seed, distance):
    events = small(seed)
    found = near_repeat(events, space_m=SPACE, time_days=TIME, distance=distance, replicates=3)
    np.testing.assert_array_equal(square(found), by_hand(events, events.when, distance))
    assert (found.simulated.sum(axis=(1, 2)) == events.pairs).all()
    # dealing the dates out changes no margin
    assert (found.simulated.sum(axis=1) == square(found).sum(axis=0)).all()
    assert (found.simulated.sum(axis=2) == square(found).sum(axis=1)).all()


def test_replicates_are_all_ways_to_deal_the_dates_out_alike():
    events = events_at([0, 0, 50, 120, 250], [0, 0, 0, 0, 0], [0, 3, 8, 20, 22])
    every = np.array([by_hand(events, [events.when[k] for k in p]) for p in permutations(range(5))])
    found = near_repeat(events, space_m=SPACE, time_days=TIME, replicates=4000, seed=5)
    # the exact expectation is the mean over all 120 ways
    expected = found.table["expected"].to_numpy().reshape(5, 3)
    np.testing.assert_allclose(expected, every.mean(axis=0))
    error = found.simulated.std(axis=0) / 4000**0.5
    assert (abs(found.simulated.mean(axis=0) - every.mean(axis=0)) <= 4.5 * error + 1e-9).all()
    exact = (every >= square(found)).mean(axis=0)
    p = found.table["p_value"].to_numpy().reshape(5, 3)
    assert (abs(p - exact) <= 4.5 * np.sqrt(exact * (1 - exact) / 4000) + 1 / 4001).all()


@pytest.mark.open_data
def test_the_table_of_chicago_is_that_of_the_r_package(chicago):
    found = near_repeat(
        chicago, space_m=(101, 201, 301), time_days=(8, 15, 22), distance="manhattan", replicates=99
    )
    assert square(found).tolist() == [
        [29, 4, 5, 2],
        [45, 15, 7, 2],
        [106, 48, 21, 13],
        [88, 64, 46, 15],
        [206611, 138108, 88321, 36415],
    ]


@pytest.mark.open_data
def test_the_near_repeat_calculators_own_run_is_met_under_its_labels(chicago, open_data):
    """Its counts are ours; its means, ratios and p-values are ours from its own 19 replicates."""
    name = "nearrepeat_chicago_be_month1_NRverbose_2019-09-23_143005.csv"
    text = (open_data / "oracles" / name).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    tables = {
        r[0]: [q[2:-1] for q in rows[k + 3 : k + 8]] for k, r in enumerate(rows) if len(r) == 1
    }
    found = near_repeat(
        chicago, space_m=(100, 200, 300), time_days=(7, 14, 21), distance="manhattan",
        replicates=9, calculator_labels=True,
    )  # fmt: skip
    theirs = np.array(tables["Observed frequencies distribution"], dtype=int)
    np.testing.assert_array_equal(square(found), theirs)
    labels = found.table["calculator_time_label"].iloc[:4].tolist()
    assert labels == next(r[2:6] for r in rows if r[:2] == ["", ""] and "0 to 7" in r)

    drawn = np.array([r[1:-1] for r in rows if r and r[0] == "Expected"], dtype=int)
    simulated = drawn.reshape(4, 5, 19).transpose(2, 1, 0)  # it prints column by column
    ours = compared(theirs, simulated, space_bands((100, 200, 300)), time_bands((7, 14, 21)))
    ratio = np.array(tables["Observed over mean expected frequencies"], dtype=float).ravel()
    p = np.array(tables["Statistical significant table"], dtype=float).ravel()
    np.testing.assert_allclose(ours["ratio_to_mean"], ratio, atol=5.1e-4)
    np.testing.assert_allclose(ours["p_value"], p, atol=1e-12)


def test_neither_order_nor_place_nor_start_matters(small):
    events = small(3, 40)
    found = near_repeat(events, space_m=SPACE, time_days=TIME, replicates=9)
    back = np.arange(40)[::-1]
    turned = [
        events_at(events.x[back], events.y[back], events.when[back]),
        events_at(events.x + 1e5, events.y - 5e4, events.when - 1000),
        events_at(-events.y, events.x, -events.when),
    ]
    for other in turned:
        again = near_repeat(other, space_m=SPACE, time_days=TIME, replicates=9)
        np.testing.assert_array_equal(square(again), square(found))
    scaled = events_at(events.x * 3, events.y * 3, events.when * 2)
    wider = near_repeat(
        scaled, space_m=(300, 600, 900), time_days=(14, 28), same_location_m=3, replicates=9
    )
    np.testing.assert_array_equal(square(wider), square(found))
    np.testing.assert_array_equal(wider.simulated, found.simulated)


def test_one_event_far_away_adds_to_the_last_bands_only(small):
    events = small(4)
    more = events_at([*events.x, 1e6], [*events.y, 1e6], [*events.when, 9999])
    few, many = (
        near_repeat(e, space_m=SPACE, time_days=TIME, replicates=9) for e in (events, more)
    )
    added = square(many) - square(few)
    assert added[-1, -1] == 25
    assert added.sum() == 25


def test_a_seed_gives_the_same_replicates_and_another_one_others(small):
    one, same, other = (near_repeat(small(1), replicates=60, seed=s).simulated for s in (7, 7, 8))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_planted_repeats_stand_out_and_the_rest_does_not():
    rng = np.random.default_rng(11)
    x, y, day = rng.uniform(0, 8000, 500), rng.uniform(0, 8000, 500), rng.integers(0, 365, 500)
    again = slice(0, 60)  # each followed by one about 40 m away within five days
    x = np.concatenate([x, x[again] + rng.uniform(-40, 40, 60)])
    y = np.concatenate([y, y[again] + rng.uniform(-40, 40, 60)])
    day = np.concatenate([day, day[again] + rng.integers(0, 5, 60)])
    table = near_repeat(events_at(x, y, day), space_m=(100, 300), replicates=199).table
    planted = table[(table["space_interval"] == "[1, 100)") & (table["time_interval"] == "[0, 7)")]
    assert planted["p_value"].item() == 1 / 200
    assert planted["ratio_to_mean"].item() > 10
    far = table[(table["space_interval"] == "[100, 300)") & (table["time_from_days"] > 0)]
    assert (far["p_value"] > 0.01).all()


def test_a_ratio_to_nothing_is_missing():
    apart = events_at([0, 1000, 5000], [0, 0, 0], [0, 100, 300])
    table = near_repeat(apart, replicates=9).table
    assert table["ratio_to_mean"].isna().sum() == 30 - 1
    assert table["ratio_to_mean"].iloc[-1] == 1


def test_progress_reaches_the_end(small):
    told = []
    near_repeat(small(0), replicates=30, progress=lambda done, all_: told.append((done, all_)))
    assert told == [(25, 30), (30, 30)]


def test_refusals_say_what_to_do(small, monkeypatch):
    with pytest.raises(RecipeError, match="`replicates` must be at least 1"):
        near_repeat(small(0), replicates=0)
    with pytest.raises(RecipeError, match='"straight" or "manhattan"; it is \'city\''):
        near_repeat(small(0), distance="city")
    with pytest.raises(RecipeError, match="always has a band for the same location"):
        near_repeat(small(0), same_location_m=None, calculator_labels=True)
    monkeypatch.setattr(pairs, "MOST_PAIRS", 20)
    with pytest.raises(MethodError, match="At most 20 pairs .* Narrow the bands"):
        near_repeat(small(0))
