"""How far, and how quickly fading, is one record's influence?

Five kernels. The bandwidth of all but the Gaussian is the radius at which the
influence ends, as in the crime-mapping programs; that of the Gaussian is its
standard deviation. Rules for the bandwidth answer in standard deviations, and
:func:`bandwidth_of` turns one into the bandwidth of any kernel with the same spread.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from csgeo.errors import MethodError


class Kernel(NamedTuple):
    """One kernel: its value at distance d is ``volume * shape(d / bandwidth) / bandwidth**2``.

    ``power`` is that of ``1 - (d / bandwidth)**2`` for the polynomial kernels, -1 for those
    that are none. ``volume`` makes the kernel integrate to 1 over the plane. ``variance`` is
    that of one coordinate at bandwidth 1.
    """

    name: str
    power: int
    volume: float
    variance: float
    formula: str


#: Silverman (1986), section 4.2; the cone's constants by integration.
KERNELS = {
    kernel.name: kernel
    for kernel in (
        Kernel("uniform", 0, 1 / math.pi, 1 / 4, "1"),
        Kernel("epanechnikov", 1, 2 / math.pi, 1 / 6, "1 - (d/h)^2"),
        Kernel("quartic", 2, 3 / math.pi, 1 / 8, "(1 - (d/h)^2)^2"),
        Kernel("triangular", -1, 3 / math.pi, 3 / 20, "1 - d/h"),
        Kernel("gaussian", -1, 1 / (2 * math.pi), 1.0, "exp(-(d/h)^2 / 2)"),
    )
}
#: Beyond so many standard deviations a Gaussian is taken as none (6e-16 of its mass).
GAUSSIAN_REACH = 8.4


def kernel_named(name: str) -> Kernel:
    """Give the kernel of that name, or say which there are."""
    if name not in KERNELS:
        msg = f'`kernel` must be one of {", ".join(sorted(KERNELS))}; it is "{name}".'
        raise MethodError(msg)
    return KERNELS[name]


def bandwidth_of(kernel: Kernel, spread_m: float) -> float:
    """Give the bandwidth at which a kernel spreads a record as a Gaussian of `spread_m` does.

    Parameters
    ----------
    kernel
        From :func:`kernel_named`.
    spread_m
        Standard deviation of one coordinate, in metres.

    Returns
    -------
    bandwidth_m
        Radius (Gaussian: standard deviation) in metres.
    """
    return spread_m / math.sqrt(kernel.variance)


def reach_of(kernel: Kernel, bandwidth_m: float) -> float:
    """Give the distance beyond which a kernel is 0 (for the Gaussian: taken as 0)."""
    return bandwidth_m * GAUSSIAN_REACH if kernel.name == "gaussian" else bandwidth_m
