"""Which streets does this file hold?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.sources.account import account, own_ids
from csgeo.sources.columns import Mapped, known_columns, match_columns
from csgeo.sources.files import Rows, read_rows
from csgeo.sources.shapes import other_shapes, read_shapes
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import constant, distinct, spread, to_text
from csgeo.tables import NATIONAL_GRID, STREETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

    from csgeo.sources.report import Reading

#: Words of OS VectorMap, OS Open Roads and OpenStreetMap; the first that a class begins with decides.
_MAIN = (
    "a road",
    "primary",
    "b road",
    "motorway",
    "trunk",
    "secondary",
    "classified numbered",
    "main",
)
#: Short forms in councils' lists of rights of way: footpath, bridleway, byway, cycle path.
_RIGHTS_OF_WAY = frozenset({"fp", "br", "bw", "rb", "boat", "cp"})
_PATH = (
    "footway",
    "path",
    "steps",
    "cycleway",
    "bridleway",
    "pedestrian",
    "footpath",
    "track",
    "shared use",
    "corridor",
    "restricted byway",
    "byway",
    "public footpath",
    "public bridleway",
    "alley",
)

#: What a file of ways may hold besides streets: nobody walks along it.
_NO_STREET = ("rail", "tram", "light rail", "ferry", "waterway", "river", "canal", "runway")


def read_streets(
    path: str | Path,
    *,
    columns: Mapped | None = None,
    layer: str | None = None,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
) -> Reading:
    r"""Read street segments: OS Open Roads, OS VectorMap, OpenStreetMap or the like.

    Parameters
    ----------
    path
        GeoPackage, Shapefile (zipped too), GeoJSON, GeoParquet, or a table with well-known text.
    columns
        Our names -> the file's names, before every guess.
    layer
        Layer of a GeoPackage or zip.
    crs, to_crs
        As for :func:`csgeo.read_incidents`.

    Returns
    -------
    reading
        ``table`` (STREETS; one LineString a row, ``kind`` main, street or path,
        ``length_m`` measured), ``report`` and ``set_aside``. A row of several
        lines becomes several segments, ``id/1``, ``id/2``, so the table may
        have more rows than the report counts as used. Where lines cross
        without a node they are left as they are.

    Raises
    ------
    UnknownColumns, UnreadableFile, WrongCRS, SourceError
        If the file cannot be read as streets.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "streets.csv"
    >>> _ = file.write_text('name,highway,wkt\nHigh Street,primary,"LINESTRING (375000 164000, 375030 164040)"\n')
    >>> read_streets(file).table[["kind", "length_m"]].to_numpy().tolist()
    [['main', 50.0]]
    """
    rows = read_rows(path, layer=layer)
    known = {**known_columns("streets"), "wkt": known_columns("place")["wkt"]}
    found = [str(c) for c in rows.frame]
    matched = match_columns(found, known, given=columns, file=rows.file, section="streets.columns")
    shapes = read_shapes(rows, matched, section="streets", crs=crs, to_crs=to_crs)
    ids, notes = own_ids(rows, matched.get("street_id"))
    kinds = _kinds(rows, matched)
    names = (
        to_text(rows.frame[matched["name"]])
        if "name" in matched
        else constant(None, rows.frame.index)
    )
    fields = pd.DataFrame({"name": names, "kind": kinds})

    def make(used: npt.NDArray[np.bool_]) -> gpd.GeoDataFrame:
        lines = shapes.geometry[used].to_numpy()
        return _segments(fields[used], ids[used], lines, to_crs)

    said = [] if "kind" in matched else ["no column says the class of road: all are read as street"]
    return account(
        rows,
        make,
        [
            *shapes.doubts,
            other_shapes(shapes.geometry, 1, "a line"),
            _without_length(shapes.geometry),
            *_no_streets(rows, matched),
        ],
        contract=STREETS,
        matched=matched,
        notes=[*shapes.notes, *notes, *said],
    )


def _without_length(lines: gpd.GeoSeries) -> Doubt:
    return Doubt(
        "a line of no length",
        shapely.length(lines.to_numpy()) == 0,  # of none it is not a number
        lambda at: str(lines.iloc[at])[:60],
        "Draw the street again, or leave the row out of the file.",
    )


def _no_streets(rows: Rows, matched: Mapping[str, str]) -> list[Doubt]:
    if "kind" not in matched:
        return []
    column = rows.frame[matched["kind"]]
    codes, words = distinct(column)
    plain = [w.casefold().replace("_", " ") for w in words]
    other = np.array([p.startswith(_NO_STREET) for p in plain] + [False])[codes]
    return [
        Doubt(
            "a railway, ferry or water, which is no street",
            other,
            lambda at: str(column.iloc[at]),
            "Read it as a base map layer, if it is to be drawn.",
        )
    ]


def _kinds(rows: Rows, matched: Mapping[str, str]) -> pd.Series:
    """Give main, street or path; a path by its form stays one whatever its class."""
    index = rows.frame.index
    kinds = constant("street", index)
    for ours in ("kind", "form"):
        if ours in matched:
            codes, words = distinct(rows.frame[matched[ours]])
            found = spread([_kind(w) for w in words], codes, index)
            kinds = found.where(found.notna() & found.ne("street"), kinds)
    return kinds


def _kind(word: str) -> str:
    plain = " ".join(word.casefold().replace("_", " ").split())
    if plain.startswith(_PATH) or plain in _RIGHTS_OF_WAY:
        return "path"
    return "main" if plain.startswith(_MAIN) else "street"


def _segments(
    fields: pd.DataFrame, ids: pd.Index, lines: npt.NDArray[np.object_], crs: object
) -> gpd.GeoDataFrame:
    """Cut rows of several lines into one row for each."""
    parts, of = shapely.get_parts(lines, return_index=True)
    parts, of = parts[shapely.length(parts) > 0], of[shapely.length(parts) > 0]
    number = pd.Series(of).groupby(of).cumcount().to_numpy() + 1
    several = np.bincount(of, minlength=len(lines))[of] > 1
    names = np.array(ids, dtype=object)[of]
    cut = [
        f"{name}/{n}" if many else name
        for name, n, many in zip(names, number, several, strict=True)
    ]
    table = fields.iloc[of].assign(length_m=shapely.length(parts))
    table.index = pd.Index(cut, name="street_id", dtype="str")
    return gpd.GeoDataFrame(table, geometry=parts, crs=crs)
