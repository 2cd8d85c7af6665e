"""How much faster is Gi* with 999 conditional permutations than with the usual peers?

Run it with ``python benchmarks/local.py [side] [permutations]``: side x side cells, queen
neighbours, rates drawn by chance (without ties, which the three count differently in the lower tail). Each side runs in a process of its own, one after the other in one
run: the neighbours are found, then the statistic is asked for. The time is that of the statistic
with z, p and permutations; the memory is the most that the process held. pygeoda is C++ and is
asked both ways it offers: "lookup-table", which shares draws among units as csgeo does, and
"complete", its default. esda is timed with its compiled kernels warm (their first call, which
compiles, is printed too).

All must agree: the p-values with pygeoda's to what 999 draws leave open, z with esda's to 1e-9.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

THREADS = 2
WANTED = 5
Measured = dict[str, float | np.ndarray]


def lattice(side: int) -> gpd.GeoDataFrame:
    y, x = np.divmod(np.arange(side * side), side)
    rng = np.random.default_rng(1)
    surface = 1 + 3 * np.exp(-((x - side / 3) ** 2 + (y - side / 2) ** 2) / (side / 6) ** 2)
    shapes = shapely.box(x * 250.0, y * 250.0, x * 250.0 + 250, y * 250.0 + 250)
    return gpd.GeoDataFrame({"rate": rng.gamma(surface)}, geometry=shapes, crs=27700)


def csgeo_(side: int, permutations: int) -> Measured:
    from csgeo.hotspots.local.getis_ord import local_getis_ord
    from csgeo.hotspots.local.neighbours import touching

    cells = lattice(side)
    start = time.perf_counter()
    near = touching(cells.geometry)
    found = time.perf_counter() - start
    times = []
    for _ in range(3):
        start = time.perf_counter()
        answer = local_getis_ord(cells["rate"], near, permutations=permutations)
        times.append(time.perf_counter() - start)
    return report(found, times[0], min(times), answer["z"], answer["p_permuted"] / 2)


def pygeoda_(side: int, permutations: int, method: str) -> Measured:
    import pygeoda

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.shp"
        lattice(side).to_file(path)
        cells = pygeoda.open(str(path))
        start = time.perf_counter()
        near = pygeoda.queen_weights(cells)
        found = time.perf_counter() - start
        start = time.perf_counter()
        answer = pygeoda.local_gstar(
            near, cells["rate"], permutations=permutations, permutation_method=method,
            cpu_threads=THREADS,
        )  # fmt: skip
        took = time.perf_counter() - start
        p = pd.Series(answer.lisa_pvalues())
    return report(found, took, took, pd.Series(np.nan, index=p.index), p)


def esda_(side: int, permutations: int) -> Measured:
    import esda
    from libpysal.graph import Graph

    cells = lattice(side)
    start = time.perf_counter()
    near = Graph.build_contiguity(cells, rook=False)
    found = time.perf_counter() - start
    times = []
    for _ in range(2):
        start = time.perf_counter()
        answer = esda.G_Local(
            cells["rate"].to_numpy(float), near, transform="B", star=True, n_jobs=THREADS,
            permutations=permutations, keep_simulations=False, seed=1,
        )  # fmt: skip
        times.append(time.perf_counter() - start)
    return report(found, times[0], times[1], pd.Series(answer.Zs), pd.Series(answer.p_sim))


def report(found: float, first: float, took: float, z: pd.Series, p: pd.Series) -> Measured:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "neighbours": found, "first": first, "took": took, "MB": most,
        "z": z.to_numpy(), "p": p.to_numpy(),
    }  # fmt: skip


def alone(question, *arguments) -> Measured:
    """Ask in a process of its own, so that the memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(question, *arguments).result()


def main(side: int = 300, permutations: int = 999) -> None:
    ours = alone(csgeo_, side, permutations)
    peers = {
        "pygeoda, lookup-table": alone(pygeoda_, side, permutations, "lookup-table"),
        "pygeoda, complete": alone(pygeoda_, side, permutations, "complete"),
        "esda": alone(esda_, side, permutations),
    }
    print(f"Gi* on {side * side:,} cells with {permutations} conditional permutations")
    for name, side_ in {"csgeo": ours, **peers}.items():
        print(
            f"{name:22} {side_['took']:8.3f} s (first call {side_['first']:.3f} s, "
            f"neighbours {side_['neighbours']:.2f} s), {side_['MB']:.0f} MB"
        )
    off = float(np.nanmax(np.abs(ours["z"] - peers["esda"]["z"])))
    assert off <= 1e-9, f"the z-scores differ by {off:g} from esda's"
    for name, peer in peers.items():
        apart = float(np.nanmean(np.abs(np.minimum(ours["p"], 0.5) - np.minimum(peer["p"], 0.5))))
        print(
            f"{name}: {peer['took'] / ours['took']:.1f} times as long; p-values {apart:.4f} apart"
        )
        assert apart < 0.02, f"the p-values of {name} are others"
    print(f"wanted: pygeoda at least {WANTED} times as long")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
