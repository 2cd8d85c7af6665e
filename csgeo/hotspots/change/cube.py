"""How many records did each place hold in each step of time, and where is that not known?

A step is known at a place only if every source that ever recorded there covers
the whole of it: a missing month is missing, not nought.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import EmptyTable, MethodError, MissingColumns, WrongValues
from csgeo.hotspots.change.months import cover, month_numbers, months_present, refuse_uncovered
from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.lattice import cell_corner, column_row, square_ids
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.change.months import Coverage, MonthsPerSource

    Integers: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

_FAR = 2**31


class Cube(NamedTuple):
    """Records by place and step of time.

    ``counts`` and ``known`` are places x steps; a count that is not known is 0 and says nothing.
    ``ids`` names the places; ``column``, ``row`` and ``cell_m`` say where they are if they are
    squares of the lattice (empty and 0 if not). ``steps`` names each step by its first month,
    ``days`` is its length. ``choices`` are announced in words, ``left_out`` says how many
    records are not in the cube, by reason.
    """

    ids: npt.NDArray[np.object_]
    column: Integers
    row: Integers
    cell_m: int
    steps: tuple[str, ...]
    days: Integers
    counts: Integers
    known: Flags
    left_out: dict[str, int]
    choices: dict[str, str]
    crs: object


class _Laid(NamedTuple):
    """The place of each record (-1: none), and the places."""

    place: Integers
    ids: npt.NDArray[np.object_]
    column: Integers
    row: Integers
    cell_m: int
    lost: dict[str, int]


def count_cube(
    incidents: gpd.GeoDataFrame,
    *,
    cell_m: int = 250,
    area: gpd.GeoDataFrame | None = None,
    months: MonthsPerSource | None = None,
    period: tuple[object, object] | None = None,
    months_per_step: int = 1,
) -> Cube:
    """Count the records of each square cell in each step of time.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table. A record counts in the month in which it begins.
    cell_m
        Side of a cell in metres, one of 125, 250, 500, 1000, 2000, 4000.
    area
        ``AREAS``: all cells of this study area. Without it, the cells that hold at least one
        record in the period, as in an ArcGIS space-time cube.
    months
        Source -> the months it covers, such as ``{"police": ["2020-01", ...]}``. Without it, the
        months in which a source recorded anything (:func:`months_present`).
    period
        First and last month, both included; all covered months if not given.
    months_per_step
        1 for months, 3 for quarters and so on, counted back from the last month; earlier
        months that fill no step are left out.

    Returns
    -------
    cube
        Cells from south to north and west to east. In a cell that holds no record, a step is
        known if all sources cover it.

    Raises
    ------
    TableError
        If a table breaks its contract, or `months` contradicts the records.
    MethodError
        If no whole step lies in the period.
    """
    INCIDENTS.check(incidents, "incidents")
    laid = _lay_cells(incidents, cell_m) if area is None else _lay_area(incidents, area, cell_m)
    return _fill(incidents, laid, months, period, months_per_step, only_held=area is None)


def count_places(
    incidents: gpd.GeoDataFrame,
    places: pd.DataFrame,
    *,
    months: MonthsPerSource | None = None,
    period: tuple[object, object] | None = None,
    months_per_step: int = 1,
) -> Cube:
    """Count the records of each place, given as a union of square cells, in each step of time.

    Parameters
    ----------
    incidents, months, period, months_per_step
        As in :func:`count_cube`.
    places
        ``HOTSPOTS``, or any table with the column ``cells``: ids of square cells of one side,
        separated by spaces. A cell that is in two places counts in both.

    Returns
    -------
    cube
        One row per place, in the order of `places`.
    """
    INCIDENTS.check(incidents, "incidents")
    lists = cells_of_places(places)
    corners = cell_corner([cell for cells in lists for cell in cells])
    owner = np.repeat(np.arange(len(lists)), [len(cells) for cells in lists])
    member = pd.Series(
        owner, index=corners.y // corners.cell_m * _FAR + corners.x // corners.cell_m
    )
    member = member.sort_index(kind="stable")
    laid = _lay_cells(incidents, corners.cell_m)
    placed = laid.place >= 0
    cell_of_record = np.full(len(placed), -1, dtype=np.int64)
    cell_of_record[placed] = (laid.row * _FAR + laid.column)[laid.place[placed]]
    low = np.searchsorted(member.index, cell_of_record, side="left")
    times = np.searchsorted(member.index, cell_of_record, side="right") - low
    times[~placed] = 0
    record = np.repeat(np.arange(len(incidents)), times)
    nth = np.arange(len(record)) - np.repeat(np.cumsum(times) - times, times)
    place = member.to_numpy()[np.repeat(low, times) + nth].astype(np.int64)
    none = np.empty(0, dtype=np.int64)
    outside = int(((times == 0) & placed).sum())
    lost = {**laid.lost, "outside the places": outside}
    inside = _Laid(place, places.index.to_numpy(dtype=object), none, none, 0, lost)
    return _fill(incidents, inside, months, period, months_per_step, record=record)


def cells_of_places(places: pd.DataFrame) -> list[list[str]]:
    """List the ids of the cells of each place, or refuse what has none."""
    if "cells" not in places:
        msg = (
            f"`places` must have the column `cells`; it has {list(places.columns)}. Give HOTSPOTS."
        )
        raise MissingColumns(msg)
    lists = [str(cells).split() if pd.notna(cells) else [] for cells in places["cells"]]
    if not lists:
        msg = "`places` must have at least one row; it has none. There is nothing to follow over time."
        raise EmptyTable(msg)
    bare = [name for name, cells in zip(places.index, lists, strict=True) if not cells]
    if bare:
        msg = (
            f"Each place must have at least one cell; {len(bare)} of {len(lists)} have none (the first "
            f"is {bare[0]!r}). Leave those out."
        )
        raise WrongValues(msg)
    return lists


def _lay_cells(incidents: gpd.GeoDataFrame, cell_m: int) -> _Laid:
    points = incidents.geometry.to_numpy()
    placed = ~(shapely.is_missing(points) | shapely.is_empty(points))
    x, y = shapely.get_coordinates(points[placed]).T
    column, row = column_row(x, y, cell_m=cell_m)
    code, home = pd.factorize(row * _FAR + column, sort=True)
    place = np.full(len(points), -1, dtype=np.int64)
    place[placed] = code
    # rows south of the origin have negative numbers: floor division keeps columns whole
    column_of = (home + _FAR // 2) % _FAR - _FAR // 2
    row_of = (home - column_of) // _FAR
    ids = square_ids(column_of, row_of, cell_m=cell_m)
    return _Laid(place, ids, column_of, row_of, cell_m, {"without a place": int((~placed).sum())})


def _lay_area(incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, cell_m: int) -> _Laid:
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    number = np.full(field.mask.size, -1, dtype=np.int64)
    number[field.cells] = np.arange(len(field.cells))
    place = np.where(counted.position >= 0, number[counted.position], -1)
    row, column = np.divmod(field.cells, field.mask.shape[1])
    lost = {"without a place": counted.without_place, "outside the area": counted.outside}
    ids = field.ids(field.cells)
    return _Laid(place, ids, column + field.west, row + field.south, cell_m, lost)


def _fill(
    incidents: gpd.GeoDataFrame,
    laid: _Laid,
    months: MonthsPerSource | None,
    period: tuple[object, object] | None,
    months_per_step: int,
    *,
    only_held: bool = False,
    record: Integers | None = None,
) -> Cube:
    """Count by place and step; `record` says which record each entry of ``laid.place`` is."""
    said = months_present(incidents) if months is None else months
    source, names = pd.factorize(incidents["source"], sort=True)
    coverage = cover(said, sources=list(names), period=period)
    number = month_numbers(incidents)
    steps = _steps(coverage, months_per_step)
    step = _step_of(number, coverage, steps)
    in_period = (number >= coverage.first) & (number < coverage.first + len(coverage.names))
    refuse_uncovered(np.where(in_period, number, -1), source, coverage, incidents.index)
    record = np.arange(len(number)) if record is None else record
    used = (step[record] >= 0) & (laid.place >= 0)
    counts, known = _counted(laid, np.where(used, step[record], -1), source[record], steps.covered)
    if not used.any():
        msg = (
            f"The cube must hold at least one record; of {len(incidents):,} none has a place and a "
            f"month between {coverage.names[0]} and {coverage.names[-1]}. Widen the period or the area."
        )
        raise MethodError(msg)
    placed = np.bincount(record[laid.place >= 0], minlength=len(number)) > 0
    lost = {
        **laid.lost,
        "without a month": int((placed & (number < 0)).sum()),
        "outside the period": int((placed & (number >= 0) & (step < 0)).sum()),
        "in a step that not all sources of the place cover": int(used.sum() - counts.sum()),
    }
    how = "those in which a source recorded anything" if months is None else "as given"
    kept = counts.any(axis=1) if only_held else np.ones(len(laid.ids), dtype=bool)
    where = kept if laid.cell_m else np.zeros(0, dtype=bool)
    return Cube(
        laid.ids[kept], laid.column[where], laid.row[where], laid.cell_m, steps.names, steps.days,
        counts[kept], known[kept], lost, {"months covered": how}, incidents.crs,
    )  # fmt: skip


def _step_of(number: Integers, coverage: Coverage, steps: _Steps) -> Integers:
    """Give the step of each month; negative where none."""
    since = number - coverage.first - steps.skipped
    step = since // steps.months
    return np.where((number >= 0) & (step < len(steps.names)), step, -1)


class _Steps(NamedTuple):
    names: tuple[str, ...]
    days: Integers
    covered: Flags
    skipped: int
    months: int


def _steps(coverage: Coverage, months_per_step: int) -> _Steps:
    """Join months to steps, counted back from the last; a step is covered if each month is."""
    have = coverage.covered.shape[1]
    if months_per_step < 1 or have < months_per_step:
        msg = (
            f"`months_per_step` must be from 1 to the {have} months of the period; it is "
            f"{months_per_step}. Choose shorter steps or a longer period."
        )
        raise MethodError(msg)
    skipped = have % months_per_step
    names = coverage.names[skipped::months_per_step]
    days = coverage.days[skipped:].reshape(-1, months_per_step).sum(axis=1)
    covered = coverage.covered[:, skipped:].reshape(-1, len(names), months_per_step)
    return _Steps(names, days, np.all(covered, axis=2), skipped, months_per_step)


def _counted(
    laid: _Laid, step: Integers, source: Integers, covered: Flags
) -> tuple[Integers, Flags]:
    """Count places x steps, and say where every source that recorded at a place covers the step."""
    n, (sources, steps) = len(laid.ids), covered.shape
    used = step >= 0
    place = laid.place[used]
    flat = np.bincount(place * steps + step[used], minlength=n * steps)
    seen = (
        np.bincount(place * sources + source[used], minlength=n * sources).reshape(n, sources) > 0
    )
    seen[~seen.any(axis=1)] = True  # where nobody recorded, anybody could have
    known = np.ones((n, steps), dtype=bool)
    for k in range(sources):
        known[seen[:, k]] &= covered[k]
    counts = flat.reshape(n, steps)
    # a step that one source does not cover is not known, whatever another recorded
    return np.where(known, counts, 0), known
