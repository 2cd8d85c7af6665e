"""Is every shape made of whole lattice cells, and of nothing else?

A hull or a buffer around records gives the records away: most of its corners
are records. A union of cells of a fixed public lattice does not, so no other
shape of a place leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from csgeo.errors import WrongGeometry
from csgeo.hexagons import hexagon_polygon
from csgeo.lattice import cell_polygon

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import numpy.typing as npt

#: Two shapes are the same if no more than this differs between them.
_SAME_M2 = 1.0


def require_cells(table: gpd.GeoDataFrame, cells: Iterable[str], called: str) -> None:
    """Refuse a table with a shape that is not the union of its cells.

    Parameters
    ----------
    table
        n rows with shapes, in metres.
    cells
        n texts: the ids of the cells of each row, separated by spaces.
    called
        The caller's own word for the table, used in the message.

    Raises
    ------
    WrongGeometry
        Naming the first row whose shape is another.
    WrongValues
        If an id is not that of a cell.
    """
    listed = [text.split() for text in cells]
    row = np.repeat(np.arange(len(listed)), [len(ids) for ids in listed])
    squares = _polygons([id_ for ids in listed for id_ in ids])
    unions = np.empty(len(table), dtype=object)
    for n in range(len(table)):
        unions[n] = (
            shapely.union_all(squares[row == n]) if len(table) < len(squares) else squares[n]
        )
    apart = shapely.area(shapely.symmetric_difference(table.geometry.to_numpy(), unions))
    other = ~(apart <= _SAME_M2)
    if other.any():
        noun = "row is" if other.sum() == 1 else "rows are"
        msg = (
            f"Each shape in `{called}` must be the union of its lattice cells; {int(other.sum())} "
            f"of {len(table)} {noun} not (the first is {table.index[other][0]!r}). A hull or a "
            "buffer gives the records away: make the shapes with `csgeo.find_hotspots`."
        )
        raise WrongGeometry(msg)


def _polygons(ids: list[str]) -> npt.NDArray[np.object_]:
    if not ids:
        return np.empty(0, dtype=object)
    return hexagon_polygon(ids) if ids[0].startswith("h") else cell_polygon(ids)
