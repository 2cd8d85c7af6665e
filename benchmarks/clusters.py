"""How much faster is DBSCAN on stacks of records than on every record, with equal labels?

Run it with ``python benchmarks/clusters.py [records] [reach_m] [least_records]``. Records are those
of data.police.uk (all forces, placed on snap points, so that many lie on one coordinate), drawn by
chance where fewer are asked for; CSGEO_OPEN_DATA names their folder. Each side runs in a process of its own, one after
the other in one run; the time is that of the whole call on plain coordinates, the memory what
the call added to the most that the process held. Our kernels are compiled once on a new
computer; that time is printed apart.

The labels must be equal, number by number. ``growth`` as the only argument prints our own time and memory on
invented towns of 10^4 to 10^7 records.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

WANTED = 3
Measured = dict[str, float | np.ndarray]


def police(records: int) -> tuple[np.ndarray, np.ndarray]:
    from pyproj import Transformer

    folder = Path(os.environ["CSGEO_OPEN_DATA"]) / "police"
    table = pd.concat(
        pd.read_parquet(path, columns=["Longitude", "Latitude"])
        for path in sorted(folder.glob("*.parquet"))
    ).dropna()
    table = table.sample(min(records, len(table)), random_state=1)
    to_grid = Transformer.from_crs(4326, 27700, always_xy=True)
    x, y = to_grid.transform(table["Longitude"].to_numpy(), table["Latitude"].to_numpy())
    return np.asarray(x), np.asarray(y)


def invented(records: int) -> tuple[np.ndarray, np.ndarray]:
    """Towns along a county, a point for each twenty records."""
    rng = np.random.default_rng(1)
    points = max(records // 20, 1)
    side = 300 * points**0.5
    middle = rng.uniform(0, side, (max(points // 500, 1), 2))
    at = middle[rng.integers(0, len(middle), points)] + rng.normal(0, 1500, (points, 2))
    chosen = at[(points * rng.random(records) ** 2).astype(int)]
    return chosen[:, 0].copy(), chosen[:, 1].copy()


def most_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def csgeo_(x: np.ndarray, y: np.ndarray, reach_m: float, least: int, times: int = 3) -> Measured:
    from csgeo.hotspots.clusters.dbscan import label

    start = time.perf_counter()
    label(x[:50], y[:50], reach_m=reach_m, least_records=2)
    compiled = time.perf_counter() - start
    before, took = most_mb(), []
    for _ in range(times):
        start = time.perf_counter()
        found = label(x, y, reach_m=reach_m, least_records=least)
        took.append(time.perf_counter() - start)
    return {
        "took": min(took), "MB": most_mb() - before, "first": compiled, "labels": found.labels,
    }  # fmt: skip


def sklearn_(x: np.ndarray, y: np.ndarray, reach_m: float, least: int) -> Measured:
    from sklearn.cluster import DBSCAN

    points = np.column_stack([x, y])
    DBSCAN(eps=reach_m, min_samples=2).fit(points[:50])
    before = most_mb()
    start = time.perf_counter()
    found = DBSCAN(eps=reach_m, min_samples=least, n_jobs=2).fit(points)
    took = time.perf_counter() - start
    return {"took": took, "MB": most_mb() - before, "first": 0.0, "labels": found.labels_}


def alone(question, *arguments) -> Measured:
    """Ask in a process of its own, so that the memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(question, *arguments).result()


def main(records: int = 1_000_000, reach_m: float = 20, least: int = 30) -> None:
    x, y = police(records)
    points = len(np.unique(x + 1j * y))
    print(f"DBSCAN, {len(x):,} records on {points:,} points, {reach_m:g} m, {least} records")
    ours = alone(csgeo_, x, y, reach_m, least)
    print(
        f"csgeo         {ours['took']:8.2f} s, {ours['MB']:6.0f} MB more (first {ours['first']:.1f} s)"
    )
    peer = alone(sklearn_, x, y, reach_m, least)
    print(f"scikit-learn  {peer['took']:8.2f} s, {peer['MB']:6.0f} MB more")
    assert np.array_equal(ours["labels"], peer["labels"]), "the labels differ"
    clusters = int(ours["labels"].max()) + 1
    print(
        f"labels equal, {clusters:,} clusters; scikit-learn takes {peer['took'] / ours['took']:.1f} x as long (asked: {WANTED})"
    )


def growth() -> None:
    for power in (4, 5, 6, 7):
        x, y = invented(10**power)
        ours = alone(csgeo_, x, y, 100.0, 50, 2)
        print(f"10^{power} records: {ours['took']:7.3f} s, {ours['MB']:6.0f} MB more")


if __name__ == "__main__":
    if sys.argv[1:] == ["growth"]:
        growth()
    else:
        main(*(kind(word) for kind, word in zip((int, float, int), sys.argv[1:], strict=False)))
