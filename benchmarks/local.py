"""How much faster is Gi* with 999 conditional permutations than with the usual peers?

Run it with ``python benchmarks/local.py [side] [permutations]``: side x side cells, queen
neighbours, rates drawn by chance (without ties, which the three count differently in the lower
tail). The neighbours are found first and timed apart; the time is that of the statistic with z, p
and permutations (``measuring.py``). pygeoda is C++ and is asked both ways it offers:
"lookup-table", which shares draws among units as csgeo does, and "complete", its default, which is
left out of the table. esda is timed with its compiled kernels warm.

All must agree: the p-values with pygeoda's to what 999 draws leave open, z with esda's to 1e-9.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from measuring import THREADS, Row, Side, alone

if TYPE_CHECKING:
    from collections.abc import Callable


class Local(NamedTuple):
    """z and one-sided p of each cell, and the seconds in which neighbours were found."""

    neighbours_s: float
    z: np.ndarray | None
    p: np.ndarray


def lattice(side: int) -> gpd.GeoDataFrame:
    y, x = np.divmod(np.arange(side * side), side)
    rng = np.random.default_rng(1)
    surface = 1 + 3 * np.exp(-((x - side / 3) ** 2 + (y - side / 2) ** 2) / (side / 6) ** 2)
    shapes = shapely.box(x * 250.0, y * 250.0, x * 250.0 + 250, y * 250.0 + 250)
    return gpd.GeoDataFrame({"rate": rng.gamma(surface)}, geometry=shapes, crs=27700)


def csgeo_(side: int, permutations: int) -> Callable[[], Local]:
    from csgeo.hotspots.local.getis_ord import local_getis_ord
    from csgeo.hotspots.local.neighbours import touching

    cells = lattice(side)
    start = time.perf_counter()
    near = touching(cells.geometry)
    found = time.perf_counter() - start

    def question() -> Local:
        answer = local_getis_ord(cells["rate"], near, permutations=permutations)
        return Local(found, answer["z"].to_numpy(), answer["p_permuted"].to_numpy() / 2)

    return question


def pygeoda_(side: int, permutations: int, method: str) -> Callable[[], Local]:
    import pygeoda

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.shp"
        table = lattice(side)
        table.to_file(path)
        cells = pygeoda.open(str(path))
    start = time.perf_counter()
    near = pygeoda.queen_weights(cells)
    found = time.perf_counter() - start

    def question() -> Local:
        answer = pygeoda.local_gstar(
            near, table["rate"], permutations=permutations, permutation_method=method,
            cpu_threads=THREADS,
        )  # fmt: skip
        return Local(found, None, np.asarray(answer.lisa_pvalues()))

    return question


def esda_(side: int, permutations: int) -> Callable[[], Local]:
    import esda
    from libpysal.graph import Graph

    cells = lattice(side)
    start = time.perf_counter()
    near = Graph.build_contiguity(cells, rook=False)
    found = time.perf_counter() - start

    def question() -> Local:
        answer = esda.G_Local(
            cells["rate"].to_numpy(float), near, transform="B", star=True, n_jobs=THREADS,
            permutations=permutations, keep_simulations=False, seed=1,
        )  # fmt: skip
        return Local(found, answer.Zs, answer.p_sim)

    return question


def p_apart(ours: Side, theirs: Side) -> float:
    """Give the mean difference of the p-values, of which other draws leave some."""
    return float(
        np.nanmean(np.abs(np.minimum(ours.answer.p, 0.5) - np.minimum(theirs.answer.p, 0.5)))
    )


def rows(side: int = 300, permutations: int = 999, *, complete: bool = False) -> list[Row]:
    """Hold Gi* against pygeoda, sharing draws, and esda; with `complete`, pygeoda's default too."""
    ours = alone(csgeo_, side, permutations, times=5)
    peers = {
        "pygeoda (C++), shared draws": alone(pygeoda_, side, permutations, "lookup-table"),
        "esda, compiled": alone(esda_, side, permutations, times=1, small=(30, permutations)),
    }
    if complete:
        peers["pygeoda, its default"] = alone(
            pygeoda_, side, permutations, "complete", times=1, small=(30, permutations, "complete")
        )
    found = []
    for name, peer in peers.items():
        apart = p_apart(ours, peer)
        assert apart < 0.02 * (1000 / (permutations + 1)) ** 0.5, (
            f"the p-values of {name} are others"
        )
        words = f"p {apart:.3f} apart on average (other draws)"
        if peer.answer.z is not None:
            off = float(np.nanmax(np.abs(ours.answer.z - peer.answer.z)))
            assert off <= 1e-9, f"the z-scores differ by {off:g} from esda's"
            words += f", z by at most {off:.0e}"
        work = f"Gi* with {permutations} permutations, {side * side:,} cells"
        found.append(
            Row(work, name, ours, peer, words, ratio=5 if name.startswith("pygeoda") else None)
        )
    return found


def main(side: int = 300, permutations: int = 999) -> None:
    found = rows(side, permutations, complete=True)
    print(found[0].work)
    for name, taken in [("csgeo", found[0].ours), *((r.peer, r.theirs) for r in found)]:
        print(
            f"{name:28} {taken.seconds:8.3f} s (first call {taken.first_s:.3f} s, "
            f"neighbours {taken.answer.neighbours_s:.2f} s), {taken.mb:.0f} MB"
        )
    for one in found:
        wanted = "" if one.ratio is None else f" (wanted: {one.ratio:g})"
        print(f"{one.peer}: {one.times:.1f} times as long{wanted}; {one.equal}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
