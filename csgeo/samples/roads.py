"""Which streets join the invented county's settlements, and which run inside them?

Inside a settlement: a lattice of streets that is bent, stretched and thinned
until it looks grown, so that lines meet only at their ends. Between them: roads
along the edges of a Gabriel graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay

from csgeo.noding import node_streets
from csgeo.samples.names import street_names
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from csgeo.samples.land import Land, Settlement

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

#: Mean distance between two junctions (m).
_SPACING = {
    "city": 140.0,
    "market town": 120.0,
    "coast town": 122.0,
    "small town": 128.0,
    "village": 122.0,
}
#: Every so many lattice lines one is a main road.
_MAIN_EVERY = 7


class _Town(NamedTuple):
    nodes: Floats  # (n, 2) metres
    ends: Ints  # (m, 2) rows of nodes
    names: list[str]
    main: npt.NDArray[np.bool_]
    path: npt.NDArray[np.bool_]


def make_streets(land: Land, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Lay the streets of the county.

    Returns
    -------
    streets
        ``STREETS`` table, noded, connected; with the column ``settlement``
        (missing on roads between settlements).
    """
    ground = shapely.buffer(land.outline, -90)
    towns = [_lay_town(s, ground, rng) for s in land.settlements]
    rows: list[pd.DataFrame] = [
        pd.DataFrame(
            {
                "name": town.names,
                "kind": np.where(town.main, "main", np.where(town.path, "path", "street")),
                "settlement": s.name,
                "geometry": shapely.linestrings(np.round(town.nodes[town.ends], 1)),
            }
        )
        for s, town in zip(land.settlements, towns, strict=True)
    ]
    rows.append(_roads(land, [t.nodes for t in towns], rng))
    streets = gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=NATIONAL_GRID)
    streets.index = pd.Index([f"S{i:05d}" for i in range(len(streets))], name="street_id")
    streets["length_m"] = streets.length
    return _numbered(node_streets(streets))


