"""How densely did records lie around each cell at each moment, per square kilometre and day?

The hill of a record rises and falls in time too: a kernel in space times
Epanechnikov's in time. At one moment that is a density with weights, so that
everything holds that holds for the surface, exactness and edge included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.surface import Grid, density_raster, usable_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]


def time_rasters(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    day: npt.ArrayLike,
    grid: Grid,
    *,
    at_day: npt.ArrayLike,
    bandwidth_m: float,
    bandwidth_days: float,
    kernel: str = "quartic",
    weight: npt.ArrayLike | None = None,
    period: tuple[float, float] | None = None,
    inside: Numbers | None = None,
    edge: str = "none",
) -> Numbers:
    """Sum the kernels of all records at the centre of each cell, at each moment.

    Parameters
    ----------
    x, y
        n coordinates in metres, on the raster.
    day
        n moments in days from any origin.
    grid
        The raster.
    at_day
        m moments to draw, in days from the same origin.
    bandwidth_m
        The bandwidth in space, as in ``density_raster``.
    bandwidth_days
        How many days before and after it a record is felt.
    kernel, weight, inside, edge
        As in ``density_raster``.
    period
        First and last day of the data. If given, what of a record would be felt before or after is put
        back inside, so that the first and last weeks do not look calm.

    Returns
    -------
    density
        m rasters, records (or weight) per square kilometre and day.

    Raises
    ------
    MethodError
        If moments are missing or outside of the period, the bandwidth is not above 0, or the
        density cannot be drawn.

    References
    ----------
    Brunsdon, Corcoran and Higgs (2007), https://doi.org/10.1016/j.compenvurbsys.2005.07.009
    """
    days, moments = np.asarray(day, dtype=float), np.atleast_1d(np.asarray(at_day, dtype=float))
    _check_days(days, np.size(x), bandwidth_days, period)
    east, north = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    w = usable_weights(weight, len(days))
    if period is not None:
        first, last = ((end - days) / bandwidth_days for end in period)
        w = w / (_mass_before(last) - _mass_before(first))

    def at(moment: float) -> Numbers:
        u = (moment - days) / bandwidth_days
        felt = np.abs(u) < 1
        share = 0.75 * (1 - u[felt] ** 2) / bandwidth_days
        return density_raster(
            east[felt], north[felt], grid, bandwidth_m=bandwidth_m, kernel=kernel,
            weight=w[felt] * share, inside=inside, edge=edge,
        )  # fmt: skip

    return np.stack([at(float(moment)) for moment in moments])


def _mass_before(u: Numbers) -> Numbers:
    """Give the share of Epanechnikov's kernel in time that lies before u bandwidths."""
    u = np.clip(u, -1.0, 1.0)
    return np.asarray(0.5 + 0.75 * u - 0.25 * u**3)


def _check_days(
    days: Numbers, n: int, bandwidth_days: float, period: tuple[float, float] | None
) -> None:
    if days.shape != (n,):
        msg = f"`day` must be one number for each of the {n} records; there are {days.size}."
        raise MethodError(msg)
    if not bandwidth_days > 0:
        msg = f"`bandwidth_days` must be above 0; it is {bandwidth_days}."
        raise MethodError(msg)
    first, last = period if period is not None else (-np.inf, np.inf)
    if not first < last:
        msg = f"`period` must end after it begins; it is {first:g} to {last:g}."
        raise MethodError(msg)
    bad = ~(np.isfinite(days) & (days >= first) & (days <= last))
    if bad.any():
        msg = (
            f"Every record must have a day within the period; {bad.sum()} of {n} have not, the first in "
            f"place {int(bad.argmax())} ({days[bad.argmax()]:g}). Leave them out."
        )
        raise MethodError(msg)
