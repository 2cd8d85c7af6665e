"""Do services leave the gaps that a reader should find?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from csgeo.samples import County


def _clubs_near(made: County, spot: str, reach_m: float):
    place = made.truth.places.query("spot == @spot").geometry.iloc[0].centroid
    clubs = made.services[made.services["kind"] == "YOUTH_CLUB"]
    return clubs[clubs.distance(place) <= reach_m]


def test_no_youth_club_is_within_a_walk_of_the_places_that_lack_one(made: County):
    for spot in ("estate", "seafront", "village", "small_town"):
        assert _clubs_near(made, spot, 1_000).empty, spot


def test_the_club_by_the_bus_station_is_shut_after_school(made: County):
    hours = _clubs_near(made, "centre", 600).set_index("name")["opening_hours"]
    assert hours["Cornmarket Youth Club"] == "Mo,We 18:30-20:30"


def test_services_say_hours_and_some_say_when_their_money_ends(made: County):
    assert made.services["opening_hours"].notna().all()
    assert 0.2 < made.services["funded_until"].notna().mean() < 0.6
    assert made.services["name"].is_unique
