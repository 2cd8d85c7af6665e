"""How small may a cell be here, if each is to hold enough?

The squares of the nested lattice, small in the city and large in the country, so that one run
serves both. A square is split into its four children only where every child that holds anything
holds enough; otherwise the four stay one. Of all ways to cut the area into squares of the lattice
that keep this promise it is the finest, so the answer depends on no order and on no chance.
Where a city borders on fields, ``most_short`` lets a small share be left in marked, short cells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, RecipeError, WrongValues
from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.lattice import SIDES_M, mixed_corners

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.counting import Counted, Field

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]


class _Level(NamedTuple):
    """The squares of one side: where they lie, which is the parent of each, and what they hold."""

    column: Integers
    row: Integers
    parent: Integers
    held: dict[str, Numbers]


def adaptive_cells(
    area: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame | None = None,
    *,
    least: float,
    of: Literal["people", "records", "exposure"] = "people",
    exposure: pd.Series | None = None,
    smallest_m: int = 125,
    largest_m: int = 4000,
    empty: Literal["keep", "merge"] = "keep",
    most_short: float = 0.0,
) -> gpd.GeoDataFrame:
    """Cut the study area into squares that are as small as they may be and hold enough.

    Parameters
    ----------
    area
        ``AREAS`` table, the study area.
    incidents
        ``INCIDENTS`` table; may be None with ``of="exposure"``.
    least
        How many each cell is to hold, above 0.
    of
        What of: distinct "people" (``person_key``), "records", or "exposure".
    exposure
        What lies in each cell of `smallest_m`, at least 0, by ``cell_id`` (residents aged 10-17,
        pupils, metres of street); a cell of the area that is not named has none.
    smallest_m, largest_m
        Sides of the smallest and the largest cells in metres: 125, 250, 500, 1000, 2000, 4000.
    empty
        "keep": squares that hold nothing at all do not make their siblings larger, and become
        cells of their own, as large as they can. "merge": they are merged like those that hold
        too few, so that every cell below `largest_m` holds enough.
    most_short
        The share of what a square holds, 0 to below 1, that may be in children with too few when it
        is split. 0: the promise is kept everywhere. Above it, such children are cells with
        ``enough`` False.

    Returns
    -------
    cells
        ``CELLS`` table of squares of several sides, from south to north and west to east: they do
        not overlap and cover each square of `smallest_m` that meets the area. Columns
        ``incidents``, ``people`` and ``exposure`` as far as known, ``cell_m``, and ``enough``:
        False for a cell that holds nothing, less than `least` at the largest size, or (with
        `most_short`) beside others that hold enough.

    Raises
    ------
    TableError
        If a table breaks its contract, or an exposure is missing, negative or at no cell.
    RecipeError
        If an option is out of its bounds.
    MethodError
        If what is to be enough is not known, or nothing of it lies in the area.

    References
    ----------
    Finkel and Bentley (1974), https://doi.org/10.1007/BF00288933; Lagonigro, Oller and Martori
    (2017), SORT 41 (the share that may be short).

    Examples
    --------
    >>> cells = adaptive_cells(area, incidents, least=10, of="people")  # doctest: +SKIP
    >>> cells["cell_m"].value_counts()  # doctest: +SKIP
    """
    sides = _checked_sides(smallest_m, largest_m)
    _checked_options(least, of, empty, most_short)
    if (exposure if of == "exposure" else incidents) is None:
        msg = f"Cells with enough {of} must have `{'exposure' if of == 'exposure' else 'incidents'}`; none was given."
        raise MethodError(msg)
    field = lay_field(area, cell_m=smallest_m)
    counted = None if incidents is None else count_incidents(incidents, field)
    held = _held_by_smallest(field, counted, exposure)
    people = _pairs(incidents, field, counted)
    if of == "people" and people is None:
        msg = (
            "Cells with enough people must have a `person_key` on some record in the area; none "
            'has one. Set of="records", or read a file that names people.'
        )
        raise MethodError(msg)
    levels = _levels(field, held, people, len(sides))
    if not levels[-1].held[of].any():
        msg = f"There must be {of} in the study area; there are none. Check area and table."
        raise MethodError(msg)
    kept = _kept(levels, of=of, least=least, keep_empty=empty == "keep", most_short=most_short)
    return _table(levels, kept, sides, of=of, least=least, crs=field.crs)


def _kept(
    levels: list[_Level], *, of: str, least: float, keep_empty: bool, most_short: float
) -> list[Flags]:
    """Tell, per level from the smallest, which squares are cells of the answer."""
    kept = [np.zeros(len(level.column), dtype=bool) for level in levels]
    whole = np.ones(len(levels[-1].column), dtype=bool)  # not part of a larger cell
    for k in range(len(levels) - 1, 0, -1):
        child, square = levels[k - 1], levels[k]
        short = child.held[of] < least
        if keep_empty:
            short &= ~_empty(child, of)
        stays = np.bincount(child.parent, weights=short, minlength=len(whole)) > 0
        if most_short > 0:
            lost = np.bincount(child.parent, weights=short * child.held[of], minlength=len(whole))
            stays &= lost > most_short * square.held[of]
        split = whole & ~stays & ~_empty(square, of)
        kept[k] = whole & ~split
        whole = split[child.parent]
    kept[0] = whole
    return kept


def _empty(level: _Level, of: str) -> Flags:
    """Tell which squares hold nothing: none of what is to be enough, and no record."""
    return np.asarray((level.held[of] == 0) & (level.held.get("records", level.held[of]) == 0))


def _levels(
    field: Field, held: dict[str, Numbers], people: tuple[Integers, Integers] | None, n: int
) -> list[_Level]:
    """Lay the squares of each side, from the smallest, with what they hold."""
    row, column = np.divmod(field.cells, field.mask.shape[1])
    column, row = column + field.west, row + field.south
    levels: list[_Level] = []
    while True:
        if people is not None:
            held = held | {"people": np.bincount(people[0], minlength=len(column)).astype(float)}
        up_column, up_row = column >> 1, row >> 1
        wide = int(up_column.max() - up_column.min()) + 1
        key = (up_row - up_row.min()) * wide + up_column - up_column.min()
        _, first, parent = np.unique(key, return_index=True, return_inverse=True)
        levels.append(_Level(column, row, parent, held))
        if len(levels) == n:
            return levels
        # people are no sum: one who is known in two children is one person in their parent
        held = {
            k: np.bincount(parent, weights=v).astype(float)
            for k, v in held.items()
            if k != "people"
        }
        if people is not None:
            people = _distinct(parent[people[0]], people[1])
        column, row = up_column[first], up_row[first]


def _distinct(cell: Integers, person: Integers) -> tuple[Integers, Integers]:
    """Leave one of each pair of cell and person."""
    many = int(person.max(initial=0)) + 1
    pair = np.sort(
        cell * many + person
    )  # np.unique, by its table of hashes, takes 20 times as long
    return np.divmod(pair[np.diff(pair, prepend=-1) > 0], many)


def _held_by_smallest(
    field: Field, counted: Counted | None, exposure: pd.Series | None
) -> dict[str, Numbers]:
    """Give records and exposure of the smallest cells, in the order of the field's cells."""
    held: dict[str, Numbers] = {}
    if counted is not None:
        held["records"] = counted.incidents.ravel()[field.cells].astype(float)
    if exposure is not None:
        held["exposure"] = _exposure_of(exposure, field)
    return held


