"""Records whose times can be worked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _incidents(
    starts: Sequence[str | None],
    ends: Sequence[str | None] | None = None,
    *,
    precision: str | Sequence[str] = "minute",
    points: Sequence[tuple[float, float] | None] | None = None,
) -> gpd.GeoDataFrame:
    """Make records from their times; the first is a1."""
    n = len(starts)
    words = {
        c: pd.array([None] * n, dtype="str") for c in ("harm", "context", "location_type", "origin")
    }
    return gpd.GeoDataFrame(
        words
        | {
            "occurred_from": pd.to_datetime(pd.Series(list(starts)), format="ISO8601").to_numpy(),
            "occurred_to": pd.to_datetime(
                pd.Series([None] * n if ends is None else list(ends)), format="ISO8601"
            ).to_numpy(dtype="datetime64[s]"),
            "when_precision": precision,
            "source": "invented",
            "precision_m": 0.0,
        },
        geometry=[Point(p) if p else None for p in points or [(100.0, 100.0)] * n],
        index=pd.Index([f"a{i + 1}" for i in range(n)], name="incident_id", dtype="str"),
        crs=27700,
    )


def _hotspots(*cells: str) -> gpd.GeoDataFrame:
    n = len(cells)
    numbers = dict.fromkeys(
        ["people", "expected", "strength", "score", "p_value", "q_value", "stability"], np.nan
    )
    words = {"stratum": "", "method": "compact_places", "peak_slots": None}
    counts = {"rank": np.arange(1, n + 1), "rank_in_stratum": np.arange(1, n + 1)}
    columns = {"name": "Around Place", "area_km2": 0.1, "incidents": 10, "cells": list(cells)}
    return gpd.GeoDataFrame(
        counts | words | numbers | columns | {"sources_agree": 1},
        geometry=[Point(0, 0).buffer(10)] * n,
        crs=27700,
        index=pd.Index([f"P{9 - i}" for i in range(n)], name="hotspot_id", dtype="str"),
    )


@pytest.fixture
def incidents_of() -> Callable[..., gpd.GeoDataFrame]:
    return _incidents


@pytest.fixture
def hotspots_of() -> Callable[..., gpd.GeoDataFrame]:
    return _hotspots


@pytest.fixture
def every_hour() -> list[str]:
    """One time in each hour of a week without a clock change, at 17 past."""
    hours = pd.date_range("2024-06-03 00:17", periods=168, freq="h")
    return [str(h) for h in hours]
