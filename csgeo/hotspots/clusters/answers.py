"""What does every way of clustering answer with, and which choices does it refuse?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks

    Integers: TypeAlias = npt.NDArray[np.int64]

#: A cluster is at least this many records: what crime analysts are used to (CrimeStat).
LEAST_RECORDS = 10
#: Where nothing is said, a core is as dense as around this share of the records or fewer.
_USUAL = 0.75


class Labelled(NamedTuple):
    """A number for each record (-1 for none), and what was chosen, in words."""

    labels: Integers
    words: str


def chosen_least(
    stacks: Stacks, least_records: int | None, *, reach_m: float, reach_days: float = 1.0
) -> int:
    """Give how many records within reach make a core, as asked or from the records themselves.

    Where nothing is asked: the number that three in four records do not have around them,
    at least ten. So a city needs more than a village, and one far-away record changes nothing.
    """
    if least_records is not None:
        check_whole("least_records", least_records)
        return least_records
    if not len(stacks.x):
        return LEAST_RECORDS
    from csgeo.hotspots.clusters.linking import records_within  # noqa: PLC0415  (numba is heavy)

    around = records_within(stacks, reach_m=reach_m, reach_days=reach_days)
    order = np.argsort(around, kind="stable")
    reached = np.searchsorted(np.cumsum(stacks.records[order]), _USUAL * stacks.records.sum())
    return max(LEAST_RECORDS, int(around[order][reached]))


def check_whole(name: str, value: int, *, least: int = 1) -> None:
    """Refuse a number that is not whole or too small.

    Raises
    ------
    RecipeError
        Naming the option and what it is.
    """
    if not (isinstance(value, int | np.integer) and value >= least):
        msg = f"`{name}` must be a whole number of at least {least}; it is {value!r}."
        raise RecipeError(msg)


def check_above_0(name: str, value: float, unit: str) -> None:
    """Refuse a length or a time that is not finite and above 0.

    Raises
    ------
    RecipeError
        Naming the option and what it is.
    """
    if not (np.isfinite(value) and value > 0):
        msg = f"`{name}` must be above 0 {unit}; it is {value:g}."
        raise RecipeError(msg)


def check_enough(stacks: Stacks, method: str, least: int) -> None:
    """Refuse records that are too few for the method to say anything.

    Raises
    ------
    MethodError
        With what is needed and what there is.
    """
    found = int(stacks.records.sum())
    if found < least:
        msg = (
            f"{method} needs at least {least:,} records with a point; found {found:,}. "
            "Take a longer period, a wider area or more kinds of harm."
        )
        raise MethodError(msg)
