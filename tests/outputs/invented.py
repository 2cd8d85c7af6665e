"""A small study, made by hand, that outputs and the dashboard are tested on.

Nothing in it is real. Two of its eight hotspots may not be shown, and exact
numbers that must not leave are all in `PLANTED`.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point, Polygon, box

if TYPE_CHECKING:
    from collections.abc import Mapping

#: South-west corner of the invented town, metres.
WEST, SOUTH = 420_000, 220_000
CELL_M = 250
CRS = "EPSG:27700"

#: Exact values that no released file may hold; the texts are searched byte by byte.
PLANTED = {
    "person": "PERSON-7f3a9c",
    "incident": "INCIDENT-55-0091",
    "easting": "421137.73",
    "score": "187.31415",
    "recipe": "never-a-secret",
}

# name, column, row, stratum, incidents, people, expected, q, stability
_HOTSPOTS = [
    ("Around Market Street and the bus station", 8, 8, "Town", 791, 212, 31.7, 0.001, 0.99),
    ("Around Station Road", 12, 9, "Town", 366, 140, 28.2, 0.001, 0.97),
    ("Around Harbour Parade", 3, 12, "Coast", 248, 91, 33.1, 0.001, 0.98),
    ("Around Mill Lane and the recreation ground", 13, 3, "Town", 127, 60, 17.9, 0.004, 0.91),
    ("Around Church Green", 4, 4, "Villages", 58, 23, 6.2, 0.02, 0.86),
    ("Around Long Reach", 16, 13, "Coast", 37, 17, 4.1, 0.03, 0.62),
    # one address, three people, a hundred records
    ("Around Quiet Close", 17, 6, "Villages", 103, 3, 2.2, 0.001, 0.99),
    ("Around Far Farm", 1, 16, "Villages", 6, 4, 0.7, 0.04, 0.81),
]
_SERVICES = [
    ("The Shed youth club", "YOUTH_CLUB", 9.2, 9.9, "Mo-Fr 16:00-20:00"),
    ("Harbour youth space", "YOUTH_CLUB", 2.1, 11.2, None),
    ("Town library", "LIBRARY", 7.9, 8.0, "Mo-Sa 09:00-17:00"),
    ("Northgate School", "SCHOOL", 11.0, 12.3, None),
    ("Coast Academy", "SCHOOL", 5.2, 13.7, None),
    ("Mill Lane surgery", "GP", 12.2, 2.1, "Mo-Fr 08:00-18:00"),
    ("Police front counter", "POLICE", 6.0, 6.4, None),
]


def invented_study(records_at: Mapping[str, int] | None = None, **changes: Any) -> SimpleNamespace:
    """Give a study with every attribute of `StudyTables`; `changes` replace some.

    `records_at` gives some places another number of records, by their name.
    """
    many = {h[0]: h[4] for h in _HOTSPOTS} | dict(records_at or {})
    incidents = _incidents(many)
    area = gpd.GeoDataFrame(
        {"name": ["Wexcombe"], "level": ["district"]},
        index=pd.Index(["X01"], name="area_id"),
        geometry=[box(WEST, SOUTH, WEST + 20 * CELL_M, SOUTH + 20 * CELL_M)],
        crs=CRS,
    )
    hotspots = _hotspots(many)
    parts: dict[str, Any] = {
        "title": "Serious youth violence in Wexcombe",
        "marking": "OFFICIAL-SENSITIVE",
        "harms": ("SYV", "CCE"),
        "period": (dt.date(2024, 10, 1), dt.date(2026, 9, 30)),
        "area": area,
        "incidents": incidents,
        "cells": cells_of(incidents),
        "hotspots": hotspots,
        "set_aside": _set_aside(),
        "services": _services(),
        "services_near": _services_near(hotspots),
        "basemap": _basemap(),
        "sources": (
            {
                "file": "/somewhere/else/incidents.csv",
                "kind": "records of harm",
                "sha256": "ab" * 32,
                "rows_in": 2412,
                "rows_used": 2398,
                "rows_set_aside": [
                    {"reason": "no date", "rows": 14, "first_value": PLANTED["person"]}
                ],
            },
            {
                "file": "services.csv",
                "kind": "services",
                "sha256": "cd" * 32,
                "rows_in": 7,
                "rows_used": 7,
                "rows_set_aside": [],
            },
        ),
        "steps": (
            {
                "step": "read incidents",
                "rows_in": 2412,
                "rows_out": 2398,
                "note": "14 without date",
            },
            {"step": "inside the area", "rows_in": 2398, "rows_out": 2384, "note": ""},
            {"step": "places found", "rows_in": 2384, "rows_out": 8, "note": "places in the list"},
        ),
        "choices": {"expectation": "the streets around", "cell_m": 250},
        "recipe_text": '[study]\ntitle = "Serious youth violence in Wexcombe"\n',
        "attribution": ("Invented data: no real place, no real person.",),
        "caveats": (
            "Recorded incidents are not all incidents: more is recorded where more people look.",
        ),
        "records_used": 2384,
        "records_without_place": 63,
        "people_known": True,
    }
    return SimpleNamespace(**(parts | changes))


def _corner(column: float, row: float) -> tuple[float, float]:
    return WEST + column * CELL_M, SOUTH + row * CELL_M


def _cell_id(column: int, row: int) -> str:
    x, y = _corner(column, row)
    return f"{CELL_M}mE{x:.0f}N{y:.0f}"


def _square(column: int, row: int) -> Polygon:
    x, y = _corner(column, row)
    return box(x, y, x + CELL_M, y + CELL_M)


def _hotspots(many: Mapping[str, int]) -> gpd.GeoDataFrame:
    rows, shapes, ids = [], [], []
    for rank, (name, c, r, stratum, _, people, expected, q, stable) in enumerate(_HOTSPOTS, 1):
        incidents = many[name]
        cells = [(c, r), (c + 1, r), (c, r + 1)]
        shapes.append(_square(*cells[0]).union(_square(*cells[1])).union(_square(*cells[2])))
        ids.append("P" + _cell_id(c, r))
        rows.append(
            {
                "rank": rank,
                "stratum": stratum,
                "rank_in_stratum": 1 + sum(h[3] == stratum for h in _HOTSPOTS[: rank - 1]),
                "name": name,
                "method": "compact_places",
                "cells": " ".join(sorted(_cell_id(*cell) for cell in cells)),
                "area_km2": 3 * CELL_M**2 / 1e6,
                "incidents": incidents,
                "people": people,
                "expected": expected,
                "strength": incidents / expected,
                "score": float(PLANTED["score"]) + rank,
                "p_value": q / 2,
                "q_value": q,
                "stability": stable,
                "peak_slots": "Thursday, 15:00 to 19:00; Friday, 15:00 to 19:00"
                if rank == 1
                else None,
                "sources_agree": 2,
            }
        )
    return gpd.GeoDataFrame(
        rows, index=pd.Index(ids, name="hotspot_id"), geometry=shapes, crs=CRS
    ).astype({"people": "Int64", "sources_agree": "Int64", "stratum": "str"})


def cells_of(incidents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the records and the people of each of the 20 x 20 cells."""
    column = ((incidents.geometry.x - WEST) // CELL_M).astype(int).to_numpy()
    row = ((incidents.geometry.y - SOUTH) // CELL_M).astype(int).to_numpy()
    counted = incidents["person_key"].groupby([column, row]).agg(["size", "nunique"])
    places = [(c, r) for c in range(20) for r in range(20)]
    counted = counted.reindex(pd.MultiIndex.from_tuples(places), fill_value=0)
    return gpd.GeoDataFrame(
        {
            "incidents": counted["size"].to_numpy(),
            "people": counted["nunique"].to_numpy(),
            "expected": 4.0,
            "stratum": "Town",
        },
        index=pd.Index([_cell_id(*p) for p in places], name="cell_id"),
        geometry=[_square(*p) for p in places],
        crs=CRS,
    )


def _set_aside() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": ["Around Victoria Road", "Around Elm Court"],
            "incidents": [119, 8],
            "people": pd.array([44, 2], dtype="Int64"),
            # seven records of seven people lie in the first; nobody in the second
            "cells": [_cell_id(6, 2), _cell_id(15, 15)],
            "reason": ["a police station stands there: 97 of its 119 records are on one point"] * 2,
        },
        index=pd.Index(["P" + _cell_id(6, 2), "P" + _cell_id(15, 15)], name="hotspot_id"),
        geometry=[_square(6, 2), _square(15, 15)],
        crs=CRS,
    )


