"""Which places come first, and does that depend on whom they are compared with?"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.rates.rate import rates


class Compared(NamedTuple):
    """Rates and ranks by each denominator, and how far the ranks agree.

    ``table`` is on the units' index; ``agreement`` is Spearman's rank correlation of the rates for
    each two denominators, over the units that have cases and both; ``unanswered`` counts, by
    denominator, the units that have cases and none of it.
    """

    table: pd.DataFrame
    agreement: pd.DataFrame
    unanswered: pd.Series


def compare_denominators(
    cases: pd.Series, denominators: pd.DataFrame, *, per: float = 1.0
) -> Compared:
    """Rank the units by their rate for each of several denominators.

    Parameters
    ----------
    cases
        n counts.
    denominators
        n rows on the same index, one column each: residents, an ambient index, footfall.
    per
        Rates are given for so many.

    Returns
    -------
    compared
        table with ``cases``, ``rank_cases`` and, for each denominator, ``rate_<name>`` and
        ``rank_<name>`` (1 is the highest, equals share the better rank; missing where there is
        no rate), and ``rank_gap``: between the best and the worst of a unit's ranks by rate;
        agreement; unanswered.

    Raises
    ------
    MethodError
        If there are fewer than two denominators, or one of them cannot be divided by.

    References
    ----------
    Andresen (2011), https://doi.org/10.1080/00330124.2010.547151

    Examples
    --------
    >>> by = pd.DataFrame({"residents": [10, 200, 100], "ambient": [500, 100, 100]})
    >>> found = compare_denominators(pd.Series([50, 40, 10]), by)
    >>> found.table[["rank_residents", "rank_ambient", "rank_gap"]].to_numpy().tolist()
    [[1, 2, 1], [2, 1, 1], [3, 2, 1]]
    """
    if denominators.shape[1] <= 1:
        msg = (
            "`denominators` must have two columns or more to compare; it has "
            f"{denominators.shape[1]}. For one, use `rates`."
        )
        raise MethodError(msg)
    found = {
        str(name): rates(cases, denominators[name], per=per, ambient=True).table["rate"]
        for name in denominators
    }
    table = pd.DataFrame({"cases": cases, "rank_cases": _ranks(cases)})
    for name, rate in found.items():
        table[f"rate_{name}"] = rate
        table[f"rank_{name}"] = _ranks(rate)
    ranks = table[[f"rank_{name}" for name in found]]
    table["rank_gap"] = ranks.max(axis=1) - ranks.min(axis=1)
    without = {name: int((rate.isna() & (cases > 0)).sum()) for name, rate in found.items()}
    # units without a case are last by every denominator: they would make all agree
    agreement = pd.DataFrame(found)[(cases > 0).to_numpy()].corr(method="spearman")
    return Compared(table, agreement, pd.Series(without, name="unanswered"))


def _ranks(values: pd.Series) -> pd.Series:
    return values.rank(ascending=False, method="min").astype("Int64")
