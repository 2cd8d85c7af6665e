"""Which points lie near enough to be looked at?

Points are sorted into boxes whose diagonal is just below the reach (and, where time
counts, just shorter than the reach in time): the points of one box are all neighbours,
and every other neighbour is at most two boxes away each way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numba as nb
import numpy as np

from csgeo.errors import MethodError

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks

    Integers: TypeAlias = npt.NDArray[np.int64]

#: A box is a little smaller than it may be, so that rounding never puts strangers together.
_SMALLER = 1 - 1e-7
_MOST_BOXES = 2**62
#: Beyond this, rounding could reach the margin that `_SMALLER` leaves.
_MOST_A_SIDE = 2**28
#: Five boxes each way, rounded up.
MOST_AROUND = 128


class Boxes(NamedTuple):
    """Points in the order of their boxes; box b holds those from ``start[b]`` to ``start[b + 1]``."""

    order: Integers
    key: Integers
    start: Integers
    rows: int
    columns: int


def into_boxes(stacks: Stacks, reach_m: float, reach_days: float) -> Boxes:
    """Sort stacks into boxes.

    Parameters
    ----------
    stacks
        At least one.
    reach_m, reach_days
        The diagonal of a box, and its length in time.

    Returns
    -------
    boxes
        The stacks in the order of their boxes.

    Raises
    ------
    MethodError
        If the points lie too far apart for so short a reach.
    """
    side = reach_m / np.sqrt(2) * _SMALLER
    sides = (reach_days * _SMALLER, side, side)
    # two empty boxes on each side, so that a neighbour's key never wraps into the next row
    of = []
    for values, step in zip((stacks.when, stacks.y, stacks.x), sides, strict=True):
        box = np.floor((values - values.min()) / step)
        of.append(box + 2)
    slices, rows, columns = (float(box.max()) + 3 for box in of)
    if slices * rows * columns > _MOST_BOXES or max(slices, rows, columns) > _MOST_A_SIDE:
        wide, high = np.ptp(stacks.x) / 1000, np.ptp(stacks.y) / 1000
        msg = (
            f"A reach of {reach_m:g} m (and {reach_days:g} days) is too short for points spread over "
            f"{wide:,.0f} km x {high:,.0f} km. Take a longer reach, or look for wrong coordinates."
        )
        raise MethodError(msg)
    key = (of[0].astype(np.int64) * int(rows) + of[1].astype(np.int64)) * int(columns)
    key += of[2].astype(np.int64)
    order = np.argsort(key, kind="stable")
    found, start = np.unique(key[order], return_index=True)
    start = np.append(start, len(key))
    return Boxes(order, found, start.astype(np.int64), int(rows), int(columns))


@nb.njit(cache=True, nogil=True)
def around(key: Integers, box: int, rows: int, columns: int, near: Integers) -> int:
    """List the boxes that can hold neighbours of a box's points, itself first; give how many."""
    near[0] = box
    n = 1
    slices = 2 if key[-1] >= 3 * rows * columns else 0  # all in one slice: no time to look through
    for t in range(-slices, slices + 1):
        for r in range(-2, 3):
            middle = key[box] + (t * rows + r) * columns
            b = np.searchsorted(key, middle - 2)
            while b < len(key) and key[b] <= middle + 2:
                if b != box:
                    near[n] = b
                    n += 1
                b += 1
    return n
