"""Do the cells of a table with its margins tell of nobody, and does the closed form find what programmes find?"""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.audit import says_too_much
from csgeo.disclosure.crossed import (
    MOST_ROWS,
    place_of,
    safe_cells,
    sets_that_can_be_taken,
    small_cells,
)
from csgeo.disclosure.margins import hide_what_margins_pin, ranges_of_cells


def lay_out(table, *, other=False, people=None):
    """A place from a table of counts, whose last column (and row, if `other`) is never shown."""
    table = np.asarray(table)
    rows, columns = table.shape[0] - other, table.shape[1] - 1
    row = np.repeat(np.arange(table.shape[0]), table.sum(axis=1))
    column = np.concatenate([np.repeat(np.arange(table.shape[1]), line) for line in table])
    row, column = np.where(row == rows, -1, row), np.where(column == columns, -1, column)
    person = np.arange(len(row)) if people is None else np.asarray(people)
    return place_of(row, column, person, rows=rows, columns=columns, other=other)


def rounded(table, *, other=False, chance=None):
    """The whole, rows, columns and cells, each rounded to 5 by itself."""
    table = np.asarray(table)
    chance = chance or np.random.default_rng(1)

    def to_5(n):
        n = np.asarray(n)
        return np.maximum(n - n % 5 + 5 * (chance.random(n.shape) < (n % 5) / 5), 5).astype(int)

    rows = table.shape[0] - other
    margins = to_5(table.sum(axis=1)[:rows]), to_5(table.sum(axis=0)[:-1])
    return int(to_5(table.sum())), *margins, to_5(table[:rows, :-1])


def shown_of(table, *, other=False, people=None, least=5, rest=10, people_known=True):
    return safe_cells(
        lay_out(table, other=other, people=people), rounded(table, other=other),
        step=5, least_people=least, least_rest=rest, people_known=people_known,
    )  # fmt: skip


def test_a_hand_worked_table_shows_what_leaves_enough():
    # rows are kinds of harm, columns parts of the day; the last column holds times not known
    table = [[30, 20, 0], [25, 22, 2]]
    # with both cells of a row shown its times that are not known would be told: 0 and 2; with one,
    # the column tells the other and so these again
    assert not shown_of(table).any()
    # where twelve and fourteen times are not known nothing needs to be hidden
    assert shown_of([[30, 20, 12], [25, 22, 14]]).all()


def test_one_hidden_cell_in_a_row_and_in_a_column_is_not_enough():
    # the three people at the lower right follow from their row and from their column
    table = [[30, 20, 15, 12], [25, 22, 14, 12], [40, 30, 3, 12]]
    shown = shown_of(table)
    assert not shown[2, 2]
    for line in (*shown, *shown.T):
        assert not line.all() or table_is_safe(table, shown)
    hidden = np.ones((3, 4), dtype=bool)
    hidden[:, :3] = ~shown
    counts = np.asarray(table)
    for one in every_set(hidden, 3, 3):
        assert counts[one].sum() == 0 or counts[one].sum() >= 10 or is_a_line(one)


def table_is_safe(table, shown):
    """A full line is fine where its rest, the last column, is of enough people."""
    return (np.asarray(table)[:, -1][shown.all(axis=1)] >= 10).all()


def is_a_line(one):
    return any((one[r].all() and one.sum() == one.shape[1]) for r in range(len(one))) or any(
        one[:, c].all() and one.sum() == len(one) for c in range(one.shape[1] - 1)
    )


def every_set(hidden, rows, columns):
    """By brute force: all sums of shown rows, columns and the whole that are a set of hidden cells."""
    high, wide = hidden.shape
    some = list(chain.from_iterable(combinations(range(high), k) for k in range(high + 1)))
    others = list(chain.from_iterable(combinations(range(columns), k) for k in range(columns + 1)))
    found = {}
    for taken in some:
        for less in others:
            weight = np.zeros((high, wide), dtype=int)
            weight[list(taken)] += 1
            weight[:, list(less)] -= 1
            for sign in (1, -1):
                one = np.where(hidden, sign * weight, 0)
                if one.min() >= 0 and one.max() == 1:
                    found[one.tobytes()] = one == 1
    return list(found.values())


patterns = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda size: st.lists(
        st.lists(st.booleans(), min_size=size[1], max_size=size[1]),
        min_size=size[0], max_size=size[0],
    )
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(patterns)
def test_every_set_that_can_be_taken_is_made_of_those_that_are_listed(pattern):
    """The closed form against all choices of rows and columns, one by one."""
    hidden = np.column_stack([np.array(pattern), np.ones(len(pattern), dtype=bool)])
    listed = sets_that_can_be_taken(hidden, columns=hidden.shape[1] - 1)
    assert not (listed & ~hidden).any()
    true = {one.tobytes() for one in every_set(hidden, len(hidden), hidden.shape[1] - 1)}
    assert {one.tobytes() for one in listed} <= true
    for one in every_set(hidden, len(hidden), hidden.shape[1] - 1):
        inside = [part for part in listed if not (part & ~one).any()]
        assert inside
        assert (np.any(inside, axis=0) == one).all()


