"""Does nothing leave that nobody has looked at, and is a changed place asked about again?"""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from csgeo.disclosure.nudging import check_nudge, shifted
from csgeo.disclosure.release import make_release
from csgeo.disclosure.review import (
    REASONS,
    Decision,
    check_decision,
    decision_on,
    reviewed,
    standing,
)
from csgeo.errors import RecipeError
from csgeo.tables import HOTSPOTS, SET_ASIDE
from tests.outputs.invented import CELL_M, invented_study

AT = dt.datetime(2025, 3, 1, 9, 30, tzinfo=dt.UTC)
ROW = tuple(f"125mE{125 * i}N0" for i in range(5))


def decided(how: str, *, cells=ROW, place="PA", **more) -> Decision:
    return Decision(place, tuple(cells), how, "AB", AT, **more)


def on(study, n: int, how: str, **more) -> Decision:
    return decided(
        how, cells=study.hotspots["cells"].iloc[n].split(), place=study.hotspots.index[n], **more
    )


def test_a_place_that_is_the_same_keeps_its_decision_in_whatever_order_its_cells_are():
    keep = decided("keep")
    assert decision_on(ROW, [keep]) == (keep, "")
    assert decision_on(reversed(ROW), [keep]) == (keep, "")


def test_a_new_cell_asks_again_where_it_was_kept_and_not_where_it_was_left_out():
    more = (*ROW, "125mE625N0")  # 5 of 6 shared
    assert decision_on(more, [decided("keep")]) == (
        None,
        "1 of its cells were not there when it was looked at",
    )
    out = decided("leave out", reason="prison")
    assert decision_on(more, [out]) == (out, "")


def test_a_place_that_lost_a_cell_is_the_same_and_one_that_lost_two_of_five_is_not():
    keep = decided("keep")
    assert decision_on(ROW[:4], [keep])[0] == keep
    for how in (keep, decided("leave out", reason="hospital")):
        assert decision_on(ROW[:3], [how]) == (
            None,
            "it has changed since somebody looked at it",
        )


def test_ground_that_nobody_looked_at_says_so():
    far = ("125mE9000N9000",)
    assert decision_on(far, [decided("keep")]) == (None, "nobody has looked at it yet")


def test_the_last_decision_holds_and_undo_brings_back_the_one_before():
    keep, out, undo = decided("keep"), decided("leave out", reason="prison"), decided("undo")
    assert decision_on(ROW, standing([keep, out]))[0] == out
    assert decision_on(ROW, standing([keep, out, undo]))[0] == keep
    assert standing([keep, undo]) == []
    with pytest.raises(RecipeError, match="There must be a review of PA to undo; there is none"):
        standing([keep, undo, undo])


@given(st.lists(st.sampled_from(["keep", "out", "undo"]), max_size=12))
def test_undo_is_a_stack(steps):
    made, stack = [], []
    for step in steps:
        if step == "undo" and not stack:
            continue
        if step == "undo":
            made.append(decided("undo"))
            stack.pop()
        else:
            new = decided("keep") if step == "keep" else decided("leave out", reason="hospital")
            made.append(new)
            stack.append(new)
    assert standing(made) == stack


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (decided("sell"), "`decided` must be keep"),
        (decided("keep")._replace(reviewer=" "), "must say its reviewer"),
        (decided("keep")._replace(at=AT.replace(tzinfo=None)), "with its time zone"),
        (decided("leave out"), "must have a reason, one of prison"),
        (decided("leave out", reason="I say so"), "must have a reason, one of prison"),
        (decided("leave out", reason="other"), "must be said in words"),
        (decided("nudge", reason="prison"), "others only to nudge it; it has 5 and 0"),
        (decided("keep", moved_to=ROW), "others only to nudge it; it has 5 and 5"),
        (decided("keep", cells=()), "must name its cells"),
    ],
)
def test_a_decision_that_is_not_complete_is_refused(broken, words):
    with pytest.raises(RecipeError, match=words):
        check_decision(broken)


def test_each_place_is_in_exactly_one_part(county_study):
    hospital = on(county_study, 2, "leave out", reason="hospital")
    got = reviewed(county_study, [on(county_study, 0, "keep"), hospital])
    parts = [set(part.index) for part in got]
    assert set.union(*parts) == set(county_study.hotspots.index)
    assert sum(map(len, parts)) == len(county_study.hotspots)
    assert parts[0] == {county_study.hotspots.index[0]}
    assert parts[2] == {hospital.place}
    assert (got.waiting["why_waiting"] == "nobody has looked at it yet").all()
    assert got.left_out["reason"].iloc[0] == "left out in review: hospital (known locally)"
    HOTSPOTS.check(got.may_leave, "may_leave")
    SET_ASIDE.check(got.left_out, "left_out")


def test_nothing_leaves_that_nobody_looked_at_unless_review_is_not_required(county_study):
    assert len(reviewed(county_study, []).may_leave) == 0
    out = on(county_study, 0, "leave out", reason="prison")
    free = reviewed(county_study, [out], required=False)
    assert len(free.waiting) == 0
    assert out.place not in free.may_leave.index
    assert free.may_leave["rank"].tolist() == list(range(1, len(county_study.hotspots)))


