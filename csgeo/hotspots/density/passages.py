"""Between which neighbouring cells can people pass, and from where on which side do they start?

A barrier is a line: a river, a motorway, a railway. It bars a move if it crosses the
straight way between two cells' centres. Each such way is asked, so a line without a
gap is never passed. A cell through which a line runs belongs to the side on which its centre
lies; a record in it belongs to the side on which the record lies, and starts from
the centres around it that it sees. A line that runs exactly through centres or records is
taken to lie a centimetre to their south-west, as a cell's northern and eastern edges
belong to its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.density.walking import MOVES, Ways

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    Shapes: TypeAlias = npt.NDArray[np.object_]

#: How far lines are moved, in metres: never along a row, a column or a diagonal.
_ASIDE_M = (-0.0137, -0.0071)
#: A crossing opens the nearest barred way, if that is no further than so many cells.
_AT_A_CROSSING = 1.5


class Barred(NamedTuple):
    """The barriers on a raster, in cells: row 0, column 0 has its centre at 0, 0.

    ``lines`` are their straight pieces in a search tree, ``near`` the cells close enough for a
    way from one of their points to be barred.
    """

    lines: shapely.STRtree
    near: Flags


def lay_barriers(
    lines: Shapes, *, shape: tuple[int, int], west_m: float, south_m: float, cell_m: float
) -> Barred:
    """Lay lines on a raster.

    Parameters
    ----------
    lines
        Line strings in metres.
    shape
        Rows and columns.
    west_m, south_m, cell_m
        The raster's south-western corner and the side of its cells, in metres.

    Returns
    -------
    barred
        The pieces of the lines, in cells, and the cells near them.
    """
    from scipy.ndimage import binary_dilation  # noqa: PLC0415  (heavy, and used only here)

    origin = np.array([west_m, south_m]) + 0.5 * cell_m - np.asarray(_ASIDE_M)
    parts = shapely.get_parts(lines)
    at, which = shapely.get_coordinates(parts, return_index=True)
    at = (at - origin) / cell_m
    follows = (which[1:] == which[:-1]) & (at[1:] != at[:-1]).any(axis=1)
    ends = np.stack([at[:-1][follows], at[1:][follows]], axis=1)
    # far outside of the raster there is nothing to bar
    low, high = ends.min(axis=1), ends.max(axis=1)
    here = ((high >= -2) & (low <= np.array([shape[1] + 1, shape[0] + 1]))).all(axis=1)
    pieces = shapely.linestrings(ends[here])
    along, _ = shapely.get_coordinates(shapely.segmentize(pieces, 0.5), return_index=True)
    column, row = np.round(along).astype(np.int64).T
    known = (row >= -1) & (row <= shape[0]) & (column >= -1) & (column <= shape[1])
    near = np.zeros((shape[0] + 2, shape[1] + 2), dtype=bool)
    near[row[known] + 1, column[known] + 1] = True
    near = binary_dilation(near, np.ones((3, 3), dtype=bool), iterations=2)[1:-1, 1:-1]
    return Barred(shapely.STRtree(pieces), near)


def _crossed(barred: Barred, start: Numbers, end: Numbers) -> Flags:
    """Tell which straight ways (n x 2 places in cells) meet a barrier."""
    crossed = np.zeros(len(start), dtype=bool)
    if len(start):
        ways = shapely.linestrings(np.stack([start, end], axis=1))
        crossed[barred.lines.query(ways, predicate="intersects")[0]] = True
    return crossed


def open_ways(size: Numbers, barred: Barred, crossings: Numbers) -> Ways:
    """Find the moves between neighbouring cells that no barrier bars.

    Parameters
    ----------
    size
        Raster of the share of each cell inside the study area.
    barred
        The barriers.
    crossings
        m x 2 places in cells from the centre of the first one; each opens the nearest barred move.

    Returns
    -------
    ways
        The open moves.

    Raises
    ------
    MethodError
        If a crossing lies at no barrier.
    """
    opened = []
    barred_from, barred_to, barred_move = [], [], []
    rows, columns = size.shape
    for number, (up, across) in enumerate(MOVES):
        row, column = np.nonzero((size > 0) & barred.near)
        there = (row + up < rows) & (column + across >= 0) & (column + across < columns)
        row, column = row[there], column[there]
        there = size[row + up, column + across] > 0
        start = np.column_stack([column[there], row[there]]).astype(float)
        end = start + np.array([across, up])
        crossed = _crossed(barred, start, end)
        flags = np.ones(size.shape, dtype=bool)
        flags[row[there][crossed], column[there][crossed]] = False
        opened.append(flags)
        barred_from.append(start[crossed])
        barred_to.append(end[crossed])
        barred_move.append(np.full(int(crossed.sum()), number))
    if len(crossings):
        start, end = np.concatenate(barred_from), np.concatenate(barred_to)
        which = np.concatenate(barred_move)
        for k in _nearest(start, end, crossings):
            opened[which[k]][int(start[k, 1]), int(start[k, 0])] = True
    return Ways(size, (opened[0], opened[1], opened[2], opened[3]))


def _nearest(start: Numbers, end: Numbers, crossings: Numbers) -> list[int]:
    ways = shapely.linestrings(np.stack([start, end], axis=1)) if len(start) else np.array([])
    found, far = [], []
    for number, place in enumerate(crossings):
        distance = np.round(shapely.distance(ways, shapely.Point(place)), 6)
        if not len(distance) or distance.min() > _AT_A_CROSSING:
            far.append(number)
        else:
            found.append(int(distance.argmin()))
    if far:
        msg = (
            f"Every crossing must lie where a barrier bars a way; {len(far)} of {len(crossings)} are more than "
            f"{_AT_A_CROSSING} cells from any in the study area, the first in place {far[0]}. Leave them out, or "
            "give the barrier that they cross."
        )
        raise MethodError(msg)
    return found


class Placed(NamedTuple):
    """What the records put on each cell (their weights), and how many see no cell's centre."""

    weight: Numbers
    unseen: int


