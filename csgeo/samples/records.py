"""Which records of harm does the invented county hold?

What falls on any street, what planted places add, what an intervention takes
away and moves, and what is only how records are kept.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.lattice import cell_at
from csgeo.samples import moments, wording
from csgeo.samples.exposure import Exposure, draw
from csgeo.samples.planted import (
    ARTEFACTS,
    CELL_M,
    INTERVENTION,
    PLANS,
    Plan,
    active_months,
    first_day,
)
from csgeo.tables import NATIONAL_GRID

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

#: Records that fall on streets with no place being hot, over three years.
USUAL = 10_200
#: Records that say no place.
NO_PLACE = 480
_PEOPLE = 5_200


class Records(NamedTuple):
    """The records as a table, and what went into each planted place."""

    incidents: gpd.GeoDataFrame
    planted: pd.DataFrame  # truth_id: expected, added, records, moved


def make_records(
    exposure: Exposure,
    planted: gpd.GeoDataFrame,
    spots: dict[str, Floats],
    areas: gpd.GeoDataFrame,
    rng: np.random.Generator,
) -> Records:
    """Draw the records of three years.

    Returns
    -------
    incidents
        ``INCIDENTS`` table, in the order of time.
    planted
        On the index of `planted`: ``expected`` (records that its streets would
        have had), ``added`` (planted records), ``records`` (all inside).
    """
    at = cell_at(exposure.x, exposure.y, cell_m=CELL_M).astype(object)
    within = [np.isin(at, cells.split()) for cells in planted["cells"]]
    points, _ = draw(exposure, int(rng.poisson(USUAL)), rng)
    parts = [_usual(points, rng)]
    added = []
    for plan, inside, spot in zip(PLANS, within, planted[["x", "y"]].to_numpy(), strict=False):
        expected = USUAL * exposure.share[inside].sum()
        active = active_months(plan)
        many = int(rng.poisson((plan.strength - 1) * expected * active.mean()))
        away = np.hypot(exposure.x - spot[0], exposure.y - spot[1])
        leaning = exposure._replace(
            share=exposure.share * inside * np.exp(-((away / 170) ** 2) / 2)
        )
        parts.append(_hot(plan, leaning, inside, many, rng))
        added.append(many)
    parts += _artefacts(spots, rng)
    table = _settled(pd.concat(parts, ignore_index=True), rng)
    table, moved = _intervene(table, exposure, planted, within, rng)
    table = _numbered(pd.concat([table, _placeless(areas, rng)], ignore_index=True), rng)
    cells = cell_at(table["x"].fillna(0), table["y"].fillna(0), cell_m=CELL_M).astype(object)
    facts = pd.DataFrame(
        {
            "expected": [round(USUAL * exposure.share[w].sum(), 1) for w in within],
            "added": [*added, moved],
            "records": [int(np.isin(cells, c.split()).sum()) for c in planted["cells"]],
        },
        index=planted.index,
    )
    return Records(_incidents(table), facts)


def _usual(points: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(points)
    return pd.DataFrame(
        {
            "x": points["x"],
            "y": points["y"],
            "harm": wording.draw_words(wording.USUAL_HARMS, n, rng),
            "location_type": wording.draw_locations(n, rng),
            "time": moments.usual_times(n, rng),
            "person": _people(n, rng),
        }
    )


def _hot(
    plan: Plan, exposure: Exposure, inside: npt.NDArray[np.bool_], many: int, rng: np.random.Generator
) -> pd.DataFrame:  # fmt: skip
    """Draw the records that a planted place adds: denser towards its middle."""
    points = _kept_inside(exposure, inside, many, rng)
    circle = _people(max(8, round(many / 2.2)), rng)
    return pd.DataFrame(
        {
            "x": points["x"],
            "y": points["y"],
            "harm": wording.draw_words(plan.harms, many, rng),
            "location_type": wording.draw_words(dict.fromkeys(plan.locations, 1.0), many, rng),
            "time": moments.slot_times(plan.slots, active_months(plan), many, rng),
            "person": rng.choice(circle, many),
        }
    )


def _kept_inside(
    exposure: Exposure, inside: npt.NDArray[np.bool_], many: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw points whose shift off the street does not take them out of the cells."""
    cells = np.unique(cell_at(exposure.x[inside], exposure.y[inside], cell_m=CELL_M).astype(object))
    points, rows = draw(exposure, many, rng)
    out = ~np.isin(cell_at(points["x"], points["y"], cell_m=CELL_M).astype(object), cells)
    points.loc[out, ["x", "y"]] = np.floor(np.column_stack([exposure.x, exposure.y])[rows[out]])
    return points


