"""How much street, or how many people, does each cell hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from csgeo.errors import MethodError
from csgeo.tables import AREAS, STREETS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]


def street_length(streets: gpd.GeoDataFrame, field: Field) -> Numbers:
    """Measure the metres of street inside each cell.

    Parameters
    ----------
    streets
        ``STREETS`` table in the system of the area.
    field
        The study area as a raster.

    Returns
    -------
    length_m
        Raster of metres; streets beyond the area's cells are not counted.
    """
    STREETS.check(streets, "streets")
    lines = shapely.force_2d(streets.geometry.to_numpy())
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    piece, share = cut_at_edges(start, end, field.cell_m)
    middle, length = _pieces(start, end, piece, share)
    position = field.position(middle[:, 0], middle[:, 1])
    inside = position >= 0
    sums = np.bincount(position[inside], weights=length[inside], minlength=field.mask.size)
    return np.asarray(sums, dtype=float).reshape(field.mask.shape)


def residents_in_cells(areas: gpd.GeoDataFrame, field: Field) -> Numbers:
    """Spread the residents of published areas over the cells, by the share of surface.

    Reads ``residents_10_17``, or ``residents`` where the first is not there. An
    area's people are spread evenly over its surface: within an area nothing is
    known, so nothing is made up.

    Raises
    ------
    MethodError
        If the areas name no residents, or none of them meets the study area.
    """
    AREAS.check(areas, "residents")
    named = [c for c in ("residents_10_17", "residents") if c in areas and areas[c].notna().any()]
    if not named:
        msg = (
            "An expectation by residents must have `residents_10_17` or `residents` in "
            f"`residents`; it has {', '.join(map(str, areas.columns))}. Give a table of "
            "population by area, or use the surroundings as the expectation."
        )
        raise MethodError(msg)
    people = areas[named[0]].fillna(0).to_numpy(dtype=float)
    sums = spread_by_surface(areas.geometry.to_numpy(), people, field)
    if sums.sum() <= 0:
        msg = (
            f"None of the {len(areas)} areas in `residents` with people meets the study area. "
            "Give the population of the areas that lie in it."
        )
        raise MethodError(msg)
    return sums


def spread_by_surface(shapes: npt.NDArray[np.object_], amounts: Numbers, field: Field) -> Numbers:
    """Spread the amount of each area evenly over its surface, and sum it by cell (a raster)."""
    cells = field.cells
    squares = field.shapes(cells)
    tree = shapely.STRtree(squares)
    area_k, cell_k = tree.query(shapes, predicate="intersects")
    shapely.prepare(shapes)
    whole = shapely.contains_properly(shapes[area_k], squares[cell_k])
    common = np.full(len(area_k), float(field.cell_m**2))
    common[~whole] = shapely.area(
        shapely.intersection(shapes[area_k[~whole]], squares[cell_k[~whole]])
    )
    density = amounts / np.maximum(shapely.area(shapes), 1e-9)
    sums = np.bincount(cells[cell_k], weights=density[area_k] * common, minlength=field.mask.size)
    return np.asarray(sums, dtype=float).reshape(field.mask.shape)


def cut_at_edges(
    start: Numbers, end: Numbers, cell_m: int
) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Give, per segment, the shares of its way at which it meets cell edges, with 0 and 1."""
    number = np.arange(len(start))
    pieces, shares = [number, number], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low = np.minimum(start[:, axis], end[:, axis])
        high = np.maximum(start[:, axis], end[:, axis])
        first = np.floor_divide(low, cell_m).astype(np.int64) + 1
        times = np.maximum(np.ceil(high / cell_m).astype(np.int64) - first, 0)
        piece = np.repeat(number, times)
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        edge = (first[piece] + nth) * float(cell_m)
        way = end[piece, axis] - start[piece, axis]
        pieces.append(piece)
        shares.append(np.clip((edge - start[piece, axis]) / way, 0.0, 1.0))
    piece, share = np.concatenate(pieces), np.concatenate(shares)
    order = np.lexsort((share, piece))
    return piece[order], share[order]


def _pieces(
    start: Numbers, end: Numbers, piece: npt.NDArray[np.int64], share: Numbers
) -> tuple[Numbers, Numbers]:
    """Give the middle and the length of each piece between two neighbouring cuts."""
    same = piece[1:] == piece[:-1]
    segment = piece[1:][same]
    a, b = share[:-1][same], share[1:][same]
    way = end[segment] - start[segment]
    middle = start[segment] + way * ((a + b) / 2)[:, None]
    return middle, np.hypot(way[:, 0], way[:, 1]) * (b - a)
