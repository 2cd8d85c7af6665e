"""Did harm fall where something was done, or did it move next door?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csgeo.errors import MissingColumns, RecipeError, WrongValues
from csgeo.planning.displacement import (
    ROLES,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)


def counts(weights=None, **of_role):
    rows = [(role, *n) for role, n in of_role.items()]
    made = pd.DataFrame(rows, columns=["role", "before", "after"])
    return made if weights is None else made.assign(weight=weights)


#: Wheeler and Ratcliffe (2018), as ptools tests it.
PAPER = {
    "comparison": (308, 318),
    "treated": (207, 110),
    "buffer_comparison": (150, 140),
    "buffer": (178, 157),
}


def test_the_papers_example():
    total = weighted_displacement_difference(counts(**PAPER)).loc["total"]
    assert total["estimate"] == -118
    assert total["standard_error"] == pytest.approx(np.sqrt(1568), abs=1e-9)
    assert total["z"] == pytest.approx(-2.98, abs=5e-3)
    assert total[["lower", "upper"]].round().tolist() == [-196, -40]


def test_areas_of_different_size_count_by_their_size():
    per_area = [1 / 0.9, 1 / 1.2, 1 / 1.6, 1 / 1.5]
    total = weighted_displacement_difference(counts(per_area, **PAPER)).loc["total"]
    expected = [-99.69444, 35.428076, -2.813995]
    assert total[["estimate", "standard_error", "z"]].tolist() == pytest.approx(expected, abs=1e-5)


def test_unequal_times_are_counted_by_the_unit():
    unequal = counts(comparison=(100, 50), treated=(80, 20))
    found = weighted_displacement_difference(unequal, lengths=(2, 1))
    assert found.index.tolist() == ["place", "total"]
    assert found.loc["total", "estimate"] == -20
    assert found.loc["total", "standard_error"] == pytest.approx(np.sqrt(115))


def test_kinds_of_harm_count_by_their_weight():
    two = pd.DataFrame(
        {
            "role": ["treated", "treated", "comparison", "comparison"],
            "before": [10, 4, 9, 5],
            "after": [6, 1, 9, 4],
            "weight": [1, 10, 1, 10],
        }
    )
    found = weighted_displacement_difference(two).loc["total"]
    assert found["estimate"] == (-4 - 30) - (0 - 10)
    assert found["standard_error"] == pytest.approx(np.sqrt(16 + 18 + 100 * (5 + 9)))


def test_place_and_rings_add_up_to_the_total():
    found = weighted_displacement_difference(counts(**PAPER))
    assert found["estimate"].tolist() == [-107, -11, -118]
    variance = found["standard_error"] ** 2
    assert variance["place"] + variance["rings"] == pytest.approx(variance["total"])


@given(st.lists(st.integers(0, 500), min_size=8, max_size=8))
def test_what_was_done_and_what_it_is_compared_with_are_mirrors(numbers):
    n = iter(numbers)
    made = {role: (next(n), next(n)) for role in ROLES}
    mirrored = {
        "treated": made["comparison"],
        "comparison": made["treated"],
        "buffer": made["buffer_comparison"],
        "buffer_comparison": made["buffer"],
    }
    one = weighted_displacement_difference(counts(**made))
    other = weighted_displacement_difference(counts(**mirrored))
    assert one["estimate"].tolist() == (-other["estimate"]).tolist()
    assert one["lower"].tolist() == pytest.approx((-other["upper"]).tolist())
    assert one["p_value"].tolist() == pytest.approx(other["p_value"].tolist(), nan_ok=True)


def test_without_a_record_there_is_no_score():
    found = weighted_displacement_difference(counts(treated=(0, 0), comparison=(0, 0)))
    assert found.loc["total", "estimate"] == 0
    assert found[["z", "p_value"]].isna().all(axis=None)


def test_the_quotients_of_the_same_counts():
    found = weighted_displacement_quotient(counts(**PAPER))
    assert found.quotient == pytest.approx(0.258186, abs=1e-6)
    assert found.total_net_effect == pytest.approx(130.5, abs=1e-9)
    assert found.net_effect == pytest.approx(0.326166, abs=1e-6)
    assert found.gross_effect == 97
    assert found.words == "The ring gained too, less than the place."


@pytest.mark.parametrize(
    ("ring_after", "said"),
    [
        (20, "as much as the place, or more"),
        (100, "went as the comparison did"),
        (120, "Some harm moved into the ring, not more"),
        (190, "More harm moved into the ring than the place gained"),
    ],
)
def test_what_the_quotient_says(ring_after, said):
    made = counts(treated=(100, 50), comparison=(100, 100), buffer=(100, ring_after))
    assert said in weighted_displacement_quotient(made).words


def test_where_nothing_fell_there_is_no_quotient():
    found = weighted_displacement_quotient(
        counts(treated=(50, 60), comparison=(100, 100), buffer=(30, 20))
    )
    assert np.isnan(found.quotient)
    assert "no fall against the comparison" in found.words


def test_a_comparison_without_records_is_refused():
    made = counts(treated=(5, 3), comparison=(7, 0), buffer=(2, 2))
    with pytest.raises(WrongValues, match="must have records before and after; it has 7 and 0"):
        weighted_displacement_quotient(made)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"role": ["treated", "nearby"]}, "`role` must be one of.*1 of 2 rows.*'nearby'"),
        ({"before": [1, -2]}, "`before` must be a whole number.*the first is 1: -2"),
        ({"after": [1.5, 2]}, "`after` must be a whole number.*the first is 0: 1.5"),
        ({"after": [1, None]}, "`after` must be a whole number"),
        ({"weight": [1, 0]}, "`weight` must be a number above 0"),
        ({"role": ["treated", "treated"]}, "there is none of comparison. Without a place"),
    ],
)
def test_what_cannot_be_meant_is_refused(change, said):
    made = pd.DataFrame({"role": ["treated", "comparison"], "before": [3, 4], "after": [2, 4]})
    with pytest.raises(WrongValues, match=said):
        weighted_displacement_difference(made.assign(**change))


def test_missing_columns_and_impossible_choices_are_refused():
    made = counts(treated=(3, 2), comparison=(4, 4))
    with pytest.raises(MissingColumns, match="after is missing"):
        weighted_displacement_difference(made.drop(columns="after"))
    with pytest.raises(RecipeError, match="two times above 0"):
        weighted_displacement_difference(made, lengths=(1, 0))
    with pytest.raises(RecipeError, match="`level` must be between 0 and 1"):
        weighted_displacement_difference(made, level=95)