def _numbered(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Round, keep the one connected network, and number its segments."""
    lines = shapely.set_precision(streets.geometry.to_numpy(), 0.1, mode="pointwise")
    ends = np.round(shapely.get_coordinates([shapely.get_point(lines, i) for i in (0, -1)]), 1)
    _, node = np.unique(ends, axis=0, return_inverse=True)
    a, b = node.ravel().reshape(2, -1)
    _, part = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=[node.max() + 1] * 2))
    kept = (part[a] == np.bincount(part[a]).argmax()) & (a != b)
    out = streets.set_geometry(gpd.GeoSeries(lines, streets.index, crs=streets.crs))[kept]
    out["length_m"] = out.length.round(1)
    out.index = pd.Index([f"S{i:05d}" for i in range(1, len(out) + 1)], name="street_id")
    return out[["name", "kind", "length_m", "settlement", "geometry"]]


def _lay_town(s: Settlement, ground: shapely.Geometry, rng: np.random.Generator) -> _Town:
    """Bend a lattice into one settlement's streets."""
    reach = max(2, round(s.radius_m / _SPACING[s.kind]))
    i, j = (g.ravel() for g in np.meshgrid(*[np.arange(-reach, reach + 1)] * 2, indexing="ij"))
    edge = 0.92 + sum(
        rng.normal(0, 0.06) * np.cos(k * np.arctan2(j, i) + rng.uniform(0, 6.3))
        for k in range(2, 7)
    )
    nodes = _bend(np.column_stack([i, j]) / reach, s, rng)
    kept = (np.hypot(i, j) / reach <= edge) & shapely.contains_xy(ground, nodes)
    row = np.where(kept, np.cumsum(kept) - 1, -1).reshape(2 * reach + 1, -1)
    across = np.column_stack([row[:-1].ravel(), row[1:].ravel()])
    along = np.column_stack([row[:, :-1].ravel(), row[:, 1:].ravel()])
    line = np.concatenate([j.reshape(row.shape)[:-1].ravel(), i.reshape(row.shape)[:, :-1].ravel()])
    place = np.concatenate(
        [i.reshape(row.shape)[:-1].ravel(), j.reshape(row.shape)[:, :-1].ravel()]
    )
    turned = np.repeat([0, 1], [len(across), len(along)])
    ends = np.concatenate([across, along])
    there = (ends >= 0).all(axis=1)
    ends, line, place, turned = ends[there], line[there], place[there], turned[there]
    main = (line % _MAIN_EVERY == 0) if s.kind != "village" else (line == 0) & (turned == 0)
    left, path = _thin(ends, main, int(kept.sum()), rng)
    named = _name_runs((line, place, turned), main, reach, rng)
    return _Town(nodes[kept], ends[left], [named[k] for k in np.flatnonzero(left)], main[left], path[left])  # fmt: skip


def _bend(unit: Floats, s: Settlement, rng: np.random.Generator) -> Floats:
    """Stretch outwards, swirl and warp a lattice of points in [-1, 1] squared."""
    r = np.hypot(*unit.T)
    turn = np.arctan2(unit[:, 1], unit[:, 0]) + rng.uniform(0, np.pi / 2)
    turn += rng.uniform(-0.35, 0.35) * r + rng.uniform(0.1, 0.3) * np.sin(3 * r + rng.uniform(0, 6))
    out = s.radius_m * (0.66 * r + 0.34 * r**2)
    points = np.column_stack([out * np.cos(turn), out * np.sin(turn)])
    spacing = _SPACING[s.kind]
    for waves in (2.3, 5.1):
        for axis in (0, 1):
            phase = 2 * np.pi * (waves * unit[:, 1 - axis] + rng.random())
            points[:, axis] += 0.55 * spacing * np.sin(phase) / waves**0.5
    points += np.array([s.x, s.y]) + rng.normal(0, 0.075 * spacing, points.shape)
    return points


def _thin(
    ends: Ints, main: npt.NDArray[np.bool_], nodes: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Leave out some streets, never one that holds the network together."""
    weight = np.where(main, 0.1, rng.uniform(1, 2, len(ends)))
    tree = minimum_spanning_tree(coo_array((weight, (ends[:, 0], ends[:, 1])), shape=[nodes] * 2))
    a, b = tree.nonzero()
    needed = np.isin(ends @ [nodes, 1], a * nodes + b)
    chance = rng.random(len(ends))
    path = ~main & ~needed & (chance > 0.62) & (chance < 0.74)
    return main | needed | (chance < 0.62) | path, path


def _name_runs(
    at: tuple[Ints, Ints, Ints],
    main: npt.NDArray[np.bool_],
    reach: int,
    rng: np.random.Generator,
) -> list[str]:
    """Give each stretch of a lattice line a name; main roads keep theirs for longer."""
    line, place, turned = at
    cuts = rng.integers(4, 9, 4 * reach + 4)[line + reach + turned * (2 * reach + 2)]
    run = (place + reach + 3 * (line % 5)) // np.where(main, 2 * cuts, cuts)
    key = (turned * 1_000 + line + reach) * 1_000 + run
    # the streets nearest the middle get the central names
    order = np.lexsort((key, np.abs(line) + np.abs(place)))
    first = pd.unique(key[order])
    named = dict(zip(first, street_names(len(first), rng), strict=False))
    return [named.get(k, f"Back Lane {k % 97}") for k in key]


def _roads(land: Land, nodes: Sequence[Floats], rng: np.random.Generator) -> pd.DataFrame:
    """Join the settlements by winding roads from edge to edge."""
    rows = []
    used: set[str] = set()
    for a, b in _links(land, rng):
        start, end = _gate(nodes[a], nodes[b])
        road = _wind(start, end, land.outline, rng)
        if road is None:
            continue
        one, other = land.settlements[a].name, land.settlements[b].name
        name = f"{other} Road" if f"{other} Road" not in used else f"{one} Road"
        used.add(name)
        pieces = [road[k : k + 4] for k in range(0, len(road) - 1, 3)]
        major = "village" not in (land.settlements[a].kind, land.settlements[b].kind)
        kind = "main" if major or rng.random() < 0.4 else "street"
        rows += [(name, kind, shapely.LineString(p)) for p in pieces if len(p) > 1]
    return pd.DataFrame(rows, columns=["name", "kind", "geometry"]).assign(settlement=None)


def _gate(here: Floats, there: Floats) -> tuple[Floats, Floats]:
    """Find the outermost junctions of two settlements that face each other."""
    way = there.mean(axis=0) - here.mean(axis=0)
    return here[(here @ way).argmax()], there[(there @ way).argmin()]


def _links(land: Land, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Choose which settlements a road joins over land: a Gabriel graph, thinned but connected."""
    centres = np.array([(s.x, s.y) for s in land.settlements])
    corners = Delaunay(centres).simplices
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])), axis=0)  # fmt: skip
    a, b = pairs.T
    straight = shapely.linestrings(np.stack([centres[a], centres[b]], axis=1))
    dry = shapely.contains(shapely.buffer(land.outline, -60), straight)
    a, b = a[dry], b[dry]
    length = np.hypot(*(centres[a] - centres[b]).T)
    middle = (centres[a] + centres[b]) / 2
    away = np.hypot(*(middle[:, None] - centres[None]).transpose(2, 0, 1))
    gabriel = away.min(axis=1) >= length / 2 - 1e-6
    tree = minimum_spanning_tree(coo_array((length, (a, b)), shape=[len(centres)] * 2))
    needed = set(zip(*tree.nonzero(), strict=True))
    return [
        (int(i), int(j))
        for i, j, near, chance in zip(a, b, gabriel, rng.random(len(a)), strict=True)
        if (i, j) in needed or (near and (chance < 0.35 or max(i, j) < 4))
    ]


def _wind(
    start: Floats, end: Floats, outline: shapely.Polygon, rng: np.random.Generator
) -> Floats | None:
    """Bend a road; straighten it if it would leave the land; give up if even that does."""
    length = float(np.hypot(*(end - start)))
    t = np.linspace(0, 1, max(3, round(length / 190) + 1))
    side = np.array([start[1] - end[1], end[0] - start[0]]) / length
    sway = np.zeros_like(t)
    for k in range(1, 7):
        sway += rng.normal(0, 0.045) / k**0.8 * np.sin(k * np.pi * t)
    for much in (1.0, 0.4, 0.0):
        road = start + t[:, None] * (end - start) + much * length * sway[:, None] * side
        if shapely.contains(outline, shapely.LineString(road)):
            return np.asarray(np.round(road, 1))
    return None
