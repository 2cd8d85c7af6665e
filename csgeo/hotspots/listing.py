"""Which of the windows make the list, and which are set aside?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.hotspots.artefacts import artefact_reason
from csgeo.hotspots.counting import count_people
from csgeo.hotspots.cutting import Window, separate_windows
from csgeo.hotspots.names import name_places
from csgeo.hotspots.ranking import MOST_PLACES, ranked, strata_of
from csgeo.hotspots.resting_on_few import resting_reason
from csgeo.tables import HOTSPOTS, SET_ASIDE

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.artefacts import Buildings
    from csgeo.hotspots.counting import Counted, Field
    from csgeo.hotspots.methods.look import Looked
    from csgeo.hotspots.records import Support

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]


class Place(NamedTuple):
    """A window that stands out; with a reason if it is set aside."""

    window: Window
    p_value: float
    q_value: float
    reason: str | None


class Limits(NamedTuple):
    """How long the list may get, over the whole, in each stratum, and on the ground; of how many.

    A place of fewer than ``least_people`` people (where they are known) or ``least_sources``
    sources is set aside.
    """

    q: float
    most_places: int
    most_share_of_area: float
    least_in_stratum: int = 0
    least_people: int = 1
    least_sources: int = 1


def choose_places(
    looked: Looked,
    counted: Counted,
    expected: Numbers,
    field: Field,
    buildings: Buildings,
    *,
    support: Support,
    limits: Limits,
    strata: gpd.GeoDataFrame | None = None,
) -> list[Place]:
    """Walk down the windows; where one is set aside, the next place moves up.

    Parameters
    ----------
    looked, counted, expected, field
        The scores, the records, the raster of expected records and the study area.
    buildings
        Where records are often placed, from ``artefact_buildings``.
    support
        Of whom and from where the records are.
    limits
        Places with a higher q-value are passed over; the walk ends when the list is that long
        and each stratum has its least, or when it would cover more than that share.
    strata
        ``AREAS`` with stratum, or None.

    Returns
    -------
    places
        Strongest first, those set aside among them.
    """
    most_cells = limits.most_share_of_area * shapely.area(field.ground) / field.cell_m**2
    chosen: list[Place] = []
    covered = 0
    quota = _Quota(limits, field, strata)
    rows_of = _rows_by_cell(counted)
    for window in separate_windows(looked.scores, field.mask, looked.sites):
        if quota.full:
            break
        p_value, q_value = looked.chance(window)
        rows = rows_of(window.cells)
        if q_value > limits.q or len(rows) < looked.least_records or not quota.wants(window):
            continue
        due = float(expected.ravel()[window.cells].sum())
        own = support.of(rows)
        reason = artefact_reason(
            counted.x[rows], counted.y[rows], buildings, expected=due, placing=own.placing
        ) or resting_reason(
            own,
            expected=due,
            least_people=limits.least_people,
            least_sources=limits.least_sources,
        )
        if reason is None:
            covered += len(window.cells)
            if covered > most_cells:
                break
            quota.take(window)
        chosen.append(Place(window, p_value, q_value, reason))
    return chosen


class _Quota:
    """What the list has room for: the strongest of all, then the least of each stratum."""

    def __init__(self, limits: Limits, field: Field, strata: gpd.GeoDataFrame | None) -> None:
        self._limits, self._field, self._strata = limits, field, strata
        self._listed = 0
        self._short: dict[str, int] = {}
        if strata is not None and limits.least_in_stratum:
            named = strata["stratum"] if "stratum" in strata else strata["name"]
            here = shapely.intersects(field.ground, strata.geometry.to_numpy())
            self._short = dict.fromkeys(named[here].dropna(), limits.least_in_stratum)

    @property
    def full(self) -> bool:
        listed = self._listed
        return listed >= MOST_PLACES or (listed >= self._limits.most_places and not self._short)

    def wants(self, window: Window) -> bool:
        return self._listed < self._limits.most_places or self._stratum(window) in self._short

    def take(self, window: Window) -> None:
        self._listed += 1
        own = self._stratum(window)
        if own in self._short:
            self._short[own] -= 1
            if not self._short[own]:
                del self._short[own]

    def _stratum(self, window: Window) -> str | None:
        if not self._short:
            return None
        shape = shapely.union_all(self._field.shapes(window.cells))
        found: str | None = strata_of(np.array([shape], dtype=object), self._strata)[0]
        return found


def _rows_by_cell(counted: Counted) -> Callable[[Integers], Integers]:
    """Look up the records of cells without going through all of them each time."""
    order = np.argsort(counted.position, kind="stable")
    positions = counted.position[order]

    def rows_of(cells: Integers) -> Integers:
        first = np.searchsorted(positions, cells, side="left")
        last = np.searchsorted(positions, cells, side="right")
        return np.concatenate([order[a:b] for a, b in zip(first, last, strict=True)])

    return rows_of


def places_tables(
    chosen: list[Place],
    incidents: gpd.GeoDataFrame,
    counted: Counted,
    expected: Numbers,
    field: Field,
    *,
    method: str,
    streets: gpd.GeoDataFrame | None,
    places: gpd.GeoDataFrame | None,
    strata: gpd.GeoDataFrame | None,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Write the chosen places as the ``HOTSPOTS`` and ``SET_ASIDE`` tables."""
    label = np.full(field.mask.size, -1, dtype=np.int64)
    for k, place in enumerate(chosen):
        label[place.window.cells] = k
    of_record = np.where(counted.position >= 0, label[counted.position], -1)
    n = len(chosen)
    shapes = np.empty(n, dtype=object)
    shapes[:] = [shapely.union_all(field.shapes(p.window.cells)) for p in chosen]
    table = gpd.GeoDataFrame(
        _measures(chosen, incidents, counted, of_record, expected=expected, field=field),
        index=pd.Index(_ids(chosen, field), name="hotspot_id", dtype="str"),
        geometry=shapes,
        crs=field.crs,
    ).assign(
        stratum=_text(strata_of(shapes, strata)),
        name=_text(
            name_places(_named_for(chosen, shapes, counted, field), streets=streets, places=places)
        ),
        method=_text([method] * n),
        peak_slots=_text([None] * n),
        stability=np.full(n, np.nan),
    )
    keep = table["reason"].isna().to_numpy()
    aside = table.loc[~keep, [*SET_ASIDE.columns, "geometry"]]
    hotspots = ranked(table[keep])[[*HOTSPOTS.columns, "geometry"]]
    return HOTSPOTS.check(hotspots, "hotspots"), SET_ASIDE.check(aside, "set_aside")


