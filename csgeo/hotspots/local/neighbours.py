"""Which areas or points are neighbours of each other?

Weights are plain sparse arrays, n x n, in the row order of the shapes: row i holds the weights of
the neighbours of unit i. The diagonal is empty; a unit that has no neighbour has an empty row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.spatial import KDTree

from csgeo.errors import MethodError, WrongCRS, WrongGeometry

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Shapes: TypeAlias = npt.NDArray[np.object_]
    Integers: TypeAlias = npt.NDArray[np.intp]


def touching(shapes: gpd.GeoSeries, *, corners: bool = True, gap_m: float = 0.0) -> csr_array:
    """Call areas neighbours that share a border or a corner.

    Parameters
    ----------
    shapes
        n areas in metres (a GeoSeries: ``areas.geometry``).
    corners
        False: a shared corner is not enough, a stretch of border is needed (the rook's move in
        place of the queen's).
    gap_m
        Areas that are apart by no more than this count as touching: for boundaries that were
        drawn apart. Only with ``corners``.

    Returns
    -------
    weights
        n x n, 1 for each neighbour. Areas that overlap are neighbours too.

    Raises
    ------
    WrongCRS, WrongGeometry
        If the shapes are not in metres, or some are missing.
    MethodError
        If a gap is named where corners do not count.

    References
    ----------
    Cliff and Ord (1981), Spatial Processes, chapter 1.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> row = gpd.GeoSeries([box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)], crs=27700)
    >>> touching(row).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    geometry = _in_metres(shapes)
    if gap_m < 0 or (gap_m > 0 and not corners):
        msg = (
            f"`gap_m` must be 0 or more, and 0 where corners do not count; it is {gap_m:g}. "
            "Across a gap there is no stretch of shared border to measure: use `corners=True`."
        )
        raise MethodError(msg)
    tree = shapely.STRtree(geometry)
    if gap_m > 0:
        one, other = tree.query(geometry, predicate="dwithin", distance=gap_m)
    else:
        one, other = tree.query(geometry, predicate="intersects")
    keep = one < other
    one, other = one[keep], other[keep]
    if not corners:
        shared = shapely.intersection(geometry[one], geometry[other])
        keep = shapely.length(shared) > 0  # an overlap has an edge, a corner has no length
        one, other = one[keep], other[keep]
    return _both_ways(one, other, np.ones(len(one)), len(geometry))


def within_reach(shapes: gpd.GeoSeries, *, reach_m: float, power: float = 0.0) -> csr_array:
    """Call units neighbours whose middles are at most so far apart.

    Parameters
    ----------
    shapes
        n points or areas in metres; areas are measured from their centroids.
    reach_m
        The greatest distance between neighbours, itself included.
    power
        Weights are distance to the power of minus this: 0 for weights of 1, 1 for inverse
        distance.

    Returns
    -------
    weights
        n x n. A unit with nothing within reach has an empty row.

    Raises
    ------
    MethodError
        If the reach is not above 0, or two units lie on one spot and the weights are to fall
        with distance: that weight has no value.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries.from_xy([0, 30, 90], [0, 0, 0], crs=27700)
    >>> within_reach(points, reach_m=60).toarray().sum(axis=1).tolist()
    [1.0, 2.0, 1.0]
    """
    if not (np.isfinite(reach_m) and reach_m > 0):
        msg = f"`reach_m` must be a distance above 0 m; it is {reach_m}."
        raise MethodError(msg)
    xy = _middles(shapes)
    # half a hair more, so that a distance of exactly `reach_m` is not lost to rounding
    pairs = KDTree(xy).query_pairs(reach_m * (1 + 1e-12), output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    apart_m = np.hypot(*(xy[one] - xy[other]).T)
    if power and (apart_m == 0).any():
        first = pairs[apart_m == 0].min()
        msg = (
            f"With `power={power:g}` no two units may lie on one spot; "
            f"{int((apart_m == 0).sum())} pairs do (first: row {first}). "
            "Add such units together first, or use `power=0`."
        )
        raise MethodError(msg)
    weights = apart_m**-power if power else np.ones(len(pairs))
    return _both_ways(one, other, weights, len(xy))


def nearest(shapes: gpd.GeoSeries, *, neighbours: int) -> csr_array:
    """Call the k units whose middles are nearest a unit's neighbours.

    Parameters
    ----------
    shapes
        n points or areas in metres; areas are measured from their centroids.
    neighbours
        How many each unit has (k).

    Returns
    -------
    weights
        n x n, k ones a row. Not symmetric: I may be your nearest, and you not mine. Among units
        that are equally near, which are taken does not depend on the order of the rows.

    Raises
    ------
    MethodError
        If there are not more than k units.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.GeoSeries.from_xy([0, 30, 90], [0, 0, 0], crs=27700)
    >>> nearest(points, neighbours=1).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    xy = _middles(shapes)
    n = len(xy)
    if not 1 <= neighbours < n:
        msg = (
            f"`neighbours` must be at least 1 and fewer than the {n} units; it is {neighbours}. "
            "Ask for fewer neighbours."
        )
        raise MethodError(msg)
    order = np.lexsort((xy[:, 1], xy[:, 0]))  # so that ties do not follow the order of the rows
    _, found = KDTree(xy[order]).query(xy[order], k=neighbours + 1)
    own = found == np.arange(n)[:, None]
    # among several units on one spot, the unit itself need not be among those found
    own[~own.any(axis=1), -1] = True
    one = np.repeat(order, neighbours)
    return _array(one, order[found[~own]], np.ones(len(one)), n)


def _middles(shapes: gpd.GeoSeries) -> Numbers:
    geometry = _in_metres(shapes)
    return np.asarray(shapely.get_coordinates(shapely.centroid(geometry)), dtype=float)


def _in_metres(shapes: gpd.GeoSeries) -> Shapes:
    crs = shapes.crs
    if crs is None or crs.is_geographic or crs.axis_info[0].unit_name not in {"metre", "meter"}:
        found = "no coordinate reference system" if crs is None else crs.to_string()
        msg = (
            f"`shapes` must be in a projected system in metres; they have {found}. "
            "Read the file with a reader of csgeo, or call `.to_crs(27700)` first."
        )
        raise WrongCRS(msg)
    geometry: Shapes = np.asarray(shapes.array)
    missing = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if missing.any() or not len(geometry):
        first = f" (first: {shapes.index[int(missing.argmax())]!r})" if missing.any() else ""
        msg = (
            f"`shapes` must be one shape or more, none missing or empty; "
            f"{int(missing.sum())} of {len(geometry)} are{first}. Leave these units out."
        )
        raise WrongGeometry(msg)
    return geometry


def _both_ways(one: Integers, other: Integers, weights: Numbers, n: int) -> csr_array:
    return _array(
        np.concatenate([one, other]),
        np.concatenate([other, one]),
        np.concatenate([weights, weights]),
        n,
    )


def _array(rows: Integers, columns: Integers, weights: Numbers, n: int) -> csr_array:
    made = csr_array(coo_array((weights, (rows, columns)), shape=(n, n)))
    made.sort_indices()
    return made
