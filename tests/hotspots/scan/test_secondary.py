"""Do the rules for secondary clusters leave in and out what SaTScan's user guide says?"""

import numpy as np
import pytest

from csgeo.errors import RecipeError
from csgeo.hotspots.scan.p_values import gumbel_p_values, rank_p_values
from csgeo.hotspots.scan.secondary import check_rules, report_clusters
from csgeo.hotspots.scan.windows import scan_windows

LINE = np.array([(0, 0), (1, 0), (2.1, 0), (3.3, 0), (4.6, 0), (6.0, 0)])


def chosen(scores, separate="no_overlap", candidates="best_of_each_centre", **options):
    """Score windows by their centre and size; give (centre, members) of the clusters."""
    windows = scan_windows(LINE, np.ones(6), most_share=1.0)
    statistic = np.zeros(len(windows.neighbour))
    for k in np.flatnonzero(windows.closes):
        row = windows.row_of(int(k))
        key = int(windows.centre[row]), int(k - windows.start[row] + 1)
        statistic[k] = scores.get(key, 0.0)
    entries = report_clusters(
        statistic, windows, LINE, separate=separate, candidates=candidates, **options
    )
    return [
        (int(windows.centre[windows.row_of(int(k))]), sorted(windows.members(int(k)).tolist()))
        for k in entries
    ]


# strongest: 1 with 0 and 2. Centre 2 holds 1, 3: centred inside and holds the centre.
# Centre 3 holds 2, 4: overlaps only. Centre 5 is apart.
SCORES = {(1, 3): 9.0, (2, 3): 8.0, (3, 3): 7.0, (5, 1): 6.0}
FIRST, INSIDE, TOUCHING, APART = (1, [0, 1, 2]), (2, [1, 2, 3]), (3, [2, 3, 4]), (5, [5])


def test_without_overlap():
    assert chosen(SCORES) == [FIRST, APART]


def test_no_centre_in_another():
    assert chosen(SCORES, "no_centre_in_other") == [FIRST, TOUCHING, APART]


def test_no_centre_in_a_stronger_one():
    assert chosen(SCORES, "no_centre_in_stronger") == [FIRST, TOUCHING, APART]
    # centre 4 reaches over the centre of the first, and is itself outside
    wide = {(1, 3): 9.0, (4, 5): 5.0}
    assert chosen(wide, "no_centre_in_stronger") == [FIRST, (4, [1, 2, 3, 4, 5])]
    assert chosen(wide, "no_centre_in_weaker") == [FIRST]
    assert chosen(wide, "no_pair_of_centres") == [FIRST, (4, [1, 2, 3, 4, 5])]


def test_no_pair_of_centres():
    assert chosen(SCORES, "no_pair_of_centres") == [FIRST, TOUCHING, APART]


def test_one_for_each_centre():
    assert chosen(SCORES, "one_per_centre") == [FIRST, INSIDE, TOUCHING, APART]


def test_the_weaker_window_around_a_centre_counts_only_among_all():
    scores = {(1, 3): 9.0, (3, 3): 7.0, (3, 1): 2.0}
    assert chosen(scores) == [FIRST]
    assert chosen(scores, candidates="all_windows") == [FIRST, (3, [3])]


def test_least_and_most():
    assert chosen(SCORES, "one_per_centre", least=7.0) == [FIRST, INSIDE, TOUCHING]
    assert chosen(SCORES, "one_per_centre", most_clusters=2) == [FIRST, INSIDE]
    assert chosen({}) == []


def test_an_unknown_rule_is_refused():
    with pytest.raises(RecipeError, match="`candidates` must be one of best_of_each_centre"):
        check_rules("no_overlap", "any")


def test_p_values_by_hand():
    strongest = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9])
    assert rank_p_values(np.array([9.5, 9.0, 5.0, 0.5]), strongest).tolist() == [0.1, 0.2, 0.6, 1.0]


def test_equal_but_for_the_last_digit_counts_as_equal():
    assert rank_p_values(np.array([3.0]), np.array([3.0 - 1e-12])).tolist() == [1.0]


def test_gumbel_gives_back_what_was_drawn():
    chance = np.random.default_rng(4)
    strongest = chance.gumbel(5.0, 1.5, 100_000)
    wanted = 1 - np.exp(-np.exp(-(14 - 5.0) / 1.5))
    assert gumbel_p_values(np.array([14.0]), strongest)[0] == pytest.approx(wanted, rel=0.05)


def test_gumbel_by_hand():
    # mean 10.5 and sample variance 35 of 1 to 20
    beta = np.sqrt(35 * 6) / np.pi
    centre = 10.5 - 0.5772156649 * beta
    wanted = 1 - np.exp(-np.exp(-(25 - centre) / beta))
    found = gumbel_p_values(np.array([25.0]), np.arange(1.0, 21.0))[0]
    assert found == pytest.approx(wanted, rel=1e-9)
    assert np.isnan(gumbel_p_values(np.array([25.0]), np.arange(1.0, 20.0))[0])
    assert np.isnan(gumbel_p_values(np.array([25.0]), np.full(50, 3.0))[0])
