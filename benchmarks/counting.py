"""How do time and memory of counting grow, from 10,000 to 10,000,000 records?

Run it with ``python benchmarks/counting.py [most_records]``. Records are drawn around 400 centres
in a county of 100 x 60 km (384,000 cells of 125 m), some in stacks; each number of records runs in
a process of its own. Times are those of the function with all its checks, the best of three, of
which the records' table is not part; the memory is the most that the process held beyond what it
held before. The exponent is that of time against n between two rows: 1 for n, below 1.1 for n log n.

Peers in the same run, at 1,000,000 records: ``geopandas.sjoin`` with the same cells and the same
2,400 areas. All must count the same.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EAST_M, NORTH_M = 100_000, 60_000
PEERS_AT = 1_000_000
Measured = dict[str, float]


def county() -> gpd.GeoDataFrame:
    # a rim off the lattice, so that cells along it must be asked
    shape = shapely.Point(EAST_M / 2, NORTH_M / 2).buffer(1, quad_segs=64)
    shape = shapely.affinity.scale(shape, EAST_M / 2, NORTH_M / 2)
    index = pd.Index(["A"], name="area_id")
    return gpd.GeoDataFrame(
        {"name": ["county"], "level": ["county"]}, index=index, geometry=[shape], crs=27700
    )


def areas() -> gpd.GeoDataFrame:
    x, y = (v.ravel() for v in np.meshgrid(np.arange(60), np.arange(40)))
    shapes = shapely.box(
        x * EAST_M / 60, y * NORTH_M / 40, (x + 1) * EAST_M / 60, (y + 1) * NORTH_M / 40
    )
    index = pd.Index([f"A{k}" for k in range(len(x))], name="area_id")
    table = {"name": index.to_numpy(), "level": "ward"}
    return gpd.GeoDataFrame(table, index=index, geometry=shapes, crs=27700)


def records(n: int) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(1)
    centres = rng.uniform([0, 0], [EAST_M, NORTH_M], (400, 2))
    size = rng.pareto(1.2, 400) + 0.1
    xy = centres[rng.choice(400, n, p=size / size.sum())] + rng.normal(0, 1200, (n, 2))
    stacked = rng.random(n) < 0.3
    xy[stacked] = np.round(xy[stacked] / 50) * 50
    table = pd.DataFrame(
        {
            "harm": "POLICE.VIOLENCE", "context": "neighbourhood", "location_type": "STREET",
            "occurred_from": pd.Timestamp("2020-01-01"), "occurred_to": pd.NaT,
            "when_precision": "month", "source": "police", "origin": "reported", "precision_m": 0.0,
            "person_key": rng.integers(0, n // 2 + 1, n).astype(str),
        },
        index=pd.RangeIndex(n, name="incident_id"),
    )  # fmt: skip
    table["occurred_to"] = pd.to_datetime(table["occurred_to"])
    for column in ("harm", "context", "location_type", "when_precision", "source", "origin"):
        table[column] = table[column].astype("category")
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=27700)


def held_mb() -> float:
    """Read what the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def timed(question, *, times: int = 3) -> tuple[float, float, object]:
    """Ask several times: the shortest time, the most memory beyond what was held before."""
    took, most, done = [], [], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            most.append(held_mb())

    before = held_mb()
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(times):
        start = time.perf_counter()
        answer = question()
        took.append(time.perf_counter() - start)
    done.set()
    watcher.join()
    return min(took), max(most, default=before) - before, answer


def one(n: int, what: str) -> Measured:
    from csgeo.hexagons import hexagons
    from csgeo.hotspots.adaptive_cells import adaptive_cells
    from csgeo.hotspots.counting import count_incidents, lay_field
    from csgeo.hotspots.unit_counts import count_records
    from csgeo.lattice import squares

    table, area = records(n), county()
    if what == "raster of 125 m":
        question = lambda: count_incidents(table, lay_field(area, cell_m=125)).inside  # noqa: E731
    elif what == "adaptive, 20 records":
        question = lambda: len(adaptive_cells(area, table, least=20, of="records"))  # noqa: E731
    elif what == "adaptive, 10 people":
        question = lambda: len(adaptive_cells(area, table, least=10, of="people"))  # noqa: E731
    else:
        units = {
            "squares of 250 m": lambda: squares(area, cell_m=250),
            "hexagons of 250 m": lambda: hexagons(area, across_m=250),
            "areas": areas,
        }[what]()
        question = lambda: count_records(table.drop(columns="person_key"), units).inside  # noqa: E731
    took, most, answer = timed(question)
    return {"s": took, "MB": most, "answer": float(answer)}


def sjoin(n: int, what: str) -> Measured:
    from csgeo.lattice import squares

    table = records(n)[["geometry"]]
    units = areas() if what == "areas" else squares(county(), cell_m=250)

    def join() -> int:
        joined = gpd.sjoin(table, units[["geometry"]], predicate="intersects")
        return joined.index.nunique()

    took, most, answer = timed(join, times=1)
    return {"s": took, "MB": most, "answer": float(answer)}


def alone(question, *arguments) -> Measured:
    """Ask in a process of its own, so that the memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(question, *arguments).result()


WORK = (
    "raster of 125 m", "squares of 250 m", "hexagons of 250 m", "areas",
    "adaptive, 20 records", "adaptive, 10 people",
)  # fmt: skip


def main(most: int = 10_000_000) -> None:
    sizes = [n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n <= most]
    print(f"{'work':22s}" + "".join(f"{n:>18,}" for n in sizes) + "  exponent")
    found: dict[tuple[str, int], Measured] = {}
    for what in WORK:
        line = f"{what:22s}"
        for n in sizes:
            found[what, n] = alone(one, n, what)
            line += f"{found[what, n]['s']:>9.3f} s {found[what, n]['MB']:>4.0f} MB"
        last, but_one = sizes[-1], sizes[-2]
        growth = np.log(found[what, last]["s"] / found[what, but_one]["s"]) / np.log(last / but_one)
        print(f"{line}  {growth:.2f}", flush=True)
    for what in ("squares of 250 m", "areas"):
        n = min(PEERS_AT, most)
        peer, ours = alone(sjoin, n, what), found[what, n]
        print(
            f"geopandas.sjoin, {what}, {n:,}: {peer['s']:.2f} s, {peer['MB']:.0f} MB; "
            f"csgeo is {peer['s'] / ours['s']:.1f} times as fast; "
            f"counted {peer['answer']:,.0f} and {ours['answer']:,.0f}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
