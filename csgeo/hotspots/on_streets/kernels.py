"""How much of a record lies how far along the street?

Kernels of one dimension: each adds up to 1 over a street without end. The bandwidth of all
but the Gaussian is where the influence ends; that of the Gaussian is its standard deviation,
it is cut at three of them and raised so that it still adds up to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numba as nb
import numpy as np

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

Kernel: TypeAlias = Literal["quartic", "epanechnikov", "triangular", "uniform", "gaussian"]
KERNELS: tuple[Kernel, ...] = get_args(Kernel)
#: Where the Gaussian is cut, in standard deviations.
GAUSSIAN_CUT = 3.0
#: The share of a Gaussian within three standard deviations of its middle.
_WITHIN = 0.9973002039367398
_PEAK = 0.3989422804014327 / _WITHIN


def code_of(kernel: str) -> int:
    """Give the number that stands for a kernel in compiled code, or say which there are."""
    if kernel not in KERNELS:
        msg = f"`kernel` must be one of {', '.join(KERNELS)}; it is {kernel!r}."
        raise MethodError(msg)
    return KERNELS.index(kernel)


def reach_m(kernel: str, bandwidth_m: float) -> float:
    """Give the distance in metres beyond which a record has no influence."""
    return bandwidth_m * (GAUSSIAN_CUT if kernel == "gaussian" else 1.0)


@nb.njit(cache=True, nogil=True)
def height(code: int, d: float, h: float) -> float:
    """Give the kernel's value, per metre, at `d` metres with bandwidth `h`."""
    u = d / h
    if code == 4:
        return _PEAK * np.exp(-0.5 * u * u) / h if u < GAUSSIAN_CUT else 0.0
    if u >= 1.0:
        return 0.0
    if code == 0:
        return 0.9375 * (1.0 - u * u) ** 2 / h
    if code == 1:
        return 0.75 * (1.0 - u * u) / h
    return (1.0 - u) / h if code == 2 else 0.5 / h


def share_within(kernel: str, d: npt.ArrayLike, bandwidth_m: float) -> npt.NDArray[np.float64]:
    """Give the share of a record that lies within `d` metres on one side: 0 to 1/2."""
    from scipy.special import erf  # noqa: PLC0415  (heavy, and used only here)

    u = np.clip(np.asarray(d, dtype=float) / bandwidth_m, 0, None)
    if kernel == "gaussian":
        return np.asarray(np.minimum(erf(u / np.sqrt(2)) / (2 * _WITHIN), 0.5))
    u = np.minimum(u, 1.0)
    shares: dict[str, Any] = {
        "quartic": 0.9375 * (u - 2 * u**3 / 3 + u**5 / 5),
        "epanechnikov": 0.75 * (u - u**3 / 3),
        "triangular": u - u**2 / 2,
        "uniform": u / 2,
    }
    return np.asarray(shares[kernel])
