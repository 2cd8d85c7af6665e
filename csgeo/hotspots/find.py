"""Which few places matter, and which only seem to?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.artefacts import artefact_buildings, artefact_reason
from csgeo.hotspots.counting import (
    Counted,
    Field,
    cells_table,
    count_incidents,
    count_people,
    lay_field,
)
from csgeo.hotspots.cutting import compact_windows, separate_windows
from csgeo.hotspots.expectation import SURROUNDINGS_M, expected_records
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.hotspots.names import name_places
from csgeo.hotspots.ranking import check_limits, ranked, strata_of
from csgeo.hotspots.scoring import Scored, score_windows
from csgeo.tables import HOTSPOTS, SET_ASIDE, check_same_crs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy.typing as npt

Method: TypeAlias = Literal["compact_places", "getis_ord", "hdbscan"]
Expectation: TypeAlias = Literal["surroundings", "streets", "residents"]

_METHODS = ("compact_places", "getis_ord", "hdbscan")
_EXPECTATIONS = ("surroundings", "streets", "residents")


class Found(NamedTuple):
    """What was found.

    ``hotspots`` (``HOTSPOTS``), ``set_aside`` (``SET_ASIDE``), ``cells``
    (``CELLS`` with incidents, people where known, expected, getis_ord_star and
    q_value), and ``choices``: what was chosen for the user, in words.
    """

    hotspots: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    choices: dict[str, str | float]


class _Place(NamedTuple):
    cells: npt.NDArray[np.int64]
    centre: int
    score: float
    p_value: float
    q_value: float
    reason: str | None


def find_hotspots(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    method: Method = "compact_places",
    cell_m: int = 125,
    expectation: Expectation = "surroundings",
    streets: gpd.GeoDataFrame | None = None,
    residents: gpd.GeoDataFrame | None = None,
    places: gpd.GeoDataFrame | None = None,
    strata: gpd.GeoDataFrame | None = None,
    most_places: int = 10,
    most_share_of_area: float = 0.05,
    most_km2: float = 0.25,
    replicates: int = 999,
    q: float = 0.05,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Find the few places where recorded harm is denser than chance would put it.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, EPSG:27700; records without a point are not used.
    area
        ``AREAS`` table, the study area; records outside are not used.
    method
        "compact_places" (Poisson scan), "getis_ord" (Gi*) or "hdbscan" (scattered records).
    cell_m
        Side of the lattice cells in metres: 125, 250, 500, ...
    expectation
        What records are compared with: "surroundings" (the records around, spread over the
        cells that can hold some), "streets" (metres of street) or "residents" (people).
    streets, residents, places, strata
        ``STREETS``; ``AREAS`` with residents_10_17 or residents; ``PLACES`` for names and
        artefacts; ``AREAS`` with stratum. Each may be None.
    most_places
        Length of the list at most, 1 to 20.
    most_share_of_area
        Share of the study area that the list may cover at most, up to 0.05.
    most_km2
        Largest place in square kilometres.
    replicates
        How many times chance is tried for the p-values of compact places.
    q
        Places with a higher q-value are not listed.
    seed
        Where chance starts.
    progress
        Called with (done, all) while chance is tried.

    Returns
    -------
    found
        hotspots, set_aside, cells, choices. The list may be empty: then nothing stands out.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    RecipeError
        If an option is out of its bounds.
    MethodError
        If no record lies in the study area, or the expectation lacks its table.

    References
    ----------
    See docs/methods/compact_places.md, getis_ord.md and hdbscan.md.

    Examples
    --------
    >>> found = find_hotspots(incidents, area, streets=streets)  # doctest: +SKIP
    >>> found.hotspots[["rank", "name", "incidents", "expected"]]  # doctest: +SKIP
    """
    _check_options(method, expectation, q, replicates)
    check_limits(most_places=most_places, most_share_of_area=most_share_of_area)
    tables = {"streets": streets, "residents": residents, "places": places, "strata": strata}
    check_same_crs(
        area=area, incidents=incidents, **{k: t for k, t in tables.items() if t is not None}
    )
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    _check_enough(incidents, counted)
    expected, expected_words = expected_records(
        counted.incidents, field, expectation=expectation, streets=streets, residents=residents
    )
    z = getis_ord_star(counted.incidents, field.mask)
    z_q = q_values(one_sided_p(z))
    points = incidents.geometry.to_numpy()
    inside = np.flatnonzero(counted.position >= 0)
    x, y = np.zeros(len(points)), np.zeros(len(points))
    x[inside], y[inside] = shapely.get_x(points[inside]), shapely.get_y(points[inside])
    windows = compact_windows(cell_m=cell_m, most_km2=most_km2)
    scored = score_windows(
        method, counted, expected, z, z_q, field, windows, x=x, y=y,
        replicates=replicates, q=q, seed=seed, progress=progress,
    )  # fmt: skip
    chosen = _choose(
        separate_windows(scored.scores, field.mask, windows), scored, counted, field, x, y,
        buildings=artefact_buildings(places), q=q, most_places=most_places,
        most_cells=most_share_of_area * field.ground.area / cell_m**2,
    )  # fmt: skip
    hotspots, aside = _tables(
        chosen, incidents, counted, expected, field,
        method=method, streets=streets, places=places, strata=strata,
    )  # fmt: skip
    cells = cells_table(incidents, field, counted, expected=expected, getis_ord_star=z, q_value=z_q)
    choices = _choices(
        counted, hotspots, aside, scored, expected_words, cell_m=cell_m, most_km2=most_km2, q=q
    )
    return Found(hotspots, aside, cells, choices)


