"""Are counts rounded as promised, and are too few people recognised?"""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from csgeo.disclosure.rounding import hold_enough, round_count, round_counts


def test_a_half_goes_up_and_missing_stays_missing():
    counts = pd.Series([0, 2, 3, 7, 8, 12, None, 791])
    assert round_counts(counts, step=5).tolist() == [0, 0, 5, 5, 10, 10, pd.NA, 790]


def test_a_step_of_ten_sends_its_half_up():
    assert [round_count(n, step=10) for n in (4, 5, 14, 15, 24, 25)] == [0, 10, 10, 20, 20, 30]


@given(st.integers(0, 10**6), st.sampled_from([5, 10, 20]))
def test_a_rounded_count_is_a_multiple_within_half_a_step(n, step):
    rounded = round_count(n, step=step)
    assert rounded % step == 0
    assert abs(rounded - n) * 2 <= step
    assert round_counts(pd.Series([n]), step=step).iloc[0] == rounded


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