def _named_for(
    chosen: list[Place], shapes: npt.NDArray[np.object_], counted: Counted, field: Field
) -> npt.NDArray[np.object_]:
    """Name a place for its whole ground, but one set aside for the cell that made it stand out."""
    named = shapes.copy()
    held = counted.incidents.ravel()
    for k, place in enumerate(chosen):
        if place.reason is not None:
            cells = place.window.cells
            named[k] = field.shapes(cells[[int(np.argmax(held[cells]))]])[0]
    return named


def _ids(chosen: list[Place], field: Field) -> list[str]:
    centres = np.array([p.window.centre for p in chosen], dtype=np.int64)
    return [f"P{i}" for i in field.ids(centres)]


def _measures(
    chosen: list[Place],
    incidents: gpd.GeoDataFrame,
    counted: Counted,
    of_record: Integers,
    *,
    expected: Numbers,
    field: Field,
) -> dict[str, object]:
    n = len(chosen)
    held = np.bincount(of_record[of_record >= 0], minlength=n).astype(np.int64)
    due = np.array([expected.ravel()[p.window.cells].sum() for p in chosen], dtype=float)
    people = count_people(incidents, of_record)
    none_known = pd.array([pd.NA] * n, dtype="Int64")
    return {
        "cells": _text([" ".join(sorted(field.ids(p.window.cells))) for p in chosen]),
        "area_km2": np.array([len(p.window.cells) for p in chosen]) * (field.cell_m**2 / 1e6),
        "incidents": held,
        "people": people.reindex(range(n), fill_value=0).array if len(people) else none_known,
        "expected": due,
        "strength": np.divide(held, due, out=np.full(n, np.nan), where=due > 0),
        "score": np.array([p.window.score for p in chosen], dtype=float),
        "p_value": np.array([p.p_value for p in chosen], dtype=float),
        "q_value": np.array([p.q_value for p in chosen], dtype=float),
        "sources_agree": _sources_agree(incidents, of_record, due, counted),
        "reason": _text([p.reason for p in chosen]),
    }


def _sources_agree(
    incidents: gpd.GeoDataFrame, of_record: Integers, due: Numbers, counted: Counted
) -> Integers:
    """Count the sources whose own records exceed their own share of the expectation."""
    code, sources = pd.factorize(incidents["source"])
    n, kinds = len(due), len(sources)
    share = np.bincount(code[counted.position >= 0], minlength=kinds) / counted.inside
    inside = of_record >= 0
    held = np.bincount(of_record[inside] * kinds + code[inside], minlength=n * kinds)
    above = held.reshape(n, kinds) > due[:, None] * share
    return np.asarray(above.sum(axis=1), dtype=np.int64)


def _text(values: object) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")  # type: ignore[call-overload, no-any-return]