def _check_options(method: str, expectation: str, q: float, replicates: int) -> None:
    for called, value, known in (
        ("method", method, _METHODS),
        ("expectation", expectation, _EXPECTATIONS),
    ):
        if value not in known:
            msg = f"`{called}` must be one of {', '.join(known)}; it is {value!r}."
            raise RecipeError(msg)
    if not 0 < q <= 1:
        msg = f"`q` must be above 0 and at most 1; it is {q:g}."
        raise RecipeError(msg)
    if replicates < 1 or 1 / (replicates + 1) > q:
        msg = (
            f"`replicates` must be at least {int(np.ceil(1 / q)) - 1} for q = {q:g}: with "
            f"{replicates}, no p-value can be that small."
        )
        raise RecipeError(msg)


def _check_enough(incidents: gpd.GeoDataFrame, counted: Counted) -> None:
    if counted.inside == 0:
        msg = (
            f"At least one record must lie in the study area; of {len(incidents)} records "
            f"{counted.outside} lie outside and {counted.without_place} have no place. "
            "Check that `incidents` and `area` are about the same part of the country."
        )
        raise MethodError(msg)


def _choose(
    found: Iterable[tuple[float, npt.NDArray[np.int64], int]],
    scored: Scored,
    counted: Counted,
    field: Field,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    *,
    buildings: object,
    q: float,
    most_places: int,
    most_cells: float,
) -> list[_Place]:
    """Walk down the windows; an artefact is set aside and the next place moves up."""
    chosen: list[_Place] = []
    listed, covered = 0, 0
    order = np.argsort(counted.position, kind="stable")
    sorted_position = counted.position[order]
    for score, cells, centre in found:
        p_value, q_value = scored.chance(score, cells)
        if q_value > q:
            break
        first = np.searchsorted(sorted_position, cells, side="left")
        last = np.searchsorted(sorted_position, cells, side="right")
        rows = np.concatenate([order[a:b] for a, b in zip(first, last, strict=True)])
        if len(rows) < scored.least_records:
            continue
        reason = artefact_reason(x[rows], y[rows], buildings)  # type: ignore[arg-type]
        if reason is None:
            if covered + len(cells) > most_cells:
                break
            listed, covered = listed + 1, covered + len(cells)
        chosen.append(_Place(cells, centre, score, p_value, q_value, reason))
        if listed == most_places:
            break
    return chosen


