"""How few places hold a quarter, half, four fifths of all records?

The places without any record belong to the question: a table of counts must hold
them as zeros. Shares depend on what a place is (a cell, a street, an address).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.concentration.counts import known_counts, known_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Counts: TypeAlias = npt.NDArray[np.int64]


def eighty_twenty(counts: pd.Series) -> pd.DataFrame:
    """List places from the most records to the fewest, with running shares.

    Parameters
    ----------
    counts
        n counts of records, one per place, zeros included.

    Returns
    -------
    eighty_twenty
        On the places' ids, n rows, most records first (ties by id): ``rank``, ``records``,
        ``share_of_records``, ``running_share_of_records``, ``running_share_of_places`` and
        ``running_share_of_busy_places`` (of those with any record; missing after them); 0 to 1.

    Raises
    ------
    TableError, MethodError
        If a count is missing or below 0, an id repeats, or there is no record at all.

    References
    ----------
    Pareto's rule as used in problem-oriented policing: Clarke and Eck (2005), step 18.

    Examples
    --------
    >>> import pandas as pd
    >>> eighty_twenty(pd.Series({"A": 1, "B": 8, "C": 0, "D": 1}))["running_share_of_records"]
    B    0.8
    A    0.9
    D    1.0
    C    1.0
    Name: running_share_of_records, dtype: float64
    """
    values = known_counts(counts)
    by_id = np.argsort(counts.index.to_numpy(), kind="stable")
    order = by_id[np.argsort(-values[by_id], kind="stable")]
    held, rank = values[order], np.arange(1, len(values) + 1)
    busy = int((held > 0).sum())
    return pd.DataFrame(
        {
            "rank": rank,
            "records": counts.to_numpy()[order],
            "share_of_records": held / held.sum(),
            "running_share_of_records": held.cumsum() / held.sum(),
            "running_share_of_places": rank / len(held),
            "running_share_of_busy_places": np.where(rank <= busy, rank / busy, np.nan),
        },
        index=counts.index[order],
    )


def places_holding(
    counts: pd.Series, *, shares: Sequence[float] = (0.25, 0.5, 0.8, 1.0)
) -> pd.DataFrame:
    """Say how few places hold a quarter, half, ... of all records.

    Parameters
    ----------
    counts
        n counts of records, one per place, zeros included.
    shares
        Shares of the records, above 0 and up to 1.

    Returns
    -------
    places_holding
        One row per share, indexed ``share_of_records``: ``places`` (the fewest that hold at least
        that share), ``share_of_places`` (of all), ``share_of_busy_places`` (of those with any).

    Raises
    ------
    TableError, MethodError, RecipeError
        If the counts or shares cannot be used.

    References
    ----------
    Weisburd (2015), The law of crime concentration, https://doi.org/10.1111/1745-9125.12070

    Examples
    --------
    >>> import pandas as pd
    >>> places_holding(pd.Series([6, 3, 1, 0, 0, 0, 0, 0, 0, 0]), shares=[0.5]).to_dict("list")
    {'places': [1], 'share_of_places': [0.1], 'share_of_busy_places': [0.3333333333333333]}
    """
    values = known_counts(counts)
    wanted = known_shares(shares)
    places = fewest_places(np.sort(values)[::-1][None, :], wanted)[0]
    return pd.DataFrame(
        {
            "places": places,
            "share_of_places": places / len(values),
            "share_of_busy_places": places / (values > 0).sum(),
        },
        index=pd.Index(wanted, name="share_of_records"),
    )


def lorenz_curve(counts: pd.Series) -> pd.DataFrame:
    """Give the curve of Lorenz: places from the fewest records up, and what they hold together.

    Returns
    -------
    lorenz_curve
        n + 1 rows from (0, 0) to (1, 1): ``share_of_places``, ``share_of_records``.

    Raises
    ------
    TableError, MethodError
        If the counts cannot be used.

    References
    ----------
    Lorenz (1905), https://doi.org/10.2307/2276207

    Examples
    --------
    >>> import pandas as pd
    >>> lorenz_curve(pd.Series([3, 1]))["share_of_records"].tolist()
    [0.0, 0.25, 1.0]
    """
    values = np.sort(known_counts(counts))
    return pd.DataFrame(
        {
            "share_of_places": np.arange(len(values) + 1) / len(values),
            "share_of_records": np.concatenate([[0.0], values.cumsum() / values.sum()]),
        }
    )


def fewest_places(falling: Numbers | Counts, shares: Numbers) -> Counts:
    """Count, per row (from the most down) and share, the fewest places that hold the share."""
    running = falling.cumsum(axis=1)
    # 0.1 + 0.2 is a little more than 0.3, and three tenths of the records must count as 0.3
    wanted = shares * running[:, -1:] * (1 - 1e-12)
    return np.stack([np.searchsorted(r, w) + 1 for r, w in zip(running, wanted, strict=True)])
