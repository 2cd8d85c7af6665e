"""Where is so little recorded that nothing can be said?

Low reporting is not safety. An area with far fewer records than its people would have
at the usual rate is named, so that nobody reads it as safe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from csgeo.tables import AREAS, INCIDENTS, check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

#: Little is recorded where there are at most this part of the records at the usual rate ...
LITTLE_SHARE = 0.5
#: ... and so few would come by chance with at most this probability (Poisson).
LITTLE_P = 0.01


def recording_coverage(incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Compare what is recorded in each area with the usual rate of all of them.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table. A record lies in the area that holds its point (the first by id where
        two do); a record without a point in the one that its own ``area_id`` names.
    areas
        ``AREAS`` table, n rows, in the same system. The usual rate is by ``residents_10_17``, else
        by ``residents``; never by ground, of which the country has most and records fewest.

    Returns
    -------
    coverage
        n rows on the index of `areas`: ``records`` (count), ``without_point`` (count among them),
        ``sources`` (how many have at least one record), ``usual`` (records at the usual rate;
        missing where the residents are not known), ``little_recorded`` (flag) and ``words``, missing
        unless the flag is set.

    Raises
    ------
    TableError
        If a table breaks its contract or they are in different systems.

    Examples
    --------
    >>> recording_coverage(incidents, wards)  # doctest: +SKIP
    """
    INCIDENTS.check(incidents, "incidents")
    AREAS.check(areas, "areas")
    check_same_crs(areas=areas, incidents=incidents)
    of_record, has_point = _area_of_each(incidents, areas)
    n = len(areas)
    records = np.bincount(of_record[of_record >= 0], minlength=n)
    without = np.bincount(of_record[(of_record >= 0) & ~has_point], minlength=n)
    usual = _usual(records, areas)
    little = _little(records, usual)
    sources = incidents["source"].groupby(of_record).nunique().reindex(range(n), fill_value=0)
    words = "Far fewer records than usual: that is not known to be safe, only little recorded."
    return pd.DataFrame(
        {
            "records": records,
            "without_point": without,
            "sources": sources.to_numpy(dtype=np.int64),
            "usual": usual,
            "little_recorded": little,
            "words": pd.array([words if flag else None for flag in little], dtype="str"),
        },
        index=areas.index,
    )


def _area_of_each(
    incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    points = incidents.geometry.to_numpy()
    has_point = ~(shapely.is_missing(points) | shapely.is_empty(points))
    order = np.argsort(areas.index.to_numpy(dtype=str), kind="stable")
    tree = shapely.STRtree(areas.geometry.to_numpy()[order])
    row, area = tree.query(points[has_point], predicate="intersects")
    found = np.full(len(incidents), -1, dtype=np.int64)
    first = np.lexsort((area, row))[::-1]  # the first by id is written last
    found[np.flatnonzero(has_point)[row[first]]] = order[area[first]]
    if "area_id" in incidents:
        named = areas.index.get_indexer(pd.Index(incidents["area_id"]))
        found = np.where(has_point, found, named)
    return found, has_point


def _usual(records: npt.NDArray[np.int64], areas: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    base = np.full(len(areas), np.nan)
    for column in ("residents_10_17", "residents"):
        if column in areas and areas[column].notna().any():
            base = areas[column].to_numpy(dtype=float, na_value=np.nan)
            break
    known = np.isfinite(base)
    total = base[known].sum()
    rate = records[known].sum() / total if total > 0 else np.nan
    return np.asarray(base * rate)


def _little(
    records: npt.NDArray[np.int64], usual: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    from scipy.special import pdtr  # noqa: PLC0415  (heavy, and used only here)

    known = np.isfinite(usual)
    chance = pdtr(records, np.where(known, usual, 0.0))
    return np.asarray(
        known & (records <= LITTLE_SHARE * np.nan_to_num(usual)) & (chance <= LITTLE_P)
    )
