"""Which share of the cells called hot would be so by chance?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from csgeo.hotspots.false_discovery import q_values


def test_a_hand_worked_row():
    # 0.01*4/1, 0.02*4/2, 0.03*4/3 and 0.5: the first three all become 0.04
    assert q_values([0.02, 0.5, 0.01, 0.03]).tolist() == pytest.approx([0.04, 0.5, 0.04, 0.04])


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_q_values_are_those_of_scipy_and_keep_their_order(p):
    q = q_values(p)
    np.testing.assert_allclose(q, false_discovery_control(p, method="bh"), atol=1e-12)
    assert q_values(p[::-1]).tolist() == q[::-1].tolist()


def test_missing_values_are_not_counted():
    assert q_values([np.nan, 0.01, np.nan, 0.04]).tolist() == pytest.approx(
        [np.nan, 0.02, np.nan, 0.04], nan_ok=True
    )
    assert q_values([]).tolist() == []
    assert q_values([[0.5], [0.5]]).shape == (2, 1)
