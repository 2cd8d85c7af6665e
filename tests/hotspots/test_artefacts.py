"""Is a place likely to be made by how records are kept?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.errors import TableError
from csgeo.hotspots.artefacts import artefact_buildings, artefact_reason, placing_of


def places_of(*rows):
    index = pd.Index([f"L{k}" for k in range(len(rows))], name="place_id")
    return gpd.GeoDataFrame(
        {"name": [r[0] for r in rows], "kind": [r[1] for r in rows]},
        index=index, geometry=[r[2] for r in rows], crs=27700,
    )  # fmt: skip


STATION = places_of(
    ("Town Custody", "POLICE_STATION", shapely.box(0, 0, 20, 20)),
    ("The Green", "PARK", shapely.box(300, 300, 400, 400)),
)
SPREAD = np.arange(10) * 40.0  # ten points, 40 m apart


def test_most_records_near_a_police_station():
    # of the points at 0, 40, ... 360 m, those up to 120 lie within 100 m of the building
    x = np.concatenate([SPREAD, [0, 0, 40]])
    assert artefact_reason(x, np.zeros(13), artefact_buildings(STATION), expected=1.0) == (
        "More than half of its records lie within 100 m of a police station or name one: they may "
        "show where harm was reported or treated, not where it happened."
    )


def test_a_town_centre_with_a_police_desk_is_kept():
    assert artefact_reason(SPREAD, np.zeros(10), artefact_buildings(STATION), expected=1.0) is None


@settings(deadline=None)
@given(near=st.integers(0, 30), far=st.integers(1, 30))
def test_exactly_half_is_not_more_than_half(near, far):
    x = np.concatenate([np.arange(near) * 1.0, 5000 + np.arange(far) * 50.0])
    reason = artefact_reason(x, np.zeros(len(x)), artefact_buildings(STATION), expected=1.0)
    assert (reason is not None and "police" in reason) == (near > far)


def test_a_hospital_of_many_buildings_counts_once():
    x = np.zeros(4)
    wings = places_of(*[("Wing", "HOSPITAL", shapely.box(k, 0, k + 1, 1)) for k in range(5)])
    reason = artefact_reason(x, x, artefact_buildings(wings), expected=1.0)
    assert "of a hospital" in reason


def test_one_point_that_carries_it_all():
    x = np.array([700.0] * 9 + [800.0])
    reason = artefact_reason(x, np.zeros(10), artefact_buildings(None), expected=1.0)
    assert reason.startswith("More than four in five of its records lie on one single point")
    x = np.array([700.0] * 8 + [800.0] * 2)
    assert artefact_reason(x, np.zeros(10), artefact_buildings(None), expected=0.1) is None


def test_one_point_without_which_nothing_stands_out():
    # 7 of 10 on one point; the other 3 are nothing unusual where 2 are expected, P(X >= 3) = 0.32,
    # but are where 0.2 are, P(X >= 3) = 0.001
    x = np.array([700.0] * 7 + [800.0, 850.0, 900.0])
    buildings = artefact_buildings(None)
    reason = artefact_reason(x, np.zeros(10), buildings, expected=2.0)
    assert "without them it would not stand out" in reason
    assert artefact_reason(x, np.zeros(10), buildings, expected=0.2) is None
    half = np.array([700.0] * 5 + [800.0, 850.0, 900.0, 950.0, 990.0])
    assert artefact_reason(half, np.zeros(10), buildings, expected=9.0) is None


def test_a_park_is_no_artefact():
    x = np.array([310.0, 330, 350])
    assert artefact_reason(x, x, artefact_buildings(STATION), expected=1.0) is None


def test_reasons_hold_no_exact_numbers():
    x = np.concatenate([np.zeros(17), [5000.0, 5050.0]])
    reason = artefact_reason(x, np.zeros(19), artefact_buildings(STATION), expected=1.0)
    assert "17" not in reason
    assert "19" not in reason


def test_places_in_degrees_are_refused():
    with pytest.raises(ValueError, match="`places` must be in EPSG:27700"):
        artefact_buildings(STATION.to_crs(4326))


def reason_of(incidents, places=None, *, expected=0.1):
    x, y = incidents.geometry.x.to_numpy(), incidents.geometry.y.to_numpy()
    return artefact_reason(
        x, y, artefact_buildings(places), expected=expected, placing=placing_of(incidents)
    )


def test_records_that_name_a_hospital_themselves_count_without_a_gazetteer(incidents_at):
    # ten points, none with more than half: only what the records say can set the place aside
    records = incidents_at(SPREAD, SPREAD)
    said = records.assign(location_type=["HOSPITAL"] * 4 + ["PRISON"] * 2 + ["STREET"] * 3 + [None])
    assert reason_of(said) == (
        "More than half of its records lie within 100 m of a hospital or name one: they may show "
        "where harm was reported or treated, not where it happened."
    )
    half = records.assign(location_type=["HOSPITAL"] * 5 + ["STREET"] * 5)
    assert reason_of(half) is None
    assert reason_of(records.assign(location_type="BUS_STATION")) is None


def test_a_record_near_a_building_that_it_names_counts_once(incidents_at):
    # 0 to 120 m lie within 100 m of the station: four of ten; two of them name it, one other does
    records = incidents_at(SPREAD, np.zeros(10))
    named = ["POLICE_STATION"] * 2 + ["STREET"] * 7 + ["POLICE_STATION"]
    assert reason_of(records.assign(location_type=named), STATION) is None
    more = [*named[:8], "POLICE_STATION", "POLICE_STATION"]
    assert "of a police station or name one" in reason_of(
        records.assign(location_type=more), STATION
    )


def test_records_that_are_placed_less_exactly_than_a_place_is_wide_make_no_place(incidents_at):
    # a disc of 0.25 square kilometres is 2 * sqrt(250,000 / pi) = 564.19 m wide
    records = incidents_at(SPREAD, SPREAD)
    coarse = records.assign(precision_m=[565.0] * 4 + [5000.0] * 2 + [100.0] * 3 + [np.nan])
    assert reason_of(coarse) == (
        "More than half of its records are placed less exactly than a place is wide: they may have "
        "been anywhere around, and their point may be a default geocode."
    )
    assert reason_of(records.assign(precision_m=[565.0] * 5 + [564.0] * 5)) is None
    assert reason_of(records.assign(precision_m=np.nan)) is None
    assert not placing_of(coarse, most_km2=20.0).coarse.any()  # 5,046 m


def test_how_records_were_placed_can_be_taken_by_row(incidents_at):
    records = incidents_at([0, 1, 2], [0, 1, 2]).assign(
        location_type=["COURT", None, "PARK"], precision_m=[np.nan, 700.0, 10.0]
    )
    whole = placing_of(records)
    assert (whole.named >= 0).tolist() == [True, False, False]
    part = whole.of(np.array([1, 1, 0]))
    assert part.coarse.tolist() == [True, True, False]
    assert (part.named >= 0).tolist() == [False, False, True]
    with pytest.raises(TableError, match="location_type"):
        placing_of(records.drop(columns="location_type"))
