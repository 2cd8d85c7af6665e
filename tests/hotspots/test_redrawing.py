"""Are people drawn with all their records, and records moved no further than they may be?"""

import hashlib

import numpy as np
import pytest
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.redrawing import draw, drawable


@pytest.fixture
def ground(area_of):
    return area_of(1000, 1000).geometry.iloc[0]


def test_records_of_one_person_are_drawn_together(incidents_at, ground):
    people = ["a", "b", "a", None, "b", "a", None]
    records = drawable(
        incidents_at(np.arange(7) * 100 + 50, np.full(7, 500), people=people), ground
    )
    assert records.units == 4  # a, b and the two without a key
    x_of = {"a": (50, 250, 550), "b": (150, 450)}
    for number in range(20):
        drawn = draw(records, seed=3, number=number)
        times = {x: int((records.x[drawn.record] == x).sum()) for x in records.x}
        assert len({times[x] for x in x_of["a"]}) == 1
        assert len({times[x] for x in x_of["b"]}) == 1
        assert times[50] + times[150] + times[350] + times[650] == 4


def test_records_move_evenly_within_the_disc_of_their_precision(incidents_at, ground):
    n = 20_000
    incidents = incidents_at(np.full(n, 500), np.full(n, 500)).assign(precision_m=80.0)
    drawn = draw(drawable(incidents, ground), seed=1, number=0)
    away = np.hypot(drawn.x - 500, drawn.y - 500)
    assert away.max() <= 80
    assert (away <= 40).mean() == pytest.approx(0.25, abs=0.02)  # a quarter of the disc
    assert drawn.x.mean() == pytest.approx(500, abs=1)
    assert drawn.y.mean() == pytest.approx(500, abs=1)


def test_where_the_precision_is_missing_nothing_is_moved(incidents_at, ground):
    incidents = incidents_at([100, 900], [100, 900]).assign(precision_m=np.nan)
    drawn = draw(drawable(incidents, ground), seed=1, number=0)
    assert set(zip(drawn.x, drawn.y, strict=True)) <= {(100, 100), (900, 900)}


def test_a_record_outside_that_can_lie_inside_is_kept_and_no_other(incidents_at, ground):
    incidents = incidents_at([1050, 1050, 1500, 500, np.nan], [500, 501, 500, 500, np.nan])
    incidents = incidents.assign(precision_m=[100.0, 10.0, 400.0, 0.0, 100.0])
    assert drawable(incidents, ground).x.tolist() == [500, 1050]


def test_within_the_bounds_is_not_within_the_area(incidents_at):
    triangle = shapely.Polygon([(0, 0), (1000, 0), (0, 1000)])
    at = [100, 900, 900, 550]
    incidents = incidents_at(at, at).assign(precision_m=[0, 0, 80.0, 80.0])
    assert drawable(incidents, triangle).x.tolist() == [100, 550]


def test_what_enforcement_found_can_be_left_out(incidents_at, ground):
    incidents = incidents_at(np.full(50, 500), np.arange(50) * 10).assign(
        origin=["enforcement", "reported"] * 25
    )
    records = drawable(incidents, ground)
    kept = draw(records, seed=1, number=0)
    left = draw(records, seed=1, number=0, with_enforcement=False)
    assert records.enforcement[kept.record].any()
    assert not records.enforcement[left.record].any()
    assert left.record.tolist() == kept.record[~records.enforcement[kept.record]].tolist()


def test_records_of_another_part_of_the_country_are_refused(incidents_at, ground):
    with pytest.raises(MethodError, match="of 3 records none does. Check that `incidents`"):
        drawable(incidents_at([5000, 6000, np.nan], [500, 500, np.nan]), ground)


def test_the_order_of_the_rows_does_not_matter(incidents_at, ground):
    chance = np.random.default_rng(2)
    people = [f"p{k % 9}" if k % 4 else None for k in range(60)]
    incidents = incidents_at(
        chance.uniform(0, 1000, 60), chance.uniform(0, 1000, 60), people=people
    )
    one = draw(drawable(incidents, ground), seed=5, number=7)
    other = draw(drawable(incidents.iloc[::-1], ground), seed=5, number=7)
    assert one.x.tolist() == other.x.tolist()
    assert one.y.tolist() == other.y.tolist()


def test_new_keys_for_the_same_people_change_no_draw(incidents_at, ground):
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 1000, (2, 60))
    people = [f"person {k % 17}" for k in range(50)] + [None] * 10
    renamed = [None if p is None else hashlib.sha256(p.encode()).hexdigest() for p in people]
    one = draw(drawable(incidents_at(x, y, people=people), ground), seed=5, number=7)
    other = draw(drawable(incidents_at(x, y, people=renamed), ground), seed=5, number=7)
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.record, other.record)
