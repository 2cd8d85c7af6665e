"""Events that the tests of this room are worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from csgeo.hotspots.repeats.events import Events, events_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def burkitt(open_data: Path) -> Events:
    """Give the 188 cases of Burkitt's lymphoma in the West Nile district."""
    table = gpd.read_file(f"zip://{open_data}/oracles/libpysal_burkitt.zip")
    return events_at(table["X"], table["Y"], table["T"])


@pytest.fixture(scope="session")
def chicago(open_data: Path) -> Events:
    """Give the 970 burglaries of January 2016 in Chicago."""
    file = open_data / "oracles" / "nearrepeat_chicago_be_month1.csv"
    table = pd.read_csv(file, names=["x", "y", "day"], parse_dates=["day"])
    days = table["day"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return events_at(table["x"], table["y"], days)


@pytest.fixture(scope="session")
def small() -> Callable[..., Events]:
    """Draw a few events on a small grid of places and days, so that there are ties and edges."""

    def draw(seed: int, n: int = 25) -> Events:
        rng = np.random.default_rng(seed)
        x, y = rng.integers(0, 12, (2, n)) * 50
        return events_at(x, y, rng.integers(0, 40, n))

    return draw
