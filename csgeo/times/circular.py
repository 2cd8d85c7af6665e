"""Around which time does harm gather, and how closely?

Hours go round: the middle of 23:00 and 01:00 is midnight, not noon. The mean of
a circle answers that, but only where there is one peak; with one after school
and one at night it lies between them, where little happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import MethodError, RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd


class Gathering(NamedTuple):
    """The mean time of a circle of hours, and how closely records gather around it."""

    #: the mean time in hours from the beginning of the circle; missing where there is none
    mean_hour: float
    #: resultant length, 0 (spread evenly, or peaks that cancel) to 1 (all at one time)
    resultant_length: float
    #: circular standard deviation, in hours; infinite where the resultant length is 0
    spread_hours: float
    #: how many records (the sum of weights)
    records: float
    #: Rayleigh's statistic, n times the squared resultant length
    rayleigh_z: float
    #: chance of such a resultant length or more if every hour were as likely
    p_value: float


def gathering(
    hours: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    circle_hours: float = 24.0,
    bin_hours: float = 0.0,
) -> Gathering:
    """Say around which time records gather, and test whether they gather at all.

    Parameters
    ----------
    hours
        n times, in hours from the beginning of the circle (15.5 is 15:30).
    weights
        n weights (records), such as expected records by hour; 1 each if not given.
        The number of records of the test is their sum.
    circle_hours
        24 for the time of day, 168 for the hour of the week.
    bin_hours
        Width of the bins where `hours` are the middles of bins, 0 for exact
        times. The resultant length of binned times is too short by a known
        factor, which is made good.

    Returns
    -------
    gathering
        Mean time (hours), resultant length (0 to 1), spread (hours), and
        Rayleigh's test against every hour being as likely.

    Raises
    ------
    MethodError
        If there is no weight at all.
    WrongValues
        If an hour or a weight is not a number, or a weight is below 0.
    RecipeError
        If the circle or the bins have no sensible width.

    References
    ----------
    Zar (2010), Biostatistical Analysis, 5th edition: equations 26.6, 26.16 (the
    correction for bins) and 27.4 (the p-value); Fisher (1993), Statistical
    Analysis of Circular Data, 2.3.1 (the spread) and 4.3 (Rayleigh's test).

    Examples
    --------
    >>> round(gathering([23.0, 1.0]).mean_hour % 24, 6)
    0.0
    """
    time, weight = _checked(hours, weights, circle_hours, bin_hours)
    n = float(weight.sum())
    angle = 2 * np.pi * time / circle_hours
    vector = complex(np.sum(weight * np.exp(1j * angle))) / n
    width = 2 * np.pi * bin_hours / circle_hours
    raised = abs(vector) * (width / 2 / np.sin(width / 2) if bin_hours else 1.0)
    length = float(min(raised, 1.0))
    # peaks that cancel leave rounding dust, which points nowhere
    nowhere = length < 1e-12
    mean = float("nan") if nowhere else float(np.angle(vector)) % (2 * np.pi)
    spread = float("inf") if nowhere else float(np.sqrt(-2 * np.log(length)))
    per_radian = circle_hours / (2 * np.pi)
    return Gathering(
        mean * per_radian, length, spread * per_radian, n, n * length**2, rayleigh_p(length, n)
    )


def gathering_of_day(grid: pd.DataFrame) -> Gathering:
    """Say around which time of day the records of a week gather.

    Parameters
    ----------
    grid
        7 x 24 expected records, from :func:`~csgeo.times.weeks.week_grid`.

    Returns
    -------
    gathering
        As from :func:`gathering`, of the middles of the 24 hours.

    Raises
    ------
    MethodError
        If there is nothing in the grid.
    """
    by_hour = np.asarray(grid, dtype=float).sum(axis=0)
    return gathering(np.arange(24) + 0.5, by_hour, bin_hours=1.0)


def rayleigh_p(resultant_length: float, records: float) -> float:
    """Give the chance of such a resultant length or more if every hour were as likely.

    Zar's equation 27.4, good to the third decimal from about ten records on.

    Parameters
    ----------
    resultant_length
        0 to 1.
    records
        How many.

    Returns
    -------
    p_value
        0 to 1.
    """
    n, sum_of_vectors = records, records * resultant_length
    # written so that nothing cancels: sqrt(a) - b = (a - b**2) / (sqrt(a) + b)
    root, b = np.sqrt(1 + 4 * n + 4 * (n**2 - sum_of_vectors**2)), 1 + 2 * n
    return float(min(np.exp(-4 * sum_of_vectors**2 / (root + b)), 1.0))


def _checked(
    hours: npt.ArrayLike, weights: npt.ArrayLike | None, circle_hours: float, bin_hours: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    time = np.asarray(hours, dtype=float).ravel()
    weight = np.ones(len(time)) if weights is None else np.asarray(weights, dtype=float).ravel()
    if not (circle_hours > 0 and 0 <= bin_hours < circle_hours):
        msg = (
            "`circle_hours` must be above 0 and `bin_hours` below it; "
            f"they are {circle_hours:g} and {bin_hours:g}."
        )
        raise RecipeError(msg)
    if len(time) != len(weight):
        msg = f"`weights` must be one for each of the {len(time)} hours; there are {len(weight)}."
        raise WrongValues(msg)
    broken = ~np.isfinite(time) | ~np.isfinite(weight) | (weight < 0)
    if broken.any():
        msg = (
            "Hours and weights must be numbers, and weights at least 0; "
            f"{int(broken.sum())} of {len(time)} are not (the first is number "
            f"{int(np.argmax(broken)) + 1}). Leave records without a time out first."
        )
        raise WrongValues(msg)
    if not weight.any():
        msg = "A mean time needs at least one record with a time; there is none."
        raise MethodError(msg)
    return time, weight
