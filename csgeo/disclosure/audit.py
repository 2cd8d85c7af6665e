"""Does what is shown say more of what is hidden than that it is too small to be shown?

Whoever knows the rule knows that each rounded number is less than a step from
its count, and that totals are sums. Linear programming finds the narrowest
range that this leaves for each hidden count (Fischetti and Salazar 2000; Willenborg and de Waal
2001, chapter 6). It must reach from 0 or 1 to one below the threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.disclosure.groups import describe_enough

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
    least_shown: int = 0,
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
    least_shown
        What a shown count is at least: whoever knows the rule knows that it is no less.

    Returns
    -------
    ranges
        n x 2: least and most, whole numbers. Missing where the numbers contradict each other.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  (heavy)

    n = len(shown)
    least = np.where(np.isnan(shown), 0.0, np.maximum(shown - (step - 1), least_shown))
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
    unit: Integers,
    part: Integers,
    person: Integers,
    shown: Flags,
    *,
    rest: bool,
    least: int,
    people_known: bool,
) -> Flags:
    """Hide further parts until what is left of each total could itself be shown.

    Taking shown parts from their total leaves the records of the others. Rounding blurs that
    difference but does not hide whom it is about, so what is left describes at least `least`
    people, none of whom has more than half of it; or every part is shown and nothing is left.

    Parameters
    ----------
    unit, part
        On n records: which of m totals, and which of its k parts (-1: none that is ever shown).
    person
        On n records; -1 where none is named.
    shown
        m x k: which parts describe enough people.
    rest
        Whether there is a further part that is never shown.
    least
        Distinct people; records, where `people_known` is false.

    Returns
    -------
    shown
        m x k, a part of what was shown.
    """
    m, k = shown.shape
    how = {"groups": m, "least": least, "people_known": people_known}
    these = np.append(shown.any(axis=1), False)[unit]  # unit -1: the last
    unit, part, person = unit[these], part[these], person[these]
    size = np.bincount((unit * k + part)[part >= 0], minlength=m * k).reshape(m, k)
    shown = shown.copy()
    for one in range(k):  # a part that is nearly all of the total would tell what the others hold
        _, people, _ = describe_enough(np.where(part == one, -1, unit), person, **how)
        shown[:, one] &= people >= least
    while True:
        left = np.where((part >= 0) & shown[unit, part], -1, unit)
        _, _, safe = describe_enough(left, person, **how)
        complete = shown.all(axis=1) & (not rest)
        rows = np.flatnonzero(shown.any(axis=1) & ~safe & ~complete)
        if not len(rows):
            return shown
        smallest = np.where(shown[rows], size[rows], np.iinfo(np.int64).max).argmin(axis=1)
        shown[rows, smallest] = False


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
            low, high = _sum_of_shown(b, seen, step, least_people)
            hidden = (~seen).sum(axis=1) + b.rest
            least = np.maximum(least, low)
            loose = np.inf if b.rest else few
            with np.errstate(invalid="ignore"):
                most = np.minimum(most, high + np.where(hidden > 0, hidden * loose, 0.0))
        changed = False
        for b, seen in zip(breakdowns, shown, strict=True):
            low, high = _sum_of_shown(b, seen, step, least_people)
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
    b: Breakdown, seen: Flags, step: int, least: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the least and the most that the shown parts of each unit can add up to."""
    low = np.where(seen, np.maximum(b.numbers - (step - 1), least), 0).sum(axis=1)
    high = np.where(seen, b.numbers + (step - 1), 0).sum(axis=1)
    return low.astype(float), high.astype(float)
