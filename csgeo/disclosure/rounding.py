"""Which numbers may be shown, and to which step are they rounded?

The rule is that of the bodies that release counts of people in Britain: a
count that describes too few people is not shown at all, and every other count
is rounded; whatever is derived is derived from the rounded counts (OpenSAFELY,
*Statistical disclosure control*, 2026; NHS England, *HES disclosure control*).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt


def round_counts(counts: pd.Series, *, step: int) -> pd.Series:
    """Round counts to the nearest multiple of `step`; a half goes up.

    Parameters
    ----------
    counts
        n counts (records or people); missing stays missing.
    step
        What to round to, in the same unit; 5 unless the study asks for more.

    Returns
    -------
    counts
        n whole numbers (``Int64``) on the index of `counts`.

    Examples
    --------
    >>> round_counts(pd.Series([4, 7, 8]), step=5).tolist()
    [5, 5, 10]
    """
    numbers = counts.to_numpy(dtype=float, na_value=np.nan)
    rounded = np.floor(numbers / step + 0.5) * step
    return pd.Series(rounded, index=counts.index, name=counts.name).astype("Int64")


def round_count(count: float, *, step: int) -> int:
    """Round one count to the nearest multiple of `step`; a half goes up."""
    return int(np.floor(count / step + 0.5)) * step


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
