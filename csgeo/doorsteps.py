"""By which streets is a place reached?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.streets import Network

    Floats: TypeAlias = npt.NDArray[np.float64]
    Ints: TypeAlias = npt.NDArray[np.intp]
    Shapes: TypeAlias = npt.NDArray[np.object_]

#: A park can be entered from each street that passes it this much further off than the
#: nearest (m): about the width of a street and its verges.
_VERGE_M = 25.0

#: Two distances that differ by less (m) are the same.
_ALIKE_M = 1e-6


class Doorsteps(NamedTuple):
    """By which stretch of which piece a place is on the network; several for an area."""

    place: Ints
    piece: Ints
    from_m: Floats
    to_m: Floats
    gap_m: Floats

    def take(self, rows: npt.NDArray[np.bool_] | Ints) -> Doorsteps:
        """Give the doorsteps of `rows` only."""
        return Doorsteps(
            self.place[rows],
            self.piece[rows],
            self.from_m[rows],
            self.to_m[rows],
            self.gap_m[rows],
        )

    def ends(self, network: Network) -> tuple[Ints, Floats]:
        """Give the two nodes that each leads to, and the metres from the place to them."""
        node = np.concatenate([network.start[self.piece], network.end[self.piece]])
        rest = network.length_m[self.piece] - self.to_m
        return node, np.concatenate([self.gap_m + self.from_m, self.gap_m + rest])


def doorsteps(network: Network, shapes: Shapes, *, to_street_m: float) -> Doorsteps:
    """Find by which stretches of street each place is on the network.

    Parameters
    ----------
    network
        From :func:`csgeo.streets.street_network`.
    shapes
        n points, lines or areas, in the metres of `network`.
    to_street_m
        A place further than this (m) from any street has no doorstep.

    Returns
    -------
    doorsteps
        One row per place and stretch. A point has one at the nearest street
        (several if they are equally near). An area or a line has one for each
        stretch of street inside it, at no distance; one without a street inside
        can be entered from all that pass it: each stretch that is at most 25 m
        further than the nearest, at that distance.
    """
    tree = shapely.STRtree(network.pieces[network.joinable])
    wide = np.flatnonzero(shapely.get_dimensions(shapes) > 0)
    inside = _within(network, tree, shapes[wide], wide, np.zeros(len(wide)))
    others = np.setdiff1d(np.arange(len(shapes)), inside.place)
    nearest = _nearest(network, tree, shapes, others, to_street_m)
    is_wide = np.isin(nearest.place, wide)
    beside, first = np.unique(nearest.place[is_wide], return_index=True)
    gap_m = nearest.gap_m[is_wide][first] + _VERGE_M
    passing = _within(network, tree, shapely.buffer(shapes[beside], gap_m), beside, gap_m)
    return _together(inside, passing, nearest.take(~is_wide))


def _together(one: Doorsteps, *more: Doorsteps) -> Doorsteps:
    for other in more:
        one = Doorsteps(
            np.concatenate([one.place, other.place]),
            np.concatenate([one.piece, other.piece]),
            np.concatenate([one.from_m, other.from_m]),
            np.concatenate([one.to_m, other.to_m]),
            np.concatenate([one.gap_m, other.gap_m]),
        )
    return one


def _within(
    network: Network, tree: shapely.STRtree, areas: Shapes, place: Ints, gap_m: Floats
) -> Doorsteps:
    """Find the stretches of street within each area, for the place and gap it stands for."""
    area, row = tree.query(areas, predicate="intersects")
    piece = np.flatnonzero(network.joinable)[row]
    parts, of = shapely.get_parts(
        shapely.intersection(network.pieces[piece], areas[area]), return_index=True
    )
    # a part may itself be a collection: lines, and single points of touch
    parts, of_part = shapely.get_parts(parts, return_index=True)
    area, piece = area[of[of_part]], piece[of[of_part]]
    # the middle of a part says where it lies even if it runs through the end of a ring
    middle = shapely.line_locate_point(network.pieces[piece], _middles(parts))
    half, whole = shapely.length(parts) / 2, network.length_m[piece]
    return Doorsteps(
        place[area],
        piece,
        np.clip(middle - half, 0, whole),
        np.clip(middle + half, 0, whole),
        gap_m[area],
    )


def _nearest(
    network: Network, tree: shapely.STRtree, shapes: Shapes, others: Ints, to_street_m: float
) -> Doorsteps:
    # the tree refuses a distance of 0, which asks for places on a street
    (found, _), least = tree.query_nearest(
        shapes[others], max_distance=max(to_street_m, _ALIKE_M), return_distance=True
    )
    place, first = np.unique(others[found], return_index=True)
    # rounding must not decide between two streets that are equally near
    found, row = tree.query(shapes[place], predicate="dwithin", distance=least[first] + _ALIKE_M)
    place, piece = place[found], np.flatnonzero(network.joinable)[row]
    gap_m = shapely.distance(shapes[place], network.pieces[piece])
    foot = shapely.get_point(shapely.shortest_line(network.pieces[piece], shapes[place]), 0)
    at = shapely.line_locate_point(network.pieces[piece], foot)
    return Doorsteps(place, piece, at, at, gap_m)


def _middles(parts: Shapes) -> Shapes:
    middles, drawn = parts.copy(), shapely.get_dimensions(parts) > 0
    middles[drawn] = shapely.line_interpolate_point(parts[drawn], 0.5, normalized=True)
    return middles
