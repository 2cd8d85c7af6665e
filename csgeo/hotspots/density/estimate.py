"""How densely do records lie in each cell of the study area, per square kilometre?

The tables' door to the surface: choices that are left open are made here, and said.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.counting import cells_table
from csgeo.hotspots.density.adaptive import abramson, to_nearest
from csgeo.hotspots.density.bandwidths import choose_bandwidth
from csgeo.hotspots.density.kernels import bandwidth_of, kernel_named
from csgeo.hotspots.density.records import drawn_records
from csgeo.hotspots.density.surface import EDGES, density_raster

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.density.kernels import Kernel
    from csgeo.hotspots.density.records import Drawn

    Numbers: TypeAlias = npt.NDArray[np.float64]

ADAPT = ("abramson", "nearest", "none")


class Density(NamedTuple):
    """The surface, the bandwidth it was made with, and the choices in words.

    ``cells`` is ``CELLS`` with ``density_km2`` (records, or weight, per square kilometre).
    ``bandwidth_m`` is the kernel's radius (Gaussian: standard deviation); where it differs from record to
    record, the median. ``records`` are those inside of the study area.
    """

    cells: gpd.GeoDataFrame
    bandwidth_m: float
    records: int
    words: tuple[str, ...]


def kernel_density(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    cell_m: int = 125,
    kernel: str = "quartic",
    bandwidth: float | str = "silverman",
    adapt: str = "none",
    k: int | None = None,
    weight: str | None = None,
    edge: str = "diggle",
) -> Density:
    """Draw the density of records over the study area.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records outside of `area` or without a point are not counted.
    area
        ``AREAS`` table: the study area, in the same CRS.
    cell_m
        Side of the cells in metres.
    kernel
        "quartic", "epanechnikov", "gaussian", "uniform" or "triangular".
    bandwidth
        Metres (the kernel's radius, for the Gaussian its standard deviation), or the rule that finds it:
        "scott", "silverman", "cvl", "likelihood", "diggle", "nearest" or "normal_reference".
    adapt
        "none"; "abramson" spreads records widely where they are few; "nearest" as far as the k-th
        nearest other record, whatever `bandwidth` says.
    k
        Which neighbour, for "nearest"; without it the square root of the number of records.
    weight
        Column of `incidents` with each record's weight; without it each counts as one.
    edge
        "diggle" (the surface adds up to the records), "uniform" or "none".

    Returns
    -------
    density
        ``CELLS`` with ``incidents`` and ``density_km2`` (per square kilometre), the bandwidth
        in metres, and the choices in words.

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.
    MethodError
        If a choice cannot be used with these records.

    References
    ----------
    Silverman (1986), Density Estimation; Diggle (1985), https://doi.org/10.2307/2347366;
    Jones (1993), https://doi.org/10.1007/BF00147776, for the edge.

    Examples
    --------
    >>> from csgeo.hotspots.density.estimate import kernel_density  # doctest: +SKIP
    >>> surface = kernel_density(incidents, area, cell_m=125, bandwidth=500)  # doctest: +SKIP
    >>> surface.cells["density_km2"].max()  # doctest: +SKIP
    """
    if adapt not in ADAPT:
        msg = f'`adapt` must be one of {", ".join(ADAPT)}; it is "{adapt}".'
        raise MethodError(msg)
    if edge not in EDGES:
        msg = f'`edge` must be one of {", ".join(EDGES)}; it is "{edge}".'
        raise MethodError(msg)
    shape = kernel_named(kernel)
    drawn = drawn_records(incidents, area, cell_m=cell_m, weight=weight)
    h, words = _bandwidths(drawn, shape, bandwidth=bandwidth, adapt=adapt, k=k)
    x, y, w, h = _stacked(drawn.x, drawn.y, drawn.weight, h)
    given = float(h[0]) if adapt == "none" else h
    raster = density_raster(
        x, y, drawn.grid, bandwidth_m=given, kernel=kernel, weight=w, inside=drawn.inside, edge=edge
    )
    cells = cells_table(incidents, drawn.field, drawn.counted, density_km2=raster)
    return Density(cells, float(np.median(h)), len(drawn.x), (*words, _edge_words(edge)))


def _bandwidths(
    drawn: Drawn, kernel: Kernel, *, bandwidth: float | str, adapt: str, k: int | None
) -> tuple[Numbers, list[str]]:
    """Find each record's bandwidth in metres, and say how."""
    x, y, cell_m = drawn.x, drawn.y, drawn.grid.cell_m
    widest = bandwidth_of(kernel, max(drawn.inside.shape) * cell_m / 2)
    if adapt == "nearest":
        k = max(1, round(math.sqrt(len(x)))) if k is None else k
        h = np.minimum(to_nearest(x, y, k=k, least=cell_m), widest)
        return h, [
            f"Each record is spread as far as its {k}th nearest other one, a cell at least.",
            f"The kernel is {kernel.name}; the median bandwidth is {np.median(h):,.0f} m.",
        ]
    one, words = choose_bandwidth(
        x, y, bandwidth=bandwidth, kernel=kernel, inside=drawn.inside, field=drawn.field, k=k
    )
    if adapt == "none":
        return np.full(len(x), one), [words]
    spread = max(one * math.sqrt(kernel.variance) / cell_m, 1.0)
    wide = abramson(*drawn.grid.places(x, y), spread=spread, inside=drawn.inside)
    h = np.clip(bandwidth_of(kernel, 1.0) * wide * cell_m, cell_m, widest)
    return h, [words, "Records are spread widely where they are few (Abramson 1982)."]


def _stacked(
    x: Numbers, y: Numbers, w: Numbers, h: Numbers
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Take the records of one place together: real files hold hundreds on one point."""
    places, first, place = np.unique(x + 1j * y, return_index=True, return_inverse=True)
    weight = np.bincount(place, weights=w).astype(float)
    return places.real.copy(), places.imag.copy(), weight, h[first]


def _edge_words(edge: str) -> str:
    return {
        "diggle": "What of a record would fall outside of the area is put back inside: the surface adds up.",
        "uniform": "Each cell is corrected for the part of its surroundings that lies outside of the area.",
        "none": "What falls outside of the area is lost: the surface is too low near the edge.",
    }[edge]
