from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from csgeo.hotspots.repeats.events import events_at, events_of
from csgeo.hotspots.repeats.knox import knox
from csgeo.hotspots.repeats.local_knox import local_knox

#: Events of Burkitt's lymphoma with a neighbour in both, and Rogerson's p as pointpats prints it.
PUBLISHED = {
    25: 0.1348993, 26: 0.14220663, 30: 0.07335085, 31: 0.08400282, 35: 0.1494317, 36: 0.21524073,
    41: 0.0175806, 42: 0.04599869, 46: 0.17523687, 47: 0.18209188, 51: 0.19111321, 52: 0.16830444,
    102: 0.13734428, 103: 0.14703242, 116: 0.06796364, 118: 0.03192559, 122: 0.13734428,
    123: 0.17523687, 137: 0.12998154, 138: 0.1933476, 139: 0.13244507, 140: 0.13244507,
    158: 0.12502644, 159: 0.14703242, 162: 0.12502644, 163: 0.12998154,
}  # fmt: skip


@pytest.mark.open_data
def test_burkitt_is_met_event_by_event(burkitt):
    found = local_knox(burkitt, space_m=20, time_days=5)
    near = found[found["near_in_both"] > 0]
    assert near.index.tolist() == list(PUBLISHED)
    assert (near["near_in_both"] == 1).all()
    np.testing.assert_allclose(near["p_any_time"], list(PUBLISHED.values()), atol=5e-9)


def test_local_counts_add_up_to_twice_those_of_knox(small):
    events = small(8, 40)
    found, whole = (f(events, space_m=100, time_days=3) for f in (local_knox, knox))
    assert found["near_in_both"].sum() == 2 * whole.near_in_both > 0
    assert found["near_in_space"].sum() == 2 * whole.near_in_space
    assert found["near_in_time"].sum() == 2 * whole.near_in_time
    modified = (found["near_in_both"] - found["expected"]).sum() / 2
    assert modified == pytest.approx(whole.modified)


def test_both_p_values_are_those_of_all_ways_to_deal_the_dates_out():
    when = [0, 2, 3, 31, 33, 90]
    events = events_at([0, 10, 15, 20, 215, 400], [0] * 6, when)
    found = local_knox(events, space_m=20, time_days=3)
    held = np.array([
        [sum(abs(events.x[i] - events.x[j]) <= 20 and abs(when[p[i]] - when[p[j]]) <= 3
             for j in range(6) if j != i) for i in range(6)]
        for p in permutations(range(6))
    ])  # fmt: skip
    fixed = np.array([[p[i] == i for i in range(6)] for p in permutations(range(6))])
    as_many = held >= found["near_in_both"].to_numpy()
    np.testing.assert_allclose(found["p_any_time"], as_many.mean(axis=0))
    np.testing.assert_allclose(found["p_value"], (as_many & fixed).sum(axis=0) / fixed.sum(axis=0))


def test_rows_keep_the_records_ids_and_who_has_no_neighbour_is_not_asked(incidents_at):
    table = incidents_at([0, 20, 5000], [0, 0, 0]).assign(when_precision="day")
    found = local_knox(table, space_m=50, time_days=0)
    assert found.index.equals(events_of(table).ids)
    assert found["q_value"].isna().tolist() == [False, False, True]
    assert found["p_value"].tolist() == [1, 1, 1]  # all on one day: it cannot be otherwise
