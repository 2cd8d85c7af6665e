"""Is a history cut where nothing of what came after is known?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.splits import rolling_splits

JANUARY_2020 = 2020 * 12


def test_two_years_are_cut_by_hand():
    month = JANUARY_2020 + np.array([23, 0, 11, 12, 17, 18, -JANUARY_2020 - 1])
    month = np.concatenate([month, JANUARY_2020 + np.arange(24)])
    cut = rolling_splits(month, splits=9, later_months=6, least_months=12)
    assert [s.name for s in cut.splits] == ["2021-01 to 2021-06", "2021-07 to 2021-12"]
    first, second = cut.splits
    assert first.earlier.tolist() == [1, 2, *range(7, 19)]
    assert first.later.tolist() == [3, 4, *range(19, 25)]
    assert (first.earlier_months, second.earlier_months) == (12, 18)
    assert second.later.tolist() == [0, 5, *range(25, 31)]
    assert cut.words == (
        "The history from 2020-01 to 2021-12 was cut 2 times: places were found by everything "
        "before, and looked at in the 6 months after. 1 record of no known month: not used."
    )


def test_fewer_cuts_are_the_latest():
    month = JANUARY_2020 + np.arange(24)
    cut = rolling_splits(month, splits=1, later_months=6, least_months=12)
    assert [s.name for s in cut.splits] == ["2021-07 to 2021-12"]
    assert "was cut once" in cut.words


def test_a_silent_month_is_neither_past_nor_measured():
    month = JANUARY_2020 + np.delete(np.arange(25), 20)
    cut = rolling_splits(month, splits=1, later_months=6, least_months=12)
    assert cut.splits[0].name == "2021-07 to 2022-01"
    assert (cut.splits[0].earlier_months, cut.splits[0].later_months) == (18, 6)
    assert "1 month without any record: not known, and in neither part." in cut.words


@settings(deadline=None)
@given(
    month=st.lists(st.integers(-1, 40), min_size=1, max_size=80),
    splits=st.integers(1, 6), later=st.integers(1, 7), least=st.integers(1, 12),
)  # fmt: skip
def test_no_part_knows_its_future(month, splits, later, least):
    month = np.array(month)
    try:
        cut = rolling_splits(month, splits=splits, later_months=later, least_months=least).splits
    except MethodError:
        assert len(np.unique(month[month >= 0])) < later + least
        return
    assert 1 <= len(cut) <= splits
    for split in cut:
        assert month[split.earlier].max() < month[split.later].min()
        assert len(np.unique(month[split.later])) == later
        assert len(np.unique(month[split.earlier])) == split.earlier_months >= least
    together = np.concatenate([s.later for s in cut])
    assert len(np.unique(together)) == len(together)
    assert month[cut[-1].later].max() == month.max()


def test_a_short_history_is_refused():
    with pytest.raises(
        MethodError, match=r"at least 18 months \(12 to find places by, 6 .* found 17"
    ):
        rolling_splits(np.arange(17), splits=2, later_months=6, least_months=12)
    with pytest.raises(MethodError, match="found 0"):
        rolling_splits(np.full(5, -1), splits=2, later_months=6, least_months=12)


@pytest.mark.parametrize("wrong", ["splits", "later_months", "least_months"])
def test_numbers_below_one_are_refused(wrong):
    given_ = {"splits": 1, "later_months": 1, "least_months": 1} | {wrong: 0}
    with pytest.raises(RecipeError, match=f"`{wrong}` must be at least 1; it is 0"):
        rolling_splits(np.arange(24), **given_)
