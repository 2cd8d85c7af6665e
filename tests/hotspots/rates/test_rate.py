"""How many records are there for each one who could come to harm, and how sure is that?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from csgeo.errors import MethodError
from csgeo.hotspots.rates.intervals import poisson_interval
from csgeo.hotspots.rates.rate import rates

ROW = csr_array(np.diag(np.ones(3), 1) + np.diag(np.ones(3), -1))


def series(*values):
    return pd.Series(values, index=[f"A{k}" for k in range(len(values))])


def test_rates_for_a_thousand_by_hand():
    found = rates(series(10, 0, 30), series(1000, 500, 500), per=1000)
    table = found.table
    assert table["rate"].tolist() == [10, 0, 60]
    assert found.overall == 20
    assert table["expected"].tolist() == [20, 10, 10]
    assert table["expected"].sum() == table["cases"].sum()
    least, most = poisson_interval([10, 0, 30])
    np.testing.assert_allclose(table["rate_least"], least / [1, 0.5, 0.5])
    np.testing.assert_allclose(table["rate_most"], most / [1, 0.5, 0.5])
    # between: sqrt of the weighted spread less what chance gives
    spread = (1000 * 0.01**2 + 500 * 0.02**2 + 500 * 0.04**2) / 2000
    assert found.between == pytest.approx(1000 * np.sqrt(spread - 0.02 / (2000 / 3)))
    assert "shrunk_near" not in table


def test_nobody_and_no_case_is_no_rate_and_not_a_rate_of_zero():
    found = rates(series(4, 0, 0, 6), series(100, 0, np.nan, 100), neighbours=ROW)
    assert found.table["rate"].isna().tolist() == [False, True, True, False]
    assert found.table["shrunk"].isna().tolist() == [False, True, True, False]
    assert found.overall == pytest.approx(0.05)
    # whoever has no rate is nobody's neighbour: the ends of the row are alone
    assert found.table["shrunk_near"].isna().all()
    assert found.words == "Rates of 2 of 4 units."


def test_cases_of_nobody_are_refused_unless_the_denominator_is_ambient():
    cases, exposure = series(4, 3, 2, 6), series(100, 0, 50, 100)
    with pytest.raises(MethodError, match=r"1 of 4 units have cases and none .* first is 'A1'"):
        rates(cases, exposure)
    found = rates(cases, exposure, ambient=True)
    assert found.overall == pytest.approx(12 / 250)
    assert found.table["rate"].isna().tolist() == [False, True, False, False]
    assert "1 units with 3 cases have no rate" in found.words
    exposure.iloc[1] = np.nan
    with pytest.raises(MethodError, match="1 of them are not known"):
        rates(cases, exposure, ambient=True)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), per=st.sampled_from([1, 1000]))
def test_order_units_and_a_doubled_file(seed, per):
    rng = np.random.default_rng(seed)
    exposure = pd.Series(rng.integers(0, 300, 4).astype(float))
    exposure.iloc[0] = 50
    cases = pd.Series(rng.poisson(5, 4)).where(exposure > 0, 0)
    plain = rates(cases, exposure, neighbours=ROW, per=per)
    order = rng.permutation(4)
    turned = rates(
        cases.iloc[order], exposure.iloc[order], neighbours=ROW[order][:, order], per=per
    )
    pd.testing.assert_frame_equal(turned.table.loc[plain.table.index], plain.table)
    scaled = rates(cases, exposure * 10, neighbours=ROW, per=per * 10)
    for column in ("rate", "rate_least", "rate_most", "shrunk", "shrunk_near", "expected"):
        np.testing.assert_allclose(scaled.table[column], plain.table[column], rtol=1e-9)
    twice = rates(cases * 4, exposure * 4, per=per)
    np.testing.assert_allclose(twice.table["rate"], plain.table["rate"])
    width = plain.table["rate_most"] - plain.table["rate_least"]
    assert ((twice.table["rate_most"] - twice.table["rate_least"]) < width)[exposure > 0].all()
    raw = (plain.table["rate"] - plain.overall).abs()
    assert ((plain.table["shrunk"] - plain.overall).abs() <= raw + 1e-9)[exposure > 0].all()


def test_one_unit_no_cases_and_equal_rates():
    one = rates(series(5), series(10))
    assert one.table[["rate", "shrunk"]].to_numpy().tolist() == [[0.5, 0.5]]
    none = rates(series(0, 0), series(10, 20))
    assert none.table[["rate", "shrunk", "rate_least"]].to_numpy().tolist() == [[0, 0, 0]] * 2
    assert (none.overall, none.between) == (0, 0)
    equal = rates(series(10, 20), series(100, 200))
    assert equal.table["shrunk"].tolist() == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize(
    ("cases", "exposure", "words"),
    [
        (series(1.5, 2), series(10, 10), r"`cases` must be whole numbers .* first is 'A0'"),
        (series(1, np.nan), series(10, 10), r"found 1 of 2 rows .* first is 'A1'"),
        (series(1, -2), series(10, 10), "`cases` must be whole numbers"),
        (series(1, 2), series(10, -1), "`exposure` must be finite and at least 0"),
        (series(1, 2), series(10, np.inf), "`exposure` must be finite"),
        (series(0, 0), series(0, np.nan), "0 or missing everywhere"),
        (series(1, 2), pd.Series([10, 10]), "must have the same index"),
        ([1, 2], series(10, 10), "`cases` must be a pandas Series of numbers"),
        (series("a", "b"), series(10, 10), "`cases` must be a pandas Series of numbers"),
    ],
)
def test_what_is_no_count_or_no_denominator_is_refused(cases, exposure, words):
    with pytest.raises(MethodError, match=words):
        rates(cases, exposure)


def test_arguments_are_not_changed():
    cases, exposure = series(4, 0, 0, 6), series(100, 0, np.nan, 100)
    weights, before = ROW.copy(), (cases.copy(), exposure.copy())
    rates(cases, exposure, neighbours=weights)
    pd.testing.assert_series_equal(cases, before[0])
    pd.testing.assert_series_equal(exposure, before[1])
    assert (weights.toarray() == ROW.toarray()).all()
