"""How large a fall could have been seen, with so many records?"""

import numpy as np
import pytest
from scipy.stats import fisher_exact

from csgeo.errors import RecipeError
from csgeo.planning.power import power_of_fall, smallest_fall_seen


def test_a_planted_fall_is_seen_as_often_as_it_says():
    chance = np.random.default_rng(11)
    draws = 1_500
    seen = 0
    for _ in range(draws):
        before, others_before, others_after = chance.poisson([120, 240, 240])
        after = chance.poisson(120 * 0.7)
        table = [[after, before], [others_after, others_before]]
        lower = fisher_exact(table, alternative="less").pvalue
        seen += 2 * lower <= 0.05
    assert abs(seen / draws - power_of_fall(120, 240, fall=0.3)) <= 0.03


def test_without_a_fall_it_is_half_of_what_the_test_allows():
    assert power_of_fall(60, 60, fall=0) <= 0.025 + 0.004


def test_more_records_a_larger_fall_and_longer_counting_are_seen_more_often():
    falls = [power_of_fall(60, 200, fall=f) for f in (0.1, 0.3, 0.5)]
    assert falls == sorted(falls)
    assert power_of_fall(200, 600, fall=0.3) > power_of_fall(60, 200, fall=0.3)
    longer = power_of_fall(60, 200, fall=0.3, lengths=(1, 3))
    assert longer > power_of_fall(60, 200, fall=0.3)


def test_a_rise_is_seen_as_a_rise():
    assert power_of_fall(100, 300, fall=-0.6) > 0.8


def test_the_smallest_fall_is_seen_four_times_in_five():
    least = smallest_fall_seen(100, 300)
    assert power_of_fall(100, 300, fall=least) == pytest.approx(0.8, abs=0.005)
    assert smallest_fall_seen(400, 1200) < least
    assert smallest_fall_seen(100, 300, power=0.5) < least


def test_where_nothing_could_be_seen_it_says_so():
    assert smallest_fall_seen(3, 1000) is None
    assert smallest_fall_seen(0, 0) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"treated_before": -1}, "`treated_before` must be a number of records"),
        ({"comparison_before": np.nan}, "`comparison_before` must be a number of records"),
        ({"lengths": (1, 0)}, "two times above 0"),
        ({"level": 1}, "`level` must be between 0 and 1; it is 1"),
        ({"fall": 1.2}, "`fall` must be a share of at most 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    with pytest.raises(RecipeError, match=said):
        power_of_fall(**{"treated_before": 5, "comparison_before": 5, "fall": 0.3} | change)


def test_a_wish_that_cannot_be_meant_is_refused():
    with pytest.raises(RecipeError, match="`power` must be between 0 and 1; it is 80"):
        smallest_fall_seen(50, 50, power=80)
