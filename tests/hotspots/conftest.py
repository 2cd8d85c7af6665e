"""Small tables that the tests of the hotspots room are worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from csgeo.hotspots.counting import Field, lay_field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _area(
    width_m: float, height_m: float, *, west: float = 0, south: float = 0
) -> gpd.GeoDataFrame:
    shape = shapely.box(west, south, west + width_m, south + height_m)
    index = pd.Index(["A"], name="area_id")
    return gpd.GeoDataFrame(
        {"name": ["Here"], "level": ["district"]}, index=index, geometry=[shape], crs=27700
    )


def _incidents(
    x: Sequence[float],
    y: Sequence[float],
    *,
    people: Sequence[str | None] | None = None,
    source: str | Sequence[str] = "police",
) -> gpd.GeoDataFrame:
    n = len(x)
    table = pd.DataFrame(
        {
            "harm": "POLICE.VIOLENCE",
            "context": "neighbourhood",
            "location_type": "STREET",
            "occurred_from": pd.Timestamp("2020-01-01"),
            "occurred_to": pd.NaT,
            "when_precision": "month",
            "source": source,
            "origin": "reported",
            "precision_m": 0.0,
        },
        index=pd.Index([f"R{k}" for k in range(n)], name="incident_id"),
    )
    table["occurred_to"] = pd.to_datetime(table["occurred_to"])
    if people is not None:
        table["person_key"] = pd.array(people, dtype="str")
    known = np.isfinite(np.asarray(x, dtype=float))
    points = np.full(n, None, dtype=object)
    points[known] = shapely.points(
        np.asarray(x, dtype=float)[known], np.asarray(y, dtype=float)[known]
    )
    return gpd.GeoDataFrame(table, geometry=points, crs=27700)


@pytest.fixture(scope="session")
def area_of() -> Callable[..., gpd.GeoDataFrame]:
    """Make a rectangular study area: width and height in metres, lower-left corner."""
    return _area


@pytest.fixture(scope="session")
def incidents_at() -> Callable[..., gpd.GeoDataFrame]:
    """Make INCIDENTS at coordinates; one without a coordinate has no place."""
    return _incidents


@pytest.fixture(scope="session")
def field_of() -> Callable[..., Field]:
    """Lay a rectangle of rows x columns cells of 125 m at the origin."""

    def lay(rows: int, columns: int) -> Field:
        return lay_field(_area(columns * 125, rows * 125), cell_m=125)

    return lay


@pytest.fixture(scope="session")
def town(incidents_at: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Spread 600 records over 5 km x 5 km and gather 120 more within 150 m of (2 km, 3 km)."""
    chance = np.random.default_rng(7)
    x = np.concatenate([chance.uniform(0, 5000, 600), 2000 + chance.uniform(-150, 150, 120)])
    y = np.concatenate([chance.uniform(0, 5000, 600), 3000 + chance.uniform(-150, 150, 120)])
    return incidents_at(x, y)
