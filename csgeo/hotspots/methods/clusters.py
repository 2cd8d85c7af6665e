"""Which windows hold the records that lie closer together than around them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.answers import LEAST_RECORDS
from csgeo.hotspots.methods.asked import Asked, Scored, by_members

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from csgeo.hotspots.clusters.answers import Labelled

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]


def dbscan(asked: Asked) -> Scored:
    """Score windows by the records in DBSCAN's clusters that they hold beyond the expectation."""
    from csgeo.hotspots.clusters.dbscan import REACH_M, label  # noqa: PLC0415  (scikit-learn is heavy)

    return _of_all(asked, lambda x, y: label(x, y, reach_m=REACH_M * asked.stretch))


def optics(asked: Asked) -> Scored:
    """Score windows by the records in OPTICS's clusters that they hold beyond the expectation."""
    from csgeo.hotspots.clusters.optics import label  # noqa: PLC0415

    return _of_all(asked, label)


def hdbscan(asked: Asked) -> Scored:
    """Score windows by the records in HDBSCAN's clusters that they hold beyond the expectation."""
    from csgeo.hotspots.clusters.hdbscan import label  # noqa: PLC0415

    return _of_all(asked, label)


def st_dbscan(asked: Asked) -> Scored:
    """Score windows by the records that lie close in space and in time, beyond the expectation."""
    from csgeo.hotspots.clusters.st_dbscan import REACH_M, label  # noqa: PLC0415

    rows = asked.inside[~np.isnan(asked.when.day[asked.inside])]
    if not len(rows):
        msg = (
            "ST-DBSCAN needs times that are known to the day; none of "
            f"{len(asked.inside):,} records has one. Files that give months only, such as those of "
            "data.police.uk, cannot answer this. Choose another method, such as `dbscan`."
        )
        raise MethodError(msg)
    x, y = asked.counted.x[rows], asked.counted.y[rows]
    return _scored(asked, rows, label(x, y, asked.when.day[rows], reach_m=REACH_M * asked.stretch))


def nearest_neighbour_hierarchy(asked: Asked) -> Scored:
    """Score windows by the records in CrimeStat's first-order clusters beyond the expectation."""
    from csgeo.hotspots.clusters.nearest_neighbour_hierarchy import label  # noqa: PLC0415

    ground_km2 = float(shapely.area(asked.field.ground)) / 1e6
    return _of_all(asked, lambda x, y: label(x, y, area_km2=ground_km2))


def stac(asked: Asked) -> Scored:
    """Score windows by the records in STAC's hot clusters that they hold beyond the expectation."""
    from csgeo.hotspots.clusters.stac import SEARCH_M, label  # noqa: PLC0415

    return _of_all(asked, lambda x, y: label(x, y, search_m=SEARCH_M * asked.stretch))


def _of_all(asked: Asked, label: Callable[[Numbers, Numbers], Labelled]) -> Scored:
    rows = asked.inside
    return _scored(asked, rows, label(asked.counted.x[rows], asked.counted.y[rows]))


def _scored(asked: Asked, rows: Integers, found: Labelled) -> Scored:
    method, _, chosen = found.words.partition(": ")
    words = (
        f"{method}, clusters of at least {LEAST_RECORDS} records; places are cut where clusters hold "
        "most records beyond the expectation."
    )
    members = rows[found.labels >= 0]
    return Scored(
        by_members(members, asked), words, _as_sentence(chosen), least_records=LEAST_RECORDS
    )


def _as_sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
