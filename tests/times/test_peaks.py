"""Are slots said for the places that have them, and for no others?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from csgeo.context.opening_hours import is_open
from csgeo.errors import RecipeError, WrongCRS, WrongValues
from csgeo.samples import county
from csgeo.times.peaks import add_peak_slots, in_slots, records_inside
from csgeo.times.school_year import school_year
from csgeo.times.slots import best_slots
from csgeo.times.weeks import week_grid

HERE, THERE = (60.0, 60.0), (200.0, 60.0)
HERE_CELL, THERE_CELL = "125mE0N0", "125mE125N0"


def thursdays(n: int, minute: int = 20) -> list[str]:
    """Thursdays and Fridays at 15 to 18 o'clock."""
    days = pd.date_range("2024-01-04", periods=n, freq="7D")
    return [
        str(d + pd.Timedelta(days=i % 2, hours=15 + i % 3, minutes=minute))
        for i, d in enumerate(days)
    ]


def test_each_place_gets_the_slots_of_its_own_records(incidents_of, hotspots_of):
    late = [
        t.replace(" 1", " 2").replace(" 25", " 21").replace(" 26", " 22").replace(" 27", " 23")
        for t in thursdays(30)
    ]
    incidents = incidents_of(thursdays(30) + late, points=[HERE] * 30 + [THERE] * 30)
    hotspots = hotspots_of(HERE_CELL, THERE_CELL, f"{HERE_CELL} {THERE_CELL}", "125mE9000N9000")
    before = hotspots.copy(deep=True)
    filled = add_peak_slots(hotspots, incidents)
    assert filled["peak_slots"].isna().tolist() == [False, False, False, True]
    assert filled["peak_slots"].iloc[0] == "Thursday and Friday, 15:00 to 18:00"
    assert filled["peak_slots"].iloc[1] == "Thursday and Friday, 21:00 to midnight"
    pd.testing.assert_frame_equal(hotspots, before)
    assert filled.drop(columns="peak_slots").equals(hotspots.drop(columns="peak_slots"))


def test_nineteen_records_are_too_few_to_say_and_twenty_are_enough(incidents_of, hotspots_of):
    for n, said in ((19, False), (20, True)):
        filled = add_peak_slots(
            hotspots_of(HERE_CELL), incidents_of(thursdays(n), points=[HERE] * n)
        )
        assert filled["peak_slots"].notna().tolist() == [said]


def test_records_without_a_known_hour_do_not_make_up_the_twenty(incidents_of, hotspots_of):
    starts, ends = thursdays(19) + ["2024-01-04 15:00"] * 5, [None] * 19 + ["2024-01-09 15:00"] * 5
    filled = add_peak_slots(hotspots_of(HERE_CELL), incidents_of(starts, ends, points=[HERE] * 24))
    assert filled["peak_slots"].isna().all()


def test_where_most_times_are_not_known_nothing_is_said(incidents_of, hotspots_of):
    incidents = incidents_of(
        thursdays(20) + ["2024-01-04"] * 21,
        precision=["minute"] * 20 + ["day"] * 21,
        points=[HERE] * 41,
    )
    assert add_peak_slots(hotspots_of(HERE_CELL), incidents)["peak_slots"].isna().all()
    said = add_peak_slots(hotspots_of(HERE_CELL), incidents, least_share_known=0.4)
    assert said["peak_slots"].notna().all()


def test_a_slot_that_holds_fewer_than_five_is_not_said(incidents_of, hotspots_of):
    days = pd.date_range("2024-01-04", periods=22, freq="7D")
    times = [f"{d:%Y-%m-%d} 15:20" for d in days] + ["2024-01-08 03:10"] * 4
    filled = add_peak_slots(hotspots_of(HERE_CELL), incidents_of(times, points=[HERE] * 26))
    assert filled["peak_slots"].tolist() == ["Thursday, 13:00 to 16:00"]


def test_slots_of_one_child_are_not_said(incidents_of, hotspots_of):
    incidents = incidents_of(thursdays(30), points=[HERE] * 30)
    for people, said in ((1, False), (4, False), (30, True)):
        keyed = incidents.assign(person_key=[f"k{i % people}" for i in range(30)])
        filled = add_peak_slots(hotspots_of(HERE_CELL), keyed)
        assert filled["peak_slots"].notna().tolist() == [said]
    nobody = incidents.assign(person_key=pd.array([None] * 30, dtype="str"))
    assert add_peak_slots(hotspots_of(HERE_CELL), nobody)["peak_slots"].notna().all()


def test_an_even_week_has_no_peak(incidents_of, hotspots_of):
    rng = np.random.default_rng(5)
    said = 0
    for _ in range(20):
        times = pd.Timestamp("2024-01-01") + pd.to_timedelta(
            rng.integers(0, 60 * 24 * 300, 60), "m"
        )
        incidents = incidents_of(times.astype(str), points=[HERE] * 60)
        said += int(add_peak_slots(hotspots_of(HERE_CELL), incidents)["peak_slots"].notna().sum())
    assert said <= 3  # one in twenty is what the level allows


def test_midnights_that_stand_for_not_known_are_no_peak(incidents_of, hotspots_of):
    times = thursdays(30) + ["2024-01-09 00:00"] * 29
    filled = add_peak_slots(hotspots_of(HERE_CELL), incidents_of(times, points=[HERE] * 59))
    assert filled["peak_slots"].tolist() == ["Thursday and Friday, 15:00 to 18:00"]


