"""How unequally do records lie on places, in one number?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.hotspots.concentration.counts import known_counts

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Counts: TypeAlias = npt.NDArray[np.int64]


def gini(counts: pd.Series, *, unbiased: bool = False) -> float:
    """Measure how unequally records lie on places: 0 evenly, towards 1 all on one place.

    With more places than records it is large even if no place has two: see
    :func:`generalised_gini`.

    Parameters
    ----------
    counts
        n counts (or other amounts), one per place, zeros included.
    unbiased
        Multiplies by n / (n - 1), so that all on one place gives 1; missing for one place.

    Raises
    ------
    TableError, MethodError
        If the counts cannot be used.

    References
    ----------
    Gini (1912); Deltas (2003), https://doi.org/10.1162/rest.2003.85.1.226 (the correction).

    Examples
    --------
    >>> import pandas as pd
    >>> round(gini(pd.Series([10, 8, 2, 0, 0, 0, 0, 0, 0, 0])), 6)
    0.78
    """
    values = known_counts(counts)
    value = float(gini_of_rows(np.sort(values)[None, :])[0])
    return _spread_out(value, len(values)) if unbiased else value


def generalised_gini(counts: pd.Series, *, unbiased: bool = False) -> float:
    """Measure inequality beyond the most equal way in which so few records can lie.

    max(1, n / c) (G - 1) + 1 for c records on n places: 0 where no place has two records (or all
    have equally many), and the usual Gini where there are at least as many records as places.

    Parameters
    ----------
    counts
        n whole numbers of records, one per place, zeros included.
    unbiased
        Multiplies by m / (m - 1), m = min(n, c), so that all on one place gives 1; missing for m = 1.

    Raises
    ------
    TableError, MethodError
        If the counts cannot be used.

    References
    ----------
    Bernasco and Steenbeek (2017), https://doi.org/10.1007/s10940-016-9324-7

    Examples
    --------
    >>> import pandas as pd
    >>> round(generalised_gini(pd.Series([5, 2, 1, 0, 0, 0, 0, 0, 0, 0])), 6)
    0.75
    """
    values = known_counts(counts, whole=True)
    n, c = len(values), values.sum()
    value = float(generalise(gini_of_rows(np.sort(values)[None, :]), n, c)[0])
    return _spread_out(value, int(min(n, c))) if unbiased else value


def gini_of_rows(ordered: Numbers | Counts) -> Numbers:
    """Give the Gini of each row of amounts, sorted from the least."""
    n = ordered.shape[1]
    rank = np.arange(1, n + 1)
    return np.asarray((2 * (ordered @ rank) / ordered.sum(axis=1) - n - 1) / n)


def generalise(value: Numbers, n: int, records: float) -> Numbers:
    """Rescale Ginis of `n` places so that 0 is the most equal way to place so few records."""
    return max(1.0, n / records) * (value - 1) + 1


def _spread_out(value: float, m: int) -> float:
    return value * m / (m - 1) if m > 1 else float("nan")
