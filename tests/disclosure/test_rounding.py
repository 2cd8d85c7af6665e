"""Are counts rounded as promised, and are too few people recognised?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.disclosure.rounding import (
    hold_enough,
    marks_of_records,
    marks_of_sets,
    round_keyed,
    round_number,
    round_total,
)

SECRET = b"a secret of thirty-two bytes, so!"


def marks(n, start=0):
    return np.arange(start, start + n, dtype=np.uint64)


@given(st.integers(0, 10**6), st.integers(0, 2**64 - 1), st.sampled_from([1, 5, 10, 20]))
def test_a_rounded_count_is_a_multiple_less_than_a_step_away(n, mark, step):
    rounded = int(round_keyed([n], np.array([mark], dtype=np.uint64), secret=SECRET, step=step)[0])
    assert rounded % step == 0
    assert abs(rounded - n) < step
    if n % step == 0:
        assert rounded == n


@pytest.mark.parametrize("count", [1, 2, 7, 13, 24])
def test_rounding_is_right_on_average(count):
    rounded = round_keyed(np.full(40_000, count), marks(40_000), secret=SECRET, step=5)
    left = count % 5
    # the standard error of the mean is 5 x sqrt(p(1-p) / 40,000), at most 0.0125
    assert rounded.mean() == pytest.approx(count, abs=0.05)
    assert (rounded > count).mean() == pytest.approx(left / 5, abs=0.01)


def test_the_same_records_always_answer_the_same_and_another_key_answers_anew():
    counts = np.full(1000, 7)
    once = round_keyed(counts, marks(1000), secret=SECRET, step=5)
    for _ in range(50):
        assert (round_keyed(counts, marks(1000), secret=SECRET, step=5) == once).all()
    other = round_keyed(counts, marks(1000), secret=SECRET[::-1], step=5)
    # two keys agree where both went up or both down: 0.4 x 0.4 + 0.6 x 0.6
    assert (other == once).mean() == pytest.approx(0.52, abs=0.06)


def test_a_hand_worked_draw_of_hmac():
    """What the formula says, step by step, with Python's own integers."""
    import hashlib
    import hmac

    count, mark = 13, 2**63 + 5
    asked = count.to_bytes(8, "little") + mark.to_bytes(8, "little")
    drawn = int.from_bytes(hmac.new(SECRET, asked, hashlib.sha256).digest()[:8], "little")
    expected = 15 if (drawn >> 11) / 2**53 < 3 / 5 else 10
    found = round_keyed([count], np.array([mark], dtype=np.uint64), secret=SECRET, step=5)
    assert found.tolist() == [expected]


def test_a_mark_hangs_on_what_a_record_says_and_a_set_on_its_records_in_any_order():
    x, y = np.array([10, 10, 11]), np.array([20, 21, 20])
    mark = marks_of_records(x, y)
    assert len(set(mark.tolist())) == 3
    assert (marks_of_records(x[::-1], y[::-1]) == mark[::-1]).all()
    assert marks_of_records(y, x)[0] != mark[0]
    one = marks_of_sets(mark, np.array([0, 0, 1]), groups=3)
    two = marks_of_sets(mark[[1, 0, 2]], np.array([0, 0, 1]), groups=3)
    assert (one == two).all()
    assert one[2] == 0
    assert (marks_of_sets(mark, np.array([-1, -1, 0]), groups=1) == mark[2]).all()


def test_a_total_answers_the_same_and_an_expectation_goes_to_the_nearest():
    assert {round_total(22, "rows", secret=SECRET, step=5) for _ in range(20)} <= {20, 25}
    assert len({round_total(22, "rows", secret=SECRET, step=5) for _ in range(20)}) == 1
    every = [round_total(22, f"rows {i}", secret=SECRET, step=5) for i in range(4000)]
    assert np.mean(every) == pytest.approx(22, abs=0.2)
    assert [round_number(n, step=5) for n in (0, 2.4, 2.5, 31.7)] == [0, 0, 5, 30]


def table(incidents, people):
    return pd.DataFrame({"incidents": incidents, "people": pd.array(people, dtype="Int64")})


def test_four_people_are_too_few_whatever_their_records():
    rows = table([100, 5, 100, 4], [4, 5, None, None])
    assert hold_enough(rows, least=5, people_known=True).tolist() == [False, True, True, False]


def test_records_stand_in_where_the_study_knows_no_people():
    rows = table([100, 5, 4], [1, 1, 1])
    assert hold_enough(rows, least=5, people_known=False).tolist() == [True, True, False]
    assert hold_enough(rows[["incidents"]], least=5, people_known=True).tolist() == [
        True,
        True,
        False,
    ]


def mixed(number: int) -> int:
    """Work out the finaliser of SplitMix64 (Steele, Lea and Flood 2014) with Python's integers."""
    whole = 2**64
    number = (number + 0x9E3779B97F4A7C15) % whole
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 % whole
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB % whole
    return number ^ (number >> 31)


def test_a_mark_worked_by_hand_is_the_same_in_each_version():
    # the first number that SplitMix64 gives from the seed 0, as published
    assert mixed(0) == 0xE220A8397B1DCDAF
    x, y = np.array([421_137, -5]), np.array([222_111.0, 0.0])
    expected = []
    for a, b in ((421_137, 222_111), (-5, 0)):
        mark = 0x9E3779B97F4A7C15
        for value in (a, b):
            mark = mixed(mark ^ (value % 2**64))
        expected.append(mark)
    assert marks_of_records(x, y).tolist() == expected


def test_marks_of_a_set_wrap_around_and_a_count_of_all_is_the_sum():
    high = np.array([2**64 - 1, 3, 7], dtype=np.uint64)
    assert marks_of_sets(high, np.array([0, 0, -1]), groups=2).tolist() == [2, 0]


def test_a_total_worked_by_hand():
    import hashlib
    import hmac

    def drawn(content: bytes) -> bytes:
        return hmac.new(SECRET, content, hashlib.sha256).digest()[:8]

    for count in range(20, 30):
        mark = drawn(f"rows: {count}".encode())
        chance = int.from_bytes(drawn(count.to_bytes(8, "little") + mark), "little")
        left = count % 5
        expected = count - left + (5 if (chance >> 11) / 2**53 < left / 5 else 0)
        found = round_total(float(count) + 0.25, "rows", secret=SECRET, step=5)
        assert (found, type(found)) == (expected, int)


def test_a_half_goes_up_and_a_step_of_ten_is_one_of_ten():
    assert [round_number(n, step=10) for n in (4.9, 5.0, 14.9, 15.0)] == [0, 10, 10, 20]
    assert isinstance(round_number(7.0, step=5), int)


def test_a_row_that_tells_neither_records_nor_people_is_too_few():
    rows = pd.DataFrame(
        {
            "incidents": pd.array([None, 9, 9, 5], dtype="Int64"),
            "people": pd.array([9, 5, None, 4], dtype="Int64"),
        }
    )
    assert hold_enough(rows, least=5, people_known=True).tolist() == [False, True, True, False]
    assert hold_enough(rows, least=5, people_known=False).tolist() == [False, True, True, True]
