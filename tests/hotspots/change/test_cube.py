"""Is each record counted once, and is what is missing not counted as nought?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.errors import EmptyTable, MethodError, MissingColumns, WrongValues
from csgeo.hotspots.change.cube import count_cube, count_places

MONTHS = [f"2020-{m:02d}" for m in range(1, 13)]


@pytest.fixture(scope="module")
def scattered(records_in):
    chance = np.random.default_rng(3)
    n = 400
    x, y = chance.uniform(-2000, 2000, (2, n))
    months = chance.choice([m for m in MONTHS if m != "2020-07"], n)
    source = chance.choice(["police", "school"], n, p=[0.8, 0.2])
    return records_in(x, y, months, source=source)


def test_a_hand_worked_cube(records_in):
    records = records_in(
        [10, 20, 10, 300, 310],
        [10, 20, 10, 10, 10],
        ["2020-01", "2020-01", "2020-03", "2020-02", "2020-02"],
        source=["police", "police", "police", "school", "police"],
    )
    months = {"police": ["2020-01", "2020-02", "2020-03"], "school": ["2020-02", "2020-03"]}
    cube = count_cube(records, months=months)
    assert cube.ids.tolist() == ["250mE0N0", "250mE250N0"]
    assert cube.steps == ("2020-01", "2020-02", "2020-03")
    assert cube.days.tolist() == [31, 29, 31]
    assert cube.counts.tolist() == [[2, 0, 1], [0, 2, 0]]
    # the school records in the second cell, and did not cover January
    assert cube.known.tolist() == [[True, True, True], [False, True, True]]


def test_a_month_that_the_source_did_not_send_is_missing_not_nought(records_in):
    records = records_in([10] * 3, [10] * 3, ["2020-01", "2020-03", "2020-03"])
    cube = count_cube(records)
    assert cube.known.tolist() == [[True, False, True]]
    assert cube.choices["months covered"] == "those in which a source recorded anything"
    said = count_cube(records, months={"police": ["2020-01", "2020-02", "2020-03"]})
    assert said.known.all()
    assert said.counts.tolist() == [[1, 0, 2]]


def test_no_record_is_lost(scattered, records_in):
    odd = records_in(
        [np.nan, 10, 10, np.nan],
        [np.nan, 10, 10, np.nan],
        ["2020-02", "2019-12", "2020-02", "2020-02"],
    )
    odd["when_precision"] = ["month", "month", "year", "year"]
    odd.index = ["a", "b", "c", "d"]
    records = gpd.GeoDataFrame(pd.concat([scattered, odd]), crs=27700).rename_axis("incident_id")
    cube = count_cube(records, period=("2020-01", "2020-12"))
    assert cube.counts.sum() + sum(cube.left_out.values()) == len(records)
    assert cube.left_out["without a place"] == 2
    assert cube.left_out["without a month"] == 1
    assert cube.left_out["outside the period"] == 1
    assert not cube.known[:, 6].any()


def test_records_in_a_step_that_another_source_misses_are_said(records_in):
    records = records_in(
        [10] * 3, [10] * 3, ["2020-01", "2020-02", "2020-02"], source=["a", "a", "b"]
    )
    cube = count_cube(records, months={"a": ["2020-01", "2020-02"], "b": ["2020-02"]})
    assert cube.counts.tolist() == [[0, 2]]
    assert cube.left_out["in a step that not all sources of the place cover"] == 1


def test_row_order_and_splitting_the_file_change_nothing(scattered):
    cube = count_cube(scattered)
    mixed = pd.concat([scattered.iloc[250:], scattered.iloc[:250].sample(frac=1, random_state=1)])
    other = count_cube(gpd.GeoDataFrame(mixed, crs=27700))
    assert other.ids.tolist() == cube.ids.tolist()
    assert (other.counts == cube.counts).all()
    assert (other.known == cube.known).all()


def test_cells_south_and_west_of_the_origin_are_where_they_should_be(scattered):
    cube = count_cube(scattered)
    moved = count_cube(scattered.set_geometry(scattered.translate(250_000, 500_000)))
    assert (moved.counts == cube.counts).all()
    assert (moved.column - cube.column == 1000).all()
    assert (moved.row - cube.row == 2000).all()
    assert cube.ids[0] == f"250mE{cube.column[0] * 250}N{cube.row[0] * 250}"
    assert cube.row.min() < 0


def test_all_cells_of_a_study_area_are_counted_those_without_a_record_too(records_in, area_of):
    records = records_in([10, 10, 900], [10, 10, 900], ["2020-01", "2020-02", "2020-01"])
    cube = count_cube(records, area=area_of(500, 500))
    assert len(cube.ids) == 4
    assert cube.counts.sum() == 2
    assert cube.known.all()
    assert cube.left_out["outside the area"] == 1


def test_months_join_to_quarters_and_a_quarter_with_a_gap_is_not_known(records_in):
    months = ["2020-01", *MONTHS[1:6], *MONTHS[7:]]
    cube = count_cube(records_in([10] * 11, [10] * 11, months), months_per_step=3)
    assert cube.steps == ("2020-01", "2020-04", "2020-07", "2020-10")
    assert cube.known.tolist() == [[True, True, False, True]]
    assert cube.days.tolist() == [91, 91, 92, 92]
    assert cube.counts.tolist() == [[3, 3, 0, 3]]


def test_months_that_fill_no_step_are_left_out_at_the_beginning(records_in):
    cube = count_cube(records_in([10] * 4, [10] * 4, MONTHS[:4]), months_per_step=3)
    assert cube.steps == ("2020-02",)
    assert cube.left_out["outside the period"] == 1


def test_places_count_what_lies_in_their_cells(records_in):
    records = records_in(
        [10, 300, 600, 900], [10] * 4, ["2020-01", "2020-01", "2020-02", "2020-02"]
    )
    places = pd.DataFrame(
        {"cells": ["250mE500N0", "250mE0N0 250mE250N0", "250mE9000N0"]}, index=["B", "A", "C"]
    )
    cube = count_places(records, places)
    assert cube.ids.tolist() == ["B", "A", "C"]
    assert cube.counts.tolist() == [[0, 1], [2, 0], [0, 0]]
    assert cube.left_out["outside the places"] == 1
    assert cube.counts.sum() + sum(cube.left_out.values()) == 4


def test_a_record_without_a_place_is_in_no_place_not_even_just_west_of_the_origin(records_in):
    records = records_in([np.nan, -10], [np.nan, 10], ["2020-01"] * 2)
    cube = count_places(records, pd.DataFrame({"cells": ["250mE-250N0"]}, index=["A"]))
    assert cube.counts.tolist() == [[1]]


def test_places_that_overlap_each_count_the_record(records_in):
    places = pd.DataFrame({"cells": ["250mE0N0", "250mE0N0 250mE250N0"]}, index=["A", "B"])
    cube = count_places(records_in([10], [10], ["2020-01"]), places)
    assert cube.counts.tolist() == [[1], [1]]


def test_no_place_a_place_without_cells_and_a_table_without_are_refused(records_in):
    records = records_in([10], [10], ["2020-01"])
    with pytest.raises(EmptyTable, match="nothing to follow over time"):
        count_places(records, pd.DataFrame({"cells": []}))
    places = pd.DataFrame({"cells": ["250mE0N0", " "]}, index=["A", "B"])
    with pytest.raises(WrongValues, match="1 of 2 have none .* 'B'"):
        count_places(records, places)
    with pytest.raises(MissingColumns, match="must have the column `cells`"):
        count_places(records, pd.DataFrame({"x": [1]}))


def test_a_record_in_a_month_that_is_said_to_be_missing_is_refused(records_in):
    records = records_in([10, 10], [10, 10], ["2020-01", "2020-02"])
    with pytest.raises(WrongValues, match=r"1 of 2 records .*'R1': 'police' in 2020-02"):
        count_cube(records, months={"police": ["2020-01", "2020-03"]})


def test_a_period_without_a_record_is_refused(records_in):
    records = records_in([10], [10], ["2020-01"])
    with pytest.raises(MethodError, match="none has a place and a month between 2021-01"):
        count_cube(records, months={"police": ["2021-01"]}, period=("2021-01", "2021-02"))


def test_records_without_any_place_are_refused(records_in):
    records = records_in([np.nan] * 2, [np.nan] * 2, ["2020-01"] * 2)
    with pytest.raises(MethodError, match="of 2 none has a place and a month"):
        count_cube(records)
    with pytest.raises(MethodError, match="of 2 none has a place and a month"):
        count_places(records, pd.DataFrame({"cells": ["250mE0N0"]}, index=["A"]))


def test_steps_longer_than_the_period_are_refused(records_in):
    with pytest.raises(MethodError, match="from 1 to the 1 months"):
        count_cube(records_in([10], [10], ["2020-01"]), months_per_step=2)


def test_a_cell_without_a_record_knows_no_month_that_a_source_missed(records_in, area_of):
    records = records_in([10, 10], [10, 10], ["2020-01", "2020-03"])
    cube = count_cube(records, area=area_of(500, 500))
    assert cube.known.tolist() == [[True, False, True]] * 4
