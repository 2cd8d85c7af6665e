"""Which hexagon of the one fixed honeycomb does a point lie in?

Hexagons stand on a point; ``across_m`` is the distance between two opposite
sides, and the centre of ``Q0R0`` is the origin of the National Grid. An id says
the distance across and the two axial coordinates: ``h200mQ12R-7``. Column Q
counts to the east along a row, R counts rows to the north; rows lean half a
hexagon to the east each. Hexagons do not nest: squares are what csgeo counts on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import RecipeError, WrongValues
from csgeo.lattice import SURELY_M, one_shape, shares_surface
from csgeo.tables import AREAS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

_ROW = np.sqrt(3) / 2
_HEXAGON_ID = re.compile(r"h(\d+)mQ(-?\d+)R(-?\d+)")


def hexagons(area: gpd.GeoDataFrame, *, across_m: int = 200) -> gpd.GeoDataFrame:
    """Lay the hexagons that meet the study area.

    Parameters
    ----------
    area
        ``AREAS`` table, one or more rows, EPSG:27700.
    across_m
        Distance between opposite sides in whole metres, 10 to 10,000.

    Returns
    -------
    cells
        ``CELLS`` table with geometry only, sorted by R and then Q; hexagons that
        only touch the area along an edge or in a corner are not among them.

    Raises
    ------
    TableError
        If `area` breaks the ``AREAS`` contract.
    RecipeError
        If `across_m` is not a whole number of metres between 10 and 10,000.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> area = gpd.GeoDataFrame(
    ...     {"name": ["Here"], "level": ["district"]},
    ...     index=gpd.pd.Index(["A"], name="area_id"), geometry=[box(-5, -5, 5, 5)], crs=27700)
    >>> hexagons(area, across_m=200).index.tolist()
    ['h200mQ0R0']
    """
    AREAS.check(area, "area")
    _known_across(across_m)
    ground = one_shape(area)
    west, south, east, north = shapely.bounds(ground)
    rows = np.arange(
        np.floor(south / (_ROW * across_m)) - 1, np.ceil(north / (_ROW * across_m)) + 2, dtype=int
    )
    steps = np.arange(np.ceil((east - west) / across_m) + 3, dtype=int)
    first = np.floor(west / across_m - rows / 2).astype(int) - 1
    q = (first[:, None] + steps).ravel()
    r = np.repeat(rows, len(steps))
    shapes = _shapes(q, r, across_m)
    meets = np.flatnonzero(shapely.intersects(ground, shapes))
    inside = shapely.contains_properly(ground, shapes[meets])
    crossed = meets[~inside]
    core = shapely.buffer(shapes[crossed], -SURELY_M, join_style="mitre")
    shares = np.sort(
        np.concatenate([meets[inside], crossed[shares_surface(ground, shapes[crossed], core)]])
    )
    index = pd.Index(_ids(q[shares], r[shares], across_m), name="cell_id", dtype="str")
    return gpd.GeoDataFrame(index=index, geometry=shapes[shares], crs=area.crs)


def hexagon_at(x: npt.ArrayLike, y: npt.ArrayLike, *, across_m: int) -> npt.NDArray[np.object_]:
    """Give the id of the hexagon that holds each point (metres).

    A point on an edge belongs to exactly one of the hexagons that share it.

    Examples
    --------
    >>> hexagon_at([0, 199], [0, 0], across_m=200).tolist()
    ['h200mQ0R0', 'h200mQ1R0']
    """
    return _ids(*axial_at(x, y, across_m=across_m), across_m)


def axial_at(x: npt.ArrayLike, y: npt.ArrayLike, *, across_m: int) -> tuple[Integers, Integers]:
    """Give the axial coordinates (Q, R) of the hexagon that holds each point (metres).

    Examples
    --------
    >>> [v.tolist() for v in axial_at([0, 199], [0, 0], across_m=200)]
    [[0, 1], [0, 0]]
    """
    _known_across(across_m)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    wild = ~(np.isfinite(x) & np.isfinite(y))
    if wild.any():
        msg = (
            f"Points must have finite coordinates in metres; {int(wild.sum())} of {wild.size} have not "
            f"(the first is number {int(np.flatnonzero(wild)[0]) + 1}). Set them aside first."
        )
        raise WrongValues(msg)
    # cube rounding: the nearest centre, and a hexagon is all that is nearest to its centre
    r_exact = y / (_ROW * across_m)
    q_exact = x / across_m - r_exact / 2
    s_exact = -q_exact - r_exact
    q, r, s = (np.floor(v + 0.5) for v in (q_exact, r_exact, s_exact))
    off_q, off_r, off_s = np.abs(q - q_exact), np.abs(r - r_exact), np.abs(s - s_exact)
    q_worst = (off_q > off_r) & (off_q > off_s)
    r_worst = ~q_worst & (off_r > off_s)
    q, r = np.where(q_worst, -r - s, q), np.where(r_worst, -q - s, r)
    return q.astype(np.int64), r.astype(np.int64)


def hexagon_centre(ids: Iterable[str]) -> tuple[Numbers, Numbers, int]:
    """Read the centres (metres) and the distance across from the ids of hexagons.

    Raises
    ------
    WrongValues
        If an id is not that of a hexagon, or they differ in size.
    """
    q, r, across_m = _read(ids)
    return (q + r / 2) * across_m, r * _ROW * across_m, across_m


def hexagon_axial(ids: Iterable[str]) -> tuple[Integers, Integers, int]:
    """Read the axial coordinates (Q, R) and the distance across from the ids of hexagons."""
    return _read(ids)


def hexagon_polygon(ids: Iterable[str]) -> npt.NDArray[np.object_]:
    """Draw the hexagons of the ids, as polygons in metres."""
    return _shapes(*_read(ids))


def _shapes(q: Integers, r: Integers, across_m: int) -> npt.NDArray[np.object_]:
    """Draw hexagons; neighbours are given the very same corner coordinates."""
    # corners lie on a triangular net of half-widths and thirds of rows: whole numbers on it
    across = 2 * q + r
    up = 3 * r
    corner_x = np.array([1, 0, -1, -1, 0, 1])
    corner_y = np.array([1, 2, 1, -1, -2, -1])
    x = (across[:, None] + corner_x) * (across_m / 2)
    y = (up[:, None] + corner_y) * (_ROW * across_m / 3)
    return np.asarray(shapely.polygons(np.stack([x, y], axis=-1)))


def _ids(q: Integers, r: Integers, across_m: int) -> npt.NDArray[np.object_]:
    ids = np.empty(len(q), dtype=object)
    ids[:] = [f"h{across_m}mQ{a}R{b}" for a, b in zip(q.tolist(), r.tolist(), strict=True)]
    return ids


def _read(ids: Iterable[str]) -> tuple[Integers, Integers, int]:
    ids = list(ids)
    parts = [_HEXAGON_ID.fullmatch(i) for i in ids]
    strange = [i for i, part in zip(ids, parts, strict=True) if part is None]
    if strange or not ids:
        found = f"{len(strange)} are not, such as {strange[0]!r}" if strange else "none was given"
        msg = f"Hexagon ids must read like 'h200mQ12R-7'; {found}."
        raise WrongValues(msg)
    across, q, r = np.array([p.groups() for p in parts if p], dtype=np.int64).T
    if (across != across[0]).any():
        msg = f"Hexagon ids must be of one size; found {sorted(set(across.tolist()))} m across."
        raise WrongValues(msg)
    return q, r, int(across[0])


def _known_across(across_m: int) -> None:
    if across_m != int(across_m) or not 10 <= across_m <= 10_000:
        msg = f"`across_m` must be a whole number of metres from 10 to 10,000; it is {across_m!r}."
        raise RecipeError(msg)