def test_months_only_leave_all_places_without_slots(incidents_of, hotspots_of):
    incidents = incidents_of(["2024-01-01"] * 40, precision="month", points=[HERE] * 40)
    assert add_peak_slots(hotspots_of(HERE_CELL), incidents)["peak_slots"].isna().all()


def test_term_time_and_holidays_are_said_where_they_differ(incidents_of, hotspots_of):
    half = [(date(2024, 7, 1), date(2024, 12, 31))]
    year = school_year(date(2024, 1, 1), date(2024, 12, 31), half)
    for shift, words in ((0, "; mostly in term time"), (26, "; mostly in school holidays")):
        times = pd.Series(pd.to_datetime(thursdays(25))) + pd.Timedelta(weeks=shift)
        other = ["2024-01-01 04:10", "2024-12-30 04:10"]  # the period is the whole year
        incidents = incidents_of([*times.astype(str), *other], points=[HERE] * 25 + [THERE] * 2)
        filled = add_peak_slots(hotspots_of(HERE_CELL), incidents, calendar=year)
        assert filled["peak_slots"].tolist() == ["Thursday and Friday, 15:00 to 18:00" + words]
    even = incidents_of(thursdays(52), points=[HERE] * 52)
    assert add_peak_slots(hotspots_of(HERE_CELL), even, calendar=year)["peak_slots"].tolist() == [
        "Thursday and Friday, 15:00 to 18:00"
    ]


def test_order_of_records_and_records_far_away_do_not_matter(incidents_of, hotspots_of):
    incidents = incidents_of(thursdays(30), points=[HERE] * 30)
    more = incidents_of(
        [*thursdays(30), "2024-03-04 03:33"], points=[HERE] * 30 + [(500_000.0, 500_000.0)]
    )
    answers = [
        add_peak_slots(hotspots_of(HERE_CELL), i) for i in (incidents, incidents[::-1], more[::-1])
    ]
    assert {a["peak_slots"].iloc[0] for a in answers} == {"Thursday and Friday, 15:00 to 18:00"}


def test_cells_of_all_sides_and_hexagons_hold_their_records(incidents_of, hotspots_of):
    from csgeo.hexagons import hexagon_at

    incidents = incidents_of(thursdays(3), points=[HERE, (125.0, 0.0), None])
    hexagon = hexagon_at(np.array([60.0]), np.array([60.0]), across_m=200)[0]
    hotspots = hotspots_of("125mE0N0", "125mE125N0", "250mE0N0 125mE0N0", hexagon)
    inside = records_inside(hotspots, incidents)
    told = inside.groupby("hotspot_id")["incident_id"].apply(sorted).to_dict()
    assert told["P9"] == ["a1"]
    assert told["P8"] == ["a2"]
    assert told["P7"] == ["a1", "a2"]  # once, although two cells hold it
    assert "a1" in told["P6"]


def test_hours_in_a_slot_past_the_end_of_the_week():
    slots = pd.DataFrame({"weekday": [6], "start_hour": [22], "hours": [4]})
    hours = np.array(
        ["2024-03-10T21", "2024-03-10T22", "2024-03-11T01", "2024-03-11T02"], dtype="datetime64[h]"
    )
    assert in_slots(hours, slots).tolist() == [False, True, True, False]


def test_no_hotspots_and_no_places_answer_empty(incidents_of, hotspots_of):
    incidents = incidents_of(thursdays(3), points=[None, None, None])
    assert add_peak_slots(hotspots_of(), incidents).empty
    assert add_peak_slots(hotspots_of(HERE_CELL), incidents)["peak_slots"].isna().all()


def test_what_cannot_be_asked_is_refused(incidents_of, hotspots_of):
    incidents = incidents_of(thursdays(30), points=[HERE] * 30)
    with pytest.raises(WrongValues, match="1 of 2 are not, the first is 'here' of 'P9'"):
        add_peak_slots(hotspots_of(f"{HERE_CELL} here"), incidents)
    with pytest.raises(WrongCRS, match="`incidents` must be in the same system as `hotspots`"):
        add_peak_slots(hotspots_of(HERE_CELL), incidents.to_crs(32630))
    with pytest.raises(RecipeError, match="found 0 slots"):
        add_peak_slots(hotspots_of("125mE9000N9000"), incidents, slots=0)


def test_the_planted_times_of_the_invented_county_are_found(hotspots_of):
    invented = county(seed=1)
    places = invented.truth.places
    hotspots = hotspots_of(*places["cells"])
    filled = add_peak_slots(hotspots, invented.incidents)
    assert filled["peak_slots"].notna().all()
    assert not filled["peak_slots"].str.contains("00:00 to 03:00").any()
    inside = records_inside(hotspots, invented.incidents)
    right = []
    for hotspot, planted in zip(hotspots.index, places["slots"], strict=True):
        ids = inside.loc[inside["hotspot_id"] == hotspot, "incident_id"]
        slots = best_slots(week_grid(invented.incidents.loc[ids]).grid)
        for slot in slots.itertuples():
            minutes = [(slot.weekday * 24 + slot.start_hour + h) * 60 + 30 for h in range(3)]
            right += [
                any(is_open(p, m // 1440 % 7, m % 1440) for p in planted.split(";"))
                for m in minutes
            ]
    # 10 places, 2 slots, 3 hours; planted hours are a fifth to a third of the week
    assert len(right) == 60
    assert np.mean(right) >= 0.85
