"""Do the shares say what a place rests on?"""

import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import TableError
from csgeo.hotspots.dependence import dominance, enforcement_dependence, records_in_places
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.searching_again import Search


@pytest.fixture
def area(area_of):
    return area_of(5000, 5000)


@pytest.fixture
def two_places(area, town):
    """Two places of one cell each, at (1000, 1000) and (2000, 2000)."""
    first = find_hotspots(town, area, replicates=99).hotspots.iloc[:1]
    both = pd.concat([first, first]).assign(
        cells=["125mE1000N1000", "125mE2000N2000"],
        geometry=[shapely.box(1000, 1000, 1125, 1125), shapely.box(2000, 2000, 2125, 2125)],
        expected=[1.0, 4.0],
    )
    return both.set_axis(pd.Index(["P1", "P2"], name="hotspot_id"))


def test_the_shares_are_those_counted_by_hand(incidents_at, two_places, area):
    # P1: five records, three of a on two points, one of b, one without a key; P2: two of a
    x = [1010, 1010, 1050, 1060, 1010, 2010, 2020, 1125]
    y = [1010, 1010, 1010, 1010, 1010, 2010, 2010, 1010]
    people = ["a", "b", "a", "a", None, "a", "a", "a"]
    answer = dominance(two_places, incidents_at(x, y, people=people), area)
    assert answer["records"].tolist() == [5, 2]  # the last one lies on the eastern edge
    assert answer["busiest_person_share"].tolist() == pytest.approx([3 / 5, 1.0])
    assert answer["busiest_point_share"].tolist() == pytest.approx([3 / 5, 1 / 2])
    assert answer["carried_by"].tolist() == [
        "More than half of its records are of one person and of one point.",
        "More than half of its records are of one person.",
    ]
    assert answer.index.equals(two_places.index)


def test_where_no_person_is_named_the_share_is_missing(incidents_at, two_places, area):
    x, y = [1010, 1020, 2010, 2020], [1010, 1020, 2010, 2020]
    plain = dominance(two_places, incidents_at(x, y), area)
    assert plain["busiest_person_share"].isna().all()
    assert plain["carried_by"].isna().all()
    some = dominance(two_places, incidents_at(x, y, people=["a", "b", None, None]), area)
    assert some["busiest_person_share"].tolist() == pytest.approx([0.5, np.nan], nan_ok=True)


def test_a_place_without_records_has_none(incidents_at, two_places, area):
    answer = dominance(two_places, incidents_at([1010], [1010], people=["a"]), area)
    assert answer["records"].tolist() == [1, 0]
    assert answer["busiest_point_share"].tolist() == pytest.approx([1.0, np.nan], nan_ok=True)


def test_the_records_of_places_are_those_that_the_search_counted(town, area):
    found = find_hotspots(town, area, replicates=99)
    held = records_in_places(found.hotspots, town, area)
    counts = np.bincount(held.place, minlength=len(found.hotspots))
    assert counts.tolist() == found.hotspots["incidents"].tolist()
    assert len(records_in_places(found.hotspots.iloc[:0], town, area).row) == 0


def test_a_place_that_enforcement_made_is_not_found_without_it(town, area):
    found = find_hotspots(town, area, replicates=99, seed=1)
    search = Search(replicates=99)
    made = town.assign(origin=["reported"] * 600 + ["enforcement"] * 120)
    first = enforcement_dependence(found.hotspots, made, area, search=search).iloc[0]
    assert first["enforcement_share"] > 0.9
    assert not first["found_without"]
    mixed = town.assign(origin=["reported", "enforcement", "reported"] * 240)
    second = enforcement_dependence(found.hotspots, mixed, area, search=search).iloc[0]
    assert second["enforcement_share"] == pytest.approx(1 / 3, abs=0.12)
    assert second["found_without"]
    none = enforcement_dependence(found.hotspots, town, area, search=search)
    assert (none["enforcement_share"] == 0).all()
    assert none["found_without"].all()


def test_no_places_give_an_empty_answer(town, area):
    found = find_hotspots(town, area, replicates=99)
    empty = found.hotspots.iloc[:0]
    assert dominance(empty, town, area).empty
    assert enforcement_dependence(empty, town, area, search=Search()).empty


def test_a_table_in_another_system_is_refused(town, two_places, area):
    with pytest.raises(TableError, match="`incidents` must be in the same system as `area`"):
        dominance(two_places, town.to_crs(32630), area)
