"""How far is a rate from the average, given how few people it is a rate of?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.local.inputs import checked_values

if TYPE_CHECKING:
    import numpy.typing as npt


def rate_scores(cases: pd.Series, people: pd.Series) -> pd.Series:
    """Standardise rates by the variance that their denominators give them.

    A rate of few people swings widely by chance alone. Each rate's distance from the overall rate
    is divided by the deviation that an empirical-Bayes model expects of it, so that all have the
    same variance and may be compared.

    Parameters
    ----------
    cases
        n counts.
    people
        n denominators on the same index: residents, pupils, footfall.

    Returns
    -------
    rate_score
        n scores (no unit), about 0 for the overall rate. Missing where people are 0 or not known
        and there are no cases: such a unit has no rate.

    Raises
    ------
    MethodError
        If there are cases where there are no people, nobody at all, or two indexes.

    References
    ----------
    Assuncao and Reis (1999),
    https://doi.org/10.1002/(SICI)1097-0258(19990830)18:16<2147::AID-SIM179>3.0.CO;2-I

    Examples
    --------
    >>> rate_scores(pd.Series([1, 1, 4]), pd.Series([10, 20, 10])).round(3).tolist()
    [-0.316, -0.756, 1.581]
    """
    if not cases.index.equals(people.index):
        msg = "`cases` and `people` must have the same index, in the same order. Take both from one table."
        raise MethodError(msg)
    known = people.notna() & (people != 0)
    unanswered = ~known & (cases.fillna(1) != 0)
    if unanswered.any():
        msg = (
            "`people` must be above 0 wherever there are cases; "
            f"{int(unanswered.sum())} of {len(cases)} units have cases and no people "
            f"(first: {cases.index[int(unanswered.to_numpy().argmax())]!r}). Use a denominator "
            "that counts those who are there (footfall, pupils), or leave these units out."
        )
        raise MethodError(msg)
    if not known.any():
        msg = "`people` must be above 0 somewhere; they are 0 or missing everywhere."
        raise MethodError(msg)
    scores = pd.Series(np.nan, index=cases.index, name="rate_score")
    scores[known] = _scores(
        checked_values(cases[known], "cases", least=0),
        checked_values(people[known], "people", least=0),
    )
    return scores


def _scores(
    cases: npt.NDArray[np.float64], people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    rates = cases / people
    overall = cases.sum() / people.sum()
    between = (people * (rates - overall) ** 2).sum() / people.sum() - overall / people.mean()
    variance = between + overall / people
    # a variance cannot be negative: then chance alone explains the rates
    variance = np.where(variance < 0, overall / people, variance)
    none = np.zeros_like(rates)
    return np.asarray(np.divide(rates - overall, np.sqrt(variance), out=none, where=variance > 0))
