"""What does it change to leave out the records that enforcement made?"""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, TableError
from csgeo.hotspots.dependence import enforcement_dependence
from csgeo.hotspots.enforcement import (
    comparison_words,
    enforcement_comparison,
    without_enforcement,
)
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.searching_again import Search


@pytest.fixture(scope="module")
def one_place(area_of, town):
    return find_hotspots(town, area_of(5000, 5000), replicates=99).hotspots.iloc[:1]


def listed(one_place, **places):
    """List places in this order: id -> first columns of a row of cells."""
    n = len(places)
    table = pd.concat([one_place] * n) if n else one_place.iloc[:0]
    cells = [[f"125mE{125 * c}N1000" for c in columns] for columns in places.values()]
    return table.assign(
        rank=np.arange(1, n + 1),
        rank_in_stratum=np.arange(1, n + 1),
        name=pd.array([f"Around {k}" for k in places], dtype="str"),
        cells=pd.array([" ".join(c) for c in cells], dtype="str"),
        incidents=[10 * len(c) for c in cells],
        geometry=[shapely.box(125 * c[0], 1000, 125 * c[-1] + 125, 1125) for c in places.values()],
    ).set_axis(pd.Index(list(places), name="hotspot_id", dtype="str"))


def test_only_records_that_enforcement_made_are_left_out(incidents_at):
    records = incidents_at(range(6), range(6)).assign(
        origin=["reported", "enforcement", None, "unknown", "enforcement", "disclosed"]
    )
    left, words = without_enforcement(records)
    assert left.index.tolist() == ["R0", "R2", "R3", "R5"]
    assert words == (
        "2 of 6 records were made by enforcement and left out of the search: they show where "
        "somebody looked. Of 2 others the origin is not known; they are kept."
    )
    assert len(records) == 6  # the argument stays as it was


def test_where_there_are_none_that_is_said(incidents_at):
    records = incidents_at([1, 2], [1, 2])
    left, words = without_enforcement(records)
    assert left.equals(records)
    assert words == "No record was made by enforcement."


@settings(deadline=None, max_examples=30)
@given(origins=st.lists(st.sampled_from(["enforcement", "reported", None]), min_size=1))
def test_what_is_left_and_what_is_left_out_make_up_the_whole(incidents_at, origins):
    records = incidents_at([*range(len(origins)), 0], [0.0] * (len(origins) + 1))
    records = records.assign(origin=[*origins, "observed"])
    left, _ = without_enforcement(records)
    out = records.loc[records.index.difference(left.index)]
    assert (out["origin"] == "enforcement").all()
    assert not (left["origin"] == "enforcement").any()


def test_a_file_of_nothing_but_enforcement_is_refused(incidents_at):
    records = incidents_at([1, 2], [1, 2]).assign(origin="enforcement")
    with pytest.raises(
        MethodError, match=r"all 2 of `incidents` were made by it.*enforcement=\"kept\""
    ):
        without_enforcement(records)


def test_records_without_an_origin_column_are_refused(incidents_at):
    with pytest.raises(TableError, match="origin"):
        without_enforcement(incidents_at([1], [1]).drop(columns="origin"))


def test_the_lists_are_paired_by_hand(one_place):
    # A keeps 2 of 4 cells (half of the smaller B: the same); C moves up; D is there only with,
    # E only without; F shares one cell of three with C's neighbour G: another place
    kept = listed(one_place, A=[0, 1, 2, 3], D=[20, 21], C=[10, 11, 12], F=[30, 31, 32])
    left = listed(one_place, C2=[10, 11, 12], B=[2, 3, 4, 5], E=[40, 41], G=[32, 33, 34])
    found = enforcement_comparison(kept, left)
    assert found.index.tolist() == ["C2", "B", "E", "G", "D", "F"]
    assert found["listed"].tolist() == ["both", "both", "without", "without", "with", "with"]
    assert found["rank_with"].fillna(0).tolist() == [3, 1, 0, 0, 2, 4]
    assert found["rank_without"].fillna(0).tolist() == [1, 2, 3, 4, 0, 0]
    assert found["rank_move"].fillna(99).tolist() == [2, -1, 99, 99, 99, 99]
    assert found["name"].tolist()[:2] == ["Around C2", "Around B"]
    assert found["depends"].isna().all()
    assert found.loc["D", "words"] == (
        "On the list only if the records that enforcement made are kept."
    )
    assert comparison_words(found) == (
        "With the records that enforcement made, 2 of the places are listed as well; 2 others would "
        "be on the list, and 2 would not."
    )


def test_a_place_that_falls_off_the_list_need_not_depend_on_enforcement(one_place):
    kept = listed(one_place, A=[0, 1, 2, 3], D=[20, 21], F=[30, 31])
    left = listed(one_place, B=[0, 1, 2, 3], E=[40, 41])
    told = pd.Series([True, True, False], index=["A", "D", "F"])
    found = enforcement_comparison(kept, left, found_without=told)
    assert found["depends"].astype("Int8").fillna(-1).to_dict() == {"B": 0, "E": -1, "D": 0, "F": 1}
    assert found.loc["F", "words"].startswith("Found only because of the records")
    assert (
        "It is found without the records that enforcement made as well" in found.loc["D", "words"]
    )
    assert found.loc["B", "words"] == "On both lists."
    assert comparison_words(found).endswith(" 1 is found only because of these records.")


def test_each_place_is_paired_once_with_what_it_shares_most(one_place):
    kept = listed(one_place, A=[0, 1, 2, 3])
    left = listed(one_place, B=[0, 1], C=[1, 2, 3])
    found = enforcement_comparison(kept, left)
    assert found["listed"].to_dict() == {"B": "without", "C": "both"}


def test_a_list_beside_itself_is_the_same(one_place):
    places = listed(one_place, A=[0, 1], B=[5, 6])
    found = enforcement_comparison(places, places)
    assert (found["listed"] == "both").all()
    assert (found["rank_move"] == 0).all()
    assert comparison_words(found) == (
        "With the records that enforcement made the same 2 places are listed, in the same order."
    )
    turned = listed(one_place, B=[5, 6], A=[0, 1])
    assert "2 of them at another rank" in comparison_words(enforcement_comparison(places, turned))


def test_an_empty_list_is_an_answer(one_place):
    places, none = listed(one_place, A=[0, 1]), listed(one_place)
    assert enforcement_comparison(places, none)["listed"].tolist() == ["with"]
    assert enforcement_comparison(none, places)["listed"].tolist() == ["without"]
    assert enforcement_comparison(none, none).empty
    assert "the same 0 places" in comparison_words(enforcement_comparison(none, none))


def test_a_place_that_only_enforcement_made_is_only_on_the_list_with(area_of, town):
    area = area_of(5000, 5000)
    made = town.assign(origin=["reported"] * 600 + ["enforcement"] * 120)
    kept = find_hotspots(made, area, replicates=99, enforcement="kept").hotspots
    left = find_hotspots(without_enforcement(made).incidents, area, replicates=99).hotspots
    told = enforcement_dependence(kept, made, area, search=Search(replicates=99))["found_without"]
    found = enforcement_comparison(kept, left, found_without=told)
    assert found.loc[kept.index[0], "listed"] == "with"
    assert found.loc[kept.index[0], "depends"]
