"""How fast are densities and K functions along streets?

Run it with ``python benchmarks/streets.py [records]``, with CSGEO_OPEN_DATA naming the folder of open data.
Records are put anywhere on the streets of Bath & North East Somerset (9,136 pieces, 1,303 km), a few
metres off. No package for Python that runs here gives the density along a network (PyNKDV ships
binaries for Windows and macOS and asks for QGIS), so it is timed against following every
way out of every record one after another in plain Python, on a few of the records. The K
function is timed against ``spaghetti`` (``pip install spaghetti``) on its own example, and both
must count the same pairs.

csgeo is run once to load what it loads, then timed; the memory is the most that Python and NumPy
held at once during a further run. The peers compile nothing and are run once.
"""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo import read_streets
from csgeo.hotspots.on_streets.kernels import height
from csgeo.hotspots.on_streets.network_k import network_k
from csgeo.hotspots.on_streets.placing import Placed, points_on_streets
from csgeo.hotspots.on_streets.segments import cut_streets
from csgeo.hotspots.on_streets.spreading import make_spreading, spread, weighed_spots
from csgeo.streets import Network, street_network

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(os.environ["CSGEO_OPEN_DATA"])
BANDWIDTH_M, STRETCH_M = 300.0, 50.0


def measured(question: Callable[[], Any], times: int = 3) -> tuple[Any, float, float]:
    """Answer, best time of `times` runs in seconds, most memory held in a further run in MB."""
    question()
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        answer = question()
        best = min(best, time.perf_counter() - start)
    tracemalloc.start()
    question()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return answer, best, most


