"""Are records counted at the right stops and along the right routes?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from csgeo.errors import MissingColumns, TableError, WrongCRS, WrongValues
from csgeo.hotspots.on_streets.bus_routes import bus_routes


@pytest.fixture
def stops():
    index = pd.Index(["0180A", "0180B", "0180C", "0180D"], name="place_id", dtype="str")
    words = {"name": ["Square", "Mill", "School", "Unserved"], "kind": "BUS_STOP"}
    spots = [Point(0, 0), Point(500, 0), Point(1000, 0), Point(0, 300)]
    return gpd.GeoDataFrame(words, geometry=spots, index=index, crs=27700)


@pytest.fixture
def calls():
    rows = [("1", "0180A"), ("1", "0180B"), ("1", "0180C"), ("2", "0180A"), ("2", "0180C")]
    return pd.DataFrame(rows, columns=["route", "stop"])


def test_three_stops_and_two_routes_are_worked_by_hand(stops, calls, incidents_at):
    # four at the Square, one at the School, two between stops, one at a stop nobody calls at
    x = [0, 10, -20, 0, 1010, 250, 700, 0, 250, np.nan]
    y = [0, 10, 0, 30, 0, 20, -10, 300, 90, np.nan]
    incidents = incidents_at(x, y)
    incidents["location_type"] = ["BUS", *["STREET"] * 4, "BUS", *["STREET"] * 3, "BUS"]
    found = bus_routes(incidents, stops, calls)
    assert found.stops["incidents"].to_dict() == {"0180A": 4, "0180C": 1, "0180B": 0}
    assert found.stops["routes"].to_dict() == {"0180A": 2, "0180C": 2, "0180B": 1}
    assert found.stops["share"].tolist() == pytest.approx([0.8, 0.2, 0])
    assert found.stops["cumulative_share"].tolist() == pytest.approx([0.8, 1, 1])
    one = found.routes.loc["1"]
    assert (one["stops"], one["at_stops"], one["between_stops"], one["on_buses"]) == (3, 5, 2, 2)
    assert one["length_km"] == pytest.approx(1.0)
    assert one["per_km"] == pytest.approx(7)
    assert one["per_stop"] == pytest.approx(5 / 3)
    assert found.routes.loc["2", "per_stop"] == pytest.approx(2.5)
    assert found.words == (
        "5 of 9 records with a point lie within 50 m of one of 3 stops (1 have no point). 1 stops (33%) "
        "hold half of them. Routes were taken to run straight from stop to stop: lengths are too short."
    )


def test_a_drawn_line_is_followed_instead_of_the_crow(stops, calls, incidents_at):
    lines = gpd.GeoSeries(
        {
            "1": LineString([(0, 0), (0, 600), (1000, 600), (1000, 0)]),
            "2": LineString([(0, 0), (1000, 0)]),
        },
        crs=27700,
    )
    found = bus_routes(incidents_at([500], [610]), stops, calls, lines=lines)
    assert found.routes.loc["1", "between_stops"] == 1
    assert found.routes.loc["1", "length_km"] == pytest.approx(2.2)
    assert found.routes.loc["2", "per_km"] == 0
    assert found.routes.index.tolist() == ["1", "2"]
    assert "straight" not in found.words


def test_a_record_between_two_stops_belongs_to_the_nearer_and_a_tie_to_one(
    stops, calls, incidents_at
):
    near = stops.copy()
    near.geometry = [Point(0, 0), Point(60, 0), Point(1000, 0), Point(0, 300)]
    found = bus_routes(incidents_at([29, 31, 30], [0, 0, 0]), near, calls)
    assert found.stops["incidents"].to_dict() == {"0180A": 2, "0180B": 1, "0180C": 0}
    turned = bus_routes(incidents_at([29, 31, 30], [0, 0, 0]), near.iloc[::-1], calls)
    assert turned.stops["incidents"].to_dict() == found.stops["incidents"].to_dict()


def test_rates_by_passengers_are_given_where_they_are_known(stops, calls, incidents_at):
    boardings = pd.Series({"0180A": 2000, "0180B": 0})
    found = bus_routes(incidents_at([0, 0, 500], [0, 0, 0]), stops, calls, boardings=boardings)
    rate = found.stops["per_1000_boardings"]
    assert rate["0180A"] == 1.0
    assert rate[["0180B", "0180C"]].isna().all()


def test_a_stop_that_is_called_at_twice_counts_its_records_once(stops, calls, incidents_at):
    twice = pd.concat([calls, pd.DataFrame({"route": ["1"], "stop": ["0180A"]})])
    found = bus_routes(incidents_at([0, 5], [0, 0]), stops, twice)
    assert found.routes.loc["1", "at_stops"] == 2
    assert found.routes.loc["1", "stops"] == 3
    assert found.routes.loc["1", "length_km"] == pytest.approx(2)


def test_no_record_near_any_stop_is_none_not_an_error(stops, calls, incidents_at):
    found = bus_routes(incidents_at([9000], [0]), stops, calls)
    assert found.stops["incidents"].sum() == 0
    assert found.routes["per_km"].tolist() == [0, 0]
    assert "hold half" not in found.words


def test_bus_routes_refuse_what_they_cannot_use(stops, calls, incidents_at):
    incidents = incidents_at([0], [0])
    with pytest.raises(
        MissingColumns, match="must have the columns `route` and `stop`; it has `line`"
    ):
        bus_routes(incidents, stops, calls.rename(columns={"route": "line"}))
    with pytest.raises(WrongValues, match="1 of 5 rows have another, such as '180A'"):
        bus_routes(incidents, stops, calls.replace({"stop": {"0180B": "180A"}}))
    with pytest.raises(WrongValues, match="at least two stops; '3' has 1"):
        bus_routes(
            incidents, stops, pd.concat([calls, pd.DataFrame({"route": ["3"], "stop": ["0180A"]})])
        )
    with pytest.raises(WrongValues, match="at least two stops; there is no call"):
        bus_routes(incidents, stops, calls.iloc[:0])
    with pytest.raises(
        WrongValues, match="one line of some length for each route in `calls`; '2' has none"
    ):
        bus_routes(
            incidents,
            stops,
            calls,
            lines=gpd.GeoSeries({"1": LineString([(0, 0), (9, 9)])}, crs=27700),
        )
    with pytest.raises(WrongCRS, match="same system"):
        bus_routes(incidents, stops.to_crs(32630), calls)
    with pytest.raises(TableError, match="`near_stop_m` must be a distance above 0 m; it is 0"):
        bus_routes(incidents, stops, calls, near_stop_m=0)
    area = stops.copy()
    area.geometry = [box(0, 0, 9, 9), *stops.geometry[1:]]
    with pytest.raises(WrongValues, match="must be points; 1 are not"):
        bus_routes(incidents, area, calls)
