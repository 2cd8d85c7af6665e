"""Which numbers may be shown, and to which step are they rounded?

A count that describes too few people is not shown at all. Every other count is
rounded up or down at random, so that it is right on average; chance is drawn
from a secret key and from the records that were counted, so that the same
records always give the same answer, in whichever cell, view or release, and
asking again gains nothing (unbiased random rounding: Nargundkar and Saveland
1972; noise that depends on what is counted: Fraser and Wooton 2005).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Integers = npt.NDArray[np.int64]
    Marks = npt.NDArray[np.uint64]


def round_keyed(counts: Integers, marks: Marks, *, secret: bytes, step: int) -> Integers:
    """Round counts up or down to a multiple of `step`, right on average.

    A count of 7 becomes 5 with a chance of 3/5 and 10 with a chance of 2/5 (step 5). What is a
    multiple already stays as it is; a count above 0 and below the step may become 0.

    Parameters
    ----------
    counts
        n counts of records.
    marks
        n numbers that stand for the sets of records counted (:func:`marks_of_sets`).
    secret
        The key; without it nobody can tell which way a count went.
    step
        In records.

    Returns
    -------
    rounded
        n multiples of `step`, each less than a step from its count.

    Examples
    --------
    >>> round_keyed(np.array([10]), np.array([1], dtype="uint64"), secret=b"k" * 32, step=5).tolist()
    [10]
    """
    counts = np.asarray(counts, dtype=np.int64)
    asked = np.column_stack([counts.astype(np.uint64), marks]).astype("<u8").tobytes()
    chance = np.frombuffer(
        b"".join(
            hmac.digest(secret, asked[i : i + 16], "sha256")[:8] for i in range(0, len(asked), 16)
        ),
        dtype="<u8",
    )
    left = counts % step
    # exact where the step divides 2**64 or not: off by less than 2**-53
    up = (chance >> np.uint64(11)).astype(float) * 2.0**-53 < left / step
    return counts - left + np.where(up, step, 0)


def round_total(count: float, what: str, *, secret: bytes, step: int) -> int:
    """Round one total that is no set of records, such as the rows of a file.

    Drawn from what is counted and how many there are, so that the same total answers the same.
    """
    whole = int(count)
    asked = hmac.digest(secret, f"{what}: {whole}".encode(), "sha256")[:8]
    mark = np.frombuffer(asked, dtype="<u8")
    return int(round_keyed(np.array([whole]), mark, secret=secret, step=step)[0])


def round_number(number: float, *, step: int) -> int:
    """Round a number that counts nobody, such as an expectation; a half goes up."""
    return int(np.floor(number / step + 0.5)) * step


def marks_of_records(*columns: npt.ArrayLike) -> Marks:
    """Give each record a number that its content alone decides.

    Parameters
    ----------
    columns
        Whole numbers on the n records: where, when and what.

    Returns
    -------
    marks
        n numbers of 64 bits. Not secret: the key is what hides them.
    """
    first = np.asarray(columns[0])
    mark = np.full(first.shape, 0x9E3779B97F4A7C15, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            mark = _mixed(mark ^ np.asarray(column).astype(np.int64).view(np.uint64))
    return mark


def _mixed(number: Marks) -> Marks:
    """Spread the bits of a number over all 64 (the finaliser of SplitMix64)."""
    number = number + np.uint64(0x9E3779B97F4A7C15)
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(number ^ (number >> np.uint64(31)), dtype=np.uint64)


def marks_of_sets(marks: Marks, group: Integers, *, groups: int) -> Marks:
    """Add up the marks of the records of each group: the same set, the same number.

    Parameters
    ----------
    marks
        Of n records.
    group
        n numbers from 0 to `groups` less 1; records of group -1 are left out.
    """
    inside = group >= 0
    added = np.zeros(groups, dtype=np.uint64)
    np.add.at(added, group[inside], marks[inside])  # wraps around, as it should
    return added


def hold_enough(table: pd.DataFrame, *, least: int, people_known: bool) -> npt.NDArray[np.bool_]:
    """Tell which rows describe at least `least` distinct people.

    Where the people of a row are not known its records stand in for them; where
    they are known, no number of records makes up for too few people.

    Parameters
    ----------
    table
        n rows with ``incidents`` (count) and, if known, ``people`` (count).
    least
        The fewest distinct people that may be shown.
    people_known
        False if the records name no person at all: then only records count.

    Returns
    -------
    enough
        n truth values, in the order of `table`.
    """
    records = table["incidents"].to_numpy(dtype=float, na_value=0.0)
    people = records
    if people_known and "people" in table:
        known = table["people"].to_numpy(dtype=float, na_value=np.nan)
        people = np.where(np.isnan(known), records, known)
    return (people >= least) & (records >= least)
