"""Which records are drawn, with which weight, and on which raster?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.counting import Counted, Field, count_incidents, lay_field
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.surface import MOST_CELLS, Grid
from csgeo.tables import AREAS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class Drawn(NamedTuple):
    """The records inside of the study area, and the study area.

    ``x``, ``y`` (metres) and ``weight`` are those of the records inside; ``here`` tells which rows of
    INCIDENTS they are. ``inside`` is the raster of the share of each cell in the study area.
    """

    x: Numbers
    y: Numbers
    weight: Numbers
    here: Flags
    inside: Numbers
    grid: Grid
    field: Field
    counted: Counted


def lay_ground(area: gpd.GeoDataFrame, *, cell_m: int) -> Field:
    """Lay the study area as a raster, or refuse one of more than a few million cells."""
    AREAS.check(area, "area")
    west, south, east, north = area.total_bounds
    # a side of 0 or below is refused by the lattice, in its own words
    cells = (east - west) / cell_m * (north - south) / cell_m if cell_m > 0 else 0.0
    if cells > MOST_CELLS:
        msg = (
            f"A surface may have {MOST_CELLS:,} cells at most; the study area would have {cells:,.0f} of {cell_m} m "
            "within its bounds. Take larger cells."
        )
        raise MethodError(msg)
    return lay_field(area, cell_m=cell_m)


def grid_of(field: Field) -> Grid:
    """Say where a field's raster lies."""
    cell_m = field.cell_m
    rows, columns = field.mask.shape
    return Grid(float(field.west * cell_m), float(field.south * cell_m), cell_m, rows, columns)


def drawn_records(
    incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, *, cell_m: int, weight: str | None = None
) -> Drawn:
    """Find the records inside of the study area, and lay it as a raster.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records outside of `area` or without a point are not drawn.
    area
        ``AREAS`` table: the study area, in the same CRS.
    cell_m
        Side of the cells in metres.
    weight
        Column of `incidents` with each record's weight; without it each counts as one.

    Returns
    -------
    drawn
        The records and the raster.

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.
    MethodError
        If the raster is too large, there is no such column, or no record inside.
    """
    field = lay_ground(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    here = counted.position >= 0
    if not here.any():
        msg = "A density needs records inside of the study area; there are none. Check the area and the period."
        raise MethodError(msg)
    w = np.ones(len(incidents))
    if weight is not None:
        if weight not in incidents:
            msg = f"`incidents` has no column {weight} for the weights. Name one that it has, or none."
            raise MethodError(msg)
        w = np.asarray(incidents[weight].to_numpy(dtype=float, na_value=np.nan))
    return Drawn(
        counted.x[here], counted.y[here], w[here], here,
        share_inside(field), grid_of(field), field, counted,
    )  # fmt: skip