tables = st.tuples(st.integers(1, 4), st.integers(2, 5)).flatmap(
    lambda size: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 6, 9, 14, 30]), min_size=size[1], max_size=size[1]),
        min_size=size[0], max_size=size[0],
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tables, st.booleans(), st.integers(0, 2**31))
def test_no_programme_tells_a_small_cell_beside_what_is_shown(table, other, seed):
    counts = np.asarray(table)
    rows = len(counts) - other
    # as the door does it first: what is shown as a whole describes enough people
    if rows < 1 or (counts[:rows].sum(axis=1) < 5).any() or (counts[:, :-1].sum(axis=0) < 5).any():
        return
    chance = np.random.default_rng(seed)
    numbers = rounded(counts, other=other, chance=chance)
    shown = safe_cells(
        lay_out(counts, other=other), numbers,
        step=5, least_people=5, least_rest=10, people_known=True,
    )  # fmt: skip
    if not shown.any():
        return
    assert not (shown & (counts[:rows, :-1] < 5)).any()
    ranges = ranges_of_cells(numbers, shown, other=other, step=5, least=5)
    hidden = np.ones(counts.shape, dtype=bool)
    hidden[:rows, :-1] = ~shown
    small = hidden & (counts < 5)
    assert not says_too_much(ranges[small.ravel()], least_people=5).any()
    hid = np.where(hidden, counts, 0)
    for one in every_set(hidden, rows, counts.shape[1] - 1):
        left = hid[one].sum()
        assert left >= 10 or is_a_line(one) or not left or not np.array_equal(one, one & hidden)


def test_a_cell_of_many_records_by_few_or_mostly_one_is_not_shown():
    table = [[30, 20, 12], [25, 22, 14]]
    who = np.arange(123)
    who[50:75] = 200  # twenty-five records of the second row by one
    shown = shown_of(table, people=who)
    assert not shown[1, 0]


def test_a_remainder_that_is_mostly_one_persons_hides_more():
    table = [[30, 20, 24], [25, 22, 24]]
    assert shown_of(table).all()
    who = np.arange(145)
    who[50:64] = 500  # fourteen of the twenty-four with no time in the first row
    shown = shown_of(table, people=who)
    assert not shown.all()
    assert shown_of(table, people=who, people_known=False).all()


def test_more_rows_than_are_looked_at_together_are_not_split():
    table = np.full((MOST_ROWS + 2, 3), 40)
    table[-1] = 200
    shown = shown_of(table)
    assert shown.any(axis=1).sum() == MOST_ROWS
    assert shown[-1].all()


def test_margins_that_pin_a_small_cell_lose_the_smaller_of_both():
    # 70 and 60 of 100: at least 66 + 56 - 104 = 18 are in both, by margins alone
    totals = np.array([100, 100, 100])
    rows = np.array([[70], [70], [35]]), np.ones((3, 1), dtype=bool)
    columns = np.array([[60], [60], [40]]), np.ones((3, 1), dtype=bool)
    small = np.array([True, False, True]).reshape(3, 1, 1)
    of_rows, of_columns = hide_what_margins_pin(
        totals, rows, columns, small, step=5, least_people=5
    )
    assert of_rows.ravel().tolist() == [True, True, True]
    assert of_columns.ravel().tolist() == [False, True, True]


def test_small_cells_are_those_of_too_few_people():
    unit = np.repeat([0, 0, 1, -1], [6, 9, 5, 9])
    row = np.zeros(29, dtype=np.int64)
    column = np.repeat([0, 1, 0, 0], [6, 9, 5, 9])
    person = np.concatenate([np.arange(6), [1] * 9, np.arange(5), np.arange(9)])
    small = small_cells(unit, row, column, person, (2, 1, 2), least=5, people_known=True)
    assert small.tolist() == [[[False, True]], [[False, True]]]


@pytest.mark.parametrize("other", [False, True])
def test_the_programme_of_a_place_finds_a_hand_worked_range(other):
    # 50 is 46 to 54, 30 and 20 are 26 to 34 and 16 to 24; 20 is shown in the first row and column
    numbers = (50, np.array([30, 20]), np.array([25, 20]), np.array([[20, 0], [0, 0]]))
    shown = np.array([[True, False], [False, False]])
    ranges = ranges_of_cells(numbers, shown, other=other, step=5, least=5)
    table = ranges.reshape(2 + other, 3, 2)
    # the first row holds at most 34, the cell at least 16: 18 for the other two
    assert table[0, 1].tolist() == [0, 18]
    assert table[1, 0].tolist() == [0, 13]
