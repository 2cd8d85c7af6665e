"""What is a place called, in words that blame nobody?"""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from csgeo.hotspots.names import name_places

HERE = shapely.box(0, 0, 250, 250)
THERE = shapely.box(1000, 0, 1250, 250)


def streets_of(**lines):
    index = pd.Index([f"S{k}" for k in range(len(lines))], name="street_id")
    shapes = [shapely.LineString(line) for line in lines.values()]
    return gpd.GeoDataFrame(
        {
            "name": [n.rstrip("_").replace("_", " ") for n in lines],
            "kind": "street",
            "length_m": shapely.length(shapes),
        },
        index=index, geometry=shapes, crs=27700,
    )  # fmt: skip


def places_of(*rows):
    index = pd.Index([f"L{k}" for k in range(len(rows))], name="place_id")
    return gpd.GeoDataFrame(
        {"name": pd.array([r[0] for r in rows], dtype="str"), "kind": [r[1] for r in rows]},
        index=index, geometry=[r[2] for r in rows], crs=27700,
    )  # fmt: skip


def named(*shapes, streets=None, places=None):
    return name_places(list(shapes), streets=streets, places=places)


def test_the_longest_street_and_the_bus_station():
    streets = streets_of(
        Market_Street=[(0, 10), (200, 10)],
        Side_Lane=[(0, 20), (100, 20)],
        Long_Road=[(300, 0), (900, 0)],
    )
    places = places_of(("Town Bus And Coach Station", "BUS_STATION", shapely.box(10, 10, 20, 20)))
    assert named(HERE, streets=streets, places=places) == [
        "Around Market Street and the bus station"
    ]


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("Abbey Green", "PARK", "Around Abbey Green"),
        ("Bath Spa", "RAIL_STATION", "Around Bath Spa railway station"),
        ("Bath Spa Station", "RAIL_STATION", "Around Bath Spa Station"),
        (None, "RAIL_STATION", "Around the railway station"),
    ],
)
def test_a_landmark_alone(name, kind, words):
    assert named(HERE, places=places_of((name, kind, shapely.Point(50, 50)))) == [words]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Hill School", "SCHOOL"),
        ("Hillview", "CARE_HOME"),
        ("Royal Hospital", "HOSPITAL"),
        ("12 Hill Road", "DWELLING"),
        ("Whiteway Estate", "ESTATE"),
        ("Whiteway Estate", "PARK"),
        ("School Park", "PARK"),
        ("Unknown", "PARK"),
        (None, "PARK"),
    ],
)
def test_what_would_blame_somebody_lends_no_name(name, kind):
    places = places_of(
        (name, kind, shapely.Point(50, 50)), ("Weston", "SETTLEMENT", shapely.Point(60, 600))
    )
    assert named(HERE, places=places) == ["Around Weston"]


def test_an_estate_street_lends_no_name():
    streets = streets_of(Hill_Estate=[(0, 10), (200, 10)], Short_Lane=[(0, 20), (10, 20)])
    assert named(HERE, streets=streets) == ["Around Short Lane"]


def test_two_places_are_never_called_the_same():
    streets = streets_of(High_Street=[(0, 10), (200, 10)], High_Street_=[(1000, 10), (1200, 10)])
    places = places_of(
        ("Weston", "SETTLEMENT", shapely.Point(0, 100)),
        ("Easton", "SETTLEMENT", shapely.Point(1200, 100)),
    )
    assert named(HERE, THERE, streets=streets, places=places) == [
        "Around High Street",
        "Around High Street, Easton",
    ]
    only = places_of(("Weston", "WARD", shapely.box(0, 0, 3000, 3000)))
    first, second, third = named(HERE, THERE, shapely.box(2000, 2000, 2250, 2250), places=only)
    assert first == "Around Weston ward"
    assert second == "Weston ward, south of the centre"
    assert third == "Weston ward, north-east of the centre"


def test_a_street_name_that_is_found_all_over_says_where():
    streets = streets_of(High_Street=[(0, 10), (200, 10)], High_Street_=[(9000, 10), (9200, 10)])
    places = places_of(("Weston", "SETTLEMENT", shapely.Point(0, 100)))
    assert named(HERE, streets=streets, places=places) == ["Around High Street, Weston"]


def test_where_nothing_is_known_the_grid_square_is_the_name():
    names = named(HERE, shapely.box(300, 300, 400, 400), THERE)
    assert names == [
        "Around grid square 0 0",
        "Around grid square 0 0 (2)",
        "Around grid square 1 0",
    ]


def test_a_street_nearby_lends_its_name_where_none_runs_through():
    streets = streets_of(Near_Lane=[(300, 0), (300, 200)])
    assert named(HERE, streets=streets) == ["Around Near Lane"]
    assert named(shapely.box(2000, 0, 2100, 100), streets=streets) == ["Around grid square 2 0"]
