"""How much faster, and how much nearer to the exact sum, are densities than with the usual peers?

Run it with ``python benchmarks/density.py [records] [cells a side] [bandwidth in cells] [picture]``;
the picture, if named, plots the growth.
Records are drawn by chance around sixty middles. Epanechnikov: libkdv's shared library on as
many threads, on the same pixels (its call alone and with the text that it takes and gives),
and scikit-learn on a hundredth of the work. Gaussian: KDEpy's FFTKDE on the same
cells; both are held against the exact sum at 400 cells. Peers that are not installed are left out,
and said. Memory is the most that Python and NumPy held at once; libkdv's own is not seen by that.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np

from csgeo.hotspots.density.surface import Grid, density_raster

if TYPE_CHECKING:
    from collections.abc import Callable


def drawn(records: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    middles = rng.uniform(0.1 * side, 0.9 * side, (60, 2))
    xy = middles[rng.integers(0, 60, records)] + rng.normal(0, side / 15, (records, 2))
    wrong = ((xy < 0) | (xy >= side)).any(axis=1)
    xy[wrong] = rng.uniform(0, side, (wrong.sum(), 2))
    return xy[:, 0], xy[:, 1]


def measured(question: Callable[[], object], times: int) -> tuple[object, float, float]:
    """Answer, best time of `times` runs in seconds, and the most memory held in a further run, in MB."""
    best, answer = np.inf, None
    for _ in range(times):
        start = time.perf_counter()
        answer = question()
        best = min(best, time.perf_counter() - start)
    tracemalloc.start()
    question()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return answer, best, most


def exact(x: np.ndarray, y: np.ndarray, at: np.ndarray, shape: Callable) -> np.ndarray:
    """Sum the kernel over all records, straight from its definition, at a few places."""
    return np.array([shape((x - a) ** 2 + (y - b) ** 2).sum() for a, b in at])


def has(peer: str) -> bool:
    there = importlib.util.find_spec(peer) is not None
    if not there:
        print(f"  {peer} is not installed: left out")
    return there


def libkdv_call(x: np.ndarray, y: np.ndarray, side: int, h: float) -> tuple[float, float, float]:
    """Give the seconds of libkdv's call alone, those with its texts, and the sum of its values."""
    from libkdv import kdv as module

    make = getattr(module, "kdv", module)
    start = time.perf_counter()
    # it doubles the bandwidth that it is given, and names rows what others name columns
    job = make(
        np.column_stack([x, y]), GPS=False, bound=[0, side, 0, side], num_threads=os.cpu_count(),
        row_pixels=side, col_pixels=side, bandwidth=h / 2,
    )  # fmt: skip
    begun = time.perf_counter()
    result = job.compute()
    end = time.perf_counter()
    return end - begun, end - start, float(result["val"].sum())


