"""Which spread do the records themselves support best?

Two criteria, both on Gaussians summed exactly over all pairs of places. That of
Cronie and van Lieshout asks for the spread at which the records, each counted by one over
the density at it, add up to the size of the study area. Likelihood
cross-validation asks for the spread at which each record is least of a surprise
to all others. R's spatstat looks at sixteen spreads only; here the best of
all is found, and `candidates` looks at those that are given.
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numba as nb
import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.spreads import check_places

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: All pairs of more places than these would take minutes.
MOST_PLACES = 20_000
_PLACES_AT_A_TIME = 256
_LOOKS = 33


class Window(NamedTuple):
    """A study area as a raster: the share of each cell that lies inside, and where it is."""

    inside: Numbers
    west_m: float
    south_m: float
    cell_m: float

    @property
    def area_m2(self) -> float:
        """Square metres inside."""
        return float(self.inside.sum()) * self.cell_m**2


@nb.njit(cache=True, nogil=True)
def _pair_sums(  # noqa: PLR0917  (numba has no keywords)
    x: Numbers, y: Numbers, count: Numbers, sd: float, first: int, last: int, total: Numbers
) -> None:
    """Sum the Gaussians of all records at places `first` to `last`; `x` is sorted."""
    reach, half = 8.4 * sd, -0.5 / (sd * sd)
    for i in range(first, last):
        low = np.searchsorted(x, x[i] - reach)
        high = np.searchsorted(x, x[i] + reach)
        value = 0.0
        for j in range(low, high):
            dx, dy = x[j] - x[i], y[j] - y[i]
            value += count[j] * math.exp(half * (dx * dx + dy * dy))
        total[i] = value * (-half / math.pi)


def places_and_counts(
    x: npt.ArrayLike, y: npt.ArrayLike, rule: str
) -> tuple[Numbers, Numbers, Numbers]:
    """Give the distinct places, from west to east, and the records at each; refuse too many."""
    x, y = check_places(x, y, least=2, for_what=rule)
    places, count = np.unique(x + 1j * y, return_counts=True)
    if len(places) > MOST_PLACES:
        msg = (
            f"{rule} compares all pairs of places, of which it takes {MOST_PLACES:,} at most; there "
            f'are {len(places):,}. Take bandwidth = "scott", or find it on a sample of the area.'
        )
        raise MethodError(msg)
    return places.real.copy(), places.imag.copy(), count.astype(float)


def _density(x: Numbers, y: Numbers, count: Numbers, sd: float) -> Numbers:
    total = np.empty(len(x))

    def part(first: int) -> None:
        _pair_sums(x, y, count, sd, first, min(first + _PLACES_AT_A_TIME, len(x)), total)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(part, range(0, len(x), _PLACES_AT_A_TIME)))
    return total


def _range(x: Numbers, y: Numbers, widest: float) -> Numbers:
    from scipy.spatial import cKDTree  # noqa: PLC0415  (heavy, and used only here)

    xy = np.column_stack([x, y])
    closest = float(cKDTree(xy).query(xy, k=[2])[0].min())
    return np.geomspace(closest, max(widest, 2 * closest), _LOOKS)


def _least(loss: Callable[[float], float], looks: Numbers) -> float:
    """Find the least loss: near the best of all looks."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415

    at = int(np.argmin([loss(float(sd)) for sd in looks]))
    around = np.log(looks[max(at - 1, 0)]), np.log(looks[min(at + 1, len(looks) - 1)])
    found = minimize_scalar(
        lambda log_sd: loss(math.exp(log_sd)),
        bounds=around,
        method="bounded",
        options={"xatol": 1e-7},
    )
    return math.exp(found.x)


