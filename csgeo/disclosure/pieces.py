"""What does each piece of ground around the places show?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.groups import sum_up
from csgeo.disclosure.released import BANDS, RELEASED_CELLS
from csgeo.disclosure.rounding import round_keyed
from csgeo.disclosure.units import squares_of_pieces

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.units import Covered, Pieces, Squares

#: Lower edges of the two upper bands: shares of the denser-than-average pieces below them.
_BANDS = (0.5, 0.9)
#: Two shapes are the same if no more than this differs between them.
_SAME_M2 = 1.0


def released_cells(
    pieces: Pieces,
    records: Records,
    ground: Ground,
    covered: Covered,
    *,
    rule: Rule,
    people_known: bool,
    secret: bytes,
) -> tuple[gpd.GeoDataFrame, npt.NDArray[np.int64]]:
    """Count, round and draw the pieces of ground around the places.

    A piece that is hidden holds too few people, or nobody: nothing tells which. Shapes, density
    and bands follow from which pieces there are and from the rounded counts.

    Returns
    -------
    cells, order
        ``RELEASED_CELLS``, sorted by id, and which piece each row is.
    """
    sums = sum_up(
        pieces.of_record, records.person, records.mark, groups=len(pieces.side_m),
        least=rule.least_people, people_known=people_known,
    )  # fmt: skip
    shown = np.flatnonzero(pieces.shown)
    counts = np.zeros(len(pieces.side_m), dtype=np.int64)
    counts[shown] = round_keyed(
        sums.records[shown], sums.mark[shown], secret=secret, step=rule.round_to
    ).clip(min=rule.round_to)
    squares = squares_of_pieces(pieces, ground, covered)
    each_km2 = (squares.side_m / 1000.0) ** 2
    km2 = np.bincount(squares.piece, weights=each_km2, minlength=len(counts)).astype(float)
    per_km2 = np.where(pieces.shown, counts / np.where(km2 > 0, km2, 1.0), np.nan).round(1)
    x, y = ground.west + pieces.column * pieces.side_m, ground.south + pieces.row * pieces.side_m
    whole = np.isclose(km2, (pieces.side_m / 1000.0) ** 2)
    ids = [
        f"{side}mE{east}N{north}{'' if full else '-rest'}"
        for side, east, north, full in zip(pieces.side_m, x, y, whole, strict=True)
    ]
    table = gpd.GeoDataFrame(
        {
            "_piece": np.arange(len(counts)),
            "incidents": pd.array(counts, dtype="Int64"),
            "per_km2": per_km2,
            "hidden": ~pieces.shown,
            "band": _bands(counts, km2, pieces.shown),
            "area_km2": km2.round(4),
            "cells": _listed(squares, ground, len(counts)),
        },
        index=pd.Index(ids, name="cell_id", dtype="str"),
        geometry=_drawn(squares, ground, len(counts)),
        crs=ground.crs,
    )
    table["incidents"] = table["incidents"].mask(table["hidden"])
    table = table.sort_index()
    order = table.pop("_piece").to_numpy()
    return RELEASED_CELLS.check(table, "released cells"), order


def _bands(
    counts: npt.NDArray[np.int64], km2: npt.NDArray[np.float64], shown: npt.NDArray[np.bool_]
) -> pd.api.extensions.ExtensionArray:
    """Sort what is denser than the average of all that is shown into three bands."""
    bands = np.full(len(counts), None, dtype=object)
    if shown.any():
        density = counts / np.where(km2 > 0, km2, 1.0)
        above = shown & (density > counts[shown].sum() / km2[shown].sum())
        if above.any():
            upper = np.quantile(density[above], _BANDS, method="lower")
            bands[above] = np.array(BANDS[::-1])[np.searchsorted(upper, density[above], "left")]
    return pd.array(bands, dtype="str")


def _corners(squares: Squares, ground: Ground) -> tuple[npt.NDArray[np.int64], ...]:
    return (
        ground.west + squares.column * squares.side_m,
        ground.south + squares.row * squares.side_m,
    )


def _listed(squares: Squares, ground: Ground, pieces: int) -> list[str]:
    """Name the squares of each piece."""
    x, y = _corners(squares, ground)
    names = [
        f"{side}mE{east}N{north}"
        for side, east, north in zip(squares.side_m.tolist(), x.tolist(), y.tolist(), strict=True)
    ]
    ends = np.cumsum(np.bincount(squares.piece, minlength=pieces))
    starts = np.concatenate([[0], ends[:-1]])
    return [" ".join(names[a:b]) for a, b in zip(starts, ends, strict=True)]


def _drawn(squares: Squares, ground: Ground, pieces: int) -> npt.NDArray[np.object_]:
    """Draw each piece: the union of its squares."""
    x, y = _corners(squares, ground)
    boxes = np.asarray(shapely.box(x, y, x + squares.side_m, y + squares.side_m))
    many = np.bincount(squares.piece, minlength=pieces)
    ends = np.cumsum(many)
    shapes = np.empty(pieces, dtype=object)
    one = many == 1
    shapes[one] = boxes[ends[one] - 1]
    several = np.flatnonzero(many > 1)
    if len(several):
        apart = np.asarray(shapely.multipolygons(boxes, indices=squares.piece))[several]
        # squares that touch become one: many times as fast as a union of each, and checked
        shapes[several] = shapely.buffer(apart, 0.0)
        wrong = several[np.abs(shapely.area(shapes[several]) - shapely.area(apart)) > _SAME_M2]
        for piece in wrong:
            shapes[piece] = shapely.union_all(boxes[ends[piece] - many[piece] : ends[piece]])
    return np.asarray(shapely.orient_polygons(shapes))
