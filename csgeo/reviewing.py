"""What does somebody who knows a place see of it, and what can they decide?

Exact numbers, for analysts alone: of the places of the recipe's last run, with what
was decided before and what is around on the ground. What comes out is ready for JSON
and holds no record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from csgeo.disclosure.review import KEEP, LEAVE_OUT, NUDGE, UNDO, Decision
from csgeo.errors import CsgeoError, RecipeError
from csgeo.lattice import cell_corner
from csgeo.sources.places import read_places as read_named_places
from csgeo.sources.services import read_services
from csgeo.sources.stops import read_stops
from csgeo.sources.streets import read_streets
from csgeo.store import reviews
from csgeo.store.turns import alone
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from csgeo.recipe import Input, Recipe

#: How far around the middle of a place is drawn (metres, to each side).
AROUND_M = 600
_EXACT = ("incidents", "people", "expected", "stability", "peak_slots", "area_km2")


def to_review(secure: Path) -> list[dict[str, Any]]:
    """Give the places of the last run, each with its decision or why it waits.

    Parameters
    ----------
    secure
        The recipe's secure folder.

    Returns
    -------
    places
        In order of rank: ``id``, ``rank``, ``name``, ``cells``, the exact numbers, ``decided``
        (``waiting`` if nothing holds), ``why``, ``reviewer``, and ``history``, all decisions that
        were ever made about this ground, the oldest first, without the reviewers' own words.

    Raises
    ------
    StoreError
        If the recipe has not been run, or a decision cannot be read.
    """
    decisions = reviews.read_decisions(secure / reviews.REVIEWS)
    listed = reviews.review_list(reviews.read_places(secure), decisions)
    exact = reviews.exact_places(secure)
    told = []
    for place, row in listed.to_dict("index").items():
        cells = str(row["cells"]).split()
        numbers = {n: _plain(exact.loc[[place], n].iloc[0]) if n in exact else None for n in _EXACT}
        told.append(
            {
                "id": str(place),
                "rank": int(row["rank"]),
                "name": str(row["name"]),
                "cells": cells,
                "decided": str(row["decided"]),
                "why": str(row["reason"]),
                "reviewer": str(row["reviewer"]),
                "history": [_told(d) for d in decisions if set(d.cells) & set(cells)],
            }
            | numbers
        )
    return told


def around(recipe: Recipe, places: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give what is around each place on the ground, from the recipe's files that hold no person.

    Parameters
    ----------
    recipe
        Its files of places, services and streets are read; one that cannot be is left out.
    places
        From :func:`to_review`.

    Returns
    -------
    around
        By id: ``points`` (kind, name, metres east and north of the place's middle, metres away,
        the nearest first) and ``lines`` (metres from the middle).
    """
    points = _read(recipe, recipe.places, _places) + _read(recipe, recipe.services, _services)
    streets = _read(recipe, recipe.streets, _streets)
    return {
        one["id"]: {
            "points": _points_near(points, _middle(one["cells"])),
            "lines": _lines_near(streets, _middle(one["cells"])),
        }
        for one in places
    }


def decide(
    recipe: Recipe,
    secure: Path,
    *,
    place: str,
    decided: str,
    reviewer: str,
    at: dt.datetime,
    cells: Sequence[str],
    seen: int,
    reason: str = "",
    words: str = "",
    steps: tuple[int, int] | None = None,
) -> None:
    """Write down what somebody decided about a place of the last run.

    Parameters
    ----------
    recipe, secure
        The recipe and its secure folder.
    place, decided, reviewer, at, reason, words, steps
        As in :func:`csgeo.store.reviews.decided_on`; ``undo`` takes the last one back.
    cells, seen
        The place's cells, and how many decisions about this ground, as the reviewer has seen them.

    Raises
    ------
    RecipeError
        If the decision is incomplete, the nudge goes too far, or the place is not what the reviewer
        has seen: the recipe was run again, or somebody else has decided about it meanwhile.
    StoreError
        If it cannot be written.
    """
    path = secure / reviews.REVIEWS
    with alone(secure / "review"):
        places = reviews.read_places(secure)
        made = reviews.read_decisions(path)
        now = set(str(places["cells"].get(place, "")).split())
        if now != set(cells):
            msg = (
                "The place must be as you saw it; the recipe was run again meanwhile, and it is another "
                "one now. Your decision was not written. Look at the list again."
            )
            raise RecipeError(msg)
        own = [d for d in made if set(d.cells) & now]
        if len(own) != seen:
            who, what = (own[-1].reviewer, own[-1].decided) if own else ("somebody", "undo")
            msg = (
                f"The place must be as you saw it; {who} has decided about it meanwhile "
                f"({what}). Your decision was not written. Look at it again, then decide."
            )
            raise RecipeError(msg)
        if decided == UNDO:
            decision = reviews.undone(place, made, who=reviewer, at=at)
        else:
            decision = reviews.decided_on(
                places, place, decided, reviewer, at,
                reason=reason, words=words, steps=steps, most_km2=recipe.hotspots.most_km2,
            )  # fmt: skip
        reviews.add_decision(path, decision)


