"""Small street networks that the tests of this room are worked on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from csgeo.streets import Network, street_network

if TYPE_CHECKING:
    from collections.abc import Callable


def _streets(*lines: list[tuple[float, float]], names: list[str] | None = None) -> gpd.GeoDataFrame:
    shapes = [LineString(xy) for xy in lines]
    words = {"name": names, "kind": "street", "length_m": [s.length for s in shapes]}
    index = pd.Index([f"s{i}" for i in range(len(lines))], name="street_id", dtype="str")
    return gpd.GeoDataFrame(words, geometry=shapes, crs=27700, index=index)


@pytest.fixture(scope="session")
def streets_of() -> Callable[..., gpd.GeoDataFrame]:
    """Make STREETS of lists of coordinates."""
    return _streets


@pytest.fixture(scope="session")
def town_grid() -> Network:
    """Six by five streets, 100 m apart, each 700 m or 600 m long: 3.9 and 3.5 km."""
    across = [[(-100, y), (600, y)] for y in range(0, 500, 100)]
    up = [[(x, -100), (x, 500)] for x in range(0, 600, 100)]
    return street_network(_streets(*across, *up))


def _odd(seed: int) -> Network:
    """Draw rows of streets with rings, parallel ways, a loop and dead ends; all whole metres."""
    rng = np.random.default_rng(seed)
    lines = [[(0, y), (120, y)] for y in (0, 56, 112)]
    lines += [
        [(x, y), (x, y + 56)] for x in (0, 40, 80, 120) for y in (0, 56) if rng.random() < 0.7
    ]
    lines += [[(0, 0), (0, 56)], [(120, 56), (120, 112)]] if rng.random() < 0.5 else []
    for x in (0, 40, 80):  # beside the street, 44 m for its 40 m
        if rng.random() < 0.6:
            lines.append([(x, 56), (x + 8, 62), (x + 32, 62), (x + 40, 56)])
    lines.append([(0, 0), (-24, 0), (-24, -24), (0, -24), (0, 0)])  # a loop
    lines += [[(x, 112), (x, 112 + 17)] for x in (0, 80)] + [[(120, 0), (133, 0)]]  # dead ends
    different = sorted({tuple(map(tuple, line)) for line in lines})
    return street_network(_streets(*map(list, different)))


@pytest.fixture(scope="session")
def odd_network() -> Callable[[int], Network]:
    """Make a small network with rings and dead ends of a seed."""
    return _odd
