"""Does what is shown say more of what is hidden than that it is too small to be shown?

Whoever knows the rule knows that each rounded number is less than a step from
its count, and that totals are sums. Linear programming finds the narrowest
range that this leaves for each hidden count (Fischetti and Salazar 2000; Willenborg and de Waal
2001, chapter 6). It must reach from 0 or 1 to one below the threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


class Relation(NamedTuple):
    """A shown total, and its parts: ``total`` and ``parts`` are positions in a list of numbers."""

    total: int
    parts: tuple[int, ...]


def hidden_ranges(
    shown: npt.NDArray[np.float64],
    relations: tuple[Relation, ...],
    *,
    step: int,
    most_hidden: float = np.inf,
) -> npt.NDArray[np.float64]:
    """Find the narrowest range of each count that the shown numbers leave, by linear programming.

    Parameters
    ----------
    shown
        n rounded numbers; missing where hidden.
    relations
        Which of them are sums of which.
    step
        Of rounding: each count is less than a step from its rounded number.
    most_hidden
        What a hidden count can be at most: the threshold less 1 where records stand in for people,
        without bound where one person may have many records.

    Returns
    -------
    ranges
        n x 2: least and most, whole numbers. Missing where the numbers contradict each other.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  (heavy)

    n = len(shown)
    least = np.where(np.isnan(shown), 0.0, np.maximum(shown - (step - 1), 0.0))
    most = np.where(np.isnan(shown), most_hidden, shown + (step - 1))
    rows = np.zeros((len(relations), n))
    for row, relation in zip(rows, relations, strict=True):
        row[relation.total] = -1.0
        row[list(relation.parts)] += 1.0
    bounds = [
        (low, None if np.isinf(high) else high) for low, high in zip(least, most, strict=True)
    ]
    ranges = np.column_stack([least, most])
    for one in np.flatnonzero(np.isnan(shown)):
        for side, sign in ((0, 1.0), (1, -1.0)):
            aim = np.zeros(n)
            aim[one] = sign
            found = linprog(aim, A_eq=rows, b_eq=np.zeros(len(rows)), bounds=bounds, method="highs")
            if found.status == 3:  # without bound
                ranges[one, side] = np.inf
            elif found.status == 0:
                value = found.x[one]
                ranges[one, side] = np.ceil(value - 1e-6) if side == 0 else np.floor(value + 1e-6)
            else:
                ranges[one, side] = np.nan
    return ranges


def says_too_much(ranges: npt.NDArray[np.float64], *, least_people: int) -> Flags:
    """Tell which ranges are narrower than the threshold alone leaves them.

    Parameters
    ----------
    ranges
        n x 2, of hidden counts.
    least_people
        The threshold; a hidden count may be anything from 0 or 1 to one below it.
    """
    return np.asarray(~((ranges[:, 0] <= 1) & (ranges[:, 1] >= least_people - 1)))


def leave_a_safe_rest(
    totals: Integers, parts: Integers, shown: Flags, *, rest: bool, least_rest: int
) -> Flags:
    """Hide further parts until what is left of each total is too much to be pinned down.

    Taking one shown part, or all of them, from the total leaves the records of the others. Rounding
    blurs that difference but does not hide it where it is small, so it is never small: at least
    `least_rest` records, or nothing is hidden at all.

    Parameters
    ----------
    totals
        m counts of records.
    parts
        m x k counts of records.
    shown
        m x k: which of them describe enough people.
    rest
        Whether there is a further part that is never shown.
    least_rest
        In records.

    Returns
    -------
    shown
        m x k, a part of what was shown.
    """
    # a part that is nearly all of the total would tell what the others hold
    shown = shown & (totals[:, None] - parts >= least_rest)
    while True:
        left = totals - np.where(shown, parts, 0).sum(axis=1)
        complete = shown.all(axis=1) & (not rest)
        small = shown.any(axis=1) & (left < least_rest) & ~complete
        if not small.any():
            return np.asarray(shown)
        rows = np.flatnonzero(small)
        size = np.where(shown[rows], parts[rows], np.iinfo(np.int64).max)
        shown[rows, size.argmin(axis=1)] = False


class Breakdown(NamedTuple):
    """A total of m units, split in k parts each, shown and rounded.

    ``numbers`` and ``shown`` are m x k; ``rest``: whether there is a further part that is never
    shown, such as records whose time is not known.
    """

    numbers: Integers
    shown: Flags
    rest: bool


def hide_what_says_too_much(
    totals: Integers,
    breakdowns: tuple[Breakdown, ...],
    *,
    step: int,
    least_people: int,
    people_known: bool,
) -> tuple[Flags, ...]:
    """Hide further parts until no hidden one can be told from the totals and the other parts.

    Every breakdown of a unit adds up to the same total, so all of them bound it. In this shape the
    linear programme has its solution in closed form, which is what is worked out here for all
    units at once; the smallest part that is shown goes first.

    Parameters
    ----------
    totals
        m rounded totals, all shown.
    breakdowns
        Of the same m units.
    step, least_people
        The rule.
    people_known
        False: a hidden part holds fewer records than the threshold; True: it may hold many, of few
        people.

    Returns
    -------
    shown
        For each breakdown m x k, a part of what was shown.
    """
    shown = [b.shown.copy() for b in breakdowns]
    few = np.inf if people_known else least_people - 1
    while True:
        least, most = totals - (step - 1.0), totals + (step - 1.0)
        for b, seen in zip(breakdowns, shown, strict=True):
            low, high = _sum_of_shown(b, seen, step)
            hidden = (~seen).sum(axis=1) + b.rest
            least = np.maximum(least, low)
            loose = np.inf if b.rest else few
            with np.errstate(invalid="ignore"):
                most = np.minimum(most, high + np.where(hidden > 0, hidden * loose, 0.0))
        changed = False
        for b, seen in zip(breakdowns, shown, strict=True):
            low, high = _sum_of_shown(b, seen, step)
            hidden = (~seen).sum(axis=1)
            others = np.where(b.rest, np.inf, 0.0) + np.where(
                hidden > 1, (hidden - 1) * few if few < np.inf else np.inf, 0.0
            )
            tight = (
                (hidden > 0)
                & seen.any(axis=1)
                & ((least - high - others > 1) | (most - low < least_people - 1))
            )
            if tight.any():
                rows = np.flatnonzero(tight)
                size = np.where(seen[rows], b.numbers[rows], np.iinfo(np.int64).max)
                seen[rows, size.argmin(axis=1)] = False
                changed = True
        if not changed:
            return tuple(shown)


def _sum_of_shown(
    b: Breakdown, seen: Flags, step: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the least and the most that the shown parts of each unit can add up to."""
    low = np.where(seen, np.maximum(b.numbers - (step - 1), 0), 0).sum(axis=1)
    high = np.where(seen, b.numbers + (step - 1), 0).sum(axis=1)
    return low.astype(float), high.astype(float)
