"""Does a planted history come out as the class that it is?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.change.cube import Cube, count_cube, count_places
from csgeo.hotspots.change.emerging import emerging_hotspots
from csgeo.hotspots.change.patterns import NOT_KNOWN, PATTERNS

STEPS = 20
#: Twenty steps: h hot, c cold, . as everywhere; and how the scores of the hot (cold) steps go.
HISTORIES = {
    0: ("c..h" + "." * 16, 0),
    1: ("." * 19 + "h", 0),
    2: ("." * 14 + "hhhhhh", 0),
    3: ("h" * 20, 1),
    4: ("h" * 20, 0),
    5: ("h" * 20, -1),
    6: ("hh..hh..........h..h", 0),
    # hot once before, or it would be new
    7: ("cc..hh" + "." * 13 + "h", 0),
    8: ("h" * 19 + ".", 0),
}


def _plain_cube(counts, *, known=None) -> Cube:
    n, steps = counts.shape
    column = np.arange(n)
    names = tuple(f"{2018 + k // 12}-{k % 12 + 1:02d}" for k in range(steps))
    return Cube(
        np.array([f"250mE{250 * k}N0" for k in column], dtype=object), column, 0 * column, 250, names,
        np.full(steps, 30), counts, np.ones(counts.shape, bool) if known is None else known, {}, {}, 27700,
    )  # fmt: skip


@pytest.fixture(scope="module")
def planted():
    """Lay 17 histories among 1,500 places that are all alike: each place is its own neighbour only."""
    chance = np.random.default_rng(11)
    counts = chance.poisson(1000, (1500 + 17, STEPS))
    jumble = np.array([3, -2, 5, 1, -4, 2, -5, 4, -1, 0, 3, -3, 5, -2, 1, 4, -4, 2, -1, 0])
    for place, pattern in enumerate(PATTERNS):
        word, slope = HISTORIES[abs(pattern.number)]
        side = 1 if pattern.number >= 0 else -1
        for t, letter in enumerate(word):
            strength = {"h": side, "c": -side, ".": 0}[letter]
            drift = strength * slope * 10 * t if slope else jumble[t]
            counts[place, t] = 1000 + strength * 500 + drift
    return _plain_cube(counts)


def _alone(cube):
    return emerging_hotspots(cube, neighbours=sparse.eye_array(len(cube.ids)), lag=0)


def test_each_of_the_seventeen_planted_histories_is_found(planted):
    cells = _alone(planted).cells
    found = dict(zip((p.name for p in PATTERNS), cells["pattern"].iloc[:17], strict=True))
    assert found == {p.name: p.name for p in PATTERNS}
    assert cells["word"].iloc[1] == "new"
    assert (cells["class_number"].iloc[17:] == 0).mean() > 0.99


def test_each_answer_stands_in_the_row_of_its_own_place(planted):
    """sfdep splits by sorted id and binds to the order of the shapes: rows of other places."""
    order = np.random.default_rng(3).permutation(len(planted.ids))
    mixed = planted._replace(
        ids=planted.ids[order], column=planted.column[order], row=planted.row[order],
        counts=planted.counts[order], known=planted.known[order],
    )  # fmt: skip
    cells, other = emerging_hotspots(planted).cells, emerging_hotspots(mixed).cells
    assert other.index.tolist() == planted.ids[order].tolist()
    pd.testing.assert_frame_equal(other.loc[cells.index], cells)


def _town(records_in, *, months, seed=5):
    """Invent a town of 5 km x 5 km: one corner is always busy, one only of late."""
    chance = np.random.default_rng(seed)
    x, y, when = [], [], []
    for t, month in enumerate(months):
        n = 120
        x.append(chance.uniform(0, 5000, n))
        y.append(chance.uniform(0, 5000, n))
        for centre, busy in ((1125, 30), (4125, 40 if t == len(months) - 1 else 0)):
            x.append(centre + chance.uniform(-124, 124, busy))
            y.append(centre + chance.uniform(-124, 124, busy))
        when += [month] * (sum(map(len, x)) - len(when))
    return records_in(np.concatenate(x), np.concatenate(y), when)


MONTHS = [f"2019-{m:02d}" for m in range(1, 13)] + ["2020-01", "2020-02"]


@pytest.fixture(scope="module")
def town(records_in):
    return _town(records_in, months=MONTHS)


def test_a_busy_corner_is_lasting_and_a_late_one_is_new(town):
    cells = emerging_hotspots(count_cube(town)).cells
    assert cells.loc["250mE1000N1000", "word"] in ("lasting", "growing", "fading")
    assert cells.loc["250mE4000N4000", "word"] == "new"
    assert cells["class_number"].between(-8, 8).all()
    assert cells.loc["250mE1000N1000"].geometry.bounds == (1000, 1000, 1250, 1250)


def test_a_missing_month_makes_nothing_new_and_nothing_past(records_in, town):
    """2019-07 is missing for three forces: a gap is not a fall."""
    gap = town[town["occurred_from"] != pd.Timestamp("2019-07-01")]
    found = emerging_hotspots(count_cube(gap))
    assert found.cells["steps_known"].unique().tolist() == [13]
    assert np.isnan(found.z[:, 6]).all()
    assert "not counted as nought" in found.choices["bins not known"]
    assert found.cells.loc["250mE1000N1000", "hot_steps"] == 13
    # counted as nought it would be a break in what has always been busy
    nought = emerging_hotspots(count_cube(gap, months={"police": MONTHS}), lag=0)
    assert nought.cells.loc["250mE1000N1000", ["steps_known", "hot_steps"]].tolist() == [14, 13]


def test_order_translation_and_splitting_change_no_class(town):
    cells = emerging_hotspots(count_cube(town)).cells
    half = len(town) // 2
    joined = gpd.GeoDataFrame(pd.concat([town.iloc[half:], town.iloc[:half]]), crs=27700)
    pd.testing.assert_frame_equal(emerging_hotspots(count_cube(joined)).cells, cells)
    moved = town.set_geometry(town.translate(100_000, 50_000))
    other = emerging_hotspots(count_cube(moved)).cells
    assert other["class_number"].tolist() == cells["class_number"].tolist()
    turned = town.set_geometry(
        gpd.points_from_xy(-town.geometry.y - 0.001, town.geometry.x, crs=27700)
    )
    other = emerging_hotspots(count_cube(turned)).cells
    assert sorted(other["class_number"]) == sorted(cells["class_number"])
    np.testing.assert_allclose(sorted(other["last_z"]), sorted(cells["last_z"]))


def test_a_record_far_away_changes_no_class_of_a_place(town, records_in):
    far = records_in([90_010], [90_010], ["2019-01"]).rename(index={"R0": "far"})
    both = gpd.GeoDataFrame(pd.concat([town, far]), crs=27700).rename_axis("incident_id")
    cells, other = (emerging_hotspots(count_cube(t)).cells for t in (town, both))
    for cell in ("250mE1000N1000", "250mE4000N4000"):
        assert other.loc[cell, "class_number"] == cells.loc[cell, "class_number"]


def test_a_source_that_began_late_leaves_too_little_to_say(town, records_in):
    late = records_in([1010] * 3, [1010] * 3, MONTHS[-3:], source="youth service")
    late.index = ["a", "b", "c"]
    both = gpd.GeoDataFrame(pd.concat([town, late]), crs=27700).rename_axis("incident_id")
    found = emerging_hotspots(count_cube(both))
    assert found.cells.loc["250mE1000N1000", "class_number"] == NOT_KNOWN
    assert found.cells.loc["250mE1000N1000", "word"] == "too little to say"
    assert found.cells.loc["250mE4000N4000", "word"] == "new"


def test_places_with_their_own_neighbours(town):
    places = pd.DataFrame(
        {
            "cells": [
                "250mE1000N1000",
                "250mE4000N4000",
                *(f"250mE{x}N2500" for x in range(0, 5000, 250)),
            ]
        },
        index=[f"P{k}" for k in range(22)],
    )
    cube = count_places(town, places)
    with pytest.raises(MethodError, match="must be given for places that are not square cells"):
        emerging_hotspots(cube)
    cells = emerging_hotspots(cube, neighbours=np.eye(22), lag=0).cells
    assert cells.loc["P0", "hot_steps"] >= 12
    assert cells.loc["P1", "word"] == "new"


def test_where_nothing_changes_overlapping_scores_make_trends_and_separate_ones_do_not():
    chance = np.random.default_rng(8)
    row, column = np.divmod(np.arange(40 * 40), 40)
    cube = _plain_cube(chance.poisson(3, (1600, 36)))._replace(column=column, row=row)
    lagged = emerging_hotspots(cube).cells["trend_p"]
    apart = emerging_hotspots(cube, trend_lag=0).cells["trend_p"]
    assert (lagged <= 0.05).mean() > 0.1
    assert (apart <= 0.05).mean() == pytest.approx(0.05, abs=0.03)


def test_thin_bins_are_said(town):
    choices = emerging_hotspots(count_cube(town, cell_m=125)).choices
    assert "take larger cells or longer steps" in choices["records per known bin"]
    assert emerging_hotspots(count_cube(town, cell_m=500)).choices["records per known bin"] == "1.5"


def test_fewer_than_ten_steps_are_refused(town):
    with pytest.raises(MethodError, match="at least 10 steps of time; there are 9"):
        emerging_hotspots(count_cube(town, period=("2019-01", "2019-09")))


@pytest.mark.parametrize("count", [0, 3])
def test_counts_that_do_not_differ_are_refused(count):
    with pytest.raises(MethodError, match=f"all 48 known bins hold {count}"):
        emerging_hotspots(_plain_cube(np.full((4, 12), count)))


def test_a_cube_of_which_nothing_is_known_is_refused():
    with pytest.raises(MethodError, match="no bin is known"):
        emerging_hotspots(_plain_cube(np.ones((4, 12), int), known=np.zeros((4, 12), bool)))


def test_one_cell_alone_is_answered(records_in):
    months = [m for m, n in zip(MONTHS, range(1, 15), strict=True) for _ in range(n)]
    cube = count_cube(records_in([10] * 105, [10] * 105, months))
    cells = emerging_hotspots(cube, lag=0).cells
    assert len(cells) == 1
    assert cells["trend_tau"].iloc[0] == 1


def test_a_share_that_is_none_is_refused(planted):
    with pytest.raises(RecipeError, match="`q` must be between 0 and 1; it is 5"):
        emerging_hotspots(planted, q=5)


@pytest.mark.open_data
def test_the_missing_july_of_three_forces_is_missing(open_data):
    from csgeo import read_police

    table = read_police(open_data / "police" / "avon-and-somerset_2018-01_2021-09.parquet").table
    cube = count_cube(table)
    july = cube.steps.index("2019-07")
    assert len(cube.steps) == 45
    assert not cube.known[:, july].any()
    assert cube.known[:, :july].all()
    assert cube.counts.sum() + sum(cube.left_out.values()) == len(table) == 620_495
    found = emerging_hotspots(cube)
    assert (found.cells["steps_known"] == 44).all()
    assert len(found.cells["pattern"].unique()) >= 6
