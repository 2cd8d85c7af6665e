from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError, RecipeError, WrongIndex, WrongValues
from csgeo.hotspots.looking_back import Candidate, back_test, busiest_before, compare_choices

COUNTS = pd.DataFrame(
    {"2019": [5, 1, 0, 0], "2020": [1, 6, 0, 1], "2021": [4, 4, 0, 2]}, index=list("ABCD")
)
SIZE = pd.Series(1.0, index=COUNTS.index)


def test_each_period_is_measured_by_its_past_alone():
    found = back_test(COUNTS, SIZE, choose=busiest_before(SIZE), share_of_size=0.25)
    # 2020 by 2019: A, 1 of 8; 2021 by 2019 and 2020: B (7 against 6), 4 of 10
    assert found.index.tolist() == ["2020", "2021"]
    assert found["share_of_records"].tolist() == [1 / 8, 4 / 10]
    assert found["pai"].tolist() == pytest.approx([0.5, 1.6])
    assert found["pei"].tolist() == pytest.approx([1 / 6, 1])
    assert found["recapture_rate_index"].tolist() == pytest.approx(
        [(1 / 8) / (5 / 6), (4 / 10) / (7 / 14)]
    )


def test_the_rule_sees_only_the_past_and_cannot_spoil_it():
    seen = []

    def rule(past):
        seen.append(list(past.columns))
        past.iloc[:, :] = 99  # a copy is spoilt, not the history
        return pd.Series([4, 3, 2, 1], index=past.index)

    found = back_test(COUNTS, SIZE, choose=rule, share_of_size=0.25)
    assert seen == [["2019"], ["2019", "2020"]]
    # A held 5 of 6 before, and of all 14 in two years 6
    assert found["recapture_rate_index"].tolist() == pytest.approx(
        [(1 / 8) / (5 / 6), (4 / 10) / (6 / 14)]
    )
    seen.clear()
    back_test(COUNTS, SIZE, choose=rule, share_of_size=0.25, most_history=1)
    assert seen == [["2019"], ["2020"]]


def test_a_gap_is_no_fall():
    gap = COUNTS.assign(**{"2020": np.nan})
    found = back_test(gap, SIZE, choose=busiest_before(SIZE), share_of_size=0.25)
    assert found.index.tolist() == ["2021"]
    assert found["share_of_records"].tolist() == [0.4]


def test_places_are_taken_while_they_fit_and_at_least_one():
    size = pd.Series([3.0, 1, 1, 1], index=COUNTS.index)
    rule = lambda past: pd.Series([1, 4, 3, 2], index=past.index)  # noqa: E731
    places = [
        back_test(COUNTS, size, choose=rule, share_of_size=s)["places"].iloc[0]
        for s in (0.01, 1 / 6, 0.4, 0.5, 0.99)
    ]
    assert places == [1, 1, 2, 3, 3]
    # 0.1 + 0.2 is a little more than 0.3 to a computer
    size = pd.Series([0.7, 0.1, 0.2, 0], index=COUNTS.index).replace(0, 1e-300)
    assert back_test(COUNTS, size, choose=rule, share_of_size=0.3)["places"].iloc[0] == 3


def test_the_choice_that_held_most_comes_first():
    halves = pd.DataFrame([[6, 7, 8], [0, 1, 2]], index=["AB", "CD"], columns=COUNTS.columns)
    found = compare_choices(
        {
            "cells": Candidate(COUNTS, SIZE, busiest_before(SIZE)),
            "halves": Candidate(halves, SIZE[:2].set_axis(halves.index), lambda p: p.sum(axis=1)),
            "worst": Candidate(COUNTS, SIZE, lambda p: -p.sum(axis=1)),
        },
        share_of_size=0.5,
    )
    assert found.index.tolist() == ["cells", "halves", "worst"]
    # cells: A and B hold 7 of 8 and 8 of 10; the halves the same: ties by name
    assert found["share_of_records"].tolist() == pytest.approx([15 / 18, 15 / 18, 3 / 18])
    assert found["pai"].tolist() == pytest.approx([15 / 9, 15 / 9, 3 / 9])
    assert found.loc["cells", "least_share"] == 0.8
    assert found["periods"].tolist() == [2, 2, 2]


def test_refusals_say_what_to_do():
    rule = busiest_before(SIZE)
    with pytest.raises(MethodError, match="at least 4 known periods .* found 3 of 3"):
        back_test(COUNTS, SIZE, choose=rule, least_history=3)
    with pytest.raises(RecipeError, match="`share_of_size` must be above 0 and below 1"):
        back_test(COUNTS, SIZE, choose=rule, share_of_size=1)
    with pytest.raises(RecipeError, match="`most_history` no smaller; they are 2 and 1"):
        back_test(COUNTS, SIZE, choose=rule, least_history=2, most_history=1)
    with pytest.raises(RecipeError, match="one known score for each place"):
        back_test(COUNTS, SIZE, choose=lambda past: past.iloc[:2, 0])
    with pytest.raises(WrongIndex, match="`size` must be on the ids"):
        back_test(COUNTS, SIZE[::-1], choose=lambda past: past.iloc[:, 0])
    partly = COUNTS.astype(float)
    partly.loc["B", "2020"] = np.nan
    with pytest.raises(WrongValues, match="1 of 3 are known in part \\(the first is '2020'\\)"):
        back_test(partly, SIZE, choose=rule)
    with pytest.raises(RecipeError, match="all with the same periods; found 2 with 2"):
        compare_choices(
            {
                "a": Candidate(COUNTS, SIZE, rule),
                "b": Candidate(COUNTS[["2019", "2020"]], SIZE, rule),
            }
        )
