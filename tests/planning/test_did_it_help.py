"""Did it help, in words that a meeting can use?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import WrongValues
from csgeo.planning.did_it_help import CHANCE, FEWER, MORE, NOTHING, did_it_help
from csgeo.planning.exact_change import exact_change


def counts(**of_role):
    rows = [(role, *n) for role, n in of_role.items()]
    return pd.DataFrame(rows, columns=["role", "before", "after"])


def test_a_clear_fall_says_how_large_it_likely_is():
    found = did_it_help(counts(treated=(200, 110), comparison=(400, 410)))
    assert found.conclusion == FEWER
    assert found.sentence.startswith(
        "Probably fewer than the comparison leads one to expect (likely 29% to 59% fewer"
    )
    assert found.place.lower < found.place.ratio < found.place.upper < 1
    assert found.rings.startswith("The ground around was not counted")
    assert found.difference.loc["total", "estimate"] == -100


def test_a_rise_says_more():
    found = did_it_help(counts(treated=(100, 220), comparison=(400, 400)))
    assert found.conclusion == MORE
    assert "Probably more" in found.sentence
    assert found.rings != ""


def test_what_ended_whole_has_an_open_end():
    found = did_it_help(counts(treated=(60, 0), comparison=(100, 100)))
    assert "% to 100% fewer" in found.sentence
    rose = did_it_help(counts(treated=(0, 60), comparison=(100, 100)))
    assert "likely at least" in rose.sentence
    assert any("no record before" in one for one in rose.cautions)


def test_what_could_be_chance_says_what_would_have_been_seen():
    found = did_it_help(counts(treated=(60, 50), comparison=(200, 200)))
    assert found.conclusion == CHANCE
    assert f"a fall of {round(100 * found.smallest_fall)}% or more" in found.sentence


def test_too_few_records_are_an_answer_too():
    found = did_it_help(counts(treated=(4, 1), comparison=(200, 200)))
    assert found.conclusion == NOTHING
    assert found.smallest_fall is None
    assert "no conclusion is possible" in found.sentence


def test_harm_that_moved_next_door_is_named():
    moved = counts(
        treated=(150, 80), comparison=(400, 400), buffer=(150, 222), buffer_comparison=(400, 400)
    )
    found = did_it_help(moved)
    assert found.conclusion == FEWER
    assert "may have moved next door" in found.rings
    stayed = moved.assign(after=[80, 400, 150, 400])
    assert "did not just move next door" in did_it_help(stayed).rings


def test_each_caution_is_said_where_it_holds():
    made = counts(treated=(60, 50), comparison=(200, 200))
    plain = did_it_help(made, chosen_for_their_counts=False)
    assert len(plain.cautions) == 1
    all_of_them = did_it_help(made, lengths=(12, 6), same_season=False)
    said = " ".join(all_of_them.cautions)
    for word in ("Recorded harm", "chosen for their many", "different months", "same length"):
        assert word in said


def test_an_alarm_is_raised_just_where_the_exact_test_raises_one():
    chance = np.random.default_rng(4)
    told = []
    for mean in (3, 30, 300):
        for _ in range(12):
            before, after, others_before, others_after = (int(n) for n in chance.poisson(mean, 4))
            made = counts(treated=(before, after), comparison=(others_before, others_after))
            found = did_it_help(made)
            told.append(found.conclusion in {FEWER, MORE})
            assert told[-1] == (exact_change(made).p_value <= 0.05)
    assert sum(told) <= 5


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(WrongValues, match="there is none of comparison"):
        did_it_help(counts(treated=(3, 4)))
