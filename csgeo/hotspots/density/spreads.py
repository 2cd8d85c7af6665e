"""How widely should each record be spread, judged by how the records lie?

Rules of thumb. Each gives the standard deviation of a Gaussian, in metres;
:func:`csgeo.hotspots.density.kernels.bandwidth_of` makes a radius of it. All take
records one by one: weights of harm say nothing about how many there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]


class PerAxis(NamedTuple):
    """A spread for eastings and one for northings, in metres; ``one`` is their geometric mean."""

    x: float
    y: float

    @property
    def one(self) -> float:
        """One spread for both."""
        return float(np.sqrt(self.x * self.y))


def check_places(
    x: npt.ArrayLike, y: npt.ArrayLike, *, least: int, for_what: str
) -> tuple[Numbers, Numbers]:
    """Refuse coordinates that are not finite, and too few or co-located records."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    broken = ~(np.isfinite(x) & np.isfinite(y))
    if broken.any():
        msg = (
            f"Coordinates must be finite; {broken.sum()} of {len(x)} are not, the first in place "
            f"{int(broken.argmax())}. Leave out the records without a place."
        )
        raise MethodError(msg)
    if len(x) < least:
        msg = f"{for_what} needs {least} records or more; there are {len(x)}. Give the bandwidth in metres."
        raise MethodError(msg)
    if x.min() == x.max() or y.min() == y.max():
        msg = (
            f"{for_what} needs records that differ in easting and in northing; all {len(x)} lie at "
            "one place or on one line. Give the bandwidth in metres."
        )
        raise MethodError(msg)
    return x, y


def _robust(values: Numbers) -> float:
    sd = float(np.std(values, ddof=1))
    quarter, three_quarters = np.quantile(values, [0.25, 0.75])
    inner = float(three_quarters - quarter) / 1.34
    # half of all records on one easting: the quartiles say nothing
    return min(sd, inner) if inner > 0 else sd


def scott(x: npt.ArrayLike, y: npt.ArrayLike) -> PerAxis:
    """Give ``sd * n^(-1/6)``, best where the records are one normal cloud.

    Parameters
    ----------
    x, y
        n coordinates in metres.

    Returns
    -------
    spread_m
        Per axis, metres.

    Raises
    ------
    MethodError
        With fewer than two records, or all on one line.

    References
    ----------
    Scott (1992), Multivariate Density Estimation, eq. 6.42.
    """
    x, y = check_places(x, y, least=2, for_what="Scott's rule")
    factor = len(x) ** (-1 / 6)
    return PerAxis(float(np.std(x, ddof=1)) * factor, float(np.std(y, ddof=1)) * factor)


def silverman(x: npt.ArrayLike, y: npt.ArrayLike) -> PerAxis:
    """Give ``min(sd, IQR / 1.34) * n^(-1/6)``: Scott's rule that distant records do not widen.

    In two dimensions Silverman's factor ``(4 / (d + 2))^(1 / (d + 4))`` is exactly 1, so the
    two rules differ only in how the spread is measured.

    Parameters
    ----------
    x, y
        n coordinates in metres.

    Returns
    -------
    spread_m
        Per axis, metres.

    Raises
    ------
    MethodError
        With fewer than two records, or all on one line.

    References
    ----------
    Silverman (1986), Density Estimation, eq. 3.30 and 4.14.
    """
    x, y = check_places(x, y, least=2, for_what="Silverman's rule")
    factor = len(x) ** (-1 / 6)
    return PerAxis(_robust(x) * factor, _robust(y) * factor)


def normal_reference(x: npt.ArrayLike, y: npt.ArrayLike) -> PerAxis:
    """Give ``4 * 1.06 * min(sd, IQR / 1.34) * n^(-1/5)``, the ``bandwidth.nrd`` of R's MASS.

    A one-dimensional rule on a scale four times as wide, for comparison with sfhotspot, which
    takes it as the radius of a quartic kernel. sfhotspot means to average the two axes but
    uses the easting's alone: the second number is taken as the share to trim.

    Parameters
    ----------
    x, y
        n coordinates in metres.

    Returns
    -------
    radius_m
        Per axis, metres: radii, not standard deviations.

    Raises
    ------
    MethodError
        With fewer than two records, or all on one line.

    References
    ----------
    Venables and Ripley (2002), Modern Applied Statistics with S, eq. 5.5.
    """
    x, y = check_places(x, y, least=2, for_what="The normal reference rule")
    factor = 4 * 1.06 * len(x) ** (-1 / 5)
    return PerAxis(_robust(x) * factor, _robust(y) * factor)


def nearest_distances(x: npt.ArrayLike, y: npt.ArrayLike, *, k: int) -> Numbers:
    """Measure from each record to its k-th nearest other record.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    k
        Which neighbour, 1 or more and less than n.

    Returns
    -------
    distance_m
        n distances; 0 inside a stack of more than k records.

    Raises
    ------
    MethodError
        If there are not more than k records.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415  (heavy, and used only here)

    if k < 1:
        msg = f"`k` must be 1 or more; it is {k}."
        raise MethodError(msg)
    x, y = check_places(x, y, least=k + 1, for_what=f"The distance to the {k}th nearest record")
    xy = np.column_stack([x, y])
    return np.asarray(cKDTree(xy).query(xy, k=[k + 1])[0][:, 0])


def nearest(x: npt.ArrayLike, y: npt.ArrayLike, *, k: int | None = None) -> float:
    """Give the mean distance from a record to its k-th nearest other one.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    k
        Which neighbour; without it, the square root of n, rounded.

    Returns
    -------
    spread_m
        Metres.

    Raises
    ------
    MethodError
        If there are not more than k records, or every record lies in a stack of more than k.

    References
    ----------
    Loftsgaarden and Quesenberry (1965), https://doi.org/10.1214/aoms/1177700079, for the
    idea and the rate of k; the mean over records makes one number of it.
    """
    x, y = check_places(x, y, least=2, for_what="The k-nearest rule")
    k = max(1, round(np.sqrt(len(x)))) if k is None else k
    spread = float(nearest_distances(x, y, k=k).mean())
    if spread == 0:
        msg = f"Every record has {k} others at its own place, so the k-nearest rule gives 0 m. Take a larger k."
        raise MethodError(msg)
    return spread
