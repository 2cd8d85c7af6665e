"""How sure is it that a unit stands out, and which way?"""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm

from csgeo.errors import MethodError
from csgeo.hotspots.local.bands import BAND_WORDS, answered, normal_p, significance_bands


def test_bands_hold_their_limits_and_follow_the_sign():
    p = [0.01, 0.0101, 0.05, 0.0501, 0.1, 0.11, 0.001, np.nan, 0.001]
    way = [1, 1, -1, -1, 2, 2, -9, 1, np.nan]
    bands = significance_bands(way, p)
    assert bands.tolist() == [3, 2, -2, -1, 1, 0, -3, 0, 0]
    assert bands.dtype == np.int8
    assert [BAND_WORDS[b] for b in bands[:2]] == ["hot, 99 %", "hot, 95 %"]


def test_the_bands_by_q_are_those_of_the_false_discovery_rate():
    z = np.random.default_rng(3).normal(0, 2, 300)
    columns = answered(z, normal_p(z), np.full(300, np.nan))
    assert columns["q_value"] == pytest.approx(false_discovery_control(2 * norm.sf(abs(z))))
    assert (abs(columns["band_by_q"]) >= 2).sum() == (columns["q_value"] <= 0.05).sum() > 0
    assert (abs(columns["band_by_q"]) <= abs(columns["band"])).all()


def test_p_is_two_sided_unless_asked_otherwise():
    z = np.array([1.959963984540054, -1.959963984540054, 0.0, np.nan])
    assert normal_p(z) == pytest.approx([0.05, 0.05, 1, np.nan], nan_ok=True)
    assert normal_p(z, "greater") == pytest.approx([0.025, 0.975, 0.5, np.nan], nan_ok=True)
    assert normal_p(z, "less") == pytest.approx([0.975, 0.025, 0.5, np.nan], nan_ok=True)


def test_a_direction_for_each_p_is_wanted():
    with pytest.raises(MethodError, match="there are 1 and 2"):
        significance_bands([1, 2], [0.1])