def _exposure_of(exposure: pd.Series, field: Field) -> Numbers:
    values = exposure.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        msg = (
            f"`exposure` must be finite and at least 0; found {int(wrong.sum()):,} of "
            f"{len(values):,} rows (the first is {exposure.index[wrong][0]!r}). "
            "Missing is not 0: leave out what is not known, or say 0 where there is none."
        )
        raise WrongValues(msg)
    x, y, side = mixed_corners(exposure.index)
    if (side != field.cell_m).any() or not exposure.index.is_unique:
        msg = (
            f"`exposure` must be by cells of {field.cell_m} m, each once; it has sides "
            f"{sorted(set(side.tolist()))} and {int(exposure.index.duplicated().sum())} repeats. "
            "Measure it with `exposure_in_cells` on the smallest cells."
        )
        raise WrongValues(msg)
    position = field.position(x, y)
    if (position < 0).all():
        msg = (
            f"`exposure` must name cells of the study area; none of its {len(values):,} meets it "
            f"(the first is {exposure.index[0]!r})."
        )
        raise WrongValues(msg)
    raster = np.bincount(position[position >= 0], values[position >= 0], field.mask.size)
    return np.asarray(raster[field.cells], dtype=float)


def _pairs(
    incidents: gpd.GeoDataFrame | None, field: Field, counted: Counted | None
) -> tuple[Integers, Integers] | None:
    """Give each distinct pair of cell and person, as numbers; None where nobody is named."""
    if incidents is None or counted is None or "person_key" not in incidents:
        return None
    person = pd.factorize(incidents["person_key"])[0]
    known = (counted.position >= 0) & (person >= 0)
    if not known.any():
        return None
    number = np.full(field.mask.size, -1, dtype=np.int64)
    number[field.cells] = np.arange(len(field.cells))
    return _distinct(number[counted.position[known]], person[known].astype(np.int64))


