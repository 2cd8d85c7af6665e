"""How long is the walk along the streets?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from csgeo.doorsteps import Doorsteps, doorsteps
from csgeo.errors import MethodError, TableError
from csgeo.noding import Crossings, node_streets
from csgeo.tables import STREETS, check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]
    Ints: TypeAlias = npt.NDArray[np.intp]
    Shapes: TypeAlias = npt.NDArray[np.object_]

__all__ = ["Network", "node_streets", "street_network", "walking_distance_m"]

#: How many distances are held at once: some 80 MB.
_AT_ONCE = 10_000_000


@dataclass(frozen=True, eq=False)
class Network:
    """Streets that meet at nodes: e pieces between n nodes, none of which changes."""

    crs: object
    #: where the nodes are: n rows of x and y in metres
    nodes: Floats
    #: the pieces, cut at the nodes, and the street each was cut from
    pieces: Shapes
    street_id: npt.NDArray[np.object_]
    #: the nodes at either end of each piece
    start: Ints
    end: Ints
    length_m: Floats
    #: n x n metres from node to node along one piece, the shortest where several lead there
    lengths: csr_array
    #: which nodes hang together: one number per node
    component: Ints
    #: the pieces that places are joined to: stranded ones are not
    joinable: npt.NDArray[np.bool_]

    def __post_init__(self) -> None:
        for field in fields(self):
            held = getattr(self, field.name)
            if isinstance(held, np.ndarray):
                held.setflags(write=False)

    @property
    def components(self) -> pd.Series:
        """Metres of street in each component, the longest first."""
        metres = np.bincount(self.component[self.start], weights=self.length_m)
        return pd.Series(metres, name="length_m").sort_values(ascending=False, kind="stable")


def street_network(
    streets: gpd.GeoDataFrame, *, crossings: Crossings = "joined", stranded_m: float = 1000.0
) -> Network:
    """Join streets into a network that one can measure along.

    Parameters
    ----------
    streets
        ``STREETS`` table, EPSG:27700. Need not be noded: that is done here, see
        :func:`node_streets`. A street can be walked in both directions, each
        kind alike.
    crossings
        As in :func:`node_streets`.
    stranded_m
        Pieces that hang together with less than this much street (m) come from
        gaps in the file, such as a drive whose gate was not drawn. No place is
        joined to them, else it would seem cut off from the town around it. The
        longest component is always kept.

    Returns
    -------
    network
        Lengths are those of the drawn lines, in metres.

    Raises
    ------
    TableError
        If `streets` breaks the ``STREETS`` contract.
    MethodError
        If no street has a length.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> streets = gpd.GeoDataFrame(
    ...     {"name": ["High Street", "Mill Lane"], "kind": "street", "length_m": [100.0, 80.0]},
    ...     geometry=[LineString([(0, 0), (100, 0)]), LineString([(50, 0), (50, 80)])],
    ...     crs=27700, index=pd.Index(["a", "b"], name="street_id"))
    >>> len(street_network(streets).nodes)
    4
    """
    STREETS.check(streets, "streets")
    if not (streets.length > 0).any():
        msg = f"`streets` must have a street with a length; all {len(streets)} have none."
        raise MethodError(msg)
    noded = node_streets(streets, crossings=crossings)
    pieces = noded.geometry.to_numpy()
    length = shapely.length(pieces)
    ends = np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    # adding 0 makes -0.0 and 0.0 the same node
    nodes, node = np.unique(shapely.get_coordinates(ends) + 0.0, axis=0, return_inverse=True)
    start, end = node.ravel()[: len(pieces)], node.ravel()[len(pieces) :]
    lengths = _matrix(np.r_[start, end], np.r_[end, start], np.r_[length, length], len(nodes))
    _, component = connected_components(lengths, directed=False)
    metres = np.bincount(component[start], weights=length)
    kept = (metres >= stranded_m) | np.isclose(metres, metres.max())
    return Network(
        crs=streets.crs,
        nodes=nodes,
        pieces=pieces,
        street_id=noded.index.to_numpy(dtype=object),
        start=start,
        end=end,
        length_m=length,
        lengths=lengths,
        component=component.astype(np.intp),
        joinable=kept[component[start]],
    )


def walking_distance_m(
    network: Network,
    from_places: gpd.GeoSeries,
    to_places: gpd.GeoSeries,
    *,
    limit_m: float = np.inf,
    to_street_m: float = 250.0,
) -> pd.DataFrame:
    """Measure the shortest walk along the streets from each place to each other one.

    A point is joined to the nearest street, as the crow flies. An area (or a
    line) is joined by each street inside it, at no distance, so that the walk
    is the one from its nearest side; one without a street inside is joined by
    each street that passes it. So no walk is shorter than the straight line, and
    it is the same in both directions. Two doors in one yard are as far apart as
    the way to the street and back: what lies between them is not known.

    Parameters
    ----------
    network
        From :func:`street_network`.
    from_places, to_places
        n and m points, lines or areas in the system of `network`.
    limit_m
        Walks of more than this (m) are not looked for. A limit makes it quicker.
    to_street_m
        A place further than this (m) from any street is not on the network.

    Returns
    -------
    walk_m
        n rows on the index of `from_places`, m columns on that of `to_places`;
        metres. Missing where no walk is known within the limit: the streets do
        not lead there, or the place is not on the network.

    Raises
    ------
    TableError
        If a place has no shape, or is in another system than `network`.
    MethodError
        If a limit is negative or not a number.

    References
    ----------
    Dijkstra (1959), https://doi.org/10.1007/BF01386390

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> streets = gpd.GeoDataFrame(
    ...     {"name": ["High Street", "Mill Lane"], "kind": "street", "length_m": [100.0, 80.0]},
    ...     geometry=[LineString([(0, 0), (100, 0)]), LineString([(50, 0), (50, 80)])],
    ...     crs=27700, index=pd.Index(["a", "b"], name="street_id"))
    >>> doors = gpd.GeoSeries([Point(0, 5), Point(50, 70)], index=["here", "there"], crs=27700)
    >>> walking_distance_m(street_network(streets), doors.iloc[:1], doors.iloc[1:])
          there
    here  125.0
    """
    for called, places in (("from_places", from_places), ("to_places", to_places)):
        check_same_crs(network=network, **{called: places})  # type: ignore[arg-type]
        if (absent := (places.isna() | places.is_empty).to_numpy()).any():
            msg = (
                f"`{called}` must have a shape on each row; {int(absent.sum())} of {len(places)} "
                f"have none (the first is {places.index[absent][0]!r}). Set those rows aside first."
            )
            raise TableError(msg)
    for called, metres in (("limit_m", limit_m), ("to_street_m", to_street_m)):
        if not metres >= 0:
            msg = f"`{called}` must be at least 0 m; it is {metres:g}."
            raise MethodError(msg)
    few, many = from_places, to_places
    turned = len(many) < len(few)  # each place that is walked from costs one search
    if turned:
        few, many = many, few
    few_steps = doorsteps(network, few.to_numpy(), to_street_m=to_street_m)
    many_steps = doorsteps(network, many.to_numpy(), to_street_m=to_street_m)
    walk = _walks(network, few_steps, many_steps, (len(few), len(many)), limit_m)
    walk[(walk > limit_m) | np.isinf(walk)] = np.nan
    return pd.DataFrame(
        walk.T if turned else walk, index=from_places.index, columns=to_places.index
    )


def _walks(
    network: Network, few: Doorsteps, many: Doorsteps, shape: tuple[int, int], limit_m: float
) -> Floats:
    walk = np.full(shape, np.inf)
    node, metres = many.ends(network)
    place = np.tile(many.place, 2)
    order = np.argsort(place, kind="stable")
    node, metres = node[order], metres[order]
    reached, first = np.unique(place[order], return_index=True)
    if not len(reached):
        return walk
    at_once = max(1, _AT_ONCE // (len(network.nodes) + len(node)))
    for lowest in range(0, shape[0], at_once):
        places = np.arange(lowest, min(lowest + at_once, shape[0]))
        to_node = _searched(network, few, places, limit_m)
        by_node = to_node[:, node] + metres
        walk[np.ix_(places, reached)] = np.minimum.reduceat(by_node, first, axis=1)
    _along_one_piece(walk, few, many)
    return walk


def _searched(network: Network, joints: Doorsteps, places: Ints, limit_m: float) -> Floats:
    """Search from each place outwards: metres to each node, infinite beyond the limit.

    Each place stands in the network as a further node with a one-way step to
    each node that it leads to, so that one search per place is enough.
    """
    n = len(network.nodes)
    chosen = joints.take(np.isin(joints.place, places))
    node, metres = chosen.ends(network)
    known = network.lengths.tocoo()
    with_places = _matrix(
        np.r_[known.row, n + np.searchsorted(places, np.tile(chosen.place, 2))],
        np.r_[known.col, node],
        np.r_[known.data, metres],
        n + len(places),
    )
    found: Floats = dijkstra(with_places, indices=n + np.arange(len(places)), limit=limit_m)
    return found[:, :n]


def _along_one_piece(walk: Floats, few: Doorsteps, many: Doorsteps) -> None:
    """Put the walk between two places on the same piece of street where it is shorter."""
    pairs = pd.DataFrame({"piece": few.piece, "few": np.arange(len(few.piece))}).merge(
        pd.DataFrame({"piece": many.piece, "many": np.arange(len(many.piece))}), on="piece"
    )
    one, other = few.take(pairs["few"].to_numpy()), many.take(pairs["many"].to_numpy())
    apart = np.maximum(0, np.maximum(one.from_m - other.to_m, other.from_m - one.to_m))
    np.minimum.at(walk, (one.place, other.place), apart + one.gap_m + other.gap_m)


def _matrix(row: Ints, column: Ints, metres: Floats, n: int) -> csr_array:
    """Make the n x n matrix with the least metres where several lead the same way."""
    order = np.lexsort((metres, column, row))
    row, column, metres = row[order], column[order], metres[order]
    shortest = np.r_[True, (row[1:] != row[:-1]) | (column[1:] != column[:-1])][: len(row)]
    return csr_array(coo_array((metres[shortest], (row[shortest], column[shortest])), (n, n)))
