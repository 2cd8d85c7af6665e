"""Is a difference called more than chance only where it is?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import WrongValues
from csgeo.hotspots.paired import holm, sign_flip_p


def test_three_differences_by_hand():
    # of the eight patterns of signs of 3, 1, 2 the sums are +-6, +-4, +-2, 0, 0
    assert sign_flip_p([3, 1, 2]) == 2 / 8
    assert sign_flip_p([3, -1, 2]) == 4 / 8  # |sum| 4: +-6 and +-4
    assert sign_flip_p([3, -1, -2]) == 1.0
    assert sign_flip_p([0, 3, 0, 1, 2]) == 2 / 8  # units without a difference say nothing
    assert sign_flip_p([]) == 1.0


def test_darwins_maize():
    # Fisher (1935, section 21): of the 32,768 patterns 1,726 are at least as far from 0
    eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sign_flip_p(eighths, draws=199_999, seed=3) == pytest.approx(1726 / 32768, abs=0.0015)


@settings(deadline=None, max_examples=50)
@given(values=st.lists(st.integers(-9, 9), max_size=10))
def test_side_order_and_scale_do_not_matter(values):
    p = sign_flip_p(values)
    assert p == sign_flip_p(values[::-1]) == sign_flip_p([-v for v in values])
    assert p == pytest.approx(sign_flip_p([v * 0.1 for v in values]))
    assert 0 < p <= 1


def test_under_chance_small_values_are_as_rare_as_they_say():
    chance = np.random.default_rng(1)
    p = np.array([sign_flip_p(chance.normal(size=10)) for _ in range(600)])
    assert np.mean(p <= 0.1) == pytest.approx(0.1, abs=0.04)


def test_the_same_seed_gives_the_same_value():
    many = np.random.default_rng(2).normal(size=40)
    assert sign_flip_p(many, seed=5, draws=99) == sign_flip_p(many, seed=5, draws=99)
    assert sign_flip_p(np.full(40, 1.0), draws=99) == 1 / 100


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]).tolist() == [1.0, 1.0]
    assert holm([]).tolist() == []


def test_a_missing_difference_is_refused():
    with pytest.raises(WrongValues, match="1 are not"):
        sign_flip_p([1.0, np.nan])
