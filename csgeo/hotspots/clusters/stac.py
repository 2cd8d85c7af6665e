"""Which overlapping circles of a search grid hold the most records? (STAC)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.clusters.answers import (
    LEAST_RECORDS,
    Labelled,
    check_above_0,
    check_enough,
    check_whole,
)
from csgeo.hotspots.clusters.stacks import number_by_records, stack_records

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.clusters.stacks import Stacks

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

Grid: TypeAlias = Literal["rectangular", "triangular"]
GRIDS: tuple[Grid, ...] = ("rectangular", "triangular")
#: Circles of 212 m then: about what one walks across in six minutes.
SEARCH_M = 150.0
#: What STAC keeps; circles that hold as many as the last of them are kept too.
MOST_CIRCLES = 25
#: A circle with one record is no gathering.
_LEAST_IN_CIRCLE = 2
_MOST_PAIRS = 20_000_000


class _Nodes(NamedTuple):
    """A grid of nodes: column c of row r is at x + c dx (+ dx / 2 in odd rows, if shifted), y + r dy."""

    x: float
    y: float
    dx: float
    dy: float
    shifted: bool
    most: int | None


def label(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    search_m: float = SEARCH_M,
    grid: Grid = "rectangular",
    nodes: int | None = None,
    most_circles: int | None = MOST_CIRCLES,
    least_records: int = LEAST_RECORDS,
) -> Labelled:
    """Give each record the number of its hot cluster, or -1.

    On each node of a grid lies a circle with a radius of sqrt(2) times the search radius. The
    circles with the most records are kept; those that share a record are joined.

    Parameters
    ----------
    x, y
        n coordinates in metres.
    search_m
        The search radius in metres.
    grid
        "rectangular", or "triangular" (every other row moved by half a step).
    nodes
        None lays the nodes two search radii apart from the origin of the coordinates: the widest
        square grid whose circles leave no gap, and the same for every file. 20 lays 20 x 20
        nodes over the rectangle around the records, as STAC does: circles may then leave gaps.
    most_circles
        How many circles are kept, with those that hold as many as the last; None keeps all.
    least_records
        Fewest records of a cluster.

    Returns
    -------
    labelled
        ``labels``: n numbers, 0 for the cluster that holds the most records, -1 for none;
        ``words``: what was chosen, and how many records no circle reached.

    Raises
    ------
    WrongValues
        If a coordinate is missing.
    RecipeError
        If an option is out of bounds.
    MethodError
        If there are fewer records than a cluster needs, or they span no area for `nodes`.

    References
    ----------
    Block (1995), STAC hot-spot areas; Block and Block in Levine (2013), CrimeStat IV, chapter 8
    """
    _check(search_m, grid, nodes, most_circles, least_records)
    stacks = stack_records(x, y)
    check_enough(stacks, "STAC", least_records)
    laid = _lay(stacks, search_m, grid, nodes)
    circle, stack = _inside(stacks, laid, search_m * np.sqrt(2))
    missed = int(stacks.records.sum() - stacks.records[np.unique(stack)].sum())
    held = np.bincount(circle, weights=stacks.records[stack]).astype(float)
    kept = held >= _least_kept(held, most_circles)
    cluster = _joined(circle, stack, kept, len(stacks.x))
    cluster = number_by_records(cluster, stacks, least_records=least_records)
    words = (
        f"STAC: circles of {search_m * 2**0.5:.0f} m on a {grid} grid, {laid.dx:.0f} m apart; "
        f"{int(kept.sum()):,} with the most records kept, {missed:,} records in no circle; "
        f"{int(cluster.max(initial=-1)) + 1:,} clusters of at least {least_records:,} records."
    )
    return Labelled(stacks.to_records(cluster), words)


def _check(
    search_m: float, grid: str, nodes: int | None, most_circles: int | None, least_records: int
) -> None:
    check_above_0("search_m", search_m, "metres")
    if grid not in GRIDS:
        msg = f'`grid` must be "rectangular" or "triangular"; it is {grid!r}.'
        raise RecipeError(msg)
    for name, value, least in (("nodes", nodes, 2), ("most_circles", most_circles, 1)):
        if value is not None:
            check_whole(name, value, least=least)
    check_whole("least_records", least_records)


def _lay(stacks: Stacks, search_m: float, grid: Grid, nodes: int | None) -> _Nodes:
    shifted = grid == "triangular"
    if nodes is None:
        step = 2 * search_m
        return _Nodes(0.0, 0.0, step, step * (3**0.5 / 2 if shifted else 1.0), shifted, None)
    width, height = float(np.ptp(stacks.x)), float(np.ptp(stacks.y))
    if min(width, height) <= 0:
        msg = (
            "The records lie on one line or one point, so no grid of nodes can be laid over "
            "them. Leave `nodes` out."
        )
        raise MethodError(msg)
    dx, dy = width / (nodes - 1), height / (nodes - 1)
    return _Nodes(float(stacks.x.min()), float(stacks.y.min()), dx, dy, shifted, nodes)


def _inside(stacks: Stacks, laid: _Nodes, radius: float) -> tuple[Integers, Integers]:
    """Pair circles (numbered from west to east, south to north) with the stacks inside them."""
    up, along = int(radius // laid.dy) + 1, int(radius // laid.dx) + 2
    if len(stacks.x) * (2 * up + 1) * (2 * along + 1) > _MOST_PAIRS * 10:
        msg = (
            f"Nodes {min(laid.dx, laid.dy):.1f} m apart are too many for circles of {radius:,.0f} m "
            f"around {len(stacks.x):,} points. Give a shorter `search_m` or fewer `nodes`."
        )
        raise MethodError(msg)
    row = np.floor((stacks.y - laid.y) / laid.dy).astype(np.int64)
    column = np.floor((stacks.x - laid.x) / laid.dx).astype(np.int64)
    found = []
    for r in range(-up, up + 2):
        shift = laid.dx / 2 * ((row + r) % 2) if laid.shifted else 0.0
        dy = laid.y + (row + r) * laid.dy - stacks.y
        for c in range(-along, along + 2):
            dx = laid.x + (column + c) * laid.dx + shift - stacks.x
            near = dx * dx + dy * dy <= radius * radius * (1 + 1e-12)
            if laid.most is not None:
                near &= (row + r >= 0) & (row + r < laid.most)
                near &= (column + c >= 0) & (column + c < laid.most)
            at = np.flatnonzero(near)
            found.append(np.column_stack([row[at] + r, column[at] + c, at]))
    table = np.concatenate(found)
    _, circle = np.unique(table[:, :2], axis=0, return_inverse=True)
    return circle.ravel(), table[:, 2]


def _least_kept(held: Numbers, most_circles: int | None) -> float:
    if most_circles is None or len(held) <= most_circles:
        return _LEAST_IN_CIRCLE
    return max(_LEAST_IN_CIRCLE, float(np.partition(held, -most_circles)[-most_circles]))


def _joined(
    circle: Integers, stack: Integers, kept: npt.NDArray[np.bool_], stacks: int
) -> Integers:
    from scipy.sparse import coo_array  # noqa: PLC0415  (heavy, and used only here)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    use = kept[circle]
    whole = len(kept) + stacks
    links = coo_array(
        (np.ones(int(use.sum())), (circle[use], len(kept) + stack[use])), shape=(whole, whole)
    )
    _, part = connected_components(links, directed=False)
    cluster = np.full(stacks, -1, dtype=np.int64)
    cluster[stack[use]] = part[len(kept) + stack[use]]
    return cluster
