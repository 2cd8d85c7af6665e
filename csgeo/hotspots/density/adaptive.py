"""How widely should each record be spread, if widely where records are few?

Abramson's square-root law, and the distance to the k-th nearest other record.
Both keep detail in a city and calm in the country, in one surface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.gaussian import gaussian_mass, gaussians_at
from csgeo.hotspots.density.spreads import nearest_distances

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: No record is spread more widely than so many times the median (Davies and Baddeley 2018).
WIDEST = 5.0


def abramson(
    x: Numbers, y: Numbers, *, spread: float, inside: Numbers, weight: Numbers | None = None
) -> Numbers:
    """Spread each record in inverse proportion to the square root of the density at it.

    A pilot surface of Gaussians with one spread, corrected for the edge, gives the densities f.
    A record's spread is ``spread * sqrt(g / f)``, with g the geometric mean of f over the records.

    Parameters
    ----------
    x, y
        n places in columns and rows from the centre of the first cell, on the raster.
    spread
        Standard deviation of the pilot, and the geometric mean of those that are answered, in cells.
    inside
        Raster of the share of each cell that lies in the study area.
    weight
        n weights; without them, each record counts as one.

    Returns
    -------
    spread
        n standard deviations in cells, at most five times their median.

    References
    ----------
    Abramson (1982), https://doi.org/10.1214/aos/1176345986; Davies and Baddeley (2018),
    https://doi.org/10.1007/s11222-017-9772-4, for the limit.
    """
    ones = np.ones(len(x)) if weight is None else weight
    shape = (inside.shape[0], inside.shape[1])
    pilot = gaussians_at(x, y, ones, sd=spread, shape=shape)
    pilot = pilot / gaussian_mass(x, y, inside, sd=spread)
    counted = ones > 0
    mean = np.exp(np.average(np.log(pilot[counted]), weights=ones[counted]))
    wide = spread * np.sqrt(mean / np.where(counted, pilot, mean))
    return np.asarray(np.minimum(wide, WIDEST * np.median(wide)))


def to_nearest(x: Numbers, y: Numbers, *, k: int, least: float) -> Numbers:
    """Spread each record as far as its k-th nearest other record.

    Parameters
    ----------
    x, y
        n places.
    k
        Which neighbour.
    least
        The least spread: a record in a stack has its neighbour at distance 0.

    Returns
    -------
    spread
        n distances, in the unit of the places.

    Raises
    ------
    MethodError
        If there are not more than k records.

    References
    ----------
    Breiman, Meisel and Purcell (1977), https://doi.org/10.1080/00401706.1977.10489521
    """
    if not least > 0:
        msg = f"`least` must be above 0; it is {least}."
        raise MethodError(msg)
    return np.maximum(nearest_distances(x, y, k=k), least)
