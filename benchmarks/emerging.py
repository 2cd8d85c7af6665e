"""How long do all seventeen emerging-hotspot classes take over every record of four forces?

Run it with ``python benchmarks/emerging.py``, with ``CSGEO_OPEN_DATA`` set. Asked: 1,928,460 rows, 250 m,
45 months, in at most 20 s and 3 GB. No peer does this work rightly: sfdep binds results to the
wrong rows, xarray-spatial leaves the variance term out (docs/methods/emerging.md), so there is no ratio.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from measuring import Row, alone

from csgeo import read_police
from csgeo.hotspots.change.cube import count_cube
from csgeo.hotspots.change.emerging import emerging_hotspots
from csgeo.hotspots.change.trend import mann_kendall
from csgeo.hotspots.change.two_periods import change_of_cube

if TYPE_CHECKING:
    from collections.abc import Callable

WANTED_S, WANTED_GB = 20.0, 3.0


def peak_gb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def csgeo_() -> Callable[[], tuple[int, int, int]]:
    folder = Path(os.environ["CSGEO_OPEN_DATA"]) / "police"
    paths = sorted(folder.glob("*.parquet"))

    def question() -> tuple[int, int, int]:
        readings = [read_police(path) for path in paths]
        rows = sum(r.report.rows_in for r in readings)
        incidents = gpd.GeoDataFrame(pd.concat([r.table for r in readings]), crs=27700)
        del readings
        cube = count_cube(incidents, cell_m=250)
        found = emerging_hotspots(cube).cells["pattern"]
        return rows, cube.counts.shape[1], found.nunique()

    return question


def row() -> Row:
    ours = alone(csgeo_, times=2)
    rows, months, kinds = ours.answer
    work = f"{rows:,} rows (all forces) from their files, 250 m, {months} months, all 17 classes"
    words = f"{kinds} of the classes occur"
    return Row(work, "none", ours, None, words, most_s=WANTED_S, most_mb=WANTED_GB * 1024)


def main() -> None:
    folder = Path(os.environ["CSGEO_OPEN_DATA"]) / "police"
    clock = [time.perf_counter()]

    def lap(what: str) -> None:
        clock.append(time.perf_counter())
        print(f"{what:52s} {clock[-1] - clock[-2]:6.2f} s   peak so far {peak_gb():.2f} GB")

    readings = [read_police(path) for path in sorted(folder.glob("*.parquet"))]
    rows = sum(r.report.rows_in for r in readings)
    incidents = gpd.GeoDataFrame(pd.concat([r.table for r in readings]), crs=27700)
    del readings
    lap(f"read {rows:,} rows, {len(incidents):,} used")
    cube = count_cube(incidents, cell_m=250)
    lap(f"count {cube.counts.shape[0]:,} cells x {cube.counts.shape[1]} months")
    emerging = emerging_hotspots(cube)
    lap("space-time Gi*, q-values, Mann-Kendall, classes")
    all_s, all_gb = clock[-1] - clock[0], peak_gb()
    change_of_cube(cube, before=("2018-10", "2019-09"), after=("2020-10", "2021-09"))
    lap("two periods compared, exactly, per cell")
    series = np.nan_to_num(emerging.z)
    mann_kendall(series)
    lap("Mann-Kendall with Sen's slope")
    print(
        f"\nfile to classes: {all_s:.1f} s (wanted: {WANTED_S:g}), peak {all_gb:.2f} GB (wanted: {WANTED_GB:g})"
    )
    unknown = int((~cube.known).sum())
    print(f"{unknown:,} of {cube.known.size:,} bins are not known (2019-07 of three forces)")
    print(emerging.cells["pattern"].value_counts().to_string())
    if all_s > WANTED_S or all_gb > WANTED_GB:
        sys.exit(1)


if __name__ == "__main__":
    main()
