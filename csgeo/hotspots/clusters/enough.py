"""Which clusters hold enough different people and enough different sources?

Twenty records of one child, or of one agency's way of recording, are not a place where
harm gathers. A record whose person is not known adds nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.clusters.answers import check_whole
from csgeo.hotspots.counting import count_people
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Integers: TypeAlias = npt.NDArray[np.int64]


def people_and_sources(incidents: gpd.GeoDataFrame, labels: npt.ArrayLike) -> pd.DataFrame:
    """Count the records, different people and different sources of each cluster.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    labels
        n numbers of clusters, -1 for none.

    Returns
    -------
    counts
        Indexed by ``cluster``: records, people (missing if no record of the table names a person;
        otherwise those that are named, so a lower bound), sources.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    """
    INCIDENTS.check(incidents, "incidents")
    cluster = np.asarray(labels, dtype=np.int64)
    inside = cluster >= 0
    index = pd.Index(np.unique(cluster[inside]), name="cluster", dtype="int64")
    counts = pd.DataFrame(index=index)
    counts["records"] = pd.Series(cluster[inside]).value_counts().reindex(index).astype("int64")
    people = count_people(incidents, cluster)
    counts["people"] = people.reindex(index, fill_value=0) if len(people) else pd.NA
    counts["people"] = counts["people"].astype("Int64")
    source = incidents["source"].to_numpy()[inside]
    pairs = pd.DataFrame({"cluster": cluster[inside], "source": source})
    counts["sources"] = pairs.groupby("cluster")["source"].nunique().reindex(index).astype("int64")
    return counts


def dissolve_small(
    incidents: gpd.GeoDataFrame,
    labels: npt.ArrayLike,
    *,
    least_people: int | None = None,
    least_sources: int | None = None,
) -> tuple[Integers, str]:
    """Take clusters of too few people or sources away; their records are in none.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    labels
        n numbers of clusters, -1 for none.
    least_people, least_sources
        Fewest different people and sources of a cluster; None asks nothing.

    Returns
    -------
    labels, words
        The numbers of those that stay are kept as they are; `words` says how many went,
        and is empty if nothing was asked.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    RecipeError
        If a least is not a whole number above 0.
    MethodError
        If people are asked for and no record names one.
    """
    cluster = np.array(labels, dtype=np.int64)
    counts = people_and_sources(incidents, cluster)
    stays = pd.Series(data=True, index=counts.index)
    asked = []
    for what, least in (("people", least_people), ("sources", least_sources)):
        if least is None:
            continue
        check_whole(f"least_{what}", least)
        if what == "people" and _nobody_named(incidents):
            msg = (
                f"`least_people` is {least}, but none of {len(incidents):,} records names a person "
                "(column `person_key`). Give the pseudonyms when reading the file, or leave "
                "`least_people` out."
            )
            raise MethodError(msg)
        stays &= counts[what].to_numpy(dtype=np.int64) >= least
        asked.append(f"{least} {what}")
    if not asked:
        return cluster, ""
    gone = counts.index[~stays]
    cluster[np.isin(cluster, gone)] = -1
    return cluster, f"{len(gone):,} clusters with fewer than {' or '.join(asked)} taken away."


def _nobody_named(incidents: gpd.GeoDataFrame) -> bool:
    return "person_key" not in incidents or bool(incidents["person_key"].isna().all())
