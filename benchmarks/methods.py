"""Which method chooses places best: on three real areas, and on the invented county where the truth is known?

Run it with ``python benchmarks/methods.py [re-runs]``; it prints the tables of docs/methods/choosing.md.
The real areas are there where ``CSGEO_OPEN_DATA`` is set: Bath & North East Somerset, the city of
Bristol, and the four rural districts of Somerset, each with the violence, drugs, weapons and robbery of 24
months. Every method gets the same records, cells, expectation and limits. Months only: what needs days is
asked of the county alone.

held: share of the records that the places hold; area: share of the study area; later: share of the records of the
last six months that places chosen from the eighteen months before hold; again: median share of re-runs that
find a place again.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.dependence import records_in_places
from csgeo.hotspots.enforcement import without_enforcement
from csgeo.hotspots.find import find_hotspots
from csgeo.intake import take_in
from csgeo.recipe import METHODS, load_recipe
from csgeo.samples import county, score
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    import geopandas as gpd

    from csgeo.samples import County

RURAL = ["Mendip", "Sedgemoor", "Somerset West and Taunton", "South Somerset"]
RECIPES = Path(__file__).parent.parent / "data" / "recipes"
HELD_BACK_MONTHS = 6


class Place(NamedTuple):
    """One study area: its records, itself, and what else the search may use."""

    incidents: gpd.GeoDataFrame
    area: gpd.GeoDataFrame
    options: dict[str, Any]
    made: County | None = None


def real(recipe: str, districts: list[str] | None, expectation: str) -> Place:
    chosen = load_recipe(RECIPES / recipe, folders=os.environ)
    if districts:
        where = {"ltla21_name": districts}
        chosen = replace(chosen, area=replace(chosen.area, where=where), strata=None, services=())
    intake = take_in(chosen, lambda *_: None)
    kept = intake.incidents
    kept = kept[kept["harm"].isin(chosen.harms) & kept.geometry.notna()]
    kept = kept[kept["occurred_from"].between("2019-10-01", "2021-09-30")]
    kept = without_enforcement(kept).incidents
    options = {"streets": intake.streets, "places": intake.places, "expectation": expectation}
    return Place(kept, intake.area, options)


def invented(seed: int) -> Place:
    made = county(seed)
    options = {
        "streets": made.streets, "places": made.places, "residents": made.areas.small_areas,
        "expectation": "surroundings",
    }  # fmt: skip
    kept = without_enforcement(made.incidents[made.incidents.geometry.notna()]).incidents
    return Place(kept, made.areas.county, options, made)


def share_held(
    hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> float:
    if hotspots.empty:
        return 0.0
    inside = count_incidents(incidents, lay_field(area, cell_m=125)).inside
    return len(records_in_places(hotspots, incidents, area).row) / inside


def line(place: Place, method: str, reruns: int) -> str:
    records, area = place.incidents, place.area
    last = records["occurred_from"].max() - pd.DateOffset(months=HELD_BACK_MONTHS)
    past, later = (
        records[records["occurred_from"] <= last],
        records[records["occurred_from"] > last],
    )
    options = {"method": method, "cell_m": 125, "seed": 1, **place.options}
    start = time.perf_counter()
    try:
        found = find_hotspots(records, area, **options)
        took = time.perf_counter() - start
        before = find_hotspots(past, area, **options)
        again = find_hotspots(records, area, reruns=reruns, **options).hotspots["stability"]
    except MethodError as refused:
        return f"| not answered: {str(refused).split('.')[0].split(';')[0]} | | | | | |"
    held = share_held(found.hotspots, records, area)
    ground = found.hotspots["area_km2"].sum() / (area.area.sum() / 1e6)
    told = [
        f"{len(found.hotspots)}", f"{held:.1%}", f"{ground:.2%}",
        f"{share_held(before.hotspots, later, area):.1%}",
        f"{np.median(again):.2f}" if len(again) else "", f"{took:.1f}",
    ]  # fmt: skip
    return f"| {' | '.join(told)} |"


def planted(seeds: int) -> None:
    print(f"\n### Invented county: planted truth over {seeds} seeds, lists of at most 20\n")
    print(
        "| method | planted places found, of 10 | worst seed | false places | most in a seed | artefacts listed |"
    )
    print("|---|---|---|---|---|---|")
    made = [invented(seed) for seed in range(1, seeds + 1)]
    for method in METHODS:
        results = []
        for number, place in enumerate(made, 1):
            found = find_hotspots(
                place.incidents,
                place.area,
                method=method,
                most_places=20,
                seed=number,
                **place.options,
            )
            assert place.made is not None
            results.append(score(found.hotspots, place.made.truth))
        hits, false = [len(r.found) for r in results], [len(r.false) for r in results]
        print(
            f"| {label(method)} | {np.mean(hits):.1f} | {min(hits)} | {np.mean(false):.1f} | {max(false)} "
            f"| {np.mean([len(r.artefacts) for r in results]):.1f} |"
        )


def label(method: str) -> str:
    return load_vocabulary("method").label(method)


def main(reruns: int = 20, seeds: int = 5) -> None:
    places = {"The invented county": invented(1)}
    if os.environ.get("CSGEO_OPEN_DATA"):
        whole = "avon_and_somerset.toml"
        places |= {
            "Bath & North East Somerset": real("bath_ne_somerset.toml", None, "streets"),
            "Bristol": real(whole, ["Bristol, City of"], "surroundings"),
            "Rural Somerset": real(whole, RURAL, "surroundings"),
        }
    for name, place in places.items():
        print(f"\n### {name}: {len(place.incidents):,} records\n")
        print("| method | places | held | area | later | again | seconds |")
        print("|---|---|---|---|---|---|---|")
        for method in METHODS:
            print(f"| {label(method)} {line(place, method, reruns)}", flush=True)
    planted(seeds)


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
