"""How many records does each cell have nearby, and how many would it have as expected?

For the search for places, which asks the same a hundred times: the records and the
expectation are spread by one kernel and corrected alike at the edge, so that what is left
between them is neither the kernel's doing nor the edge's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.density.bandwidths import choose_bandwidth
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.kernels import kernel_named
from csgeo.hotspots.density.records import grid_of
from csgeo.hotspots.density.surface import density_raster, stencil_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field
    from csgeo.hotspots.density.kernels import Kernel
    from csgeo.hotspots.density.surface import Grid

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: About as far as a place reaches (docs/decisions/0011), and two cells at least.
PLACE_M, LEAST_CELLS = 400.0, 2
#: A convolution's rounding, as a share of its peak.
_NOTHING = 1e-13


class DensityScores(NamedTuple):
    """Two rasters in records per cell, what was done in words, and the bandwidth for further runs.

    ``surface`` adds up to the records and ``expected`` to the expectation that was given.
    """

    surface: Numbers
    expected: Numbers
    words: str
    bandwidth_m: float


def density_scores(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    expected: npt.ArrayLike,
    field: Field,
    *,
    kernel: str = "quartic",
    bandwidth: float | str | None = None,
    inside: Numbers | None = None,
) -> DensityScores:
    """Spread records and their expectation alike over the cells around them.

    Parameters
    ----------
    x, y
        n coordinates in metres of the records inside of the study area.
    expected
        Raster of expected records per cell, on the field's raster; it lies at the cells' centres.
    field
        The study area, from ``lay_field``.
    kernel
        "quartic", "epanechnikov", "gaussian", "uniform" or "triangular".
    bandwidth
        Metres (the kernel's radius, for the Gaussian its standard deviation), or a rule, as in
        ``kernel_density``. Without it 400 m, or two cells if that is more. For re-runs give
        the ``bandwidth_m`` of the first run.
    inside
        Raster of the share of each cell in the study area, from ``share_inside(field)``; without it
        it is measured, which takes longer than all the rest.

    Returns
    -------
    scores
        The two rasters (records per cell), a sentence, and the bandwidth in metres.

    Raises
    ------
    MethodError
        If there is no record, the expectation does not fit the field or is nothing, a record lies
        outside, or the bandwidth cannot be used.

    References
    ----------
    Diggle (1985), https://doi.org/10.2307/2347366, for the edge.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    shape = kernel_named(kernel)
    due = _usable_expectation(expected, field)
    if not len(x):
        msg = "A density needs records inside of the study area; there are none. Check the area and the period."
        raise MethodError(msg)
    inside = share_inside(field) if inside is None else inside
    wanted = max(PLACE_M, LEAST_CELLS * field.cell_m) if bandwidth is None else bandwidth
    chosen = choose_bandwidth(x, y, bandwidth=wanted, kernel=shape, inside=inside, field=field)
    grid = grid_of(field)
    surface = _records_per_cell(x, y, grid, inside, kernel, chosen.metres)
    even = _expected_per_cell(due, field, grid, inside, shape, chosen.metres)
    words = (
        f"Records and their expectation are spread alike ({kernel}, {chosen.metres:,.0f} m); what would fall "
        "outside of the area is put back inside."
    )
    return DensityScores(surface, even, words, chosen.metres)


def _usable_expectation(expected: npt.ArrayLike, field: Field) -> Numbers:
    due = np.asarray(expected, dtype=float)
    if due.shape != field.mask.shape:
        msg = (
            f"`expected` must be a raster of {field.mask.shape[0]} x {field.mask.shape[1]} cells, as the field; "
            f"it is {' x '.join(map(str, due.shape)) or 'one number'}."
        )
        raise MethodError(msg)
    bad = ~(np.isfinite(due) & (due >= 0)) | (~field.mask & (due > 0))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        msg = (
            f"`expected` must be 0 or more in each cell, and 0 outside of the study area; {int(bad.sum())} cells are "
            f"not, the first at flat position {first} ({due.ravel()[first]})."
        )
        raise MethodError(msg)
    if not due.any():
        msg = "`expected` must be above 0 somewhere; it is 0 in every cell. Choose another expectation."
        raise MethodError(msg)
    return due


def _records_per_cell(  # noqa: PLR0917
    x: Numbers,
    y: Numbers,
    grid: Grid,
    inside: Numbers,
    kernel: str,
    h: float,
    weight: Numbers | None = None,
) -> Numbers:
    """Spread records, in records per cell: per square kilometre, times what of the cell is inside."""  # fmt: skip
    places, place = np.unique(x + 1j * y, return_inverse=True)
    total = np.bincount(place, weights=weight).astype(float)
    raster = density_raster(
        places.real, places.imag, grid, bandwidth_m=h, kernel=kernel, weight=total,
        inside=inside, edge="diggle",
    )  # fmt: skip
    return raster * inside * (grid.cell_m / 1000) ** 2


def _expected_per_cell(  # noqa: PLR0917
    due: Numbers, field: Field, grid: Grid, inside: Numbers, kernel: Kernel, h: float
) -> Numbers:
    """Spread what lies at the cells' centres as records there would be."""
    from scipy.signal import fftconvolve  # noqa: PLC0415  (heavy, and used only here)

    if kernel.name == "gaussian":  # by the same splines as the records, to be off by the same
        cells = np.flatnonzero(due.ravel() > 0)
        weight = due.ravel()[cells]
        return _records_per_cell(*field.centres(cells), grid, inside, kernel.name, h, weight)
    # at the centres a kernel is one stencil for all, and its sums are convolutions
    stencil = stencil_of(kernel, h / grid.cell_m, longest=max(inside.shape))
    mass = fftconvolve(inside, stencil, mode="same")
    each = np.divide(due, mass, out=np.zeros(due.shape), where=due > 0)
    spread = fftconvolve(each, stencil, mode="same")
    # what the transform leaves where nothing is in reach is no expectation
    return np.where(spread > _NOTHING * spread.max(), spread, 0.0) * inside
