"""How many records per square kilometre does a kernel density give each cell of a raster?

Polynomial and triangular kernels are summed exactly, Gaussians of one bandwidth
to better than 5e-5 of the peak. At the edge, the part of a record's kernel that
falls outside of the study area is put back in one of two ways: "diggle" divides each record
by its own mass on the area's cells, so that the surface adds up to the records;
"uniform" divides each cell by the mass of a kernel laid on it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.discs import mass_inside, sum_discs
from csgeo.hotspots.density.gaussian import gaussian_mass, sum_gaussians
from csgeo.hotspots.density.kernels import Kernel, kernel_named, reach_of
from csgeo.hotspots.density.row_sweep import sum_polynomials

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

EDGES = ("diggle", "none", "uniform")
#: A raster of more cells than these would take gigabytes.
MOST_CELLS = 5_000_000


class Grid(NamedTuple):
    """A raster of square cells: row 0 is the southernmost, column 0 the westernmost."""

    west_m: float
    south_m: float
    cell_m: float
    rows: int
    columns: int

    def places(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """Give places in columns and rows from the centre of the first cell."""
        across = (np.asarray(x, dtype=float) - self.west_m) / self.cell_m - 0.5
        up = (np.asarray(y, dtype=float) - self.south_m) / self.cell_m - 0.5
        return across, up


def density_raster(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    grid: Grid,
    *,
    bandwidth_m: float | npt.ArrayLike,
    kernel: str = "quartic",
    weight: npt.ArrayLike | None = None,
    inside: Numbers | None = None,
    edge: str = "none",
    unscaled: bool = False,
) -> Numbers:
    """Sum the kernels of all records at the centre of each cell.

    Parameters
    ----------
    x, y
        n coordinates in metres, on the raster.
    grid
        The raster.
    bandwidth_m
        One bandwidth, or n of them, in metres: the radius of the kernel, for the Gaussian its
        standard deviation.
    kernel
        "quartic", "epanechnikov", "gaussian", "uniform" or "triangular".
    weight
        n weights, 0 or more; without them each record counts as one.
    inside
        Raster of the share of each cell inside the study area, for the edge.
    edge
        "none", "diggle" or "uniform" (the last with one bandwidth only).
    unscaled
        Give each kernel the value 1 at its centre, as R's SpatialKDE does, and not a density.

    Returns
    -------
    density
        Raster, records (or weight) per square kilometre; with `unscaled` a plain sum.

    Raises
    ------
    MethodError
        If a coordinate, weight or bandwidth cannot be used, or the raster is too large.
    """
    shape = kernel_named(kernel)
    w = usable_weights(weight, np.size(x))
    across, up = _on_the_raster(x, y, grid)
    h = usable_bandwidths(bandwidth_m, len(w), grid, shape)
    _check_edge(edge, inside, grid, unscaled=unscaled, many=np.ndim(bandwidth_m) > 0)
    one = np.ndim(bandwidth_m) == 0
    cell_km2 = (grid.cell_m / 1000) ** 2
    if edge == "diggle" and inside is not None:
        mass = _masses(across, up, h, inside, shape, one=one)
        return _total(across, up, w / mass, h, grid, shape, one=one) / cell_km2
    if unscaled:
        return _total(across, up, w, h, grid, shape, one=one)
    total = _total(across, up, w * shape.volume / h**2, h, grid, shape, one=one)
    if edge == "uniform" and inside is not None:
        total = total / share_around(float(h[0]) if len(h) else 1.0, inside, shape)
    return total / cell_km2


def _total(  # noqa: PLR0917
    x: Numbers, y: Numbers, weight: Numbers, h: Numbers, grid: Grid, kernel: Kernel, *, one: bool
) -> Numbers:
    """Sum kernels whose value at the centre is the weight."""
    size = (grid.rows, grid.columns)
    if not len(x):
        return np.zeros(size)
    if kernel.power >= 0:
        return sum_polynomials(x, y, weight, h, shape=size, power=kernel.power)
    if kernel.name == "gaussian" and one:
        volume = weight * h**2 / kernel.volume
        return sum_gaussians(x, y, volume, sd=float(h[0]), shape=size)
    return sum_discs(x, y, weight, h, shape=size, kernel=kernel)


def _masses(
    x: Numbers, y: Numbers, h: Numbers, inside: Numbers, kernel: Kernel, *, one: bool
) -> Numbers:
    if kernel.name == "gaussian" and one and len(h):
        sd = float(h[0])
        mass = gaussian_mass(x, y, inside, sd=sd) * sd**2 / kernel.volume
    else:
        mass = mass_inside(x, y, h, inside=inside, kernel=kernel)
    lost = mass <= 0
    if lost.any():
        msg = (
            f"Every record must lie in the study area; {lost.sum()} of {len(x)} have no cell of it within "
            f"their bandwidth, the first in place {int(lost.argmax())}. Leave them out."
        )
        raise MethodError(msg)
    return mass


def share_around(h: float, inside: Numbers, kernel: Kernel) -> Numbers:
    """Give, per cell, the share of a kernel laid on it that falls on the area's cells; `h` in cells."""
    from scipy.signal import fftconvolve  # noqa: PLC0415  (heavy, and used only here)

    stencil = stencil_of(kernel, h, longest=max(inside.shape))
    whole = h**2 / kernel.volume if kernel.name == "gaussian" else stencil.sum()
    share = fftconvolve(inside, stencil, mode="same")
    share = np.where(inside > 0, share / whole, 1.0)
    return np.asarray(np.clip(share, 1e-12, 1.0))


