"""How much harm along the streets does each cell of the study area hold?

The surface behind two ways to search for places. What does not change from one set of records to
the next is measured once, so that a search can be run again a hundred times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
import shapely

from csgeo.errors import MethodError, WrongCRS
from csgeo.hotspots.cell_weights import cut_at_edges
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.on_streets.hot_segments import (
    chance_of,
    expected_on,
    make_surroundings,
    stretch_numbers,
)
from csgeo.hotspots.on_streets.kernels import reach_m
from csgeo.hotspots.on_streets.network_density import BANDWIDTH_M
from csgeo.hotspots.on_streets.placing import TO_STREET_M, points_on_streets
from csgeo.hotspots.on_streets.segments import Stretches, cut_streets, cut_streets_at
from csgeo.hotspots.on_streets.spreading import Spreading, make_spreading, spread, weighed_spots
from csgeo.hotspots.sharing_out import SURROUNDINGS_M

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field
    from csgeo.hotspots.on_streets.placing import Placed
    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]

Surface: TypeAlias = Literal["network_density", "hot_streets"]
#: Half as fine as for a table of densities: a cell is far wider than a step.
_STEPS = 128


class StreetCells(NamedTuple):
    """A network laid on the cells of a study area, ready for any set of records.

    ``parts`` are the streets cut where they leave a cell and every `stretch_m`; ``cell`` is the flat
    position of each part's cell, -1 outside the area, and ``within`` its stretch.
    """

    field: Field
    surface: Surface
    spreading: Spreading
    stretches: Stretches
    parts: Stretches
    cell: Integers
    within: Integers
    to_street_m: float
    q: float


def lay_streets_on_cells(
    network: Network,
    field: Field,
    *,
    surface: Surface = "network_density",
    bandwidth_m: float | None = None,
    kernel: str = "quartic",
    stretch_m: float = 100.0,
    to_street_m: float = TO_STREET_M,
    q: float = 0.05,
) -> StreetCells:
    """Measure once what does not change with the records.

    Parameters
    ----------
    network
        From :func:`csgeo.streets.street_network`.
    field
        The study area, from :func:`csgeo.hotspots.counting.lay_field`, in the same system.
    surface
        "network_density" or "hot_streets"; see :func:`street_scores`.
    bandwidth_m
        Of the density (300 m), or where the surroundings of a hot street end (1,500 m).
    kernel
        Of the density.
    stretch_m, q
        Of hot streets.
    to_street_m
        Records further from every street are left out.

    Returns
    -------
    cells
        To be given to :func:`street_scores`.

    Raises
    ------
    WrongCRS, MethodError
        If the two are in different systems, no street lies in the area, or a choice cannot be used.
    """
    if surface not in get_args(Surface):
        msg = f"`surface` must be one of {', '.join(get_args(Surface))}; it is {surface!r}."
        raise MethodError(msg)
    if network.crs != field.crs:
        msg = "`network` must be in the system of `field`. Bring both to EPSG:27700 first."
        raise WrongCRS(msg)
    stretches = cut_streets(network, stretch_m=stretch_m)
    piece, along = _edges_crossed(network, field.cell_m)
    parts = cut_streets_at(network, np.r_[piece, stretches.piece], np.r_[along, stretches.from_m])
    middle = (parts.from_m + parts.to_m) / 2
    at = shapely.line_interpolate_point(network.pieces[parts.piece], middle)
    cell = field.position(*shapely.get_coordinates(at).T)
    if not (cell >= 0).any():
        msg = (
            f"Some street must lie in the study area; none of the {len(network.pieces):,} pieces does. "
            "Give the streets of the area, in the same system."
        )
        raise MethodError(msg)
    if surface == "hot_streets":
        reach = SURROUNDINGS_M if bandwidth_m is None else bandwidth_m
        spreading = make_surroundings(network, stretches, reach_m=reach)
    else:
        reach = BANDWIDTH_M if bandwidth_m is None else bandwidth_m
        step_m = reach_m(kernel, reach) / _STEPS
        spreading = make_spreading(network, parts, bandwidth_m=reach, kernel=kernel, step_m=step_m)
    within = stretches.holding(parts.piece, middle)
    return StreetCells(field, surface, spreading, stretches, parts, cell, within, to_street_m, q)


def street_scores(x: npt.ArrayLike, y: npt.ArrayLike, cells: StreetCells) -> tuple[Numbers, str]:
    """Make the surface of a set of records.

    Parameters
    ----------
    x, y
        n eastings and northings in metres; missing for records without a place.
    cells
        From :func:`lay_streets_on_cells`.

    Returns
    -------
    surface
        Rows x columns of the field, in records. "network_density": the records that each cell
        holds once each is spread along the streets; the cells add up to the records placed, less
        what lies on streets outside the area. "hot_streets": the records beyond the expectation
        on hot stretches, shared among cells by length; 0 elsewhere.
    words
        How the records were placed and what the surface is.

    Raises
    ------
    MethodError, WrongValues
        If no record is near enough to a street, or coordinates are infinite.
    """
    network = cells.spreading.network
    placed = points_on_streets(x, y, network, to_street_m=cells.to_street_m)
    if cells.surface == "network_density":
        held, _ = spread(cells.spreading, weighed_spots(placed, None, len(network.pieces)))
        said = (
            f"Spread {cells.spreading.bandwidth_m:g} m along the streets ({cells.spreading.kernel}, "
            "continuous at junctions) and added up per cell."
        )
    else:
        excess, hot = _beyond_expectation(cells, placed)
        # the parts of a stretch share its records by their length
        share = cells.parts.length_m / cells.stretches.length_m[cells.within]
        held = excess[cells.within] * share
        said = (
            f"{hot:,} of {len(cells.stretches.piece):,} stretches are hot against the streets within "
            f"{cells.spreading.bandwidth_m:g} m (Poisson, Benjamini-Hochberg at {cells.q:g}); cells hold "
            "the records there beyond the expectation."
        )
    inside = cells.cell >= 0
    mask = cells.field.mask
    sums = np.bincount(cells.cell[inside], weights=held[inside], minlength=mask.size)
    beyond = float(held[~inside].sum())
    if beyond > 0.0005 * held.sum():
        said += f" {beyond / held.sum():.1%} of it lies on streets outside the study area."
    surface = np.asarray(sums, dtype=float).reshape(mask.shape)
    return surface, f"{placed.words} {said}"


def _beyond_expectation(cells: StreetCells, placed: Placed) -> tuple[Numbers, int]:
    """Give the records beyond the expectation on hot stretches, and how many are hot."""
    number = stretch_numbers(placed, cells.stretches)
    counts = np.bincount(number[number >= 0], minlength=len(cells.stretches.piece))
    expected = expected_on(cells.stretches, placed, cells.spreading)
    hot = q_values(chance_of(counts, expected)) <= cells.q
    return np.where(hot, counts - expected, 0.0), int(hot.sum())


def _edges_crossed(network: Network, cell_m: int) -> tuple[Integers, Numbers]:
    """Find where the pieces cross the edges of cells: the piece, and metres from its start."""
    lines = shapely.force_2d(network.pieces)
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    start, end, piece = xy[:-1][joined], xy[1:][joined], line[:-1][joined]
    length = np.hypot(*(end - start).T)
    come = np.cumsum(length) - length
    come -= come[np.searchsorted(piece, piece)]
    segment, share = cut_at_edges(start, end, cell_m)
    crossed = (share > 0) & (share < 1)
    # an edge may be crossed at a corner between two segments
    corner = (xy[1:] / cell_m % 1 == 0).any(axis=1)[joined]
    segment, share = (
        np.r_[segment[crossed], np.flatnonzero(corner)],
        np.r_[share[crossed], np.ones(int(corner.sum()))],
    )
    return piece[segment].astype(np.intp), come[segment] + share * length[segment]