def anywhere(network: Network, n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    usable = np.flatnonzero(network.joinable)
    share = network.length_m[usable] / network.length_m[usable].sum()
    piece = rng.choice(usable, n, p=share)
    at = rng.random(n) * network.length_m[piece]
    spots = shapely.line_interpolate_point(network.pieces[piece], at)
    return shapely.get_coordinates(spots) + rng.normal(0, 5, (n, 2))


def one_way_after_another(network: Network, placed: Placed, cut: Any, meets: Any) -> np.ndarray:
    """Follow each way out of each record: discontinuous, quartic, what comes to a dead end turns."""
    density = np.zeros(len(cut.piece))
    at = (cut.from_m + cut.to_m) / 2
    start, end, length = network.start, network.end, network.length_m

    def along(p: int, forward: bool, come: float, share: float) -> None:
        for k in range(cut.first[p], cut.first[p + 1]):
            way = at[k] if forward else length[p] - at[k]
            density[k] += share * height.py_func(0, come + way, BANDWIDTH_M)

    def leave(node: int, by: tuple[int, bool], come: float, share: float) -> None:
        if come >= BANDWIDTH_M:
            return
        ways = [w for w in meets[node] if w != (by[0], not by[1])] or [(by[0], not by[1])]
        for p, forward in ways:
            along(p, forward, come, share / len(ways))
            leave(
                end[p] if forward else start[p], (p, forward), come + length[p], share / len(ways)
            )

    for p, s in zip(placed.piece, placed.along_m, strict=True):
        for k in range(cut.first[p], cut.first[p + 1]):
            density[k] += height.py_func(0, abs(at[k] - s), BANDWIDTH_M)
        leave(end[p], (p, True), length[p] - s, 1.0)
        leave(start[p], (p, False), s, 1.0)
    return density


def density(n: int) -> None:
    network = street_network(read_streets(DATA / "network" / "banes_os_roads.parquet").table)
    cut = cut_streets(network, stretch_m=STRETCH_M)
    print(
        f"{len(network.pieces):,} pieces, {network.length_m.sum() / 1000:,.0f} km, {len(cut.piece):,} stretches "
        f"of at most {STRETCH_M:g} m, bandwidth {BANDWIDTH_M:g} m"
    )
    for records in (n // 10, n, 10 * n):
        one_size(network, cut, anywhere(network, records))
    against_plain_python(network, cut, anywhere(network, n))


def one_size(network: Network, cut: Any, xy: np.ndarray) -> None:
    start = time.perf_counter()
    placed = points_on_streets(xy[:, 0], xy[:, 1], network)
    print(f"{len(xy):>9,} records put on streets: {time.perf_counter() - start:6.2f} s")
    spots = weighed_spots(placed, None, len(network.pieces))
    for method in ("continuous", "discontinuous", "simple"):
        ready = make_spreading(network, cut, bandwidth_m=BANDWIDTH_M, method=method)

        def ours(ready: Any = ready) -> Any:
            return spread(ready, spots, at_middles=True)

        (held, _), s, mb = measured(ours)
        off = held.sum() - placed.placed
        print(f"{len(xy):>9,} records {method:13}: {s:6.2f} s {mb:4.0f} MB, sum off by {off:.1e}")


def against_plain_python(network: Network, cut: Any, xy: np.ndarray) -> None:
    meets: list[list[tuple[int, bool]]] = [[] for _ in network.nodes]
    for p, (a, b) in enumerate(zip(network.start, network.end, strict=True)):
        meets[a].append((p, True))
        meets[b].append((p, False))
    few = points_on_streets(xy[:200, 0], xy[:200, 1], network)
    start = time.perf_counter()
    theirs = one_way_after_another(network, few, cut, meets)
    each_s = (time.perf_counter() - start) / 200
    ready = make_spreading(network, cut, bandwidth_m=BANDWIDTH_M, method="discontinuous")
    _, ours = spread(ready, weighed_spots(few, None, len(network.pieces)), at_middles=True)
    error = np.abs(ours - theirs).max() / theirs.max()
    placed = points_on_streets(xy[:, 0], xy[:, 1], network)
    spots = weighed_spots(placed, None, len(network.pieces))
    _, s, _ = measured(lambda: spread(ready, spots, at_middles=True))
    print(
        f"one way after another: {each_s * 1000:.1f} ms a record, {each_s * len(xy):,.0f} s for {len(xy):,}: "
        f"{each_s * len(xy) / s:,.0f} x ours; largest difference {error:.1e} of the peak"
    )


def k_function() -> None:
    import spaghetti

    folder = f"zip://{DATA / 'oracles' / 'libpysal_geodanet.zip'}"
    drawn = gpd.read_file(f"{folder}!streets.shp")
    crimes = gpd.read_file(f"{folder}!crimes.shp")
    index = pd.Index([f"s{k}" for k in range(len(drawn))], name="street_id", dtype="str")
    words = {"name": None, "kind": "street", "length_m": drawn.length.to_numpy()}
    # US feet in truth: only the numbers matter here
    streets = gpd.GeoDataFrame(words, geometry=list(drawn.geometry), index=index, crs=27700)
    network = street_network(streets, crossings="bridged")
    placed = points_on_streets(crimes.geometry.x, crimes.geometry.y, network, to_street_m=5000)
    r = [625.0, 1250.0, 1875.0, 2500.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = spaghetti.Network(in_data=drawn)
        peer.snapobservations(crimes, "crimes")
        points = peer.pointpatterns["crimes"]

        start = time.perf_counter()
        their = peer.GlobalAutoK(points, nsteps=5, permutations=19, upperbound=2500.0)
        their_s = time.perf_counter() - start
    our, our_s, our_mb = measured(lambda: network_k(placed, network, r_m=r, replicates=19))
    n = placed.placed
    assert np.allclose(our.table["k"] * (n - 1) / n, their.observed[1:], rtol=1e-9)
    print(
        f"K, {n} records, 19 draws: spaghetti {their_s:.1f} s, csgeo {our_s:.2f} s {our_mb:.1f} MB: "
        f"{their_s / our_s:.0f} x"
    )


def main(n: int = 100_000) -> None:
    density(n)
    k_function()


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
