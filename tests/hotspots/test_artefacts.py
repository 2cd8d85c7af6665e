"""Is a place likely to be made by how records are kept?"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from csgeo.hotspots.artefacts import artefact_buildings, artefact_reason


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
        "More than half of its records lie within 100 m of a police station: they may show where "
        "harm was reported or treated, not where it happened."
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
