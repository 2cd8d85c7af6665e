"""How many records would each cell have if nothing drew them to any one place?

Three stated expectations. Each adds up to all records inside the area, and in
each no cell that can hold records is given less than a tenth of the average cell
(docs/decisions/0010): otherwise a few records where hardly anybody lives would
come first. Cells with no street, no resident and no record are expected to stay
empty, so that fields neither raise nor lower what stands out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from csgeo.errors import MethodError
from csgeo.tables import AREAS, STREETS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]

#: The least that a cell is given, as a share of the average cell that can hold records.
FLOOR_SHARE = 0.1
#: Standard deviation of the Gaussian that makes the surroundings: nine tenths lie within 3.2 km.
SURROUNDINGS_M = 1500.0


class Expectation(NamedTuple):
    """What records are compared with on one lattice: measured once, asked for any counts.

    ``of(counts, reach_m)`` gives the raster of expected records; `reach_m` matters to
    the surroundings only.
    """

    of: Callable[[npt.NDArray[np.int64], float], Numbers]
    words: str


def expected_records(
    counts: npt.NDArray[np.int64],
    field: Field,
    *,
    expectation: str,
    streets: gpd.GeoDataFrame | None,
    residents: gpd.GeoDataFrame | None,
    exposure: gpd.GeoDataFrame | None = None,
) -> tuple[Numbers, str]:
    """Make the stated expectation, and say it in words.

    Parameters
    ----------
    counts
        Raster of records per cell.
    field
        The study area as a raster.
    expectation
        "streets", "residents", "exposure" or "surroundings"; the last weighs cells by streets, else by
        residents, else takes the cells that hold records.
    streets, residents
        ``STREETS`` and ``AREAS`` with residents, or None.
    exposure
        Points, areas or cells with the column ``exposure``, or None.

    Returns
    -------
    expected, words
        Raster that adds up to the records, and a sentence.

    Raises
    ------
    MethodError
        If the expectation lacks its table.
    """
    laid = lay_expectation(
        field, expectation=expectation, streets=streets, residents=residents, exposure=exposure
    )
    return laid.of(counts, SURROUNDINGS_M), laid.words


def lay_expectation(
    field: Field,
    *,
    expectation: str,
    streets: gpd.GeoDataFrame | None,
    residents: gpd.GeoDataFrame | None,
    exposure: gpd.GeoDataFrame | None = None,
) -> Expectation:
    """Measure once what the stated expectation rests on; see :func:`expected_records`."""
    given = {"streets": streets, "residents": residents, "exposure": exposure}
    if expectation in given and given[expectation] is None:
        msg = (
            f"An expectation by {expectation} must have a `{expectation}` table; none was given. "
            f'Give one, or set expectation = "surroundings".'
        )
        raise MethodError(msg)
    if expectation == "exposure" and exposure is not None:
        from csgeo.hotspots.rates.exposure import (  # noqa: PLC0415  (it stands on this module)
            exposure_in_cells,
            lay_exposure,
        )

        measured = exposure_in_cells(exposure, field, column="exposure")
        return lay_exposure(field, measured.raster, called="the exposure that was given")
    floor = f"no cell that can hold records is given less than {FLOOR_SHARE:.0%} of the average"
    if expectation == "streets" and streets is not None:
        words = f"Records are expected in proportion to metres of street; {floor}."
        return _by_weight(street_length(streets, field), words)
    if expectation == "residents" and residents is not None:
        words = f"Records are expected in proportion to residents; {floor}."
        return _by_weight(residents_in_cells(residents, field), words)
    weight: Numbers | None = None
    if streets is not None:
        weight, by = street_length(streets, field), "metres of street"
    elif residents is not None:
        weight, by = residents_in_cells(residents, field), "residents"
    else:
        by = "equal parts over the cells that hold any"
    words = (
        f"Records are expected as in the surroundings (a Gaussian of {SURROUNDINGS_M:g} m), "
        f"shared out by {by}; {floor}."
    )

    def of(counts: npt.NDArray[np.int64], reach_m: float) -> Numbers:
        own = (counts > 0).astype(float) if weight is None else weight
        return expected_from_surroundings(counts, own, cell_m=field.cell_m, reach_m=reach_m)

    return Expectation(of, words)


def _by_weight(weight: Numbers, words: str) -> Expectation:
    return Expectation(lambda counts, _reach_m: expected_by_weight(counts, weight), words)


def expected_by_weight(counts: npt.NDArray[np.int64], weight: Numbers) -> Numbers:
    """Share out all records in proportion to a weight, with the floor.

    Parameters
    ----------
    counts
        Raster of records per cell.
    weight
        Raster of what the expectation is proportional to (metres of street, residents).

    Returns
    -------
    expected
        Raster that adds up to the records.
    """
    return _with_floor(counts, weight, (weight > 0) | (counts > 0))


def expected_from_surroundings(
    counts: npt.NDArray[np.int64], weight: Numbers, *, cell_m: int, reach_m: float = SURROUNDINGS_M
) -> Numbers:
    """Share out each record over the cells around it, in proportion to nearness and weight.

    Each record is spread over the cells that can hold records, by a Gaussian of
    standard deviation `reach_m` times the cell's weight; so the sum of all
    records is kept, a town is compared with itself and a village with its valley.

    Parameters
    ----------
    counts
        Raster of records per cell.
    weight
        Raster of how much of the surroundings' records a cell may draw: metres of street,
        residents, or 1 for every cell that can hold records.
    cell_m, reach_m
        Side of a cell and standard deviation of the Gaussian, in metres.

    Returns
    -------
    expected
        Raster that adds up to the records.
    """
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415  (heavy, and used only here)

    can_hold = (weight > 0) | (counts > 0)
    lifted = np.maximum(weight, FLOOR_SHARE * weight[can_hold].mean()) * can_hold
    sd = reach_m / cell_m

    def near(raster: Numbers) -> Numbers:
        return np.asarray(gaussian_filter(raster, sd, mode="constant", truncate=3.0))

    # a record's shares must add up to 1: divide by all the weight that it can see
    seen = near(lifted)
    spread = np.divide(counts, seen, out=np.zeros_like(seen), where=counts > 0)
    return _with_floor(counts, lifted * near(spread), can_hold)


def street_length(streets: gpd.GeoDataFrame, field: Field) -> Numbers:
    """Measure the metres of street inside each cell.

    Parameters
    ----------
    streets
        ``STREETS`` table in the system of the area.
    field
        The study area as a raster.

    Returns
    -------
    length_m
        Raster of metres; streets beyond the area's cells are not counted.
    """
    STREETS.check(streets, "streets")
    lines = shapely.force_2d(streets.geometry.to_numpy())
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    start, end = xy[:-1][joined], xy[1:][joined]
    piece, share = _cut_at_edges(start, end, field.cell_m)
    middle, length = _pieces(start, end, piece, share)
    position = field.position(middle[:, 0], middle[:, 1])
    inside = position >= 0
    sums = np.bincount(position[inside], weights=length[inside], minlength=field.mask.size)
    return np.asarray(sums, dtype=float).reshape(field.mask.shape)


def residents_in_cells(areas: gpd.GeoDataFrame, field: Field) -> Numbers:
    """Spread the residents of published areas over the cells, by the share of surface.

    Reads ``residents_10_17``, or ``residents`` where the first is not there. An
    area's people are spread evenly over its surface: within an area nothing is
    known, so nothing is made up.

    Raises
    ------
    MethodError
        If the areas name no residents, or none of them meets the study area.
    """
    AREAS.check(areas, "residents")
    named = [c for c in ("residents_10_17", "residents") if c in areas and areas[c].notna().any()]
    if not named:
        msg = (
            "An expectation by residents must have `residents_10_17` or `residents` in "
            f"`residents`; it has {', '.join(map(str, areas.columns))}. Give a table of "
            "population by area, or use the surroundings as the expectation."
        )
        raise MethodError(msg)
    people = areas[named[0]].fillna(0).to_numpy(dtype=float)
    sums = spread_by_surface(areas.geometry.to_numpy(), people, field)
    if sums.sum() <= 0:
        msg = (
            f"None of the {len(areas)} areas in `residents` with people meets the study area. "
            "Give the population of the areas that lie in it."
        )
        raise MethodError(msg)
    return sums


def spread_by_surface(shapes: npt.NDArray[np.object_], amounts: Numbers, field: Field) -> Numbers:
    """Spread the amount of each area evenly over its surface, and sum it by cell (a raster)."""
    cells = field.cells
    squares = field.shapes(cells)
    tree = shapely.STRtree(squares)
    area_k, cell_k = tree.query(shapes, predicate="intersects")
    shapely.prepare(shapes)
    whole = shapely.contains_properly(shapes[area_k], squares[cell_k])
    common = np.full(len(area_k), float(field.cell_m**2))
    common[~whole] = shapely.area(
        shapely.intersection(shapes[area_k[~whole]], squares[cell_k[~whole]])
    )
    density = amounts / np.maximum(shapely.area(shapes), 1e-9)
    sums = np.bincount(cells[cell_k], weights=density[area_k] * common, minlength=field.mask.size)
    return np.asarray(sums, dtype=float).reshape(field.mask.shape)


def _with_floor(
    counts: npt.NDArray[np.int64], weight: Numbers, can_hold: npt.NDArray[np.bool_]
) -> Numbers:
    floor = FLOOR_SHARE * weight[can_hold].mean() if can_hold.any() else 0.0
    lifted = np.where(can_hold, np.maximum(weight, floor if floor > 0 else 1.0), 0.0)
    total = lifted.sum()
    return np.asarray(lifted * (counts.sum() / total)) if total > 0 else lifted


def _cut_at_edges(
    start: Numbers, end: Numbers, cell_m: int
) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Give, per segment, the shares of its way at which it meets cell edges, with 0 and 1."""
    number = np.arange(len(start))
    pieces, shares = [number, number], [np.zeros(len(start)), np.ones(len(start))]
    for axis in (0, 1):
        low = np.minimum(start[:, axis], end[:, axis])
        high = np.maximum(start[:, axis], end[:, axis])
        first = np.floor_divide(low, cell_m).astype(np.int64) + 1
        times = np.maximum(np.ceil(high / cell_m).astype(np.int64) - first, 0)
        piece = np.repeat(number, times)
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        edge = (first[piece] + nth) * float(cell_m)
        way = end[piece, axis] - start[piece, axis]
        pieces.append(piece)
        shares.append(np.clip((edge - start[piece, axis]) / way, 0.0, 1.0))
    piece, share = np.concatenate(pieces), np.concatenate(shares)
    order = np.lexsort((share, piece))
    return piece[order], share[order]


def _pieces(
    start: Numbers, end: Numbers, piece: npt.NDArray[np.int64], share: Numbers
) -> tuple[Numbers, Numbers]:
    """Give the middle and the length of each piece between two neighbouring cuts."""
    same = piece[1:] == piece[:-1]
    segment = piece[1:][same]
    a, b = share[:-1][same], share[1:][same]
    way = end[segment] - start[segment]
    middle = start[segment] + way * ((a + b) / 2)[:, None]
    return middle, np.hypot(way[:, 0], way[:, 1]) * (b - a)
