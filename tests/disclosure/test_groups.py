"""Are records and distinct people of groups counted right?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.disclosure.groups import sum_up


def add_up(rows, least=5, people_known=True, groups=4):
    group, person = (np.array(v, dtype=np.int64) for v in zip(*rows, strict=True))
    mark = np.arange(len(rows), dtype=np.uint64) + np.uint64(1)
    return sum_up(group, person, mark, groups=groups, least=least, people_known=people_known)


def test_a_hand_worked_table():
    rows = [(0, p) for p in (1, 2, 3, 4, 5)] + [(1, p) for p in (1, 2, 3, 4, 4, 4)] + [(2, -1)] * 9
    sums = add_up([*rows, (-1, 7)])
    assert sums.records.tolist() == [5, 6, 9, 0]
    assert sums.people.tolist() == [5, 4, 0, 0]
    # group 2: nine records that name nobody are not known to be of five people
    assert sums.enough.tolist() == [True, False, False, False]
    assert sums.mark.tolist() == [15, 51, sum(range(12, 21)), 0]


@pytest.mark.parametrize(("more", "enough"), [(4, True), (5, False), (30, False)])
def test_no_one_person_may_have_more_than_half(more, enough):
    rows = [(0, 0)] * more + [(0, p) for p in (1, 2, 3, 4)]
    assert add_up(rows).enough[0] == enough


def test_records_stand_in_where_nobody_is_known():
    sums = add_up([(0, -1)] * 5 + [(1, -1)] * 4, people_known=False)
    assert sums.people.tolist() == [5, 4, 0, 0]
    assert sums.enough.tolist() == [True, False, False, False]


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 6)), min_size=1, max_size=60))
def test_it_agrees_with_counting_by_hand(rows):
    sums = add_up(rows, least=3)
    for g in range(4):
        mine = [p for group, p in rows if group == g]
        named = [p for p in mine if p >= 0]
        most = max((named.count(p) for p in named), default=0)
        assert sums.records[g] == len(mine)
        assert sums.people[g] == len(set(named))
        assert sums.enough[g] == (len(set(named)) >= 3 and most <= len(mine) / 2)


def test_the_half_is_asked_of_all_but_a_single_person():
    # exact counts, for analysts, begin with one person; a pair is a group of which one may not have most
    assert add_up([(0, 3)] * 4, least=1).enough[0]
    pair = [(0, 1), (0, 1), (0, 2)]
    assert not add_up(pair, least=2).enough[0]
    assert add_up([*pair, (0, 2)], least=2).enough[0]


def test_without_a_record_each_group_is_empty_and_may_not_be_told():
    none = np.zeros(0, dtype=np.int64)
    for known in (True, False):
        sums = sum_up(none, none, none.astype(np.uint64), groups=2, least=5, people_known=known)
        assert [v.tolist() for v in sums] == [[0, 0], [0, 0], [0, 0], [False, False]]
