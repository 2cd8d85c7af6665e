"""Where does each row lie?

A row may say its place in several ways. They are tried in the order of how
much they say: the file's own shapes, eastings and northings, longitudes and
latitudes, well-known text, a grid reference, a postcode; each row takes the
first that gives a point. An area code alone is kept as ``area_id``: a point is
never invented. What becomes of a row without a usable place is decided in
:mod:`csgeo.sources.coordinates`; a row outside the study area is set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import SourceError, UnknownColumns
from csgeo.sources import coordinates as judged
from csgeo.sources.columns import lacks_columns
from csgeo.sources.coordinates import BLANK, MISPLACED, USABLE
from csgeo.sources.sieve import Doubt
from csgeo.sources.values import is_blank, to_numbers
from csgeo.sources.ways import REASONS, unknown, ways_in
from csgeo.tables import AREAS, NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd
    import numpy.typing as npt
    from pyproj import CRS

    from csgeo.sources.files import Rows
    from csgeo.sources.ways import Way

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]

_LOOKED_FOR = "easting and northing, longitude and latitude, postcode, grid reference, well-known text, area code"


class Located(NamedTuple):
    """Where each of n rows lies.

    ``points`` are shapely points (None without a place) in the target system;
    ``precision_m`` in metres, NaN where not known; ``no_place`` says in words
    why there is no point, "" where there is one; ``doubts`` are for
    :func:`csgeo.sources.sieve.sift`.
    """

    points: npt.NDArray[np.object_]
    precision_m: Floats
    no_place: npt.NDArray[np.object_]
    doubts: list[Doubt]
    notes: tuple[str, ...]


def locate(
    rows: Rows,
    matched: Mapping[str, str],
    *,
    section: str,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    postcodes: pd.DataFrame | Path | str | None = None,
    areas: gpd.GeoDataFrame | None = None,
    precision_m: float | None = None,
    any_shape: bool = False,
) -> Located:
    """Give each row its point, or the reason why it has none.

    Parameters
    ----------
    rows
        The file's rows.
    matched
        Our names of place columns -> the file's names.
    section
        Section of the recipe, for messages.
    crs
        System of the coordinates, where the file does not say it or is wrong.
    to_crs
        Projected system in metres that the points are wanted in.
    postcodes
        Table or file of postcodes, needed where places are postcodes.
    areas
        ``AREAS``: rows outside these are set aside.
    precision_m
        How far points may be off (m), where the file does not say it.
    any_shape
        Whether lines and polygons become a point inside them.

    Raises
    ------
    UnknownColumns
        If no column says where things happened.
    WrongCRS, SourceError
        If the coordinates are not what the mapping says.
    """
    target = judged.projected_system(to_crs, "to_crs")
    ways = list(ways_in(rows, matched, crs, target, postcodes, any_shape=any_shape))
    if not ways and not {"area_id", "postcode"} & set(matched):
        remedy = f"Name the columns in the recipe under [{section}.columns]."
        found = [str(c) for c in rows.frame]
        raise UnknownColumns(
            lacks_columns(rows.file, "where things happened", _LOOKED_FOR, found, remedy)
        )
    if not ways and "area_id" not in matched:
        msg = f"{rows.file} says places as postcodes only ({matched['postcode']!r}). Name a postcode file (ONSPD, NSPL or Code-Point Open) as `postcodes`."
        raise UnknownColumns(msg)
    return _combined(rows, matched, ways, target=target, areas=areas, precision_m=precision_m)


def _combined(
    rows: Rows,
    matched: Mapping[str, str],
    ways: list[Way],
    *,
    target: CRS,
    areas: gpd.GeoDataFrame | None,
    precision_m: float | None,
) -> Located:
    n = len(rows.frame)
    x, y, precision = unknown(n), unknown(n), unknown(n)
    verdict = np.full(n, BLANK, dtype=np.int8)
    notes: list[str] = []
    for number, way in enumerate(ways):
        taken = (verdict != USABLE) & ~np.isin(verdict, list(MISPLACED))
        better = taken & ((way.pairs.verdict == USABLE) | (verdict == BLANK))
        x[better], y[better] = way.pairs.first[better], way.pairs.second[better]
        precision[better], verdict[better] = way.precision_m[better], way.pairs.verdict[better]
        used = int((better & (verdict == USABLE)).sum())
        if number and used:
            notes.append(f"{used:,} rows were placed by {way.words}, having nothing better")
        notes += way.notes
    if "precision_m" in matched:
        said = to_numbers(rows.frame[matched["precision_m"]], comma="thousands").to_numpy()
        with np.errstate(invalid="ignore"):
            precision = np.where(said >= 0, said, precision)
    if precision_m is not None:
        precision = np.where(np.isnan(precision), float(precision_m), precision)
    usable = verdict == USABLE
    doubts = _misplaced(rows, matched, verdict)
    if areas is not None:
        doubts.append(_outside(rows, x, y, usable, areas=areas, target=target))
    points = np.full(n, None, dtype=object)
    points[usable] = shapely.points(x[usable], y[usable])
    no_place = _why_no_place(rows, matched, verdict)
    notes += _no_place_notes(rows, no_place) + _one_point(x, y, usable)
    return Located(points, np.where(usable, precision, np.nan), no_place, doubts, tuple(notes))


def _misplaced(
    rows: Rows, matched: Mapping[str, str], verdict: npt.NDArray[np.int8]
) -> list[Doubt]:
    said = _said(rows, matched)
    return [
        Doubt(reason, verdict == value, said, remedy)
        for value, (reason, remedy) in MISPLACED.items()
    ]


def _said(rows: Rows, matched: Mapping[str, str]) -> Callable[[int], str]:
    """Give what quotes a row's own words for its place."""
    ways = ("easting", "northing", "longitude", "latitude", "x", "y", "grid_reference", "wkt")
    names = [matched[c] for c in ways if c in matched]

    def quote(at: int) -> str:
        if names:
            return ", ".join(str(rows.frame[n].iloc[at]) for n in names)
        return "" if rows.geometry is None else str(rows.geometry.iloc[at])

    return quote


