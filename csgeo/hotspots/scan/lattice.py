"""Which compact places lie inside the clusters that a scan finds among the cells?

A cluster of the scan may be a kilometre across. Here it only says which cells stand out
together; the places that are listed are cut from it like those of any other method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.hotspots.cutting import window_sites, window_sums
from csgeo.hotspots.scan.spatial import scan_poisson
from csgeo.hotspots.scoring import Scored

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt
    import pandas as pd

    from csgeo.hotspots.counting import Counted
    from csgeo.hotspots.cutting import Window, Windows

    Numbers: TypeAlias = npt.NDArray[np.float64]

_LEAST_RECORDS = 2


def by_kulldorff(
    counted: Counted,
    expected: Numbers,
    windows: Windows,
    *,
    cell_m: int,
    q: float,
    most_radius_m: float = 500.0,
    elliptic: bool = False,
    replicates: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Scored:
    """Score windows by the records beyond the expectation, in clusters that a scan finds.

    Parameters
    ----------
    counted, expected, windows
        Records, expected records (raster) and the places that may be cut.
    cell_m
        Side of a cell in metres.
    q
        Clusters with a higher p-value are left out.
    most_radius_m
        The largest radius of a cluster, in metres.
    elliptic
        Look through ellipses too.
    replicates, seed, progress
        Of chance, as in ``scan_poisson``.

    Returns
    -------
    scored
        In cells of clusters the records beyond the expectation count, elsewhere minus the
        expectation. A place has the p-value of the cluster that it is cut from; that already
        allows for all windows looked at, so it stands as the q-value too.
    """
    cells = np.flatnonzero(expected.ravel() > 0)
    row, column = np.divmod(cells, expected.shape[1])
    clusters = scan_poisson(
        np.column_stack([column, row]) * float(cell_m), counted.incidents.ravel()[cells],
        expected=expected.ravel()[cells], ids=cells, elliptic=elliptic,
        most_radius_m=most_radius_m, replicates=replicates, seed=seed, progress=progress,
    )  # fmt: skip
    found = clusters[clusters["p_value"] <= q]
    p = _p_of_cells(found, expected.shape)
    held = np.where(p <= q, counted.incidents, 0.0)
    sites = window_sites(held > 0, windows)

    def chance(window: Window) -> tuple[float, float]:
        own = float(p.ravel()[window.cells].min())
        return own, own

    words = (
        f"Kulldorff's scan: {len(found)} clusters of cells, up to {most_radius_m:g} m in radius, "
        f"that at most {q:g} of {replicates} draws by chance match (seed {seed}); places are the "
        "parts of them with the most records beyond the expectation."
    )
    scores = np.round(window_sums(held - expected, sites), 9)
    return Scored(scores, sites, chance, words, _LEAST_RECORDS)


def _p_of_cells(found: pd.DataFrame, shape: tuple[int, ...]) -> Numbers:
    """Give each cell of the raster the p-value of its cluster; 1 where it is in none."""
    p = np.ones(shape)
    for members, value in zip(found["location_ids"], found["p_value"], strict=True):
        p.ravel()[list(members)] = value
    return p
