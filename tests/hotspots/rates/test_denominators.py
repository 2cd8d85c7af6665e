"""Which places come first, and does that depend on whom they are compared with?"""

import numpy as np
import pandas as pd
import pytest

from csgeo.errors import MethodError
from csgeo.hotspots.rates.denominators import compare_denominators


@pytest.fixture
def four():
    """A shopping street where hardly anybody lives, an estate, a park, a suburb."""
    names = ["shops", "estate", "park", "suburb"]
    cases = pd.Series([60, 40, 10, 20], index=names)
    by = pd.DataFrame(
        {"residents": [20, 800, 0, 2000], "ambient": [600, 100, 50, 100]}, index=names
    )
    return cases, by


def test_the_shops_come_first_by_residents_and_last_by_who_is_there(four):
    cases, by = four
    found = compare_denominators(cases, by, per=100)
    table = found.table
    assert table["rank_cases"].tolist() == [1, 2, 4, 3]
    assert table["rate_residents"].tolist()[:2] == [300, 5]
    assert table["rank_residents"].tolist() == [1, 2, pd.NA, 3]
    assert table["rate_ambient"].tolist() == [10, 40, 20, 20]
    assert table["rank_ambient"].tolist() == [4, 1, 2, 2]
    assert table["rank_gap"].tolist() == [3, 1, 0, 1]
    assert found.unanswered.to_dict() == {"residents": 1, "ambient": 0}
    assert found.agreement.loc["residents", "residents"] == 1
    # ranks of shops, estate, suburb: 1 2 3 and 3 1 2 (both without the park)
    assert found.agreement.loc["residents", "ambient"] == pytest.approx(-0.5)


def test_the_order_and_the_unit_do_not_matter(four):
    cases, by = four
    plain = compare_denominators(cases, by)
    turned = compare_denominators(cases.iloc[::-1], by.iloc[::-1] * 10)
    ranks = [c for c in plain.table if c.startswith("rank")]
    pd.testing.assert_frame_equal(turned.table.loc[cases.index, ranks], plain.table[ranks])
    np.testing.assert_allclose(turned.agreement, plain.agreement)


def test_units_without_a_case_do_not_make_denominators_agree(four):
    cases, by = four
    empty = [f"field {k}" for k in range(50)]
    more = pd.concat([cases, pd.Series(0, index=empty)])
    both = pd.concat([by, pd.DataFrame(10, index=empty, columns=by.columns)])
    found = compare_denominators(more, both)
    assert found.agreement.loc["residents", "ambient"] == pytest.approx(-0.5)


def test_one_denominator_and_those_that_cannot_divide_are_refused(four):
    cases, by = four
    with pytest.raises(MethodError, match="two columns or more to compare; it has 1"):
        compare_denominators(cases, by[["ambient"]])
    with pytest.raises(MethodError, match="`exposure` must be finite and at least 0"):
        compare_denominators(cases, by.assign(ambient=-1))
    with pytest.raises(MethodError, match="of them are not known"):
        compare_denominators(cases, by.assign(ambient=np.nan))
