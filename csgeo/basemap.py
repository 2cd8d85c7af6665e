"""What quiet map lies under the places?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

#: Which kinds of place are drawn, and as what.
DRAWN_AS = {
    "PARK": "park",
    "PLAYGROUND": "park",
    "CEMETERY": "park",
    "WATERSIDE": "water",
    "RAIL_LINE": "rail",
}
#: Nothing on a map of a district needs more detail than this.
_DETAIL_M = 4.0
_LEAST_PARK_M2 = 5_000
_MOST_NAMES, _BETWEEN_NAMES_M, _AROUND_M = 30, 2_500.0, 1_000.0
#: A name with less street around it is a farm or a few houses, and helps nobody to find their way.
_LEAST_STREET_M = 10_000.0


def basemap(
    area: gpd.GeoDataFrame,
    *,
    streets: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    lines: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Draw together what people find their way by, from public layers only.

    Parameters
    ----------
    area
        ``AREAS``: the study area; the outline of each of its areas is drawn.
    streets
        ``STREETS``: main roads and other streets.
    places
        ``PLACES``: parks, water and settlements are taken from it.
    lines
        ``PLACES`` further layers, such as railway lines.

    Returns
    -------
    basemap
        Index ``basemap_id``; columns ``kind`` (boundary, park, water, rail,
        street, road, settlement), ``name``; the CRS of `area`; one row per kind
        but for settlements, which have one row per name.
    """
    outline = area.geometry.union_all()
    parts = [_row("boundary", [shapely.union_all(area.boundary)])]
    for table in (places, lines):
        if table is not None:
            parts += _shapes(table[table.intersects(outline)])
    if streets is not None:
        near = streets[streets.intersects(outline)]
        main = near["kind"].eq("main")
        parts.append(_row("street", near.geometry[~main & near["kind"].ne("path")]))
        parts.append(_row("road", near.geometry[main]))
    if places is not None:
        parts += _names(places[places["kind"].isin(["SETTLEMENT", "TOWN"])], outline, streets)
    drawn = gpd.GeoDataFrame(
        pd.DataFrame([p for p in parts if p["geometry"] is not None]),
        geometry="geometry",
        crs=area.crs,
    )
    drawn.index = pd.Index([f"b{n:03d}" for n in range(len(drawn))], name="basemap_id")
    return drawn


def _row(kind: str, shapes: Iterable[object], name: str | None = None) -> dict[str, object]:
    """Simplify and collect shapes of one kind into one row."""
    shape: Any = None
    drawn = shapely.simplify(np.asarray(list(shapes), dtype=object), _DETAIL_M)
    if len(drawn) == 0:
        pass
    elif shapely.get_dimensions(drawn[0]) == 1:  # collected, not noded: it is only drawn
        shape = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(drawn)))
    else:
        shape = shapely.union_all(drawn)
    return {"kind": kind, "name": name, "geometry": shape}


def _shapes(table: gpd.GeoDataFrame) -> list[dict[str, object]]:
    rows = []
    drawn_as = table["kind"].map(DRAWN_AS)
    for kind in ("park", "water", "rail"):
        shapes = table.geometry[drawn_as.eq(kind) & table.geom_type.ne("Point")]
        if kind == "park":
            shapes = shapes[shapes.area >= _LEAST_PARK_M2]
        if len(shapes):
            rows.append(_row(kind, shapes))
    return rows


def _names(
    settlements: gpd.GeoDataFrame, outline: object, streets: gpd.GeoDataFrame | None
) -> list[dict[str, object]]:
    """Name the largest settlements, none closer to another than can be read.

    Towns go before villages, then those with more street around the point, then
    the alphabet decides.
    """
    named = settlements[settlements["name"].notna() & settlements.within(outline)]
    if named.empty:
        return []
    middle = named.centroid
    points = np.column_stack([middle.x, middle.y])
    size = _street_length_around(points, streets)
    town = named["kind"].eq("TOWN").to_numpy()
    if streets is not None:
        size = np.where(town | (size >= _LEAST_STREET_M), size, -1)
    order = sorted(range(len(named)), key=lambda i: (not town[i], -size[i], named["name"].iloc[i]))
    kept: list[int] = []
    for i in order:
        apart = all(np.hypot(*(points[i] - points[k])) >= _BETWEEN_NAMES_M for k in kept)
        if apart and size[i] >= 0 and len(kept) < _MOST_NAMES:
            kept.append(i)
    return [_row("settlement", [middle.iloc[i]], named["name"].iloc[i]) for i in kept]


def _street_length_around(
    points: npt.NDArray[np.float64], streets: gpd.GeoDataFrame | None
) -> npt.NDArray[np.float64]:
    if streets is None:
        return np.zeros(len(points))
    middle = streets.geometry.interpolate(0.5, normalized=True)
    around, street = shapely.STRtree(middle).query(
        shapely.points(points), predicate="dwithin", distance=_AROUND_M
    )
    length = streets["length_m"].to_numpy()
    size = np.bincount(around, weights=length[street], minlength=len(points))
    return size.astype(float)
