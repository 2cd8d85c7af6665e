"""In which order do the places come, over the whole area, and within each stratum?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import RecipeError
from csgeo.tables import AREAS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

#: A list that is longer, or covers more, is no longer a list of the few places that matter.
MOST_PLACES = 20
MOST_SHARE_OF_AREA = 0.05


def check_limits(*, most_places: int, most_share_of_area: float, least_in_stratum: int = 0) -> None:
    """Refuse a list that would be too long or too wide to act on.

    Raises
    ------
    RecipeError
        Saying what the bound is.
    """
    if not 1 <= most_places <= MOST_PLACES:
        msg = f"`most_places` must be 1 to {MOST_PLACES}; it is {most_places}."
        raise RecipeError(msg)
    if not 0 <= least_in_stratum <= MOST_PLACES:
        msg = f"`least_in_stratum` must be 0 to {MOST_PLACES}; it is {least_in_stratum}."
        raise RecipeError(msg)
    if not 0 < most_share_of_area <= MOST_SHARE_OF_AREA:
        msg = (
            f"`most_share_of_area` must be above 0 and at most {MOST_SHARE_OF_AREA:g} "
            f"({MOST_SHARE_OF_AREA:.0%} of the area); it is {most_share_of_area:g}."
        )
        raise RecipeError(msg)


def strata_of(
    shapes: npt.NDArray[np.object_], strata: gpd.GeoDataFrame | None
) -> npt.NDArray[np.object_]:
    """Give each place the stratum in which most of it lies; missing where in none.

    Parameters
    ----------
    shapes
        n polygons in metres.
    strata
        ``AREAS`` with ``stratum``; several areas may share one.
    """
    found = np.full(len(shapes), None, dtype=object)
    if strata is None or not len(shapes):
        return found
    AREAS.check(strata, "strata")
    named = strata["stratum"] if "stratum" in strata else strata["name"]
    place, area = shapely.STRtree(strata.geometry.to_numpy()).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[place], strata.geometry.to_numpy()[area]))
    overlaps = pd.DataFrame(
        {"place": place, "stratum": named.to_numpy(dtype=object)[area], "m2": common}
    ).dropna()
    sums = overlaps.groupby(["place", "stratum"], as_index=False)["m2"].sum()
    # of equal shares the first by name: the same answer on each run
    sums = sums[sums["m2"] > 0].sort_values(
        ["place", "m2", "stratum"], ascending=[True, False, True]
    )
    first = sums.drop_duplicates("place")
    found[first["place"].to_numpy()] = first["stratum"].to_numpy()
    return found


def ranked(places: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Order places by ``score``, ties by their id, and number them.

    Parameters
    ----------
    places
        Indexed by ``hotspot_id``, with ``score`` and ``stratum``.

    Returns
    -------
    places
        In order, with ``rank`` over the whole and ``rank_in_stratum`` (1 first); places in no
        stratum are ranked among themselves.
    """
    order = np.lexsort((places.index.to_numpy(dtype=str), -places["score"].to_numpy()))
    sorted_places = places.iloc[order]
    within = sorted_places.groupby(sorted_places["stratum"].fillna("").to_numpy()).cumcount()
    return sorted_places.assign(
        rank=np.arange(1, len(places) + 1), rank_in_stratum=within.to_numpy() + 1
    )
