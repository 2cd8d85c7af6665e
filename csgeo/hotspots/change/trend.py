"""Does a series rise or fall steadily?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

_AT_ONCE = 4096


def mann_kendall(series: npt.ArrayLike | pd.DataFrame, *, slope: bool = True) -> pd.DataFrame:
    """Test each of many series for a steady rise or fall.

    Parameters
    ----------
    series
        n series x T steps of equal length (one series may be given as T numbers). Missing: not
        known; such a step is passed over, and keeps its place in time.
    slope
        Whether to work out Sen's slope too, which takes the longest.

    Returns
    -------
    trend
        One row a series, on its index if `series` is a table. ``known``: steps that are known.
        ``s``: pairs that rise less pairs that fall. ``tau``: Kendall's tau-b, -1 to 1; missing if
        all values are equal. ``z``: (S -+ 1) / sqrt(Var S), ties allowed for; 0 if all values are
        equal. ``p_value``: two-sided. ``sen_slope``: median change per step. With fewer than two
        known steps all but ``known`` is missing. The normal curve is a fair guide from about ten
        steps.

    Raises
    ------
    WrongValues
        If a value is infinite, or `series` has other than one or two dimensions.

    References
    ----------
    Mann (1945), https://doi.org/10.2307/1907187; Kendall (1975), Rank Correlation Methods; Sen
    (1968), https://doi.org/10.1080/01621459.1968.10480934

    Examples
    --------
    >>> mann_kendall([1, 2, 4, 3, 5, 6, 8, 7, 9, 10])[["s", "z"]].round(3).values.tolist()
    [[41.0, 3.578]]
    """
    index = series.index if isinstance(series, pd.DataFrame) else None
    x = np.atleast_2d(np.asarray(series, dtype=float))
    if x.ndim != 2 or np.isinf(x).any():
        msg = (
            "`series` must be finite numbers, one row a series and one column a step; found "
            f"{x.ndim} dimensions and {int(np.isinf(x).sum())} infinite values. Leave those missing."
        )
        raise WrongValues(msg)
    s, ties, ties_in_pairs = _pairs(x)
    n = (~np.isnan(x)).sum(axis=1)
    pairs = n * (n - 1) / 2
    variance = (n * (n - 1) * (2 * n + 5) - ties) / 18
    z, tau = np.zeros(len(x)), np.full(len(x), np.nan)
    np.divide(s - np.sign(s), np.sqrt(variance), out=z, where=variance > 0)
    np.divide(s, np.sqrt(pairs * (pairs - ties_in_pairs)), out=tau, where=pairs > ties_in_pairs)
    table = pd.DataFrame(
        {"known": n, "s": s.astype(float), "tau": tau, "z": z, "p_value": two_sided_p(z)},
        index=index,
    )
    if slope:
        table["sen_slope"] = _slopes(x)
    table.loc[n < 2, table.columns[1:]] = np.nan
    return table


def two_sided_p(z: Numbers) -> Numbers:
    """Give the chance of a normal score at least as far from 0; missing stays missing."""
    from scipy.special import ndtr  # noqa: PLC0415  (heavy, and used only here)

    return np.asarray(2 * ndtr(-np.abs(z)))


def _pairs(x: Numbers) -> tuple[Integers, Integers, Integers]:
    """Give S, the sum of t (t - 1) (2 t + 5) over groups of ties, and the pairs that tie."""
    s = np.zeros(len(x), dtype=np.int64)
    ties, tied_pairs = s.copy(), s.copy()
    for start in range(0, len(x), _AT_ONCE):
        # steps x series, so that each comparison runs through neighbouring memory
        part = np.ascontiguousarray(x[start : start + _AT_ONCE].T)
        here = slice(start, start + part.shape[1])
        alike = np.zeros(part.shape, dtype=np.int64)  # how many others equal this one
        for lag in range(1, len(part)):
            later, earlier = part[lag:], part[:-lag]
            s[here] += (later > earlier).sum(axis=0) - (later < earlier).sum(axis=0)
            same = later == earlier
            alike[lag:] += same
            alike[:-lag] += same
        # a group of t adds t times (t - 1) (2 t + 5): once for each of its members
        ties[here] = (alike * (2 * alike + 7)).sum(axis=0)
        tied_pairs[here] = alike.sum(axis=0) // 2
    return s, ties, tied_pairs


def _slopes(x: Numbers) -> Numbers:
    """Give the median slope over all pairs of known steps."""
    slopes = np.full(len(x), np.nan)
    early, late = np.triu_indices(x.shape[1], k=1)
    at_once = max(1, 4_000_000 // max(len(early), 1))
    for start in range(0, len(x), at_once):
        part = x[start : start + at_once]
        each = np.sort((part[:, late] - part[:, early]) / (late - early), axis=1)
        have = (~np.isnan(each)).sum(axis=1)  # missing ones are sorted to the end
        some = np.flatnonzero(have)
        low, high = each[some, (have[some] - 1) // 2], each[some, have[some] // 2]
        slopes[start + some] = (low + high) / 2
    return slopes
