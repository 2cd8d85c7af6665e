"""In which ways does a file say where its rows lie?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import WrongCRS
from csgeo.sources import coordinates as judged
from csgeo.sources.coordinates import NO_NUMBER, NO_PLACE, USABLE, Pairs
from csgeo.sources.grid_references import read_grid_references
from csgeo.sources.values import is_blank, to_numbers, to_text
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

    from csgeo.sources.files import Rows

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

#: Verdicts beside those on pairs of numbers.
NOT_A_POINT = 20
NOT_FOUND = 21
MALFORMED = 22
#: Why a record has no place known, in words.
REASONS = NO_PLACE | {
    NOT_A_POINT: "a shape that is not a point",
    NOT_FOUND: "a postcode for which the postcode file has no place",
    MALFORMED: "text that is no grid reference, postcode or shape",
}
_HEXADECIMAL = re.compile(r"0[01][0-9A-Fa-f]{8,}")


class Way(NamedTuple):
    """One way in which a file says places: points in metres, their precision, and in words."""

    words: str
    pairs: Pairs
    precision_m: Floats
    notes: tuple[str, ...] = ()


def ways_in(
    rows: Rows,
    matched: Mapping[str, str],
    crs: object,
    target: CRS,
    postcodes: pd.DataFrame | Path | str | None,
    *,
    any_shape: bool,
) -> Iterator[Way]:
    """Give each way of saying places that a file has, those that say most first.

    Parameters are those of :func:`csgeo.sources.location.locate`.
    """
    frame, file = rows.frame, rows.file
    if rows.geometry is not None:
        yield _from_shapes(rows.geometry, "shapes", file, crs, target, any_shape=any_shape)
    for first, second, default in (
        ("easting", "northing", target),
        ("longitude", "latitude", "EPSG:4326"),
        ("x", "y", None),
    ):
        if first in matched and second in matched:
            pair = (matched[first], matched[second])
            yield _from_columns(frame, pair, file, crs or default, target)
    if "wkt" in matched:
        yield _from_wkt(frame[matched["wkt"]], file, crs, target, any_shape=any_shape)
    if "grid_reference" in matched:
        yield _from_grid_references(frame[matched["grid_reference"]], target)
    if "postcode" in matched and postcodes is not None:
        yield _from_postcodes(frame[matched["postcode"]], postcodes, target)


def _from_columns(
    frame: pd.DataFrame, names: tuple[str, str], file: str, crs: object, target: CRS
) -> Way:
    notes: tuple[str, ...] = ()
    first, second = frame[names[0]], frame[names[1]]
    if crs is None:  # columns called x and y: their size says which
        crs = by_size(judged.read_pairs(first, second, degrees=True), target)
        notes = (f"{names[0]!r} and {names[1]!r} were taken to be in {crs} by their size",)
    source = judged.system(crs)
    pairs = judged.read_pairs(first, second, degrees=source.is_geographic)
    pairs = judged.to_metres(pairs, source, target, file=file, names=names)
    return Way(f"{names[0]!r} and {names[1]!r}", pairs, unknown(len(frame)), notes)


def _from_shapes(
    shapes: gpd.GeoSeries, called: str, file: str, crs: object, target: CRS, *, any_shape: bool
) -> Way:
    notes: tuple[str, ...] = ()
    if crs is None and shapes.crs is None:
        msg = (
            f"{file} must say which coordinate reference system its shapes are in; it has none "
            f'(a Shapefile keeps it in the .prj). Name it with crs = "{NATIONAL_GRID}" or crs = "EPSG:4326".'
        )
        raise WrongCRS(msg)
    source = judged.system(crs) if crs is not None else shapes.crs
    if crs is not None and shapes.crs is not None and source != shapes.crs:
        notes = (f"its shapes were read as {crs}, though the file says {shapes.crs.to_string()}",)
    geometry = shapes.to_numpy()
    points, other = _as_points(geometry, any_shape=any_shape)
    absent = shapely.is_missing(points) | shapely.is_empty(points)
    pairs = judged.judge_pairs(shapely.get_x(points), shapely.get_y(points), absent)
    pairs.verdict[other] = NOT_A_POINT
    pairs = judged.to_metres(pairs, source, target, file=file, names=(called, called))
    lines = int((shapely.get_dimensions(geometry) > 0).sum())
    if any_shape and lines:
        notes += (f"{lines:,} shapes that are not points became a point inside them",)
    return Way(called, pairs, unknown(len(shapes)), notes)


def _as_points(
    shapes: npt.NDArray[np.object_], *, any_shape: bool
) -> tuple[npt.NDArray[np.object_], Flags]:
    """Give points, and flag the shapes that are none."""
    kinds = shapely.get_type_id(shapes)
    single = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    points = shapes.copy()
    points[single] = shapely.get_geometry(shapes[single], 0)
    other = (kinds > 0) & ~single
    points[other] = shapely.point_on_surface(shapes[other]) if any_shape else None
    return points, other & (not any_shape)


def _from_wkt(values: pd.Series, file: str, crs: object, target: CRS, *, any_shape: bool) -> Way:
    import geopandas as gpd  # noqa: PLC0415  heavy

    shapes = written_shapes(values)
    with np.errstate(all="ignore"):
        middles = shapely.centroid(shapes)
    notes: tuple[str, ...] = ()
    if crs is None:
        x, y = shapely.get_x(middles), shapely.get_y(middles)
        crs = by_size(judged.judge_pairs(x, y, np.isnan(x)), target)
        notes = (f"{values.name!r} was taken to be in {crs} by the size of its coordinates",)
    way = _from_shapes(
        gpd.GeoSeries(shapes, crs=judged.system(crs)),
        str(values.name),
        file,
        None,
        target,
        any_shape=any_shape,
    )
    unread = ~is_blank(values).to_numpy() & shapely.is_missing(shapes)
    way.pairs.verdict[unread] = MALFORMED
    return way._replace(words=repr(values.name), notes=way.notes + notes)


def written_shapes(values: pd.Series) -> npt.NDArray[np.object_]:
    """Read shapes written as well-known text or as its binary form, plain or in hexadecimal."""
    known = [None if pd.isna(v) else v for v in values]
    with np.errstate(all="ignore"):
        if any(isinstance(v, bytes) for v in known):
            return np.asarray(shapely.from_wkb(known, on_invalid="ignore"))
        texts = to_text(values).str.replace(r"^\s*SRID=\d+;", "", regex=True)
        written = [None if pd.isna(t) else str(t) for t in texts]
        if all(t is None or _HEXADECIMAL.fullmatch(t) for t in written):
            return np.asarray(shapely.from_wkb(written, on_invalid="ignore"))
        return np.asarray(shapely.from_wkt(written, on_invalid="ignore"))


def by_size(pairs: Pairs, target: CRS) -> str:
    """Say in which system unnamed coordinates are: degrees if most are within 180, else `target`."""
    sound = pairs.verdict == USABLE
    small = np.abs(pairs.first[sound]) <= 180
    return "EPSG:4326" if small.sum() * 2 >= sound.sum() else target.to_string()


def _from_grid_references(values: pd.Series, target: CRS) -> Way:
    found = read_grid_references(values)
    return _looked_up(
        values,
        found.easting,
        found.northing,
        found.precision_m,
        missing=MALFORMED,
        target=target,
    )


def _from_postcodes(values: pd.Series, postcodes: pd.DataFrame | Path | str, target: CRS) -> Way:
    from csgeo.sources.postcodes import read_postcodes  # noqa: PLC0415  only where asked for

    table = postcodes if isinstance(postcodes, pd.DataFrame) else read_postcodes(postcodes).table
    keys = to_text(values).str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
    found = table.reindex(keys.to_numpy(dtype=object))
    east, north = (to_numbers(found[c]).to_numpy() for c in ("easting", "northing"))
    precision = (
        to_numbers(found["precision_m"]).to_numpy()
        if "precision_m" in found
        else unknown(len(keys))
    )
    way = _looked_up(values, east, north, precision, missing=NOT_FOUND, target=target)
    ended = int(found["terminated"].eq(True).sum()) if "terminated" in found else 0
    notes = (f"{ended:,} rows have a postcode that is no longer in use",) if ended else ()
    return way._replace(notes=notes)


def _looked_up(
    values: pd.Series,
    x: Floats,
    y: Floats,
    precision: Floats,
    *,
    missing: int,
    target: CRS,
) -> Way:
    blank = is_blank(values).to_numpy()
    pairs = judged.judge_pairs(x, y, blank)
    pairs.verdict[(pairs.verdict == NO_NUMBER)] = missing
    source = judged.system(NATIONAL_GRID)
    usable = pairs.verdict == USABLE
    east, north = judged.transformed(x, y, usable, source, target)
    return Way(
        repr(values.name), Pairs(east, north, pairs.verdict), np.where(usable, precision, np.nan)
    )


def unknown(n: int) -> Floats:
    """Give n numbers that are not known."""
    return np.full(n, np.nan)
