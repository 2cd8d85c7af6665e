"""How many records are there for each one who could come to harm, and how sure is that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from csgeo.errors import MethodError
from csgeo.hotspots.local.inputs import checked_weights
from csgeo.hotspots.rates.intervals import poisson_interval
from csgeo.hotspots.rates.shrinking import shrunk_to_all, shrunk_to_near

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import sparray

    from csgeo.hotspots.rates.shrinking import About

    Numbers = npt.NDArray[np.float64]


class Rates(NamedTuple):
    """Rates of all units, the rate of all together, and how far true rates differ.

    ``table`` is on the units' index; ``overall`` is cases for one of the denominator, times `per`;
    ``between`` is the standard deviation of the true rates (same unit) that is left when chance is
    taken off, 0 where chance explains all; ``words`` say what was done.
    """

    table: pd.DataFrame
    overall: float
    between: float
    words: str


def rates(
    cases: pd.Series,
    exposure: pd.Series,
    *,
    neighbours: sparray | None = None,
    per: float = 1.0,
    confidence: float = 0.95,
    ambient: bool = False,
    about: About = "own",
) -> Rates:
    """Divide counts by a denominator, with exact intervals and empirical-Bayes shrinkage.

    Parameters
    ----------
    cases
        n counts of records or people: whole numbers (a sum of weights is no Poisson count).
    exposure
        n denominators on the same index: residents aged 10-17, pupils, footfall, metres of street.
        Missing is not known, 0 is known to be none.
    neighbours
        n x n weights from :mod:`csgeo.hotspots.local.neighbours`, for the local shrinkage.
    per
        Rates are given for so many of the denominator, such as 1000.
    confidence
        Of the intervals, between 0 and 1.
    ambient
        True: the denominator measures who is there and not who lives there, and where it is 0 it
        has measured nobody. Such units with cases get no rate, are left out of the averages, and
        ``words`` count them. False: they are refused.
    about
        Of the local shrinkage, see :func:`csgeo.hotspots.rates.shrinking.shrunk_to_near`.

    Returns
    -------
    rates
        table with ``cases``, ``exposure``, ``rate``, ``rate_least`` and ``rate_most`` (the exact
        Poisson interval), ``expected`` (cases at the overall rate), ``shrunk`` (towards all) and,
        with neighbours, ``shrunk_near`` and ``near_mean``; overall; between; words. No rate where
        the denominator is 0 or not known.

    Raises
    ------
    MethodError
        If there are cases where the denominator is 0 (and not ambient) or not known, nobody at
        all, counts that are not whole, negative numbers, or two indexes.

    References
    ----------
    Garwood (1936), https://doi.org/10.1093/biomet/28.3-4.437 (intervals); Marshall (1991),
    https://doi.org/10.2307/2347593 (shrinkage)

    Examples
    --------
    >>> found = rates(pd.Series([1, 1, 8]), pd.Series([100, 200, 100]), per=100)
    >>> found.table[["rate", "shrunk"]].round(2).to_numpy().tolist()
    [[1.0, 1.35], [0.5, 0.76], [8.0, 6.72]]
    """
    counts, people = _checked(cases, exposure)
    known = people > 0  # False where missing
    unanswered = ~known & (counts > 0)
    if unanswered.any() and not (ambient and not np.isnan(people[unanswered]).any()):
        _refuse(unanswered, people, cases.index)
    if not known.any():
        msg = "`exposure` must be above 0 somewhere; it is 0 or missing everywhere."
        raise MethodError(msg)
    own_cases, own_people = counts[known], people[known]
    least, most = poisson_interval(own_cases, confidence=confidence)
    all_units = shrunk_to_all(own_cases, own_people)
    overall = float(all_units.mean[0])
    columns = {
        "rate": own_cases / own_people * per,
        "rate_least": least / own_people * per,
        "rate_most": most / own_people * per,
        "expected": overall * own_people,
        "shrunk": all_units.rate * per,
    }
    if neighbours is not None:
        weights = checked_weights(neighbours, len(cases))
        near = shrunk_to_near(
            own_cases, own_people, csr_array(weights[known][:, known]), about=about
        )
        columns |= {"shrunk_near": near.rate * per, "near_mean": near.mean * per}
    table = pd.DataFrame({"cases": cases, "exposure": exposure}, index=cases.index)
    for name, values in columns.items():
        table[name] = np.full(len(cases), np.nan)
        table.loc[known, name] = values
    between = float(np.sqrt(all_units.between[0])) * per
    return Rates(table, overall * per, between, _words(counts, known, unanswered))


def _checked(cases: pd.Series, exposure: pd.Series) -> tuple[Numbers, Numbers]:
    """Give counts and denominators as numbers; a denominator may be missing."""
    for called, values in (("cases", cases), ("exposure", exposure)):
        if not isinstance(values, pd.Series) or not pd.api.types.is_numeric_dtype(values):
            kind = values.dtype if isinstance(values, pd.Series) else type(values).__name__
            msg = f"`{called}` must be a pandas Series of numbers, one a unit; it is {kind}."
            raise MethodError(msg)
    if not cases.index.equals(exposure.index):
        msg = "`cases` and `exposure` must have the same index, in the same order. Take both from one table."
        raise MethodError(msg)
    counts = cases.to_numpy(dtype=float, na_value=np.nan)
    people = exposure.to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        wrong = {
            "`cases` must be whole numbers of at least 0 on each row": ~(
                np.isfinite(counts) & (counts >= 0) & (counts % 1 == 0)
            ),
            "`exposure` must be finite and at least 0 where it is known": (people < 0)
            | np.isinf(people),
        }
    for wanted, broken in wrong.items():
        if broken.any():
            msg = (
                f"{wanted}; found {int(broken.sum())} of {len(cases)} rows that are not "
                f"(the first is {cases.index[broken][0]!r}). Count records, not weights."
            )
            raise MethodError(msg)
    return counts, people


def _refuse(unanswered: npt.NDArray[np.bool_], people: Numbers, index: pd.Index) -> None:
    missing = int(np.isnan(people[unanswered]).sum())
    msg = (
        f"`exposure` must be above 0 wherever there are cases; {int(unanswered.sum())} of "
        f"{len(index)} units have cases and none of it ({missing} of them are not known; the first "
        f"is {index[unanswered][0]!r}). Use a denominator that counts those who are there "
        "(footfall, pupils, `ambient_exposure`), merge these units with others "
        "(`adaptive_cells`), or leave them out."
    )
    raise MethodError(msg)


def _words(counts: Numbers, known: npt.NDArray[np.bool_], unanswered: npt.NDArray[np.bool_]) -> str:
    words = f"Rates of {int(known.sum())} of {len(known)} units."
    if unanswered.any():
        words += (
            f" {int(unanswered.sum())} units with {int(counts[unanswered].sum())} cases have no "
            "rate: nobody was measured there."
        )
    return words
