"""Hotspots, services and streets that can be worked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from csgeo.streets import Network, street_network

if TYPE_CHECKING:
    from collections.abc import Callable


def _hotspots(*shapes: object) -> gpd.GeoDataFrame:
    n = len(shapes)
    numbers = dict.fromkeys(
        ["people", "expected", "strength", "score", "p_value", "q_value", "stability"], np.nan
    )
    words = {"stratum": "", "method": "compact_places", "cells": "125mE0N0", "peak_slots": None}
    counts = {"rank": np.arange(1, n + 1), "rank_in_stratum": np.arange(1, n + 1)}
    columns = {"name": [f"Around Place {i}" for i in range(n)], "area_km2": 0.1, "incidents": 10}
    return gpd.GeoDataFrame(
        counts | words | numbers | columns | {"sources_agree": 1},
        geometry=list(shapes),
        crs=27700,
        # not in the order of their names: the order given is the rank
        index=pd.Index([f"P{9 - i}" for i in range(n)], name="hotspot_id", dtype="str"),
    )


def _services(*rows: tuple[str, str, float, float]) -> gpd.GeoDataFrame:
    """Make services from rows of id, kind, x and y."""
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([f"The {r[0]}" for r in rows], dtype="str"),
            "kind": pd.Series([r[1] for r in rows], dtype="str"),
            "opening_hours": pd.Series([None] * len(rows), dtype="str"),
            "ages": pd.Series([None] * len(rows), dtype="str"),
            "capacity": np.full(len(rows), np.nan),
            "funded_until": pd.Series([pd.NaT] * len(rows), dtype="datetime64[ns]"),
        },
        geometry=[Point(r[2], r[3]) for r in rows],
        crs=27700,
    ).set_index(pd.Index([r[0] for r in rows], name="service_id", dtype="str"))


@pytest.fixture
def hotspots_of() -> Callable[..., gpd.GeoDataFrame]:
    return _hotspots


@pytest.fixture
def services_of() -> Callable[..., gpd.GeoDataFrame]:
    return _services


@pytest.fixture
def square() -> gpd.GeoDataFrame:
    """One hotspot of 200 m, on the south bank at its west end."""
    return _hotspots(box(0, -100, 200, 100))


@pytest.fixture
def river() -> Network:
    """Two banks, 300 m apart, and one bridge at x = 1000."""
    lines = [
        LineString([(0, 0), (2000, 0)]),
        LineString([(0, 300), (2000, 300)]),
        LineString([(1000, 0), (1000, 300)]),
    ]
    return street_network(
        gpd.GeoDataFrame(
            {"name": ["South Bank", "North Bank", "The Bridge"], "kind": "street", "length_m": 1.0},
            geometry=lines,
            crs=27700,
            index=pd.Index(["s", "n", "b"], name="street_id"),
        )
    )
