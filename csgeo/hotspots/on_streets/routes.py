"""Along which streets do hot stretches join into routes, and where along a street are they?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from csgeo.errors import MethodError
from csgeo.hotspots.counting import count_people
from csgeo.hotspots.on_streets.hot_segments import log_likelihood_ratio, stretch_numbers
from csgeo.hotspots.on_streets.segments import joining_stretches
from csgeo.tables import STREETS

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.on_streets.hot_segments import HotSegments
    from csgeo.streets import Network

    Names: TypeAlias = npt.NDArray[np.object_]
    Integers: TypeAlias = npt.NDArray[np.intp]
    Numbers: TypeAlias = npt.NDArray[np.float64]


def hot_routes(
    found: HotSegments,
    network: Network,
    streets: gpd.GeoDataFrame,
    *,
    within_a_street: bool = False,
    incidents: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Join hot stretches that meet into routes.

    Parameters
    ----------
    found
        From :func:`csgeo.hotspots.on_streets.hot_segments.hot_segments`.
    network, streets
        The network, and the ``STREETS`` that it was made of (for their names).
    within_a_street
        True: a route ends where the street's name does, so that one route is one street.
    incidents
        The ``INCIDENTS`` that were placed, to count the distinct people of each route.

    Returns
    -------
    routes
        Index ``route_id`` (1 is the strongest); ``names`` of its streets, the longest part first;
        ``stretches`` (count), ``length_m`` (m), ``incidents``, ``people`` (if known), ``expected``
        (counts), ``per_100m``, ``strength`` (incidents / expected), ``score`` (log likelihood
        ratio), ``q_value`` (the largest of its stretches), geometry. Empty if no stretch is hot.

    Raises
    ------
    TableError, MethodError
        If the streets break their contract, or are not those of the network.

    References
    ----------
    Tompson, Partridge and Shepherd (2009), Hot routes: developing a new technique for the spatial
    analysis of crime, Crime Mapping 1, 77-96. There every part of a bus route is drawn by its rate;
    here the hot ones are told from chance first.
    """
    name = street_names(network, streets)[found.cut.piece]
    hot = np.flatnonzero(found.stretches["hot"].to_numpy())
    meet = coo_array(joining_stretches(network, found.cut)[hot][:, hot])
    one, other = meet.coords
    if within_a_street:
        alike = name[hot][one] == name[hot][other]
        one, other = one[alike], other[alike]
    joined = coo_array((np.ones(len(one)), (one, other)), shape=(len(hot), len(hot)))
    many, route = connected_components(joined, directed=False) if len(hot) else (0, one)
    parts = found.stretches.iloc[hot]
    table = _summed(parts, route, many, found.placed.placed)
    table["names"] = _names_of(name[hot], parts["length_m"].to_numpy(), route, many)
    if incidents is not None:
        of_stretch = np.full(len(found.stretches), -1)
        of_stretch[hot] = route
        number = stretch_numbers(found.placed, found.cut)
        people = count_people(incidents, np.where(number >= 0, of_stretch[number], -1))
        if len(people):
            table["people"] = people.reindex(range(many), fill_value=0).to_numpy()
    lines = [
        shapely.line_merge(shapely.multilinestrings(list(parts.geometry[route == k])))
        for k in range(many)
    ]
    routes = gpd.GeoDataFrame(table, geometry=lines, crs=found.stretches.crs)
    routes = routes.sort_values(["score", "length_m"], ascending=False, kind="stable")
    routes.index = pd.RangeIndex(1, many + 1, name="route_id")
    order = [c for c in _COLUMNS if c in routes]
    return routes[[*order, "geometry"]]


_COLUMNS = (
    "names", "stretches", "length_m", "incidents", "people", "expected", "per_100m",
    "strength", "score", "q_value",
)  # fmt: skip