def test_a_nudged_place_is_counted_again_and_passes_the_door(county_study):
    places = county_study.hotspots
    before = places["cells"].iloc[1].split()
    to = shifted(before, east=1, north=0)
    nudge = on(county_study, 1, "nudge", reason="other", words="the alley behind", moved_to=to)
    others = [on(county_study, n, "keep") for n in range(len(places)) if n != 1]
    got = reviewed(county_study, [nudge, *others]).may_leave
    row = got.loc[places.index[1]]
    assert row["cells"].split() == list(to)
    points = county_study.incidents.geometry
    points = points[points.notna() & (county_study.incidents["origin"] != "enforcement")]
    west, south, east, north = row["geometry"].bounds
    inside = [
        shapely.intersects_xy(row["geometry"], p.x, p.y) and p.x < east and p.y < north
        for p in points
        if west <= p.x <= east and south <= p.y <= north
    ]
    assert abs(sum(inside) - row["incidents"]) <= 2  # points on an inner edge
    assert row["incidents"] != places["incidents"].iloc[1]
    assert row[["score", "p_value", "q_value", "stability", "peak_slots"]].isna().all()
    assert row["people"] <= row["incidents"]
    study = dataclasses.replace(county_study, hotspots=got)
    assert len(make_release(study).hotspots) == len(places)  # the door counts them the same
    assert places["cells"].iloc[1].split() == before


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ([f"250mE{250 * i}N0" for i in range(5)], "cells of 125 m"),
        ([*ROW[:4], ROW[0]], "each cell once"),
        ([f"125mE{125 * i}N{125 * j}" for i in range(5) for j in range(5)], "at most 0.25 km2"),
        ([f"125mE{125 * i + 500}N0" for i in range(4)], "within 250 m of where it was"),
        (list(ROW), "a compact shape; 5 cells reach over 5"),
        (["125mE0N0", "125mE125N125", "125mE250N0", "125mE250N125"], "one piece"),
    ],
)
def test_a_nudge_that_makes_another_place_of_it_is_refused(to, words):
    with pytest.raises(RecipeError, match=words):
        check_nudge(ROW, to, [])


def test_a_nudge_into_the_ring_of_another_place_is_refused(county_study):
    square = ["125mE0N0", "125mE125N0", "125mE0N125", "125mE125N125"]
    check_nudge(square, square, [["125mE375N0"]])
    for other in (["125mE250N0"], ["125mE250N250"], ["250mE250N0"]):
        with pytest.raises(RecipeError, match="touch another place"):
            check_nudge(square, square, [other])


def test_a_nudge_out_of_the_study_area_is_refused(county_study):
    square = ["125mE0N0", "125mE125N0", "125mE0N125", "125mE125N125"]
    with pytest.raises(RecipeError, match="must stay in the study area; 4 of 4 cells"):
        check_nudge(square, square, [], area=county_study.area)


def test_a_nudge_that_goes_too_far_stops_the_whole_review(county_study):
    cells = county_study.hotspots["cells"].iloc[0].split()
    study = dataclasses.replace(county_study, hotspots=county_study.hotspots.iloc[:1])
    nudge = on(study, 0, "nudge", reason="prison", moved_to=shifted(cells, east=3, north=0))
    with pytest.raises(RecipeError, match="within 250 m"):
        reviewed(study, [nudge])


def test_the_reasons_are_those_of_the_field():
    assert REASONS[:3] == ("prison", "hospital", "police station")


def test_a_nudged_place_takes_its_share_of_what_larger_cells_are_expected_to_hold():
    from types import SimpleNamespace

    import pandas as pd

    from csgeo.disclosure.nudging import _expected

    index = pd.Index(["250mE0N0", "250mE250N0"], name="cell_id")
    cells = pd.DataFrame({"expected": [8.0, 4.0]}, index=index)
    some = ["125mE0N0", "125mE125N125", "125mE250N0"]
    assert _expected(SimpleNamespace(cells=cells), some) == 8 / 4 + 8 / 4 + 4 / 4
    assert _expected(SimpleNamespace(cells=cells), ["125mE9000N0"]) is None
    assert _expected(SimpleNamespace(cells=cells[[]]), some) is None


def test_an_older_decision_on_the_same_ground_does_not_hold_where_the_last_asks_again():
    more = (*ROW, "125mE625N0")
    out = decided("leave out", reason="prison")
    assert decision_on(more, [out, decided("keep")])[0] is None
    # a decision on other ground, or on too little of this, is passed by
    elsewhere = decided("keep", cells=("125mE9000N9000",))
    some = decided("keep", cells=ROW[:3])
    assert decision_on(ROW, [decided("keep"), some, elsewhere])[0] == decided("keep")
    assert decision_on(ROW, [some, elsewhere]) == (
        None,
        "it has changed since somebody looked at it",
    )
    twice = (*ROW, *ROW[:1], "125mE625N0", "125mE750N0")  # 5 of 7
    assert decision_on(twice, [out])[1] == "it has changed since somebody looked at it"


