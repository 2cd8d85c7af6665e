"""Which areas hold which points, each point on a shared edge only once?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Integers = npt.NDArray[np.int64]
    Shapes = npt.NDArray[np.object_]

#: Areas overlap where they share more than this share of the smaller one: below are slivers
#: between boundaries that were drawn or simplified apart.
SLIVER_SHARE = 0.001
#: A hair to the north and east, in metres; not along the diagonal, where an edge may run.
_HAIR_M = (0.002, 0.001)


def pairs_in_areas(points: Shapes, areas: gpd.GeoDataFrame) -> tuple[Integers, Integers, str]:
    """Find the areas that hold each point.

    Parameters
    ----------
    points
        n points in metres, none missing.
    areas
        ``AREAS`` table, m rows.

    Returns
    -------
    point, area, overlaps
        Row numbers, sorted by point and area. A point on an edge that areas share is given to the
        one that lies to its north and east, else to that with the smallest id. ``overlaps`` is a
        sentence about areas that share ground, or empty; only in those may a point occur twice.
    """
    shapes = areas.geometry.to_numpy()
    sound = np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))
    shapely.prepare(sound)
    one, other = _overlapping(sound)
    area, point = shapely.STRtree(points).query(sound, predicate="intersects")
    order = np.lexsort((area, point))
    point, area = point[order].astype(np.int64), area[order].astype(np.int64)
    again = np.flatnonzero(np.isin(point, point[1:][point[1:] == point[:-1]]))
    if len(again):
        keep = np.ones(len(point), dtype=bool)
        keep[again] = _kept(
            points, sound, areas, point=point[again], area=area[again], overlaps=(one, other)
        )
        point, area = point[keep], area[keep]
    if not len(one):
        return point, area, ""
    first = f"{areas.index[one[0]]!r} and {areas.index[other[0]]!r}"
    return point, area, f"{len(one):,} pairs of areas overlap (the first is {first})."


def _overlapping(shapes: Shapes) -> tuple[Integers, Integers]:
    """Find the pairs of areas that share more ground than a sliver."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = one < other
    one, other = one[apart], other[apart]
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    shared = common > SLIVER_SHARE * smaller
    one, other = one[shared], other[shared]
    order = np.lexsort((other, one))
    return one[order], other[order]


def _kept(
    points: Shapes, shapes: Shapes, areas: gpd.GeoDataFrame, *, point: Integers, area: Integers,
    overlaps: tuple[Integers, Integers],
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """Choose, for points in several areas, which of them keep it."""
    near = points[point]
    moved = shapely.points(shapely.get_x(near) + _HAIR_M[0], shapely.get_y(near) + _HAIR_M[1])
    there = shapely.intersects(shapes[area], moved)
    name = np.argsort(np.argsort(areas.index.to_numpy(), kind="stable"), kind="stable")[area]
    keep = np.zeros(len(point), dtype=bool)
    if len(overlaps[0]):  # in areas that truly overlap, a point within counts in each
        overlapping = np.isin(area, np.concatenate(overlaps))
        keep = overlapping & shapely.contains_properly(shapes[area], near)
    # of the others that hold a point: first those to its north and east, then by id
    rest = np.flatnonzero(~keep)
    order = rest[np.lexsort((name[rest], ~there[rest], point[rest]))]
    first = np.ones(len(order), dtype=bool)
    first[1:] = point[order][1:] != point[order][:-1]
    keep[order[first]] = True
    return keep
