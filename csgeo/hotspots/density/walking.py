"""How does a record's influence spread from cell to cell where not every way is open?

By a walk at random. At each step a share goes to each of the eight neighbours that
can be reached, and what finds its way barred stays. Many small steps make a Gaussian: the
shares are those at which its first four moments are met, so that far from any barrier the
surface is that of the Gaussian kernel. Nothing is lost: each step moves what there is.

All steps are taken at once as a polynomial of the one step (Chebyshev), so that n
steps cost the square root of n. Botev, Grotowski and Kroese (2010),
https://doi.org/10.1214/10-AOS799; Barry and McIntyre (2011),
https://doi.org/10.1016/j.ecolmodel.2011.02.016
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numba as nb
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

#: Rows and columns from a cell to those of its neighbours that come after it; the others mirror them.
MOVES = ((0, 1), (1, 0), (1, 1), (1, -1))
#: At a sixth for each neighbour along an axis the fourth moment of a step is a Gaussian's.
_SHARE = 1 / 6
#: A record shared out by quadratic B-splines is spread by so many square cells already.
SPLINE_VARIANCE = 0.25
#: Terms of the polynomial below this are none.
_NO_TERM = 1e-16


class Ways(NamedTuple):
    """Which moves are open: four rasters of flags, in the order of ``MOVES``.

    ``size`` is the share of each cell that lies in the study area, 0 outside.
    """

    size: Numbers
    opened: tuple[Flags, Flags, Flags, Flags]


@nb.njit(cache=True, nogil=True)
def _one_more(  # noqa: PLR0917  (numba has no keywords)
    now: Numbers,
    before: Numbers,
    total: Numbers,
    per_size: Numbers,
    east: Numbers,
    north: Numbers,
    north_east: Numbers,
    north_west: Numbers,
    one_step: float,
    still: float,
    less: float,
    term: float,
) -> None:
    """Replace `before` by ``one_step P now - still now - less before``; add `term` of it to `total`."""  # fmt: skip
    rows, columns = now.shape
    for r in range(1, rows - 1):
        for c in range(1, columns - 1):
            u = now[r, c]
            gain = (
                east[r, c] * (now[r, c + 1] - u)
                + east[r, c - 1] * (now[r, c - 1] - u)
                + north[r, c] * (now[r + 1, c] - u)
                + north[r - 1, c] * (now[r - 1, c] - u)
                + north_east[r, c] * (now[r + 1, c + 1] - u)
                + north_east[r - 1, c - 1] * (now[r - 1, c - 1] - u)
                + north_west[r, c] * (now[r + 1, c - 1] - u)
                + north_west[r - 1, c + 1] * (now[r - 1, c + 1] - u)
            )
            value = one_step * (u + per_size[r, c] * gain) - still * u - less * before[r, c]
            before[r, c] = value
            total[r, c] += term * value


def _polynomial(steps: int, middle: float, half: float) -> Numbers:
    """Give the Chebyshev terms of ``x**steps`` on ``middle - half`` to ``middle + half``."""
    n = 1 << (2 * steps + 2).bit_length()
    angle = 2 * np.pi * np.arange(n) / n
    terms = np.fft.rfft((middle + half * np.cos(angle)) ** steps).real / n
    terms[1:] *= 2
    terms = terms[: steps + 1]
    last = int(np.flatnonzero(np.abs(terms) > _NO_TERM)[-1])
    kept = terms[: last + 1]
    return np.asarray(kept / kept.sum())  # the terms of 1: what there is stays


def spread_by_walking(start: Numbers, ways: Ways, *, variance: float) -> Numbers:
    """Let what lies on each cell walk until it has spread as a Gaussian would.

    Parameters
    ----------
    start
        Raster of densities (anything per surface); 0 outside of the study area.
    ways
        The open moves.
    variance
        How far, in square cells: the Gaussian's standard deviation squared.

    Returns
    -------
    spread
        Raster of densities. Its sum, each cell times its ``size``, is that of `start`; where no
        way leads from any record it is exactly 0.
    """
    steps = max(1, math.ceil(variance / (2 * _SHARE)))
    share = variance / steps / 2
    straight, diagonal = share * (1 - 2 * share), share * share
    # no share that leaves a cell is above this, so all factors of a step lie in 1 - 2 most to 1
    most = 4 * (straight + diagonal)
    terms = _polynomial(steps, 1 - most, most)
    per_size = np.pad(1 / np.where(ways.size > 0, ways.size, np.inf), 1)
    east, north, north_east, north_west = _flows(ways, straight, diagonal)
    before = np.pad(start, 1)
    total = terms[0] * before
    if len(terms) > 1:
        now = np.zeros_like(before)
        still = (1 - most) / most
        # the first is Y = (P - middle) / half, from nothing before it
        _one_more(
            before, now, total, per_size, east, north, north_east, north_west,
            1 / most, still, 0.0, terms[1],
        )  # fmt: skip
        for term in terms[2:]:
            _one_more(
                now, before, total, per_size, east, north, north_east, north_west,
                2 / most, 2 * still, 1.0, term,
            )  # fmt: skip
            now, before = before, now
    return np.asarray(np.maximum(total[1:-1, 1:-1], 0.0))


def _flows(ways: Ways, straight: float, diagonal: float) -> list[Numbers]:
    """Give the share that takes each way, padded by a cell, in the order of ``MOVES``."""
    widths = [_widths(ways.size, *way) for way in zip(ways.opened, MOVES, strict=True)]
    flows = [
        share * width
        for share, width in zip((straight, straight, diagonal, diagonal), widths, strict=True)
    ]
    east, north, north_east, north_west = (width > 0 for width in widths)
    # along a wall what would go through it aslant goes along it: a mirror, as the wall of a Gaussian is
    wall = ~(north_east[:-1, :-1] | north_west[:-1, 1:])
    upright = wall & ~(east[:-1, :-1] | east[1:, :-1])
    level = wall & ~(north[:-1, :-1] | north[:-1, 1:])
    flows[1][:-1, :-1] += diagonal * widths[1][:-1, :-1] * upright
    flows[1][:-1, 1:] += diagonal * widths[1][:-1, 1:] * upright
    flows[0][:-1, :-1] += diagonal * widths[0][:-1, :-1] * level
    flows[0][1:, :-1] += diagonal * widths[0][1:, :-1] * level
    return flows


def _widths(size: Numbers, opened: Flags, move: tuple[int, int]) -> Numbers:
    """Give how wide each way is, padded by a cell: as the smaller of its two ends."""
    there = np.pad(size, 1)
    ahead = np.roll(there, (-move[0], -move[1]), axis=(0, 1))
    return np.where(np.pad(opened, 1), np.minimum(there, ahead), 0.0)
