"""How many records, people and how much weight does each square, hexagon or area hold?

Squares may be of one side or of several (:mod:`csgeo.hotspots.adaptive_cells`); areas may be
islands, lie in two parts and share edges. A record on a shared edge is counted once, in the unit
to its north and east, as on the lattice: so areas that are squares give what the squares give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hexagons import axial_at, hexagon_axial, hexagon_polygon
from csgeo.hotspots.areas_holding import pairs_in_areas
from csgeo.hotspots.counting import count_people
from csgeo.lattice import column_row, mixed_corners
from csgeo.tables import AREAS, CELLS, INCIDENTS, check_same_crs

if TYPE_CHECKING:
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: How far a cell's drawn corners may be from those that its id says, in metres.
_DRAWN_M = 0.01


class UnitCounts(NamedTuple):
    """What each unit holds, and what none of them does.

    ``table`` (on the units' index, with their geometry): ``incidents``, ``people`` where some
    record names one, ``weight`` where weights were given. ``record`` and ``unit`` are row numbers:
    which record lies in which unit. ``inside``, ``outside`` and ``without_place`` add up to the
    records; ``weight_inside`` and ``weight_lost`` to their weights. ``words`` says what was chosen.
    """

    table: gpd.GeoDataFrame
    record: Integers
    unit: Integers
    inside: int
    outside: int
    without_place: int
    weight_inside: float
    weight_lost: float
    words: str


def count_records(
    incidents: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    weights: pd.Series | None = None,
    overlapping: Literal["refuse", "each"] = "refuse",
) -> UnitCounts:
    """Count the records, the people and the weight that each unit holds.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, EPSG:27700; records without a point are counted as such.
    units
        ``CELLS`` (squares of one side or several, or hexagons) or ``AREAS``. The study area does
        not matter: a record in a cell is counted, also where the cell reaches beyond the area.
    weights
        How much each record counts (harm scores, shares of a time band), at least 0, on the index
        of `incidents` in any order. None: no column ``weight``.
    overlapping
        What to do where areas overlap: "refuse", or count a record in "each" area that holds it;
        then the sums are more than there are records, and ``words`` says so.

    Returns
    -------
    counts
        table, record, unit, inside, outside, without_place, weight_inside, weight_lost, words.

    Raises
    ------
    TableError
        If a table breaks its contract, the systems differ, cells are not those that their ids
        say, or a weight is missing or negative.
    MethodError
        If areas overlap and are not to count each.

    Examples
    --------
    >>> counts = count_records(incidents, cells, weights=incidents["harm_score"])  # doctest: +SKIP
    >>> counts.table[["incidents", "people", "weight"]], counts.outside  # doctest: +SKIP
    """
    INCIDENTS.check(incidents, "incidents")
    areas = units.index.name == AREAS.index
    (AREAS if areas else CELLS).check(units, "units")
    check_same_crs(units=units, incidents=incidents)
    if overlapping not in {"refuse", "each"}:
        msg = f'`overlapping` must be "refuse" or "each"; it is {overlapping!r}.'
        raise RecipeError(msg)
    weight = _checked_weights(weights, incidents.index)
    points = incidents.geometry.to_numpy()
    x, y = shapely.get_x(points), shapely.get_y(points)
    placed = np.flatnonzero(~np.isnan(x))
    words = "Each record is counted once."
    if areas:
        held, unit, overlaps = pairs_in_areas(points[placed], units)
        if overlaps and overlapping == "refuse":
            raise MethodError(_refused(overlaps))
        if overlaps:
            words = f"{overlaps} A record in several areas is counted in each: the sums are more."
    else:
        unit_of = _unit_in_cells(x[placed], y[placed], units)
        held = np.flatnonzero(unit_of >= 0)
        unit = unit_of[held]
    return _told(
        incidents, units, placed[held], unit, placed=len(placed), weight=weight, words=words
    )


def _told(
    incidents: gpd.GeoDataFrame, units: gpd.GeoDataFrame, record: Integers, unit: Integers,
    *, placed: int, weight: Numbers | None, words: str,
) -> UnitCounts:  # fmt: skip
    """Add up what each unit holds, and tell what none of them does."""
    n = len(units)
    columns: dict[str, object] = {"incidents": np.bincount(unit, minlength=n)}
    if "person_key" in incidents and incidents["person_key"].notna().any():
        people = count_people(incidents[["person_key"]].take(record), unit)
        columns["people"] = people.reindex(range(n), fill_value=0).astype("Int64").to_numpy()
    within = np.zeros(len(incidents), dtype=bool)
    within[record] = True
    inside = int(within.sum())
    weight_in, weight_lost = float(inside), float(len(incidents) - inside)
    if weight is not None:
        columns["weight"] = np.bincount(unit, weights=weight[record], minlength=n)
        weight_in, weight_lost = float(weight[within].sum()), float(weight[~within].sum())
    table = gpd.GeoDataFrame(
        columns, index=units.index, geometry=units.geometry.to_numpy(), crs=units.crs
    )
    return UnitCounts(
        table, record, unit, inside, placed - inside, len(incidents) - placed,
        weight_in, weight_lost, words,
    )  # fmt: skip


def _checked_weights(weights: pd.Series | None, index: pd.Index) -> Numbers | None:
    """Bring the weights to the order of the records."""
    if weights is None:
        return None
    if not isinstance(weights, pd.Series) or not pd.api.types.is_numeric_dtype(weights):
        kind = weights.dtype if isinstance(weights, pd.Series) else type(weights).__name__
        msg = f"`weights` must be a pandas Series of numbers on the index of `incidents`; it is {kind}."
        raise WrongValues(msg)
    if not weights.index.equals(index):
        here = index.isin(weights.index)
        if not weights.index.is_unique or not here.all() or len(weights) != len(index):
            first = f" (the first is {index[~here][0]!r})" if not here.all() else ""
            msg = (
                f"`weights` must have one row for each of the {len(index):,} records; it has "
                f"{len(weights):,}, and {int((~here).sum()):,} records have none{first}. "
                "Take them from the same table."
            )
            raise WrongValues(msg)
        weights = weights.reindex(index)
    numbers = weights.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(numbers) & (numbers >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        msg = (
            f"`weights` must be finite and at least 0; found {int(wrong.sum()):,} of "
            f"{len(numbers):,} rows (the first is {index[at]!r}) with {numbers[at]:g}. "
            "Missing is not 0: leave such records out, or give them a weight."
        )
        raise WrongValues(msg)
    return numbers


def _unit_in_cells(x: Numbers, y: Numbers, cells: gpd.GeoDataFrame) -> Integers:
    """Give the row of the cell that holds each point, or -1."""
    if str(cells.index[0])[:1] == "h" and str(cells.index[0])[1:2].isdigit():
        q, r, across_m = hexagon_axial(cells.index)
        _as_drawn(cells, shapely.bounds(hexagon_polygon(cells.index)))
        return _row_of(*axial_at(x, y, across_m=across_m), q, r)
    corner_x, corner_y, side = mixed_corners(cells.index)
    bounds = np.stack([corner_x, corner_y, corner_x + side, corner_y + side], axis=1)
    _as_drawn(cells, bounds.astype(float))
    unit = np.full(len(x), -1, dtype=np.int64)
    for side_m in np.unique(side).tolist():
        own = np.flatnonzero(side == side_m)
        column, row = column_row(x, y, cell_m=side_m)
        found = _row_of(column, row, corner_x[own] // side_m, corner_y[own] // side_m)
        twice = (found >= 0) & (unit >= 0)
        if twice.any():
            k = int(twice.argmax())
            msg = (
                f"`units` must not overlap; {int(twice.sum()):,} records lie in two cells (the first "
                f"in {cells.index[unit[k]]!r} and {cells.index[own[found[k]]]!r}). Give squares of "
                "one side, or those of `adaptive_cells`."
            )
            raise MethodError(msg)
        unit[found >= 0] = own[found[found >= 0]]
    return unit


def _row_of(a: Integers, b: Integers, cell_a: Integers, cell_b: Integers) -> Integers:
    """Find each pair of numbers among those of the cells; -1 where there is no such cell."""
    least_a, least_b = cell_a.min(), cell_b.min()
    wide, high = cell_a.max() - least_a + 1, cell_b.max() - least_b + 1
    near = np.flatnonzero(
        (a >= least_a) & (a - least_a < wide) & (b >= least_b) & (b - least_b < high)
    )
    key = (cell_b - least_b) * wide + (cell_a - least_a)
    wanted = (b[near] - least_b) * wide + (a[near] - least_a)
    found = np.full(len(a), -1, dtype=np.int64)
    if wide * high <= max(8 * len(key), 2**22):  # a full table is quicker than a search
        at = np.full(wide * high, -1, dtype=np.int64)
        at[key] = np.arange(len(key))
        found[near] = at[wanted]
    else:
        order = np.argsort(key)
        place = np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)
        found[near] = np.where(key[order[place]] == wanted, order[place], -1)
    return found


def _as_drawn(cells: gpd.GeoDataFrame, bounds: Numbers) -> None:
    """Refuse cells whose shapes are not those that their ids say."""
    off = np.abs(shapely.bounds(cells.geometry.to_numpy()) - bounds).max(axis=1) > _DRAWN_M
    if off.any():
        msg = (
            f"`units` must be whole cells of the lattice; {int(off.sum()):,} of {len(cells):,} are "
            f"not drawn where their id says (the first is {cells.index[off][0]!r}). For cells that "
            "were clipped give an AREAS table, indexed by `area_id`."
        )
        raise WrongValues(msg)


def _refused(overlaps: str) -> str:
    return (
        f"`units` must not overlap, so that each record is counted once. {overlaps} Leave out one "
        'of each pair, or set overlapping="each" to count a record in each area that holds it.'
    )
