"""Is a fall in harm told from a gap in the records, and from chance?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.change.cube import count_cube
from csgeo.hotspots.change.two_periods import change_of_cube, change_per_cell, change_per_place

Y2019 = [f"2019-{m:02d}" for m in range(1, 13)]
Y2020 = [f"2020-{m:02d}" for m in range(1, 13)]
YEARS = {"before": ("2019-01", "2019-12"), "after": ("2020-01", "2020-12")}


def _monthly(records_in, cells, source="police"):
    """Make records: cell number -> {month: how many}."""
    rows = [
        (250 * cell + 10, month)
        for cell, months in cells.items()
        for month, times in months.items()
        for _ in range(times)
    ]
    return records_in([x for x, _ in rows], [10] * len(rows), [m for _, m in rows], source=source)


@pytest.fixture(scope="module")
def five(records_in):
    return _monthly(
        records_in,
        {
            0: dict.fromkeys(Y2019, 20) | dict.fromkeys(Y2020, 10),
            1: dict.fromkeys(Y2019 + Y2020, 10),
            2: {"2019-03": 2},
            3: {"2020-05": 20},
        },
    )


def test_a_hand_worked_change(five):
    change = change_per_cell(five, **YEARS)
    assert change.index.name == "cell_id"
    assert change["before"].tolist() == [240, 120, 2, 0]
    assert change["after"].tolist() == [120, 120, 0, 20]
    assert change["before_days"].unique().tolist() == [365]
    assert change["after_days"].unique().tolist() == [366]
    assert change["ratio"].iloc[0] == pytest.approx(0.5 * 365 / 366)
    assert change["p_value"].iloc[0] == pytest.approx(stats.binomtest(120, 360, 366 / 731).pvalue)
    q = stats.false_discovery_control(change["p_value"].to_numpy())
    np.testing.assert_allclose(change["q_value"], q)
    assert change["verdict"].tolist() == [
        "probably fewer (likely 38 % to 60 % fewer)",
        "could be chance",
        "too few to say",
        "probably more (likely at least 4.9 times as many)",
    ]


def test_a_missing_month_is_not_a_fall(records_in):
    gap = [m for m in Y2020 if m not in ("2020-05", "2020-06", "2020-07", "2020-08")]
    records = _monthly(records_in, {0: dict.fromkeys([*Y2019, *gap], 20)})
    change = change_per_cell(records, **YEARS).iloc[0]
    assert (change["before"], change["after"]) == (240, 160)
    assert change["after_days"] == 366 - 123
    assert change["ratio"] == pytest.approx(1, abs=0.01)
    assert change["verdict"] == "could be chance"
    # whoever says that nothing is missing is told of a fall
    full = change_per_cell(records, **YEARS, months={"police": Y2019 + Y2020}).iloc[0]
    assert full["verdict"].startswith("probably fewer")


def test_windows_of_unequal_length_are_compared_by_the_day(records_in):
    records = _monthly(records_in, {0: dict.fromkeys(Y2019 + Y2020, 10)})
    change = change_per_cell(records, before=("2019-01", "2020-09"), after=("2020-10", "2020-12"))
    assert change["before_days"].tolist() == [365 + 274]
    assert change["after_days"].tolist() == [92]
    assert change["verdict"].tolist() == ["could be chance"]


def test_like_for_like_leaves_out_what_only_one_period_has(records_in):
    summer = {m: 60 if m[-2:] in ("06", "07", "08") else 10 for m in Y2019 + Y2020}
    for month in ("2020-06", "2020-07", "2020-08"):
        del summer[month]
    records = _monthly(records_in, {0: summer})
    plain = change_per_cell(records, **YEARS).iloc[0]
    assert plain["verdict"].startswith("probably fewer")  # the busy months were not sent
    alike = change_per_cell(records, **YEARS, like_for_like=True).iloc[0]
    assert (alike["before"], alike["after"]) == (90, 90)
    assert alike["verdict"] == "could be chance"


def test_each_cell_has_the_days_that_its_own_sources_cover(records_in):
    one = _monthly(records_in, {0: dict.fromkeys(Y2019 + Y2020, 5)})
    two = _monthly(records_in, {1: dict.fromkeys(Y2019 + Y2020[6:], 5)}, source="school")
    two.index = [f"S{k}" for k in range(len(two))]
    records = pd.concat([one, two]).rename_axis("incident_id")
    change = change_per_cell(records, **YEARS)
    assert change["after_days"].tolist() == [366, 184]


def test_an_area_has_a_row_for_each_cell_and_asks_only_where_there_is_something(five, area_of):
    change = change_per_cell(five, **YEARS, area=area_of(2000, 2000))
    assert len(change) == 64
    quiet = change[(change["before"] + change["after"]) == 0]
    assert len(quiet) == 60
    assert quiet["q_value"].isna().all()
    assert (quiet["verdict"] == "too few to say").all()
    held = change[change["q_value"].notna()]
    pd.testing.assert_frame_equal(held, change_per_cell(five, **YEARS))


def test_places_are_compared_on_their_own_index(five):
    places = pd.DataFrame(
        {"cells": ["250mE500N0 250mE750N0", "250mE0N0 250mE250N0"]},
        index=pd.Index(["P2", "P1"], name="hotspot_id"),
    )
    change = change_per_place(five, places, **YEARS)
    assert change.index.equals(places.index)
    assert change[["before", "after"]].to_numpy().tolist() == [[2, 20], [360, 240]]
    cells = change_per_cell(five, **YEARS)
    assert change["before"].sum() == cells["before"].sum()


def test_row_order_and_translation_change_nothing(five):
    change = change_per_cell(five, **YEARS)
    mixed = change_per_cell(five.sample(frac=1, random_state=2), **YEARS)
    pd.testing.assert_frame_equal(mixed, change)
    moved = change_per_cell(five.set_geometry(five.translate(5000, 250)), **YEARS)
    pd.testing.assert_frame_equal(moved.set_axis(change.index), change)


def test_periods_that_overlap_or_end_too_early_are_refused(five):
    with pytest.raises(MethodError, match="must begin when `before` is over"):
        change_per_cell(five, before=("2019-01", "2020-01"), after=("2020-01", "2020-12"))
    with pytest.raises(MethodError, match="`before` must not end before it begins"):
        change_per_cell(five, before=("2019-12", "2019-01"), after=("2020-01", "2020-12"))


def test_a_cube_of_quarters_and_a_wild_share_are_refused(five):
    with pytest.raises(MethodError, match="the cube has longer steps"):
        change_of_cube(count_cube(five, months_per_step=3), **YEARS)
    with pytest.raises(RecipeError, match="`q` must be between 0 and 1"):
        change_per_cell(five, **YEARS, q=0)
