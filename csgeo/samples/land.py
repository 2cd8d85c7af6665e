"""What does the invented county look like before anyone builds a street?

The coordinates are National Grid metres in the open English Channel, where no
place is, so that nobody can take the county for a real one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from csgeo.samples import names

if TYPE_CHECKING:
    import numpy.typing as npt

#: West, south, east and north edge of what is drawn (metres, EPSG:27700).
BOX = (531_000.0, 27_000.0, 599_000.0, 79_000.0)
_MIDDLE = np.array([565_000.0, 52_500.0])
_HALF = np.array([29_500.0, 23_500.0])


class Settlement(NamedTuple):
    """One city, town or village: where it is, how far its streets go."""

    name: str
    kind: str  # city, market town, coast town, small town or village
    x: float
    y: float
    radius_m: float
    residents: int


class Land(NamedTuple):
    """The county before streets: its edge, its waters and its settlements."""

    outline: shapely.Polygon
    coast: shapely.LineString
    sea: shapely.Polygon
    river: shapely.LineString
    settlements: tuple[Settlement, ...]


def make_land(rng: np.random.Generator) -> Land:
    """Draw a county outline with a coast and a river, and found its settlements.

    Parameters
    ----------
    rng
        Chance; the same state gives the same county.
    """
    towns = _towns(rng)
    mouth_x = towns[2].x - 4_200
    coast = _coast(mouth_x, towns[2], rng)
    west, south, east, _ = BOX
    sea = shapely.Polygon([*coast.coords, (east, south), (west, south)])
    outline = shapely.difference(_blob(rng), sea)
    outline = max(shapely.get_parts(outline), key=lambda part: part.area)
    river = _river(towns[0], mouth_x, rng)
    villages = _villages(towns, shapely.buffer(outline, -1_300), rng)
    return Land(outline, coast, sea, river, (*towns, *villages))


def wiggle(
    along: npt.NDArray[np.float64], longest: float, rough: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Sum waves of ever shorter length: a line as rough as a coast or a hedge.

    Parameters
    ----------
    along
        n distances (m).
    longest
        Length of the longest wave (m).
    rough
        Height of a wave as a share of its length.
    """
    total = np.zeros_like(along)
    length = longest
    while length > longest / 40:
        total += rough * length * np.sin(2 * np.pi * (along / length + rng.random()))
        length /= rng.uniform(1.4, 1.8)
    return total


def _towns(rng: np.random.Generator) -> list[Settlement]:
    def near(x: float, y: float, spread: float) -> tuple[float, float]:
        dx, dy = rng.uniform(-spread, spread, 2)
        return round(x + dx), round(y + dy)

    small = [(547_500, 64_500), (548_500, 45_500), (585_500, 47_500)]
    return [
        Settlement(names.CITY, "city", *near(560_500, 56_500, 900), 3_500.0, 132_000),
        Settlement(names.MARKET_TOWN, "market town", *near(580_000, 62_500, 900), 1_500.0, 31_000),
        Settlement(names.COAST_TOWN, "coast town", *near(574_500, 36_800, 300), 1_700.0, 36_000),
        *(
            Settlement(name, "small town", *near(x, y, 1_200), 720.0, 6_500)
            for name, (x, y) in zip(names.SMALL_TOWNS, small, strict=True)
        ),
    ]


def _coast(mouth_x: float, town: Settlement, rng: np.random.Generator) -> shapely.LineString:
    """Draw the coast from west to east, with an estuary and a bay at the coast town."""
    x = np.arange(BOX[0], BOX[2] + 1, 125.0)
    y = 34_400 + wiggle(x, 31_000, 0.018, rng) + wiggle(x, 3_000, 0.012, rng)
    bay = np.exp(-(((x - town.x) / 2_300) ** 4))
    y = y * (1 - bay) + bay * (town.y - 900 + 0.00012 * (x - town.x) ** 2)
    y += 4_300 * np.exp(-(np.abs((x - mouth_x) / 620) ** 1.3))
    return shapely.LineString(np.round(np.column_stack([x, y]), 1))


def _blob(rng: np.random.Generator) -> shapely.Polygon:
    """Draw the landward edge: an oblong with bays and corners."""
    turn = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    reach = (np.abs(np.cos(turn)) ** 3.2 + np.abs(np.sin(turn)) ** 3.2) ** (-1 / 3.2)
    for k in range(2, 26):
        reach += rng.normal(0, 0.095 / k**0.9) * np.cos(k * turn + rng.uniform(0, 2 * np.pi))
    reach = np.clip(reach, 0.6, 1.17)
    edge = _MIDDLE + reach[:, None] * _HALF * np.column_stack([np.cos(turn), np.sin(turn)])
    return shapely.Polygon(np.round(edge, 1))


def _river(city: Settlement, mouth_x: float, rng: np.random.Generator) -> shapely.LineString:
    from scipy.interpolate import CubicSpline  # noqa: PLC0415  used once

    bends = np.array(
        [
            (city.x - 3_500, BOX[3]),
            (city.x + 2_500, 67_500),
            (city.x + 500, city.y),
            (city.x + 4_500, 46_500),
            (mouth_x, 38_500),
            (mouth_x, 30_000),
        ]
    )
    stage = np.linspace(0, len(bends) - 1, 420)
    line = CubicSpline(np.arange(len(bends)), bends)(stage)
    line[:, 0] += wiggle(line[:, 1], 4_200, 0.055, rng) * np.clip((line[:, 1] - 36_000) / 4e3, 0, 1)
    return shapely.LineString(np.round(line, 1))


def _villages(
    towns: list[Settlement], inside: shapely.Geometry, rng: np.random.Generator
) -> list[Settlement]:
    """Scatter villages, none near another."""
    tries = rng.uniform((BOX[0], BOX[1]), (BOX[2], BOX[3]), (1_500, 2))
    tries = tries[shapely.contains_xy(inside, tries)]
    taken = np.array([(t.x, t.y, t.radius_m + 1_700) for t in towns])
    chosen: list[tuple[float, float]] = []
    for x, y in tries:
        if (np.hypot(taken[:, 0] - x, taken[:, 1] - y) > taken[:, 2] + 700).all():
            chosen.append((round(x), round(y)))
            taken = np.vstack([taken, (x, y, 2_300)])
        if len(chosen) == 42:
            break
    radii = rng.uniform(210, 400, len(chosen)).round()
    return [
        Settlement(name, "village", x, y, float(radius), round(radius**2 / 100))
        for name, (x, y), radius in zip(
            names.village_names(len(chosen), rng), chosen, radii, strict=True
        )
    ]
