"""Which places are hot by design, when, for which harm, and how much?

This is the answer that every method is scored against. The strengths are those
that published studies of small places lead one to expect: some three to eight
times the surroundings in a town, more where little else is recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.lattice import cell_at, cell_polygon
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import datetime as dt

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

CELL_M = 125
#: Cells whose centre is this near the middle belong to a planted place (m).
REACH_M = 240.0
#: Months of records.
MONTHS = 36
FIRST_YEAR = 2023

AFTER_SCHOOL = ("Mo Tu We Th Fr", 15, 18)
EVENING = ("Mo Tu We Th Fr Sa Su", 18, 22)
NIGHT = ("Fr Sa", 21, 26)  # hours past 24 are of the next morning
LUNCH = ("Mo Tu We Th Fr", 12, 14)
WEEKEND = ("Sa Su", 13, 19)


class Plan(NamedTuple):
    """One place that is made hot."""

    spot: str
    title: str
    harms: dict[str, float]
    locations: tuple[str, ...]
    slots: tuple[tuple[str, int, int], ...]
    strength: float  # records in active months over what its streets would have
    trend: Literal["lasting", "new", "fading"]
    from_month: int  # month (0 is January of the first year) from which the trend shows


PLANS = (
    Plan("centre", "Bus station and Cornmarket", {"SYV.ROBBERY": 4, "SYV.GROUP": 3, "ASB": 2, "CCE": 2}, ("BUS_STATION", "RETAIL", "STREET"), (AFTER_SCHOOL, WEEKEND), 7.0, "lasting", 0),
    Plan("station", "Central station forecourt", {"CCE.CL": 4, "MISSING": 2, "SYV.ROBBERY": 2}, ("RAIL_STATION", "TAXI_RANK", "STREET"), (EVENING, NIGHT), 7.0, "new", 22),
    Plan("park", "City Meadow and skatepark", {"HSB": 2, "SUBST": 3, "SYV": 3, "HARASS": 2}, ("PARK", "SKATEPARK", "PLAYGROUND"), (EVENING, WEEKEND), 5.5, "lasting", 0),
    Plan("estate", "Foundry Court estate", {"CCE": 4, "SYV.WEAPON": 3, "CCE.CUCKOO": 1, "SYV.KNIFE": 2}, ("ESTATE", "ALLEY", "STREET"), (EVENING, NIGHT), 5.0, "new", 16),
    Plan("parade", "Four Ways parade", {"COC.PHYS": 3, "HATE": 3, "SYV.ROBBERY": 2, "CCE": 2}, ("TAKEAWAY", "RETAIL", "BUS_STOP"), (AFTER_SCHOOL, LUNCH), 4.0, "lasting", 0),
    Plan("market", "Market place and bus station", {"SYV": 3, "ASB": 3, "HARASS": 2, "SUBST": 2}, ("BUS_STATION", "STREET", "TAKEAWAY"), (AFTER_SCHOOL, EVENING), 4.5, "lasting", 0),
    Plan("seafront", "Seafront and amusements", {"CSE": 4, "MISSING": 3, "SUBST": 2}, ("NIGHT", "WATERSIDE", "STREET"), (EVENING, NIGHT), 5.5, "lasting", 0),
    Plan("recreation", "Marine recreation ground", {"SYV.GROUP": 3, "SYV.KNIFE": 2, "ASB": 3}, ("PARK", "PITCH", "PLAYGROUND"), (EVENING, WEEKEND), 4.5, "fading", 16),
    Plan("small_town", "Small-town recreation ground", {"SUBST": 3, "HSB": 2, "CCE": 3}, ("PARK", "PITCH", "STREET"), (EVENING, WEEKEND), 3.5, "lasting", 0),
    Plan("village", "Village hall and bus shelter", {"CCE.CL": 4, "SUBST": 3, "MISSING": 1}, ("BUS_STOP", "CAR_PARK", "STREET"), (EVENING, NIGHT), 6.5, "lasting", 0),
)  # fmt: skip


class Intervention(NamedTuple):
    """What was done somewhere, and what came of it."""

    spot: str
    month: int  # from which it works; 0 is January of the first year
    fall: float  # share of the harm that it takes away
    moved: float  # share of what it takes away that turns up next door


INTERVENTION = Intervention("centre", month=20, fall=0.30, moved=0.40)
#: Records that keep the address of an institution, a default or one home: (spot, reason, rows).
ARTEFACTS = (
    ("police", "entered at the police station", 84),
    ("hospital", "entered at the hospital", 66),
    ("prison", "entered at the young offender institution", 38),
    ("home", "one child, one home", 30),
    ("default", "default point of an area", 30),
)


def active_months(plan: Plan) -> Floats:
    """Give how active a planted place is in each month (share of its full strength)."""
    month = np.arange(MONTHS)
    if plan.trend == "new":
        return np.where(month >= plan.from_month, 1.0, 0.0)
    if plan.trend == "fading":
        return np.where(month >= plan.from_month, 0.2, 1.0)
    return np.ones(MONTHS)


def month_text(month: int) -> str:
    """Write month 0 as 2023-01."""
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"


def first_day(month: int) -> dt.date:
    """Give the first day of a month."""
    return pd.Timestamp(f"{month_text(month)}-01").date()


def cells_near(middle: Floats, ground: shapely.Geometry) -> npt.NDArray[np.object_]:
    """List the 125 m cells on `ground` whose centre is within reach of `middle`, sorted."""
    steps = np.arange(-3, 4) * float(CELL_M)
    corner = np.floor(middle / CELL_M) * CELL_M + CELL_M / 2
    x, y = (corner + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)).T
    near = np.hypot(x - middle[0], y - middle[1]) <= REACH_M
    ids = np.sort(cell_at(x[near], y[near], cell_m=CELL_M).astype(object))
    on_land = shapely.area(shapely.intersection(cell_polygon(ids), ground)) > 0
    return np.asarray(ids[on_land], dtype=object)


def plan_places(
    spots: dict[str, Floats],
    streets: gpd.GeoDataFrame,
    ground: shapely.Geometry,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Turn the plans into shapes: the planted truth before any record is made.

    Returns
    -------
    planted
        One row a planted place, index ``truth_id``: ``title``, ``spot``,
        ``cells`` (ids, sorted, separated by spaces), ``harms``, ``slots``,
        ``strength``, ``trend``, ``from_month`` and the union of its cells. The
        last row has ``trend`` "displaced": where harm moved to.
    """
    middles = [spots[p.spot] for p in PLANS]
    middles.append(neighbour(spots, streets, rng))
    ids = [cells_near(m, ground) for m in middles]
    table = pd.DataFrame(
        {
            "title": [*(p.title for p in PLANS), "Displaced neighbour of the bus station"],
            "spot": [*(p.spot for p in PLANS), "displaced"],
            "x": [float(m[0]) for m in middles],
            "y": [float(m[1]) for m in middles],
            "cells": [" ".join(c) for c in ids],
            "harms": [*(" ".join(p.harms) for p in PLANS), ""],
            "slots": [*("; ".join(map(_slot, p.slots)) for p in PLANS), ""],
            "strength": [*(p.strength for p in PLANS), 1.0],
            "trend": [*(p.trend for p in PLANS), "displaced"],
            "from_month": [*(month_text(p.from_month) for p in PLANS), month_text(INTERVENTION.month)],
        },
        index=pd.Index([f"T{i:02d}" for i in range(1, len(middles) + 1)], name="truth_id"),
    )  # fmt: skip
    shapes = [shapely.union_all(np.asarray(cell_polygon(c), dtype=object)) for c in ids]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=NATIONAL_GRID)


def neighbour(
    spots: dict[str, Floats], streets: gpd.GeoDataFrame, rng: np.random.Generator
) -> Floats:
    """Find a junction near the place of the intervention, away from every other spot."""
    at = spots[INTERVENTION.spot]
    ends = shapely.get_coordinates(shapely.get_point(streets.geometry.to_numpy(), 0))
    away = np.hypot(*(ends - at).T)
    ring = ends[(away > 620) & (away < 800)]
    others = np.array([p for k, p in spots.items() if k != INTERVENTION.spot])
    free = np.hypot(*(ring[:, None] - others[None]).transpose(2, 0, 1)).min(axis=1)
    best = np.argsort(-free, kind="stable")[:5]
    return np.asarray(ring[rng.choice(best)], dtype=float)


def _slot(slot: tuple[str, int, int]) -> str:
    days, start, end = slot
    names = days.split()
    span = f"{names[0]}-{names[-1]}" if len(names) > 2 else ",".join(names)
    return f"{span} {start:02d}:00-{end % 24:02d}:00"
