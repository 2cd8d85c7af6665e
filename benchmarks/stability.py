"""How long do 100 re-runs take, and how sure are we of each place on real records?

Run it with ``CSGEO_OPEN_DATA=... python benchmarks/stability.py [re-runs]``. Asked for: 100
re-runs on Bath & North East Somerset (8,576 records, 125 m) within 5 seconds, on all of Avon and
Somerset (250 m) within 10 seconds, on 2 quiet cores.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd

import csgeo
from csgeo.hotspots.find import find_hotspots
from csgeo.hotspots.listing import Limits
from csgeo.hotspots.searching_again import Search
from csgeo.hotspots.stability import stability, stability_words

CRIMES = ["Violence and sexual offences", "Drugs", "Possession of weapons", "Robbery"]
DATA = Path(os.environ["CSGEO_OPEN_DATA"])


def real_incidents(*, district: str | None, since: str, precision_m: float) -> gpd.GeoDataFrame:
    path = DATA / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    wanted = ["Month", "Longitude", "Latitude", "LSOA name", "Crime type"]
    rows = pd.read_parquet(path, columns=wanted, filters=[("Crime type", "in", CRIMES)])
    rows = rows[rows["Month"].astype("str") >= since]
    rows = rows[rows["Longitude"].notna()]
    if district:
        rows = rows[rows["LSOA name"].astype("str").str.startswith(district, na=False)]
    points = gpd.points_from_xy(rows["Longitude"], rows["Latitude"], crs=4326).to_crs(27700)
    columns = ["harm", "context", "location_type", "when_precision", "origin"]
    index = pd.RangeIndex(len(rows), name="incident_id")
    return gpd.GeoDataFrame(
        pd.DataFrame(None, index=index, columns=columns, dtype="str"), geometry=points
    ).assign(
        source="police",
        precision_m=precision_m,
        occurred_from=pd.Timestamp("2018-01-01"),
        occurred_to=pd.Timestamp("2021-09-30"),
    )


def show(called: str, incidents, area, reruns: int, asked_s: float, **choices) -> None:
    start = time.perf_counter()
    found = find_hotspots(incidents, area, replicates=199, **choices)
    found_s = time.perf_counter() - start
    tables = {k: choices.get(k) for k in ("streets", "residents", "places")}
    search = Search(
        cell_m=choices["cell_m"],
        expectation=choices["expectation"],
        limits=Limits(0.05, 10, 0.05),
        replicates=199,
        **tables,
    )
    start = time.perf_counter()
    stability(found.hotspots, incidents, area, search=search, reruns=1)
    once = time.perf_counter() - start
    start = time.perf_counter()
    share = stability(found.hotspots, incidents, area, search=search, reruns=reruns)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{called}: {len(incidents):,} records, {len(found.cells):,} cells; the search {found_s:.1f} s; "
        f"{reruns} re-runs {seconds:.1f} s, of which {once:.1f} s before the second re-run "
        f"(asked: {asked_s:g} s); {peak:.0f} MB at most"
    )
    words = stability_words(share, reruns=reruns)
    for place, row in found.hotspots.iterrows():
        print(f"  {row['rank']:>2} {row['name'][:44]:<44} {row['incidents']:>5}  {words[place]}")


def main(reruns: int = 100) -> None:
    area = csgeo.read_areas(
        DATA / "boundaries" / "ltla21_uk.parquet",
        where={"ltla21_code": "E06000022"},
        level="district",
    ).table
    streets = csgeo.read_streets(DATA / "network" / "banes_os_roads.parquet").table
    banes = real_incidents(district="Bath and", since="2019-10", precision_m=100)
    for expectation in ("streets", "surroundings"):
        show(
            f"Bath & North East Somerset, {expectation}", banes, area, reruns, 5,
            cell_m=125, expectation=expectation, streets=streets,
        )  # fmt: skip
    force = csgeo.read_areas(
        DATA / "boundaries" / "pfa20_uk.parquet", where={"pfa20_code": "E23000036"}, level="force"
    ).table
    all_of_it = real_incidents(district=None, since="2018-01", precision_m=100)
    show(
        "Avon and Somerset, surroundings", all_of_it, force, reruns, 10,
        cell_m=250, expectation="surroundings",
    )  # fmt: skip


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