def cronie_van_lieshout(
    x: npt.ArrayLike, y: npt.ArrayLike, *, area_m2: float, candidates: npt.ArrayLike | None = None
) -> float:
    """Find the spread at which the records' inverse densities add up to the study area.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    area_m2
        Size of the study area in square metres.
    candidates
        Spreads in metres to choose from; without them the equation is solved.

    Returns
    -------
    spread_m
        Metres.

    Raises
    ------
    MethodError
        With fewer than two records, all on one line, or too many places.

    References
    ----------
    Cronie and van Lieshout (2018), https://doi.org/10.1093/biomet/asy001; without edge
    correction, as they recommend.
    """
    from scipy.optimize import brentq  # noqa: PLC0415

    x, y, count = places_and_counts(x, y, "The rule of Cronie and van Lieshout")

    def beyond(sd: float) -> float:
        return float((count / _density(x, y, count, sd)).sum()) - area_m2

    if candidates is not None:
        looks = np.asarray(candidates, dtype=float)
        return float(looks[np.argmin([beyond(float(sd)) ** 2 for sd in looks])])
    # at spreads this small no record sees another, and the sum is less than the area
    low = math.sqrt(area_m2 / (2 * math.pi * count.sum())) * 1e-3
    high = 2 * low
    while beyond(high) < 0:
        high *= 2
    root = brentq(lambda log_sd: beyond(math.exp(log_sd)), math.log(low), math.log(high), xtol=1e-8)
    return math.exp(root)


def likelihood(
    x: npt.ArrayLike, y: npt.ArrayLike, *, window: Window, candidates: npt.ArrayLike | None = None
) -> float:
    """Find the spread at which each record is least of a surprise to all others.

    The criterion is the sum of the logarithms of the density at each record, left out itself, less
    the integral of the density; both corrected for what lies outside of the study area.
    Records at one place are a trap: the narrower the spread, the surer each is of the
    others. Where no record stands alone, there is no best spread.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    window
        The study area.
    candidates
        Spreads in metres to choose from; without them the best of all is found.

    Returns
    -------
    spread_m
        Metres.

    Raises
    ------
    MethodError
        With fewer than two records, all on one line, too many places, or none alone.

    References
    ----------
    Loader (1999), Local Regression and Likelihood, section 5.3.
    """
    x, y, count = places_and_counts(x, y, "Likelihood cross-validation")
    if (count > 1).all():
        msg = (
            "Likelihood cross-validation has no answer where no record stands alone: each of the "
            f'{len(x)} places holds two records or more. Take bandwidth = "cvl" or "scott".'
        )
        raise MethodError(msg)

    def loss(sd: float) -> float:
        left_out = _density(x, y, count, sd) - 1 / (2 * math.pi * sd * sd)
        inside, whole = _inside_and_whole(x, y, count, sd, window)
        # a record that no other one reaches: as good as infinitely surprising, yet a number
        surprise = np.log(np.maximum(left_out, 1e-300) / inside)
        return whole - float((count * surprise).sum())

    if candidates is not None:
        looks = np.asarray(candidates, dtype=float)
        return float(looks[np.argmin([loss(float(sd)) for sd in looks])])
    rows, columns = window.inside.shape
    return _least(loss, _range(x, y, math.hypot(rows, columns) * window.cell_m / 2))


def _inside_and_whole(
    x: Numbers, y: Numbers, count: Numbers, sd: float, window: Window
) -> tuple[Numbers, float]:
    """Give the mass inside of each Gaussian, and the integral of the corrected density."""

    def masses(at: npt.NDArray[np.floating], origin: float, n: int) -> Numbers:
        from scipy.special import ndtr  # noqa: PLC0415

        edges = origin + np.arange(n + 1) * window.cell_m
        return np.asarray(np.diff(ndtr((edges - at[:, None]) / sd), axis=1))

    rows, columns = window.inside.shape
    by_x = masses(x, window.west_m, columns)
    by_y = masses(y, window.south_m, rows)
    inside = ((by_y @ window.inside) * by_x).sum(axis=1)
    records = (by_y * count[:, None]).T @ by_x
    centres_x = window.west_m + (np.arange(columns) + 0.5) * window.cell_m
    centres_y = window.south_m + (np.arange(rows) + 0.5) * window.cell_m
    by_row = masses(centres_y, window.south_m, rows)
    by_column = masses(centres_x, window.west_m, columns)
    share: Numbers = np.asarray(by_row @ window.inside @ by_column.T)
    known = window.inside > 0
    return inside, float((records[known] / share[known] * window.inside[known]).sum())
