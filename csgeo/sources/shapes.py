"""Which shape does each row have?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import UnknownColumns, WrongCRS
from csgeo.sources import coordinates as judged
from csgeo.sources.columns import lacks_columns
from csgeo.sources.location import locate
from csgeo.sources.sieve import Doubt
from csgeo.sources.ways import by_size, written_shapes
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from csgeo.sources.files import Rows

_NO_SHAPE = ("no shape", "Draw the missing shape, or leave the row out of the file.")


class Shapes(NamedTuple):
    """The shapes of n rows in metres, why rows cannot be used, and what was chosen."""

    geometry: gpd.GeoSeries
    doubts: list[Doubt]
    notes: tuple[str, ...]


def read_shapes(
    rows: Rows,
    matched: Mapping[str, str],
    *,
    section: str,
    crs: object = None,
    to_crs: object = NATIONAL_GRID,
    points_too: bool = False,
) -> Shapes:
    """Give each row its shape in the target system.

    Parameters
    ----------
    rows
        The file's rows.
    matched
        Our names of place columns -> the file's names.
    section
        Section of the recipe, for messages.
    crs, to_crs
        As for :func:`csgeo.sources.location.locate`.
    points_too
        Whether coordinates in columns will do where the file has no shapes.

    Raises
    ------
    UnknownColumns
        If the file has no shapes.
    WrongCRS, SourceError
        If the coordinates are not what the file says.
    """
    target = judged.projected_system(to_crs, "to_crs")
    shapes = rows.geometry
    notes: list[str] = []
    if shapes is None and "wkt" in matched:
        shapes, notes = _from_text(rows.frame[matched["wkt"]], crs, target)
    if shapes is None:
        return _from_points(rows, matched, section, crs, to_crs, allowed=points_too)
    if crs is None and shapes.crs is None:
        msg = (
            f"{rows.file} must say which coordinate reference system its shapes are in; it has none "
            f'(a Shapefile keeps it in the .prj). Name it with crs = "{NATIONAL_GRID}" or crs = "EPSG:4326".'
        )
        raise WrongCRS(msg)
    source = judged.system(crs) if crs is not None else shapes.crs
    _check_where(rows.file, shapes, source, target)
    geometry = gpd.GeoSeries(
        shapely.force_2d(shapes.to_numpy()), index=rows.frame.index, crs=source
    )
    geometry = geometry if source == target else geometry.to_crs(target)
    bare = shapely.is_missing(geometry.to_numpy()) | geometry.is_empty
    lost = ~bare & ~np.isfinite(geometry.bounds.to_numpy()).all(axis=1)
    doubts = [
        Doubt(_NO_SHAPE[0], bare.to_numpy(), lambda _: "empty", _NO_SHAPE[1]),
        Doubt(
            "a shape beyond any point on Earth",
            lost.to_numpy(),
            lambda at: str(shapes.iloc[at])[:60],
            "Check its coordinates and the system they are in.",
        ),
    ]
    return Shapes(geometry.where(~lost), doubts, tuple(notes))


def repaired(shapes: gpd.GeoSeries) -> tuple[gpd.GeoSeries, tuple[str, ...]]:
    """Repair rings that cross themselves, keep the areas, and say how many."""
    broken = ~shapes.is_valid & ~shapely.is_missing(shapes.to_numpy())
    if not broken.any():
        return shapes, ()
    mended = shapes.copy()
    mended[broken] = [_areas_of(s) for s in shapely.make_valid(shapes[broken].to_numpy())]
    note = f"{int(broken.sum()):,} shapes had rings that cross themselves and were repaired"
    return mended, (note,)


def other_shapes(shapes: gpd.GeoSeries, dimension: int, wanted: str) -> Doubt:
    """Set aside shapes that are not of the wanted dimension (1 lines, 2 areas)."""
    kinds = shapely.get_dimensions(shapes.to_numpy())
    present = ~shapely.is_missing(shapes.to_numpy()) & ~shapes.is_empty.to_numpy()
    return Doubt(
        f"a shape that is not {wanted}",
        present & (kinds != dimension),
        lambda at: str(shapes.iloc[at].geom_type),
        f"Only {wanted} can be used here; leave the row out of the file.",
    )


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Keep the areas of a repaired shape; the lines that a repair leaves over hold nothing."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_dimensions(p) == 2]
    flat = [q for p in parts for q in shapely.get_parts(p)]
    joined: shapely.Geometry = flat[0] if len(flat) == 1 else shapely.multipolygons(flat)
    return joined


def _check_where(file: str, shapes: gpd.GeoSeries, source: object, target: object) -> None:
    """Refuse a file whose shapes cannot be in the system that it names."""
    x, y = _middles(shapes.to_numpy())
    pairs = judged.judge_pairs(x, y, np.isnan(x))
    judged.to_metres(pairs, source, target, file=file, names=("shapes", "shapes"))  # type: ignore[arg-type]


def _middles(shapes: npt.NDArray[np.object_]) -> tuple[judged.Floats, judged.Floats]:
    """Give the middle of what each shape stands within; NaN where it is none or empty."""
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(over="ignore", invalid="ignore"):
        return west / 2 + east / 2, south / 2 + north / 2


def _from_text(values: pd.Series, crs: object, target: object) -> tuple[gpd.GeoSeries, list[str]]:
    shapes = written_shapes(values)
    if crs is not None:
        return gpd.GeoSeries(shapes, crs=judged.system(crs)), []
    x, y = _middles(shapes)
    found = by_size(judged.judge_pairs(x, y, np.isnan(x)), target)  # type: ignore[arg-type]
    note = f"{values.name!r} was taken to be in {found} by the size of its coordinates"
    return gpd.GeoSeries(shapes, crs=found), [note]


def _from_points(
    rows: Rows,
    matched: Mapping[str, str],
    section: str,
    crs: object,
    to_crs: object,
    *,
    allowed: bool,
) -> Shapes:
    pairs = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
    if not allowed or not (
        any(set(p) <= set(matched) for p in pairs) or "grid_reference" in matched
    ):
        found = [str(c) for c in rows.frame]
        looked = "shapes of a GIS file, well-known text" + (
            ", easting and northing, longitude and latitude" if allowed else ""
        )
        remedy = f"Give a GeoPackage, Shapefile or GeoJSON, or name the column under [{section}.columns]."
        raise UnknownColumns(lacks_columns(rows.file, "shapes", looked, found, remedy))
    located = locate(rows, matched, section=section, crs=crs, to_crs=to_crs)
    geometry = gpd.GeoSeries(located.points, index=rows.frame.index, crs=to_crs)
    return Shapes(geometry, [*located.doubts, *without_place(located.no_place)], located.notes)


def without_place(no_place: npt.NDArray[np.object_]) -> list[Doubt]:
    """Set aside the rows without a point, for each reason, where a point is needed."""
    codes, reasons = pd.factorize(no_place)
    return [
        Doubt(str(reason), codes == number, lambda _: "no point", "Give the row a place.")
        for number, reason in enumerate(reasons)
        if reason
    ]
