"""How does each method score the windows among which places are chosen?

The three methods differ only here: each gives one score per window, what chance
would give, and a sentence; cutting, naming, ranking and setting aside are the
same for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.hotspots.clusters import LEAST_RECORDS, cluster_points
from csgeo.hotspots.compact_places import chance_p_value, chance_strengths, scan_strength
from csgeo.hotspots.cutting import window_sums
from csgeo.hotspots.getis_ord import one_sided_p

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.counting import Counted, Field
    from csgeo.hotspots.cutting import Windows

    Numbers = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]


class Scored(NamedTuple):
    """One score per window (windows x rows x columns), and how to read it.

    ``chance(score, cells)`` gives a window's p-value and q-value; both are
    missing where the method has none. A place holds at least ``least_records``.
    """

    scores: Numbers
    chance: Callable[[float, Integers], tuple[float, float]]
    words: str
    least_records: int


def score_windows(
    method: str,
    counted: Counted,
    expected: Numbers,
    z: Numbers,
    z_q: Numbers,
    field: Field,
    windows: Windows,
    *,
    x: Numbers,
    y: Numbers,
    replicates: int,
    q: float,
    seed: int,
    progress: Callable[[int, int], None] | None,
) -> Scored:
    """Score the windows by the method's own statistic."""
    if method == "getis_ord":
        return by_getis_ord(z, z_q, windows, q=q)
    if method == "hdbscan":
        return by_clusters(counted, expected, field, windows, x=x, y=y)
    return by_scan(counted, expected, windows, replicates=replicates, seed=seed, progress=progress)


def by_scan(
    counted: Counted,
    expected: Numbers,
    windows: Windows,
    *,
    replicates: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Scored:
    """Score windows by the likelihood ratio of the Poisson scan.

    Every place is compared with the strongest window of each replicate, as SaTScan
    does. That already allows for all windows looked at, so the share of false
    finds is no higher than the p-value, and it stands as the q-value as well.
    """
    strongest = chance_strengths(
        expected, counted.inside, windows, replicates=replicates, seed=seed, progress=progress
    )

    def chance(score: float, _cells: Integers) -> tuple[float, float]:
        p = chance_p_value(score, strongest)
        return p, p

    words = (
        "Compact places: near-discs of cells, the highest likelihood ratio first, compared with "
        f"the strongest of each of {replicates} draws by chance (seed {seed})."
    )
    return Scored(scan_strength(counted.incidents, expected, windows), chance, words, 2)


def by_getis_ord(z: Numbers, z_q: Numbers, windows: Windows, *, q: float) -> Scored:
    """Score windows by how far their cells' Gi* exceeds the least that is significant."""
    hot = np.nan_to_num(z_q, nan=1.0) <= q
    least = float(z[hot].min()) if hot.any() else np.inf
    above = np.where(hot | (np.isfinite(z) & hot.any()), np.nan_to_num(z) - least, 0.0)
    if not hot.any():
        above = np.zeros(z.shape)
    p = one_sided_p(z)

    def chance(_score: float, cells: Integers) -> tuple[float, float]:
        return float(np.nanmin(p.ravel()[cells])), float(np.nanmin(z_q.ravel()[cells]))

    words = (
        f"Getis-Ord Gi* of each cell with its eight neighbours, Benjamini-Hochberg at {q:g}; "
        f"{int(hot.sum()):,} cells stand out, and places are cut around the peaks."
    )
    # the last bits of sums must not decide between equal windows
    return Scored(np.round(window_sums(above, windows), 9), chance, words, 2)


def by_clusters(
    counted: Counted, expected: Numbers, field: Field, windows: Windows, *, x: Numbers, y: Numbers
) -> Scored:
    """Score windows by the records in clusters that they hold beyond the expectation."""
    inside = np.flatnonzero(counted.position >= 0)
    cluster = cluster_points(x[inside], y[inside])
    held = counted.position[inside][cluster >= 0]
    clustered = np.bincount(held, minlength=field.mask.size).reshape(field.mask.shape)

    def chance(_score: float, _cells: Integers) -> tuple[float, float]:
        return float("nan"), float("nan")

    words = (
        f"HDBSCAN found {int(cluster.max()) + 1} clusters of at least {LEAST_RECORDS} records; "
        "places are the cells that hold most of them beyond the expectation. It gives no p-value."
    )
    scores = np.round(window_sums(clustered - expected, windows), 9)
    return Scored(scores, chance, words, LEAST_RECORDS)
