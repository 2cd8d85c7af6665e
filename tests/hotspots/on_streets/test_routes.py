"""Do hot stretches that meet become one route, and is a street listed as one walks it?"""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.on_streets.hot_segments import hot_segments
from csgeo.hotspots.on_streets.routes import along_street, hot_routes, street_names
from csgeo.streets import street_network

LINES = [
    [(0, 0), (600, 0)],  # High Street, met in the middle by Mill Lane
    [(300, 0), (300, 400)],
    [(0, 300), (250, 300)],  # Back Lane, on its own
    [(600, 0), (1200, 0)],  # a stretch without a name
]
NAMES = ["High Street", "Mill Lane", "Back Lane", None]


@pytest.fixture(scope="module")
def town(streets_of):
    streets = streets_of(*LINES, [(0, 0), (0, 300)], names=[*NAMES, "West Row"])
    return streets, street_network(streets)


@pytest.fixture(scope="module")
def found(town, incidents_at):
    rng = np.random.default_rng(1)
    x = [*rng.uniform(205, 395, 60), *np.full(30, 300), *rng.uniform(90, 160, 25), 900, 1100]
    y = [*np.zeros(60), *rng.uniform(5, 95, 30), *np.full(25, 300), 0, 0]
    people = [f"p{k % 40}" for k in range(len(x))]
    incidents = incidents_at(x, y, people=people)
    return incidents, hot_segments(incidents, town[1], against="length")


def test_hot_stretches_that_meet_are_one_route(town, found):
    streets, network = town
    incidents, hot = found
    routes = hot_routes(hot, network, streets, incidents=incidents)
    assert routes["names"].tolist() == ["High Street; Mill Lane", "Back Lane"]
    assert routes["stretches"].tolist()[0] == 3
    assert routes["incidents"].sum() == 115
    assert routes["length_m"].to_numpy() == pytest.approx(routes.length.to_numpy())
    first = routes.iloc[0]
    assert first["incidents"] == 90
    assert first["length_m"] == pytest.approx(300)
    assert first["per_100m"] == pytest.approx(30)
    assert first["strength"] == pytest.approx(90 / first["expected"])
    assert first["people"] == len(set(incidents["person_key"][:90]))
    assert (routes["q_value"] <= 0.05).all()
    assert routes.index.tolist() == [1, 2]


def test_a_route_may_end_where_the_name_does(town, found):
    streets, network = town
    routes = hot_routes(found[1], network, streets, within_a_street=True)
    assert sorted(routes["names"]) == ["Back Lane", "High Street", "Mill Lane"]
    assert "people" not in routes
    assert routes["incidents"].sum() == 115
    assert (np.diff(routes["score"]) <= 0).all()


def test_nothing_hot_gives_no_route(town, incidents_at):
    streets, network = town
    none = hot_segments(incidents_at([10, 500, 900], [0, 0, 0]), network, against="length")
    incidents = incidents_at([10, 500, 900], [0, 0, 0], people=["a", "b", "c"])
    routes = hot_routes(none, network, streets, incidents=incidents)
    assert len(routes) == 0
    assert "names" in routes
    assert routes.crs == streets.crs


def test_a_street_is_listed_from_its_western_end(town, found):
    streets, network = town
    table = along_street(found[1], network, streets, name="High Street")
    assert table["walked_m"].tolist() == pytest.approx([50, 150, 250, 350, 450, 550])
    assert (table["part"] == 1).all()
    assert table["incidents"].tolist()[:2] == [0, 0]
    assert table["incidents"].sum() == 60 + 0
    assert table.geometry.iloc[0].distance(shapely.Point(50, 0)) == 0


def test_two_streets_of_one_name_are_two_parts_and_a_ring_begins_in_the_west(
    streets_of, incidents_at
):
    streets = streets_of(
        [(0, 0), (200, 0)], [(900, 0), (900, 300), (1200, 300), (1200, 0), (900, 0)],
        [(200, 0), (900, 0)], names=["The Green", "The Green", "Other"],
    )  # fmt: skip
    network = street_network(streets)
    table = along_street(
        hot_segments(incidents_at([10], [0]), network), network, streets, name="The Green"
    )
    assert table["part"].tolist() == [1] * 12 + [2] * 2
    assert table["walked_m"][table["part"] == 1].max() == pytest.approx(550)
    assert table["walked_m"][table["part"] == 2].tolist() == pytest.approx([50, 150])


def test_a_walk_begins_at_an_end_even_if_a_bend_lies_further_west(streets_of, incidents_at):
    streets = streets_of(
        [(200, 0), (0, 0)], [(0, 0), (200, 150)], [(0, 0), (-900, 0)],
        names=["The Bend", "The Bend", "Other"],
    )  # fmt: skip
    network = street_network(streets)
    hot = hot_segments(incidents_at([10], [0]), network, stretch_m=None)
    table = along_street(hot, network, streets, name="The Bend")
    assert table["walked_m"].tolist() == pytest.approx([100, 200 + 125])


def test_names_of_parts_are_those_of_the_whole_street(town):
    streets, network = town
    names = street_names(network, streets)
    assert sorted(set(names)) == ["", "Back Lane", "High Street", "Mill Lane", "West Row"]
    assert (names == "High Street").sum() == 2


def test_routes_refuse_another_table_and_another_name(town, found, streets_of):
    streets, network = town
    with pytest.raises(MethodError, match="pieces are of other streets \\(the first is 's0/1'\\)"):
        hot_routes(found[1], network, streets.rename(index={"s0": "t0"}).rename_axis("street_id"))
    with pytest.raises(
        MethodError, match="no street that records can be put on is called 'Elm Row'. 4"
    ):
        along_street(found[1], network, streets, name="Elm Row")
