"""How long does a scan take, and how much memory?

Run it with ``python benchmarks/scan.py``. The leukaemia of upstate New York (281 areas, 552
cases; needs ``CSGEO_OPEN_DATA``, else as many areas drawn by chance) is scanned with 999
replicates. No Python package does the same. Beside it stand the straight way in NumPy (all
circles as prefix sums, one replicate after the other, on one thread) and, where it is installed,
pyscan (``pyscan-stats``), which looks for the strongest disc of any centre on one map: other
windows, no replicates, no secondary clusters, no p-values; so its seconds are those of one map.
R's SpatialEpi took 3.3 s on such a machine; at most 0.25 s are asked. Each line is run once to
load and compile, then timed; memory is the most that NumPy and Python held at once.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import statistics
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from measuring import Row, Side, alone

from csgeo.hotspots.scan.space_time import scan_permutation
from csgeo.hotspots.scan.spatial import scan_bernoulli, scan_poisson

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5


def new_york() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where, cases and people of 281 census tracts."""
    folder = os.environ.get("CSGEO_OPEN_DATA")
    if folder:
        rows = pd.read_csv(Path(folder) / "oracles" / "nydf.csv")
        where = rows[["latitude", "longitude"]].to_numpy()
        return where, np.floor(rows["cases"].to_numpy()), rows["population"].to_numpy(float)
    chance = np.random.default_rng(1)
    people = chance.integers(500, 8000, 281).astype(float)
    return chance.uniform(0, 100, (281, 2)), chance.multinomial(552, people / people.sum()), people


def straight(where: np.ndarray, cases: np.ndarray, people: np.ndarray, replicates: int) -> float:
    """Kulldorff's scan as one would write it down; the share of replicates at least as strong."""
    total, everyone = cases.sum(), people.sum()
    distance = np.hypot(*(where[:, None] - where[None]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1, kind="stable")
    due = np.cumsum(people[order], axis=1) * total / everyone
    inside = due <= total / 2

    def strongest(counts: np.ndarray) -> float:
        c = np.cumsum(counts[order], axis=1)
        hot = inside & (c > due) & (c >= 2)
        c, e = c[hot], due[hot]
        return float((c * np.log(c / e) + (total - c) * np.log((total - c) / (total - e))).max())

    chance = np.random.default_rng(0)
    observed = strongest(cases)
    drawn = chance.multinomial(int(total), people / everyone, replicates)
    return (1 + sum(strongest(one) >= observed for one in drawn)) / (1 + replicates)


def one_map_of_pyscan(where: np.ndarray, cases: np.ndarray, people: np.ndarray) -> float:
    """Take the seconds in which pyscan finds its strongest disc, once; missing without pyscan."""
    if importlib.util.find_spec("pyscan") is None:
        return float("nan")
    import pyscan

    net = [pyscan.Point(float(x), float(y), 1.0) for x, y in where]
    told = [
        [
            pyscan.WPoint(float(w), float(x), float(y), 1.0)
            for (x, y), w in zip(where, weight, strict=True)
        ]
        for weight in (cases, people)
    ]
    began = time.perf_counter()
    pyscan.max_disk(net, *told, pyscan.KULLDORF)
    return time.perf_counter() - began


def csgeo_() -> Callable[[], float]:
    where, cases, people = new_york()

    def question() -> float:
        return float(scan_poisson(where, cases, population=people)["p_value"].iloc[0])

    return question


def straight_() -> Callable[[], float]:
    where, cases, people = new_york()
    return lambda: straight(where, cases, people, 999)


def rows() -> list[Row]:
    """Hold the scan against R's seconds, as stated, and against the straight way in NumPy."""
    ours, theirs = alone(csgeo_, times=9), alone(straight_)
    work, nan = "Poisson scan, 281 areas, 999 replicates", float("nan")
    words = f"p {ours.answer:.3f}, straight {theirs.answer:.3f}"
    stated = Side(nan, 3.3, nan, None)
    return [
        Row(work, "SpatialEpi (R), as stated", ours, stated, "not run here", most_s=0.25),
        Row(work, "the straight way in NumPy", ours, theirs, words),
    ]


def timed(what: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median of seconds, and MB held at most."""
    what()
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        what()
        seconds.append(time.perf_counter() - began)
    tracemalloc.start()
    what()
    memory = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return statistics.median(seconds), memory


def lattice(side: int) -> tuple[np.ndarray, np.ndarray]:
    """Lay out a square town of cells of 125 m, with one case a cell on average."""
    x, y = np.meshgrid(np.arange(side) * 125.0, np.arange(side) * 125.0)
    return np.column_stack([x.ravel(), y.ravel()]), np.random.default_rng(2).poisson(1, side * side)


def main() -> None:
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    where, cases, people = new_york()
    fast = timed(lambda: scan_poisson(where, cases, population=people))
    slow = timed(lambda: straight(where, cases, people, 999), runs=1)
    print(
        f"{'Poisson, 281 areas, 999 replicates':<52}{fast[0]:7.3f} s {fast[1]:6.0f} MB   asked: <= 0.25 s"
    )
    print(
        f"{'  the straight way in NumPy':<52}{slow[0]:7.3f} s {slow[1]:6.0f} MB   {slow[0] / fast[0]:.0f} x"
    )
    print(f"{'  SpatialEpi (R), as stated':<52}{3.3:7.3f} s {'':>9}   {3.3 / fast[0]:.0f} x")
    one = one_map_of_pyscan(where, cases, people)
    print(f"{'  pyscan, one map of 1,000, other windows':<52}{one:7.3f} s")
    lines = {
        "the same, 9,999 replicates": lambda: scan_poisson(
            where, cases, population=people, replicates=9999
        ),
        "the same, stopped after 50 as strong": lambda: scan_poisson(
            where, cases[::-1], population=people, stop_after=50
        ),
        "Bernoulli": lambda: scan_bernoulli(where, cases, people - cases),
        "Poisson, 47 ellipses a place": lambda: scan_poisson(
            where, cases, population=people, elliptic=True
        ),
    }
    for side in (50, 100, 200):
        cells, records = lattice(side)
        lines[f"Poisson, {side * side:,} cells, up to 500 m"] = (
            lambda cells=cells, records=records: scan_poisson(
                cells, records, population=np.ones(len(cells)), most_radius_m=500
            )
        )
    chance = np.random.default_rng(3)
    points = chance.uniform(0, 20_000, (300, 2))[chance.integers(0, 300, 3000)]
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(chance.integers(0, 364, 3000), unit="D")
    lines["space-time permutation, 3,000 cases, 52 weeks"] = lambda: scan_permutation(
        points, days, unit="week", most_radius_m=3000, most_units=12
    )
    for name, what in lines.items():
        seconds, memory = timed(what, runs=1)
        print(f"{name:<52}{seconds:7.3f} s {memory:6.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
