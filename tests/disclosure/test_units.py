"""Do the pieces of ground tile the area, without overlap, and hide what is too small?"""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.disclosure.audiences import RULES
from csgeo.disclosure.counted import Ground, Records
from csgeo.disclosure.pieces import released_cells
from csgeo.disclosure.release import make_release
from csgeo.disclosure.units import cover, divide, joint_says_no_more, squares_of_pieces
from csgeo.errors import WrongValues
from tests.outputs.invented import invented_study

SECRET = b"a secret of thirty-two bytes, so!"
RULE = RULES["partnership"]


def ground(high=16, wide=16, base_m=250):
    """A lattice of cells of 250 m, 16 to a largest square."""
    row, column = (v.ravel() for v in np.mgrid[:high, :wide])
    columns = -(-wide // 16)
    return Ground(
        0, 0, columns, base_m, 250, base_m, column, row, 250, column, row, "EPSG:27700"
    )  # fmt: skip


def records(cells, base=1):
    """Records of one person each in cells (column, row) of the finest lattice."""
    column, row = (np.array(v, dtype=np.int64) for v in zip(*cells, strict=True))
    who = np.arange(len(cells))
    return Records(column, row, who, who.astype(np.uint64), who)


def divided(cells, covered=(), *, people_known=True, rule=RULE, **how):
    laid = ground(**how)
    under = cover(list(covered), laid)
    found = records(cells)
    made = divide(found, laid, under, rule=rule, people_known=people_known, secret=SECRET)
    table, _ = released_cells(
        made, found, laid, under, rule=rule, people_known=people_known, secret=SECRET
    )
    return made, table, laid, under


def test_a_hand_worked_quarter():
    # five people in one cell, three and two in two others of the same 500 m square
    cells = [(0, 0)] * 5 + [(1, 0)] * 3 + [(0, 1)] * 2
    _, table, _, _ = divided(cells)
    shown = table[~table["hidden"]]
    assert shown.index.tolist() == ["250mE0N0", "500mE0N0-rest"]
    assert shown.loc["500mE0N0-rest", "cells"] == "250mE250N0 250mE0N250 250mE250N250"
    assert shown["area_km2"].tolist() == [0.0625, 0.1875]
    assert shown["incidents"].tolist() == [5, 5]
    hidden = table[table["hidden"]]
    assert hidden.index.tolist() == ["4000mE0N0-rest"]
    # the fewest squares: 3 of 2 km, 3 of 1 km, 3 of 500 m
    assert [c.split("m")[0] for c in hidden["cells"].iloc[0].split()] == (
        ["500"] * 3 + ["1000"] * 3 + ["2000"] * 3
    )
    assert hidden["incidents"].isna().all()


def test_what_stands_alone_in_emptiness_is_joined_with_it_or_hidden():
    _, table, _, _ = divided([(3, 3)] * 4)
    assert table["hidden"].tolist() == [True]
    assert table.index.tolist() == ["4000mE0N0"]
    _, none, _, _ = divided([(3, 3)], people_known=False)
    pd.testing.assert_frame_equal(pd.DataFrame(none), pd.DataFrame(table))


def test_the_ground_of_a_place_is_in_no_piece():
    place = "125mE125N125 125mE250N125"
    cells = [(2 * c, 2 * r) for c in range(4) for r in range(4)] * 6 + [(1, 1)] * 50
    _, table, _, _ = divided(cells, [place], base_m=125)
    cut = table.loc["250mE0N0-rest"]
    assert cut["cells"] == "125mE0N0 125mE125N0 125mE0N125"
    holes = shapely.union_all(shapely.box([125, 250], [125, 125], [250, 375], [250, 250]))
    assert shapely.area(shapely.intersection(table.geometry.to_numpy(), holes)).sum() == 0
    # six each in sixteen cells; the fifty are the place's own
    assert (table.loc[~table["hidden"], "incidents"] <= 10).all()


some_cells = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 20)), min_size=1, max_size=120)


