"""How much faster, and how much nearer to the exact sum, are densities than with the usual peers?

Run it with ``python benchmarks/density.py [records] [cells a side] [bandwidth in cells] [picture]``;
the picture, if named, plots the growth.
Records are drawn by chance around sixty middles. Epanechnikov: libkdv's shared library on as
many threads and pixels (its call, without making the text that it takes), and scikit-learn on a
thousandth of the cells. Gaussian: KDEpy's FFTKDE on the same
cells; both are held against the exact sum at 400 cells. In the growth, memory is the most that
Python and NumPy held at once.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
from measuring import THREADS, Row, alone

from csgeo.hotspots.density.surface import Grid, density_raster

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = Callable[[], np.ndarray]


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


def csgeo_(kernel: str, records: int, side: int, h: float) -> Question:
    x, y = drawn(records, side)
    grid, unscaled = Grid(0.0, 0.0, 1.0, side, side), kernel == "epanechnikov"
    return lambda: density_raster(x, y, grid, bandwidth_m=h, kernel=kernel, unscaled=unscaled)


def libkdv_(records: int, side: int, h: float) -> Question:
    """Ask libkdv for x, y and value of its pixels; the text that it takes is made beforehand."""
    from libkdv import kdv as module

    x, y = drawn(records, side)
    # it doubles the bandwidth that it is given, and names rows what others name columns
    job = getattr(module, "kdv", module)(
        np.column_stack([x, y]), GPS=False, bound=[0, side, 0, side], num_threads=THREADS,
        row_pixels=side, col_pixels=side, bandwidth=h / 2,
    )  # fmt: skip
    return lambda: job.compute().to_numpy()


def kdepy_(records: int, side: int, h: float) -> Question:
    from KDEpy import FFTKDE

    x, y = drawn(records, side)
    # it asks for a grid around all records: ours with one more cell on each side
    line = np.arange(-1, side + 1) + 0.5
    nodes = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    points = np.column_stack([x, y])
    return lambda: FFTKDE(kernel="gaussian", bw=h).fit(points).evaluate(nodes)


def epanechnikov_row(records: int = 1_000_000, side: int = 1000, h: float = 25.0) -> Row:
    x, y = drawn(records, side)
    few = (1000, 50, h)
    ours = alone(csgeo_, "epanechnikov", records, side, h)
    theirs = alone(libkdv_, records, side, h, times=1, small=few)

    def wanted(at: np.ndarray) -> np.ndarray:
        return exact(x, y, at, lambda d2: np.maximum(1 - d2 / h**2, 0))

    at = places(side)
    off = np.abs(ours.answer[at[:, 1], at[:, 0]] - wanted(at + 0.5)).max() / ours.answer.max()
    # libkdv chooses its own places, and scales its surface to a peak of 1
    at = theirs.answer[np.random.default_rng(3).integers(0, len(theirs.answer), 400)]
    due = wanted(at[:, :2])
    scaled = at[:, 2] * (due @ due) / (due @ at[:, 2])
    peer_off = np.abs(scaled - due).max() / ours.answer.max()
    words = f"both are the exact sum: off by {off:.0e} and {peer_off:.0e} of the peak"
    work = f"exact Epanechnikov density, {records:,} points, {side:,} x {side:,}"
    return Row(work, "libkdv", ours, theirs, words, ratio=100, most_s=1)


def gaussian_row(records: int = 1_000_000, side: int = 1000, h: float = 25.0) -> Row:
    x, y = drawn(records, side)
    ours = alone(csgeo_, "gaussian", records, side, h)
    theirs = alone(kdepy_, records, side, h)
    at, line = places(side), side + 2
    wanted = exact(x, y, at + 0.5, lambda d2: np.exp(-d2 / (2 * h**2))) / (2 * np.pi * h**2) * 1e6
    off = np.abs(ours.answer[at[:, 1], at[:, 0]] - wanted).max() / ours.answer.max()
    peer = theirs.answer.reshape(line, line)[1:-1, 1:-1].T * records * 1e6
    peer_off = np.abs(peer[at[:, 1], at[:, 0]] - wanted).max() / ours.answer.max()
    words = f"off the exact sum by {off:.0e}, the peer by {peer_off:.0e} of the peak"
    if not off <= peer_off:
        words = f"**larger error**: {words}"
    return Row("the same, Gaussian", "KDEpy FFTKDE", ours, theirs, words, ratio=1)


def places(side: int) -> np.ndarray:
    """Choose the 400 cells at which surfaces are held against the exact sum."""
    return np.random.default_rng(3).integers(0, side, (400, 2))


def shown(row: Row) -> None:
    ours, theirs = row.ours, row.theirs
    print(
        f"{row.work}: {ours.seconds:.3f} s, {ours.mb:.0f} MB; {row.peer} {theirs.seconds:.3f} s, "
        f"{theirs.mb:.0f} MB: {row.times:.1f} times as fast (wanted: {row.ratio}); {row.equal}"
    )


def against_scikit_learn(records: int, side: int, h: float, seconds: float) -> None:
    from sklearn.neighbors import KernelDensity

    few = np.random.default_rng(2).integers(0, side, (side * side // 1000, 2))
    start = time.perf_counter()
    KernelDensity(kernel="epanechnikov", bandwidth=h).fit(
        np.column_stack(drawn(records, side))
    ).score_samples(few)
    took = (time.perf_counter() - start) * 1000
    print(
        f"  scikit-learn, from a thousandth of the cells: {took:.0f} s, {took / seconds:.0f} times as long"
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
    row = epanechnikov_row(records, side, bandwidth)
    shown(row)
    against_scikit_learn(records, side, bandwidth, row.ours.seconds)
    shown(gaussian_row(records, side, bandwidth))
    barriers()
    growth(side, bandwidth, 10 * records, picture)


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, int, float, str), sys.argv[1:5], strict=False)))