def _services() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": [s[0] for s in _SERVICES],
            "kind": [s[1] for s in _SERVICES],
            "opening_hours": pd.array([s[4] for s in _SERVICES], dtype="str"),
            "ages": pd.array(["11-18", *[None] * 6], dtype="str"),
            "capacity": pd.array([30, *[None] * 6], dtype="Float64"),
            "funded_until": pd.to_datetime(["2027-03-31", *[None] * 6]),
        },
        index=pd.Index([f"S{i}" for i in range(len(_SERVICES))], name="service_id"),
        geometry=[Point(_corner(s[2], s[3])) for s in _SERVICES],
        crs=CRS,
    )


def _services_near(hotspots: gpd.GeoDataFrame) -> pd.DataFrame:
    services, rows = _services(), []
    for place, shape in hotspots.geometry.centroid.items():
        for kind, some in services.groupby("kind"):
            far = some.distance(shape)
            rows.append(
                {
                    "hotspot_id": place,
                    "kind": kind,
                    "nearest_service_id": far.idxmin(),
                    "nearest_name": some.loc[far.idxmin(), "name"],
                    "nearest_m": round(float(far.min())),
                    "walk_minutes": round(float(far.min()) / 80),
                    "within_reach": int((far <= 800).sum()),
                    "measured_by": "straight line",
                    "gap": bool(kind == "YOUTH_CLUB" and (far > 800).all()),
                }
            )
    return pd.DataFrame(rows)


