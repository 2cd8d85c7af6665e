"""Is everything found that places and pieces of several releases tell when taken from each other?"""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.overlapping import CHANGED, LEAVES_FEW, Divided, Told, units_that_tell


def told(divisions, counts, *, numbers=None, least=10, people=None, known=True):
    """Which units of the first division tell, on cells with so many records each."""
    divided = [Divided(np.array(one), max(one) + 1) for one in divisions]
    cell = np.repeat(np.arange(len(counts)), counts)
    person = np.arange(len(cell)) if people is None else np.array(people)
    if numbers is None:
        numbers = [np.zeros(one.units, dtype=np.int64) for one in divided]
    return units_that_tell(divided, numbers, cell, person, least=least, people_known=known)


def test_a_cell_more_tells_what_is_in_it():
    # the place is cells 0 and 1 now, and was cell 0 alone: cell 1 holds seven
    assert told([[0, 0, -1], [0, -1, -1]], [30, 7, 9]) == [Told(0, LEAVES_FEW)]
    assert told([[0, 0, -1], [0, -1, -1]], [30, 12, 9]) == []
    assert told([[0, 0, -1], [0, -1, -1]], [30, 0, 9]) == []
    # the other way round: what is published holds what is new
    assert told([[0, -1, -1], [0, 0, -1]], [30, 7, 9]) == [Told(0, LEAVES_FEW)]


def test_two_of_different_releases_are_taken_from_one():
    # 20, 20 and 7: each former place leaves 27, both together 7
    now, one, two = [0, 0, 0], [0, -1, -1], [-1, 0, -1]
    assert told([now, one], [20, 20, 7]) == []
    assert told([now, one, two], [20, 20, 7]) == [Told(0, LEAVES_FEW)]
    # and the new one may be one of the two
    assert told([one, now, two], [20, 20, 7]) == [Told(0, LEAVES_FEW)]


def test_one_that_lies_across_two_is_taken_from_both():
    # cells 0-1 and 2-3 now; 1-2 before, and cell 0 holds nobody: 3 is left with six
    assert told([[0, 0, 1, 1], [-1, 0, 0, -1]], [0, 20, 20, 6]) == [
        Told(0, LEAVES_FEW), Told(1, LEAVES_FEW),
    ]  # fmt: skip
    assert told([[0, 0, 1, 1], [-1, 0, 0, -1]], [20, 20, 20, 6]) == []
    # the former ones across which the new one lies
    assert told([[-1, 0, 0, -1], [0, 0, 1, 1]], [3, 20, 20, 6]) == [Told(0, LEAVES_FEW)]


def test_all_of_a_release_that_lie_in_one_are_taken_from_it():
    now, before = [0] * 5, [0, 1, 2, 3, -1]
    assert told([now, before], [20, 20, 20, 20, 4]) == [Told(0, LEAVES_FEW)]
    assert told([now, before], [20, 20, 20, 20, 14]) == []


def test_the_same_ground_with_another_number_was_changed():
    same = [[0, 0, 1], [0, 0, 1]]
    numbers = [np.array([25, 30]), np.array([30, 30])]
    assert told(same, [20, 7, 30], numbers=numbers) == [Told(0, CHANGED)]
    assert told(same, [20, 7, 30]) == []


@pytest.mark.parametrize(
    ("people", "known", "tells"),
    [
        (None, True, False),
        ([*range(30), *[99] * 12], True, True),  # twelve records of one child
        ([*range(30), *range(40, 50), 40, 41], True, False),
        ([*range(30), *range(40, 45), *[60] * 7], True, True),  # six people
        ([*range(30), *[99] * 12], False, False),  # nobody known: twelve records
    ],
)
def test_what_is_left_is_counted_in_people(people, known, tells):
    found = told([[0, 0], [0, -1]], [30, 12], people=people, known=known)
    assert bool(found) == tells


def brute(divisions, counts, least):
    """All ways to add and take up to three units, one of them new, that leave a set of cells."""
    grounds = [
        (k, unit, frozenset(np.flatnonzero(np.array(one) == unit).tolist()))
        for k, one in enumerate(divisions)
        for unit in sorted(set(one) - {-1})
    ]
    found = set()
    for many in (2, 3):
        for some in combinations(grounds, many):
            if all(k for k, _, _ in some):
                continue
            for signs in range(2**many - 1):  # something is taken away
                weight = np.zeros(len(counts), dtype=int)
                for place, (_, _, ground) in enumerate(some):
                    weight[list(ground)] += 1 if signs >> place & 1 else -1
                left = frozenset(np.flatnonzero(weight == 1).tolist())
                few = 0 < int(np.array(counts)[sorted(left)].sum()) < least
                if few and weight.min() >= 0 and weight.max() == 1 and not _shown(left, grounds):
                    found |= {unit for k, unit, _ in some if k == 0}
    return found


def _shown(left, grounds):
    """Whether it is made of whole units of one release: these are shown, and no difference."""
    for k in {of for of, _, _ in grounds}:
        inside = [ground for of, _, ground in grounds if of == k and ground <= left]
        if frozenset().union(*inside) == left:
            return True
    return False


divisions = st.integers(4, 9).flatmap(
    lambda n: st.tuples(
        st.lists(
            st.lists(st.integers(-1, 3), min_size=n, max_size=n).filter(lambda d: max(d) >= 0),
            min_size=2, max_size=3,
        ),
        st.lists(st.sampled_from([0, 0, 3, 7, 12, 20]), min_size=n, max_size=n),
    )
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(divisions)
def test_nothing_that_three_numbers_tell_is_missed(made):
    ways, counts = made
    for one in ways:  # what is shown holds enough by itself
        for unit in set(one) - {-1}:
            cells = np.flatnonzero(np.array(one) == unit)
            if sum(counts[cell] for cell in cells) < 10:
                counts[cells[0]] = 12
    found = {one.unit for one in told(ways, counts)}
    assert brute(ways, counts, 10) <= found


@settings(max_examples=60, deadline=None)
@given(divisions)
def test_the_same_division_again_tells_nothing(made):
    ways, counts = made
    assert told([ways[0], ways[0]], counts) == []