def epanechnikov(x: np.ndarray, y: np.ndarray, grid: Grid, h: float, at: np.ndarray) -> None:
    def ours() -> np.ndarray:
        return density_raster(x, y, grid, bandwidth_m=h, kernel="epanechnikov", unscaled=True)

    ours()
    raster, seconds, most = measured(ours, 5)
    wanted = exact(x, y, at + 0.5, lambda d2: np.maximum(1 - d2 / h**2, 0))
    off = np.abs(raster[at[:, 1], at[:, 0]] - wanted).max() / raster.max()
    print(
        f"Epanechnikov, exact: {seconds:.3f} s (wanted: 1 s), {most:.0f} MB; off by {off:.0e} of the peak"
    )
    if has("libkdv"):
        alone, with_texts, _ = libkdv_call(x, y, grid.columns, h)
        print(
            f"  libkdv {alone:.2f} s ({with_texts:.2f} s with making its text): "
            f"{alone / seconds:.0f} times as fast (wanted: 100)"
        )
    if has("sklearn"):
        from sklearn.neighbors import KernelDensity

        few = np.random.default_rng(2).integers(
            0, grid.columns, (grid.rows * grid.columns // 1000, 2)
        )
        start = time.perf_counter()
        KernelDensity(kernel="epanechnikov", bandwidth=h).fit(
            np.column_stack([x, y])
        ).score_samples(few)
        took = (time.perf_counter() - start) * 1000
        print(
            f"  scikit-learn, from a thousandth of the cells: {took:.0f} s, {took / seconds:.0f} times as long"
        )


def gaussian(x: np.ndarray, y: np.ndarray, grid: Grid, h: float, at: np.ndarray) -> None:
    def ours() -> np.ndarray:
        return density_raster(x, y, grid, bandwidth_m=h, kernel="gaussian")

    ours()
    raster, seconds, most = measured(ours, 5)
    wanted = exact(x, y, at + 0.5, lambda d2: np.exp(-d2 / (2 * h**2))) / (2 * np.pi * h**2) * 1e6
    off = np.abs(raster[at[:, 1], at[:, 0]] - wanted).max() / raster.max()
    print(f"Gaussian: {seconds:.3f} s, {most:.0f} MB; off by at most {off:.1e} of the peak")
    if not has("KDEpy"):
        return
    from KDEpy import FFTKDE

    # KDEpy asks for a grid around all records: ours with one more cell on each side
    line = np.arange(-1, grid.columns + 1) + 0.5
    nodes = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    points = np.column_stack([x, y])

    def theirs() -> np.ndarray:
        return FFTKDE(kernel="gaussian", bw=h).fit(points).evaluate(nodes)

    theirs()
    flat, peer_seconds, peer_most = measured(theirs, 3)
    peer = flat.reshape(len(line), len(line))[1:-1, 1:-1].T * len(x) * 1e6
    peer_off = np.abs(peer[at[:, 1], at[:, 0]] - wanted).max() / raster.max()
    print(
        f"  KDEpy FFTKDE {peer_seconds:.3f} s, {peer_most:.0f} MB; off by at most {peer_off:.1e}: "
        f"{peer_seconds / seconds:.1f} times as fast (wanted: 1), error {peer_off / off:.0f} times smaller"
    )


def growth(side: int, h: float, most: int, picture: str = "") -> None:
    """Print time and memory from 10,000 records on, and how time grows with them (1: in proportion)."""
    grid = Grid(0.0, 0.0, 1.0, side, side)
    print("Growth on the same cells; memory beyond the records themselves (8 bytes a coordinate):")
    found: dict[str, list[tuple[int, float, float]]] = {}
    for kernel in ("epanechnikov", "gaussian"):
        before = None
        for n in (10_000, 100_000, 1_000_000, 10_000_000):
            if n > most:
                break
            x, y = drawn(n, side)

            def ours(x: np.ndarray = x, y: np.ndarray = y, kernel: str = kernel) -> np.ndarray:
                return density_raster(x, y, grid, bandwidth_m=h, kernel=kernel)

            _, seconds, memory = measured(ours, 2)
            grows = "" if before is None else f", time grows as n^{np.log10(seconds / before):.2f}"
            print(f"  {kernel:<12} {n:>10,} records: {seconds:6.2f} s, {memory:6.0f} MB{grows}")
            before = seconds
            found.setdefault(kernel, []).append((n, seconds, memory))
    if picture:
        draw(found, picture)


def draw(found: dict[str, list[tuple[int, float, float]]], picture: str) -> None:
    """Plot time and memory against the number of records, both axes in powers of ten."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
    for kernel, rows in found.items():
        n, seconds, memory = zip(*rows, strict=True)
        for axis, values, unit in zip(axes, (seconds, memory), ("seconds", "MB"), strict=True):
            axis.loglog(n, values, marker="o", label=kernel)
            axis.set(xlabel="records", ylabel=unit)
    axes[0].legend()
    figure.savefig(picture)


def barriers(side: int = 316, h: float = 8.0) -> None:
    """Print what a surface with a winding river takes on about 100,000 cells."""
    import shapely

    from csgeo.hotspots.density.passages import lay_barriers, open_ways, place_records
    from csgeo.hotspots.density.walking import SPLINE_VARIANCE, spread_by_walking

    x, y = drawn(50_000, side)
    along = np.linspace(-5, side + 5, 4000)
    river = shapely.LineString(
        np.column_stack([along, side / 2 + side / 12 * np.sin(along / 15) + 3 * np.sin(along)])
    )
    size = np.ones((side, side))

    def ours() -> np.ndarray:
        barred = lay_barriers(
            np.array([river]), shape=(side, side), west_m=0.0, south_m=0.0, cell_m=1.0
        )
        ways = open_ways(size, barred, np.empty((0, 2)))
        placed = place_records(x - 0.5, y - 0.5, np.ones(len(x)), size, barred)
        return spread_by_walking(placed.weight, ways, variance=h**2 - SPLINE_VARIANCE)

    raster, seconds, most = measured(ours, 3)
    print(
        f"With a river, {side * side:,} cells, {len(x):,} records, bandwidth {h:g} cells: {seconds:.2f} s "
        f"(wanted: about 1 s), {most:.0f} MB; lost {abs(raster.sum() - len(x)) / len(x):.0e} of the records"
    )
    no_line = np.array([], dtype=object)
    none = lay_barriers(no_line, shape=(side, side), west_m=0.0, south_m=0.0, cell_m=1.0)
    placed = place_records(x - 0.5, y - 0.5, np.ones(len(x)), size, none)
    free = open_ways(size, none, np.empty((0, 2)))
    walked = spread_by_walking(placed.weight, free, variance=h**2 - SPLINE_VARIANCE)
    gauss = density_raster(x, y, Grid(0.0, 0.0, 1.0, side, side), bandwidth_m=h, kernel="gaussian")
    inner = slice(int(6 * h), side - int(6 * h))
    off = np.abs(walked * 1e6 - gauss)[inner, inner].max() / gauss.max()
    print(
        f"  without it, off by at most {off:.0e} of the Gaussian surface's peak away from the edge"
    )


def main(
    records: int = 1_000_000, side: int = 1000, bandwidth: float = 25.0, picture: str = ""
) -> None:
    x, y = drawn(records, side)
    grid = Grid(0.0, 0.0, 1.0, side, side)
    at = np.random.default_rng(3).integers(0, side, (400, 2))
    print(
        f"{records:,} records, {side} x {side} cells, bandwidth {bandwidth:g} cells, {os.cpu_count()} cores"
    )
    epanechnikov(x, y, grid, bandwidth, at)
    gaussian(x, y, grid, bandwidth, at)
    barriers()
    growth(side, bandwidth, 10 * records, picture)


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, int, float, str), sys.argv[1:5], strict=False)))