def test_undo_takes_back_the_last_decision_on_its_own_ground():
    here, there = decided("keep"), decided("keep", cells=("125mE9000N0",), place="PB")
    undo = decided("undo", cells=(*ROW[:4],))  # four of its five cells: the same place
    assert standing([here, there, undo]) == [there]
    last = decided("leave out", reason="hospital")
    assert standing([here, last, there, undo]) == [here, there]


def test_a_decision_that_is_complete_is_given_back_as_it_is():
    for made in (
        decided("keep"),
        decided("keep", reason="prison"),
        decided("undo"),
        decided("nudge", reason="default address", moved_to=ROW),
        decided("leave out", reason="other", words="a fair, once a year"),
    ):
        assert check_decision(made) is made
    with pytest.raises(RecipeError, match="one of prison, hospital, police station, default address, one-off event, other; it is 'so'"):  # fmt: skip
        check_decision(decided("keep", reason="so"))
    with pytest.raises(RecipeError, match="To nudge PA must have a reason"):
        check_decision(decided("nudge", moved_to=ROW))


def test_places_are_ranked_anew_in_the_list_and_in_their_part_of_it():
    study = invented_study()
    order = study.hotspots.index
    study.hotspots = study.hotspots.iloc[::-1]
    study.hotspots.loc[order[7], "stratum"] = None
    out = [on(study, n, "leave out", reason="hospital") for n in (7, 3)]  # ranks 1 and 5
    got = reviewed(study, out, required=False)
    assert got.may_leave.index.tolist() == [order[n] for n in (1, 2, 3, 5, 6, 7)]
    assert got.may_leave["rank"].tolist() == [1, 2, 3, 4, 5, 6]
    # Town, Coast, Town, Coast, Villages, and one of no part
    assert got.may_leave["rank_in_stratum"].tolist() == [1, 1, 2, 2, 1, 1]
    assert set(got.left_out.index) == {order[0], order[4]}
    assert len(got.waiting) == 0
    assert study.hotspots["rank"].tolist() == list(range(8, 0, -1))


def test_who_waits_says_why_and_keeps_what_it_was():
    study = invented_study()
    cells = study.hotspots["cells"].iloc[0].split()
    seen = decided("keep", cells=cells[:2], place=study.hotspots.index[0])
    got = reviewed(study, [seen, on(study, 1, "keep")])
    assert got.waiting["why_waiting"].tolist() == [
        "it has changed since somebody looked at it",
        *["nobody has looked at it yet"] * 6,
    ]
    assert got.waiting["why_waiting"].dtype == "str"
    assert got.waiting.drop(columns="why_waiting").equals(study.hotspots.drop(got.may_leave.index))
    assert list(got.left_out.columns) == [*SET_ASIDE.columns, "geometry"]


def place_beside(study, n: int) -> list[str]:
    """Give the place a ring of free cells to the east of another: three cells in a corner."""
    x = study.hotspots.geometry.iloc[n].bounds[0] + 3 * CELL_M
    y = study.hotspots.geometry.iloc[n].bounds[1]
    corner = [(x, y), (x + CELL_M, y), (x, y + CELL_M)]
    return [f"{CELL_M}mE{a:.0f}N{b:.0f}" for a, b in corner]


def test_a_nudged_place_keeps_clear_of_where_the_others_are_now():
    from csgeo.disclosure.nudging import shifted

    study = invented_study()
    study.hotspots = study.hotspots.iloc[[1, 2]]
    first = study.hotspots["cells"].iloc[0].split()
    beside = place_beside(study, 0)
    study.hotspots["cells"] = [" ".join(first), " ".join(beside)]
    east = on(study, 0, "nudge", reason="other", words="the alley", moved_to=shifted(first, east=1, north=0))  # fmt: skip
    for others in ([], [on(study, 1, "keep")]):  # looked at or not, it is in the way
        with pytest.raises(RecipeError, match="it would touch another place"):
            reviewed(study, [east, *others], required=bool(others))
    gone = on(study, 1, "leave out", reason="prison")
    got = reviewed(study, [east, gone])
    assert got.may_leave["cells"].tolist() == [" ".join(sorted(east.moved_to))]
    # the other is nudged away: it is asked about where it goes, not where it was
    away = on(study, 1, "nudge", reason="other", words="the car park", moved_to=shifted(beside, east=1, north=0))  # fmt: skip
    got = reviewed(study, [east, away])
    assert got.may_leave["cells"].tolist() == [" ".join(sorted(d.moved_to)) for d in (east, away)]


def test_a_table_of_places_that_is_none_is_refused_by_its_name():
    study = invented_study()
    study.hotspots = study.hotspots.drop(columns="rank")
    with pytest.raises(Exception, match=r"study\.hotspots"):
        reviewed(study, [])
