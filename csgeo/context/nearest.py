"""How far is the nearest thing of each kind from a hotspot?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import shapely

from csgeo.doorsteps import doorsteps
from csgeo.streets import walking_distance_m

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.streets import Network

    Floats: TypeAlias = npt.NDArray[np.float64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

BY_STREETS = "streets"
BY_STRAIGHT_LINE = "straight line"

#: A place further than this from any street is not on the network (m).
_TO_STREET_M = 250.0


#: The columns of an answer and what they hold, with or without rows.
_COLUMNS = {
    "hotspot_id": "str",
    "kind": "str",
    "nearest_id": "str",
    "nearest_name": "str",
    "nearest_m": "float64",
    "within_reach": "Int64",
    "measured_by": "str",
}


class Measured(NamedTuple):
    """Metres from h hotspots to t things, missing where no way is known; and how measured."""

    metres: Floats
    by_streets: Flags


def measured(
    hotspots: gpd.GeoSeries,
    things: gpd.GeoSeries,
    *,
    network: Network | None,
    furthest_m: float,
) -> Measured:
    """Measure from the nearest side of each hotspot to each thing.

    What lies inside a hotspot is 0 m away. Elsewhere the walk along the streets
    counts, if both stand on the network, and the straight line if not.

    Parameters
    ----------
    hotspots
        h areas, EPSG:27700.
    things
        t points, lines or areas, EPSG:27700.
    network
        Streets to walk along; none for straight lines.
    furthest_m
        What is further (m) is left missing.

    Returns
    -------
    measured
        h x t metres, and h x t flags: measured along streets.
    """
    areas, shapes = hotspots.to_numpy(), things.to_numpy()
    shapely.prepare(areas)
    straight = np.asarray(shapely.distance(areas[:, None], shapes[None, :]), dtype=float)
    metres, by_streets = straight.copy(), np.zeros(straight.shape, dtype=bool)
    if network is not None and metres.size:
        walk = walking_distance_m(
            network, hotspots, things, limit_m=furthest_m, to_street_m=_TO_STREET_M
        ).to_numpy()
        by_streets = np.logical_and.outer(_on(network, areas), _on(network, shapes))
        metres = np.where(by_streets & (straight > 0), walk, straight)
    metres[metres > furthest_m] = np.nan
    return Measured(metres, by_streets)


def _on(network: Network, shapes: npt.NDArray[np.object_]) -> Flags:
    on = np.zeros(len(shapes), dtype=bool)
    on[doorsteps(network, shapes, to_street_m=_TO_STREET_M).place] = True
    return on


def nearest_by_kind(
    hotspots: gpd.GeoDataFrame,
    things: gpd.GeoDataFrame,
    kinds: Sequence[str],
    *,
    network: Network | None,
    reach_m: float,
    furthest_m: float,
) -> pd.DataFrame:
    """Name the nearest of each kind around each hotspot and count those within reach.

    Parameters
    ----------
    hotspots
        Areas on the index ``hotspot_id``.
    things
        Points or other shapes with ``name`` and ``kind``.
    kinds
        k kinds to answer for, in this order.
    network, furthest_m
        As in :func:`measured`.
    reach_m
        How far is within reach (m).

    Returns
    -------
    nearest
        h x k rows in the order of `hotspots`, then `kinds`: ``hotspot_id``,
        ``kind``, ``nearest_id``, ``nearest_name``, ``nearest_m``,
        ``within_reach`` (count; missing if `things` has none of the kind at
        all: not known), ``measured_by``. Of two equally near the one with the
        lower id is named.
    """
    things = things.sort_index()
    far = measured(hotspots.geometry, things.geometry, network=network, furthest_m=furthest_m)
    on_streets = network is not None
    answers = [
        _of_kind(hotspots.index, things, far, kind, reach_m=reach_m, on_streets=on_streets)
        for kind in kinds
    ]
    order = np.tile(np.arange(len(hotspots)), len(answers)).argsort(kind="stable")
    nearest = (
        pd.concat(answers, ignore_index=True) if answers else pd.DataFrame(columns=list(_COLUMNS))
    )
    return nearest.iloc[order].reset_index(drop=True).astype(_COLUMNS)


def _of_kind(
    ids: pd.Index,
    things: gpd.GeoDataFrame,
    far: Measured,
    kind: str,
    *,
    reach_m: float,
    on_streets: bool,
) -> pd.DataFrame:
    answer = pd.DataFrame({"hotspot_id": ids, "kind": kind}).reindex(columns=list(_COLUMNS))
    columns = np.flatnonzero((things["kind"] == kind).to_numpy())
    if not len(columns) or not len(ids):
        return answer
    metres = far.metres[:, columns]
    least = np.where(np.isnan(metres), np.inf, metres)
    row, nearest = np.arange(len(ids)), least.argmin(axis=1)
    found, one = np.isfinite(least[row, nearest]), columns[nearest]
    by_streets = np.where(found, far.by_streets[row, one], on_streets)
    answer["nearest_id"] = _words(things.index.to_numpy()[one], found)
    answer["nearest_name"] = _words(things["name"].to_numpy(dtype=object)[one], found)
    answer["nearest_m"] = metres[row, nearest]
    answer["within_reach"] = (metres <= reach_m).sum(axis=1)
    answer["measured_by"] = np.where(by_streets, BY_STREETS, BY_STRAIGHT_LINE)
    return answer


def _words(words: npt.NDArray[np.object_], found: Flags) -> pd.Series:
    """Make text of `words`, missing where none was `found`."""
    return pd.Series(words, dtype="object").where(found).astype("str")
