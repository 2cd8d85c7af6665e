"""How many records, and of how many people, does each cell hold?

Nothing is lost: records inside the study area, outside of it and without a
place add up to all. A record is inside where its point lies in the study area
and in one of the cells that meet it; as a cell's northern and eastern edges
belong to its neighbours, so do those of the area where they run along the lattice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.lattice import column_row, one_shape, raster_meeting, square_ids
from csgeo.tables import INCIDENTS, check_same_crs

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class Field(NamedTuple):
    """The study area as a raster of cells: row 0 is the southernmost, column 0 the westernmost.

    ``mask`` (rows x columns) is true for the cells that meet the area, ``whole`` for those that
    lie wholly inside.
    """

    mask: Flags
    whole: Flags
    west: int
    south: int
    cell_m: int
    ground: shapely.Geometry
    crs: object

    @property
    def cells(self) -> Integers:
        """Flat positions of the cells that meet the area, in the order of the ``CELLS`` table."""
        return np.flatnonzero(self.mask)

    def position(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Integers:
        """Flat position of the cell of each point; -1 where no cell of the area holds it."""
        column, row = column_row(x, y, cell_m=self.cell_m)
        column, row = column - self.west, row - self.south
        rows, columns = self.mask.shape
        known = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        position = np.where(known, row * columns + column, -1)
        position[~(known & self.mask.ravel()[position])] = -1
        return position

    def ids(self, position: Integers) -> npt.NDArray[np.object_]:
        """Ids of the cells at flat positions."""
        row, column = np.divmod(position, self.mask.shape[1])
        return square_ids(column + self.west, row + self.south, cell_m=self.cell_m)

    def centres(self, position: Integers) -> tuple[Numbers, Numbers]:
        """Centres (metres) of the cells at flat positions."""
        row, column = np.divmod(position, self.mask.shape[1])
        return (column + self.west + 0.5) * self.cell_m, (row + self.south + 0.5) * self.cell_m

    def shapes(self, position: Integers) -> npt.NDArray[np.object_]:
        """Squares of the cells at flat positions."""
        x, y = self.centres(position)
        h = self.cell_m / 2
        return np.asarray(shapely.box(x - h, y - h, x + h, y + h))


class Counted(NamedTuple):
    """Where each record lies, and the records per cell.

    ``position`` (the flat position of the record's cell, or -1) and ``x``, ``y``
    (metres, missing outside) are on the rows of INCIDENTS; ``incidents`` is a
    raster of counts.
    """

    position: Integers
    x: Numbers
    y: Numbers
    incidents: Integers
    inside: int
    outside: int
    without_place: int


def lay_field(area: gpd.GeoDataFrame, *, cell_m: int) -> Field:
    """Lay the cells of the study area as a raster."""
    raster = raster_meeting(area, cell_m=cell_m)
    return Field(*raster, cell_m, one_shape(area), area.crs)


def count_incidents(incidents: gpd.GeoDataFrame, field: Field) -> Counted:
    """Count the records of each cell.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table in the system of the study area; rows without a point are counted
        as such.
    field
        The study area, from :func:`lay_field`.

    Returns
    -------
    counted
        Positions, the raster of counts, and how many records are inside, outside and without
        a place; the three add up to the rows of `incidents`.

    Raises
    ------
    TableError
        If `incidents` breaks its contract or is in another system than the area.
    """
    INCIDENTS.check(incidents, "incidents")
    check_same_crs(area=gpd.GeoDataFrame(geometry=[], crs=field.crs), incidents=incidents)
    points = incidents.geometry.to_numpy()
    x, y = shapely.bounds(points)[:, :2].T.copy()  # in one pass, not one for each coordinate
    has_place = ~np.isnan(x)  # a missing or an empty point has no coordinates
    if has_place.all():
        position = field.position(x, y)
    else:
        position = np.full(len(points), -1, dtype=np.int64)
        position[has_place] = field.position(x[has_place], y[has_place])
    # only in the cells that the outline crosses need a point be asked where it lies
    near = np.flatnonzero((position >= 0) & ~field.whole.ravel()[position])
    position[near[~shapely.intersects_xy(field.ground, x[near], y[near])]] = -1
    inside = position >= 0
    x[~inside] = y[~inside] = np.nan
    counts = np.bincount(position[inside], minlength=field.mask.size).reshape(field.mask.shape)
    within, known = int(inside.sum()), int(has_place.sum())
    return Counted(position, x, y, counts, within, known - within, len(points) - known)


def count_people(incidents: gpd.GeoDataFrame, group: npt.ArrayLike) -> pd.Series:
    """Count the distinct people of each group of records.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows.
    group
        n group numbers; records of group -1 are left out.

    Returns
    -------
    people
        Distinct known ``person_key`` per group that occurs. Empty if no record names a
        person: then people are not known. A record without a key adds nobody, so the number is
        never too high.
    """
    numbers = np.asarray(group)
    if "person_key" not in incidents or incidents["person_key"].isna().all():
        return pd.Series(dtype="Int64", name="people")
    pairs = pd.DataFrame({"group": numbers, "person": incidents["person_key"].to_numpy()})
    pairs = pairs[pairs["group"] >= 0]
    return pairs.groupby("group")["person"].nunique().astype("Int64").rename("people")


def cells_table(
    incidents: gpd.GeoDataFrame, field: Field, counted: Counted, **rasters: Numbers
) -> gpd.GeoDataFrame:
    """Make the ``CELLS`` table: counts, people where known, and any further rasters as columns."""
    cells = field.cells
    columns: dict[str, object] = {"incidents": counted.incidents.ravel()[cells]}
    people = count_people(incidents, counted.position)
    if len(people):
        columns["people"] = people.reindex(cells, fill_value=0).to_numpy()
    columns |= {name: raster.ravel()[cells] for name, raster in rasters.items()}
    index = pd.Index(field.ids(cells), name="cell_id", dtype="str")
    return gpd.GeoDataFrame(columns, index=index, geometry=field.shapes(cells), crs=field.crs)
