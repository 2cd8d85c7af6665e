"""Which windows lie inside the clusters that a scan statistic finds?

A cluster of a scan may be a kilometre across. Here it only says which cells stand out
together; the places that are listed are cut from it like those of any other method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.methods.asked import Scored, by_surface

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.cutting import Window
    from csgeo.hotspots.methods.asked import Asked, Chance

    Numbers = npt.NDArray[np.float64]

#: The largest radius of a cluster: beyond it there is nothing that one can walk to.
MOST_RADIUS_M = 500.0
#: Where a first search keeps how strong a cluster must be.
_LEAST = "least_statistic"


def kulldorff(asked: Asked) -> Scored:
    """Score windows by the records beyond the expectation, in clusters of Kulldorff's scan."""
    from csgeo.hotspots.scan.spatial import scan_poisson  # noqa: PLC0415  (numba is heavy)

    cells = np.flatnonzero(asked.expected.ravel() > 0)
    clusters = scan_poisson(
        _middles(asked, cells),
        asked.counted.incidents.ravel()[cells],
        expected=asked.expected.ravel()[cells],
        ids=cells,
        most_radius_m=MOST_RADIUS_M,
        replicates=0 if asked.again else asked.replicates,
        seed=asked.seed,
        progress=asked.progress,
    )
    found = _that_count(clusters, asked)
    p = _p_of_cells(found, asked.expected.shape)
    held = np.where(p <= 1, asked.counted.incidents, 0.0)
    words = (
        f"Kulldorff's scan: clusters of cells, up to {MOST_RADIUS_M:g} m in radius, that at most "
        f"{asked.q:g} of {asked.replicates} draws by chance match (seed {asked.seed}); places are "
        "the parts of them with the most records beyond the expectation."
    )
    return Scored(
        by_surface(held - asked.expected, asked), words, _found(found),
        _of_cluster(p), settled=_settled(found),
    )  # fmt: skip


def space_time(asked: Asked) -> Scored:
    """Score windows by the records of a cluster's months beyond those of its other months."""
    from csgeo.hotspots.scan.space_time import scan_permutation  # noqa: PLC0415  (numba is heavy)

    rows = asked.inside[asked.when.month[asked.inside] >= 0]
    if not len(rows):
        msg = (
            "A space-time scan needs the month of the records; none has one. Choose a method "
            "without time, such as `scan`."
        )
        raise MethodError(msg)
    kinds, cases = np.unique(
        np.column_stack([asked.counted.position[rows], asked.when.month[rows]]),
        axis=0,
        return_counts=True,
    )
    position, month = kinds.T
    clusters = scan_permutation(
        _middles(asked, position),
        _dates(month),
        cases=cases,
        unit="month",
        ids=position,
        most_radius_m=MOST_RADIUS_M,
        replicates=0 if asked.again else asked.replicates,
        seed=asked.seed,
        progress=asked.progress,
    )
    found = _that_count(clusters, asked)
    surface, p = np.zeros(asked.expected.size), np.full(asked.expected.size, np.inf)
    for members, starts, ends, p_value in zip(
        found["location_ids"], found["starts"], found["ends"], found["p_value"], strict=True
    ):
        cells = np.array(members, dtype=np.int64)
        then = (month >= _month(starts)) & (month <= _month(ends))
        here = np.isin(position, cells)
        then_here = np.bincount(position[here & then], cases[here & then], surface.size)
        ever_here = np.bincount(position[here], cases[here], surface.size)
        share = cases[then].sum() / cases.sum()
        surface[cells] += (then_here - ever_here * share)[cells]
        p[cells] = np.minimum(p[cells], _known(p_value))
    words = (
        f"Space-time permutation scan by month: clusters, up to {MOST_RADIUS_M:g} m in radius, that at most {asked.q:g} of {asked.replicates} draws by chance match (seed "
        f"{asked.seed}); places are cut where their months had the most records beyond the others."
    )
    shape = asked.expected.shape
    return Scored(
        by_surface(surface.reshape(shape), asked),
        words,
        _found(found),
        _of_cluster(p.reshape(shape)),
        settled=_settled(found),
    )


def _middles(asked: Asked, position: npt.NDArray[np.int64]) -> Numbers:
    row, column = np.divmod(position, asked.expected.shape[1])
    return np.column_stack([column, row]) * float(asked.field.cell_m)


def _that_count(clusters: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Keep what stands out: by chance, or in a re-run by what the first search found to."""
    if asked.settled is None:
        return clusters[clusters["p_value"] <= asked.q]
    return clusters[clusters["statistic"] >= asked.settled.get(_LEAST, np.inf)]


def _found(found: pd.DataFrame) -> str:
    return f"{len(found)} {'cluster was' if len(found) == 1 else 'clusters were'} found."


def _settled(found: pd.DataFrame) -> dict[str, float]:
    return {_LEAST: float(found["statistic"].min())} if len(found) else {}


def _p_of_cells(found: pd.DataFrame, shape: tuple[int, ...]) -> Numbers:
    """Give each cell of the raster the p-value of its cluster; infinite where it is in none."""
    p = np.full(shape, np.inf)
    for members, value in zip(found["location_ids"], found["p_value"], strict=True):
        p.ravel()[list(members)] = _known(value)
    return p


def _known(p_value: float) -> float:
    return 0.0 if np.isnan(p_value) else float(p_value)  # a re-run draws nothing


def _of_cluster(p: Numbers) -> Chance:
    """Give a window the p-value of its cluster, which allows for all windows looked at."""

    def chance(window: Window) -> tuple[float, float]:
        own = min(float(p.ravel()[window.cells].min()), 1.0)
        return own, own

    return chance


def _dates(month: npt.NDArray[np.int64]) -> pd.Series:
    return pd.Series((month - 12 * 1970).astype("datetime64[M]").astype("datetime64[s]"))


def _month(day: pd.Timestamp) -> int:
    return 12 * day.year + day.month - 1
