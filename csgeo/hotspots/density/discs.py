"""What do kernels add up to that must be summed cell by cell, and how much of each lies inside?

The triangular kernel (a cone: no polynomial along a row) and Gaussians whose
bandwidth differs from record to record are summed directly over the cells in
their reach. The mass of any kernel on the study area's cells is the transpose of
its sum; along stretches that lie wholly inside, a polynomial kernel's is a closed
formula. Compiled with numba (kept on disk between runs).
"""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numba as nb
import numpy as np

from csgeo.hotspots.density.kernels import GAUSSIAN_REACH, Kernel
from csgeo.hotspots.density.row_sweep import in_order

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

_ROWS_AT_A_TIME, _RECORDS_AT_A_TIME = 16, 4096
#: What numba knows the two kernels by that are no polynomials.
_TRIANGULAR, _GAUSSIAN = -1, -2


@nb.njit(cache=True, nogil=True)
def _shape(power: int, d2: float, bandwidth: float) -> float:
    """Give a kernel's value, 1 at its centre, at a squared distance within its reach."""
    q = d2 / (bandwidth * bandwidth)
    if power == _GAUSSIAN:
        return math.exp(-0.5 * q)
    if power == _TRIANGULAR:
        return max(1.0 - math.sqrt(q), 0.0)
    return max(1.0 - q, 0.0) ** power


@nb.njit(cache=True, nogil=True)
def _sum_rows(  # noqa: PLR0917  (numba has no keywords)
    total: Numbers,
    first: int,
    last: int,
    x: Numbers,
    y: Numbers,
    weight: Numbers,
    bandwidth: Numbers,
    start: Integers,
    widest: Numbers,
    power: int,
    reach: float,
) -> None:
    """Sum the kernels on rows `first` to `last`; classes as in the row sweep."""  # fmt: skip
    rows, columns = total.shape
    for row in range(first, last):
        for k in range(len(widest)):
            low = max(0, math.floor(row - reach * widest[k] + 0.5))
            high = min(rows - 1, math.floor(row + reach * widest[k] + 0.5))
            for i in range(start[k, low], start[k, high + 1]):
                h, dy = bandwidth[i], row - y[i]
                s = (reach * h) ** 2 - dy * dy
                if s < 0.0:
                    continue
                half = math.sqrt(s)
                left = max(0, math.ceil(x[i] - half))
                right = min(columns - 1, math.floor(x[i] + half))
                if power == _GAUSSIAN:
                    # exp(-(u + 1)^2 / 2hh) from exp(-u^2 / 2hh) by two multiplications
                    u, hh = left - x[i], h * h
                    value = weight[i] * math.exp(-0.5 * (dy * dy + u * u) / hh)
                    step, ratio = math.exp(-(u + 0.5) / hh), math.exp(-1.0 / hh)
                    for c in range(left, right + 1):
                        total[row, c] += value
                        value *= step
                        step *= ratio
                else:
                    for c in range(left, right + 1):
                        u = c - x[i]
                        total[row, c] += weight[i] * max(1.0 - math.sqrt(dy * dy + u * u) / h, 0.0)


@nb.njit(cache=True, nogil=True)
def _whole_chord(left: int, right: int, x: float, s: float, power: int) -> float:
    """Sum ``(s - u^2)^power`` over the columns of a chord, by formula."""
    n = float(right - left + 1)
    m = 0.5 * (left + right) - x
    spread = n * (n * n - 1.0) / 12.0
    if power == 0:
        return n
    squares = n * m * m + spread
    if power == 1:
        return n * s - squares
    fourths = n * m**4 + 6.0 * m * m * spread + spread * (3.0 * n * n - 7.0) / 20.0
    return n * s * s - 2.0 * s * squares + fourths


@nb.njit(cache=True, nogil=True)
def _mass(  # noqa: PLR0917
    mass: Numbers,
    x: Numbers,
    y: Numbers,
    bandwidth: Numbers,
    inside: Numbers,
    before: Numbers,
    power: int,
    reach: float,
) -> None:
    """Sum each kernel over the cells inside; ``before`` are the running sums of each row."""  # fmt: skip
    rows, columns = inside.shape
    for i in range(len(x)):
        h, total = bandwidth[i], 0.0
        low = max(0, math.ceil(y[i] - reach * h))
        high = min(rows - 1, math.floor(y[i] + reach * h))
        for row in range(low, high + 1):
            dy = row - y[i]
            half = math.sqrt(max((reach * h) ** 2 - dy * dy, 0.0))
            left = max(0, math.ceil(x[i] - half))
            right = min(columns - 1, math.floor(x[i] + half))
            if left > right:
                continue
            within = before[row, right + 1] - before[row, left]
            if within == 0.0:
                continue
            if power >= 0 and within == right - left + 1:
                s = h * h - dy * dy
                total += _whole_chord(left, right, x[i], s, power) / h ** (2 * power)
                continue
            for c in range(left, right + 1):
                if inside[row, c] > 0.0:
                    u = c - x[i]
                    total += inside[row, c] * _shape(power, dy * dy + u * u, h)
        mass[i] = total


def _code(kernel: Kernel) -> tuple[int, float]:
    if kernel.name == "gaussian":
        return _GAUSSIAN, GAUSSIAN_REACH
    return kernel.power, 1.0


def sum_discs(
    x: Numbers,
    y: Numbers,
    weight: Numbers,
    bandwidth: Numbers,
    *,
    shape: tuple[int, int],
    kernel: Kernel,
) -> Numbers:
    """Sum triangular or Gaussian kernels (1 at their centre, times weight) at each cell's centre.

    Parameters
    ----------
    x, y
        n places in columns and rows from the centre of the first cell, on the raster.
    weight, bandwidth
        n weights, and n bandwidths in cells.
    shape
        Rows and columns of the raster.
    kernel
        The triangular or the Gaussian kernel.

    Returns
    -------
    total
        Raster.
    """
    total = np.zeros(shape)
    if not len(x):
        return total
    power, reach = _code(kernel)
    x, y, weight, bandwidth, start, widest = in_order(x, y, weight, bandwidth, shape[0])

    def sweep(first: int) -> None:
        last = min(first + _ROWS_AT_A_TIME, shape[0])
        _sum_rows(total, first, last, x, y, weight, bandwidth, start, widest, power, reach)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(sweep, range(0, shape[0], _ROWS_AT_A_TIME)))
    return total


def mass_inside(
    x: Numbers, y: Numbers, bandwidth: Numbers, *, inside: Numbers, kernel: Kernel
) -> Numbers:
    """Sum each record's kernel (1 at its centre) over the cells, times their share inside.

    Parameters
    ----------
    x, y, bandwidth
        n places and bandwidths, in cells.
    inside
        Raster of the share of each cell that lies in the study area, 0 to 1.
    kernel
        Any kernel.

    Returns
    -------
    mass
        n sums.
    """
    power, reach = _code(kernel)
    mass = np.empty(len(x))
    # whole counts so that a stretch wholly inside is known exactly; a part counts as a half-odd
    steps = np.where(inside >= 1.0, 1.0, np.where(inside > 0.0, 0.5, 0.0))
    before = np.zeros((inside.shape[0], inside.shape[1] + 1))
    np.cumsum(steps, axis=1, out=before[:, 1:])

    def part(first: int) -> None:
        some = slice(first, first + _RECORDS_AT_A_TIME)
        _mass(mass[some], x[some], y[some], bandwidth[some], inside, before, power, reach)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(part, range(0, len(x), _RECORDS_AT_A_TIME)))
    return mass
