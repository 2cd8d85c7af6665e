"""Which landmarks does the invented county have, and where?

Some stand where harm will be planted, so that a hot place has something to be
named after; police stations, hospitals, the court and the prison stand well
away from those, so that what is recorded at their address is an artefact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.interpolate import CubicSpline

from csgeo.samples import names
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.samples.land import Land

    Floats = npt.NDArray[np.float64]
    Row = tuple[str, str, str | None, shapely.Geometry]  # kind, name, settlement, shape

#: Where things stand in their settlement: (settlement, share of its radius, degrees from its north).
_SPOTS = {
    "centre": (0, 0.05, 0.0),
    "station": (0, 0.33, 0.0),
    "park": (0, 0.55, 72.0),
    "estate": (0, 0.76, 144.0),
    "parade": (0, 0.58, 216.0),
    "police": (0, 0.30, 290.0),
    "hospital": (0, 0.72, 290.0),
    "market": (1, 0.08, 0.0),
    "market_police": (1, 0.80, 120.0),
    "recreation": (2, 0.62, 0.0),
    "coast_police": (2, 0.68, 80.0),
    "small_town": (3, 0.15, 0.0),
}
#: Ordinary landmarks: kind, how many, last word of the name, shares of (city, towns, villages).
_ORDINARY = (
    ("SCHOOL", 34, "Primary School", (0.45, 0.25, 0.30)),
    ("SCHOOL", 12, "Academy", (0.55, 0.45, 0.0)),
    ("COLLEGE", 2, "College", (0.5, 0.5, 0.0)),
    ("RETAIL", 24, "Supermarket", (0.5, 0.4, 0.1)),
    ("TAKEAWAY", 64, "Fried Chicken", (0.6, 0.35, 0.05)),
    ("NIGHT", 46, "Inn", (0.45, 0.3, 0.25)),
    ("WORSHIP", 38, "Church", (0.35, 0.25, 0.4)),
    ("LIBRARY", 9, "Library", (0.45, 0.55, 0.0)),
    ("SPORTS_CENTRE", 7, "Leisure Centre", (0.5, 0.5, 0.0)),
    ("HEALTH", 24, "Surgery", (0.5, 0.35, 0.15)),
    ("CAR_PARK", 22, "Car Park", (0.5, 0.4, 0.1)),
    ("PLAYGROUND", 30, "Playground", (0.45, 0.35, 0.2)),
    ("PITCH", 14, "Playing Pitch", (0.5, 0.3, 0.2)),
    ("SKATEPARK", 3, "Skatepark", (0.4, 0.6, 0.0)),
    ("BUS_STOP", 210, "Stop", (0.5, 0.3, 0.2)),
)
_PARKS = (13, 5, 4, 1, 1, 1)


class Landmarks(NamedTuple):
    """Named places, the lines and waters to draw, and the spots that others build on."""

    places: gpd.GeoDataFrame
    rail: gpd.GeoDataFrame
    spots: dict[str, Floats]


def make_landmarks(land: Land, streets: gpd.GeoDataFrame, rng: np.random.Generator) -> Landmarks:
    """Put up stations, schools, parks, shops and all the rest along the streets.

    Returns
    -------
    places
        ``PLACES`` table with the column ``settlement``: points, and areas for parks.
    rail
        Lines with ``name``.
    spots
        Point (m) of each spot by name.
    """
    corners = _corners(streets)
    spots = _spots(land, corners, rng)
    rows = [*_special(land, spots), *_parks(land, corners, spots, rng)]
    rows += _ordinary(land, corners, rng)
    rows += [("SETTLEMENT" if s.kind == "village" else "TOWN", s.name, s.name, shapely.Point(s.x, s.y)) for s in land.settlements]  # fmt: skip
    places = pd.DataFrame(rows, columns=["kind", "name", "settlement", "geometry"])
    places = places.sort_values(["kind", "name"], kind="stable", ignore_index=True)
    places.index = pd.Index([f"L{i:04d}" for i in range(1, len(places) + 1)], name="place_id")
    table = gpd.GeoDataFrame(places[["name", "kind", "settlement", "geometry"]], crs=NATIONAL_GRID)
    return Landmarks(table, _rail(land, spots), spots)


def _corners(streets: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the junctions of each settlement."""
    inside = streets[streets["settlement"].notna()]
    first = shapely.get_coordinates(shapely.get_point(inside.geometry.to_numpy(), 0))
    at = pd.DataFrame({"x": first[:, 0], "y": first[:, 1], "settlement": inside["settlement"].to_numpy()})  # fmt: skip
    return at.drop_duplicates(ignore_index=True)


