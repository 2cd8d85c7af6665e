"""How many records, of how many people, does each group of records hold, and may it be shown?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.disclosure.rounding import marks_of_sets

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]

#: No one person may have more than this share of the records of a group that is shown.
MOST_BY_ONE = 0.5


class Groups(NamedTuple):
    """Of each group: records, distinct people, the mark of its records, and whether it may be shown.

    ``people`` are the records where nobody is named. ``enough``: it describes enough people,
    and no one of them has more than half of its records.
    """

    records: Integers
    people: Integers
    mark: npt.NDArray[np.uint64]
    enough: npt.NDArray[np.bool_]


def sum_up(
    group: Integers,
    person: Integers,
    mark: npt.NDArray[np.uint64],
    *,
    groups: int,
    least: int,
    people_known: bool,
) -> Groups:
    """Count the records and the distinct people of each group.

    Parameters
    ----------
    group
        On n records: 0 to `groups` less 1, or -1 for none.
    person
        On n records: a number for each person, -1 where none is named; such a record adds
        nobody, so the number of people is never too high.
    mark
        On n records: what each counts as in keyed rounding.
    least
        The fewest distinct people that may be shown.
    people_known
        False: records stand in for people.
    """
    records, people, enough = describe_enough(
        group, person, groups=groups, least=least, people_known=people_known
    )
    return Groups(records, people, marks_of_sets(mark, group, groups=groups), enough)


def describe_enough(
    group: Integers, person: Integers, *, groups: int, least: int, people_known: bool
) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
    """Count records and people as :func:`sum_up` does, for sets that get no number of their own.

    Returns
    -------
    records, people, enough
        Of each group; as in :class:`Groups`.
    """
    inside = group >= 0
    records = np.bincount(group[inside], minlength=groups)
    if not people_known:
        return records, records, records >= least
    named = inside & (person >= 0)
    many = int(person.max(initial=-1)) + 1
    pairs, times = np.unique(group[named] * many + person[named], return_counts=True)
    whose = pairs // max(many, 1)
    people = np.bincount(whose, minlength=groups)
    most = np.zeros(groups, dtype=np.int64)
    np.maximum.at(most, whose, times)
    return records, people, may_be_told(records, people, most, least=least)


def may_be_told(
    records: Integers, people: Integers, most: Integers, *, least: int
) -> npt.NDArray[np.bool_]:
    """Tell which sets describe enough people, none of whom has more than half of the records.

    Parameters
    ----------
    records, people, most
        Of each set: its records, distinct people, and the most records of any one of them.
    least
        The fewest distinct people.
    """
    return np.asarray((people >= least) & ((most <= MOST_BY_ONE * records) | (least <= 1)))
