"""What does a protected table hold?"""

from __future__ import annotations

from csgeo.tables import HOTSPOTS, Column, Table

_REMEDY = "Make them with `csgeo.make_release`."
_AREAS = ("Polygon", "MultiPolygon")

#: The three bands, strongest first.
BANDS = ("highest", "higher", "high")
#: How sure a place is, surest first; the outline on every map says the same.
CERTAINTIES = ("sure", "less sure", "not enough to say")

RELEASED_HOTSPOTS = Table(
    name="RELEASED_HOTSPOTS",
    one_row_is="one place that may be shown, with protected numbers only",
    index="hotspot_id",
    geometry=_AREAS,
    remedy=_REMEDY,
    columns={
        "rank": Column("integer", "place in the list, 1 first", least=1, known=True),
        "name": HOTSPOTS.columns["name"],
        "stratum": HOTSPOTS.columns["stratum"],
        "rank_in_stratum": HOTSPOTS.columns["rank_in_stratum"],
        "band": Column("text", "third of the list it is in", allowed=BANDS, known=True),
        "incidents": Column("integer", "records of harm, rounded", "count", least=0, known=True),
        "expected": Column(
            "integer",
            "records that the expectation gives it, rounded and not below the step of rounding",
            "count",
            least=0,
            known=True,
        ),
        "strength": Column("number", "rounded incidents divided by rounded expected", "ratio"),
        "stability": Column(
            "number", "share of re-runs that found it, two decimals", least=0, most=1
        ),
        "certainty": Column("text", "how sure it is, in words", allowed=CERTAINTIES, known=True),
        "peak_slots": HOTSPOTS.columns["peak_slots"],
        "sources_agree": HOTSPOTS.columns["sources_agree"],
        "cells": HOTSPOTS.columns["cells"],
        "area_km2": HOTSPOTS.columns["area_km2"],
    },
)

RELEASED_CELLS = Table(
    name="RELEASED_CELLS",
    one_row_is="one piece of ground around the places: a lattice cell, or several joined",
    index="cell_id",
    geometry=_AREAS,
    may_be_empty=True,
    remedy=_REMEDY,
    columns={
        "incidents": Column("integer", "records of harm, rounded; missing if hidden", "count"),
        "per_km2": Column(
            "number", "rounded records divided by its ground; missing if hidden", "records per km2"
        ),
        "hidden": Column("flag", "true: none, or too few people to show; the two not told apart"),
        "band": Column(
            "text",
            "third class of the pieces that are denser than the average; missing for the others",
            allowed=BANDS,
        ),
        "area_km2": Column("number", "its ground", "km2", least=0),
        "cells": Column("text", "the squares it is made of, separated by spaces", known=True),
    },
)
