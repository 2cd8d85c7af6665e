"""How many records lie on each point?

Files whose points are snapped (to a street's middle, a postcode, a police station)
hold many records on few coordinates. Each coordinate is kept once, with its number
of records as its weight: nothing is moved apart, nothing is thrown away, and methods
that look at pairs have far fewer to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]


class Stacks(NamedTuple):
    """Distinct points with their records; sorted by x, y (and time), so rows may come in any order.

    ``x``, ``y`` (metres) and ``when`` (days, all 0 where no time was given) have one entry a
    stack, as have ``records`` (how many lie on it) and ``first`` (the row of its first record).
    ``of_record`` gives each row the number of its stack.
    """

    x: Numbers
    y: Numbers
    when: Numbers
    records: Integers
    first: Integers
    of_record: Integers

    def to_records(self, of_stack: Integers) -> Integers:
        """Give each record what its stack was given."""
        return of_stack[self.of_record]


def stack_records(
    x: npt.ArrayLike, y: npt.ArrayLike, when_days: npt.ArrayLike | None = None
) -> Stacks:
    """Keep each coordinate once, with the number of its records.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    when_days
        n times in days, where records only belong together if they also share their time.

    Returns
    -------
    stacks
        One entry a distinct coordinate (and time). No records give no stacks.

    Raises
    ------
    WrongValues
        If the lengths differ, or a number is missing or infinite.

    Examples
    --------
    >>> stack_records([5, 0, 5], [1, 0, 1]).records.tolist()
    [1, 2]
    """
    given = {"x": x, "y": y} | ({} if when_days is None else {"when_days": when_days})
    columns = _known(given)
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        # tables of hashes are several times as fast as sorting a million rows
        codes, distinct = pd.factorize(values)
        code = pd.factorize(code * max(len(distinct), 1) + codes)[0]
    stacks = int(code.max(initial=-1)) + 1
    first = np.full(stacks, len(code), dtype=np.int64)
    np.minimum.at(first, code, np.arange(len(code), dtype=np.int64))
    records = np.bincount(code, minlength=stacks)
    order = np.lexsort([values[first] for values in reversed(columns)])
    place = np.empty(stacks, dtype=np.int64)
    place[order] = np.arange(stacks)
    first = first[order]
    one = [values[first] + 0.0 for values in columns]  # -0 is 0
    when = one[2] if len(one) == 3 else np.zeros(stacks)
    return Stacks(one[0], one[1], when, records[order].astype(np.int64), first, place[code])


def number_by_records(label: Integers, stacks: Stacks, *, least_records: int = 1) -> Integers:
    """Give clusters new numbers: 0 holds the most records; those with too few are none.

    Parameters
    ----------
    label
        A number for each stack, -1 for none.
    stacks
        The stacks; between clusters with as many records the one with the smaller x comes first.
    least_records
        Clusters with fewer records are dissolved.

    Returns
    -------
    label
        0, 1, 2, ... without gaps; -1 for none.
    """
    inside = np.flatnonzero(label >= 0)
    if not len(inside):
        return np.full(len(label), -1, dtype=np.int64)
    names, first, code = np.unique(label[inside], return_index=True, return_inverse=True)
    held = np.bincount(code, weights=stacks.records[inside], minlength=len(names))
    # stacks are sorted by x and y, so the first member is the westernmost
    order = np.lexsort([first, -held])
    order = order[held[order] >= least_records]
    number = np.full(len(names), -1, dtype=np.int64)
    number[order] = np.arange(len(order))
    anew = np.full(len(label), -1, dtype=np.int64)
    anew[inside] = number[code]
    return anew


def _known(given: dict[str, npt.ArrayLike]) -> list[Numbers]:
    columns = {name: np.asarray(v, dtype=float).ravel() for name, v in given.items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        msg = f"{', '.join(f'`{n}`' for n in columns)} must be of one length; found {lengths}."
        raise WrongValues(msg)
    for name, values in columns.items():
        broken = ~np.isfinite(values)
        if broken.any():
            msg = (
                f"`{name}` must be known for each record; {int(broken.sum()):,} of "
                f"{len(values):,} are not (the first is at position {int(np.argmax(broken))}). "
                "Leave those records out first."
            )
            raise WrongValues(msg)
    return list(columns.values())