def _outside(
    rows: Rows, x: Floats, y: Floats, usable: Flags, *, areas: gpd.GeoDataFrame, target: CRS
) -> Doubt:
    AREAS.check(areas, "areas")
    outline = areas.geometry.to_crs(target).union_all()
    inside = within(outline, x, y)
    outside = usable & ~inside
    if usable.any() and not (usable & inside).any():
        swapped = bool((usable & within(outline, y, x)).sum() * 2 > usable.sum())
        at = int(np.argmax(usable))
        remedy = (
            "Easting and northing look swapped: exchange them in the recipe."
            if swapped
            else "Check that the boundary and the file are of the same area, and name the right system with `crs`."
        )
        msg = (
            f"{rows.file} must have places in the study area; all {int(usable.sum()):,} rows with coordinates lie outside it, "
            f"the first at ({x[at]:.0f}, {y[at]:.0f}) m. {remedy}"
        )
        raise SourceError(msg)
    return Doubt(
        "outside the study area",
        outside,
        lambda at: f"({x[at]:.0f}, {y[at]:.0f}) m",
        "Nothing to do if the record belongs to another area; else check its coordinates.",
    )


def within(outline: shapely.Geometry, x: Floats, y: Floats) -> Flags:
    """Say which points lie in a shape or on its edge; each distinct point is asked once."""
    pairs, back = np.unique(x + 1j * y, return_inverse=True)
    shapely.prepare(outline)
    known = np.isfinite(pairs)
    found = np.zeros(len(pairs), dtype=bool)
    found[known] = shapely.intersects_xy(outline, pairs.real[known], pairs.imag[known])
    return np.asarray(found[back])


def _why_no_place(
    rows: Rows, matched: Mapping[str, str], verdict: npt.NDArray[np.int8]
) -> npt.NDArray[np.object_]:
    words = np.full(int(max(REASONS)) + 1, "", dtype=object)
    for value, reason in REASONS.items():
        words[value] = reason
    why = words[verdict]
    if "area_id" in matched:
        named = ~is_blank(rows.frame[matched["area_id"]]).to_numpy()
        why[named & (verdict == BLANK)] = "only an area is named"
    return np.asarray(why)


def _no_place_notes(rows: Rows, no_place: npt.NDArray[np.object_]) -> list[str]:
    notes = []
    codes, reasons = pd.factorize(no_place)
    for number, reason in enumerate(reasons):
        if reason:
            flags = codes == number
            first = rows.numbers[int(np.argmax(flags))]
            notes.append(
                f"no place known for {int(flags.sum()):,} rows: {reason} (first: row {first})"
            )
    return notes


def _one_point(x: Floats, y: Floats, usable: Flags) -> list[str]:
    n = int(usable.sum())
    if n > 1 and len(np.unique(x[usable] + 1j * y[usable])) == 1:
        return [
            f"all {n:,} rows with a place lie on one point: it may be a default of the system they come from"
        ]
    return []
