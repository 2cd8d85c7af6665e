"""Does a place keep its id for as long as it is the same place?"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MissingColumns, RecipeError, WrongValues
from csgeo.hotspots.change.identity import match_places


def _places(**cells):
    words = [" ".join(f"250mE{250 * k}N0" for k in numbers) for numbers in cells.values()]
    return pd.DataFrame({"cells": words}, index=pd.Index(list(cells), name="hotspot_id"))


def test_a_place_that_moves_a_little_keeps_its_id():
    pairs = match_places(_places(A=[0, 1, 2, 3]), _places(X=[1, 2, 3, 4, 5]))
    row = pairs.iloc[0]
    assert (row["before_id"], row["after_id"], row["kept_id"], row["what"]) == (
        "A",
        "X",
        "A",
        "stays",
    )
    assert row["cells_shared"] == 3
    assert row[["share_of_before", "share_of_after", "share"]].tolist() == [3 / 4, 3 / 5, 3 / 6]


def test_a_place_that_splits_leaves_its_id_to_the_part_with_most_of_it():
    pairs = match_places(_places(A=range(6)), _places(X=[0, 1], Y=[2, 3, 4, 5]))
    assert pairs["what"].tolist() == ["splits", "splits"]
    assert dict(zip(pairs["after_id"], pairs["kept_id"], strict=True)) == {"X": "X", "Y": "A"}


def test_places_that_merge_go_by_the_id_of_the_larger_part():
    pairs = match_places(_places(A=[0, 1], B=[2, 3, 4]), _places(X=range(5)))
    assert pairs["what"].tolist() == ["merges", "merges"]
    assert pairs["kept_id"].tolist() == ["B", "B"]


def test_some_split_and_merge_at_once():
    pairs = match_places(_places(A=[0, 1, 2], B=[3, 4]), _places(X=[0, 1], Y=[2, 3, 4]))
    what = pairs.set_index(["before_id", "after_id"])["what"]
    assert what["A", "Y"] == "splits and merges"
    assert what["A", "X"] == "splits"
    assert what["B", "Y"] == "merges"


def test_what_is_gone_and_what_is_new_are_said():
    pairs = match_places(_places(A=[0]), _places(X=[9]))
    assert pairs["what"].tolist() == ["gone", "new"]
    assert pairs["before_id"].tolist()[0] == "A"
    assert pairs["after_id"].isna().tolist() == [True, False]
    assert pairs["kept_id"].tolist()[1] == "X"
    assert pairs["share"].tolist() == [0, 0]


def test_an_id_stays_with_the_place_it_was_handed_to():
    # the later A lies elsewhere; the earlier A lives on as X
    pairs = match_places(_places(A=[0, 1]), _places(A=[8, 9], X=[0, 1]))
    kept = dict(zip(pairs["after_id"], pairs["kept_id"], strict=True))
    assert kept == {"X": "A", "A": "A-2"}


def test_a_brush_of_one_cell_hands_on_no_id_if_more_is_wanted():
    before, after = _places(A=range(6)), _places(X=range(5, 11))
    assert match_places(before, after)["kept_id"].tolist() == ["A"]
    wanted = match_places(before, after, least_share=0.25)
    assert wanted["kept_id"].tolist() == ["X"]
    assert wanted["cells_shared"].tolist() == [1]


CELLS = st.lists(st.integers(0, 15), min_size=1, max_size=6, unique=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=5), st.lists(CELLS, min_size=1, max_size=5))
def test_every_place_is_spoken_of_and_kept_ids_are_unique(old, new):
    before = _places(**{f"A{k}": c for k, c in enumerate(old)})
    after = _places(**{f"A{k + 2}": c for k, c in enumerate(new)})
    pairs = match_places(before, after)
    assert set(pairs["before_id"].dropna()) == set(before.index)
    kept = pairs.dropna(subset=["after_id"]).groupby("after_id")["kept_id"].unique()
    assert set(kept.index) == set(after.index)
    assert kept.map(len).eq(1).all()
    assert kept.explode().is_unique
    for row in pairs[pairs["cells_shared"] > 0].to_dict("records"):
        a, b = set(old[int(row["before_id"][1:])]), set(new[int(row["after_id"][1:]) - 2])
        assert row["cells_shared"] == len(a & b)
        assert row["share"] == pytest.approx(len(a & b) / len(a | b))
    shuffled = match_places(before.iloc[::-1], after.iloc[::-1])
    pd.testing.assert_frame_equal(shuffled, pairs)


def test_a_period_matched_with_itself_stays():
    places = _places(A=[0, 1], B=[5], C=[7, 8])
    pairs = match_places(places, places)
    assert (pairs["kept_id"] == pairs["before_id"]).all()
    assert pairs["what"].eq("stays").all()


def test_a_cell_that_is_listed_twice_is_one_cell():
    pairs = match_places(_places(A=[0, 0, 1]), _places(X=[0, 1, 1]))
    assert pairs["cells_shared"].tolist() == [2]
    assert pairs["share"].tolist() == [1]


def test_no_place_in_one_period_or_in_both():
    none = _places()
    assert match_places(none, _places(X=[1]))["what"].tolist() == ["new"]
    assert match_places(_places(A=[1]), none)["what"].tolist() == ["gone"]
    assert match_places(none, none).empty


def test_hexagons_match_too_and_other_sides_are_refused():
    hexagons = pd.DataFrame({"cells": ["h200mQ12R-7 h200mQ13R-7"]}, index=["A"])
    assert match_places(hexagons, hexagons)["share"].tolist() == [1]
    with pytest.raises(WrongValues, match="found 250m, h200m"):
        match_places(_places(A=[1]), hexagons)
    with pytest.raises(WrongValues, match="found 'nowhere'"):
        match_places(pd.DataFrame({"cells": ["nowhere"]}, index=["A"]), hexagons)


def test_a_table_without_cells_repeated_ids_and_a_wild_share_are_refused():
    with pytest.raises(MissingColumns, match="`before` must have the column `cells`"):
        match_places(pd.DataFrame({"x": [1]}), _places(A=[1]))
    with pytest.raises(WrongValues, match="'A' is there twice"):
        match_places(_places(A=[1]), pd.concat([_places(A=[1]), _places(A=[2])]))
    with pytest.raises(RecipeError, match="from 0 to 1; it is 2"):
        match_places(_places(A=[1]), _places(A=[1]), least_share=2)
