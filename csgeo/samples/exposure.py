"""Where would records fall if no place were hot?

In proportion to street length, so that an expectation by street length is the
right one, but for a mild factor: somewhat more in the city, somewhat less in
villages and on roads between settlements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.samples.land import Land

    Floats = npt.NDArray[np.float64]

#: Distance between the points that stand for a street (m).
_STEP_M = 15.0
#: Records a metre, over those of a town street.
_FACTOR = {
    "city": 1.03,
    "market town": 1.0,
    "coast town": 1.0,
    "small town": 0.95,
    "village": 0.85,
}
_BETWEEN = 0.65


class Exposure(NamedTuple):
    """Points along every street, and the chance that a record falls on each."""

    x: Floats
    y: Floats
    share: Floats  # sums to 1
    settlement: npt.NDArray[np.object_]  # None between settlements


def make_exposure(land: Land, streets: gpd.GeoDataFrame, rng: np.random.Generator) -> Exposure:
    """Cut streets into short steps and weigh each by its length and the mild factor."""
    length = streets["length_m"].to_numpy(dtype=float)
    steps = np.maximum(1, np.round(length / _STEP_M)).astype(int)
    of = np.repeat(np.arange(len(streets)), steps)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(steps) - steps, steps)
    at = shapely.line_interpolate_point(
        streets.geometry.to_numpy()[of], (nth + 0.5) / steps[of], normalized=True
    )
    x, y = shapely.get_x(at), shapely.get_y(at)
    kinds = {s.name: _FACTOR[s.kind] for s in land.settlements}
    factor = streets["settlement"].map(kinds).fillna(_BETWEEN).to_numpy(dtype=float)[of]
    city = land.settlements[0]
    factor *= 1 + 0.05 * np.exp(-(((x - city.x) ** 2 + (y - city.y) ** 2) / 1_600**2))
    for wave in (5_200.0, 9_700.0):
        turn = rng.uniform(0, 2 * np.pi)
        along = np.cos(turn) * x + np.sin(turn) * y
        factor *= 1 + 0.04 * np.sin(2 * np.pi * (along / wave + rng.random()))
    weight = factor * (length / steps)[of]
    where = streets["settlement"].astype(object).where(streets["settlement"].notna(), None)
    return Exposure(x, y, weight / weight.sum(), np.asarray(where.to_numpy()[of], dtype=object))


def draw(
    exposure: Exposure, how_many: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Draw points by their share, a few metres off the middle of the street.

    Returns
    -------
    points
        ``x``, ``y`` (m) and ``settlement``.
    rows
        Which exposure point each came from.
    """
    # an inverse table instead of choice(p=...): the same draw, and quick
    ladder = np.cumsum(exposure.share)
    rows = np.searchsorted(ladder, rng.random(how_many) * ladder[-1]).clip(max=len(ladder) - 1)
    shift = rng.normal(0, 6.0, (how_many, 2)).clip(-18, 18)
    points = pd.DataFrame(
        {
            "x": (exposure.x[rows] + shift[:, 0]).round(),
            "y": (exposure.y[rows] + shift[:, 1]).round(),
            "settlement": exposure.settlement[rows],
        }
    )
    return points, rows.astype(np.int64)
