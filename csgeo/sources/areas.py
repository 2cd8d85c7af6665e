"""Which areas does this file hold?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources.account import account, own_ids
from csgeo.sources.columns import Mapped, folded, known_columns, match_columns
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.shapes import other_shapes, read_shapes, repaired
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import constant, to_numbers, to_text
from csgeo.tables import AREAS, NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from csgeo.sources.report import Reading

#: What the columns of published codes call their areas.
_LEVELS = {
    "lsoa": "LSOA",
    "msoa": "MSOA",
    "oa": "output area",
    "wd": "ward",
    "ward": "ward",
    "lad": "district",
    "ltla": "district",
    "utla": "county or unitary authority",
    "ctyua": "county or unitary authority",
    "cty": "county",
    "par": "parish",
    "pfa": "police force area",
    "rgn": "region",
    "ctry": "country",
    "bua": "built-up area",
    "pcon": "constituency",
    "icb": "integrated care board",
}
_CODED = re.compile(r"([a-z]+?)(?:20)?(\d\d)(?:cd|code|nm|name)")


def read_areas(
    path: str | Path,
    *,
    columns: Mapped | None = None,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    level: str | None = None,
    where: Mapping[str, Any] | None = None,
) -> Reading:
    r"""Read published areas: a boundary, wards, LSOAs, districts.

    Parameters
    ----------
    path
        GeoPackage, Shapefile (zipped too), GeoJSON, GeoParquet, or a table with well-known text.
    columns
        Our names -> the file's names, before every guess.
    layer
        Layer of a GeoPackage or zip.
    crs
        System of the shapes, where the file does not say it or is wrong.
    to_crs
        Projected system in metres to bring them into.
    level
        What kind of area it is; found out from names such as ``LSOA21CD`` if not given.
    where
        The file's columns and the value, or list of values, that is wanted.

    Returns
    -------
    reading
        ``table`` (AREAS; ``area_id``, ``name``, ``level`` and what denominators
        the file has), ``report`` and ``set_aside``. Rings that cross
        themselves are repaired, and the report says so.

    Raises
    ------
    UnknownColumns, UnreadableFile, WrongCRS, SourceError
        If the file cannot be read as areas, or no row is as `where` wants it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "areas.csv"
    >>> square = "POLYGON ((375000 164000, 376000 164000, 376000 165000, 375000 165000, 375000 164000))"
    >>> _ = file.write_text(f'WD24CD,WD24NM,wkt\nE05,Abbey,"{square}"\n')
    >>> read_areas(file).table["level"].tolist()
    ['ward 2024']
    """
    rows = read_rows(path, layer=layer)
    found = [str(c) for c in rows.frame]
    known = {**known_columns("areas"), "wkt": known_columns("place")["wkt"]}
    matched = match_columns(found, known, given=columns, file=rows.file, section="areas.columns")
    unwanted = not_wanted(rows, where)
    shapes = read_shapes(
        wanted_shapes(rows, unwanted), matched, section="areas", crs=crs, to_crs=to_crs
    )
    geometry, mended = repaired(shapes.geometry)
    ids, notes = own_ids(rows, matched.get("area_id") or matched.get("name"))
    names = to_text(rows.frame[matched["name"]]) if "name" in matched else _names(rows, ids, layer)
    fields = {
        "name": names,
        "level": _level(rows, matched, level),
        **_denominators(rows, matched),
    }

    def make(used: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
        table = pd.DataFrame(fields)[used].set_index(pd.Index(ids[used], name="area_id"))
        return gpd.GeoDataFrame(table, geometry=geometry[used].to_numpy(), crs=to_crs)

    doubts = [*unwanted, *shapes.doubts, other_shapes(geometry, 2, "an area")]
    return account(
        rows,
        make,
        doubts,
        contract=AREAS,
        matched=matched,
        notes=[*shapes.notes, *mended, *notes],
    )


def wanted_shapes(rows: Rows, unwanted: list[Doubt]) -> Rows:
    """Leave out the shapes of rows that were not asked for: a country's take long to transform."""
    if rows.geometry is None or not unwanted:
        return rows
    left_out = np.logical_or.reduce([doubt.flags for doubt in unwanted])
    return replace(rows, geometry=rows.geometry.where(~left_out))


def not_wanted(rows: Rows, where: Mapping[str, Any] | None) -> list[Doubt]:
    """Mark the rows that the caller did not ask for.

    Raises
    ------
    UnknownColumns
        If `where` names a column that the file does not have.
    SourceError
        If no row has what `where` wants.
    """
    if not where:
        return []
    wanted = np.ones(len(rows.frame), dtype=bool)
    for column, value in where.items():
        if column not in rows.frame:
            found = ", ".join(map(str, rows.frame))
            msg = f"{rows.file} has no column {column!r}, which `where` names. Found: {found}."
            raise UnknownColumns(msg)
        values = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        texts = to_text(rows.frame[column])
        wanted &= texts.isin([str(v) for v in values]).to_numpy()
    if not wanted.any():
        column, value = next(iter(where.items()))
        some = ", ".join(map(repr, sorted(to_text(rows.frame[column]).dropna().unique())[:6]))
        msg = f"{rows.file} has no row with {column} = {value!r}, which `where` wants; it has {some} and others. Correct the value in the recipe."
        raise SourceError(msg)
    asked = ", ".join(f"{k} = {v!r}" for k, v in where.items())
    quoted = next(iter(where))
    return [
        Doubt(
            "not asked for",
            ~wanted,
            lambda at: str(rows.frame[quoted].iloc[at]),
            f"Only rows with {asked} were asked for.",
            not_asked_for=True,
        )
    ]


def _names(rows: Rows, ids: pd.Index, layer: str | None) -> pd.Series:
    """Name areas that have no name: one by its layer or file, several by their ids."""
    if len(ids) == 1:
        return constant(layer or rows.stem, rows.frame.index)
    return pd.Series(ids, index=rows.frame.index, dtype="str")


def _level(rows: Rows, matched: Mapping[str, str], level: str | None) -> pd.Series:
    index = rows.frame.index
    if level is None and "level" in matched:
        return to_text(rows.frame[matched["level"]])
    guessed = level or next(
        (w for w in (_level_of(matched.get(c, "")) for c in ("area_id", "name")) if w), None
    )
    return constant(guessed, index)


def _level_of(column: str) -> str | None:
    found = _CODED.fullmatch(folded(column))
    if found is None or found.group(1) not in _LEVELS:
        return None
    return f"{_LEVELS[found.group(1)]} 20{found.group(2)}"


def _denominators(rows: Rows, matched: Mapping[str, str]) -> dict[str, pd.Series]:
    fields = {
        ours: to_numbers(rows.frame[matched[ours]], comma="thousands")
        for ours in ("residents", "residents_10_17", "exposure")
        if ours in matched
    }
    if "stratum" in matched:
        fields["stratum"] = to_text(rows.frame[matched["stratum"]])
    return fields
