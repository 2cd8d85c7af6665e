"""How much faster are count, Gi* and false-discovery rate than with the usual peers?

Run it with ``python benchmarks/gi_star.py [records cell_m]``; without, on 125 m and on 250 m cells. The same points on
the same cells go through csgeo and through geopandas ``sjoin``, libpysal and
``esda.G_Local(transform="B", star=True, permutations=0)`` with ``esda.fdr``'s
Benjamini-Hochberg, one after the other in one run. Both must give the same
z-scores (1e-9) and the same cells at q = 0.05. The records are those of Avon &
Somerset where ``CSGEO_OPEN_DATA`` is set, else drawn by chance.

Each side is run once to load what it loads, then timed; the memory is the most
that Python and NumPy held at once during a further run.
"""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.lattice import squares

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = tuple[np.ndarray, np.ndarray]

Q = 0.05
WANTED = 50


def real(folder: Path, records: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    shapes = gpd.read_parquet(folder / "boundaries" / "pfa20_uk.parquet").to_crs(27700)
    area = shapes[shapes["pfa20_code"] == "E23000036"].rename(
        columns={"pfa20_code": "area_id", "pfa20_name": "name"}
    )
    police = folder / "police" / "avon-and-somerset_2018-01_2021-09.parquet"
    rows = pd.read_parquet(police, columns=["Longitude", "Latitude"]).dropna().head(records)
    points = gpd.GeoSeries.from_xy(rows["Longitude"], rows["Latitude"], crs=4326).to_crs(27700)
    return area.set_index("area_id").assign(level="force"), as_incidents(points.to_numpy())


def drawn(records: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    rng = np.random.default_rng(1)
    middles = rng.uniform(10_000, 70_000, (60, 2))
    xy = middles[rng.integers(0, 60, records)] + rng.normal(0, 1500, (records, 2))
    area = gpd.GeoDataFrame(
        {"name": ["Drawn"], "level": ["area"]}, index=pd.Index(["A"], name="area_id"),
        geometry=[shapely.box(0, 0, 80_000, 60_000)], crs=27700,
    )  # fmt: skip
    return area, as_incidents(shapely.points(xy))


def as_incidents(points: np.ndarray) -> gpd.GeoDataFrame:
    n = len(points)
    none = pd.DataFrame(index=pd.RangeIndex(n, name="incident_id"))
    for column in ("harm", "context", "location_type", "when_precision", "origin"):
        none[column] = pd.array([None] * n, dtype="str")
    dates = {
        c: pd.Series(pd.NaT, index=none.index, dtype="datetime64[s]")
        for c in ("occurred_from", "occurred_to")
    }
    return gpd.GeoDataFrame(
        none.assign(source="x", precision_m=0.0, **dates), geometry=points, crs=27700
    )


def ours(incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, cell_m: int) -> Answer:
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    z = getis_ord_star(counted.incidents, field.mask)[field.mask]
    return z, q_values(one_sided_p(z))


def theirs(incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, cell_m: int) -> Answer:
    import esda
    from libpysal.graph import Graph
    from scipy.stats import false_discovery_control, norm

    cells = squares(area, cell_m=cell_m)  # so that both answer about the same cells
    inside = incidents[incidents.within(area.union_all())]
    pairs = inside.sjoin(cells, predicate="within")
    counts = pairs.groupby("cell_id").size().reindex(cells.index, fill_value=0)
    graph = Graph.build_contiguity(cells, rook=False)
    local = esda.G_Local(counts.to_numpy(float), graph, transform="B", star=True, permutations=0)
    return local.Zs, false_discovery_control(norm.sf(local.Zs), method="bh")


def measured(question: Callable[[], Answer], times: int) -> tuple[Answer, float, float]:
    """Answer, best time of `times` runs in seconds, and the most memory held in a further run, in MB."""
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


def main(records: int, cell_m: int = 125) -> None:
    folder = os.environ.get("CSGEO_OPEN_DATA")
    area, incidents = real(Path(folder), records) if folder else drawn(records)
    (z, q), our_s, our_mb = measured(lambda: ours(incidents, area, cell_m), times=9)
    (peer_z, peer_q), peer_s, peer_mb = measured(lambda: theirs(incidents, area, cell_m), times=1)
    off = float(np.nanmax(np.abs(z - peer_z)))
    assert off <= 1e-9, f"the z-scores differ by {off:g}"
    assert ((q <= Q) == (peer_q <= Q)).all(), "other cells stand out"
    print(
        f"{len(incidents):,} records, {len(z):,} cells of {cell_m} m, {(q <= Q).sum():,} of them at q = {Q:g}"
    )
    print(
        f"csgeo {our_s:.3f} s, {our_mb:.0f} MB; sjoin + libpysal + esda {peer_s:.2f} s, {peer_mb:.0f} MB"
    )
    print(
        f"{peer_s / our_s:.0f} times as fast (wanted: {WANTED}); z-scores differ by at most {off:.1e}"
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*(int(word) for word in sys.argv[1:3]))
    else:
        main(200_000, 125)
        main(620_495, 250)
