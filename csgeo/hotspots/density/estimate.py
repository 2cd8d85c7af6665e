"""How densely do records lie in each cell of the study area, per square kilometre?

The tables' door to the surface: choices that are left open are made here, and said.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.counting import cells_table, count_incidents, lay_field
from csgeo.hotspots.density.adaptive import abramson, to_nearest
from csgeo.hotspots.density.cross_validation import Window, cronie_van_lieshout, likelihood
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.kernels import bandwidth_of, kernel_named
from csgeo.hotspots.density.spreads import nearest, normal_reference, scott, silverman
from csgeo.hotspots.density.surface import MOST_CELLS, Grid, density_raster
from csgeo.tables import AREAS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field
    from csgeo.hotspots.density.kernels import Kernel

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: The rules by which a bandwidth can be found, in words.
RULES = {
    "cvl": "the rule of Cronie and van Lieshout (2018)",
    "likelihood": "likelihood cross-validation",
    "nearest": "the mean distance to the k-th nearest record",
    "normal_reference": "the normal reference rule of R's MASS",
    "scott": "Scott's rule",
    "silverman": "Silverman's rule",
}
ADAPT = ("abramson", "nearest", "none")
#: Cells along one side of the raster on which likelihood cross-validation sees the study area.
_SEEN = 128


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
        "scott", "silverman", "cvl", "likelihood", "nearest" or "normal_reference".
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
    AREAS.check(area, "area")
    _refuse_too_many_cells(area, cell_m)
    if adapt not in ADAPT:
        msg = f'`adapt` must be one of {", ".join(ADAPT)}; it is "{adapt}".'
        raise MethodError(msg)
    shape = kernel_named(kernel)
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    here = counted.position >= 0
    if not here.any():
        msg = "A density needs records inside of the study area; there are none. Check the area and the period."
        raise MethodError(msg)
    x, y = counted.x[here], counted.y[here]
    w = _weights(incidents, weight)[here]
    inside = share_inside(field)
    h, words = _bandwidths(x, y, shape, inside, field, bandwidth=bandwidth, adapt=adapt, k=k)
    grid = Grid(field.west * cell_m, field.south * cell_m, cell_m, *field.mask.shape)
    x, y, w, h = _stacked(x, y, w, h)
    given = float(h[0]) if adapt == "none" else h
    raster = density_raster(
        x, y, grid, bandwidth_m=given, kernel=kernel, weight=w, inside=inside, edge=edge
    )
    cells = cells_table(incidents, field, counted, density_km2=raster)
    return Density(cells, float(np.median(h)), int(here.sum()), (*words, _edge_words(edge)))


def _refuse_too_many_cells(area: gpd.GeoDataFrame, cell_m: int) -> None:
    west, south, east, north = area.total_bounds
    cells = (east - west) / cell_m * (north - south) / cell_m if cell_m > 0 else math.inf
    if cells > MOST_CELLS:
        msg = (
            f"A surface may have {MOST_CELLS:,} cells at most; the study area would have {cells:,.0f} of {cell_m} m "
            "within its bounds. Take larger cells."
        )
        raise MethodError(msg)


def _weights(incidents: gpd.GeoDataFrame, weight: str | None) -> Numbers:
    if weight is None:
        return np.ones(len(incidents))
    if weight not in incidents:
        msg = f"`incidents` has no column {weight} for the weights. Name one that it has, or none."
        raise MethodError(msg)
    return np.asarray(incidents[weight].to_numpy(dtype=float, na_value=np.nan))


def _bandwidths(
    x: Numbers, y: Numbers, kernel: Kernel, inside: Numbers, field: Field,
    *, bandwidth: float | str, adapt: str, k: int | None,
) -> tuple[Numbers, list[str]]:  # fmt: skip
    """Find each record's bandwidth in metres, and say how."""
    if adapt == "nearest":
        k = max(1, round(math.sqrt(len(x)))) if k is None else k
        h = to_nearest(x, y, k=k, least=float(field.cell_m))
        h = np.minimum(h, _widest(kernel, inside, field))
        words = f"Each record is spread as far as its {k}th nearest other one, a cell at least."
        return h, [
            words,
            f"The kernel is {kernel.name}; the median bandwidth is {np.median(h):,.0f} m.",
        ]
    if isinstance(bandwidth, str):
        one = _by_rule(bandwidth, x, y, kernel, inside, field, k)
        words = f"The bandwidth, {one:,.0f} m ({kernel.name}), is found by {RULES[bandwidth]}."
        if one < field.cell_m:
            msg = (
                f"A bandwidth must be no smaller than a cell, {field.cell_m} m; {RULES[bandwidth]} gives "
                f"{one:,.0f} m ({kernel.name}). Take smaller cells, another rule, or give metres."
            )
            raise MethodError(msg)
    else:
        one = float(bandwidth)
        words = f"The bandwidth, {one:,.0f} m ({kernel.name}), was given."
    if adapt == "none":
        return np.full(len(x), one), [words]
    if not one >= field.cell_m:
        msg = f"A bandwidth must be no smaller than a cell, {field.cell_m} m; it is {one:g} m."
        raise MethodError(msg)
    grid = Grid(
        field.west * field.cell_m, field.south * field.cell_m, field.cell_m, *field.mask.shape
    )
    spread = one * math.sqrt(kernel.variance) / field.cell_m
    wide = abramson(*grid.places(x, y), spread=max(spread, 1.0), inside=inside)
    h = np.clip(
        bandwidth_of(kernel, 1.0) * wide * field.cell_m,
        field.cell_m,
        _widest(kernel, inside, field),
    )
    return h, [words, "Records are spread widely where they are few (Abramson 1982)."]


def _widest(kernel: Kernel, inside: Numbers, field: Field) -> float:
    return bandwidth_of(kernel, max(inside.shape) * field.cell_m / 2)


def _by_rule(  # noqa: PLR0917
    rule: str, x: Numbers, y: Numbers, kernel: Kernel, inside: Numbers, field: Field, k: int | None
) -> float:
    if rule == "scott":
        return bandwidth_of(kernel, scott(x, y).one)
    if rule == "silverman":
        return bandwidth_of(kernel, silverman(x, y).one)
    if rule == "nearest":
        return bandwidth_of(kernel, nearest(x, y, k=k))
    if rule == "cvl":
        area_m2 = float(inside.sum()) * field.cell_m**2
        return bandwidth_of(kernel, cronie_van_lieshout(x, y, area_m2=area_m2))
    if rule == "likelihood":
        return bandwidth_of(kernel, likelihood(x, y, window=_window(inside, field)))
    if rule == "normal_reference":
        per_axis = normal_reference(x, y)
        return (per_axis.x + per_axis.y) / 2
    msg = f'`bandwidth` must be metres or one of {", ".join(sorted(RULES))}; it is "{rule}".'
    raise MethodError(msg)


def _window(inside: Numbers, field: Field) -> Window:
    """See the study area in coarser cells, if there are many."""
    times = math.ceil(max(inside.shape) / _SEEN)
    rows, columns = (-n % times for n in inside.shape)
    padded = np.pad(inside, ((0, rows), (0, columns)))
    blocks = padded.reshape(padded.shape[0] // times, times, -1, times).mean(axis=(1, 3))
    cell = field.cell_m
    return Window(blocks, float(field.west * cell), float(field.south * cell), float(cell * times))


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
