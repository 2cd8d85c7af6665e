"""Which kinds of harm may be shown by part of the day at a place, and what would they tell together?

Kinds of harm are rows, parts of the day are columns; the place and each row and
column may be shown already. Whatever can be added up and taken away from them is
a set of cells that are not shown (a cut: the table is a network, so there are no
others). Each such set must describe enough people, or be what is shown anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.disclosure.audit import says_too_much
from csgeo.disclosure.groups import describe_enough, may_be_told
from csgeo.disclosure.margins import ranges_of_cells

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


#: More rows than this are not split by columns: all choices of rows are looked at.
MOST_ROWS = 9


class Place(NamedTuple):
    """The records of one place in rows and columns; the last column takes times not known.

    ``by_person`` has a row for each person and a column for each cell, row after row of the
    table (empty where nobody is known); ``records`` the records of each cell; ``rows`` and
    ``columns`` how many of them are shown; ``other`` whether there is a further row.
    """

    by_person: Integers
    records: Integers
    rows: int
    columns: int
    other: bool


def place_of(
    row: Integers, column: Integers, person: Integers, *, rows: int, columns: int, other: bool
) -> Place:
    """Lay the records of a place out in a table.

    Parameters
    ----------
    row, column
        On n records: 0 to `rows` less 1, and to `columns` less 1; -1 for what is not shown.
    person
        On n records; -1 where none is named.
    other
        Whether there may be records in none of the rows.
    """
    wide, high = columns + 1, rows + int(other)
    cell = np.where(row < 0, rows, row) * wide + np.where(column < 0, columns, column)
    named = person >= 0
    who, whose = np.unique(person[named], return_inverse=True)
    by_person = np.zeros((len(who), wide * high), dtype=np.int64)
    np.add.at(by_person, (whose, cell[named]), 1)
    return Place(by_person, np.bincount(cell, minlength=wide * high), rows, columns, other)


def safe_cells(
    place: Place,
    numbers: tuple[int, Integers, Integers, Integers],
    *,
    step: int,
    least_people: int,
    least_rest: int,
    people_known: bool,
) -> Flags:
    """Tell which cells of a place may be shown beside its rows, its columns and its whole.

    Parameters
    ----------
    place
        From :func:`place_of`.
    numbers
        What would be shown, rounded: the whole, the rows, the columns, and rows x columns cells.
    step
        Of rounding.
    least_people
        That a cell describes.
    least_rest
        That every set of hidden cells describes which can be taken from what is shown.
    people_known
        False: records stand in for people.

    Returns
    -------
    shown
        rows x columns.
    """
    wide, high = place.columns + 1, place.rows + int(place.other)
    every = np.eye(wide * high, dtype=bool)
    fine = _may_be_told(place, every, least_people, people_known).reshape(high, wide)
    size = place.records.reshape(high, wide)[: place.rows, : place.columns]
    shown = np.array(fine[: place.rows, : place.columns])
    fewest = np.argsort(-size.sum(axis=1), kind="stable")[MOST_ROWS:]
    shown[fewest] = False
    while shown.any():
        hidden = np.ones((high, wide), dtype=bool)
        hidden[: place.rows, : place.columns] = ~shown
        sets = sets_that_can_be_taken(hidden, columns=place.columns)
        safe = _may_be_told(place, sets.reshape(len(sets), -1), least_rest, people_known)
        safe = safe | _is_a_line(sets, place.rows, place.columns)
        if not safe.all():
            wrong = sets[~safe][0]
            near = wrong.any(axis=1)[: place.rows, None] | wrong.any(axis=0)[: place.columns]
        elif _tells(place, numbers, shown, fine, step=step, least_people=least_people):
            near = np.ones_like(shown)
        else:
            break
        choice = shown & near if (shown & near).any() else shown
        smallest = np.where(choice, size, np.iinfo(np.int64).max).argmin()
        shown.flat[smallest] = False
    return shown


def sets_that_can_be_taken(hidden: Flags, *, columns: int) -> npt.NDArray[np.bool_]:
    """List the smallest sets of hidden cells whose records follow from sums that are shown.

    Take some rows together; take from them each column whose hidden cells all lie in these rows.
    What is left is such a set, and so is the hidden part of a column; every other one is
    made of these.

    Parameters
    ----------
    hidden
        All rows x all columns of a table; the last column is never shown.
    columns
        How many of the columns are shown as a whole.

    Returns
    -------
    sets
        One table of truth values each, none empty; those of one row come first.
    """
    wide = hidden.shape[1]
    taken = _rows_taken(hidden, columns)
    elsewhere = (~taken).astype(int) @ hidden.astype(int)
    goes = (elsewhere == 0) & (np.arange(wide) < columns)
    of_rows = taken[:, :, None] & hidden & ~goes[:, None, :]
    of_columns = np.zeros((columns, *hidden.shape), dtype=bool)
    for one in range(columns):
        of_columns[one, :, one] = hidden[:, one]
    sets = np.concatenate([of_rows, of_columns])
    return np.asarray(sets[sets.any(axis=(1, 2))])


def _rows_taken(hidden: Flags, columns: int) -> Flags:
    """List the rows to take together: every choice of those with a shown cell, and of the others
    none, one, or all (a column goes only if none of them is left out).
    """
    open_ = ~hidden[:, :columns].all(axis=1)
    some, others = np.flatnonzero(open_), np.flatnonzero(~open_)
    number = np.arange(2 ** len(some))
    choice = np.zeros((len(number), len(hidden)), dtype=bool)
    choice[:, some] = (number[:, None] >> np.arange(len(some))) & 1 == 1
    more = np.zeros((len(others) + 2, len(hidden)), dtype=bool)
    more[1, others] = True
    more[np.arange(len(others)) + 2, others] = True
    taken = np.unique((choice[:, None] | more).reshape(-1, len(hidden)), axis=0)
    taken = taken[taken.any(axis=1)]
    return np.asarray(taken[np.argsort(taken.sum(axis=1), kind="stable")])


def _may_be_told(place: Place, sets: Flags, least: int, people_known: bool) -> Flags:
    records = sets.astype(np.int64) @ place.records
    if not people_known:
        return np.asarray(records >= least)
    theirs = place.by_person @ sets.T.astype(np.int64)
    people, most = (theirs > 0).sum(axis=0), theirs.max(axis=0, initial=0)
    return may_be_told(records, people, most, least=least)


def _is_a_line(sets: Flags, rows: int, columns: int) -> Flags:
    """Tell which sets are one whole row or column, which is shown anyway."""
    full_row, full_column = np.asarray(sets.all(axis=2)), np.asarray(sets.all(axis=1))
    size = sets.sum(axis=(1, 2))
    a_row = full_row[:, :rows].any(axis=1) & (size == sets.shape[2])
    return np.asarray(a_row | (full_column[:, :columns].any(axis=1) & (size == sets.shape[1])))


def _tells(
    place: Place,
    numbers: tuple[int, Integers, Integers, Integers],
    shown: Flags,
    fine: Flags,
    *,
    step: int,
    least_people: int,
) -> bool:
    """Ask the linear programme, where the counts alone do not rule it out."""
    hidden = np.ones_like(fine)
    hidden[: place.rows, : place.columns] = ~shown
    if not _could_be_pinned(place.records.reshape(fine.shape), hidden, fine):
        return False
    ranges = ranges_of_cells(numbers, shown, other=place.other, step=step, least=least_people)
    small = hidden & ~fine
    return bool(says_too_much(ranges[small.ravel()], least_people=least_people).any())


def _could_be_pinned(records: Integers, hidden: Flags, fine: Flags) -> bool:
    """Tell whether a small hidden cell would be known to be 2 or more, were nothing rounded.

    In rows taken together it is the one hidden cell of its column; the other hidden
    columns of these rows hold at most what they hold elsewhere. Rounding only widens that.
    """
    many = np.where(hidden, records, 0)
    taken = _rows_taken(hidden, hidden.shape[1] - 1).astype(int)
    inside, elsewhere = taken @ hidden.astype(int), (1 - taken) @ many
    can_hold = np.where(inside > 0, elsewhere, 0)
    bound = taken @ many - (can_hold.sum(axis=1)[:, None] - can_hold)
    which, column = np.nonzero((inside == 1) & (bound > 1))
    row = (taken[which] * hidden[:, column].T).argmax(axis=1)
    return bool((~fine[row, column]).any())


def small_cells(
    unit: Integers,
    row: Integers,
    column: Integers,
    person: Integers,
    shape: tuple[int, int, int],
    *,
    least: int,
    people_known: bool,
) -> Flags:
    """Tell which cells of m units describe too few people, nobody included.

    Parameters
    ----------
    unit, row, column
        On n records; -1 for none.
    person
        On n records; -1 where none is named.
    shape
        m units, k rows, l columns.
    """
    units, rows, columns = shape
    group = np.where(
        (unit >= 0) & (row >= 0) & (column >= 0), (unit * rows + row) * columns + column, -1
    )
    _, _, enough = describe_enough(
        group, person, groups=units * rows * columns, least=least, people_known=people_known
    )
    return np.asarray(~enough.reshape(shape))