def _table(
    levels: list[_Level], kept: list[Flags], sides: list[int], *, of: str, least: float, crs: object
) -> gpd.GeoDataFrame:
    """Put the cells of all sides into one table, from south to north and west to east."""
    n = [int(k.sum()) for k in kept]
    side = np.repeat(sides, n)
    x = np.concatenate([v.column[k] for v, k in zip(levels, kept, strict=True)]) * side
    y = np.concatenate([v.row[k] for v, k in zip(levels, kept, strict=True)]) * side
    held = {
        name: np.concatenate([v.held[name][k] for v, k in zip(levels, kept, strict=True)])
        for name in levels[0].held
    }
    enough = held[of] >= least
    columns: dict[str, object] = {}
    if "records" in held:
        columns["incidents"] = held["records"].astype(np.int64)
    if "people" in held:
        columns["people"] = pd.array(held["people"].astype(np.int64), dtype="Int64")
    if "exposure" in held:
        columns["exposure"] = held["exposure"]
    ids = [f"{s}mE{a}N{b}" for s, a, b in zip(side.tolist(), x.tolist(), y.tolist(), strict=True)]
    table = gpd.GeoDataFrame(
        columns | {"cell_m": side, "enough": enough},
        index=pd.Index(ids, name="cell_id", dtype="str"),
        geometry=shapely.box(x, y, x + side, y + side),
        crs=crs,
    )
    return table.iloc[np.lexsort((x, y))]


def _checked_sides(smallest_m: int, largest_m: int) -> list[int]:
    if smallest_m not in SIDES_M or largest_m not in SIDES_M or smallest_m > largest_m:
        msg = (
            f"`smallest_m` and `largest_m` must be of {', '.join(map(str, SIDES_M))} (metres), the "
            f"first at most the second; they are {smallest_m!r} and {largest_m!r}."
        )
        raise RecipeError(msg)
    return [s for s in SIDES_M if smallest_m <= s <= largest_m]


def _checked_options(least: float, of: str, empty: str, most_short: float) -> None:
    if not (np.isfinite(least) and least > 0):
        msg = f"`least` must be a number above 0; it is {least!r}."
        raise RecipeError(msg)
    if of not in {"people", "records", "exposure"} or empty not in {"keep", "merge"}:
        msg = (
            '`of` must be "people", "records" or "exposure", and `empty` "keep" or "merge"; '
            f"they are {of!r} and {empty!r}."
        )
        raise RecipeError(msg)
    if not 0 <= most_short < 1:
        msg = f"`most_short` must be a share from 0 to below 1; it is {most_short!r}."
        raise RecipeError(msg)
