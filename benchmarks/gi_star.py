"""How much faster are count, Gi* and false-discovery rate than with the usual peers?

Run it with ``python benchmarks/gi_star.py [records cell_m]``; without, on 125 m and on 250 m cells. The same points on
the same cells go through csgeo and through geopandas ``sjoin``, libpysal and
``esda.G_Local(transform="B", star=True, permutations=0)`` with Benjamini-Hochberg's q,
one after the other in one run. Both must give the same
z-scores (1e-9) and the same cells at q = 0.05. The records are those of Avon &
Somerset where ``CSGEO_OPEN_DATA`` is set, else drawn by chance.

The row of the table is a square county of a million cells and as many records, drawn by chance,
from points to z. The neighbours are found by ``libpysal.graph``, which is faster than its older
``libpysal.weights``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from measuring import Row, Side, alone

from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.getis_ord import getis_ord_star, one_sided_p
from csgeo.lattice import squares

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = Callable[[], tuple[np.ndarray, ...]]

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
    return square_county(records, 70_000)


def square_county(records: int, side_m: float) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    rng = np.random.default_rng(1)
    middles = rng.uniform(0.05 * side_m, 0.95 * side_m, (60, 2))
    xy = middles[rng.integers(0, 60, records)] + rng.normal(0, side_m / 40, (records, 2))
    area = gpd.GeoDataFrame(
        {"name": ["Drawn"], "level": ["area"]}, index=pd.Index(["A"], name="area_id"),
        geometry=[shapely.box(0, 0, side_m, side_m)], crs=27700,
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


def ours(incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, cell_m: int) -> np.ndarray:
    field = lay_field(area, cell_m=cell_m)
    counted = count_incidents(incidents, field)
    return getis_ord_star(counted.incidents, field.mask)[field.mask]


def theirs(incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame, cell_m: int) -> np.ndarray:
    import esda
    from libpysal.graph import Graph

    cells = squares(area, cell_m=cell_m)  # so that both answer about the same cells
    inside = incidents[incidents.within(area.union_all())]
    pairs = inside.sjoin(cells, predicate="within")
    counts = pairs.groupby("cell_id").size().reindex(cells.index, fill_value=0)
    graph = Graph.build_contiguity(cells, rook=False)
    return esda.G_Local(counts.to_numpy(float), graph, transform="B", star=True, permutations=0).Zs


def csgeo_(cells_a_side: int) -> Question:
    area, incidents = square_county(cells_a_side**2, cells_a_side * 125)
    return lambda: (ours(incidents, area, 125),)


def pysal_(cells_a_side: int) -> Question:
    area, incidents = square_county(cells_a_side**2, cells_a_side * 125)
    return lambda: (theirs(incidents, area, 125),)


def row(cells_a_side: int = 1000) -> Row:
    our = alone(csgeo_, cells_a_side, times=5)
    their = alone(pysal_, cells_a_side, times=1, small=(50,))
    off = differ(our, their)
    work = f"points to Gi* z, {cells_a_side**2:,} points and cells"
    return Row(
        work, "libpysal + esda, analytic", our, their, f"z differ by at most {off:.0e}", ratio=250
    )


def differ(our: Side, their: Side) -> float:
    off = float(np.nanmax(np.abs(our.answer[0] - their.answer[0])))
    assert off <= 1e-9, f"the z-scores differ by {off:g}"
    return off


def of_records(records: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    folder = os.environ.get("CSGEO_OPEN_DATA")
    return real(Path(folder), records) if folder else drawn(records)


def csgeo_to_q(records: int, cell_m: int) -> Question:
    area, incidents = of_records(records)

    def question() -> tuple[np.ndarray, np.ndarray]:
        z = ours(incidents, area, cell_m)
        return z, q_values(one_sided_p(z))

    return question


def pysal_to_q(records: int, cell_m: int) -> Question:
    from scipy.stats import false_discovery_control, norm

    area, incidents = of_records(records)

    def question() -> tuple[np.ndarray, np.ndarray]:
        z = theirs(incidents, area, cell_m)
        return z, false_discovery_control(norm.sf(z), method="bh")

    return question


def main(records: int, cell_m: int = 125) -> None:
    our = alone(csgeo_to_q, records, cell_m, times=9)
    their = alone(pysal_to_q, records, cell_m, times=1)
    off = differ(our, their)
    hot, peer_hot = our.answer[1] <= Q, their.answer[1] <= Q
    assert (hot == peer_hot).all(), "other cells stand out"
    print(
        f"{records:,} records, {len(hot):,} cells of {cell_m} m, {hot.sum():,} of them at q = {Q:g}"
    )
    print(
        f"csgeo {our.seconds:.3f} s, {our.mb:.0f} MB; "
        f"sjoin + libpysal + esda {their.seconds:.2f} s, {their.mb:.0f} MB"
    )
    print(
        f"{their.seconds / our.seconds:.0f} times as fast (wanted: {WANTED}); "
        f"z-scores differ by at most {off:.1e}"
    )


if __name__ == "__main__":
    if sys.argv[1:]:
        main(*(int(word) for word in sys.argv[1:3]))
    else:
        main(200_000, 125)
        main(620_495, 250)
