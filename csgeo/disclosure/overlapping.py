"""What do places and pieces of several releases tell when they are added up and taken from each other?

Every release divides the same ground in its own way. Wherever a place or piece
of one is not one of the others too, all that overlap there are taken from each
other: one from another, two from another, one from two, and all of a release that
lie in one. What is left must describe nobody, or enough people.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.disclosure.groups import describe_enough

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

#: More units than this in one spot are not taken in threes.
_MOST_AT_ONCE = 40


class Divided(NamedTuple):
    """How one release divides the ground: the unit of each cell (-1: none), and how many units."""

    unit: Integers
    units: int


class Told(NamedTuple):
    """A unit of the new release, and why it cannot be shown beside the others."""

    unit: int
    why: str


CHANGED = "its records were changed since"
LEAVES_FEW = "taken from a former release it leaves a few people"


def units_that_tell(
    divided: Sequence[Divided],
    numbers: Sequence[Integers],
    cell: Integers,
    person: Integers,
    *,
    least: int,
    people_known: bool,
) -> list[Told]:
    """Find the units of the first release that others would be told by.

    Parameters
    ----------
    divided
        The new release, then those before it, on the same cells.
    numbers
        What each says of its units, rounded.
    cell
        The cell of each of n records.
    person
        Their people; -1 where none is named.
    least
        Distinct people (records, where `people_known` is false) that whatever is left describes.
    people_known
        Whether people can be counted.

    Returns
    -------
    told
        At most one for each unit, in their order.
    """
    atoms, atom_of_cell = np.unique(
        np.stack([one.unit for one in divided], axis=1), axis=0, return_inverse=True
    )
    of_atom = _records_of_atoms(atom_of_cell.ravel()[cell], len(atoms))
    grounds = [_grounds(atoms[:, k], one.units) for k, one in enumerate(divided)]
    told: dict[int, str] = {}
    seen: dict[int, bool] = {0: True}
    for unit, ground in enumerate(grounds[0]):
        if not ground:
            continue
        touching = _touching(ground, atoms)
        for k, other in touching:
            if k and grounds[k][other] == ground and numbers[k][other] != numbers[0][unit]:
                told[unit] = CHANGED
        if unit in told or all(grounds[k][other] == ground for k, other in touching if k):
            continue
        around = {one for k, other in touching for one in _touching(grounds[k][other], atoms)}
        pool = [(k, grounds[k][other]) for k, other in sorted(around)]
        for left in _left(ground, pool):
            if left not in seen:
                seen[left] = _fine(left, of_atom, person, least=least, people_known=people_known)
            if not seen[left]:
                told[unit] = LEAVES_FEW
                break
    return [Told(unit, why) for unit, why in sorted(told.items())]


def _records_of_atoms(atom: Integers, atoms: int) -> list[Integers]:
    order = np.argsort(atom, kind="stable")
    return np.split(order, np.cumsum(np.bincount(atom, minlength=atoms))[:-1])


def _grounds(unit_of_atom: Integers, units: int) -> list[int]:
    """Give each unit's atoms as the bits of one number."""
    grounds = [0] * units
    for atom, unit in enumerate(unit_of_atom.tolist()):
        if unit >= 0:
            grounds[unit] |= 1 << atom
    return grounds


def _touching(ground: int, atoms: Integers) -> list[tuple[int, int]]:
    """List the units, of whatever release, that share ground with this one."""
    found = set()
    while ground:
        lowest = ground & -ground
        for k, unit in enumerate(atoms[lowest.bit_length() - 1].tolist()):
            if unit >= 0:
                found.add((k, unit))
        ground ^= lowest
    return sorted(found)


def _left(mine: int, pool: list[tuple[int, int]]) -> Iterator[int]:
    """Give what is left where the new unit is added or taken, with units of other releases.

    Each time one or two are taken from one, or one from two; those of two that overlap count once.
    """
    grounds = list(dict.fromkeys(ground for _, ground in pool))
    few = grounds[:_MOST_AT_ONCE]
    larger = [one for one in grounds if one != mine and not mine & ~one]
    for one in larger:  # it lies in another
        yield one & ~mine
        beside = [two for two in few if not two & mine and not two & ~one]
        yield from (one & ~mine & ~two for two in beside)
    inside = [one for one in few if one != mine and not one & ~mine]
    for one in inside:  # others lie in it
        yield mine & ~one
    yield from (mine & ~a & ~b for a, b in combinations(inside, 2) if not a & b)
    for two in few:  # it is added to another, and what lies in both together is taken
        yield from (_two_less_one(mine, two, one) for one in few if one & mine and one & two)
    # it lies in two others together
    yield from (_two_less_one(a, b, mine) for a, b in combinations(few, 2) if mine & a and mine & b)
    yield from _all_taken(mine, pool)


def _two_less_one(a: int, b: int, less: int) -> int:
    """Add two and take a third; nothing where that is no set of records, each counted once."""
    if a & b & ~less or less & ~(a | b):
        return 0
    return (a ^ b) & ~less | a & b


def _all_taken(mine: int, pool: list[tuple[int, int]]) -> Iterator[int]:
    """Take all of one release that lie in a unit from it, and in those that together hold it."""
    releases = {k for k, _ in pool}
    for k in releases:
        theirs = [one for of, one in pool if of == k]
        within = _joined(one for one in theirs if not one & ~mine)
        yield mine & ~within if within else 0
        hold = _joined(one for one in theirs if one & mine)
        if mine & ~hold:
            continue
        yield hold & ~mine
        for other in releases - {k}:
            taken = _joined(one for of, one in pool if of == other and not one & ~hold)
            yield hold & ~taken if taken else 0
            yield hold & ~(taken | mine) if not taken & mine else 0


def _joined(grounds: Iterator[int]) -> int:
    whole = 0
    for one in grounds:
        whole |= one
    return whole


def _fine(
    left: int, of_atom: list[Integers], person: Integers, *, least: int, people_known: bool
) -> bool:
    """Tell whether what is left holds nobody, or enough people of whom none has most of it."""
    parts = []
    while left:
        lowest = left & -left
        parts.append(of_atom[lowest.bit_length() - 1])
        left ^= lowest
    records = np.concatenate(parts)
    if not len(records):
        return True
    _, _, enough = describe_enough(
        np.zeros(len(records), dtype=np.int64), person[records],
        groups=1, least=least, people_known=people_known,
    )  # fmt: skip
    return bool(enough[0])
