"""How are all records shared out over the cells in proportion to something else?

Each way adds up to all records inside the area, and gives no cell that can hold
records less than a tenth of the average cell (docs/decisions/0010): otherwise a few
records where hardly anybody lives would come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

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


def _with_floor(
    counts: npt.NDArray[np.int64], weight: Numbers, can_hold: npt.NDArray[np.bool_]
) -> Numbers:
    floor = FLOOR_SHARE * weight[can_hold].mean() if can_hold.any() else 0.0
    lifted = np.where(can_hold, np.maximum(weight, floor if floor > 0 else 1.0), 0.0)
    total = lifted.sum()
    return np.asarray(lifted * (counts.sum() / total)) if total > 0 else lifted
