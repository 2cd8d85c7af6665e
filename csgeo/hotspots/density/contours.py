"""Which stretches of cells does chance alone not explain, at which level?

Tolerance contours: the lines within which a p-value is below a level. Here they are unions
of lattice cells and not smooth lines, which would show to a few metres where the records
lie. They hold counts of records: they are the analysts', on the secure side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, MissingColumns
from csgeo.lattice import cell_corner, square_ids
from csgeo.tables import CELLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]

#: The p-values that contours are drawn of.
SIDES = ("more", "less")
_COLUMNS = ("side", "p_level", "cells", "incidents", "others", "p_least")


def tolerance_contours(
    cells: gpd.GeoDataFrame, *, levels: Sequence[float] = (0.05, 0.01)
) -> gpd.GeoDataFrame:
    """Draw the stretches of cells whose p-value is at or below each level.

    Parameters
    ----------
    cells
        ``CELLS`` with ``p_more``, ``p_less`` or both, as ``relative_risk`` answers.
    levels
        One or more levels between 0 and 1.

    Returns
    -------
    contours
        One row per stretch of cells that touch along an edge; index ``contour_id`` (C1, C2, ...).
        ``side`` ("more" or "less" of the cases than elsewhere), ``p_level``, ``cells`` (ids, sorted,
        separated by spaces), ``incidents`` and ``others`` (records inside, where `cells` has them),
        ``p_least``; (multi)polygons of whole cells in the system of `cells`. Sorted by side, level
        and then the largest first; a contour at a lower level lies within one at a higher.

    Raises
    ------
    TableError
        If `cells` breaks its contract or has no p-values.
    MethodError
        If a level is not between 0 and 1.

    References
    ----------
    Kelsall and Diggle (1995), https://doi.org/10.1002/sim.4780142106
    """
    CELLS.check(cells, "cells")
    known = [side for side in SIDES if f"p_{side}" in cells]
    if not known:
        msg = (
            f"`cells` must have p_more or p_less; it has {', '.join(map(str, cells.columns))}. Make it with "
            "`relative_risk`."
        )
        raise MissingColumns(msg)
    wrong = [level for level in levels if not 0 < level < 1]
    if wrong or not len(levels):
        msg = f"`levels` must be between 0 and 1; {len(wrong)} of {len(levels)} are not ({wrong[:1]})."
        raise MethodError(msg)
    rows = [
        row
        for side in known
        for level in sorted(set(levels), reverse=True)
        for row in _stretches(cells, side, float(level))
    ]
    table = pd.DataFrame([row[:-1] for row in rows], columns=list(_COLUMNS))
    index = pd.Index([f"C{k + 1}" for k in range(len(rows))], name="contour_id", dtype="str")
    shapes = np.array([row[-1] for row in rows], dtype=object)
    kinds = {"side": "str", "cells": "str", "incidents": "Int64", "others": "Int64"}
    return gpd.GeoDataFrame(
        table.astype(kinds | {"p_level": float, "p_least": float}).set_axis(index),
        geometry=gpd.GeoSeries(shapes, index=index, crs=cells.crs),
    )


def _stretches(cells: gpd.GeoDataFrame, side: str, level: float) -> list[tuple[object, ...]]:
    p = cells[f"p_{side}"]
    below = cells[(p <= level).fillna(False).to_numpy(dtype=bool)]
    if below.empty:
        return []
    corner = cell_corner(below.index)
    column, row = corner.x // corner.cell_m, corner.y // corner.cell_m
    ids = square_ids(column, row, cell_m=corner.cell_m)
    squares, p_values = below.geometry.to_numpy(), p.loc[below.index].to_numpy(dtype=float)
    found: list[tuple[object, ...]] = []
    for here in _touching(column, row):
        counts = [
            int(below[name].iloc[here].sum()) if name in below else pd.NA
            for name in ("incidents", "others")
        ]
        shape = shapely.normalize(shapely.coverage_union_all(squares[here]))
        least = float(p_values[here].min())
        found.append((side, level, " ".join(sorted(ids[here])), *counts, least, shape))
    return found


def _touching(column: Integers, row: Integers) -> list[Integers]:
    """Give the groups of squares that touch along an edge: the largest first, then from the south."""
    from scipy.ndimage import label  # noqa: PLC0415  (heavy, and used only here)

    up, across = row - row.min(), column - column.min()
    raster = np.zeros((int(up.max()) + 1, int(across.max()) + 1), dtype=bool)
    raster[up, across] = True
    group = label(raster)[0][up, across]
    groups = [np.flatnonzero(group == k) for k in range(1, int(group.max()) + 1)]
    corner = np.lexsort((column, row))
    place = np.empty(len(row), dtype=np.int64)
    place[corner] = np.arange(len(row))
    return sorted(groups, key=lambda here: (-len(here), int(place[here].min())))
