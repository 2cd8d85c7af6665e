"""Are places ranked by each source as one would by hand?"""

import pandas as pd
import pytest
import shapely

from csgeo.hotspots.agreement import rank_gaps, source_agreement
from csgeo.hotspots.find import find_hotspots


@pytest.fixture
def area(area_of):
    return area_of(5000, 5000)


@pytest.fixture
def two_places(area, town):
    first = find_hotspots(town, area, replicates=99).hotspots.iloc[:1]
    both = pd.concat([first, first]).assign(
        cells=["125mE1000N1000", "125mE2000N2000"],
        geometry=[shapely.box(1000, 1000, 1125, 1125), shapely.box(2000, 2000, 2125, 2125)],
        expected=[2.0, 4.0],
    )
    return both.set_axis(pd.Index(["P2", "P1"], name="hotspot_id"))


@pytest.fixture
def incidents(incidents_at):
    # P2 holds 3 of the police and 1 of health; P1 holds 1 and 3; 4 of the police lie elsewhere
    x = [1010] * 4 + [2010] * 4 + [4000] * 4
    source = ["police"] * 3 + ["health"] + ["police"] + ["health"] * 3 + ["police"] * 4
    return incidents_at(x, x, source=source)


def test_each_source_has_its_share_of_the_expectation(two_places, incidents, area):
    answer = source_agreement(two_places, incidents, area)
    # of 12 records 8 are of the police: of 2 expected 4/3 are theirs, of 4 expected 8/3
    assert answer["hotspot_id"].tolist() == ["P2", "P2", "P1", "P1"]
    assert answer["source"].tolist() == ["health", "police", "health", "police"]
    assert answer["records"].tolist() == [1, 3, 3, 1]
    assert answer["expected"].tolist() == pytest.approx([2 / 3, 4 / 3, 4 / 3, 8 / 3])
    assert answer["supports"].tolist() == [True, True, True, False]
    assert answer["rank"].tolist() == [2, 1, 1, 2]


def test_gaps_between_the_ranks_of_sources(two_places, incidents, area):
    gaps = rank_gaps(source_agreement(two_places, incidents, area))
    assert gaps.index.tolist() == ["P2", "P1"]
    assert gaps["sources_agree"].tolist() == [2, 1]
    assert gaps["rank_gap"].tolist() == [1, 1]
    assert gaps["highest_by"].tolist() == ["police", "health"]
    assert gaps["lowest_by"].tolist() == ["health", "police"]


def test_the_number_of_sources_is_that_of_the_list(town, area):
    mixed = town.assign(source=["police", "health", "school"] * 240)
    found = find_hotspots(mixed, area, replicates=99)
    gaps = rank_gaps(source_agreement(found.hotspots, mixed, area))
    assert gaps["sources_agree"].tolist() == found.hotspots["sources_agree"].tolist()


def test_one_source_has_no_gap_and_no_place_no_row(town, area):
    found = find_hotspots(town, area, replicates=99)
    one = source_agreement(found.hotspots, town, area)
    assert (rank_gaps(one)["rank_gap"] == 0).all()
    empty = source_agreement(found.hotspots.iloc[:0], town, area)
    assert empty.empty
    assert rank_gaps(empty).empty
