"""How much of what harm is measured against lies in each cell?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, MissingColumns, WrongGeometry, WrongValues
from csgeo.hotspots.cell_weights import spread_by_surface, street_length
from csgeo.hotspots.sharing_out import FLOOR_SHARE, Expectation, expected_by_weight
from csgeo.tables import check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]
    Shapes = npt.NDArray[np.object_]

_POINT, _LINE = (0,), (1, 5)


class Exposure(NamedTuple):
    """A raster of what lies in each cell of the study area; inside and outside add up to all."""

    raster: Numbers
    inside: float
    outside: float


def exposure_in_cells(
    table: gpd.GeoDataFrame, field: Field, *, column: str | None = None
) -> Exposure:
    """Measure what lies in each cell of the study area.

    Parameters
    ----------
    table
        Points (stops, schools, counters), areas or cells (``AREAS``, ``CELLS``: an amount is spread
        evenly over the surface), or ``STREETS``; in the system of the study area.
    field
        The study area as a raster, from :func:`csgeo.hotspots.counting.lay_field`.
    column
        The amounts, at least 0, such as ``pupils`` or ``footfall``. None: each point counts 1, and
        each street its metres.

    Returns
    -------
    exposure
        raster, and how much lies inside and outside of the study area's cells.

    Raises
    ------
    TableError
        If there is no such column, an amount in the area is missing, negative or infinite, shapes
        are missing or mixed, or the systems differ.
    MethodError
        If none of it lies in the study area.
    """
    import geopandas as gpd  # noqa: PLC0415  (the table is one already)

    check_same_crs(area=gpd.GeoDataFrame(geometry=[], crs=field.crs), table=table)
    shapes = table.geometry.to_numpy()
    kind = _kind(shapes, table.index)
    if kind == "lines" and column is None:
        raster = street_length(table, field)
        return _told(raster, float(shapely.length(shapes).sum()), len(table))
    amounts = _amounts(table, column, kind, shapes, field)
    if kind == "points":
        position = field.position(shapely.get_x(shapes), shapely.get_y(shapes))
        within = position >= 0
        sums = np.bincount(position[within], amounts[within], field.mask.size)
        raster = np.asarray(sums, dtype=float).reshape(field.mask.shape)
    else:
        raster = spread_by_surface(shapes, amounts, field)
    return _told(raster, float(amounts.sum()), len(amounts))


def by_cell(raster: Numbers, field: Field) -> pd.Series:
    """Give a raster as a Series by ``cell_id``, as ``adaptive_cells`` and ``rates`` take it."""
    index = pd.Index(field.ids(field.cells), name="cell_id", dtype="str")
    return pd.Series(raster.ravel()[field.cells], index=index, name="exposure")


def expected_by_exposure(counts: npt.NDArray[np.int64], exposure: Numbers) -> Numbers:
    """Share out all records in proportion to an exposure.

    Parameters
    ----------
    counts, exposure
        Rasters of one shape: records, and what they are expected in proportion to.

    Returns
    -------
    expected
        Raster that adds up to the records. No cell that can hold records (some exposure, or some
        record) is given less than a tenth of the average such cell.

    Raises
    ------
    MethodError
        If the shapes differ, an exposure is missing, negative or infinite, or there is none.
    """
    if counts.shape != exposure.shape:
        msg = f"`counts` and `exposure` must be of one shape; they are {counts.shape} and {exposure.shape}."
        raise MethodError(msg)
    wrong = ~(np.isfinite(exposure) & (exposure >= 0))
    if wrong.any() or not exposure.any():
        first = f", the first at {tuple(np.argwhere(wrong)[0].tolist())}" if wrong.any() else ""
        msg = (
            "`exposure` must be finite, at least 0, and above 0 somewhere; "
            f"{int(wrong.sum())} of {wrong.size} cells are not{first}. "
            "Measure it with `exposure_in_cells`."
        )
        raise MethodError(msg)
    return expected_by_weight(counts, exposure)


def lay_exposure(field: Field, exposure: Numbers, *, called: str) -> Expectation:
    """Make an expectation of an exposure, as :func:`csgeo.hotspots.find_hotspots` asks for one.

    Parameters
    ----------
    field
        The study area as a raster.
    exposure
        Raster of what records are expected in proportion to.
    called
        What it is, in words for the reader: "pupils", "passers-by by a footfall model".

    Returns
    -------
    expectation
        ``of(counts, reach_m)`` and the words; the reach does not matter.
    """
    raster = np.where(field.mask, exposure, 0.0)
    words = (
        f"Records are expected in proportion to {called}; no cell that can hold records is given "
        f"less than {FLOOR_SHARE:.0%} of the average."
    )
    return Expectation(lambda counts, _reach_m: expected_by_exposure(counts, raster), words)


def _kind(shapes: Shapes, index: pd.Index) -> str:
    """Tell whether the table holds points, lines or areas."""
    absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if absent.any() or not len(shapes):
        first = f" (the first is {index[absent][0]!r})" if absent.any() else ""
        msg = (
            f"`table` must have a shape on each of one row or more; {int(absent.sum())} of "
            f"{len(shapes)} have none{first}. Set those rows aside first."
        )
        raise WrongGeometry(msg)
    kinds = shapely.get_type_id(shapes)
    for name, types in (("points", _POINT), ("lines", _LINE), ("areas", (3, 6))):
        if np.isin(kinds, types).all():
            return name
    msg = "`table` must hold only points, only lines or only areas. Give each kind on its own."
    raise WrongGeometry(msg)


def _amounts(
    table: gpd.GeoDataFrame, column: str | None, kind: str, shapes: Shapes, field: Field
) -> Numbers:
    if column is None and kind == "points":
        return np.ones(len(table))
    if column is None or column not in table or kind == "lines":
        msg = (
            f"`table` must have the amounts of its {kind} in a column that `column` names "
            f"(streets have none, but metres); it is {column!r}, and there are "
            f"{', '.join(map(str, table.columns))}."
        )
        raise MissingColumns(msg)
    if not pd.api.types.is_numeric_dtype(table[column]):
        msg = f"`{column}` must be numbers; it holds {table[column].dtype}."
        raise WrongValues(msg)
    amounts = table[column].to_numpy(dtype=float, na_value=np.nan)
    wrong = ~(np.isfinite(amounts) & (amounts >= 0))
    # what is not known far away does not matter here
    matters = wrong.copy()
    matters[wrong] = shapely.intersects(field.ground, shapes[wrong])
    if matters.any():
        msg = (
            f"`{column}` must be finite and at least 0 in the study area; found "
            f"{int(matters.sum())} of {len(amounts)} rows (the first is "
            f"{table.index[matters][0]!r}) with {amounts[matters][0]:g}. "
            "Missing is not 0: leave such rows out, or say what they hold."
        )
        raise WrongValues(msg)
    return np.where(wrong, 0.0, amounts)


def _told(raster: Numbers, total: float, rows: int) -> Exposure:
    inside = float(raster.sum())
    if inside <= 0:
        msg = (
            f"Some exposure must lie in the study area; none of the {rows} rows does. "
            "Check the column, the area and the coordinates."
        )
        raise MethodError(msg)
    return Exposure(raster, inside, max(0.0, total - inside))