def place_records(x: Numbers, y: Numbers, weight: Numbers, size: Numbers, barred: Barred) -> Placed:
    """Share out each record over the nine cells around it whose centres it sees.

    Quadratic B-splines: far from barriers the mean is the record's place, and the variance a
    quarter of a square cell wherever in the cell it lies. A record that sees no centre at
    all, walled in within a cell, is put on its own cell.

    Parameters
    ----------
    x, y
        n places in cells from the centre of the first cell, on the raster.
    weight
        n weights.
    size
        Raster of the share of each cell inside the study area.
    barred
        The barriers.

    Returns
    -------
    placed
        Raster that adds up to the weights.
    """
    rows, columns = size.shape
    own_column = np.clip(np.floor(x + 0.5).astype(np.int64), 0, columns - 1)
    own_row = np.clip(np.floor(y + 0.5).astype(np.int64), 0, rows - 1)
    by_column, by_row = _splines(x - own_column), _splines(y - own_row)
    near = barred.near[own_row, own_column]
    here = np.column_stack([x[near], y[near]])
    shares, cells = [], []
    for up in (-1, 0, 1):
        for across in (-1, 0, 1):
            row, column = own_row + up, own_column + across
            known = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
            row, column = np.where(known, row, 0), np.where(known, column, 0)
            share = by_row[up + 1] * by_column[across + 1]
            share = np.where(known & (size[row, column] > 0), share, 0.0)
            centre = np.column_stack([column[near], row[near]]).astype(float)
            share[near] = np.where(_crossed(barred, here, centre), 0.0, share[near])
            shares.append(share)
            cells.append(row * columns + column)
    total = np.sum(shares, axis=0)
    unseen = total <= 0
    shares[4] = np.where(unseen, 1.0, shares[4])  # the middle one of nine is its own cell
    total = np.where(unseen, 1.0, total)
    put = sum(
        np.bincount(cell, weights=weight * share / total, minlength=size.size)
        for cell, share in zip(cells, shares, strict=True)
    )
    return Placed(np.asarray(put).reshape(size.shape), int(unseen.sum()))


def _splines(offset: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Give the shares of the cell before, the own one and the one after; offset -1/2 to 1/2."""
    return (0.5 - offset) ** 2 / 2, 0.75 - offset**2, (0.5 + offset) ** 2 / 2


def parts_of(ways: Ways) -> Integers:
    """Give the number of its part of the study area to each cell, -1 outside: no way leads between parts."""
    from scipy.sparse import coo_array  # noqa: PLC0415  (heavy, and used only here)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    rows, columns = ways.size.shape
    inside = ways.size > 0
    number = np.arange(inside.size).reshape(inside.shape)
    start, end = [], []
    for opened, (up, across) in zip(ways.opened, MOVES, strict=True):
        first = slice(max(0, -across), columns - max(0, across))
        then = slice(max(0, across), columns - max(0, -across))
        a, b = (slice(0, rows - up), first), (slice(up, rows), then)
        passed = inside[a] & inside[b] & opened[a]
        start.append(number[a][passed])
        end.append(number[b][passed])
    i, j = np.concatenate(start), np.concatenate(end)
    links = coo_array((np.ones(len(i), dtype=bool), (i, j)), shape=(inside.size, inside.size))
    part = connected_components(links, directed=False)[1].reshape(inside.shape)
    part = np.where(inside, part, -1)
    _, renumbered = np.unique(part[inside], return_inverse=True)
    out = np.full(inside.shape, -1, dtype=np.int64)
    out[inside] = renumbered
    return out
