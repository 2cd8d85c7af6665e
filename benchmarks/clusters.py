"""How much faster is DBSCAN on stacks of records than on every record, with equal labels?

Run it with ``python benchmarks/clusters.py [records] [reach_m] [least_records]``. Records are those
of data.police.uk (all forces, placed on snap points, so that many lie on one coordinate), drawn by
chance where fewer are asked for; CSGEO_OPEN_DATA names their folder, and without it towns with stacks are
invented. The time is that of the whole call on plain coordinates (``measuring.py``). Our kernels are
compiled once on a new computer; that time is printed apart.

The labels must be equal, number by number. ``growth.py`` measures invented towns of 10^4 to 10^7 records.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from measuring import THREADS, Row, alone

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = Callable[[], np.ndarray]


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


def records_of(records: int) -> tuple[np.ndarray, np.ndarray]:
    return police(records) if os.environ.get("CSGEO_OPEN_DATA") else invented(records)


def csgeo_(records: int, reach_m: float, least: int) -> Question:
    from csgeo.hotspots.clusters.dbscan import label

    x, y = records_of(records)
    return lambda: label(x, y, reach_m=reach_m, least_records=least).labels


def sklearn_(records: int, reach_m: float, least: int) -> Question:
    from sklearn.cluster import DBSCAN

    points = np.column_stack(records_of(records))
    return lambda: DBSCAN(eps=reach_m, min_samples=least, n_jobs=THREADS).fit(points).labels_


def row(records: int = 1_000_000, reach_m: float = 20, least: int = 30) -> Row:
    ours = alone(csgeo_, records, reach_m, least)
    theirs = alone(sklearn_, records, reach_m, least, times=1, small=(1000, reach_m, least))
    assert np.array_equal(ours.answer, theirs.answer), "the labels differ"
    points = len(np.unique(np.column_stack(records_of(records)), axis=0))
    work = f"DBSCAN, {records:,} records on {points:,} points, {reach_m:g} m, {least} records"
    words = f"labels equal, {int(ours.answer.max()) + 1:,} clusters"
    return Row(work, "scikit-learn, every record", ours, theirs, words, ratio=3)


def main(records: int = 1_000_000, reach_m: float = 20, least: int = 30) -> None:
    found = row(records, reach_m, least)
    ours, theirs = found.ours, found.theirs
    print(found.work)
    print(f"csgeo         {ours.seconds:8.2f} s, {ours.mb:6.0f} MB (first {ours.first_s:.1f} s)")
    print(f"scikit-learn  {theirs.seconds:8.2f} s, {theirs.mb:6.0f} MB")
    print(f"{found.equal}; scikit-learn takes {found.times:.1f} x as long (asked: {found.ratio:g})")


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, float, int), sys.argv[1:], strict=False)))
