"""How small may a cell be here, if each is to hold enough?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.adaptive_cells import adaptive_cells
from csgeo.hotspots.unit_counts import count_records
from csgeo.lattice import parent, squares
from csgeo.tables import CELLS


@pytest.fixture
def quarters(incidents_at):
    """Four squares of 125 m: 3 records of 2 people, 2 of 1, 1 and none."""
    x, y = [10, 20, 30, 130, 140, 10], [10, 10, 10, 10, 10, 130]
    return incidents_at(x, y, people=["a", "b", "a", "c", "c", "d"])


def sizes(cells):
    return dict(zip(cells.index, cells["incidents"].tolist(), strict=True))


def test_four_squares_by_hand(quarters, area_of):
    area = area_of(250, 250)
    cells = adaptive_cells(area, quarters, least=1, of="records", largest_m=250)
    split = {"125mE0N0": 3, "125mE125N0": 2, "125mE0N125": 1, "125mE125N125": 0}
    assert sizes(cells) == split
    assert cells["enough"].tolist() == [True, True, True, False]  # the last holds nothing
    assert cells["people"].tolist() == [2, 1, 1, 0]
    short = adaptive_cells(area, quarters, least=2, of="records", largest_m=250)
    assert sizes(short) == {"250mE0N0": 6}
    assert short[["people", "cell_m"]].to_numpy().tolist() == [[4, 250]]
    merged = adaptive_cells(area, quarters, least=1, of="records", largest_m=250, empty="merge")
    assert sizes(merged) == {"250mE0N0": 6}
    few = adaptive_cells(area, quarters, least=7, of="records", largest_m=250)
    assert few["enough"].tolist() == [False]


def test_people_are_counted_once_in_a_larger_cell(area_of, incidents_at):
    # the same two people in each quarter are two people in the whole, not eight
    x, y = [10, 20, 130, 140, 10, 20, 130, 140], [10, 10, 10, 10, 130, 130, 130, 130]
    records = incidents_at(x, y, people=["a", "b"] * 4)
    cells = adaptive_cells(area_of(250, 250), records, least=3, of="people", largest_m=250)
    assert cells[["people", "enough"]].to_numpy().tolist() == [[2, False]]
    split = adaptive_cells(area_of(250, 250), records, least=2, of="people", largest_m=250)
    assert split["people"].tolist() == [2, 2, 2, 2]


def test_a_record_of_nobody_is_no_empty_cell(area_of, incidents_at):
    records = incidents_at([10, 20, 130], [10, 10, 10], people=["a", "b", None])
    cells = adaptive_cells(area_of(250, 250), records, least=2, of="people", largest_m=250)
    assert cells.index.tolist() == ["250mE0N0"]


def test_cells_with_enough_exposure_need_no_record(area_of):
    exposure = pd.Series(
        {"125mE0N0": 5.0, "125mE125N0": 6.0, "125mE0N125": 5.0, "125mE9000N0": 1.0}
    )
    cells = adaptive_cells(
        area_of(250, 250), least=5, of="exposure", exposure=exposure, largest_m=250
    )
    assert cells["exposure"].tolist() == [5, 6, 5, 0]
    assert "incidents" not in cells
    cells = adaptive_cells(
        area_of(250, 250), least=6, of="exposure", exposure=exposure, largest_m=250
    )
    assert cells["exposure"].tolist() == [16]


def test_a_few_may_be_left_short_so_that_the_others_stay_small(quarters, area_of):
    # 3, 2, 1 and 0 of 6 records: 1 in 6 would be in a cell with fewer than 2
    cells = adaptive_cells(
        area_of(250, 250), quarters, least=2, of="records", largest_m=250, most_short=1 / 6
    )
    assert cells["incidents"].tolist() == [3, 2, 1, 0]
    assert cells["enough"].tolist() == [True, True, False, False]
    strict = adaptive_cells(
        area_of(250, 250), quarters, least=2, of="records", largest_m=250, most_short=0.16
    )
    assert strict["incidents"].tolist() == [6]


def brute_force(area, counts, least, sides, *, keep_empty, most_short):
    """Try to split each square, from the largest down, by the words of the promise."""
    smallest = squares(area, cell_m=sides[0]).index
    held = counts.reindex(smallest, fill_value=0)
    by_side = {s: held.groupby(parent(smallest, cell_m=s)).sum() for s in sides}

    def cut(cell, k):
        if k == 0 or by_side[sides[k]][cell] == 0:
            return [cell]
        below = by_side[sides[k - 1]]
        own = [c for c in below.index if parent([c], cell_m=sides[k])[0] == cell]
        enough = [below[c] >= least or (keep_empty and below[c] == 0) for c in own]
        short = sum(below[c] for c in own if below[c] < least)
        if most_short and short <= most_short * by_side[sides[k]][cell]:
            enough = [True]
        return [i for c in own for i in cut(c, k - 1)] if all(enough) else [cell]

    return [i for c in by_side[sides[-1]].index for i in cut(c, len(sides) - 1)]


def scattered(seed, n=150, reach=900):
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 1500, (4, 2))[rng.integers(0, 4, n)]
    return (centre + rng.normal(0, reach / 4, (n, 2))).T


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    least=st.integers(1, 30),
    keep_empty=st.booleans(),
    most_short=st.sampled_from([0.0, 0.1]),
)
def test_the_cells_are_those_that_brute_force_finds(
    *, seed, least, keep_empty, most_short, incidents_at, area_of
):
    area = area_of(1400, 1100, west=-300, south=77)
    records = incidents_at(*scattered(seed))
    inside = records[records.intersects(area.geometry.iloc[0])]
    if inside.empty:
        return
    small = count_records(inside, squares(area, cell_m=125)).table["incidents"]
    sides = [125, 250, 500, 1000]
    cells = adaptive_cells(
        area,
        records,
        least=least,
        of="records",
        largest_m=1000,
        empty="keep" if keep_empty else "merge",
        most_short=most_short,
    )
    wanted = brute_force(area, small, least, sides, keep_empty=keep_empty, most_short=most_short)
    assert sorted(cells.index) == sorted(wanted)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6), least=st.integers(1, 40), of=st.sampled_from(["records", "people"])
)
def test_cells_do_not_overlap_cover_the_area_and_lose_nothing(
    seed, least, of, incidents_at, area_of
):
    area = area_of(2100, 1700, west=-500, south=-300)
    x, y = scattered(seed)
    who = np.random.default_rng(seed).choice([*"abcdefghijklmnopqrstuvwxyz"], len(x)).tolist()
    records = incidents_at(x, y, people=who)
    cells = CELLS.check(adaptive_cells(area, records, least=least, of=of, largest_m=1000), "cells")
    smallest = squares(area, cell_m=125)
    covered = shapely.union_all(cells.geometry.to_numpy())
    assert cells.area.sum() == pytest.approx(covered.area)  # no two overlap
    assert shapely.covers(covered, smallest.geometry.to_numpy()).all()
    laid = {s: set(squares(area, cell_m=s).index) for s in (125, 250, 500, 1000)}
    assert all(i in laid[s] for i, s in cells["cell_m"].items())  # none beyond the area
    inside = records[records.intersects(area.geometry.iloc[0])]
    assert cells["incidents"].sum() == len(inside)
    own = "incidents" if of == "records" else of
    short = (cells[own] < least) & (cells["incidents"] > 0)
    assert (cells.loc[short, "cell_m"] == 1000).all()
    assert (cells["enough"] == (cells[own] >= least)).all()
    counts = count_records(inside, cells).table
    assert counts["incidents"].tolist() == cells["incidents"].tolist()
    assert counts["people"].tolist() == cells["people"].tolist()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), least=st.integers(2, 30))
def test_order_place_turn_and_a_higher_least_do_what_they_should(
    seed, least, incidents_at, area_of
):
    x, y = scattered(seed)
    x, y = x + 0.013, y + 0.013  # off the edges, which are the northern and eastern neighbour's
    area = area_of(2000, 2000)
    plain = adaptive_cells(area, incidents_at(x, y), least=least, of="records", largest_m=2000)
    turned = adaptive_cells(
        area, incidents_at(x[::-1], y[::-1]), least=least, of="records", largest_m=2000
    )
    pd.testing.assert_frame_equal(plain.drop(columns="geometry"), turned.drop(columns="geometry"))
    far = adaptive_cells(
        area_of(2000, 2000, west=400_000, south=200_000), incidents_at(x + 400_000, y + 200_000),
        least=least, of="records", largest_m=2000,
    )  # fmt: skip
    assert (
        far[["incidents", "cell_m"]].to_numpy().tolist()
        == plain[["incidents", "cell_m"]].to_numpy().tolist()
    )
    quarter = adaptive_cells(
        area, incidents_at(2000 - y, x), least=least, of="records", largest_m=2000
    )
    assert sorted(zip(quarter["incidents"], quarter["cell_m"], strict=True)) == sorted(
        zip(plain["incidents"], plain["cell_m"], strict=True)
    )
    higher = adaptive_cells(area, incidents_at(x, y), least=2 * least, of="records", largest_m=2000)
    within = gpd.sjoin(plain[["geometry"]], higher[["geometry"]], predicate="within")
    assert len(within) == len(plain)  # each cell lies in one cell of the coarser answer


def test_a_far_point_does_not_change_the_cells_elsewhere(incidents_at, area_of):
    x, y = scattered(3)
    area = area_of(16_000, 4000)
    plain = adaptive_cells(area, incidents_at(x, y), least=2, of="records")
    more = adaptive_cells(area, incidents_at([*x, 15_000], [*y, 3000]), least=2, of="records")
    west = plain.index[plain.geometry.bounds["maxx"] <= 4000]
    assert len(west) > 5
    assert set(west) <= set(more.index)


def test_an_area_in_two_parts_with_an_island(incidents_at, area_of):
    shape = shapely.MultiPolygon([shapely.box(0, 0, 300, 300), shapely.box(9000, 0, 9100, 100)])
    area = area_of(1, 1).set_geometry([shape], crs=27700)
    cells = adaptive_cells(area, incidents_at([10, 9050], [10, 50]), least=1, of="records")
    assert cells["incidents"].sum() == 2
    assert {"125mE0N0", "125mE9000N0"} <= set(cells.index)


def test_bad_options_and_tables_are_refused(quarters, area_of, incidents_at):
    area = area_of(250, 250)
    for least in (0, -1, np.nan, np.inf):
        with pytest.raises(RecipeError, match="`least` must be a number above 0"):
            adaptive_cells(area, quarters, least=least)
    with pytest.raises(RecipeError, match="the first at most the second; they are 500 and 250"):
        adaptive_cells(area, quarters, least=1, smallest_m=500, largest_m=250)
    with pytest.raises(RecipeError, match="`of` must be"):
        adaptive_cells(area, quarters, least=1, of="harm")
    for share in (-0.1, 1, np.nan):
        with pytest.raises(RecipeError, match="`most_short` must be a share from 0 to below 1"):
            adaptive_cells(area, quarters, least=1, most_short=share)
    with pytest.raises(MethodError, match="must have `incidents`; none was given"):
        adaptive_cells(area, least=1)
    with pytest.raises(MethodError, match="must have `exposure`; none was given"):
        adaptive_cells(area, quarters, least=1, of="exposure")
    with pytest.raises(MethodError, match="must have a `person_key` on some record"):
        adaptive_cells(area, incidents_at([10], [10]), least=1, of="people")
    with pytest.raises(MethodError, match="There must be records in the study area"):
        adaptive_cells(area, incidents_at([9999], [10]), least=1, of="records")
    for bad in (np.nan, -1.0):
        with pytest.raises(WrongValues, match=r"found 1 of 2 rows \(the first is '125mE125N0'\)"):
            adaptive_cells(
                area, least=1, of="exposure",
                exposure=pd.Series({"125mE0N0": 1.0, "125mE125N0": bad}),
            )  # fmt: skip
    with pytest.raises(WrongValues, match="must be by cells of 125 m"):
        adaptive_cells(area, least=1, of="exposure", exposure=pd.Series({"250mE0N0": 1.0}))
    with pytest.raises(WrongValues, match="must name cells of the study area"):
        adaptive_cells(area, least=1, of="exposure", exposure=pd.Series({"125mE9000N0": 1.0}))
    with pytest.raises(MethodError, match="There must be exposure"):
        adaptive_cells(area, least=1, of="exposure", exposure=pd.Series({"125mE0N0": 0.0}))


@pytest.mark.open_data
def test_one_run_serves_bristol_and_rural_somerset(open_data):
    from csgeo.sources.police import read_police

    force = gpd.read_parquet(open_data / "boundaries" / "pfa20_uk.parquet").to_crs(27700)
    force = force[force["pfa20_name"] == "Avon and Somerset"]
    area = gpd.GeoDataFrame(
        {"name": ["Avon and Somerset"], "level": ["force"]},
        index=pd.Index(["E23000036"], name="area_id"), geometry=force.geometry.to_numpy(), crs=27700,
    )  # fmt: skip
    records = read_police(open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet").table
    cells = adaptive_cells(area, records, least=20, of="records")
    bristol = cells.cx[356_000:364_000, 170_000:178_000]
    exmoor = cells.cx[272_000:300_000, 128_000:148_000]
    loose = adaptive_cells(area, records, least=50, of="records", most_short=0.05)
    short = loose[~loose["enough"]]["incidents"].sum()
    assert 0.005 < short / loose["incidents"].sum() < 0.02
    assert bristol["cell_m"].median() == 125
    assert exmoor["cell_m"].median() >= 1000
    assert set(cells["cell_m"]) == {125, 250, 500, 1000, 2000, 4000}
    assert cells["incidents"].sum() == 560_972
