"""Do the sources agree on which places come first?

Each agency sees another part of what happens. A place that is high in one list
and nowhere in the others is not wrong, but someone should ask why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.hotspots.dependence import records_in_places

if TYPE_CHECKING:
    import geopandas as gpd


def source_agreement(
    hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, area: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Rank the places by each source alone.

    A source supports a place where its own records there exceed the source's share
    of what is expected: the place's expectation times the share of all records in
    the study area that the source made.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table of n places.
    incidents, area
        The ``INCIDENTS`` and the study area (``AREAS``) in which they were found.

    Returns
    -------
    agreement
        One row for each place and source, in that order: ``hotspot_id``, ``source``, ``records``
        (count), ``expected`` (records), ``supports`` (flag) and ``rank`` of the place by the
        source's records over its expectation, 1 first; equals share the better rank.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.

    Examples
    --------
    >>> found = find_hotspots(incidents, area)  # doctest: +SKIP
    >>> source_agreement(found.hotspots, incidents, area)  # doctest: +SKIP
    """
    held = records_in_places(hotspots, incidents, area)
    code, sources = pd.factorize(incidents["source"], sort=True)
    n, kinds = len(hotspots), len(sources)
    share = np.bincount(code[held.all_rows], minlength=kinds) / max(len(held.all_rows), 1)
    records = np.bincount(held.place * kinds + code[held.row], minlength=n * kinds)
    expected = np.outer(hotspots["expected"].to_numpy(dtype=float), share).ravel()
    table = pd.DataFrame(
        {
            "hotspot_id": np.repeat(hotspots.index.to_numpy(), kinds),
            "source": np.tile(np.asarray(sources, dtype=object), n),
            "records": records,
            "expected": expected,
            "supports": records > expected,
        }
    )
    ratio = (table["records"] / table["expected"].where(table["expected"] > 0)).fillna(0.0)
    rank = ratio.groupby(table["source"]).rank(method="min", ascending=False)
    return table.assign(rank=rank.astype(np.int64))


def rank_gaps(agreement: pd.DataFrame) -> pd.DataFrame:
    """Give, for each place, how many sources support it and how far apart their ranks are.

    Parameters
    ----------
    agreement
        From :func:`source_agreement`.

    Returns
    -------
    gaps
        n rows indexed by ``hotspot_id``: ``sources_agree`` (count), ``rank_gap`` (places between
        the best and the worst rank; 0 with one source), ``highest_by`` and ``lowest_by`` (sources;
        the first by name of equals).
    """
    by_place = agreement.sort_values(["hotspot_id", "rank", "source"]).groupby(
        "hotspot_id", sort=False
    )
    lowest = agreement.sort_values(
        ["hotspot_id", "rank", "source"], ascending=[True, False, True]
    ).groupby("hotspot_id", sort=False)
    gaps = pd.DataFrame(
        {
            "sources_agree": by_place["supports"].sum().astype(np.int64),
            "rank_gap": by_place["rank"].max() - by_place["rank"].min(),
            "highest_by": by_place["source"].first(),
            "lowest_by": lowest["source"].first(),
        }
    )
    return gaps.reindex(agreement["hotspot_id"].unique()).rename_axis("hotspot_id")
