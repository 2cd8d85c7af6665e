"""Do invented journeys and placements join areas that exist?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from csgeo.samples import County


def test_flows_join_wards_and_places_beyond_the_county(made: County):
    wards = set(made.areas.wards.index)
    outside = made.flows["kind"] == "county lines"
    assert set(made.flows["destination"]) <= wards
    assert set(made.flows["origin"][~outside]) <= wards
    assert all(code.startswith("X99") for code in made.flows["origin"][outside])
    assert (made.flows["count"] > 0).all()
    assert made.flows["origin_name"].notna().all()


def test_placement_distance_is_straight_miles_between_areas(made: County):
    row = made.placements.iloc[0]
    middle = made.areas.small_areas.geometry.centroid
    metres = middle[row["HOME_AREA"]].distance(middle[row["PL_AREA"]])
    assert row["PL_DISTANCE"] == pytest.approx(metres / 1_000 / 1.6093, abs=0.06)


def test_placements_look_like_ssda903_episodes(made: County):
    assert made.placements["DECOM"].str.fullmatch(r"\d{2}/\d{2}/\d{4}").all()
    still = made.placements["DEC"] == ""
    assert (made.placements["REC"][still] == "").all()
    assert np.all(made.placements["CHILD"].str.fullmatch(r"C\d{4}"))
