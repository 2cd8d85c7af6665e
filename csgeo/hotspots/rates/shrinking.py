"""How much of a rate is to be believed, and how much of it is the luck of small numbers?

Empirical Bayes: a rate of few people is drawn towards the average of all, or towards that of its
neighbourhood; a rate of many stays where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Whose mean the spread of a neighbourhood is measured about.
About = Literal["own", "each"]


class Shrunk(NamedTuple):
    """Shrunk rates, the rate each was drawn to, and how far true rates differ (a variance)."""

    rate: Numbers
    mean: Numbers
    between: Numbers


def shrunk_to_all(cases: Numbers, exposure: Numbers) -> Shrunk:
    """Draw each rate towards the rate of all units.

    Parameters
    ----------
    cases, exposure
        n counts, and n denominators above 0.

    Returns
    -------
    shrunk
        n each. Where the rates differ by no more than chance makes them, ``between`` is 0 and
        every rate is that of all.

    References
    ----------
    Marshall (1991), https://doi.org/10.2307/2347593, the global estimator by moments.
    """
    n = len(cases)
    mean = cases.sum() / exposure.sum()
    spread = (exposure * (cases / exposure - mean) ** 2).sum() / exposure.sum()
    between = np.full(n, max(0.0, spread - mean / exposure.mean()))
    means = np.full(n, mean)
    return Shrunk(_drawn(cases, exposure, means, between), means, between)


def shrunk_to_near(
    cases: Numbers, exposure: Numbers, near: csr_array, *, about: About = "own"
) -> Shrunk:
    """Draw each rate towards the rate of its neighbourhood: the unit and its neighbours.

    Parameters
    ----------
    cases, exposure
        n counts, and n denominators above 0.
    near
        n x n; what is above 0 makes a neighbour, by how much does not matter.
    about
        "own": the neighbours' rates are compared with the mean of the unit's neighbourhood
        (Marshall; GeoDa, esda). "each": every neighbour's with the mean of its own neighbourhood
        (spdep's ``EBlocal`` as it comes, after Bailey and Gatrell 1995).

    Returns
    -------
    shrunk
        n each; missing for a unit without neighbours: nobody is near to be compared with.

    References
    ----------
    Marshall (1991), https://doi.org/10.2307/2347593, the local estimator.
    """
    from scipy.sparse import csr_array, eye_array  # noqa: PLC0415  (heavy)

    if about not in {"own", "each"}:
        msg = f'`about` must be "own" or "each"; it is {about!r}.'
        raise RecipeError(msg)
    n = len(cases)
    whole = csr_array(((near > 0) + eye_array(n)) > 0, dtype=float)
    people = whole @ exposure
    mean = (whole @ cases) / people
    rates = cases / exposure
    if about == "each":
        spread = whole @ (exposure * (rates - mean) ** 2) / people
    else:  # the same sum, about one mean a row
        row = np.repeat(np.arange(n), np.diff(whole.indptr))
        apart = exposure[whole.indices] * (rates[whole.indices] - mean[row]) ** 2
        spread = np.bincount(row, weights=apart, minlength=n) / people
    size = np.diff(whole.indptr)
    between = np.maximum(0.0, spread - mean / (people / size))
    between[size == 1] = mean[size == 1] = np.nan
    return Shrunk(_drawn(cases, exposure, mean, between), mean, between)


def _drawn(cases: Numbers, exposure: Numbers, mean: Numbers, between: Numbers) -> Numbers:
    """Weigh a rate and what it is drawn to by their variances."""
    by_chance = mean / exposure
    total = between + by_chance
    # nobody came to harm in the whole neighbourhood: then the rate is 0, not 0 / 0
    believed = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    return np.asarray(np.where(np.isnan(mean), np.nan, mean + believed * (cases / exposure - mean)))
