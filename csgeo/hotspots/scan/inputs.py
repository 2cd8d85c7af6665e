"""Can these locations and numbers be scanned?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import EmptyTable, MethodError, MissingColumns, WrongValues
from csgeo.tables import AREAS, CELLS, Table

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

_SHAPES = ("Point", "Polygon", "MultiPolygon")
_KNOWN = {"area_id": AREAS, "cell_id": CELLS}


def locations(
    where: gpd.GeoDataFrame | npt.ArrayLike, ids: object = None
) -> tuple[Numbers, pd.Index]:
    """Give the coordinates (n x 2, metres) and ids of points, areas or cells.

    Areas and cells stand at their centroids. A plain array is taken as it is: metres, or
    anything else in which straight distances mean something; never degrees.
    """
    if isinstance(where, gpd.GeoDataFrame):
        name = where.index.name
        contract = _KNOWN.get(name) or Table("locations", "one place", name, {}, _SHAPES)
        contract.check(where, "where")
        middle = where.geometry.centroid
        points = np.column_stack([middle.x, middle.y])
        index = where.index
    else:
        points = np.asarray(where, dtype=float)
        if points.ndim != 2 or points.shape[1] != 2:
            msg = (
                "`where` must be a GeoDataFrame, or an array with two columns, x and y in metres; "
                f"its shape is {points.shape}."
            )
            raise WrongValues(msg)
        index = pd.RangeIndex(len(points))
    if ids is not None:
        index = pd.Index(np.asarray(ids))
        if len(index) != len(points) or not index.is_unique:
            msg = (
                f"`ids` must name each of the {len(points)} locations once; there are {len(index)} "
                f"ids, {index.nunique()} of them different."
            )
            raise WrongValues(msg)
    wild = ~np.isfinite(points).all(axis=1)
    if wild.any():
        msg = (
            f"`where` must have finite coordinates; {_which(wild, index)} without. "
            "Set those rows aside first."
        )
        raise WrongValues(msg)
    return points, index


def at_least_two(points: Numbers) -> None:
    """Refuse to scan fewer than two different places."""
    if len(points) < 2 or (points == points[0]).all():
        msg = (
            "A scan compares places with each other and needs at least two; there "
            f"{'is 1' if len(points) else 'are 0'} in {len(points)} rows."
        )
        raise EmptyTable(msg) if len(points) == 0 else MethodError(msg)


def numbers(
    values: npt.ArrayLike | str, called: str, where: object, index: pd.Index, *, whole: bool = False
) -> Numbers:
    """Take a column of `where`, or an array, of known numbers of 0 or more, one a location."""
    if isinstance(values, str):
        if not isinstance(where, gpd.GeoDataFrame) or values not in where:
            msg = f"`{called}` names the column {values!r}; `where` has no such column."
            raise MissingColumns(msg)
        values = where[values].to_numpy(dtype=float, na_value=np.nan)
    taken = np.asarray(values, dtype=float)
    if taken.shape != (len(index),):
        msg = (
            f"`{called}` must be one number for each of the {len(index)} locations; "
            f"its shape is {taken.shape}."
        )
        raise WrongValues(msg)
    broken = ~np.isfinite(taken) | (taken < 0)
    if broken.any():
        msg = (
            f"`{called}` must be known and 0 or more at each location; {_which(broken, index)} "
            f"otherwise: {taken[broken][0]:g}. Missing is not 0: find the number, or leave the "
            "location out."
        )
        raise WrongValues(msg)
    part = taken != np.floor(taken)
    if whole and part.any():
        msg = (
            f"`{called}` must be whole numbers, as chance places whole cases; "
            f"{_which(part, index)} otherwise: {taken[part][0]:g}. Round them first, and say so."
        )
        raise WrongValues(msg)
    return taken


def total_cases(cases: Numbers, least_cases: int) -> int:
    """Count all cases; fewer than a cluster must have cannot make one."""
    if least_cases < 1:
        msg = f"`least_cases` must be at least 1; it is {least_cases}."
        raise MethodError(msg)
    total = int(cases.sum())
    if total < max(2, least_cases):
        msg = (
            f"A scan needs at least {max(2, least_cases)} cases; there "
            f"{'is 1' if total == 1 else f'are {total}'}."
        )
        raise MethodError(msg)
    return total


def no_cases_beyond(cases: Numbers, size: Numbers, called: str, index: pd.Index) -> None:
    """Refuse cases where nobody could be one."""
    impossible = (cases > 0) & (size <= 0)
    if impossible.any():
        msg = (
            f"`{called}` must be above 0 where there are cases; {_which(impossible, index)} with "
            "cases and 0. Add those locations to a neighbour, or correct the denominator."
        )
        raise WrongValues(msg)


def _which(broken: npt.NDArray[np.bool_], index: pd.Index) -> str:
    count = int(broken.sum())
    return f"{count} row{'s' if count > 1 else ''} (the first is {index[broken][0]!r})"
