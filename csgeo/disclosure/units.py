"""Into which pieces of ground is everything counted, so that no two overlap?

One geography, used once: each place that may be shown is a piece, and what is
left of the lattice is divided into squares that nest. A cell that describes
enough people stands alone; cells that do not are joined, within the next larger
square, until they do. No piece overlaps another, so none can be taken from
another; and sparse country is drawn in large pieces instead of not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.disclosure.counted import TOP_M
from csgeo.disclosure.groups import sum_up
from csgeo.disclosure.rounding import round_keyed
from csgeo.lattice import SIDES_M, cell_corner

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records

    Integers = npt.NDArray[np.int64]


class Pieces(NamedTuple):
    """The pieces of ground around the places, in order of size, row and column.

    ``side_m``, ``column`` and ``row`` name the square that a piece lies in; ``shown`` is false
    where all that is left of a largest square describes too few people, or nobody;
    ``of_leaf`` gives the piece of each cell of the surface (-1: covered by places), and
    ``of_record`` that of each record (-1: in a place).
    """

    side_m: Integers
    column: Integers
    row: Integers
    shown: npt.NDArray[np.bool_]
    of_leaf: Integers
    of_record: Integers


class Squares(NamedTuple):
    """Squares of several sides, and the piece that each belongs to."""

    piece: Integers
    column: Integers
    row: Integers
    side_m: Integers


class Covered(NamedTuple):
    """The cells of side ``base_m`` that places cover: their numbers, sorted, and whose they are."""

    number: Integers
    place: Integers

    def at(self, number: Integers) -> Integers:
        """Give the place that covers each cell; -1 for none."""
        if not len(self.number):
            return np.full(len(number), -1, dtype=np.int64)
        found = np.searchsorted(self.number, number).clip(max=len(self.number) - 1)
        return np.where(self.number[found] == number, self.place[found], -1)


def cover(cells: list[str], ground: Ground) -> Covered:
    """Split the cells of places into the cells that records are counted in.

    Parameters
    ----------
    cells
        For each place the ids of its cells, separated by spaces.
    """
    ids = [text.split() for text in cells]
    place = np.repeat(np.arange(len(ids)), [len(some) for some in ids])
    flat = [one for some in ids for one in some]
    if not flat:
        return Covered(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    parts = []
    for side_m, x, y, where in _by_side(flat):
        column, row = (x - ground.west) // side_m, (y - ground.south) // side_m
        parts.append(_split(column, row, place[where], side_m // ground.base_m))
    column, row, place = (np.concatenate(values) for values in zip(*parts, strict=True))
    number = ground.number(column, row, ground.base_m)
    order = np.argsort(number, kind="stable")
    return Covered(number[order], place[order])


def _by_side(ids: list[str]) -> Iterator[tuple[int, Integers, Integers, Integers]]:
    """Read the squares of each side: side, corners, and where they stand in the list."""
    side = np.array([int(one.split("m", maxsplit=1)[0]) for one in ids])
    for side_m in np.unique(side):
        where = np.flatnonzero(side == side_m)
        x, y, _ = cell_corner([ids[i] for i in where])
        yield int(side_m), x, y, where


def divide(
    records: Records,
    ground: Ground,
    covered: Covered,
    *,
    rule: Rule,
    people_known: bool,
    secret: bytes,
) -> Pieces:
    """Divide the ground around the places into pieces that describe enough people each.

    Parameters
    ----------
    records
        All of them; those in places belong to no piece.
    covered
        The cells of the places that are shown.
    rule
        How many people are enough, and the step of rounding.
    people_known
        False: records stand in for people.
    secret
        The key of rounding: a piece is joined further where its rounded count would tell more of
        the cells in it than that each holds too few.
    """
    place, of_record, leaves = _leaf_of_records(records, ground, covered)
    left = np.flatnonzero(place < 0)
    open_ = _has_ground(ground, covered, leaves)
    of_leaf = np.full(len(leaves), -1, dtype=np.int64)
    made: list[tuple[int, Integers, Integers, npt.NDArray[np.bool_]]] = []
    side_m, count = ground.leaf_m, 0
    while open_.any():
        column, row, inverse, parts = _squares_of(ground, open_, side_m)
        group = np.full(len(leaves), -1, dtype=np.int64)
        group[open_] = inverse
        mine = group[of_record[left]]
        sums = sum_up(
            mine, records.person[left], records.mark[left], groups=len(column),
            least=rule.least_people, people_known=people_known,
        )  # fmt: skip
        enough = sums.enough & (sums.records > 0)
        if side_m > ground.leaf_m and not people_known:
            some = np.flatnonzero(enough)
            shown = round_keyed(
                sums.records[some], sums.mark[some], secret=secret, step=rule.round_to
            )
            enough[some] = joint_says_no_more(shown, parts[some], rule)
        last = side_m == TOP_M
        taken = enough | (last and not rule.exact)
        numbers = np.where(taken, count + np.cumsum(taken) - 1, -1)
        of_leaf[open_] = numbers[inverse]
        made += [(side_m, column[taken], row[taken], enough[taken])]
        count += int(taken.sum())
        open_ = open_ & (of_leaf < 0)
        left = left[~taken[mine]]
        if last or rule.exact:  # exact counts are of single cells: nothing is joined
            break
        side_m *= 2
    record = np.where(place < 0, of_leaf[of_record], -1)
    side = [np.full(len(c), s, dtype=np.int64) for s, c, _, _ in made]
    empty = [np.empty(0, dtype=np.int64)]
    return Pieces(
        np.concatenate(side or empty),
        np.concatenate([c for _, c, _, _ in made] or empty),
        np.concatenate([r for _, _, r, _ in made] or empty),
        np.concatenate([e for _, _, _, e in made] or empty).astype(bool),
        of_leaf,
        record,
    )


def _leaf_of_records(
    records: Records, ground: Ground, covered: Covered
) -> tuple[Integers, Integers, Integers]:
    """Give the place (-1: none) and the cell of the surface of each record, and all cells."""
    wide = ground.leaf_m // ground.base_m
    leaves = ground.number(ground.leaf_column, ground.leaf_row, ground.leaf_m)
    mine = ground.number(records.column // wide, records.row // wide, ground.leaf_m)
    leaf = np.searchsorted(leaves, mine).clip(max=len(leaves) - 1)
    place = covered.at(ground.number(records.column, records.row, ground.base_m))
    return place, leaf, leaves


def piece_at(pieces: Pieces, records: Records, ground: Ground, covered: Covered) -> Integers:
    """Give the piece that holds each record, of whatever period; -1 where it lies in a place."""
    place, leaf, _ = _leaf_of_records(records, ground, covered)
    return np.where(place < 0, pieces.of_leaf[leaf], -1)


def joint_says_no_more(shown: Integers, parts: Integers, rule: Rule) -> npt.NDArray[np.bool_]:
    """Tell where a joint count says no more of its parts than that each is too small.

    Each of the `parts` that were joined holds at most ``least_people - 1`` records, which
    everybody knows; the joint count is known to within a step. Where that forces one part to
    hold two records or more, its range would be narrower than the threshold alone leaves it.

    Parameters
    ----------
    shown
        Rounded counts.
    parts
        How many parts were joined in each.
    """
    few = rule.least_people - 1
    least = np.maximum(rule.least_people, shown - (rule.round_to - 1))
    return np.asarray(least <= 1 + (parts - 1) * few)


def squares_of_pieces(pieces: Pieces, ground: Ground, covered: Covered) -> Squares:
    """List the fewest squares that make up each piece, sorted by piece, size, row and column."""
    wide = ground.leaf_m // ground.base_m
    base_row, base_column = np.divmod(covered.number, ground.columns * (TOP_M // ground.base_m))
    cut = np.isin(
        ground.number(ground.leaf_column, ground.leaf_row, ground.leaf_m),
        ground.number(base_column // wide, base_row // wide, ground.leaf_m),
    )
    whole = (pieces.of_leaf >= 0) & ~cut
    cut &= pieces.of_leaf >= 0
    column, row, piece = _split(
        ground.leaf_column[cut], ground.leaf_row[cut], pieces.of_leaf[cut], wide
    )
    free = covered.at(ground.number(column, row, ground.base_m)) < 0
    column, row, piece = column[free], row[free], piece[free]
    kept: list[Squares] = []
    for side in (s for s in SIDES_M if s >= ground.base_m):
        if side == ground.leaf_m:  # the untouched cells come in at their own size
            column = np.concatenate([column, ground.leaf_column[whole]])
            row = np.concatenate([row, ground.leaf_row[whole]])
            piece = np.concatenate([piece, pieces.of_leaf[whole]])
        joined = _join_four(column, row, piece)
        alone = ~joined if side < TOP_M else np.ones_like(joined)
        kept.append(Squares(piece[alone], column[alone], row[alone], np.full(alone.sum(), side)))
        quarter = joined & (column % 2 == 0) & (row % 2 == 0)
        column, row, piece = column[quarter] // 2, row[quarter] // 2, piece[quarter]
    parts = [np.concatenate(values) for values in zip(*kept, strict=True)]
    order = np.lexsort((parts[1], parts[2], parts[3], parts[0]))
    return Squares(*(values[order] for values in parts))


def _join_four(column: Integers, row: Integers, piece: Integers) -> npt.NDArray[np.bool_]:
    """Tell which squares make up their parent together with three others of the same piece."""
    high, wide = row.max(initial=0) // 2 + 1, column.max(initial=0) // 2 + 1
    parent = (piece * high + row // 2) * wide + column // 2
    _, inverse, many = np.unique(parent, return_inverse=True, return_counts=True)
    return np.asarray(many[inverse] == 4)


def _has_ground(ground: Ground, covered: Covered, leaves: Integers) -> npt.NDArray[np.bool_]:
    """Tell which cells of the surface places leave some ground of."""
    wide = ground.leaf_m // ground.base_m
    row, column = np.divmod(covered.number, ground.columns * (TOP_M // ground.base_m))
    numbers, many = np.unique(
        ground.number(column // wide, row // wide, ground.leaf_m), return_counts=True
    )
    return ~np.isin(leaves, numbers[many == wide * wide])


def _squares_of(
    ground: Ground, these: npt.NDArray[np.bool_], side_m: int
) -> tuple[Integers, Integers, Integers, Integers]:
    """Give the squares that hold some of the cells: column, row, which, and how many parts.

    Parts are the squares of half the side that hold some of the cells.
    """
    times = side_m // ground.leaf_m
    column, row = ground.leaf_column[these] // times, ground.leaf_row[these] // times
    number = ground.number(column, row, side_m)
    names, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    if times == 1:
        return column[first], row[first], inverse, np.ones(len(names), dtype=np.int64)
    half = times // 2
    smaller = ground.number(
        ground.leaf_column[these] // half, ground.leaf_row[these] // half, side_m // 2
    )
    _, one = np.unique(smaller, return_index=True)
    return column[first], row[first], inverse, np.bincount(inverse[one], minlength=len(names))


def _split(
    column: Integers, row: Integers, whose: Integers, times: int
) -> tuple[Integers, Integers, Integers]:
    """Split each square into `times` by `times` smaller ones of the same owner."""
    step_x, step_y = (v.ravel() for v in np.meshgrid(np.arange(times), np.arange(times)))
    return (
        (column[:, None] * times + step_x).ravel(),
        (row[:, None] * times + step_y).ravel(),
        np.repeat(whose, times * times),
    )
