"""How far may a place be moved by hand, and what does it hold then?

Whoever knows a place may say that it lies a little to one side. It stays compact,
no larger than any other place, on the lattice and in the study area, and beside
no other place; its records are counted again.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.counted import count_records, lay_ground, searched_incidents
from csgeo.disclosure.units import cover
from csgeo.errors import RecipeError
from csgeo.lattice import cell_corner, cell_polygon, one_shape, shares_surface, square_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from csgeo.disclosure.study_tables import StudyTables

#: How far the middle of a place may be moved: two cells, three minutes on foot.
MOST_MOVED_M = 250
_REMEDY = "Choose cells nearer to it, or leave it out and say why."


def shifted(cells: Sequence[str], *, east: int, north: int) -> tuple[str, ...]:
    """Move cells by whole cells.

    Parameters
    ----------
    cells
        Ids of square cells of one side.
    east, north
        By how many cells.

    Examples
    --------
    >>> shifted(["125mE0N0", "125mE125N0"], east=1, north=-1)
    ('125mE125N-125', '125mE250N-125')
    """
    x, y, side = cell_corner(cells)
    return tuple(sorted(square_ids(x // side + east, y // side + north, cell_m=side).tolist()))


def check_nudge(
    cells: Sequence[str],
    moved_to: Sequence[str],
    others: Iterable[Sequence[str]],
    *,
    area: gpd.GeoDataFrame | None = None,
    most_km2: float = 0.25,
) -> None:
    """Refuse a nudge that makes another place of it.

    Parameters
    ----------
    cells, moved_to
        Ids of the cells that the place has, and of those that it is to have.
    others
        The cells of each other place.
    area
        ``AREAS``: the study area; not asked where it is not given.
    most_km2
        The largest place, in square kilometres; or as large as it was.

    Raises
    ------
    RecipeError
        If the cells are of another side, not in one piece, not compact, too many, too far, outside
        the study area, or touch another place.
    """
    x0, y0, side = cell_corner(cells)
    x, y, new_side = cell_corner(moved_to)
    n = len(moved_to)
    far = math.hypot(float(x.mean() - x0.mean()), float(y.mean() - y0.mean()))
    steps = set(zip((x // side).tolist(), (y // side).tolist(), strict=True))
    wide = max(int(np.ptp(x)), int(np.ptp(y))) // side + 1
    faults = {
        f"cells of {side} m, as it has; these are of {new_side} m": new_side != side,
        "each cell once; some stand twice": len(steps) != n,
        f"at most {most_km2:g} km2; these {n} cells have {n * side**2 / 1e6:g} km2": n
        > max(most_km2 * 1e6 / side**2 + 1e-9, len(cells)),
        f"its middle within {MOST_MOVED_M} m of where it was; it would move {far:.0f} m": far
        > MOST_MOVED_M,
        f"a compact shape; {n} cells reach over {wide}": wide > math.ceil(1.5 * math.sqrt(n)),
        "one piece; these cells do not all join along an edge": not _joined(steps),
        "a free ring around it; it would touch another place": _touches(steps, others, side),
    }
    for wanted, broken in faults.items():
        if broken:
            msg = f"A place that is nudged must have {wanted}. {_REMEDY}"
            raise RecipeError(msg)
    if area is not None:
        _inside(moved_to, area)


def moved(
    study: StudyTables, hotspots: gpd.GeoDataFrame, place: str, moved_to: Sequence[str]
) -> gpd.GeoDataFrame:
    """Give a place other cells, and count its records and people again as the door does.

    Parameters
    ----------
    study
        Its records, and its cells for what the expectation gives.
    hotspots
        ``HOTSPOTS``, n rows.
    place, moved_to
        Which row, and the ids of its cells.

    Returns
    -------
    hotspots
        A copy. Of the place moved, what chance or re-runs said is missing, and so is its peak:
        they were about other ground. Its expectation (count) is that of the study's cells, or,
        where these have none, the old one in proportion to its size.
    """
    before = hotspots.loc[place]
    text = " ".join(sorted(moved_to))
    side = cell_corner(moved_to).cell_m
    ground = lay_ground(study, leaf_m=side, place_m=side)
    records = count_records(searched_incidents(study, ground), study, ground)
    number = ground.number(records.column, records.row, ground.base_m)
    inside = cover([text], ground).at(number) == 0
    person = records.person[inside]
    held, people = int(inside.sum()), len(np.unique(person[person >= 0]))
    due = _expected(study, moved_to)
    if due is None:
        due = float(before["expected"]) * len(moved_to) / len(before["cells"].split())
    shape = shapely.union_all(cell_polygon(moved_to))
    changed = {
        "cells": text,
        "area_km2": len(moved_to) * side**2 / 1e6,
        "incidents": held,
        "people": people if study.people_known else pd.NA,
        "expected": due,
        "strength": held / due if due > 0 else np.nan,
        "score": np.nan,
        "p_value": np.nan,
        "q_value": np.nan,
        "stability": np.nan,
        "peak_slots": None,
        "geometry": shape,
    }
    made = hotspots.copy()
    for column, value in changed.items():
        made.loc[place, column] = value
    return made


def _expected(study: StudyTables, cells: Sequence[str]) -> float | None:
    """Sum what the expectation gives the cells, spread evenly within a larger cell of the study."""
    if "expected" not in study.cells:
        return None
    side, own = cell_corner(cells).cell_m, cell_corner(study.cells.index[:1]).cell_m
    if side > own:
        return None
    x, y, _ = cell_corner(cells)
    parents = square_ids(x // own, y // own, cell_m=own)
    given = study.cells["expected"].reindex(parents)
    return None if given.isna().any() else float(given.sum()) * (side / own) ** 2


def _inside(cells: Sequence[str], area: gpd.GeoDataFrame) -> None:
    ground = one_shape(area)
    shapes = cell_polygon(cells)
    outside = ~shares_surface(ground, shapes, shapely.buffer(shapes, -0.01))
    if outside.any():
        msg = (
            f"A place that is nudged must stay in the study area; {int(outside.sum())} of "
            f"{len(cells)} cells lie outside. {_REMEDY}"
        )
        raise RecipeError(msg)


def _joined(steps: set[tuple[int, int]]) -> bool:
    """Say whether one can walk from each cell to each other across edges."""
    left = set(steps)
    walk = [left.pop()]
    while walk:
        c, r = walk.pop()
        beside = {(c + 1, r), (c - 1, r), (c, r + 1), (c, r - 1)} & left
        left -= beside
        walk += beside
    return not left


def _touches(steps: set[tuple[int, int]], others: Iterable[Sequence[str]], side: int) -> bool:
    ring = {(c + i, r + j) for c, r in steps for i in (-1, 0, 1) for j in (-1, 0, 1)}
    for cells in others:
        x, y, other_side = cell_corner(cells)
        for k in range(other_side // side):
            for m in range(other_side // side):
                taken = zip((x // side + k).tolist(), (y // side + m).tolist(), strict=True)
                if not ring.isdisjoint(taken):
                    return True
    return False
