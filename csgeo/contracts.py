"""Does a table keep its contract?

The contracts themselves are declared in :mod:`csgeo.tables`. Functions check
their arguments at the door with ``INCIDENTS.check(incidents, "incidents")``,
which returns the table unchanged or raises a :class:`~csgeo.errors.TableError`
that says what was wanted, what was found, how many rows, the first one, and
what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import (
    EmptyTable,
    MissingColumns,
    TableError,
    WrongCRS,
    WrongGeometry,
    WrongIndex,
    WrongValues,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy.typing as npt

Kind = Literal["integer", "number", "text", "time", "flag"]
Frame = TypeVar("Frame", bound=pd.DataFrame)

#: The system that everything inside csgeo is in: British National Grid, metres.
NATIONAL_GRID = "EPSG:27700"
#: Web Mercator calls its units metres, but in Britain they are about 0.6 m long.
_NOT_TRUE_METRES = 3857


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: what it means, its unit and its bounds.

    ``least`` and ``most`` are inclusive. A column that is not ``required`` may
    be absent; one that is ``known`` may not have missing values.
    """

    kind: Kind
    meaning: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    allowed: Collection[str] | None = None
    required: bool = True
    known: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The contract of one table."""

    name: str
    one_row_is: str
    index: str
    columns: Mapping[str, Column]
    geometry: tuple[str, ...] = ()
    geometry_may_be_missing: bool = False
    may_be_empty: bool = False
    remedy: str = field(default="")

    def check(self, table: Frame, called: str) -> Frame:
        """Return `table` unchanged if it keeps this contract.

        Parameters
        ----------
        table
            The frame to check; with geometry where the contract names some.
        called
            The caller's own word for it, used in the message.

        Raises
        ------
        TableError
            One of its kinds, for the first promise that is broken, in this
            order: rows, CRS, columns, index, geometry, values.
        """
        self._check_rows(table, called)
        if self.geometry:
            self._check_crs(table, called)
        self._check_columns(table, called)
        self._check_index(table, called)
        if self.geometry:
            self._check_geometry(table, called)
        for column, rule in self.columns.items():
            if column in table.columns:
                _check_values(table[column], rule, called)
        return table

    def _check_rows(self, table: object, called: str) -> None:
        if not isinstance(table, pd.DataFrame):
            msg = (
                f"`{called}` must be a {self.name} table (one row is {self.one_row_is}); "
                f"it is a {type(table).__name__}.{self._how()}"
            )
            raise TableError(msg)
        if not self.may_be_empty and table.empty:
            msg = f"`{called}` must have at least one row; it has none.{self._how()}"
            raise EmptyTable(msg)

    def _check_crs(self, table: pd.DataFrame, called: str) -> None:
        crs = getattr(table, "crs", None)
        wanted = f"`{called}` must be in {NATIONAL_GRID} (metres)"
        if crs is None:
            msg = (
                f"{wanted}; it has no coordinate reference system. "
                f"Say which one the coordinates are in with `.set_crs(...)`.{self._how()}"
            )
            raise WrongCRS(msg)
        unit = crs.axis_info[0].unit_name
        if not crs.is_projected or unit not in {"metre", "meter"}:
            found = "degrees" if crs.is_geographic else unit
            msg = (
                f"{wanted}; it has {_crs_name(crs)} ({found}).{self._how()} "
                "Or call `.to_crs(27700)` first."
            )
            raise WrongCRS(msg)
        if crs.to_epsg() == _NOT_TRUE_METRES:
            msg = (
                f"{wanted}; it has EPSG:3857 (Web Mercator), whose metres are not true metres. "
                "Call `.to_crs(27700)` first."
            )
            raise WrongCRS(msg)

    def _check_columns(self, table: pd.DataFrame, called: str) -> None:
        missing = [c for c, rule in self.columns.items() if rule.required and c not in table]
        if missing:
            msg = (
                f"`{called}` must have the columns {_listed(missing)}; "
                f"it has {_listed(list(map(str, table.columns)))}.{self._how()}"
            )
            raise MissingColumns(msg)

    def _check_index(self, table: pd.DataFrame, called: str) -> None:
        if table.index.name != self.index:
            msg = (
                f"`{called}` must be indexed by `{self.index}`; its index is named "
                f"{table.index.name!r}. Call `.set_index({self.index!r})` first."
            )
            raise WrongIndex(msg)
        if table.index.hasnans:
            msg = f"`{called}` must have a `{self.index}` on each row; {_how_many(table.index.isna(), table.index)} without one."
            raise WrongIndex(msg)
        if not table.index.is_unique:
            twice = table.index.duplicated()
            msg = (
                f"`{self.index}` must be unique in `{called}`; "
                f"{int(twice.sum())} rows repeat one, the first is {table.index[twice][0]!r}. "
                "Give each row an id of its own; do not drop the repeats: they may be separate records."
            )
            raise WrongIndex(msg)

    def _check_geometry(self, table: pd.DataFrame, called: str) -> None:
        shapes = table.geometry.to_numpy()
        # missing and empty shapes have no bounds, so only those without are looked at again
        wild = ~np.isfinite(shapely.bounds(shapes) @ np.ones(4))
        absent = np.zeros(len(shapes), dtype=bool)
        absent[wild] = shapely.is_missing(shapes[wild]) | shapely.is_empty(shapes[wild])
        if absent.any() and not self.geometry_may_be_missing:
            msg = (
                f"`{called}` must have a shape on each row; "
                f"{_how_many(absent, table.index)} without one. Set those rows aside first."
            )
            raise WrongGeometry(msg)
        kinds, other = shapely.get_type_id(shapes), ~absent
        for name in self.geometry:
            other &= kinds != shapely.GeometryType[name.upper()]
        if other.any():
            msg = (
                f"`{called}` must hold {' or '.join(self.geometry)} shapes; "
                f"{_how_many(other, table.index)} of type {shapes[other][0].geom_type}."
            )
            raise WrongGeometry(msg)
        if (wild & ~absent).any():
            msg = (
                f"`{called}` must have finite coordinates; "
                f"{_how_many(wild & ~absent, table.index)} without. Set those rows aside first."
            )
            raise WrongGeometry(msg)

    def _how(self) -> str:
        return f" {self.remedy}" if self.remedy else ""


def _check_values(values: pd.Series, rule: Column, called: str) -> None:
    name = values.name
    known = values.notna().to_numpy()
    if rule.known and not known.all():
        msg = (
            f"`{name}` in `{called}` must be known on each row; "
            f"{_how_many(~known, values.index)} without a value."
        )
        raise WrongValues(msg)
    if rule.kind in {"integer", "number"}:
        _check_numbers(values, rule, called, known)
    elif rule.kind == "time" and not pd.api.types.is_datetime64_any_dtype(values):
        msg = f"`{name}` in `{called}` must hold dates and times; it holds {values.dtype}."
        raise WrongValues(msg)
    if rule.allowed is not None:
        strange = known & ~values.isin(list(rule.allowed)).to_numpy()
        if strange.any():
            msg = (
                f"`{name}` in `{called}` must be one of {_listed(sorted(rule.allowed))}; "
                f"{_how_many(strange, values.index)} with another, such as {values[strange].iloc[0]!r}."
            )
            raise WrongValues(msg)


def _check_numbers(
    values: pd.Series, rule: Column, called: str, known: npt.NDArray[np.bool_]
) -> None:
    name, unit = values.name, f" {rule.unit}" if rule.unit else ""
    if not pd.api.types.is_numeric_dtype(values):
        msg = f"`{name}` in `{called}` must be numbers; it holds {values.dtype}."
        raise WrongValues(msg)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    problems = {"finite": known & ~np.isfinite(numbers)}
    if rule.kind == "integer":
        with np.errstate(invalid="ignore"):
            problems["whole numbers"] = known & (numbers % 1 != 0)
    if rule.least is not None:
        problems[f"at least {rule.least:g}{unit}"] = known & (numbers < rule.least)
    if rule.most is not None:
        problems[f"at most {rule.most:g}{unit}"] = known & (numbers > rule.most)
    for wanted, broken in problems.items():
        if broken.any():
            msg = (
                f"`{name}` in `{called}` must be {wanted}; {_how_many(broken, values.index)} "
                f"with {numbers[broken][0]:g}."
            )
            raise WrongValues(msg)


def check_same_crs(**tables: pd.DataFrame) -> None:
    """Refuse tables that are in different coordinate reference systems.

    Raises
    ------
    WrongCRS
        Naming the first two tables that differ and how to bring them together.
    """
    (first, reference), *rest = tables.items()
    for called, table in rest:
        if table.crs != reference.crs:
            msg = (
                f"`{called}` must be in the same system as `{first}`, {_crs_name(reference.crs)}; "
                f"it has {_crs_name(table.crs)}. Call `{called}.to_crs({first}.crs)` first."
            )
            raise WrongCRS(msg)


def _crs_name(crs: object) -> str:
    if crs is None:
        return "none"
    epsg = crs.to_epsg()  # type: ignore[attr-defined]
    return f"EPSG:{epsg}" if epsg else str(getattr(crs, "name", crs))


def _listed(names: Collection[str], most: int = 12) -> str:
    shown = ", ".join(f"`{n}`" for n in list(names)[:most]) or "no columns"
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _how_many(broken: npt.ArrayLike, index: pd.Index) -> str:
    broken = np.asarray(broken, dtype=bool)
    n = int(broken.sum())
    return f"found {n:,} of {len(index):,} rows (the first is {index[broken][0]!r})"
