"""Which cell of the fixed national lattice does a point lie in?

Squares are aligned to the National Grid and nest (four children tile a parent);
a square holds its southern and western edges, so each point lies in exactly one.
A cell's id says its side and its lower-left corner in metres:
``125mE375250N164250``. Cells that only touch the study area along an edge or in
a corner do not meet it. Hexagons are in :mod:`csgeo.hexagons`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import RecipeError, WrongGeometry, WrongValues
from csgeo.tables import AREAS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Ids: TypeAlias = npt.NDArray[np.object_]

#: The sides of the nested squares, in metres.
SIDES_M = (125, 250, 500, 1000, 2000, 4000)
_SQUARE_ID = re.compile(r"(\d+)mE(-?\d+)N(-?\d+)")
#: A cell into which the area reaches this far surely shares some of its surface.
SURELY_M = 0.01


class Corners(NamedTuple):
    """Lower-left corners and the side of square cells, in metres."""

    x: Integers
    y: Integers
    cell_m: int


class Meeting(NamedTuple):
    """Squares by column and row (whole sides from the origin); ``whole`` where wholly inside."""

    column: Integers
    row: Integers
    whole: npt.NDArray[np.bool_]


class Raster(NamedTuple):
    """Squares on rows from south to north and columns from west to east.

    ``mask`` is true where a square meets the area, ``whole`` where it lies wholly inside;
    ``west`` and ``south`` are the column and row of the first (whole sides from the origin).
    """

    mask: npt.NDArray[np.bool_]
    whole: npt.NDArray[np.bool_]
    west: int
    south: int


def squares(area: gpd.GeoDataFrame, *, cell_m: int = 250) -> gpd.GeoDataFrame:
    """Lay the square cells that meet the study area.

    Parameters
    ----------
    area
        ``AREAS`` table, one or more rows, EPSG:27700.
    cell_m
        Side of a cell in metres, one of 125, 250, 500, 1000, 2000, 4000.

    Returns
    -------
    cells
        ``CELLS`` table with geometry only, in the system of `area`, sorted by row
        from south to north and within a row from west to east. Cells that only
        touch the area along an edge or in a corner are not among them.

    Raises
    ------
    TableError
        If `area` breaks the ``AREAS`` contract.
    RecipeError
        If `cell_m` is not one of the nested sides.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> area = gpd.GeoDataFrame(
    ...     {"name": ["Here"], "level": ["district"]},
    ...     index=gpd.pd.Index(["A"], name="area_id"), geometry=[box(0, 0, 500, 250)], crs=27700)
    >>> squares(area, cell_m=250).index.tolist()
    ['250mE0N0', '250mE250N0']
    """
    column, row, _ = squares_meeting(area, cell_m=cell_m)
    x, y = column * cell_m, row * cell_m
    shapes = shapely.box(x, y, x + cell_m, y + cell_m)
    index = pd.Index(square_ids(column, row, cell_m=cell_m), name="cell_id", dtype="str")
    return gpd.GeoDataFrame(index=index, geometry=shapes, crs=area.crs)


def squares_meeting(area: gpd.GeoDataFrame, *, cell_m: int) -> Meeting:
    """Find the squares that meet `area`, and which of them lie wholly inside.

    They come by row from south to north and within a row from west to east.
    """
    raster = raster_meeting(area, cell_m=cell_m)
    row, column = np.nonzero(raster.mask)
    return Meeting(column + raster.west, row + raster.south, raster.whole[row, column])


def raster_meeting(area: gpd.GeoDataFrame, *, cell_m: int) -> Raster:
    """Lay the squares that meet `area` as a raster, no larger than they need.

    Large squares that lie wholly inside need no further test; only those that
    the outline crosses are split into their four children.
    """
    AREAS.check(area, "area")
    _known_side(cell_m)
    ground = one_shape(area)
    side = cell_m * 2**6
    west, south, east, north = np.floor(np.divide(shapely.bounds(ground), side)).astype(np.int64)
    whole = np.zeros((north - south + 1, east - west + 1), dtype=bool)
    row, column = np.nonzero(~whole)
    while True:
        x, y = (column + west) * side, (row + south) * side
        shapes = shapely.box(x, y, x + side, y + side)
        inside = shapely.contains_properly(ground, shapes)
        whole[row[inside], column[inside]] = True
        crossed = np.flatnonzero(~inside)
        crossed = crossed[shapely.intersects(ground, shapes[crossed])]
        column, row, shapes = column[crossed], row[crossed], shapes[crossed]
        if side == cell_m:
            break
        column, row = _descend(column, row, 2)
        west, south, side = west * 2, south * 2, side // 2
        whole = whole.repeat(2, axis=0).repeat(2, axis=1)
    x, y, e = (column + west) * side, (row + south) * side, SURELY_M
    core = shapely.box(x + e, y + e, x + side - e, y + side - e)
    shares = shares_surface(ground, shapes, core)
    mask = whole.copy()
    mask[row[shares], column[shares]] = True
    return _trimmed(Raster(mask, whole, int(west), int(south)))


def _trimmed(raster: Raster) -> Raster:
    """Leave off the rows and columns along the rim that hold no cell."""
    mask, whole, west, south = raster
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    # copies, so that the larger rasters can go
    return Raster(
        mask[part].copy(), whole[part].copy(), west + int(columns[0]), south + int(rows[0])
    )


def one_shape(area: gpd.GeoDataFrame) -> shapely.Geometry:
    """Join the study area's rows into one shape, prepared for many questions."""
    shapes = area.geometry.to_numpy()
    sound = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    ground = sound[0] if len(sound) == 1 else shapely.union_all(sound)
    if shapely.area(ground) <= 0:
        msg = (
            f"`area` must cover some ground; its {len(area)} rows (the first is {area.index[0]!r}) "
            "have no surface. Give the outline of the study area."
        )
        raise WrongGeometry(msg)
    shapely.prepare(ground)
    return ground


