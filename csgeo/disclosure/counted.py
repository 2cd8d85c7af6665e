"""Which cell does each record lie in, whose is it, and what does it count as?

The door counts the records itself, on the finest lattice of the study, so that
every number that leaves comes from one count; what the study says is checked
against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.rounding import marks_of_records
from csgeo.errors import WrongGeometry, WrongValues
from csgeo.lattice import SIDES_M, cell_corner, column_row, one_shape, square_ids

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.disclosure.study_tables import StudyTables

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

#: The side of the largest squares, into which all others nest.
TOP_M = SIDES_M[-1]
#: Seconds that stand for a time that is not known.
_NO_TIME = np.iinfo(np.int64).min


class Ground(NamedTuple):
    """The lattice of a release as whole numbers.

    A square of side s is (column, row) in units of s from the corner (``west``, ``south``),
    which is a corner of the largest squares; its number is row x columns + column.
    ``leaf_column`` and ``leaf_row`` are the cells of the surface (side ``leaf_m``), in order
    of row and column, and ``own_column`` and ``own_row`` those of the study (side ``own_m``), in
    the order of its table; places are made of cells of ``place_m``; records are counted in cells of
    ``base_m``, the smallest of all, so that any two releases can be compared.
    """

    west: int
    south: int
    columns: int
    base_m: int
    leaf_m: int
    place_m: int
    leaf_column: Integers
    leaf_row: Integers
    own_m: int
    own_column: Integers
    own_row: Integers
    crs: object

    def number(self, column: Integers, row: Integers, side_m: int) -> Integers:
        """Give the numbers of squares of one side."""
        return row * (self.columns * (TOP_M // side_m)) + column


class Records(NamedTuple):
    """The n records that lie in the study area.

    ``column``, ``row``: the cell of side ``base_m``; ``person``: a number for each person, -1
    where none is named; ``mark``: what the record counts as in keyed rounding; ``which``: its
    row in the table of records.
    """

    column: Integers
    row: Integers
    person: Integers
    mark: npt.NDArray[np.uint64]
    which: Integers


def lay_ground(study: StudyTables, *, leaf_m: int, place_m: int | None = None) -> Ground:
    """Lay the lattice that everything in a release is counted on.

    Parameters
    ----------
    study
        Its cells are every square that meets the study area.
    leaf_m
        The smallest cells of the surface that the audience may see, in metres.
    place_m
        Side of the cells that places are made of; those of the surface if there is no place.

    Raises
    ------
    WrongValues
        If the cells are not squares of the national lattice.
    """
    x, y, own_m = _corners_of_cells(study.cells)
    place_m = place_m or own_m
    leaf_m = max(leaf_m, own_m, place_m)
    west, south = int(x.min()) // TOP_M * TOP_M, int(y.min()) // TOP_M * TOP_M
    columns = (int(x.max()) - west) // TOP_M + 1
    wide = columns * (TOP_M // leaf_m)
    leaf = np.unique((y - south) // leaf_m * wide + (x - west) // leaf_m)
    return Ground(
        west, south, columns, SIDES_M[0], leaf_m, place_m,
        leaf % wide, leaf // wide, own_m, (x - west) // own_m, (y - south) // own_m,
        study.cells.crs,
    )  # fmt: skip


def _corners_of_cells(cells: gpd.GeoDataFrame) -> tuple[Integers, Integers, int]:
    """Read where the cells are from their shapes, and refuse shapes that are not what the ids say."""
    side = cell_corner(cells.index[:1]).cell_m
    bounds = shapely.bounds(cells.geometry.to_numpy())
    x, y = (np.floor(v / side).astype(np.int64) * side for v in (bounds[:, 0], bounds[:, 1]))
    ids = square_ids(x // side, y // side, cell_m=side)
    square = np.column_stack([x, y, x + side, y + side])
    other = (cells.index.to_numpy(dtype=object) != ids) | (bounds != square).any(axis=1)
    if other.any():
        msg = (
            f"Each shape in `study.cells` must be the union of its lattice cells, squares of one side; "
            f"{int(other.sum())} of {len(cells)} rows are not (the first is {cells.index[other][0]!r}). "
            "Make the cells with `csgeo.lattice.squares`."
        )
        raise WrongGeometry(msg)
    return x, y, side


def searched_incidents(study: StudyTables, ground: Ground) -> gpd.GeoDataFrame:
    """Give the records that the study's cells and places count.

    All of them, unless the study says which (``searched``); where it does not say, the cells tell
    whether the records that enforcement made were left out.

    Raises
    ------
    WrongValues
        If neither adds up to the cells.
    """
    said = getattr(study, "searched", None)
    table = study.incidents if said is None else said
    made = (table["origin"] == "enforcement").fillna(False).to_numpy(dtype=bool)
    if said is None and made.any():
        try:
            count_records(table, study, ground)
        except WrongValues:
            return table[~made]
    return table


def count_records(
    table: gpd.GeoDataFrame, study: StudyTables, ground: Ground, *, before: bool = False
) -> Records:
    """Find the cell, the person and the mark of each record in the study area.

    Parameters
    ----------
    table
        ``INCIDENTS``: what the study searched.
    study
        The records must add up to its cells.
    ground
        The lattice to count on.
    before
        The records are of the period before: the study's cells do not know them, so the outline
        tells which lie in the area.

    Raises
    ------
    WrongValues
        If the records do not add up to what the study's cells say.
    """
    points = table.geometry.to_numpy()
    x, y = shapely.get_x(points), shapely.get_y(points)
    which = np.flatnonzero(~np.isnan(x))
    x, y = x[which], y[which]
    if not before:
        inside = _in_the_area(x, y, study, ground)
    else:
        inside = np.asarray(shapely.intersects_xy(one_shape(study.area), x, y))
    which, x, y = which[inside], x[inside], y[inside]
    column, row = column_row(x - ground.west, y - ground.south, cell_m=ground.base_m)
    person = np.full(len(table), -1, dtype=np.int64)
    if study.people_known and "person_key" in table:
        person = pd.factorize(table["person_key"])[0].astype(np.int64)
    mark = marks_of_records(
        np.round(x), np.round(y), _seconds(table["occurred_from"])[which], _codes(table)[which]
    )
    return Records(column, row, person[which], mark, which)


def _in_the_area(
    x: Numbers, y: Numbers, study: StudyTables, ground: Ground
) -> npt.NDArray[np.bool_]:
    """Tell which points the study counted; ask the outline only where its cells say otherwise."""
    column, row = column_row(x - ground.west, y - ground.south, cell_m=ground.own_m)
    wide, high = int(ground.own_column.max()) + 1, int(ground.own_row.max()) + 1
    numbers = ground.own_row * wide + ground.own_column
    known = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
    where = np.full(wide * high, -1, dtype=np.int64)
    where[numbers] = np.arange(len(numbers))
    position = np.full(len(x), -1, dtype=np.int64)
    position[known] = where[row[known] * wide + column[known]]
    said = study.cells["incidents"].to_numpy(dtype=np.int64)
    found = np.bincount(position[position >= 0], minlength=len(said))
    doubtful = np.flatnonzero((position >= 0) & (found != said)[position])
    if len(doubtful):
        outline = one_shape(study.area)
        position[doubtful[~shapely.intersects_xy(outline, x[doubtful], y[doubtful])]] = -1
        found = np.bincount(position[position >= 0], minlength=len(said))
    wrong = np.flatnonzero(found != said)
    if len(wrong):
        first = wrong[0]
        msg = (
            f"The records must add up to `study.cells`; in {len(wrong)} of {len(said)} cells they do "
            f"not (the first is {study.cells.index[first]!r}). Make the cells from the same records, or say which in `study.searched`."
        )
        raise WrongValues(msg)
    return position >= 0


def _seconds(when: pd.Series) -> Integers:
    moments = when.to_numpy(dtype="datetime64[s]")
    return np.where(np.isnat(moments), _NO_TIME, moments.astype(np.int64))


def _codes(table: gpd.GeoDataFrame) -> Integers:
    """Give the kind of harm as a number that does not hang on which other kinds there are."""
    kinds, words = pd.factorize(table["harm"])
    numbers = np.append(pd.util.hash_array(np.asarray(words, dtype=object)), 0)
    return numbers[kinds].view(np.int64)
