"""How densely do records lie in each cell, if harm does not cross the river but at its bridges?

A river, a motorway or a railway parts people who live a stone's throw from one another. A
kernel that knows nothing of it makes a hot street warm the other bank. Here a record's
influence walks from cell to cell, and finds its way barred. Without barriers it is
the Gaussian kernel's surface; with them each side keeps its own records, to the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from csgeo.errors import TableError, WrongGeometry
from csgeo.hotspots.counting import cells_table
from csgeo.hotspots.density.bandwidths import choose_bandwidth
from csgeo.hotspots.density.estimate import Density
from csgeo.hotspots.density.kernels import kernel_named
from csgeo.hotspots.density.passages import lay_barriers, open_ways, parts_of, place_records
from csgeo.hotspots.density.records import drawn_records
from csgeo.hotspots.density.surface import usable_bandwidths, usable_weights
from csgeo.hotspots.density.walking import SPLINE_VARIANCE, spread_by_walking
from csgeo.tables import check_same_crs

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.density.passages import Placed
    from csgeo.hotspots.density.records import Drawn
    from csgeo.hotspots.density.walking import Ways

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Shapes: TypeAlias = npt.NDArray[np.object_]

_LINES = ("LineString", "MultiLineString")
_CROSSINGS = ("Point", *_LINES)


def density_with_barriers(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    crossings: gpd.GeoDataFrame | None = None,
    cell_m: int = 125,
    bandwidth: float | str = "silverman",
    weight: str | None = None,
) -> Density:
    """Draw the density of records over the study area, with lines that harm does not cross.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records outside of `area` or without a point are not counted.
    area
        ``AREAS`` table: the study area, in the same CRS. Its edge is a barrier too.
    barriers
        Lines in the same CRS: the middle of a river, of a motorway. Other columns are not read.
    crossings
        Points, or lines of which the middle is taken, in the same CRS: bridges, fords, subways. Each
        opens the one way between two neighbouring cells that is nearest to it. A gap
        in a line is a crossing too, if the straight way between two cells' centres runs through it:
        certainly from one and a half cells on.
    cell_m
        Side of the cells in metres.
    bandwidth
        Metres (the Gaussian's standard deviation), or the rule that finds it: "scott", "silverman",
        "cvl", "likelihood", "diggle", "nearest" or "normal_reference". The rules know no barriers.
    weight
        Column of `incidents` with each record's weight; without it each counts as one.

    Returns
    -------
    density
        ``CELLS`` with ``incidents`` and ``density_km2`` (per square kilometre), the bandwidth in
        metres, the records inside, and the choices in words.

    Raises
    ------
    TableError
        If a table breaks its contract, or they are in different systems.
    MethodError
        If a choice cannot be used with these records, or a crossing lies at no barrier.

    References
    ----------
    Botev, Grotowski and Kroese (2010), https://doi.org/10.1214/10-AOS799; Barry and McIntyre
    (2011), https://doi.org/10.1016/j.ecolmodel.2011.02.016; Baddeley, Davies, Rakshit, Nair and
    McSwiggan (2022), https://doi.org/10.1002/cjs.11668

    Examples
    --------
    >>> from csgeo.hotspots.density.barriers import density_with_barriers  # doctest: +SKIP
    >>> density_with_barriers(incidents, area, rivers, crossings=bridges)  # doctest: +SKIP
    """
    drawn = drawn_records(incidents, area, cell_m=cell_m, weight=weight)
    lines = _shapes(barriers, drawn, "barriers", _LINES)
    places = np.empty((0, 2))
    if crossings is not None:
        places = _middles(_shapes(crossings, drawn, "crossings", _CROSSINGS))
    kernel, inside = kernel_named("gaussian"), drawn.inside
    chosen = choose_bandwidth(
        drawn.x, drawn.y, bandwidth=bandwidth, kernel=kernel, inside=inside, field=drawn.field
    )
    grid = drawn.grid
    sd = float(usable_bandwidths(chosen.metres, 1, grid, kernel)[0])
    barred = lay_barriers(
        lines, shape=(grid.rows, grid.columns),
        west_m=grid.west_m, south_m=grid.south_m, cell_m=grid.cell_m,
    )  # fmt: skip
    ways = open_ways(inside, barred, np.column_stack(grid.places(*places.T)))
    w = usable_weights(drawn.weight, len(drawn.weight))
    placed = place_records(*grid.places(drawn.x, drawn.y), w, inside, barred)
    start = np.divide(placed.weight, inside, out=np.zeros(inside.shape), where=inside > 0)
    spread = spread_by_walking(start, ways, variance=sd**2 - SPLINE_VARIANCE)
    raster = spread / (grid.cell_m / 1000) ** 2
    cells = cells_table(incidents, drawn.field, drawn.counted, density_km2=raster)
    words = (chosen.words, *_words(ways, placed, len(lines), len(places)))
    return Density(cells, chosen.metres, len(drawn.x), words)


def _shapes(table: gpd.GeoDataFrame, drawn: Drawn, called: str, kinds: tuple[str, ...]) -> Shapes:
    if not isinstance(table, gpd.GeoDataFrame):
        msg = f"`{called}` must be a table with geometry; it is a {type(table).__name__}."
        raise TableError(msg)
    check_same_crs(area=gpd.GeoDataFrame(geometry=[], crs=drawn.field.crs), **{called: table})
    shapes = table.geometry.to_numpy()
    kind = table.geom_type.fillna("nothing").to_numpy(dtype=object)
    sound = np.isin(kind, kinds) & ~shapely.is_empty(shapes)
    sound &= np.isfinite(shapely.bounds(shapes)).all(axis=1) & _known_throughout(shapes)
    if not sound.all():
        first = int(np.flatnonzero(~sound)[0])
        msg = (
            f"Each row of `{called}` must be a {' or '.join(kinds)} with coordinates; {int((~sound).sum())} of {len(sound)} are not, "
            f"the first in place {first} ({kind[first]}). Give the middle line of a "
            "surface, and leave out rows without a shape."
        )
        raise WrongGeometry(msg)
    return np.asarray(shapes)


def _known_throughout(shapes: Shapes) -> npt.NDArray[np.bool_]:
    at, which = shapely.get_coordinates(shapes, return_index=True)
    broken = which[~np.isfinite(at).all(axis=1)]
    return np.asarray(np.bincount(broken, minlength=len(shapes)) == 0)


def _middles(shapes: Shapes) -> Numbers:
    """Take points as they are, and lines at half of their length."""
    parts = np.array([max(shapely.get_parts(s), key=shapely.length) for s in shapes], dtype=object)
    points = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    middles = parts.copy()
    middles[~points] = shapely.line_interpolate_point(parts[~points], 0.5, normalized=True)
    return shapely.get_coordinates(middles)


def _words(ways: Ways, placed: Placed, barriers: int, crossings: int) -> list[str]:
    part = parts_of(ways)
    inside = part >= 0
    sizes = np.bincount(part[inside])
    records = np.bincount(part[inside], weights=placed.weight[inside], minlength=len(sizes))
    barred = sum(int((~opened).sum()) for opened in ways.opened)
    first = (
        f"Lines taken as barriers: {barriers}; ways between neighbouring cells that they bar: {barred:,}; "
        f"crossings: {crossings}. What meets a barrier, or the edge of the area, stays on its side."
    )
    words = [first]
    if len(sizes) > 1:
        largest = int(sizes.argmax())
        words.append(
            f"The area falls into {len(sizes)} parts between which no way leads; all but the largest hold "
            f"{sizes.sum() - sizes[largest]:,} cells and {records.sum() - records[largest]:,.0f} of the records."
        )
    if placed.unseen:
        words.append(
            f"Records walled in within one cell, which stay on it whichever side its centre is on: {placed.unseen}."
        )
    return words
