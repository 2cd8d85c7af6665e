"""Were so many events in so short a time to be expected sometime, somewhere in the series?"""

from __future__ import annotations

import numpy as np

from csgeo.errors import MethodError, RecipeError


def burst_p_value(
    events: int, *, window_periods: float, mean_per_period: float, periods: float
) -> float:
    """Give the chance that some window of a series holds so many events, wherever it lies.

    Six events in one week are rare in a given week; somewhere in five years, counted over any
    seven days, they may not be. The window slides freely; events come at a steady mean rate.

    Parameters
    ----------
    events
        The most that any window holds, at least 2.
    window_periods
        Length of the window, in periods (say weeks), above 0.
    mean_per_period
        Events per period on average, above 0.
    periods
        Length of the whole series, in periods, at least twice the window.

    Returns
    -------
    p_value
        Chance of at least one window with at least so many events (an approximation, good where
        it is small).

    Raises
    ------
    RecipeError
        If a number is out of bounds.
    MethodError
        If the approximation fails: so many events are what every window has.

    References
    ----------
    Naus (1982), https://doi.org/10.1080/01621459.1982.10477783

    Examples
    --------
    >>> round(burst_p_value(6, window_periods=1, mean_per_period=1, periods=260), 3)
    0.487
    """
    if events < 2 or int(events) != events:
        msg = (
            f"`events` must be a whole number of at least 2: one event is no burst; it is {events}."
        )
        raise RecipeError(msg)
    if not (window_periods > 0 and mean_per_period > 0 and np.isfinite(mean_per_period)):
        msg = (
            "`window_periods` and `mean_per_period` must be above 0; "
            f"they are {window_periods} and {mean_per_period}."
        )
        raise RecipeError(msg)
    if not 2 * window_periods <= periods < np.inf:
        msg = f"`periods` must be at least twice `window_periods` ({window_periods:g}); it is {periods:g}."
        raise RecipeError(msg)
    two, three = _no_burst(int(events), window_periods * mean_per_period)
    if not (two > 0 and three > 0):
        msg = (
            f"{events} events in a window are what chance always gives here (mean "
            f"{window_periods * mean_per_period:g}); there is no burst to ask about."
        )
        raise MethodError(msg)
    none = two * (three / two) ** (periods / window_periods - 2)
    return float(np.clip(1 - none, 0, 1))


def _no_burst(n: int, mean: float) -> tuple[float, float]:
    """Give the chance of no window with n events in a series of two, and of three, windows.

    Theorems 1 and 2 of Naus (1982); p and at_most are the Poisson terms with the window's mean.
    """
    from scipy.special import gammaln, pdtr, xlogy  # noqa: PLC0415  (heavy, and used only here)

    def p(k: int) -> float:
        return float(np.exp(xlogy(k, mean) - mean - gammaln(k + 1))) if k >= 0 else 0.0

    def at_most(k: int) -> float:
        return float(pdtr(k, mean)) if k >= 0 else 0.0

    two = at_most(n - 1) ** 2 - (n - 1) * p(n) * p(n - 2) - (n - 1 - mean) * p(n) * at_most(n - 3)
    first = 2 * p(n) * at_most(n - 1) * ((n - 1) * at_most(n - 2) - mean * at_most(n - 3))
    second = 0.5 * p(n) ** 2 * (
        (n - 1) * (n - 2) * at_most(n - 3)
        - 2 * (n - 2) * mean * at_most(n - 4)
        + mean**2 * at_most(n - 5)
    )  # fmt: skip
    third = sum(p(2 * n - r) * at_most(r - 1) ** 2 for r in range(1, n))
    fourth = sum(
        p(2 * n - r) * p(r) * ((r - 1) * at_most(r - 2) - mean * at_most(r - 3))
        for r in range(2, n)
    )
    three = at_most(n - 1) ** 3 - first + second + third - fourth
    return two, three
