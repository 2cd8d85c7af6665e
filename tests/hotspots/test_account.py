"""Does each place say what it rests on?"""

import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.errors import RecipeError, TableError
from csgeo.hotspots.account import account_of_places
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.searching_again import Search


@pytest.fixture(scope="module")
def area(area_of):
    return area_of(5000, 5000)


@pytest.fixture(scope="module")
def two_places(area, town):
    """Two places of one cell each, at (1000, 1000) and (2000, 2000)."""
    first = find_hotspots(town, area, replicates=99).hotspots.iloc[:1]
    both = pd.concat([first, first]).assign(
        rank=[1, 2],
        rank_in_stratum=[1, 2],
        name=["Around the park", "Around the station"],
        cells=["125mE1000N1000", "125mE2000N2000"],
        geometry=[shapely.box(1000, 1000, 1125, 1125), shapely.box(2000, 2000, 2125, 2125)],
        incidents=[4, 2],
        people=pd.array([2, pd.NA], dtype="Int64"),
        expected=[1.0, 2.0],
    )
    return both.set_axis(pd.Index(["P1", "P2"], name="hotspot_id"))


@pytest.fixture
def records(incidents_at):
    # P1: four reported records, three of a on two points, one more by enforcement; P2: two of b
    return incidents_at(
        [1010, 1010, 1050, 1060, 1070, 2010, 2020, 4000],
        [1010, 1010, 1010, 1010, 1010, 2010, 2010, 4000],
        people=["a", "a", "a", "b", "c", "b", "b", "d"],
        source=["police", "police", "school", "school", "police", "school", "school", "police"],
    ).assign(origin=["reported"] * 4 + ["enforcement"] + ["observed"] * 2 + [None])


def test_the_account_by_hand(two_places, records, area):
    places, by_source = account_of_places(two_places, records, area)
    one, two = places.loc["P1"], places.loc["P2"]
    assert places.index.equals(two_places.index)
    assert (one["records"], two["records"]) == (4, 2)
    assert one["people"] == 2
    assert pd.isna(two["people"])
    assert one["busiest_person_share"] == 3 / 4
    assert one["busiest_point_share"] == 2 / 4
    assert (one["enforcement_records"], two["enforcement_records"]) == (1, 0)
    assert one["enforcement_share"] == 1 / 5
    assert places["found_without_enforcement"].tolist() == [True, True]
    assert places["sources"].tolist() == [2, 1]
    # of 7 searched records 3 are of the police, 4 of the school: police 2 of 3/7, school 2 of 4/7 in
    # P1; in P2 (2 expected) 0 of 6/7 and 2 of 8/7
    assert places["sources_agree"].tolist() == [2, 1]
    assert by_source["records"].tolist() == [2, 2, 0, 2]
    assert one["sentence"] == (
        "Rests on one person: 75% of its records. 1 more record there, made by enforcement (20%), "
        "was left out. 2 of 2 sources have more records there than expected."
    )
    assert two["sentence"] == (
        "Rests on one person: 100% of its records. Only one of 2 sources has more records there "
        "than expected. How many people are behind them is not known."
    )


def test_records_that_were_kept_count_as_any_other(two_places, records, area):
    places, _ = account_of_places(two_places, records, area, enforcement="kept")
    one = places.loc["P1"]
    assert one["records"] == 5
    assert one["busiest_person_share"] == 3 / 5
    assert places["found_without_enforcement"].isna().all()
    assert "20% of its records were made by enforcement." in one["sentence"]


def test_whether_it_is_found_without_what_was_kept(area, town):
    found = find_hotspots(town, area, replicates=99, seed=1).hotspots
    search = Search(replicates=99)
    made = town.assign(origin=["reported"] * 600 + ["enforcement"] * 120)
    places, _ = account_of_places(found, made, area, enforcement="kept", search=search)
    assert not places["found_without_enforcement"].iloc[0]
    assert "made by enforcement, and it is not found without them." in places["sentence"].iloc[0]
    mixed = town.assign(origin=["reported", "enforcement", "reported"] * 240)
    again, _ = account_of_places(found, mixed, area, enforcement="kept", search=search)
    assert again["found_without_enforcement"].iloc[0]
    assert "made by enforcement, and it is found without them." in again["sentence"].iloc[0]