def shares_surface(
    ground: shapely.Geometry, shapes: npt.NDArray[np.object_], core: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Tell which cells, all of them meeting `ground`, share more than an edge or a corner.

    ``core`` are the same cells, each a little smaller: what meets them surely shares ground.
    """
    shares = np.asarray(shapely.intersects(ground, core), dtype=bool)
    few = np.flatnonzero(~shares)  # along the outline: ask exactly
    shares[few] = shapely.relate_pattern(ground, shapes[few], "T********")
    return shares


def column_row(x: npt.ArrayLike, y: npt.ArrayLike, *, cell_m: int) -> tuple[Integers, Integers]:
    """Give the column and row of the square that holds each point (metres)."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if not all(np.abs(v).max(initial=0) <= 1e12 for v in (x, y)):  # also where one is not finite
        wild = ~((np.abs(x) <= 1e12) & (np.abs(y) <= 1e12))
        msg = (
            f"Points must have finite coordinates in metres; {int(wild.sum())} of {wild.size} have not "
            f"(the first is number {int(np.flatnonzero(wild)[0]) + 1}). Set them aside first."
        )
        raise WrongValues(msg)
    return _below(x, cell_m), _below(y, cell_m)


def _below(v: Numbers, side: int) -> Integers:
    """Give the multiple of `side` at or below each number, exactly."""
    number = np.floor(v / side)
    # where the quotient was rounded up to a whole number, v lies just below that edge
    number -= number * side > v
    return number.astype(np.int64)


def cell_at(x: npt.ArrayLike, y: npt.ArrayLike, *, cell_m: int) -> Ids:
    """Give the id of the square that holds each point.

    Parameters
    ----------
    x, y
        n eastings and northings in metres.
    cell_m
        Side of a cell in metres, one of 125, 250, 500, 1000, 2000, 4000.

    Returns
    -------
    cell_id
        n ids. A point on an edge belongs to the cell to its north and east.

    Raises
    ------
    WrongValues
        If a coordinate is not a finite number.

    Examples
    --------
    >>> cell_at([374999.9, 375000.0], [164250, 164250], cell_m=125).tolist()
    ['125mE374875N164250', '125mE375000N164250']
    """
    _known_side(cell_m)
    return square_ids(*column_row(x, y, cell_m=cell_m), cell_m=cell_m)


def square_ids(column: Integers, row: Integers, *, cell_m: int) -> Ids:
    """Write the ids of squares from their columns and rows."""
    corners = zip((column * cell_m).tolist(), (row * cell_m).tolist(), strict=True)
    ids = np.empty(len(column), dtype=object)
    ids[:] = [f"{cell_m}mE{x}N{y}" for x, y in corners]
    return ids


class Mixed(NamedTuple):
    """Lower-left corners of squares of any nested sides, and each one's side, in metres."""

    x: Integers
    y: Integers
    side_m: Integers


def cell_corner(ids: Iterable[str]) -> Corners:
    """Read the lower-left corners (metres) and the side from the ids of squares.

    Raises
    ------
    WrongValues
        If an id is not that of a square, or the sides differ.
    """
    x, y, side = mixed_corners(ids)
    if (side != side[0]).any():
        msg = (
            f"Cell ids must be of one side, with corners at multiples of it; found sides "
            f"{sorted(set(side.tolist()))}. Bring them to one side with `parent` first."
        )
        raise WrongValues(msg)
    return Corners(x, y, int(side[0]))


def mixed_corners(ids: Iterable[str]) -> Mixed:
    """Read the lower-left corners and the sides (metres) from the ids of squares of any sizes.

    Raises
    ------
    WrongValues
        If an id is not that of a square, or its corner is not at a multiple of its side.

    Examples
    --------
    >>> mixed_corners(["125mE250N125", "250mE0N0"]).side_m.tolist()
    [125, 250]
    """
    ids = list(ids)
    parts = [_SQUARE_ID.fullmatch(i) for i in ids]
    strange = [i for i, part in zip(ids, parts, strict=True) if part is None]
    if strange or not ids:
        found = f"{len(strange)} are not, such as {strange[0]!r}" if strange else "none was given"
        msg = f"Cell ids must read like '125mE375250N164250'; {found}."
        raise WrongValues(msg)
    side, x, y = np.array([p.groups() for p in parts if p], dtype=np.int64).T
    off = (side == 0) | (x % np.maximum(side, 1) != 0) | (y % np.maximum(side, 1) != 0)
    if off.any():
        msg = (
            f"Cell ids must be of one side, with corners at multiples of it; {int(off.sum())} of "
            f"{len(ids)} are not (the first is {ids[int(off.argmax())]!r}). Make ids with `cell_at`."
        )
        raise WrongValues(msg)
    return Mixed(x, y, side)


def cell_polygon(ids: Iterable[str]) -> npt.NDArray[np.object_]:
    """Draw the squares of the ids, as polygons in metres."""
    x, y, cell_m = cell_corner(ids)
    return np.asarray(shapely.box(x, y, x + cell_m, y + cell_m))


def parent(ids: Iterable[str], *, cell_m: int) -> Ids:
    """Give the id of the larger square of side `cell_m` that holds each square.

    Raises
    ------
    RecipeError
        If `cell_m` is not a nested side, or smaller than that of the cells.
    """
    _known_side(cell_m)
    x, y, own_m = cell_corner(ids)
    if cell_m < own_m:
        msg = f"A parent must be at least as large as its cells; {cell_m} m is below {own_m} m."
        raise RecipeError(msg)
    return square_ids(x // cell_m, y // cell_m, cell_m=cell_m)


def children(cell_id: str, *, cell_m: int) -> Ids:
    """Give the ids of the smaller squares of side `cell_m` that tile one square.

    Raises
    ------
    RecipeError
        If `cell_m` is not a nested side, or larger than that of the cell.
    """
    _known_side(cell_m)
    x, y, own_m = cell_corner([cell_id])
    if cell_m > own_m:
        msg = f"Children must be at most as large as their cell; {cell_m} m is above {own_m} m."
        raise RecipeError(msg)
    column, row = _descend(x // own_m, y // own_m, own_m // cell_m)
    order = np.lexsort((column, row))
    return square_ids(column[order], row[order], cell_m=cell_m)


def _descend(column: Integers, row: Integers, times: int) -> tuple[Integers, Integers]:
    """Split each square into `times` by `times` smaller ones."""
    step_x, step_y = (v.ravel() for v in np.meshgrid(np.arange(times), np.arange(times)))
    return (
        (column[:, None] * times + step_x).ravel(),
        (row[:, None] * times + step_y).ravel(),
    )


def _known_side(cell_m: int) -> None:
    if cell_m not in SIDES_M:
        msg = (
            f"`cell_m` must be one of {', '.join(map(str, SIDES_M))} (metres); it is {cell_m!r}. "
            "These sides nest, so that places can be compared between periods and partners."
        )
        raise RecipeError(msg)