def _tables(
    chosen: list[_Place],
    incidents: gpd.GeoDataFrame,
    counted: Counted,
    expected: npt.NDArray[np.float64],
    field: Field,
    *,
    method: str,
    streets: gpd.GeoDataFrame | None,
    places: gpd.GeoDataFrame | None,
    strata: gpd.GeoDataFrame | None,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    label = np.full(field.mask.size, -1, dtype=np.int64)
    for k, place in enumerate(chosen):
        label[place.cells] = k
    of_record = np.where(counted.position >= 0, label[counted.position], -1)
    people = count_people(incidents, of_record)
    shapes = np.array([shapely.union_all(field.shapes(p.cells)) for p in chosen], dtype=object)
    n = len(chosen)
    held = np.bincount(of_record[of_record >= 0], minlength=n)
    due = np.array([expected.ravel()[p.cells].sum() for p in chosen], dtype=float)
    ids = field.ids(np.array([p.centre for p in chosen], dtype=np.int64))
    table = gpd.GeoDataFrame(
        {
            "stratum": pd.array(strata_of(shapes, strata), dtype="str"),
            "name": pd.array(name_places(shapes, streets=streets, places=places), dtype="str"),
            "method": pd.array([method] * n, dtype="str"),
            "cells": pd.array([" ".join(sorted(field.ids(p.cells))) for p in chosen], dtype="str"),
            "area_km2": np.array(
                [len(p.cells) * field.cell_m**2 / 1e6 for p in chosen], dtype=float
            ),
            "incidents": held.astype(np.int64),
            "people": people.reindex(range(n), fill_value=0).astype("Int64").to_numpy()
            if len(people)
            else pd.array([pd.NA] * n, dtype="Int64"),
            "expected": due,
            "strength": np.divide(held, due, out=np.full(n, np.nan), where=due > 0),
            "score": np.array([p.score for p in chosen], dtype=float),
            "p_value": np.array([p.p_value for p in chosen], dtype=float),
            "q_value": np.array([p.q_value for p in chosen], dtype=float),
            "stability": np.full(n, np.nan),
            "peak_slots": pd.array([None] * n, dtype="str"),
            "sources_agree": _sources_agree(incidents, of_record, due, counted),
            "reason": pd.array([p.reason for p in chosen], dtype="str"),
        },
        index=pd.Index([f"P{i}" for i in ids], name="hotspot_id", dtype="str"),
        geometry=list(shapes),
        crs=field.crs,
    )
    keep = table["reason"].isna().to_numpy()
    aside = table.loc[~keep, [*SET_ASIDE.columns, "geometry"]]
    hotspots = ranked(table[keep])[[*HOTSPOTS.columns, "geometry"]]
    return HOTSPOTS.check(hotspots, "hotspots"), SET_ASIDE.check(aside, "set_aside")


def _sources_agree(
    incidents: gpd.GeoDataFrame,
    of_record: npt.NDArray[np.int64],
    due: npt.NDArray[np.float64],
    counted: Counted,
) -> npt.NDArray[np.int64]:
    """Count the sources whose own records exceed their own share of the expectation."""
    code, sources = pd.factorize(incidents["source"])
    inside = counted.position >= 0
    share = np.bincount(code[inside], minlength=len(sources)) / max(counted.inside, 1)
    n = len(due)
    in_place = of_record >= 0
    held = np.bincount(
        of_record[in_place] * len(sources) + code[in_place], minlength=n * len(sources)
    )
    return (held.reshape(n, len(sources)) > due[:, None] * share).sum(axis=1).astype(np.int64)


def _choices(
    counted: Counted,
    hotspots: gpd.GeoDataFrame,
    aside: gpd.GeoDataFrame,
    scored: Scored,
    expected_words: str,
    *,
    cell_m: int,
    most_km2: float,
    q: float,
) -> dict[str, str | float]:
    """Say in words what was chosen for the user."""
    return {
        "records": (
            f"{counted.inside:,} records lie in the study area and were used; {counted.outside:,} "
            f"lie outside and {counted.without_place:,} have no place."
        ),
        "cells": f"Squares of {cell_m} m, aligned to the National Grid.",
        "largest_place": f"A place has at most {most_km2:g} square kilometres, with a free ring around it.",
        "expectation": expected_words,
        "method": scored.words,
        "listed": f"Places with a q-value above {q:g} are not listed; {len(hotspots)} are.",
        "set_aside": f"{len(aside)} places were set aside as likely made by how records are kept.",
        "surroundings_m": SURROUNDINGS_M,
    }