def places_in_a_row(two_places):
    return pd.concat([two_places, two_places]).assign(
        rank=[1, 2, 3, 4], rank_in_stratum=[1, 2, 3, 4], expected=1.0,
        cells=[f"125mE{k}000N1000" for k in range(1, 5)],
        geometry=[shapely.box(1000 * k, 1000, 1000 * k + 125, 1125) for k in range(1, 5)],
    ).set_axis(pd.Index(["P1", "P2", "P3", "P4"], name="hotspot_id"))  # fmt: skip


def records_by_source(incidents_at, police, school):
    """Put so many records of each at the four places."""
    x = np.repeat([1010.0, 2010, 3010, 4010] * 2, [*police, *school])
    source = ["police"] * sum(police) + ["school"] * sum(school)
    return incidents_at(x, np.full(len(x), 1010.0), source=source)


def test_a_mix_of_sources_that_chance_does_not_give_asks_for_a_reason(
    two_places, incidents_at, area
):
    # each source has half of the records; P1 has 40 and 10 where 25 and 25 are due: chi-squared 18,
    # 1 degree of freedom, p = 2.2e-5, times four places
    records = records_by_source(incidents_at, [40, 20, 20, 20], [10, 30, 30, 30])
    places, _ = account_of_places(places_in_a_row(two_places), records, area)
    assert places["mix_p_value"].iloc[0] == pytest.approx(4 * 2.209e-5, rel=1e-3)
    assert places["mix_p_value"].iloc[1] == pytest.approx(4 * 0.1573, rel=1e-3)  # chi-squared 2
    assert (
        "More of the records of police and fewer of school than at the other places: ask why."
        in places["sentence"].iloc[0]
    )
    assert "ask why" not in " ".join(places["sentence"].iloc[1:])


def test_ranks_that_chance_gives_ask_for_nothing(two_places, incidents_at, area):
    # opposite orders, but of five records each nothing follows
    records = records_by_source(incidents_at, [5, 4, 3, 2], [2, 3, 4, 5])
    places, _ = account_of_places(places_in_a_row(two_places), records, area)
    assert places["rank_gap"].tolist() == [3, 1, 1, 3]
    assert places["highest_by"].tolist() == ["police", "police", "school", "school"]
    assert "ask why" not in " ".join(places["sentence"])


def test_one_source_alone_is_said(two_places, records, area):
    places, _ = account_of_places(two_places, records.assign(source="police"), area)
    assert "All records come from one source: no other bears it out." in places["sentence"].iloc[0]


def test_a_place_takes_the_coverage_of_the_area_that_holds_most_of_it(
    two_places, incidents_at, area, area_of
):
    # P1 lies for 60 % in W2; there is one record where 50 are usual
    wards = pd.concat([area_of(1050, 5000), area_of(3950, 5000, west=1050)])
    wards = wards.set_axis(pd.Index(["W1", "W2"], name="area_id")).assign(residents=[500.0, 500.0])
    x = np.concatenate([np.full(99, 10.0), [1060.0]])
    records = incidents_at(x, np.full(100, 1010.0))
    places, _ = account_of_places(two_places, records, area, areas=wards)
    assert places["area_id"].tolist() == ["W2", "W2"]
    assert places["area_records"].tolist() == [1, 1]
    assert places["area_usual"].tolist() == pytest.approx([50, 50])
    assert places["area_little_recorded"].tolist() == [True, True]
    assert "little recorded is not safe" in places["sentence"].iloc[0]
    away = wards.iloc[:1].assign(geometry=[shapely.box(4000, 4000, 4500, 4500)])
    nowhere, _ = account_of_places(two_places, records, area, areas=away)
    assert nowhere["area_id"].isna().all()
    assert "not safe" not in nowhere["sentence"].iloc[0]


def test_the_order_of_rows_does_not_matter(two_places, records, area):
    one = account_of_places(two_places, records, area)
    other = account_of_places(two_places, records.iloc[::-1], area)
    pd.testing.assert_frame_equal(one.places, other.places)
    pd.testing.assert_frame_equal(one.by_source, other.by_source)


def test_no_places_give_an_empty_account(two_places, records, area):
    places, by_source = account_of_places(two_places.iloc[:0], records, area)
    assert places.empty
    assert by_source.empty
    assert "sentence" in places


def test_a_choice_that_is_not_known_is_refused(two_places, records, area):
    with pytest.raises(RecipeError, match='`enforcement` must be "left_out" or "kept"; it is'):
        account_of_places(two_places, records, area, enforcement="off")
    with pytest.raises(TableError, match="same system"):
        account_of_places(two_places, records.to_crs(32630), area)
