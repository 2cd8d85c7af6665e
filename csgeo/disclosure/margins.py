"""What do the rows and columns of a table say of its cells, whether these are shown or not?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.disclosure.audit import Relation, hidden_ranges

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


def ranges_of_cells(
    numbers: tuple[int, Integers, Integers, Integers],
    shown: Flags,
    *,
    other: bool,
    step: int,
    least: int,
) -> npt.NDArray[np.float64]:
    """Find by linear programming what the shown numbers of a place leave for each of its cells.

    Parameters
    ----------
    numbers
        The whole, rows, columns and cells, rounded.
    shown
        Which of the cells are shown; the others are not read.
    other
        Whether there is a further row. There always is a further column.
    step, least
        The rule.

    Returns
    -------
    ranges
        Of all cells, row after row, those of the further row and column included.
    """
    whole, of_rows, of_columns, cells = numbers
    high, wide = shown.shape[0] + int(other), shown.shape[1] + 1
    table = np.full((high, wide), np.nan)
    table[: shown.shape[0], : shown.shape[1]] = np.where(shown, cells, np.nan)
    position = np.arange(high * wide).reshape(high, wide)
    first = high * wide
    known = np.concatenate([table.ravel(), [whole], of_rows, of_columns]).astype(float)
    relations = [Relation(first, tuple(position.ravel().tolist()))]
    relations += [Relation(first + 1 + i, tuple(position[i].tolist())) for i in range(len(of_rows))]
    relations += [
        Relation(first + 1 + len(of_rows) + j, tuple(position[:, j].tolist()))
        for j in range(len(of_columns))
    ]
    ranges = hidden_ranges(known, tuple(relations), step=step, least_shown=least)
    return ranges[:first]


def hide_what_margins_pin(
    totals: Integers,
    rows: tuple[Integers, Flags],
    columns: tuple[Integers, Flags],
    small: Flags,
    *,
    step: int,
    least_people: int,
) -> tuple[Flags, Flags]:
    """Hide the smaller of a row and a column that together say that a small cell is not empty.

    A cell holds at least its row and its column less the whole (Fréchet's bound).

    Parameters
    ----------
    totals
        m rounded totals.
    rows, columns
        Rounded numbers, and which are shown: m x k and m x l.
    small
        m x k x l: which cells describe too few people.
    step, least_people
        The rule.

    Returns
    -------
    rows, columns
        Which are shown still.
    """
    (a, of_rows), (b, of_columns) = rows, columns
    least_a, least_b = (np.maximum(n - (step - 1), least_people) for n in (a, b))
    bound = least_a[:, :, None] + least_b[:, None, :] - (totals + step - 1)[:, None, None]
    pinned = (bound > 1) & small & of_rows[:, :, None] & of_columns[:, None, :]
    row_goes = pinned & (a[:, :, None] <= b[:, None, :])
    return (
        np.asarray(of_rows & ~row_goes.any(axis=2)),
        np.asarray(of_columns & ~(pinned & ~row_goes).any(axis=1)),
    )