def _artefacts(spots: dict[str, Floats], rng: np.random.Generator) -> list[pd.DataFrame]:
    """Draw what is entered at an institution, at a default point, or at one child's home."""
    kinds = {"police": "POLICE_STATION", "hospital": "HOSPITAL", "prison": "PRISON", "home": "CARE_HOME"}  # fmt: skip
    parts = []
    for spot, _, many in ARTEFACTS:
        x, y = (round(v) for v in spots[spot])
        harms = wording.draw_words(wording.USUAL_HARMS, many, rng)
        alone = spot == "home"
        parts.append(
            pd.DataFrame(
                {
                    "x": float(x),
                    "y": float(y),
                    "harm": np.full(many, "MISSING", dtype=object) if alone else harms,
                    "location_type": kinds.get(spot, "UNKNOWN"),
                    "time": moments.usual_times(many, rng),
                    "person": np.full(many, _PEOPLE + 1) if alone else _people(many, rng),
                    "precision_m": 5_000.0 if spot == "default" else 10.0,
                }
            )
        )
    return parts


def _people(n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Draw people: most have one record, a few have many."""
    return (_PEOPLE * rng.beta(0.75, 1.0, n)).astype(np.int64)


def _settled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say who recorded it, how, and how exactly the place is known."""
    locations = table["location_type"].to_numpy(dtype=object)
    who = wording.sources(table["harm"].to_numpy(dtype=object), rng)
    who = np.where(locations == "HOSPITAL", "A&E", who).astype(object)
    exact = rng.choice([5.0, 10.0, 25.0, 50.0, 100.0], len(table), p=[0.25, 0.3, 0.25, 0.15, 0.05])
    given = table.get("precision_m", pd.Series(np.nan, table.index))
    return table.assign(
        context=wording.contexts(locations, rng),
        source=who,
        origin=wording.origins(who, rng),
        precision_m=given.where(given.notna(), exact),
    )


def _intervene(
    table: pd.DataFrame,
    exposure: Exposure,
    planted: gpd.GeoDataFrame,
    within: list[npt.NDArray[np.bool_]],
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, int]:
    """Take away a share of the harm at one place from a day on; move some of it next door."""
    treated = str(planted.loc[planted["spot"] == INTERVENTION.spot, "cells"].iloc[0])
    cells = cell_at(table["x"], table["y"], cell_m=CELL_M).astype(object)
    start = np.datetime64(first_day(INTERVENTION.month))
    hit = np.isin(cells, treated.split()) & (table["time"] >= start).to_numpy()
    gone = hit & (rng.random(len(table)) < INTERVENTION.fall)
    moved = gone & (rng.random(len(table)) < INTERVENTION.moved)
    share = exposure.share * within[-1]
    points = _kept_inside(exposure._replace(share=share / share.sum()), within[-1], int(moved.sum()), rng)  # fmt: skip
    out = table.copy()
    out.loc[moved, ["x", "y"]] = points[["x", "y"]].to_numpy()
    return out[~gone | moved], int(moved.sum())


def _placeless(areas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw records that say no point; half of them name an area."""
    nowhere = pd.DataFrame({"x": np.nan, "y": np.nan}, index=range(NO_PLACE))
    table = _settled(_usual(nowhere, rng), rng)
    named = rng.choice(areas.index.to_numpy(dtype=object), NO_PLACE)
    table["area_id"] = pd.Series(named).where(rng.random(NO_PLACE) < 0.5)
    return table.assign(precision_m=np.nan)


def _numbered(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Write times as a form has them, make pseudonyms, put records in order."""
    table = table.sort_values(["time", "x", "y"], kind="stable", ignore_index=True)
    missing = (table["harm"] == "MISSING").to_numpy()
    start, end, precision = moments.as_written(table["time"].to_numpy().astype("datetime64[m]"), missing, rng)  # fmt: skip
    salt = rng.bytes(16)
    keys = {p: hashlib.sha256(salt + str(p).encode()).hexdigest() for p in table["person"].unique()}
    unknown = (rng.random(len(table)) < 0.12) & (table["person"] != _PEOPLE + 1).to_numpy()
    out = table.assign(
        occurred_from=start.astype("datetime64[s]"),
        occurred_to=end.astype("datetime64[s]"),
        when_precision=precision,
        person_key=table["person"].map(keys).where(~unknown, None),
    )
    out.index = pd.Index([f"R{i:06d}" for i in range(1, len(out) + 1)], name="incident_id")
    return out


def _incidents(table: pd.DataFrame) -> gpd.GeoDataFrame:
    columns = ["harm", "context", "location_type", "occurred_from", "occurred_to", "when_precision", "source", "origin", "person_key", "precision_m", "area_id"]  # fmt: skip
    out = table[columns].astype(
        {c: "str" for c in columns if c not in {"occurred_from", "occurred_to", "precision_m"}}
    )
    points = gpd.GeoSeries.from_xy(table["x"], table["y"], crs=NATIONAL_GRID)
    points = points.where(table["x"].notna(), None)
    return gpd.GeoDataFrame(out, geometry=points, crs=NATIONAL_GRID)