def _basemap() -> gpd.GeoDataFrame:
    def line(*points: tuple[float, float]) -> LineString:
        return LineString([_corner(*p) for p in points])

    rows: list[tuple[str, str | None, Any]] = [
        (
            "park",
            "Recreation ground",
            Polygon([_corner(*p) for p in ((13, 4), (15, 4), (15, 5.5))]),
        ),
        ("water", "Harbour", Polygon([_corner(*p) for p in ((0, 10), (2, 11), (2, 14), (0, 16))])),
        ("road", "Market Street", line((0, 7.5), (6, 8.2), (13, 9.1), (20, 9.4))),
        ("road", "Station Road", line((12.4, 0), (12.2, 9), (14, 20))),
        ("rail", None, line((0, 2), (9, 5), (12, 9.6), (20, 15))),
        ("settlement", "Wexcombe", Point(_corner(9.5, 7.2))),
        ("settlement", "Harbourside", Point(_corner(3.2, 14.4))),
    ]
    rows += [("street", None, line((k, 0), (k + 0.6, 20))) for k in range(1, 20, 2)]
    rows += [("street", None, line((0, k), (20, k + 0.4))) for k in range(1, 20, 2)]
    return gpd.GeoDataFrame(
        {"kind": [r[0] for r in rows], "name": pd.array([r[1] for r in rows], dtype="str")},
        index=pd.Index([f"B{i:03}" for i in range(len(rows))], name="basemap_id"),
        geometry=[r[2] for r in rows],
        crs=CRS,
    )


def _incidents(many: Mapping[str, int]) -> gpd.GeoDataFrame:
    return _incidents_of(tuple(many.items())).copy()


@lru_cache(maxsize=4)
def _incidents_of(places: tuple[tuple[str, int], ...]) -> gpd.GeoDataFrame:
    """Put half of a place's records in its first cell, and some few in a scatter of cells."""
    many, rows = dict(places), []
    for name, c, r, _, _, who, *_ in _HOTSPOTS:
        n = many[name]
        ends = (n - n // 2, n - n // 5)
        for i in range(n):
            cell = (c, r) if i < ends[0] else (c + 1, r) if i < ends[1] else (c, r + 1)
            rows.append((*cell, f"{name} {i % who}"))
    for k in range(20):
        c, r = k, (7 * k) % 20
        if (c, r) != (18, 6):  # a cell of Quiet Close
            rows += [(c, r, f"scatter {k} {i % (1 + k % 7)}") for i in range(1 + k % 9)]
    n = len(rows)
    x, y = zip(*(_corner(c + 0.5, r + 0.5) for c, r, _ in rows), strict=True)
    hours = np.arange(n) * 37 % (24 * 700)
    table = gpd.GeoDataFrame(
        {
            "harm": np.where(np.arange(n) % 3 == 0, "CCE", "SYV"),
            "context": "NEIGHBOURHOOD",
            "location_type": "STREET",
            "occurred_from": pd.Timestamp("2024-10-01 00:40") + pd.to_timedelta(hours, unit="h"),
            "occurred_to": pd.to_datetime(pd.Series([None] * n)),
            "when_precision": "minute",
            "source": "police",
            "origin": "reported",
            "person_key": [who for _, _, who in rows],
            "precision_m": 10.0,
        },
        index=pd.Index([f"I{i:05}" for i in range(n)], name="incident_id"),
        geometry=gpd.points_from_xy(x, y),
        crs=CRS,
    )
    planted = int(table["person_key"].eq("scatter 4 0").to_numpy().argmax())
    table.index = table.index.where(np.arange(n) != planted, PLANTED["incident"])
    table.iloc[planted, table.columns.get_loc("person_key")] = PLANTED["person"]
    table.iloc[planted, table.columns.get_loc("geometry")] = Point(
        float(PLANTED["easting"]), 222111.19
    )
    return table
