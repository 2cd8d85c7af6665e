"""Which compact, separate places does a surface of scores hold?

Every method's answer is cut in the same way: windows are near-discs of lattice
cells, centred on a cell, a corner or the middle of an edge, up to a cap on size;
the best window comes first, and no later one may touch it or the ring of free
cells around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]
    Steps = tuple[tuple[int, int], ...]

#: No more than this many cells to a window: a cap that is far too wide would only cost time.
MOST_CELLS = 128
_CENTRES = ((0.0, 0.0), (0.5, 0.5), (0.0, 0.5), (0.5, 0.0))
_CHUNK = 2048


class Windows(NamedTuple):
    """Nested near-discs around each kind of centre.

    ``families[k][j]`` are the (row, column) steps of the cells that the j-th
    disc adds to the one before.
    """

    families: tuple[tuple[Steps, ...], ...]

    @property
    def shapes(self) -> tuple[Steps, ...]:
        """All windows, each with all its cells, in the order of the families."""
        return tuple(
            tuple(step for ring in family[: j + 1] for step in ring)
            for family in self.families
            for j in range(len(family))
        )

    @property
    def reach(self) -> int:
        """How many cells a window reaches from its anchor at most."""
        return max(max(abs(r), abs(c)) for shape in self.shapes for r, c in shape)


def compact_windows(*, cell_m: int, most_km2: float) -> Windows:
    """List the near-discs of cells of at most `most_km2`.

    Parameters
    ----------
    cell_m
        Side of a cell in metres.
    most_km2
        The largest window, in square kilometres.

    Returns
    -------
    windows
        At 125 m and 0.25 square kilometres: discs of 1, 5, 9, 13 cells around a
        cell, of 4, 12, 16 around a corner, of 2, 6, 8, 12, 16 around an edge.

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
    far = int(np.sqrt(most)) + 2
    families = []
    for row_0, column_0 in _CENTRES:
        distances: dict[float, list[tuple[int, int]]] = {}
        for r in range(-far, far + 1):
            for c in range(-far, far + 1):
                distances.setdefault((r - row_0) ** 2 + (c - column_0) ** 2, []).append((r, c))
        family: list[Steps] = []
        held = 0
        for distance in sorted(distances):
            held += len(distances[distance])
            if held > most:
                break
            family.append(tuple(distances[distance]))
        if family:
            families.append(tuple(family))
    return Windows(tuple(families))


def window_sums(raster: npt.NDArray[np.generic], windows: Windows) -> npt.NDArray[np.generic]:
    """Sum a raster over each window around each anchor: windows x rows x columns.

    Cells beyond the raster count as 0.
    """
    reach = windows.reach
    padded = np.pad(raster, reach)
    rows, columns = raster.shape
    sums = []
    for family in windows.families:
        held = np.zeros_like(raster)
        for ring in family:
            for r, c in ring:
                held = held + padded[reach + r : reach + r + rows, reach + c : reach + c + columns]
            sums.append(held)
    return np.stack(sums)


def separate_windows(
    scores: Numbers, mask: npt.NDArray[np.bool_], windows: Windows
) -> Iterator[tuple[float, Integers, int]]:
    """Give the best windows one after the other, none of which touch.

    Parameters
    ----------
    scores
        windows x rows x columns; only scores above 0 count.
    mask
        rows x columns, true for cells of the study area.
    windows
        The windows that `scores` is about.

    Yields
    ------
    score, cells, centre
        The score, the sorted flat positions of the window's cells in the area, and the flat
        position of the cell at its centre. Of equal scores the smaller window comes first,
        then the southernmost, then the westernmost.
    """
    rows, columns = mask.shape
    sizes = np.array([len(shape) for shape in windows.shapes])
    good = np.flatnonzero(scores.ravel() > 0)
    shape_of, anchor = np.divmod(good, rows * columns)
    values = scores.ravel()[good]
    order = np.lexsort((anchor, sizes[shape_of], -values))
    free = np.pad(mask, windows.reach + 1)
    taken = np.zeros_like(free)
    width = free.shape[1]
    row, column = np.divmod(anchor, columns)
    home = (row + windows.reach + 1) * width + column + windows.reach + 1
    steps = [np.array([r * width + c for r, c in shape]) for shape in windows.shapes]
    ring = np.array([r * width + c for r in (-1, 0, 1) for c in (-1, 0, 1)])
    for start in range(0, len(order), _CHUNK):
        for k in _still_free(order[start : start + _CHUNK], home, shape_of, steps, taken):
            cells = home[k] + steps[shape_of[k]]
            cells = cells[free.flat[cells]]
            if not len(cells) or taken.flat[cells].any():
                continue
            taken.flat[(cells[:, None] + ring).ravel()] = True
            r, c = np.divmod(np.sort(cells), width)
            inside = (r - windows.reach - 1) * columns + c - windows.reach - 1
            yield float(values[k]), inside, _middle(inside, columns)


def _still_free(
    chunk: Integers,
    home: Integers,
    shape_of: Integers,
    steps: list[Integers],
    taken: npt.NDArray[np.bool_],
) -> Integers:
    """Leave out at once the candidates of a chunk that touch places found before it."""
    keep = np.ones(len(chunk), dtype=bool)
    for shape, step in enumerate(steps):
        own = np.flatnonzero(shape_of[chunk] == shape)
        keep[own] = ~taken.flat[home[chunk[own]][:, None] + step].any(axis=1)
    return chunk[keep]


def _middle(cells: Integers, columns: int) -> int:
    """Find the cell nearest to the middle of a window; the first of equals."""
    r, c = np.divmod(cells, columns)
    return int(cells[np.argmin(np.round((r - r.mean()) ** 2 + (c - c.mean()) ** 2, 9))])