def _told(decision: Decision) -> dict[str, Any]:
    return {
        "decided": decision.decided,
        "reviewer": decision.reviewer,
        "at": decision.at.isoformat(),
        "reason": decision.reason,
        "in_words": bool(decision.words),
        "moved_to": list(decision.moved_to),
    }


def _plain(value: Any) -> Any:
    """Give a number or text that JSON knows, and None where it is missing."""
    if value is None or pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _middle(cells: list[str]) -> tuple[float, float]:
    x, y, side = cell_corner(cells)
    return (
        float(x.min() + x.max() + side) / 2,
        float(y.min() + y.max() + side) / 2,
    )


def _read(recipe: Recipe, several: tuple[Input, ...], how: Any) -> list[gpd.GeoDataFrame]:
    found = []
    for one in several:
        try:
            found.append(how(recipe, one))
        except CsgeoError:
            continue  # the run says what is wrong with it; a map without it is better than none
    return found


def _places(recipe: Recipe, one: Input) -> gpd.GeoDataFrame:
    if one.format == "naptan":
        return read_stops(recipe.path(one.file)).table
    return read_named_places(
        recipe.path(one.file), kind=one.kind, columns=one.columns or None, layer=one.layer,
        crs=one.crs, words=one.words or None, where=one.where or None,
    ).table  # fmt: skip


def _services(recipe: Recipe, one: Input) -> gpd.GeoDataFrame:
    return read_services(
        recipe.path(one.file), kind=one.kind, columns=one.columns or None, layer=one.layer,
        crs=one.crs, words=one.words or None,
        postcodes=recipe.path(one.postcodes) if one.postcodes else None,
    ).table  # fmt: skip


def _streets(recipe: Recipe, one: Input) -> gpd.GeoDataFrame:
    return read_streets(
        recipe.path(one.file), columns=one.columns or None, layer=one.layer, crs=one.crs
    ).table


def _window(middle: tuple[float, float]) -> Any:
    x, y = middle
    return shapely.box(x - AROUND_M, y - AROUND_M, x + AROUND_M, y + AROUND_M)


def _points_near(
    tables: list[gpd.GeoDataFrame], middle: tuple[float, float]
) -> list[dict[str, Any]]:
    kinds = {**load_vocabulary("location").rows, **load_vocabulary("service").rows}
    window, (x, y), told = _window(middle), middle, []
    for table in tables:
        near = table.iloc[table.sindex.query(window, predicate="intersects")]
        at = shapely.get_coordinates(shapely.point_on_surface(near.geometry.to_numpy()))
        for (east, north), kind, name in zip(at, near["kind"], near["name"], strict=True):
            label = str(kinds.get(str(kind), {}).get("label") or "Other")
            told.append(
                {
                    "kind": label,
                    "name": "" if pd.isna(name) else str(name),
                    "east": round(float(east) - x),
                    "north": round(float(north) - y),
                    "away": round(float(np.hypot(east - x, north - y)) / 10) * 10,
                }
            )
    return sorted(told, key=lambda p: (p["away"], p["kind"], p["name"]))


def _lines_near(
    tables: list[gpd.GeoDataFrame], middle: tuple[float, float]
) -> list[list[list[int]]]:
    window, (x, y), told = _window(middle), middle, []
    for table in tables:
        near = table.geometry.iloc[table.sindex.query(window, predicate="intersects")]
        cut = shapely.simplify(shapely.intersection(near.to_numpy(), window), 4)
        for line in shapely.get_parts(shapely.get_parts(cut)):
            at = np.round(shapely.get_coordinates(line) - (x, y)).astype(int).tolist()
            if len(at) > 1:
                told.append(at)
    return told


__all__ = ["AROUND_M", "KEEP", "LEAVE_OUT", "NUDGE", "UNDO", "around", "decide", "to_review"]