@settings(max_examples=60, deadline=None)
@given(some_cells, st.booleans(), st.sampled_from(["panel", "partnership"]))
def test_pieces_tile_the_ground_and_hold_every_record_once(cells, people_known, audience):
    made, table, laid, under = divided(
        cells, people_known=people_known, rule=RULES[audience], high=21
    )
    area = len(laid.leaf_row) * 250**2
    assert shapely.area(shapely.union_all(table.geometry.to_numpy())) == pytest.approx(area)
    assert table.area.sum() == pytest.approx(area)
    assert table["area_km2"].sum() == pytest.approx(area / 1e6)
    squares = squares_of_pieces(made, laid, under)
    for piece, side in enumerate(made.side_m):
        mine = made.of_record == piece
        if made.shown[piece]:
            assert mine.sum() >= 5
            # only what is too small alone was joined
            if side > 250:
                leaf = [c for c, m in zip(cells, mine, strict=True) if m]
                assert max(leaf.count(c) for c in set(leaf)) < 5
        assert (squares.side_m[squares.piece == piece] <= side).all()
    assert (made.of_record >= 0).all()


@settings(max_examples=40, deadline=None)
@given(some_cells, st.randoms())
def test_the_order_of_records_does_not_matter(cells, turn):
    other = list(cells)
    turn.shuffle(other)
    columns = ["hidden", "cells", "area_km2"]
    one, two = divided(cells, high=21)[1], divided(other, high=21)[1]
    pd.testing.assert_frame_equal(pd.DataFrame(one[columns]), pd.DataFrame(two[columns]))


@settings(max_examples=40, deadline=None)
@given(some_cells)
def test_moving_everything_by_a_largest_square_moves_the_pieces(cells):
    east = divided([(c + 16, r) for c, r in cells], high=32, wide=32)[1]
    here = divided(cells, high=32, wide=32)[1]
    shown = [
        t.loc[~t["hidden"], ["incidents", "area_km2"]].to_numpy().tolist() for t in (here, east)
    ]
    assert sorted(shown[0]) == sorted(shown[1])


def test_a_joint_count_that_forces_a_part_to_hold_two_is_joined_further():
    # threshold 5: two parts hold at most 4 each; 10 means at least 6, so each holds at least 2
    assert joint_says_no_more(np.array([5, 10]), np.array([2, 2]), RULE).tolist() == [True, False]
    assert joint_says_no_more(np.array([10, 15]), np.array([3, 3]), RULE).tolist() == [True, False]
    assert joint_says_no_more(np.array([15, 20]), np.array([4, 4]), RULE).tolist() == [True, False]


def test_places_that_overlap_or_do_not_add_up_are_refused():
    study = invented_study()
    twice = study.hotspots.copy()
    twice.iloc[1, twice.columns.get_loc("cells")] = twice["cells"].iloc[0]
    with pytest.raises(WrongValues, match="Places must not overlap; 3 cells lie in two of them"):
        make_release(invented_study(hotspots=twice))
    study.hotspots["incidents"] += 1
    with pytest.raises(WrongValues, match=r"add up to `study\.hotspots`; in 8 of 8 places"):
        make_release(study)


def test_records_that_do_not_add_up_to_the_cells_are_refused_and_those_outside_are_left_out():
    study = invented_study()
    study.cells.iloc[0, study.cells.columns.get_loc("incidents")] += 1
    with pytest.raises(WrongValues, match=r"add up to `study\.cells`; in 1 of 400 cells"):
        make_release(study)
    study = invented_study()
    outside = study.incidents.iloc[:3].rename(index=lambda id_: f"{id_}-outside")
    outside.geometry = outside.translate(90_000, 0)
    study.incidents = pd.concat([study.incidents, outside])
    assert make_release(study).records_used == make_release(invented_study()).records_used


def test_the_records_that_enforcement_made_are_left_out_where_the_study_left_them_out():
    study, plain = invented_study(), make_release(invented_study())
    found = study.incidents.iloc[:40].assign(origin="enforcement")
    found.index = [f"E{i}" for i in range(40)]
    study.incidents = pd.concat([study.incidents, found]).rename_axis("incident_id")
    assert make_release(study).records_used == plain.records_used
    study.searched = invented_study().incidents
    assert make_release(study).records_used == plain.records_used
    study.searched = study.incidents
    with pytest.raises(WrongValues, match=r"or say which in `study\.searched`"):
        make_release(study)
