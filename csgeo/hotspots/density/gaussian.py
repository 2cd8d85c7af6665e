"""What do Gaussians of one bandwidth add up to on every cell, and how wrong is the sum?

Each record is shared out over the 16 nodes around it by cubic B-splines, the
raster is multiplied by the Gaussian's transform in the Fourier domain, and there
the splines' own smoothing is divided out again. What stays is aliasing: less than
5e-5 of the surface's peak at any bandwidth, 1e-6 at ten cells, 1e-8 from twenty
(measured against the exact sum in the tests and in benchmarks/density.py).
Narrow Gaussians are summed on a finer raster.
Dutt and Rokhlin (1993), https://doi.org/10.1137/0914081, with the splines of
Potts, Steidl and Tasche (2001).
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numba as nb
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: The least bandwidth in nodes of the finer raster.
_LEAST_NODES = 4.0
#: Standard deviations between the raster and its own repetition.
_APART = 6.5
#: Nodes that a spline needs beyond the outermost centres, and half a cell.
_MARGIN = 3


class Nodes(NamedTuple):
    """The finer raster: ``times`` nodes per cell, ``rows`` x ``columns`` with the free margin."""

    times: int
    rows: int
    columns: int
    sd: float


@nb.njit(cache=True, nogil=True)
def _splines(t: float, out: Numbers) -> None:
    """Give the four cubic B-splines at the share t (0 to 1) of the way to the next node."""
    r = 1.0 - t
    out[0] = r * r * r / 6.0
    out[1] = (4.0 - 6.0 * t * t + 3.0 * t * t * t) / 6.0
    out[2] = (4.0 - 6.0 * r * r + 3.0 * r * r * r) / 6.0
    out[3] = t * t * t / 6.0


@nb.njit(cache=True, nogil=True)
def _spread(x: Numbers, y: Numbers, weight: Numbers, nodes: Numbers) -> None:
    """Share out each record over the 16 nodes around it."""
    a, b = np.empty(4), np.empty(4)
    for i in range(len(x)):
        column, row = math.floor(x[i]), math.floor(y[i])
        _splines(x[i] - column, a)
        _splines(y[i] - row, b)
        for r in range(4):
            share = weight[i] * b[r]
            for c in range(4):
                nodes[row - 1 + r, column - 1 + c] += share * a[c]


@nb.njit(cache=True, nogil=True)
def _gather(x: Numbers, y: Numbers, nodes: Numbers, out: Numbers) -> None:
    """Read each record's value off the 16 nodes around it: the transpose of sharing out."""
    a, b = np.empty(4), np.empty(4)
    for i in range(len(x)):
        column, row = math.floor(x[i]), math.floor(y[i])
        _splines(x[i] - column, a)
        _splines(y[i] - row, b)
        total = 0.0
        for r in range(4):
            for c in range(4):
                total += b[r] * a[c] * nodes[row - 1 + r, column - 1 + c]
        out[i] = total


def lay_nodes(shape: tuple[int, int], sd: float) -> Nodes:
    """Choose the finer raster for a Gaussian of `sd` cells on a raster of `shape`."""
    from scipy.fft import next_fast_len  # noqa: PLC0415  (heavy, and used only here)

    times = max(1, math.ceil(_LEAST_NODES / sd))
    free = math.ceil(_APART * sd * times) + 2 * _MARGIN * times
    rows, columns = (int(next_fast_len(n * times + free, real=True)) for n in shape)
    return Nodes(times, rows, columns, sd * times)


def _smooth(raster: Numbers, nodes: Nodes, splines: int) -> Numbers:
    """Convolve with the Gaussian, and undo so many passages through the splines."""
    from scipy import fft  # noqa: PLC0415

    def transform(frequency: npt.NDArray[np.floating]) -> Numbers:
        gauss = np.exp(-2.0 * (np.pi * nodes.sd * frequency) ** 2)
        return np.asarray(gauss / np.sinc(frequency) ** (4 * splines))

    workers = os.cpu_count()
    spectrum = fft.rfft2(raster, workers=workers)
    spectrum *= transform(np.fft.fftfreq(nodes.rows))[:, None]
    spectrum *= transform(np.fft.rfftfreq(nodes.columns))
    smooth = fft.irfft2(spectrum, s=raster.shape, workers=workers, overwrite_x=True)
    return np.asarray(smooth) * nodes.times**2


def sum_gaussians(
    x: Numbers, y: Numbers, weight: Numbers, *, sd: float, shape: tuple[int, int]
) -> Numbers:
    """Sum Gaussians that integrate to each record's weight, at the centre of each cell.

    Parameters
    ----------
    x, y
        n places in columns and rows from the centre of the first cell, on the raster.
    weight
        n weights, 0 or more.
    sd
        Standard deviation in cells, 1 or more.
    shape
        Rows and columns of the raster.

    Returns
    -------
    total
        Raster, per cell.
    """
    nodes = lay_nodes(shape, sd)
    raster = np.zeros((nodes.rows, nodes.columns))
    shift, t = _MARGIN * nodes.times, nodes.times
    _spread(x * t + shift, y * t + shift, weight, raster)
    smooth = _smooth(raster, nodes, splines=1)
    cells = smooth[shift : shift + shape[0] * t : t, shift : shift + shape[1] * t : t]
    return np.maximum(cells, 0.0)


def gaussian_mass(x: Numbers, y: Numbers, inside: Numbers, *, sd: float) -> Numbers:
    """Sum, for each record, its Gaussian over the cells that are inside.

    The exact transpose of :func:`sum_gaussians`: with these masses divided out, the surface adds up.

    Parameters
    ----------
    x, y
        n places, as in :func:`sum_gaussians`.
    inside
        Raster of the share of each cell that is inside.
    sd
        Standard deviation in cells.

    Returns
    -------
    mass
        n sums, about 1 far from the edge.
    """
    nodes = lay_nodes((inside.shape[0], inside.shape[1]), sd)
    raster = np.zeros((nodes.rows, nodes.columns))
    shift, t = _MARGIN * nodes.times, nodes.times
    raster[shift : shift + inside.shape[0] * t : t, shift : shift + inside.shape[1] * t : t] = (
        inside
    )
    mass = np.empty(len(x))
    _gather(x * t + shift, y * t + shift, _smooth(raster, nodes, splines=1), mass)
    return mass


def gaussians_at(
    x: Numbers, y: Numbers, weight: Numbers, *, sd: float, shape: tuple[int, int]
) -> Numbers:
    """Sum the Gaussians of all records at each record, its own with them.

    Parameters
    ----------
    x, y, weight, sd, shape
        As in :func:`sum_gaussians`.

    Returns
    -------
    total
        n sums, per cell.
    """
    nodes = lay_nodes(shape, sd)
    raster = np.zeros((nodes.rows, nodes.columns))
    shift = _MARGIN * nodes.times
    places = x * nodes.times + shift, y * nodes.times + shift
    _spread(*places, weight, raster)
    total = np.empty(len(x))
    _gather(*places, _smooth(raster, nodes, splines=2), total)
    return np.maximum(total, 0.0)