def stencil_of(kernel: Kernel, h: float, *, longest: int) -> Numbers:
    """Lay a kernel (1 at its centre) on the cells around one, no further than `longest` cells."""
    reach = math.ceil(min(reach_of(kernel, h), longest))
    u = np.arange(-reach, reach + 1)
    r2 = (u[:, None] ** 2 + u**2) / h**2
    if kernel.name == "gaussian":
        return np.asarray(np.exp(-r2 / 2))
    cone = kernel.name == "triangular"
    stencil = np.maximum(1 - np.sqrt(r2), 0) if cone else np.maximum(1 - r2, 0) ** kernel.power
    return np.where(r2 <= 1, stencil, 0.0)


def usable_weights(weight: npt.ArrayLike | None, n: int) -> Numbers:
    """Give n weights, or refuse those that are missing, infinite, below 0 or not n."""
    if weight is None:
        return np.ones(n)
    w = np.asarray(weight, dtype=float)
    if w.shape != (n,):
        msg = f"`weight` must have one number per record, {n}; it has {w.size}."
        raise MethodError(msg)
    bad = ~(np.isfinite(w) & (w >= 0))
    if bad.any():
        msg = (
            f"Weights must be 0 or more; {bad.sum()} of {n} are missing, infinite or below 0, the first "
            f"in place {int(bad.argmax())} ({w[bad.argmax()]}). Give each record a weight or leave it out."
        )
        raise MethodError(msg)
    return w


def _on_the_raster(x: npt.ArrayLike, y: npt.ArrayLike, grid: Grid) -> tuple[Numbers, Numbers]:
    if grid.rows * grid.columns > MOST_CELLS:
        needed = grid.cell_m * math.sqrt(grid.rows * grid.columns / MOST_CELLS)
        msg = (
            f"A surface may have {MOST_CELLS:,} cells at most; {grid.rows:,} rows of {grid.columns:,} cells of "
            f"{grid.cell_m:g} m are {grid.rows * grid.columns:,}. Take cells of {math.ceil(needed):,} m or more."
        )
        raise MethodError(msg)
    across, up = grid.places(x, y)
    off = ~(
        (across >= -0.5) & (across <= grid.columns - 0.5) & (up >= -0.5) & (up <= grid.rows - 0.5)
    )
    if off.any():
        msg = (
            f"Records must lie on the raster; {off.sum()} of {len(off)} do not or have no coordinates, the "
            f"first in place {int(off.argmax())}. Leave them out."
        )
        raise MethodError(msg)
    return across, up


def usable_bandwidths(
    bandwidth_m: float | npt.ArrayLike, n: int, grid: Grid, kernel: Kernel
) -> Numbers:
    """Give n bandwidths in cells, or refuse those below a cell or too wide for the raster."""
    given = np.asarray(bandwidth_m, dtype=float)
    if given.ndim and given.shape != (n,):
        msg = f"`bandwidth_m` must be one number or one per record, {n}; there are {given.size}."
        raise MethodError(msg)
    if not np.isfinite(given).all() or (given < grid.cell_m).any():
        found = np.nanmin(given) if np.isfinite(given).any() else given.ravel()[0]
        msg = (
            f"A bandwidth must be no smaller than a cell, {grid.cell_m:g} m: below that the surface is the cells' "
            f"pattern and not the records'; the smallest is {found:g} m. Take smaller cells or a larger bandwidth."
        )
        raise MethodError(msg)
    longest = max(grid.rows, grid.columns) * grid.cell_m
    if (given * math.sqrt(kernel.variance) > longest / 2).any():
        msg = (
            f"A bandwidth must spread records over no more than half of the study area's longest side, "
            f"{longest:g} m; the largest is {given.max():g} m. The surface would be flat: take a smaller one."
        )
        raise MethodError(msg)
    return np.broadcast_to(given / grid.cell_m, (n,)).copy()


def _check_edge(
    edge: str, inside: Numbers | None, grid: Grid, *, unscaled: bool, many: bool
) -> None:
    if edge not in EDGES:
        msg = f'`edge` must be one of {", ".join(EDGES)}; it is "{edge}".'
        raise MethodError(msg)
    if edge == "none":
        return
    if inside is None or inside.shape != (grid.rows, grid.columns):
        msg = f'edge = "{edge}" must know the study area: give `inside`, {grid.rows} x {grid.columns} cells.'
        raise MethodError(msg)
    if unscaled:
        msg = f'edge = "{edge}" has no meaning for unscaled kernels: set edge = "none".'
        raise MethodError(msg)
    if edge == "uniform" and many:
        msg = 'edge = "uniform" needs one bandwidth for all records: set edge = "diggle".'
        raise MethodError(msg)
