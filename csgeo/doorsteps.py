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
        One row per place and stretch. An area or a line has one for each piece
        of street inside it, at no distance; any other place one at the nearest
        street (several if they are equally near).
    """
    tree = shapely.STRtree(network.pieces[network.joinable])
    inside = _inside(network, tree, shapes)
    others = np.setdiff1d(np.arange(len(shapes)), inside.place)
    nearest = _nearest(network, tree, shapes, others, to_street_m)
    return Doorsteps(
        np.concatenate([inside.place, nearest.place]),
        np.concatenate([inside.piece, nearest.piece]),
        np.concatenate([inside.from_m, nearest.from_m]),
        np.concatenate([inside.to_m, nearest.to_m]),
        np.concatenate([inside.gap_m, nearest.gap_m]),
    )


def _inside(network: Network, tree: shapely.STRtree, shapes: Shapes) -> Doorsteps:
    wide = np.flatnonzero(shapely.get_dimensions(shapes) > 0)
    found, row = tree.query(shapes[wide], predicate="intersects")
    place, piece = wide[found], np.flatnonzero(network.joinable)[row]
    parts, of = shapely.get_parts(
        shapely.intersection(network.pieces[piece], shapes[place]), return_index=True
    )
    # a part may itself be a collection: lines, and single points of touch
    parts, of_part = shapely.get_parts(parts, return_index=True)
    place, piece = place[of[of_part]], piece[of[of_part]]
    # the middle of a part says where it lies even if it runs through the end of a ring
    middle = shapely.line_locate_point(network.pieces[piece], _middles(parts))
    half, whole = shapely.length(parts) / 2, network.length_m[piece]
    return Doorsteps(
        place,
        piece,
        np.clip(middle - half, 0, whole),
        np.clip(middle + half, 0, whole),
        np.zeros(len(place)),
    )


def _nearest(
    network: Network, tree: shapely.STRtree, shapes: Shapes, others: Ints, to_street_m: float
) -> Doorsteps:
    # the tree refuses a distance of 0, which asks for places on a street
    (found, row), gap = tree.query_nearest(
        shapes[others], max_distance=max(to_street_m, 1e-9), return_distance=True
    )
    place, piece = others[found], np.flatnonzero(network.joinable)[row]
    foot = shapely.get_point(shapely.shortest_line(network.pieces[piece], shapes[place]), 0)
    at = shapely.line_locate_point(network.pieces[piece], foot)
    return Doorsteps(place, piece, at, at, gap)


def _middles(parts: Shapes) -> Shapes:
    middles, drawn = parts.copy(), shapely.get_dimensions(parts) > 0
    middles[drawn] = shapely.line_interpolate_point(parts[drawn], 0.5, normalized=True)
    return middles
