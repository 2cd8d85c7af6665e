"""How does each method score the windows among which places are chosen?

The three methods differ only here: each gives one score per window, what chance
would give, and a sentence; cutting, naming, ranking and setting aside are the
same for all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.hotspots.clusters.hdbscan import LEAST_RECORDS, cluster_points
from csgeo.hotspots.compact_places import chance_p_value, chance_strengths, scan_strength
from csgeo.hotspots.cutting import window_sites, window_sums
from csgeo.hotspots.getis_ord import one_sided_p

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.counting import Counted
    from csgeo.hotspots.cutting import Sites, Window, Windows

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Chance: TypeAlias = Callable[[Window], tuple[float, float]]

#: A scan or Gi* may list a place with this many records; one record is an event, not a place.
_LEAST_RECORDS = 2


class Scored(NamedTuple):
    """One score per window (windows x anchors), and how to read it.

    ``chance(window)`` gives its p-value and q-value, missing where the method has
    none. A place holds at least ``least_records``. ``strongest`` are the draws by
    chance, where the method makes some.
    """

    scores: Numbers
    sites: Sites
    chance: Chance
    words: str
    least_records: int
    strongest: Numbers | None = None


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
    sites = window_sites(expected > 0, windows)
    strongest = chance_strengths(
        expected, counted.inside, sites, replicates=replicates, seed=seed, progress=progress
    )

    def chance(window: Window) -> tuple[float, float]:
        p = chance_p_value(window.score, strongest)
        return p, p

    words = (
        "Compact places: near-discs of cells, the highest likelihood ratio first, compared with "
        f"the strongest of each of {replicates} draws by chance (seed {seed})."
    )
    # the last bits of logarithms must not decide between equal windows
    scores = np.round(scan_strength(counted.incidents, expected, sites), 9)
    return Scored(scores, sites, chance, words, _LEAST_RECORDS, strongest)


def by_getis_ord(z: Numbers, z_q: Numbers, windows: Windows, *, q: float) -> Scored:
    """Score windows by how far their cells' Gi* exceeds the least that is significant."""
    hot = np.nan_to_num(z_q, nan=1.0) <= q
    least = float(z[hot].min()) if hot.any() else 0.0
    above = np.where(np.isfinite(z) & hot.any(), np.nan_to_num(z) - least, 0.0)
    sites = window_sites(hot, windows)
    p = one_sided_p(z)

    def chance(window: Window) -> tuple[float, float]:
        own = window.cells
        return float(np.nanmin(p.ravel()[own])), float(np.nanmin(z_q.ravel()[own]))

    words = (
        f"Getis-Ord Gi* of each cell with its eight neighbours, Benjamini-Hochberg at {q:g}; "
        f"{int(hot.sum()):,} cells stand out, and places are cut around the peaks."
    )
    scores = np.round(window_sums(above, sites), 9)
    return Scored(scores, sites, chance, words, _LEAST_RECORDS)


def by_clusters(counted: Counted, expected: Numbers, windows: Windows) -> Scored:
    """Score windows by the records in clusters that they hold beyond the expectation."""
    inside = np.flatnonzero(counted.position >= 0)
    cluster = cluster_points(counted.x[inside], counted.y[inside])
    held = counted.position[inside][cluster >= 0]
    clustered = np.bincount(held, minlength=expected.size).reshape(expected.shape)
    sites = window_sites(clustered > 0, windows)

    def chance(_window: Window) -> tuple[float, float]:
        return float("nan"), float("nan")

    words = (
        f"HDBSCAN found {int(cluster.max()) + 1} clusters of at least {LEAST_RECORDS} records; "
        "places are the cells that hold most of them beyond the expectation. It gives no p-value."
    )
    scores = np.round(window_sums(clustered - expected, sites), 9)
    return Scored(scores, sites, chance, words, LEAST_RECORDS)
