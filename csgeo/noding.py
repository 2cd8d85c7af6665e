"""Where do streets meet?

Street files are often drawn for looking at: a side street ends on the middle of
the high street without either line knowing. To measure along streets each line
has to be cut where it meets another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError
from csgeo.tables import STREETS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]
    Ints: TypeAlias = npt.NDArray[np.intp]
    Flags: TypeAlias = npt.NDArray[np.bool_]
    Lines: TypeAlias = npt.NDArray[np.object_]

Crossings: TypeAlias = Literal["joined", "bridged"]

#: An end this near to another street lies on it. Coordinates that were brought from
#: degrees to metres are off by some 1e-9 m, so that "exactly on the line" is not asked.
_JOINS_M = 0.001


def node_streets(streets: gpd.GeoDataFrame, *, crossings: Crossings = "joined") -> gpd.GeoDataFrame:
    """Cut each street where it meets another, and change nothing else.

    An end that lies on another street (within 1 mm) always joins it. Where two streets cross
    in mid-line, they join if both have a vertex there or if `crossings` says so;
    never if a column ``level`` says that one passes above the other.

    Parameters
    ----------
    streets
        ``STREETS`` table, n rows. A further column ``level`` (0 on the ground,
        1 above, as drawn by Ordnance Survey) is heeded where there is one.
    crossings
        ``"joined"``: lines that cross without a common vertex are a junction;
        right where nothing is said of bridges and the file is hand-drawn.
        ``"bridged"``: they pass over each other; right for OpenStreetMap and
        other files that give each junction a vertex.

    Returns
    -------
    streets
        ``STREETS`` table of m >= n rows in the order of `streets` and along
        each line. A street that was not cut keeps its ``street_id``; the parts
        of street ``a`` are ``a/1``, ``a/2`` and so on. ``length_m`` is shared
        out by the length of the parts, so that its sum stays the same. Streets
        of no length are left out.

    Raises
    ------
    TableError
        If `streets` breaks the ``STREETS`` contract.
    MethodError
        If `crossings` is another word.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> lines = [LineString([(0, 0), (10, 0)]), LineString([(5, -5), (5, 5)])]
    >>> streets = gpd.GeoDataFrame(
    ...     {"name": ["High Street", "Mill Lane"], "kind": "street", "length_m": 10.0},
    ...     geometry=lines, crs=27700, index=pd.Index(["a", "b"], name="street_id"))
    >>> node_streets(streets).index.tolist()
    ['a/1', 'a/2', 'b/1', 'b/2']
    """
    STREETS.check(streets, "streets")
    if crossings not in ("joined", "bridged"):
        msg = f"`crossings` must be 'joined' or 'bridged'; it is {crossings!r}."
        raise MethodError(msg)
    lines = shapely.remove_repeated_points(shapely.force_2d(streets.geometry.to_numpy()))
    pieces, parent = _cut(lines, _levels(streets), plain_crossings=crossings == "joined")
    return _with_words(streets, pieces, parent)


def _levels(streets: gpd.GeoDataFrame) -> Floats:
    if "level" not in streets:
        return np.zeros(len(streets))
    # a level that is not given means that nothing is known to pass above
    levels = pd.to_numeric(streets["level"], errors="coerce").fillna(0)
    return np.asarray(levels.to_numpy(dtype=float))


class _Vertices(NamedTuple):
    """All vertices of all lines, one after another."""

    xy: Floats
    line: Ints
    #: equal for vertices at exactly the same coordinates
    spot: Ints
    is_end: Flags


class _Cuts(NamedTuple):
    """Where a segment is to be cut: in the middle, at these coordinates."""

    segment: Ints  # named by the vertex that it starts at
    xy: Floats


def _cut(lines: Lines, level: Floats, *, plain_crossings: bool) -> tuple[Lines, Ints]:
    vertices = _vertices(lines)
    first = np.flatnonzero(np.diff(vertices.line, append=-1) == 0)
    ends = np.stack([vertices.xy[first], vertices.xy[first + 1]], axis=1)
    segments = np.asarray(shapely.linestrings(ends))
    tree = shapely.STRtree(segments)

    touches, touched = _touches(tree, first, vertices, level, anywhere=plain_crossings)
    cuts = [touches]
    if plain_crossings:
        cuts.append(_crossings(tree, first, vertices, level))
    breaks = vertices.is_end | touched | _shared(vertices, level)
    return _pieces(
        vertices,
        breaks,
        _Cuts(
            np.concatenate([c.segment for c in cuts]),
            np.concatenate([c.xy for c in cuts]),
        ),
    )


def _vertices(lines: Lines) -> _Vertices:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    # adding 0 makes -0.0 and 0.0 the same spot
    _, spot = np.unique(xy + 0.0, axis=0, return_inverse=True)
    is_end = np.ones(len(line), dtype=bool)
    is_end[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    return _Vertices(xy, line, spot.ravel(), is_end)


def _shared(vertices: _Vertices, level: Floats) -> Flags:
    """Say which vertices stand where another line of their level, or any end, has one."""
    n = len(vertices.spot)
    ends = np.bincount(vertices.spot, weights=vertices.is_end, minlength=n)[vertices.spot]
    at_level = np.column_stack([vertices.spot, level[vertices.line]])
    _, group, size = np.unique(at_level, axis=0, return_inverse=True, return_counts=True)
    return np.asarray((ends > 0) | (size[group.ravel()] > 1))


def _touches(
    tree: shapely.STRtree, first: Ints, vertices: _Vertices, level: Floats, *, anywhere: bool
) -> tuple[_Cuts, Flags]:
    """Find vertices that lie in the middle of a segment.

    An end always joins; a vertex along the way joins only a line of its own
    level, and only if lines join `anywhere` they cross.
    """
    points, spot = np.asarray(shapely.points(vertices.xy)), vertices.spot
    asked = np.flatnonzero(vertices.is_end)
    found, segment = tree.query(points[asked], predicate="dwithin", distance=_JOINS_M)
    vertex, start = asked[found], first[segment]
    if anywhere:
        asked = np.flatnonzero(~vertices.is_end)
        found, segment = tree.query(points[asked], predicate="intersects")
        vertex, start = np.r_[vertex, asked[found]], np.r_[start, first[segment]]
    inside = (spot[vertex] != spot[start]) & (spot[vertex] != spot[start + 1])
    alike = level[vertices.line[vertex]] == level[vertices.line[start]]
    joins = inside & (alike | vertices.is_end[vertex])
    touched = np.zeros(len(spot), dtype=bool)
    touched[vertex[joins]] = True
    return _Cuts(start[joins], vertices.xy[vertex[joins]]), touched


def _crossings(tree: shapely.STRtree, first: Ints, vertices: _Vertices, level: Floats) -> _Cuts:
    """Find where segments of one level cross in mid-segment."""
    segments = tree.geometries
    one, other = tree.query(segments)
    start, spot = np.stack([first[one], first[other]]), vertices.spot
    # straight segments that share an end cannot cross as well: most pairs are of this kind
    ends, others = spot[start[0] + np.array([[0], [1]])], spot[start[1] + np.array([[0], [1]])]
    apart = ~(ends[:, None] == others[None, :]).any(axis=(0, 1))
    alike = level[vertices.line[start[0]]] == level[vertices.line[start[1]]]
    pairs = np.flatnonzero((one < other) & apart & alike)
    pairs = pairs[shapely.crosses(segments[one[pairs]], segments[other[pairs]])]
    one, other, start = one[pairs], other[pairs], start[:, pairs]
    # both lines are cut at the same coordinates, to the last bit, so they meet
    xy = shapely.get_coordinates(shapely.intersection(segments[one], segments[other]))
    return _Cuts(start.ravel(), np.tile(xy, (2, 1)))


def _pieces(vertices: _Vertices, breaks: Flags, cuts: _Cuts) -> tuple[Lines, Ints]:
    """Thread the cuts between the vertices and break the lines there."""
    from_start = np.hypot(*(cuts.xy - vertices.xy[cuts.segment]).T)
    order = np.lexsort(
        (
            np.concatenate([np.zeros(len(breaks)), from_start]),
            np.concatenate([np.arange(len(breaks)), cuts.segment]),
        )
    )
    line = np.concatenate([vertices.line, vertices.line[cuts.segment]])[order]
    xy = np.concatenate([vertices.xy, cuts.xy])[order]
    is_break = np.concatenate([breaks, np.ones(len(cuts.segment), dtype=bool)])[order]

    starts = np.r_[True, line[1:] != line[:-1]]
    ends = np.r_[starts[1:], True]
    twice = is_break & ~starts & ~ends  # such a vertex ends one piece and starts the next
    row = np.repeat(np.arange(len(line)), 1 + twice)
    opens = starts[row]
    opens[np.flatnonzero(row[1:] == row[:-1]) + 1] = True
    piece = np.cumsum(opens) - 1
    shapes = np.asarray(shapely.linestrings(xy[row], indices=piece))
    parent = line[row][opens]
    real = shapely.length(shapes) > 0
    return shapes[real], parent[real]


def _with_words(streets: gpd.GeoDataFrame, pieces: Lines, parent: Ints) -> gpd.GeoDataFrame:
    """Give each piece the columns of its street, an id and its share of the length."""
    noded = streets.iloc[parent].copy()
    number = pd.Series(parent).groupby(parent).cumcount().to_numpy() + 1
    parts = np.bincount(parent, minlength=len(streets))[parent]
    was = noded.index.astype(str)
    ids = np.where(parts > 1, was + "/" + pd.Index(number).astype(str), was)

    length = shapely.length(pieces)
    whole = np.bincount(parent, weights=length, minlength=len(streets))[parent]
    noded["length_m"] = noded["length_m"].to_numpy(dtype=float) * (length / whole)
    noded = noded.set_geometry(list(pieces), crs=streets.crs)
    noded.index = pd.Index(ids, name="street_id", dtype="str")
    return STREETS.check(noded, "noded streets")
