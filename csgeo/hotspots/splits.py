"""Where can a history be cut into what was known by then, and what came after?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]


class Split(NamedTuple):
    """One cut: the rows known by then and the rows that came after, with their months."""

    name: str
    earlier: Integers
    later: Integers
    earlier_months: int
    later_months: int


class Splits(NamedTuple):
    """The cuts, the earliest first, and how they were made, in words."""

    splits: tuple[Split, ...]
    words: str


def rolling_splits(month: Integers, *, splits: int, later_months: int, least_months: int) -> Splits:
    """Cut a history several times, each time at a later month (rolling origins).

    The later parts follow one another and do not overlap; the last one ends with the last month.
    Each earlier part is everything before its later part.

    Parameters
    ----------
    month
        n months, counted from the year 0 (as ``month_numbers`` gives them); -1 where not known:
        such a row is in no part.
    splits
        How many cuts at most; as many as the history has room for are made.
    later_months
        Months with records in each later part.
    least_months
        Months with records in the shortest earlier part at least.

    Returns
    -------
    splits
        At least one, named by the first and last month of the later part. A month in which
        nobody recorded anything is not known (a gap is no fall) and counts in neither part.

    Raises
    ------
    RecipeError
        If a number is below 1.
    MethodError
        If the history is too short for one cut.

    References
    ----------
    Tashman (2000), https://doi.org/10.1016/S0169-2070(00)00065-0 (rolling origins)

    Examples
    --------
    >>> import numpy as np
    >>> cut = rolling_splits(np.arange(24240, 24264), splits=4, later_months=6, least_months=12)
    >>> [(s.name, s.earlier_months) for s in cut.splits]
    [('2021-01 to 2021-06', 12), ('2021-07 to 2021-12', 18)]
    """
    for called, value in (
        ("splits", splits),
        ("later_months", later_months),
        ("least_months", least_months),
    ):
        if value < 1:
            msg = f"`{called}` must be at least 1; it is {value}."
            raise RecipeError(msg)
    known = np.unique(month[month >= 0])
    room = (len(known) - least_months) // later_months
    if room < 1:
        msg = (
            f"Looking back needs records in at least {least_months + later_months} months "
            f"({least_months} to find places by, {later_months} to see what they held); found "
            f"{len(known)}. Take a longer period, or fewer `later_months` or `least_months`."
        )
        raise MethodError(msg)
    made = []
    for k in range(min(splits, room), 0, -1):
        first = len(known) - k * later_months
        months = known[first : first + later_months]
        later = np.flatnonzero(np.isin(month, months))
        earlier = np.flatnonzero((month >= 0) & (month < months[0]))
        name = f"{_month(months[0])} to {_month(months[-1])}"
        made.append(Split(name, earlier, later, first, later_months))
    return Splits(tuple(made), _words(made, known, month))


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _words(made: list[Split], known: Integers, month: Integers) -> str:
    times = "once" if len(made) == 1 else f"{len(made)} times"
    words = (
        f"The history from {_month(known[0])} to {_month(known[-1])} was cut {times}: places "
        f"were found by everything before, and looked at in the {made[0].later_months} months after."
    )
    silent = int(known[-1] - known[0] + 1 - len(known))
    if silent:
        months = "month" if silent == 1 else "months"
        words += f" {silent} {months} without any record: not known, and in neither part."
    undated = int((month < 0).sum())
    if undated:
        records = "record" if undated == 1 else "records"
        words += f" {undated:,} {records} of no known month: not used."
    return words
