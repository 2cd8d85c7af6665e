"""How does the study area lie on a lattice that is moved by half a cell?

A place that is found only because the edges of the cells happen to fall well is
not a place. The moved lattice is the national one on tables that are moved the
other way, so that everything else stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from csgeo.hotspots.counting import Counted, Field, lay_field
from csgeo.hotspots.expectation import lay_expectation
from csgeo.hotspots.methods.lattice_facts import LatticeFacts

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.sharing_out import Expectation

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: East and north, in halves of a cell.
HALVES = ((0, 0), (1, 0), (0, 1), (1, 1))


class Ground(NamedTuple):
    """The study area on one lattice, which is moved by `halves` of a cell to the east and north.

    ``field``, ``expectation`` and ``strata`` are in the moved system; ``counted`` takes
    true coordinates. ``facts`` are found out once for all re-runs.
    """

    halves: tuple[int, int]
    field: Field
    expectation: Expectation
    strata: gpd.GeoDataFrame | None
    facts: LatticeFacts

    @property
    def moved_m(self) -> tuple[float, float]:
        """How far the lattice is moved to the east and to the north, in metres."""
        east, north = (half * self.field.cell_m / 2 for half in self.halves)
        return east, north

    def position(self, x: Numbers, y: Numbers) -> Integers:
        """Flat position of the cell of each point (metres); -1 outside of the area."""
        east, north = self.moved_m
        x, y = x - east, y - north
        position = self.field.position(x, y)
        near = np.flatnonzero((position >= 0) & ~self.field.whole.ravel()[position])
        position[near[~shapely.intersects_xy(self.field.ground, x[near], y[near])]] = -1
        return position

    def counted(self, x: Numbers, y: Numbers) -> tuple[Counted, Integers]:
        """Count points (metres), and tell which of them lie in the area."""
        position = self.position(x, y)
        inside = np.flatnonzero(position >= 0)
        shape = self.field.mask.shape
        counts = np.bincount(position[inside], minlength=self.field.mask.size).reshape(shape)
        return Counted(position[inside], x[inside], y[inside], counts, len(inside), 0, 0), inside

    def quarters(self, position: Integers) -> tuple[Integers, Integers]:
        """Columns and rows of the four quarters of each cell, counted in half cells."""
        row, column = np.divmod(position, self.field.mask.shape[1])
        column = 2 * (column + self.field.west) + self.halves[0]
        row = 2 * (row + self.field.south) + self.halves[1]
        return (
            np.concatenate([column, column + 1, column, column + 1]),
            np.concatenate([row, row, row + 1, row + 1]),
        )


def lay_grounds(
    area: gpd.GeoDataFrame,
    *,
    cell_m: int,
    expectation: str,
    streets: gpd.GeoDataFrame | None = None,
    residents: gpd.GeoDataFrame | None = None,
    exposure: gpd.GeoDataFrame | None = None,
    strata: gpd.GeoDataFrame | None = None,
    halves: tuple[tuple[int, int], ...] = HALVES,
) -> tuple[Ground, ...]:
    """Lay the study area on the lattice as it is, and moved to the east, north and both.

    Parameters
    ----------
    area, streets, residents, exposure, strata
        ``AREAS``, ``STREETS``, and tables with residents, with exposure and with stratum, or None.
    cell_m
        Side of a cell in metres; the lattice is moved by half of it.
    expectation
        As in ``find_hotspots``.
    halves
        By how many half cells the lattice is moved to the east and to the north.

    Returns
    -------
    grounds
        One for each of `halves`.
    """
    grounds = []
    for moved in halves:
        east, north = (-half * cell_m / 2 for half in moved)
        field = lay_field(_moved(area, east, north), cell_m=cell_m)
        ways = None if streets is None else _moved(streets, east, north)
        laid = lay_expectation(
            field,
            expectation=expectation,
            streets=ways,
            residents=None if residents is None else _moved(residents, east, north),
            exposure=None if exposure is None else _moved(exposure, east, north),
        )
        own = None if strata is None else _moved(strata, east, north)
        grounds.append(Ground(moved, field, laid, own, LatticeFacts(field, ways)))
    return tuple(grounds)


def _moved(table: gpd.GeoDataFrame, east: float, north: float) -> gpd.GeoDataFrame:
    if east == north == 0:
        return table
    return table.set_geometry(table.geometry.translate(east, north))
