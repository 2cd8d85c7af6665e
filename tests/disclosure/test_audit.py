"""Does the audit find what a linear programme finds, and is what it says too much hidden?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.audit import (
    Breakdown,
    Relation,
    hidden_ranges,
    hide_what_says_too_much,
    leave_a_safe_rest,
    says_too_much,
)

NAN = np.nan


def test_a_hand_worked_total_of_two_parts():
    # 30 is 26 to 34, 20 is 16 to 24: what is hidden is 2 to 18
    ranges = hidden_ranges(np.array([30.0, 20.0, NAN]), (Relation(0, (1, 2)),), step=5)
    assert ranges[2].tolist() == [2, 18]
    assert says_too_much(ranges[[2]], least_people=5).tolist() == [True]
    # 25 less 20 is -3 to 13: from 0 on, all that the threshold leaves
    ranges = hidden_ranges(np.array([25.0, 20.0, NAN]), (Relation(0, (1, 2)),), step=5)
    assert ranges[2].tolist() == [0, 13]
    assert says_too_much(ranges[[2]], least_people=5).tolist() == [False]


def test_two_hidden_ones_share_what_is_left_and_a_cap_narrows_them():
    numbers = np.array([30.0, 15.0, NAN, NAN])
    relation = (Relation(0, (1, 2, 3)),)
    assert hidden_ranges(numbers, relation, step=5)[2].tolist() == [0, 23]
    # at most 4 each, and at least 26 - 19 = 7 together: each holds at least 3
    capped = hidden_ranges(numbers, relation, step=5, most_hidden=4)
    assert capped[2:].tolist() == [[3, 4], [3, 4]]


def test_who_knows_the_rule_knows_that_what_is_shown_is_no_less_than_it():
    # 10 is 6 to 14 and 5 is 5 to 9, not 1 to 9: what is hidden is at most 9
    numbers = np.array([10.0, 5.0, NAN])
    relation = (Relation(0, (1, 2)),)
    assert hidden_ranges(numbers, relation, step=5)[2].tolist() == [0, 13]
    assert hidden_ranges(numbers, relation, step=5, least_shown=5)[2].tolist() == [0, 9]


def test_numbers_that_contradict_each_other_have_no_range():
    ranges = hidden_ranges(np.array([5.0, 50.0, NAN]), (Relation(0, (1, 2)),), step=5)
    assert np.isnan(ranges[2]).all()


def unrounded_four_by_four():
    """A table of 4 x 4 with its margins, three cells hidden, nothing rounded."""
    inner = np.array([[20, 30, 3, 12], [7, 2, 15, 40], [18, 22, 31, 9], [4, 16, 25, 11]], float)
    table = np.zeros((5, 5))
    table[:4, :4] = inner
    table[:4, 4], table[4, :4], table[4, 4] = inner.sum(1), inner.sum(0), inner.sum()
    table[0, 2] = table[1, 1] = table[3, 0] = NAN
    place = np.arange(25).reshape(5, 5)
    rows = [Relation(int(place[i, 4]), tuple(place[i, :4].tolist())) for i in range(5)]
    columns = [Relation(int(place[4, j]), tuple(place[:4, j].tolist())) for j in range(5)]
    return table.ravel(), (*rows, *columns)


def test_hidden_cells_of_an_unrounded_table_with_margins_are_solved_exactly():
    numbers, relations = unrounded_four_by_four()
    ranges = hidden_ranges(numbers, relations, step=1)
    assert ranges[[2, 6, 15]].tolist() == [[3, 3], [2, 2], [4, 4]]


tables = st.integers(1, 6).flatmap(
    lambda m: st.tuples(
        st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=m, max_size=m),
        st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=m, max_size=m),
    )
)


@settings(max_examples=60, deadline=None)
@given(tables, st.booleans(), st.integers(0, 2**32 - 1))
def test_what_is_left_after_hiding_tells_nothing_by_linear_programming(made, people_known, seed):
    """The closed form against the programme itself, on totals that are broken down in two ways."""
    chance = np.random.default_rng(seed)
    one, two = (np.array(t, dtype=np.int64) for t in made)
    total = np.maximum(one.sum(axis=1), 5)
    two[:, 1] = np.maximum(total - two[:, 0], 0)
    two[:, 0] = total - two[:, 1]
    one[:, 2] += total - one.sum(axis=1)

    def rounded(n):
        left = n % 5
        return n - left + 5 * (chance.random(n.shape) < left / 5)

    breakdowns = tuple(Breakdown(np.maximum(rounded(t), 5), t >= 5, rest=False) for t in (one, two))
    totals = np.maximum(rounded(total), 5)
    shown = hide_what_says_too_much(
        totals, breakdowns, step=5, least_people=5, people_known=people_known
    )
    most = np.inf if people_known else 4
    for i in range(len(totals)):
        parts = [
            np.where(seen[i], b.numbers[i], NAN) for b, seen in zip(breakdowns, shown, strict=True)
        ]
        numbers = np.concatenate([[totals[i]], *parts]).astype(float)
        relations = (Relation(0, (1, 2, 3)), Relation(0, (4, 5)))
        told = hidden_ranges(numbers, relations, step=5, most_hidden=most, least_shown=5)
        # a breakdown that is hidden whole says nothing, and is not taken as a sum of small parts
        for (first, last), part in zip(((1, 4), (4, 6)), parts, strict=True):
            hidden = np.isnan(part)
            if hidden.any() and not hidden.all() and not np.isnan(told[first:last][hidden]).any():
                assert not says_too_much(told[first:last][hidden], least_people=5).any()


def records_of(table, people=None):
    """One row a record: which total, which part, whose; each of its own person if not said."""
    unit = np.repeat(np.arange(len(table)), np.sum(table, axis=1))
    part = np.concatenate([np.repeat(np.arange(len(row)), row) for row in table]).astype(np.int64)
    person = np.arange(len(unit)) if people is None else np.asarray(people)
    return unit.astype(np.int64), part, person.astype(np.int64)


@given(
    st.lists(st.lists(st.integers(0, 25), min_size=4, max_size=4), min_size=1, max_size=6),
    st.booleans(),
    st.integers(1, 60),
)
def test_what_is_left_is_of_enough_people_or_of_none(parts, rest, people):
    counts = np.array(parts, dtype=np.int64)
    unit, part, _ = records_of(counts)
    person = np.random.default_rng(people).integers(0, people, len(unit))
    if rest:  # the last part is one that is never shown
        part = np.where(part == 3, -1, part)
        counts = counts[:, :3]
    enough = counts >= 5
    shown = leave_a_safe_rest(unit, part, person, enough, rest=rest, least=10, people_known=True)
    assert not (shown & ~enough).any()
    for row, seen in enumerate(shown):
        if not seen.any() or (seen.all() and not rest):
            continue
        left = person[(unit == row) & ~((part >= 0) & seen[part])]
        who, times = np.unique(left, return_counts=True)
        assert len(who) >= 10
        assert times.max() <= len(left) / 2


def test_the_smallest_goes_first_and_what_is_shown_is_kept_where_it_may_be():
    counts = np.array([[40, 20, 12, 3], [40, 20, 12, 30], [90, 5, 2, 1]])
    unit, part, person = records_of(counts)
    shown = leave_a_safe_rest(
        unit, part, person, counts >= 5, rest=False, least=10, people_known=True
    )
    assert shown.tolist() == [
        [True, True, False, False],  # 12 goes, so that 15 are left
        [True, True, True, True],  # nothing is hidden
        [False, True, False, False],  # 90 of 98 would tell that 8 are of another kind
    ]
    assert shown.dtype == bool


@pytest.mark.parametrize(
    ("people", "kept"),
    [
        (range(52), True),
        ([*range(40), *[40] * 12], False),  # twelve records that are left are one child's
        ([*range(40), *range(40, 45), *[45] * 7], False),  # six people, seven of twelve by one
        ([*range(40), *range(40, 50), 40, 41], True),
    ],
)
def test_what_is_left_is_counted_in_people_of_whom_none_has_most(people, kept):
    counts = np.array([[40, 4, 4, 4]])
    unit, part, person = records_of(counts, list(people))
    shown = leave_a_safe_rest(
        unit, part, person, counts >= 5, rest=False, least=10, people_known=True
    )
    assert shown.tolist() == [[kept, False, False, False]]
    # where nobody is known, twelve records are enough
    assert leave_a_safe_rest(
        unit, part, person, counts >= 5, rest=False, least=10, people_known=False
    ).any()


@pytest.mark.parametrize("people_known", [True, False])
def test_nothing_is_hidden_where_nothing_needs_to_be(people_known):
    numbers = np.array([[50, 60]])
    kept = hide_what_says_too_much(
        np.array([110]),
        (Breakdown(numbers, numbers > 0, rest=False),),
        step=5, least_people=5, people_known=people_known,
    )  # fmt: skip
    assert kept[0].all()