def _spots(land: Land, corners: pd.DataFrame, rng: np.random.Generator) -> dict[str, Floats]:
    spots = {}
    north = rng.uniform(0, 2 * np.pi, len(land.settlements))
    north[2] = np.pi / 2  # the sea is south of the coast town
    for name, (n, share, degrees) in _SPOTS.items():
        s = land.settlements[n]
        turn = north[n] + np.radians(degrees)
        aim = np.array([s.x, s.y]) + share * s.radius_m * np.array([np.cos(turn), np.sin(turn)])
        spots[name] = _nearest(corners, s.name, aim)
    coast = land.settlements[2]
    spots["seafront"] = _nearest(corners, coast.name, np.array([coast.x - 250, coast.y - 3_000]))
    village, prison, home = _villages(land, corners)
    spots |= {"village": village, "prison": prison, "home": home}
    return spots


def _nearest(corners: pd.DataFrame, settlement: str, aim: Floats) -> Floats:
    here = corners.loc[corners["settlement"] == settlement, ["x", "y"]].to_numpy()
    return np.asarray(here[np.hypot(*(here - aim).T).argmin()], dtype=float)


def _villages(land: Land, corners: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Choose the three villages with most streets: one is hot, two hold artefacts."""
    villages = [s for s in land.settlements if s.kind == "village"]
    streets = corners["settlement"].value_counts()
    order = sorted(villages, key=lambda s: (-int(streets.get(s.name, 0)), s.name))
    a, b, c = (_nearest(corners, s.name, np.array([s.x, s.y])) for s in order[:3])
    return a, b + np.array([260.0, 210.0]), c + np.array([0.0, 12.0])


def _special(land: Land, spots: dict[str, Floats]) -> list[Row]:
    """Build the landmarks that stand at spots."""
    city, market, coast, small = (s.name for s in land.settlements[:4])
    near: dict[str, list[tuple[str, str, str | None, int, int]]] = {
        "BUS_STATION": [("centre", f"{city} Bus Station", city, 60, 20), ("market", f"{market} Bus Station", market, 50, 30), ("seafront", f"{coast} Coach Station", coast, 90, 110)],
        "RAIL_STATION": [("station", f"{city} Central", city, 40, 10), ("market", f"{market} Station", market, -480, 260), ("recreation", f"{coast} Station", coast, -520, -180), ("small_town", f"{small} Station", small, 420, -230)],
        "RETAIL": [("centre", "Cornmarket Shopping Centre", city, -70, 40), ("parade", "Four Ways Parade", city, 20, 15), ("market", "Buttercross Arcade", market, -60, -40)],
        "TAKEAWAY": [("parade", "Parade Grill", city, 40, -25), ("parade", "Four Ways Fish Bar", city, -45, 10), ("centre", "Cornmarket Kebab House", city, 30, -80), ("seafront", "Pier Chips", coast, -40, 25)],
        "ESTATE": [("estate", "Foundry Court Estate", city, 0, 0)],
        "SKATEPARK": [("park", "Meadow Skatepark", city, 50, 30)],
        "NIGHT": [("seafront", "Pier Amusements", coast, 15, 20)],
        "WATERSIDE": [("seafront", f"{coast} Beach", coast, 0, -90)],
        "SCHOOL": [("parade", "Four Ways Academy", city, 130, 110)],
        "POLICE_STATION": [("police", f"{city} Police Station", city, 0, 0), ("market_police", f"{market} Police Station", market, 0, 0), ("coast_police", f"{coast} Police Station", coast, 0, 0)],
        "COURT": [("police", f"{city} Magistrates Court", city, 70, 60)],
        "HOSPITAL": [("hospital", f"{city} General Hospital", city, 0, 0)],
        "PRISON": [("prison", "Long Barrow Young Offender Institution", None, 0, 0)],
    }  # fmt: skip
    return [
        (kind, name, at, shapely.Point(np.round(spots[spot] + (dx, dy), 1)))
        for kind, rows in near.items()
        for spot, name, at, dx, dy in rows
    ]


def _parks(
    land: Land, corners: pd.DataFrame, spots: dict[str, Floats], rng: np.random.Generator
) -> list[Row]:
    """Lay out parks: at the spots that are parks, and scattered over the settlements."""
    city, _, coast, small = (s.name for s in land.settlements[:4])
    rows: list[Row] = [
        ("PARK", "City Meadow", city, _lawn(spots["park"], 190, rng)),
        ("PARK", "Marine Recreation Ground", coast, _lawn(spots["recreation"], 130, rng)),
        ("PARK", f"{small} Recreation Ground", small, _lawn(spots["small_town"], 110, rng)),
    ]
    taken = [p for k, p in spots.items() if k not in {"park", "recreation", "small_town"}]
    stems = iter(names.street_names(200, rng)[5:])
    villages = tuple(int(rng.random() < 0.4) for _ in land.settlements[6:])
    for s, many in zip(land.settlements, (*_PARKS, *villages), strict=True):
        here = corners.loc[corners["settlement"] == s.name, ["x", "y"]].to_numpy()
        for middle in here[rng.permutation(len(here))]:
            if many and min(np.hypot(*(middle - t)) for t in taken) > 420:
                size = rng.uniform(70, 90) if s.kind == "village" else rng.uniform(85, 210)
                name = f"{next(stems).split()[0]} {rng.choice(['Park', 'Gardens', 'Green'])}"
                rows.append(("PARK", name, s.name, _lawn(middle, size, rng)))
                taken.append(middle)
                many -= 1  # noqa: PLW2901  counts down what is still to be laid out
    return rows


def _lawn(middle: Floats, size: float, rng: np.random.Generator) -> shapely.Polygon:
    turn = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    reach = np.full(len(turn), float(size))
    for k in (2, 3, 4):
        reach += size * rng.normal(0, 0.1) * np.cos(k * turn + rng.uniform(0, 6))
    edge = middle + reach[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(np.round(edge, 1))


def _ordinary(land: Land, corners: pd.DataFrame, rng: np.random.Generator) -> list[Row]:
    """Scatter what every county has, by junction."""
    kinds = {s.name: s.kind for s in land.settlements}
    group = (
        corners["settlement"]
        .map(kinds)
        .map({"city": 0, "market town": 1, "coast town": 1, "small town": 1, "village": 2})
    )
    by_group = [np.flatnonzero(group == g) for g in range(3)]
    rows: list[Row] = []
    for kind, many, last, shares in _ORDINARY:
        stems = [n.split()[0] for n in names.street_names(many + 130, rng)]
        unique = list(dict.fromkeys(stems))
        each = rng.multinomial(many, shares)
        chosen = np.concatenate([rng.choice(at, n, replace=False) for at, n in zip(by_group, each, strict=True)])  # fmt: skip
        shift = rng.uniform(-18, 18, (many, 2))
        for k, row in enumerate(chosen):
            at = corners.iloc[row]
            name = f"{unique[k % len(unique)]} {last}"
            point = shapely.Point(np.round([at["x"] + shift[k, 0], at["y"] + shift[k, 1]], 1))
            rows.append((kind, name, at["settlement"], point))
    return rows


def _rail(land: Land, spots: dict[str, Floats]) -> gpd.GeoDataFrame:
    """Run one line across the county and a branch to the market town."""
    west, _, east, north = land.outline.bounds
    city = spots["station"]
    small = spots["small_town"] + (420, -230)
    coast = spots["recreation"] + (-520, -180)
    market = spots["market"] + (-480, 260)
    main = [(west - 500, min(small[1] + 4_500, north)), small, city, (city[0] + 6_000, city[1] - 9_000), coast]  # fmt: skip
    branch = [city, (city[0] + 7_000, city[1] + 700), market, (east + 500, market[1] + 3_000)]
    lines = []
    for stops in (main, branch):
        stage = np.linspace(0, len(stops) - 1, 160)
        line = CubicSpline(np.arange(len(stops)), np.array(stops), bc_type="natural")(stage)
        lines.append(shapely.intersection(shapely.LineString(np.round(line, 1)), land.outline))
    return gpd.GeoDataFrame(
        {"name": ["Coast Line", "Vale Line"]}, geometry=lines, crs=NATIONAL_GRID
    )
