"""On which street, and how far along it, does each record lie?

Nothing is moved in silence: records beyond the limit and records without a point
are counted, and it is said how many were moved further than a few metres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

from csgeo.errors import MethodError, WrongValues
from csgeo.tables import INCIDENTS, check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.streets import Network

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.intp]
    Flags: TypeAlias = npt.NDArray[np.bool_]

#: Records further from any street than this (m) are in no street: parks, fields, buildings
#: far back. Twice the width of a wide street with its front gardens.
TO_STREET_M = 50.0
#: A move of more than this (m) is told: about from one house front to the one opposite.
FAR_MOVE_M = 20.0
#: Feet nearer to an end of a piece than this (m) are at the junction: no coordinate is better known.
AT_NODE_M = 1e-3


class Placed(NamedTuple):
    """Where each of n records lies on a network.

    ``piece`` is the position of the street piece, -1 where the record is on none;
    ``along_m`` the metres from its start and ``moved_m`` how far the record was moved
    to get there, both missing for those. ``placed + beyond + without_place`` is n.
    """

    piece: Integers
    along_m: Numbers
    moved_m: Numbers
    placed: int
    beyond: int
    without_place: int
    words: str

    @property
    def on(self) -> Flags:
        """Which of the records are on a street."""
        return self.piece >= 0


def place_on_streets(
    incidents: gpd.GeoDataFrame, network: Network, *, to_street_m: float = TO_STREET_M
) -> Placed:
    """Put each record on the nearest street, if one is near enough.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows; rows without a point are counted as such.
    network
        From :func:`csgeo.streets.street_network`, in the same system.
    to_street_m
        A record further than this (m) from every street is left out and counted.

    Returns
    -------
    placed
        On the rows of `incidents`. ``words`` says how many were placed, how many moved
        more than 20 m, and for how many the point is less certain than the limit, so that
        the street itself is a guess. A record as near to several pieces (a junction) goes
        to the one whose middle lies furthest west, then south: the same one
        whatever the order of the rows.

    Raises
    ------
    TableError
        If `incidents` breaks its contract or is in another system.
    MethodError
        If the limit is no distance, or no record lies within it.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import LineString
    >>> from csgeo.streets import street_network
    >>> streets = gpd.GeoDataFrame(
    ...     {"name": ["High Street"], "kind": "street", "length_m": [100.0]}, crs=27700,
    ...     geometry=[LineString([(0, 0), (100, 0)])], index=pd.Index(["a"], name="street_id"))
    >>> points_on_streets([30.0, 30.0], [4.0, 400.0], street_network(streets)).along_m.tolist()
    [30.0, nan]
    """
    INCIDENTS.check(incidents, "incidents")
    check_same_crs(network=network, incidents=incidents)  # type: ignore[arg-type]
    points = incidents.geometry.to_numpy()
    placed = points_on_streets(
        shapely.get_x(points), shapely.get_y(points), network, to_street_m=to_street_m
    )
    how_sure = incidents["precision_m"].to_numpy(dtype=float, na_value=np.nan)
    unsure = int((how_sure[placed.on] > to_street_m).sum())
    if not unsure:
        return placed
    words = (
        f"{placed.words} For {unsure:,} of the placed records the point is known to no better than "
        f"{to_street_m:g} m: which street they belong to is a guess, so read neighbouring streets together."
    )
    return placed._replace(words=words)


def points_on_streets(
    x: npt.ArrayLike, y: npt.ArrayLike, network: Network, *, to_street_m: float = TO_STREET_M
) -> Placed:
    """Put points on the nearest street: :func:`place_on_streets` for n eastings and northings (m).

    A missing coordinate is a point without a place; an infinite one is refused.

    Raises
    ------
    WrongValues, MethodError
        If a coordinate is infinite, the limit is no distance, or no point lies within it.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    _check_points(x, y, to_street_m)
    known = np.flatnonzero(~(np.isnan(x) | np.isnan(y)))
    spots, which = np.unique(np.column_stack([x[known], y[known]]), axis=0, return_inverse=True)
    found = _feet(spots, network, to_street_m)
    piece = np.full(len(x), -1, dtype=np.intp)
    along, moved = np.full(len(x), np.nan), np.full(len(x), np.nan)
    piece[known], along[known], moved[known] = (values[which.ravel()] for values in found)
    placed = int((piece >= 0).sum())
    if placed == 0:
        msg = (
            f"At least one record must lie within {to_street_m:g} m of a street; none of {len(x):,} "
            f"does ({len(x) - len(known):,} have no point). Give the streets of the area where the "
            "records lie, in the same system, or raise `to_street_m`."
        )
        raise MethodError(msg)
    counts = placed, len(known) - placed, len(x) - len(known)
    return Placed(piece, along, moved, *counts, _words(moved, counts, to_street_m))


def _check_points(x: Numbers, y: Numbers, to_street_m: float) -> None:
    if not (np.isfinite(to_street_m) and to_street_m > 0):
        msg = f"`to_street_m` must be a distance above 0 m; it is {to_street_m}."
        raise MethodError(msg)
    wild = np.isinf(x) | np.isinf(y)
    if wild.any():
        msg = (
            f"Points must have finite coordinates; {int(wild.sum())} of {len(x)} have not (the first is "
            f"number {int(wild.argmax()) + 1}). Set them aside first."
        )
        raise WrongValues(msg)


def _feet(
    spots: Numbers, network: Network, to_street_m: float
) -> tuple[Integers, Numbers, Numbers]:
    """Give the piece, the metres along it and the metres moved of each different spot."""
    usable = np.flatnonzero(network.joinable)
    tree = shapely.STRtree(network.pieces[usable])
    points = np.asarray(shapely.points(spots))
    piece = np.full(len(spots), -1, dtype=np.intp)
    along, moved = np.full(len(spots), np.nan), np.full(len(spots), np.nan)
    (spot, row), gap = tree.query_nearest(
        points, max_distance=to_street_m, return_distance=True, all_matches=True
    )
    if not len(spot):
        return piece, along, moved
    near = usable[row]
    # what is equally near must not be decided by the order of the rows
    middle = shapely.get_coordinates(
        shapely.line_interpolate_point(network.pieces[near], 0.5, normalized=True)
    )
    order = np.lexsort((near, middle[:, 1], middle[:, 0], spot))
    spot, near, gap = spot[order], near[order], gap[order]
    first = np.flatnonzero(np.diff(spot, prepend=-1) != 0)
    spot, near, gap = spot[first], near[first], gap[first]
    at = np.asarray(shapely.line_locate_point(network.pieces[near], points[spot]))
    whole = network.length_m[near]
    foot = np.where(at < AT_NODE_M, 0.0, np.where(whole - at < AT_NODE_M, whole, at))
    piece[spot], along[spot], moved[spot] = near, foot, gap
    return piece, along, moved


def _words(moved_m: Numbers, counts: tuple[int, int, int], to_street_m: float) -> str:
    placed, beyond, without_place = counts
    far = int((moved_m > FAR_MOVE_M).sum())
    return (
        f"{placed:,} of {sum(counts):,} records lie within {to_street_m:g} m of a street and were put on it; "
        f"{far:,} of them ({far / placed:.1%}) were moved more than {FAR_MOVE_M:g} m. "
        f"{beyond:,} are further away and {without_place:,} have no point: they are left out."
    )
