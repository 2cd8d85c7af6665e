"""Can these values be asked with these weights?"""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array

from csgeo.errors import MethodError
from csgeo.hotspots.local.getis_ord import local_getis_ord
from csgeo.hotspots.local.inputs import checked_weights, own_weights, row_standardised

PAIR = csr_array([[0.0, 1.0], [1.0, 0.0]])


def test_weights_are_copied_without_zeros_and_in_order():
    given = coo_array(([1.0, 2.0, 0.0], ([0, 0, 1], [1, 1, 0])), shape=(2, 2))
    made = checked_weights(given, 2)
    assert made.toarray().tolist() == [[0, 3], [0, 0]]
    assert made.nnz == 1
    assert given.nnz == 3
    kept = csr_array(([1.0, 0.0], ([0, 1], [1, 0])), shape=(2, 2))
    assert checked_weights(kept, 2).nnz == 1
    assert kept.nnz == 2


def test_own_weight_is_the_diagonal_or_the_greatest_of_the_row():
    assert own_weights(csr_array([[0, 0.25, 0.5], [0, 0, 0], [0.1, 0, 0]])).tolist() == [
        0.5,
        1,
        0.1,
    ]
    assert own_weights(csr_array([[2.0, 1], [1, 0]])).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("values", "weights", "words"),
    [
        (pd.Series([1.0, np.nan]), PAIR, r"1 of 2 do not \(first: 1\)\. Missing is not 0"),
        (pd.Series([1.0, np.inf]), PAIR, "a finite number for each unit"),
        (pd.Series(["a", "b"]), PAIR, "pandas Series of numbers, one a unit"),
        ([1, 2], PAIR, "it is list"),
        (pd.Series([1, 2]), PAIR.toarray(), "scipy sparse array, n x n; they are a ndarray"),
        (pd.Series([1, 2, 3]), PAIR, "3 x 3, one row for each value; they are 2 x 2"),
        (pd.Series([1, 2]), csr_array([[0, 1], [np.nan, 0]]), r"1 are not \(first: in row 1\)"),
        (pd.Series([1, 2]), csr_array([[0, -1], [1, 0]]), r"not negative; 1 are not"),
    ],
)
def test_what_cannot_be_asked_is_refused(values, weights, words):
    with pytest.raises(MethodError, match=words):
        local_getis_ord(values, weights)


def test_choices_that_are_not_known_are_refused():
    with pytest.raises(MethodError, match="it is 'both'"):
        local_getis_ord(pd.Series([1, 2]), PAIR, alternative="both")
    with pytest.raises(MethodError, match="0 \\(none\\) or more; it is -1"):
        local_getis_ord(pd.Series([1, 2]), PAIR, permutations=-1)


def test_rows_add_up_to_one_and_islands_stay_islands():
    made = row_standardised(csr_array([[0, 2.0, 6.0], [1.0, 0, 0], [0, 0, 0]]))
    assert made.toarray().tolist() == [[0, 0.25, 0.75], [1, 0, 0], [0, 0, 0]]
