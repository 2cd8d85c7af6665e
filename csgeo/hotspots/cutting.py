"""Which compact, separate places does a surface of scores hold?

Every method's answer is cut in the same way: windows are near-discs of lattice
cells, centred on a cell, a corner or the middle of an edge, up to a cap on size;
the best window comes first, and no later one may touch it or the ring of free
cells around it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

Steps: TypeAlias = tuple[tuple[int, int], ...]
Number = TypeVar("Number", bound=np.generic)

#: The smallest place, 250 m by 250 m: below that, the error of most locations is larger than the
#: place (docs/decisions/0011).
LEAST_KM2 = 0.0625
#: No more than this many cells to a window: a cap that is far too wide would only cost time.
MOST_CELLS = 128
_CENTRES = ((0.0, 0.0), (0.5, 0.5), (0.0, 0.5), (0.5, 0.0))
#: Candidates that are compared at once with the places found before: few at first, as the very
#: strongest nearly all touch one another.
_CHUNKS = (16, 4096)


class Windows(NamedTuple):
    """Nested near-discs around each kind of centre.

    ``families[k][j]`` are the (row, column) steps of the cells that the j-th
    disc adds to the one before.
    """

    families: tuple[tuple[Steps, ...], ...]

    @property
    def shapes(self) -> tuple[Steps, ...]:
        """All windows, each with all its cells, in the order of the families."""
        return _shapes(self.families)

    @property
    def reach(self) -> int:
        """How many cells a window reaches from its anchor at most."""
        return _reach(self.families)


@lru_cache
def _shapes(families: tuple[tuple[Steps, ...], ...]) -> tuple[Steps, ...]:
    return tuple(
        tuple(step for ring in family[: j + 1] for step in ring)
        for family in families
        for j in range(len(family))
    )


@lru_cache
def _reach(families: tuple[tuple[Steps, ...], ...]) -> int:
    return max(max(abs(r), abs(c)) for shape in _shapes(families) for r, c in shape)


def compact_windows(*, cell_m: int, most_km2: float, least_km2: float = LEAST_KM2) -> Windows:
    """List the near-discs of cells between `least_km2` and `most_km2`.

    Parameters
    ----------
    cell_m
        Side of a cell in metres.
    most_km2
        The largest window, in square kilometres.
    least_km2
        The smallest, unless `most_km2` or one cell is the limit.

    Returns
    -------
    windows
        At 125 m and 0.25 square kilometres: discs of 5, 9, 13 cells around a
        cell, of 4, 12, 16 around a corner, of 6, 8, 12, 16 around an edge.

    Raises
    ------
    RecipeError
        If not even one cell is small enough.
    """
    most = min(int(most_km2 * 1e6 / cell_m**2 + 1e-9), MOST_CELLS)
    if most < 1:
        msg = (
            f"`most_km2` must be at least one cell; a cell of {cell_m} m has "
            f"{cell_m**2 / 1e6:g} km2 and the largest place may have {most_km2:g} km2. "
            "Choose smaller cells or a larger place."
        )
        raise RecipeError(msg)
    least = min(most, int(np.ceil(least_km2 * 1e6 / cell_m**2 - 1e-9)))
    far = int(np.sqrt(most)) + 2
    families = [_family(*centre, far=far, least=least, most=most) for centre in _CENTRES]
    if not any(families):  # such as 3 cells, which no disc has
        families = [_family(*centre, far=far, least=1, most=most) for centre in _CENTRES]
    return Windows(tuple(family for family in families if family))


def _family(row_0: float, column_0: float, *, far: int, least: int, most: int) -> tuple[Steps, ...]:
    """Grow discs around one kind of centre; the first has at least `least` cells."""
    distances: dict[float, list[tuple[int, int]]] = {}
    for r in range(-far, far + 1):
        for c in range(-far, far + 1):
            distances.setdefault((r - row_0) ** 2 + (c - column_0) ** 2, []).append((r, c))
    rings: list[Steps] = []
    held = 0
    waiting: Steps = ()
    for distance in sorted(distances):
        ring = distances[distance]
        held += len(ring)
        if held > most:
            break
        waiting += tuple(ring)
        if held >= least:
            rings.append(waiting)
            waiting = ()
    return tuple(rings)


class Window(NamedTuple):
    """One place: its score, its cells in the area (sorted flat positions) and the middle one."""

    score: float
    cells: Integers
    centre: int


class Sites(NamedTuple):
    """Where windows may lie: their anchors on the raster, laid flat with a margin.

    The margin is as wide as a window reaches, so that no window runs off the edge.
    """

    windows: Windows
    rows: int
    columns: int
    anchors: Integers

    @property
    def width(self) -> int:
        """Cells in a row of the raster with its margin."""
        return self.columns + 2 * self.windows.reach

    @property
    def size(self) -> int:
        """Cells of the raster with its margin."""
        return self.width * (self.rows + 2 * self.windows.reach)

    def steps(self, ring: Steps) -> Integers:
        """Distances on the flat raster from an anchor to the cells of a ring."""
        return np.array([r * self.width + c for r, c in ring], dtype=np.int64)

    def flat(self, raster: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """Lay a raster flat with its margin of zeros."""
        return np.pad(raster, self.windows.reach).ravel()

    def own(self, position: Integers) -> Integers:
        """Bring flat positions with the margin to those of the raster without."""
        row, column = np.divmod(position, self.width)
        return np.asarray((row - self.windows.reach) * self.columns + column - self.windows.reach)


def window_sites(can_hold: Flags, windows: Windows) -> Sites:
    """Find the anchors of all windows that hold a cell which can hold something.

    Parameters
    ----------
    can_hold
        Raster, true for cells that can hold what is looked for.
    windows
        The windows to look through.

    Returns
    -------
    sites
        Anchors on the raster, in order from south to north and west to east.
    """
    rows, columns = can_hold.shape
    near = can_hold.copy()
    for _ in range(windows.reach):
        near = _grown(near)
    everywhere = Sites(windows, rows, columns, np.empty(0, dtype=np.int64))
    return everywhere._replace(anchors=np.flatnonzero(everywhere.flat(near)))


def window_sums(raster: npt.NDArray[Number], sites: Sites) -> npt.NDArray[Number]:
    """Sum a raster over each window at each anchor: windows x anchors."""
    flat = sites.flat(raster)
    sums = []
    for family in sites.windows.families:
        held = np.zeros(len(sites.anchors), dtype=flat.dtype)
        for ring in family:
            for step in sites.steps(ring):
                held = held + flat[sites.anchors + step]
            sums.append(held)
    return np.stack(sums)


def separate_windows(scores: Numbers, mask: Flags, sites: Sites) -> Iterator[Window]:
    """Give the best windows one after the other, none of which touch.

    Parameters
    ----------
    scores
        windows x anchors; only scores above 0 count.
    mask
        Raster, true for cells of the study area.
    sites
        What `scores` is about.

    Yields
    ------
    window
        Of equal scores the smaller window comes first, then the southernmost, then the
        westernmost.
    """
    sizes = np.array([len(shape) for shape in sites.windows.shapes])
    shape_of, number = np.nonzero(scores > 0)
    values, home = scores[shape_of, number], sites.anchors[number]
    order = np.lexsort((home, sizes[shape_of], -values))
    steps = [sites.steps(shape) for shape in sites.windows.shapes]
    ring = sites.steps(tuple((r, c) for r in (-1, 0, 1) for c in (-1, 0, 1)))
    inside = sites.flat(mask)
    taken = np.zeros(sites.size, dtype=bool)
    for chunk in _growing(order):
        for k in _still_free(chunk, home, shape_of, steps, taken):
            cells = home[k] + steps[shape_of[k]]
            cells = np.sort(cells[inside[cells]])
            if not len(cells) or taken[cells].any():
                continue
            # beyond the margin there is no cell that could be taken twice
            around = (cells[:, None] + ring).ravel()
            taken[around[(around >= 0) & (around < sites.size)]] = True
            own = sites.own(cells)
            yield Window(float(values[k]), own, _middle(own, sites.columns))


def _growing(order: Integers) -> Iterator[Integers]:
    """Cut an order into chunks, each twice as long as the one before."""
    start, (size, most) = 0, _CHUNKS
    while start < len(order):
        yield order[start : start + size]
        start, size = start + size, min(2 * size, most)


def _still_free(
    chunk: Integers, home: Integers, shape_of: Integers, steps: list[Integers], taken: Flags
) -> Integers:
    """Leave out at once the candidates of a chunk that touch places found before it."""
    keep = np.ones(len(chunk), dtype=bool)
    for shape, step in enumerate(steps):
        own = np.flatnonzero(shape_of[chunk] == shape)
        keep[own] = ~taken[home[chunk[own]][:, None] + step].any(axis=1)
    return chunk[keep]


def _grown(flags: Flags) -> Flags:
    """Add to a set of cells those that touch it."""
    grown = flags.copy()
    grown[1:] |= flags[:-1]
    grown[:-1] |= flags[1:]
    across = grown.copy()
    across[:, 1:] |= grown[:, :-1]
    across[:, :-1] |= grown[:, 1:]
    return across


def _middle(cells: Integers, columns: int) -> int:
    """Find the cell nearest to the middle of a window; the first of equals."""
    r, c = np.divmod(cells, columns)
    return int(cells[np.argmin(np.round((r - r.mean()) ** 2 + (c - c.mean()) ** 2, 9))])