def along_street(
    found: HotSegments, network: Network, streets: gpd.GeoDataFrame, *, name: str
) -> gpd.GeoDataFrame:
    """List the stretches of one street in the order in which one walks them.

    Parameters
    ----------
    found, network, streets
        As for :func:`hot_routes`.
    name
        The street's name, as in `streets`.

    Returns
    -------
    stretches
        The rows of ``found.stretches`` on that street, with ``part`` (streets of one name that do
        not meet are numbered, the longest first) and ``walked_m``: metres along the street from
        its western end to the middle of the stretch.

    Raises
    ------
    TableError, MethodError
        If the streets break their contract or none that can be used has this name.
    """
    names = street_names(network, streets)
    own = np.flatnonzero((names == name) & network.joinable)
    if not len(own):
        msg = (
            f"`name` must be that of a street in `streets`; no street that records can be put on is "
            f"called {name!r}. {len(set(names)) - 1:,} names are known."
        )
        raise MethodError(msg)
    n = len(network.nodes)
    a, b, length = network.start[own], network.end[own], network.length_m[own]
    order = np.argsort(
        -length, kind="stable"
    )  # of two ways between the same ends the shorter stays
    lengths = {
        (min(p, q), max(p, q)): m for p, q, m in zip(a[order], b[order], length[order], strict=True)
    }
    ends = np.array(list(lengths))
    graph = csr_array(coo_array((list(lengths.values()), (ends[:, 0], ends[:, 1])), (n, n)))
    _, component = connected_components(graph, directed=False)
    metres = np.bincount(component[a], weights=length, minlength=component.max() + 1)
    walked = np.full(n, np.inf)
    for c in np.unique(component[a]):
        first = _western_end(network, a, b, np.flatnonzero(component == c))
        walked = np.minimum(walked, dijkstra(graph, directed=False, indices=first))
    rank = pd.Series(-metres).rank(method="first").astype(int).to_numpy()
    rows = np.flatnonzero(np.isin(found.cut.piece, own))
    piece = found.cut.piece[rows]
    middle = (found.cut.from_m[rows] + found.cut.to_m[rows]) / 2
    from_end = walked[network.end[piece]] + network.length_m[piece] - middle
    at = np.minimum(walked[network.start[piece]] + middle, from_end)
    table = found.stretches.iloc[rows].assign(
        part=rank[component[network.start[piece]]], walked_m=at
    )
    return table.sort_values(["part", "walked_m"], kind="stable")


def street_names(network: Network, streets: gpd.GeoDataFrame) -> Names:
    """Give the name of each piece's street; empty where it has none.

    Raises
    ------
    MethodError
        If pieces are of streets that are not in the table.
    """
    STREETS.check(streets, "streets")
    ids = pd.Index(network.street_id.astype(str))
    known = pd.Series(streets["name"].to_numpy(dtype=object), index=streets.index.astype(str))
    # a street that was cut where others meet it has parts: a/1, a/2
    whole = ids.where(ids.isin(known.index), ids.str.replace(r"/\d+$", "", regex=True))
    strange = ~whole.isin(known.index)
    if strange.any():
        msg = (
            f"`streets` must be the table that `network` was made of; {int(strange.sum())} of {len(ids)} pieces "
            f"are of other streets (the first is {ids[strange][0]!r})."
        )
        raise MethodError(msg)
    return known.reindex(whole).fillna("").to_numpy(dtype=object)


def _western_end(network: Network, a: Integers, b: Integers, nodes: Integers) -> int:
    """Give the node at which a walk along the street begins: an end, or anywhere on a ring."""
    times = np.bincount(np.r_[a, b], minlength=len(network.nodes))[nodes]
    ends = nodes[times == 1] if (times == 1).any() else nodes
    x, y = network.nodes[ends].T
    return int(ends[np.lexsort((y, x))[0]])


def _summed(parts: gpd.GeoDataFrame, route: Integers, many: int, placed: int) -> pd.DataFrame:
    def add(column: str) -> Numbers:
        sums = np.bincount(route, weights=parts[column].to_numpy(dtype=float), minlength=many)
        return sums.astype(float)

    counts, expected, length = add("incidents").astype(int), add("expected"), add("length_m")
    worst = pd.Series(parts["q_value"].to_numpy()).groupby(route).max()
    return pd.DataFrame({
        "stretches": np.bincount(route, minlength=many),
        "length_m": length,
        "incidents": counts,
        "expected": expected,
        "per_100m": 100 * counts / length,
        "strength": counts / expected,
        "score": log_likelihood_ratio(counts, expected, all_records=placed),
        "q_value": worst.reindex(range(many)).to_numpy(dtype=float),
    })  # fmt: skip


def _names_of(name: Names, length: Numbers, route: Integers, many: int) -> list[str]:
    """Give the different names along each route, that of the longest part first."""
    rows = pd.DataFrame({"route": route, "name": name, "length": length})
    metres = rows[rows["name"] != ""].groupby(["route", "name"])["length"].sum().reset_index()
    metres = metres.sort_values(["route", "length"], ascending=[True, False], kind="stable")
    said = metres.groupby("route")["name"].agg("; ".join)
    return said.reindex(range(many), fill_value="").tolist()
