"""Does the invented county keep the contracts, and is it the same each time?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from csgeo.samples import County, county
from csgeo.tables import AREAS, FLOWS, INCIDENTS, PLACES, SERVICES, STREETS
from csgeo.vocabulary import load_vocabulary


def test_every_table_keeps_its_contract(made: County):
    for level in made.areas:
        AREAS.check(level, "areas")
    assert STREETS.check(made.streets, "streets") is made.streets
    assert PLACES.check(made.places, "places") is made.places
    assert PLACES.check(made.basemap, "basemap") is made.basemap
    assert SERVICES.check(made.services, "services") is made.services
    assert INCIDENTS.check(made.incidents, "incidents") is made.incidents
    assert FLOWS.check(made.flows, "flows") is made.flows


def test_the_same_seed_gives_the_same_county_and_another_seed_another(made: County):
    again = county(seed=1)
    assert_geodataframe_equal(made.incidents, again.incidents)
    assert_geodataframe_equal(made.streets, again.streets)
    assert_geodataframe_equal(made.truth.places, again.truth.places)
    other = county(seed=2)
    assert not made.truth.places.geometry.geom_equals(other.truth.places.geometry).any()


@pytest.mark.parametrize(
    ("table", "column", "vocabulary"),
    [
        ("incidents", "harm", "harm"),
        ("incidents", "context", "context"),
        ("incidents", "location_type", "location"),
        ("incidents", "origin", "origin"),
        ("services", "kind", "service"),
        ("places", "kind", "location"),
    ],
)
def test_every_code_is_in_its_vocabulary(made: County, table: str, column: str, vocabulary: str):
    codes = set(getattr(made, table)[column].dropna())
    assert codes - set(load_vocabulary(vocabulary).codes) == set()


def test_the_county_is_as_large_and_as_varied_as_it_should_be(made: County):
    assert [len(level) for level in made.areas[:3]] == [1, 5, 25]
    assert 220 <= len(made.areas.small_areas) <= 280
    assert 10_500 <= len(made.incidents) <= 13_500
    assert set(made.areas.small_areas["stratum"]) == {
        "City",
        "Town and fringe",
        "Village and countryside",
    }
    assert made.areas.small_areas["deprivation_decile"].value_counts().between(20, 29).all()


def test_no_area_code_could_be_taken_for_a_real_one(made: County):
    codes = np.concatenate([level.index.to_numpy() for level in made.areas])
    codes = np.concatenate([codes, made.flows["origin"], made.placements["HOME_AREA"]])
    assert all(str(code).startswith("X") for code in codes)


def test_no_coordinate_lies_where_a_real_place_is(made: County):
    # the English coast is north of 90 km there, the French one south of the box; east of
    # 600 km begins a square of the National Grid without any land, which readers set aside
    bounds = np.vstack([made.places.total_bounds, made.incidents.total_bounds])
    assert (bounds[:, :2].min(axis=0) > [531_000, 27_000]).all()
    assert (bounds[:, 2:].max(axis=0) < [600_000, 79_000]).all()


def test_nobody_is_named_and_keys_are_pseudonyms(made: County):
    keys = made.incidents["person_key"].dropna()
    assert keys.str.fullmatch("[0-9a-f]{64}").all()
    assert not {"name", "forename", "surname", "dob", "address"} & set(made.incidents.columns)


def test_records_without_a_place_have_no_point_and_no_precision(made: County):
    nowhere = made.incidents[made.incidents.geometry.isna()]
    assert len(nowhere) == 480
    assert nowhere["precision_m"].isna().all()
    assert nowhere["area_id"].notna().mean() == pytest.approx(0.5, abs=0.1)
    assert set(nowhere["area_id"].dropna()) <= set(made.areas.small_areas.index)


def test_records_lie_in_the_county_and_in_its_three_years(made: County):
    ground = made.areas.county.geometry.iloc[0]
    points = made.incidents.geometry.dropna()
    assert points.within(ground).all()
    assert made.incidents["occurred_from"].between("2023-01-01", "2025-12-31 23:59").all()


def test_missing_episodes_have_an_end_after_their_start(made: County):
    missing = made.incidents[
        (made.incidents["harm"] == "MISSING") & (made.incidents["when_precision"] == "minute")
    ]
    assert missing["occurred_to"].notna().all()
    assert (missing["occurred_to"] > missing["occurred_from"]).all()


def test_default_times_stand_out_as_they_do_in_real_files(made: County):
    exact = made.incidents[made.incidents["when_precision"] == "minute"]["occurred_from"]
    midnight = (exact.dt.hour == 0) & (exact.dt.minute == 0)
    assert midnight.sum() > 4 * ((exact.dt.hour == 1) & (exact.dt.minute == 0)).sum()
    new_year = (exact.dt.month == 1) & (exact.dt.day == 1)
    assert new_year.sum() > 40


def test_gazetteer_lists_streets_and_places_with_a_point(made: County):
    table = made.gazetteer
    assert {"STREET", "PARK", "BUS_STATION"} <= set(table["kind"])
    assert pd.api.types.is_integer_dtype(table["easting"])
    assert table["name"].notna().all()


def test_parks_hold_paths_and_main_roads_only(made: County):
    parks = shapely.union_all(made.places.geometry[made.places["kind"] == "PARK"].to_numpy())
    inside = made.streets[made.streets.geometry.interpolate(0.5, normalized=True).within(parks)]
    assert len(inside) > 10
    assert "street" not in set(inside["kind"])
