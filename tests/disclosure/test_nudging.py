"""How far may a place be moved by hand, and what is it said to hold then?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely import box

from csgeo.disclosure.nudging import check_nudge, moved, shifted
from csgeo.errors import RecipeError
from csgeo.tables import HOTSPOTS
from tests.outputs.invented import CELL_M, SOUTH, WEST, cells_of, invented_study


def block(columns: int, rows: int, *, side=125, x=0, y=0) -> list[str]:
    return [f"{side}mE{x + side * i}N{y + side * j}" for i in range(columns) for j in range(rows)]


SQUARE = block(2, 2)


def test_a_place_is_moved_by_whole_cells_and_its_cells_are_sorted():
    assert shifted(block(2, 1), east=-1, north=2) == ("125mE-125N250", "125mE0N250")
    assert shifted(["250mE500N750"], east=2, north=-3) == ("250mE1000N0",)


@pytest.mark.parametrize(("east", "north"), [(2, 0), (0, 2), (-2, 0), (0, -2), (1, 1), (0, 0)])
def test_two_cells_to_a_side_are_near_enough(east, north):
    check_nudge(SQUARE, shifted(SQUARE, east=east, north=north), [])


@pytest.mark.parametrize(
    ("east", "north", "metres"), [(3, 0, 375), (0, -3, 375), (2, 1, 280), (1, 2, 280), (2, 2, 354)]
)
def test_farther_is_refused_with_how_far(east, north, metres):
    words = rf"within 250 m of where it was; it would move {metres} m\. Choose cells nearer"
    with pytest.raises(RecipeError, match=words):
        check_nudge(SQUARE, shifted(SQUARE, east=east, north=north), [])


def test_a_place_may_reach_one_and_a_half_times_as_far_as_a_square_would():
    # 4 cells: a square reaches over 2, at most 3 are allowed
    check_nudge(SQUARE, [*block(3, 1), "125mE0N125"], [])
    check_nudge(SQUARE, [*block(1, 3), "125mE125N0"], [])
    for row in (block(4, 1), block(1, 4)):
        with pytest.raises(RecipeError, match="a compact shape; 4 cells reach over 4"):
            check_nudge(SQUARE, row, [])


def test_a_place_may_be_as_large_as_any_or_as_it_was():
    whole = block(4, 4)  # 16 cells of 125 m are a quarter of a square kilometre
    check_nudge(SQUARE, whole, [])
    words = r"at most 0\.25 km2; these 17 cells have 0\.265625 km2"
    with pytest.raises(RecipeError, match=words):
        check_nudge(SQUARE, [*whole, "125mE500N0"], [])
    larger = block(5, 4)
    check_nudge(larger, larger, [])
    with pytest.raises(RecipeError, match="these 21 cells"):
        check_nudge(larger, [*larger, "125mE0N500"], [])
    with pytest.raises(RecipeError, match=r"at most 0\.1 km2; these 16 cells have 0\.25 km2"):
        check_nudge(SQUARE, whole, [], most_km2=0.1)
    check_nudge(SQUARE, block(2, 3), [], most_km2=6 * 125**2 / 1e6)
    with pytest.raises(RecipeError, match=r"must have each cell once; some stand twice\. Choose"):
        check_nudge(SQUARE, [*SQUARE, SQUARE[0]], [])


def test_a_place_that_joins_only_at_corners_or_not_at_all_is_refused():
    ring = [c for c in block(3, 3) if c != "125mE125N125"]
    check_nudge(block(3, 3), ring, [])
    for parts in (["125mE0N0", "125mE125N125"], ["125mE0N0", "125mE250N0", "125mE0N125"]):
        with pytest.raises(
            RecipeError, match=r"must have one piece; these cells do not all join along an edge\."
        ):
            check_nudge(SQUARE, parts, [])


def test_each_cell_of_another_place_keeps_a_ring_free_on_each_side():
    touching = [(2, 0), (-1, 0), (0, 2), (0, -1), (2, 2), (-1, -1), (2, -1), (-1, 2), (0, 0)]
    for i, j in touching:
        other = block(1, 1, x=125 * i, y=125 * j)
        words = r"must have a free ring around it; it would touch another place\."
        with pytest.raises(RecipeError, match=words):
            check_nudge(SQUARE, SQUARE, [block(1, 1, x=9000), other])
    for i, j in [(3, 0), (-2, 0), (0, 3), (0, -2), (3, 3), (-2, -2)]:
        check_nudge(SQUARE, SQUARE, [block(1, 1, x=125 * i, y=125 * j)])


def test_each_quarter_of_a_larger_cell_of_another_place_is_looked_at():
    here = block(2, 2, x=1000, y=1000)
    # squares of 250 m whose nearest quarter is, or is not, in the ring
    for x, y in [(750, 1000), (1250, 1000), (1000, 750), (1000, 1250), (750, 750), (1250, 1250)]:
        with pytest.raises(RecipeError, match="it would touch another place"):
            check_nudge(here, here, [[f"250mE{x}N{y}"]])
    for x, y in [(500, 1000), (1500, 1000), (1000, 500), (1000, 1500)]:
        check_nudge(here, here, [[f"250mE{x}N{y}"]])


def test_a_place_stays_in_the_study_area_and_the_number_of_cells_outside_is_said():
    area = gpd.GeoDataFrame(geometry=[box(0, 0, 250, 500)], crs="EPSG:27700")
    check_nudge(SQUARE, SQUARE, [], area=area)
    with pytest.raises(RecipeError, match="stay in the study area; 2 of 4 cells lie outside"):
        check_nudge(SQUARE, shifted(SQUARE, east=1, north=0), [], area=area)


def found_in(cells: list[str], study) -> gpd.GeoDataFrame:
    corners = {tuple(map(int, c.removeprefix(f"{CELL_M}mE").split("N"))) for c in cells}
    x = (study.incidents.geometry.x // CELL_M * CELL_M).astype(int)
    y = (study.incidents.geometry.y // CELL_M * CELL_M).astype(int)
    return study.incidents[[at in corners for at in zip(x, y, strict=True)]]


def test_a_place_that_was_moved_holds_what_lies_there():
    study = invented_study()
    place = study.hotspots.index[1]
    before = study.hotspots.loc[place]
    to = list(shifted(before["cells"].split(), east=1, north=0))
    got = moved(study, study.hotspots, place, to[::-1])
    row, held = got.loc[place], found_in(to, study)
    assert 0 < len(held) != before["incidents"]
    assert row["incidents"] == len(held)
    assert row["people"] == held["person_key"].nunique()
    assert row["cells"] == " ".join(sorted(to))
    assert row["area_km2"] == pytest.approx(3 * 0.0625)
    assert row["expected"] == 3 * 4.0  # each cell of the study is expected to hold four
    assert row["strength"] == pytest.approx(len(held) / 12)
    assert row["geometry"].area == pytest.approx(3 * 62_500)
    assert row["geometry"].bounds[0] == before["geometry"].bounds[0] + CELL_M
    assert row[["score", "p_value", "q_value", "stability", "peak_slots"]].isna().all()
    assert row["name"] == before["name"]
    # the others are as they were, and the study is untouched
    assert got.drop(place).equals(study.hotspots.drop(place))
    assert study.hotspots.loc[place, "cells"] == before["cells"]
    HOTSPOTS.check(got, "hotspots")


def test_a_person_who_is_not_named_is_not_counted_as_one():
    study = invented_study()
    place = study.hotspots.index[2]
    cells = study.hotspots.loc[place, "cells"].split()
    held = found_in(cells, study)
    nobody = held.index[:40]
    study.incidents.loc[nobody, "person_key"] = None
    study.cells = cells_of(study.incidents)
    row = moved(study, study.hotspots, place, cells).loc[place]
    assert row["incidents"] == len(held)
    assert row["people"] == held["person_key"].drop(nobody).nunique()


def test_people_are_missing_where_the_study_knows_none():
    study = invented_study(people_known=False)
    place = study.hotspots.index[2]
    assert study.hotspots["people"].notna().all()
    got = moved(study, study.hotspots, place, study.hotspots.loc[place, "cells"].split())
    assert got.index[got["people"].isna()].tolist() == [place]


def test_without_expectations_of_cells_the_old_one_goes_with_the_size():
    study = invented_study()
    study.cells = study.cells.drop(columns="expected")
    place = study.hotspots.index[0]
    one = study.hotspots.loc[place, "cells"].split()[:1]
    row = moved(study, study.hotspots, place, one).loc[place]
    assert row["expected"] == pytest.approx(31.7 / 3)
    assert row["strength"] == pytest.approx(row["incidents"] / (31.7 / 3))


def test_where_nothing_is_expected_no_strength_is_said():
    study = invented_study()
    study.cells["expected"] = 0.0
    place = study.hotspots.index[0]
    row = moved(study, study.hotspots, place, study.hotspots.loc[place, "cells"].split()).loc[place]
    assert row["expected"] == 0
    assert np.isnan(row["strength"])


def test_a_place_of_larger_cells_than_the_studys_keeps_its_expectation_by_size():
    study = invented_study()
    place = study.hotspots.index[0]
    x, y = (WEST // 500 + 5) * 500, (SOUTH // 500 + 5) * 500
    row = moved(study, study.hotspots, place, [f"500mE{x}N{y}"]).loc[place]
    assert row["expected"] == pytest.approx(31.7 / 3)
    assert row["area_km2"] == 0.25
