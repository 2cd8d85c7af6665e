"""How sure are we of each place: in how many re-runs is it found again?

Each re-run draws people anew, moves each record within its precision, moves the
lattice by half a cell, spreads the surroundings less or more widely, and in a
stated share leaves out what enforcement found. See docs/methods/stability.md.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError
from csgeo.hotspots.moved_lattice import HALVES
from csgeo.hotspots.redrawing import draw, drawable
from csgeo.hotspots.searching_again import (
    Search,
    as_drawn,
    make_ready,
    search_again,
    with_room,
    with_strength,
)
from csgeo.hotspots.sharing_out import SURROUNDINGS_M
from csgeo.lattice import cell_corner
from csgeo.tables import HOTSPOTS, check_same_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.moved_lattice import Ground
    from csgeo.hotspots.redrawing import Drawable
    from csgeo.hotspots.searching_again import Ready

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

#: A place is the same if it shares this much of the smaller one's ground, or of the records.
LEAST_SHARED = 0.5
#: One in so many re-runs leaves out the records found by enforcement.
WITHOUT_ENFORCEMENT = 0.2
#: How far the surroundings reach, as shares of their usual reach, in turn.
_REACHES = (1.0, 2 / 3, 1.5)


class Marked(NamedTuple):
    """The places that are looked for again, on a raster of half cells."""

    label: Integers
    west: int
    south: int
    size: Integers


class Variation(NamedTuple):
    """How one re-run differs from the search: which lattice of ``HALVES``, how far around."""

    number: int
    lattice: int
    reach_m: float
    with_enforcement: bool


def stability(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    search: Search,
    reruns: int = 100,
    seed: int = 0,
    least_shared: float = LEAST_SHARED,
    without_enforcement: float = WITHOUT_ENFORCEMENT,
    progress: Callable[[str, int, int], None] | None = None,
) -> pd.Series:
    """Give the share of re-runs in which each place is listed again.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table of n places, unions of the lattice's squares.
    incidents, area
        The ``INCIDENTS`` and the study area (``AREAS``) in which they were found.
    search
        How they were found.
    reruns
        How many times the search is run again; 0 for none.
    seed
        Where chance starts; re-run k depends on the seed and on k alone.
    least_shared
        The place counts as found again where one listed in the re-run, whose list may be twice
        as long, shares at least this part
        of the smaller one's ground, or holds at least this part of the place's own records.
    without_enforcement
        Share of the re-runs that leave out records found by enforcement.
    progress
        Called with (what, done, of).

    Returns
    -------
    stability
        n shares, 0 to 1, on the index of `hotspots`; missing where there were no re-runs.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    RecipeError
        If an option is out of its bounds.

    References
    ----------
    Field and Welsh (2007), https://doi.org/10.1111/j.1467-9868.2007.00593.x

    Examples
    --------
    >>> found = find_hotspots(incidents, area)  # doctest: +SKIP
    >>> stability(found.hotspots, incidents, area, search=Search())  # doctest: +SKIP
    """
    HOTSPOTS.check(hotspots, "hotspots")
    check_same_crs(area=area, incidents=incidents, hotspots=hotspots)
    _check_options(reruns, least_shared, without_enforcement)
    unknown = pd.Series(np.nan, index=hotspots.index, name="stability", dtype=float)
    if reruns == 0 or hotspots.empty:
        return unknown
    ready = make_ready(with_room(search), area)
    records = drawable(incidents, ready.grounds[0].field.ground, most_km2=search.most_km2)
    ready = with_strength(ready, records, seed=seed)
    marked = mark_places(hotspots, cell_m=search.cell_m)
    own = [records_of_places(marked, ready.grounds[0], g, records) for g in ready.grounds]

    def run(number: int) -> Flags:
        varied = variation(number, without_enforcement=without_enforcement)
        places = _run_again(ready, records, varied, seed=seed)
        ground, held = ready.grounds[varied.lattice], own[varied.lattice]
        return found_again(marked, ground, places, held, least_shared=least_shared)

    found = np.zeros(len(hotspots), dtype=np.int64)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, again in enumerate(pool.map(run, range(reruns)), 1):
            found += again
            if progress is not None:
                progress("Searching again", done, reruns)
    return (unknown.fillna(0.0) + found / reruns).rename("stability")


def stability_words(stability: pd.Series, *, reruns: int) -> pd.Series:
    """Say each share as "found in 97 of 100 re-runs"; missing where it is not known."""
    words = [
        None if np.isnan(share) else f"found in {round(share * reruns)} of {reruns} re-runs"
        for share in stability.to_numpy(dtype=float)
    ]
    return pd.Series(words, index=stability.index, name="how_sure", dtype="str")


def mark_places(hotspots: gpd.GeoDataFrame, *, cell_m: int) -> Marked:
    """Draw the places' cells on a raster of half cells; -1 where there is none."""
    cells = [c.split() for c in hotspots["cells"]]
    place = np.repeat(np.arange(len(cells)), [len(c) for c in cells])
    x, y, own_m = cell_corner([i for c in cells for i in c])
    if own_m != cell_m:
        msg = f"`search` must name the cells of the places, {own_m} m; it names {cell_m} m."
        raise RecipeError(msg)
    column, row = (np.asarray(v * 2 // cell_m, dtype=np.int64) for v in (x, y))
    west, south = int(column.min()), int(row.min())
    label = np.full((int(row.max()) - south + 2, int(column.max()) - west + 2), -1, dtype=np.int64)
    for east, north in ((0, 0), (1, 0), (0, 1), (1, 1)):
        label[row - south + north, column - west + east] = place
    return Marked(label, west, south, 4 * np.bincount(place, minlength=len(cells)))


def found_again(
    marked: Marked,
    ground: Ground,
    places: Sequence[Integers],
    own: tuple[Integers, Integers],
    *,
    least_shared: float = LEAST_SHARED,
) -> Flags:
    """Tell which of n places share enough with one that a re-run lists.

    Parameters
    ----------
    marked
        The n places.
    ground, places
        The lattice of the re-run, and the cells of each place that it lists.
    own
        For each record of the n places: which place, and its cell on `ground` (-1 for none).
    least_shared
        Part of the smaller one's ground, or of the place's records.

    Returns
    -------
    found
        n flags.
    """
    n = len(marked.size)
    found = np.zeros(n, dtype=bool)
    place_of, at = own
    held = np.bincount(place_of, minlength=n)
    for cells in places:
        column, row = ground.quarters(cells)
        label = _label_at(marked, column, row)
        common = np.bincount(label[label >= 0], minlength=n)
        found |= common >= least_shared * np.minimum(marked.size, len(label)) - 1e-9
        again = np.bincount(place_of[np.isin(at, cells)], minlength=n)
        found |= (again > 0) & (again >= least_shared * held - 1e-9)
    return found


def variation(number: int, *, without_enforcement: float) -> Variation:
    """Say how a re-run differs; spread so that any number of re-runs keeps to the shares."""
    before, after = (np.floor(k * without_enforcement + 1e-9) for k in (number, number + 1))
    reach_m = SURROUNDINGS_M * _REACHES[number % len(_REACHES)]
    return Variation(number, number % len(HALVES), reach_m, bool(after == before))


def _run_again(ready: Ready, records: Drawable, varied: Variation, *, seed: int) -> list[Integers]:
    drawn = draw(records, seed=seed, number=varied.number, with_enforcement=varied.with_enforcement)
    ground = ready.grounds[varied.lattice]
    return search_again(ready, ground, as_drawn(records, drawn), reach_m=varied.reach_m)


def _label_at(marked: Marked, column: Integers, row: Integers) -> Integers:
    column, row = column - marked.west, row - marked.south
    rows, columns = marked.label.shape
    known = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
    label = np.full(len(column), -1, dtype=np.int64)
    label[known] = marked.label[row[known], column[known]]
    return label


def records_of_places(
    marked: Marked, first: Ground, ground: Ground, records: Drawable
) -> tuple[Integers, Integers]:
    """Find the records of the places as recorded, and their cells on a moved lattice."""
    position = first.position(records.x, records.y)
    inside = np.flatnonzero(position >= 0)
    column, row = (v[: len(inside)] for v in first.quarters(position[inside]))
    place = _label_at(marked, column, row)
    record = inside[place >= 0]
    return place[place >= 0], ground.position(records.x[record], records.y[record])


def _check_options(reruns: int, least_shared: float, without_enforcement: float) -> None:
    if reruns < 0:
        msg = f"`reruns` must be 0 or more; it is {reruns}."
        raise RecipeError(msg)
    if not 0 < least_shared <= 1:
        msg = f"`least_shared` must be above 0 and at most 1; it is {least_shared:g}."
        raise RecipeError(msg)
    if not 0 <= without_enforcement < 1:
        msg = (
            f"`without_enforcement` must be at least 0 and below 1; it is {without_enforcement:g}."
        )
        raise RecipeError(msg)
