"""Are the best slots truly the best?"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.times.slots import best_slots, covered, share_by_chance


def grid_with(**hours: float) -> pd.DataFrame:
    """Make a week from such as d3h15=5.0."""
    week = np.zeros((7, 24))
    for name, records in hours.items():
        day, hour = name.removeprefix("d").split("h")
        week[int(day), int(hour)] = records
    return pd.DataFrame(week)


def test_two_slots_of_two_hours_by_hand():
    # greedy takes 5 + 5 first and is left with 3 + 0; 3 + 5 and 5 + 3 hold all 16
    grid = grid_with(d3h14=3, d3h15=5, d3h16=5, d3h17=3, d5h22=2)
    slots = best_slots(grid, slots=2, hours=2)
    assert slots[["weekday", "start_hour"]].to_numpy().tolist() == [[3, 14], [3, 16]]
    assert slots["records"].tolist() == [8.0, 8.0]
    assert slots["share"].tolist() == [8 / 18, 8 / 18]


def test_a_slot_may_run_from_sunday_into_monday():
    slots = best_slots(grid_with(d6h23=5, d0h0=5), slots=1, hours=2)
    assert slots[["weekday", "start_hour", "share"]].to_numpy().tolist() == [[6, 23, 1.0]]


def test_of_choices_that_cover_the_same_the_earlier_is_taken():
    slots = best_slots(grid_with(d1h10=2, d4h10=2, d2h10=2), slots=2, hours=1)
    assert slots["weekday"].tolist() == [1, 2]
    assert best_slots(grid_with(d3h15=1), slots=1, hours=3)["start_hour"].tolist() == [13]


def test_slots_that_cover_nothing_are_left_out():
    assert len(best_slots(grid_with(d3h15=1), slots=3, hours=2)) == 1


def best_by_brute_force(week: np.ndarray, slots: int, hours: int) -> list[int]:
    """Try all placements on the circle of the week; of equals keep the first in order."""
    sums = [int(np.take(week, range(s, s + hours), mode="wrap").sum()) for s in range(168)]
    best, chosen = -1, ()
    for starts in combinations(range(168), slots):
        gaps = [(b - a) % 168 for a, b in zip(starts, (*starts[1:], starts[0]), strict=True)]
        total = sum(sums[s] for s in starts)
        if total > best and (slots == 1 or min(gaps) >= hours):
            best, chosen = total, starts
    return [s for s in chosen if sums[s]]


@settings(max_examples=16, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 2), st.integers(1, 5), st.sampled_from([2, 9]))
def test_no_placement_covers_more_and_of_equals_the_first_is_taken(seed, slots, hours, most):
    rng = np.random.default_rng(seed)
    # most of it around the turn of the week, where a circle is cut
    week = rng.integers(0, most, 168) * (rng.random(168) < 0.1)
    week[[0, 1, 2, 165, 166, 167]] += rng.integers(0, most, 6)
    week[80] += 1
    chosen = best_slots(pd.DataFrame(week.reshape(7, 24)), slots=slots, hours=hours)
    starts = np.sort((chosen["weekday"] * 24 + chosen["start_hour"]).to_numpy())
    assert starts.tolist() == best_by_brute_force(week, slots, hours)
    assert covered(week[None, :], slots=slots, hours=hours).tolist() == [chosen["records"].sum()]


def test_of_equals_a_slot_across_the_turn_of_the_week_counts_by_its_beginning():
    # Monday 01:00 and Sunday 23:00, or Monday 01:00 and Thursday 10:00: Thursday begins first
    grid = grid_with(d6h23=2, d0h0=2, d0h1=9, d0h2=9, d3h10=4)
    slots = best_slots(grid, slots=2, hours=2)
    assert (slots["weekday"] * 24 + slots["start_hour"]).tolist() == [1, 81]


@given(st.integers(0, 2**32 - 1), st.integers(0, 167))
@settings(max_examples=20, deadline=None)
def test_a_week_that_begins_at_another_hour_is_covered_as_well(seed, later):
    week = np.random.default_rng(seed).integers(0, 9, (1, 168))
    assert covered(week, slots=3, hours=3) == covered(np.roll(week, later), slots=3, hours=3)


def test_what_chance_covers_grows_with_fewer_records():
    # six hours of 168 hold 3.6 %, but the best six of them hold far more
    few, many = (share_by_chance(n, slots=2, hours=3) for n in (20, 2_000))
    assert 0.2 <= np.median(few) <= 0.3
    assert np.median(many) < 0.08
    assert (share_by_chance(20, seed=3) == share_by_chance(20, seed=3)).all()


@pytest.mark.parametrize(("slots", "hours"), [(0, 3), (2, 0), (2, 25), (7, 24), (56, 3)])
def test_slots_that_do_not_fit_into_a_week_are_refused(slots, hours):
    with pytest.raises(RecipeError, match=f"found {slots} slots of {hours} hours"):
        best_slots(grid_with(d3h15=1), slots=slots, hours=hours)


def test_what_is_no_week_is_refused():
    with pytest.raises(WrongValues, match="must be 7 days x 24 hours.*it is 24 x 7"):
        best_slots(grid_with(d3h15=1).T)
    with pytest.raises(WrongValues, match="1 of 168 hours do not, the first with -1"):
        best_slots(grid_with(d3h15=-1))
    with pytest.raises(WrongValues, match="the first with nan"):
        best_slots(grid_with(d3h15=np.nan))
    with pytest.raises(MethodError, match="all 168 hours hold none"):
        best_slots(grid_with())
