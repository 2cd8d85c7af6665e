"""Which windows does a method choose, of those that hold more records than chance gives?

Whatever a method calls hot, a place must hold more records than the stated expectation, and
more than chance puts together anywhere: the strongest window of each replicate is what it is
compared with, as in ``compact_places``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.hotspots.compact_places import chance_p_value
from csgeo.hotspots.methods import cells, clusters, scans, surfaces, times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy.typing as npt

    from csgeo.hotspots.cutting import Sites, Window
    from csgeo.hotspots.methods.asked import Asked, Chance, Scored

    Numbers = npt.NDArray[np.float64]

#: Each method by its name in a recipe.
BY_NAME: Mapping[str, Callable[[Asked], Scored]] = {
    "compact_places": cells.compact_places,
    "getis_ord": cells.getis_ord,
    "local_moran": cells.local_moran,
    "scan": scans.kulldorff,
    "space_time_scan": scans.space_time,
    "kernel_density": surfaces.kernel_density,
    "network_density": surfaces.network_density,
    "hot_streets": surfaces.hot_streets,
    "dbscan": clusters.dbscan,
    "optics": clusters.optics,
    "hdbscan": clusters.hdbscan,
    "st_dbscan": clusters.st_dbscan,
    "nearest_neighbour_hierarchy": clusters.nearest_neighbour_hierarchy,
    "stac": clusters.stac,
    "emerging": times.emerging,
    "near_repeat": times.near_repeat,
}


class Looked(NamedTuple):
    """Scores of windows (windows x anchors) at their sites, and what a listed place must have.

    ``seen`` is for analysts; ``chance(window)`` gives a p-value and a q-value; ``settled`` is what
    a re-run takes over.
    """

    scores: Numbers
    sites: Sites
    chance: Chance
    words: str
    seen: str
    least_records: int
    settled: Mapping[str, float]


class ByChance(NamedTuple):
    """What chance gives: the strongest window of each replicate, and what must be exceeded.

    ``strongest`` is missing in a re-run, which only asks whether a window exceeds ``least``.
    """

    strongest: Numbers | None
    least: float


def look(method: str, asked: Asked, by_chance: ByChance) -> Looked:
    """Score the windows by a method, and leave those that chance gives too.

    Parameters
    ----------
    method
        A key of ``BY_NAME``.
    asked
        The question.
    by_chance
        From ``chance_strengths`` for the same windows and expectation.

    Returns
    -------
    looked
        0 for windows that do not exceed chance; ``chance`` gives the larger of the method's own
        p-value and of the comparison with the expectation, and so for q.

    Raises
    ------
    MethodError
        If the records are too few for the method, or lack what it needs.
    """
    scored = BY_NAME[method](asked)
    kept = np.where(asked.strength > by_chance.least, np.maximum(scored.scores, 0.0), 0.0)
    chance = _chance(scored.chance, asked, by_chance.strongest)
    return Looked(
        kept, asked.sites, chance, scored.words, scored.seen, scored.least_records,
        scored.settled or {},
    )  # fmt: skip


def _chance(own: Chance | None, asked: Asked, strongest: Numbers | None) -> Chance:
    records, expected = asked.counted.incidents.ravel(), asked.expected.ravel()
    total = float(records.sum())

    def chance(window: Window) -> tuple[float, float]:
        p, q = (0.0, 0.0) if own is None else own(window)
        if strongest is None:
            return p, q
        c, e = float(records[window.cells].sum()), float(expected[window.cells].sum())
        beyond = chance_p_value(_strength(c, e, total), strongest)
        return max(p, beyond), max(q, beyond)

    return chance


def _strength(c: float, e: float, total: float) -> float:
    """Give the log likelihood ratio of one window, as ``scan_strength`` does of all."""
    if c <= e or e <= 0:
        return 0.0
    outside = (total - c) * np.log((total - c) / (total - e)) if total > c else 0.0
    return float(np.round(c * np.log(c / e) + outside, 9))
