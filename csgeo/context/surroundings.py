"""What else lies around a hotspot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.context.nearest import nearest_by_kind
from csgeo.errors import MethodError
from csgeo.tables import HOTSPOTS, PLACES, check_same_crs
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from csgeo.streets import Network
    from csgeo.vocabulary import Vocabulary

#: These say where a hotspot is, or nothing at all; they are not in its surroundings.
_NOT_AROUND = {"STREET", "SETTLEMENT", "ONLINE", "JOURNEY", "UNKNOWN"}


def places_around(
    hotspots: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    *,
    network: Network | None = None,
    reach_m: float = 400.0,
    kinds: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Count what lies around each hotspot, and name the nearest of each kind.

    Kinds that the location vocabulary marks ``sensitive``, such as children's
    homes, are never named here, nor counted; nor are words that it does not know.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table, h rows, EPSG:27700; may be empty.
    places
        ``PLACES`` table of points, lines or areas, EPSG:27700; may be empty.
    network
        As in :func:`csgeo.context.services.services_around`.
    reach_m
        How far counts as around (m); 400 m are a walk of five minutes.
    kinds
        Codes to answer for; if none are given, all of the location vocabulary that
        are in `places` and can lie around.

    Returns
    -------
    places_near
        One row per hotspot and kind: ``hotspot_id``, ``kind``,
        ``nearest_place_id``, ``nearest_name``, ``nearest_m`` (m; the nearest
        one, missing if none is within reach; its name may be missing),
        ``within_reach`` (count; missing if `places` has none of the kind at
        all) and ``measured_by``, as in ``services_around``.

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.
    MethodError
        If `reach_m` is not above 0 or one of `kinds` is sensitive.

    References
    ----------
    Department for Transport (2007), Manual for Streets, section 4.4.
    """
    HOTSPOTS.check(hotspots, "hotspots")
    PLACES.check(places, "places")
    check_same_crs(hotspots=hotspots, places=places)
    if not reach_m > 0:
        msg = f"`reach_m` must be more than 0 m; it is {reach_m:g}. A walk of five minutes is 400."
        raise MethodError(msg)
    asked = _asked(kinds, places, load_vocabulary("location"))
    return nearest_by_kind(
        hotspots,
        places[places["kind"].isin(asked)],
        asked,
        network=network,
        reach_m=reach_m,
        furthest_m=reach_m,
    ).rename(columns={"nearest_id": "nearest_place_id"})


def _asked(
    kinds: Iterable[str] | None, places: gpd.GeoDataFrame, vocabulary: Vocabulary
) -> list[str]:
    sensitive = set(vocabulary.where("sensitive", "yes"))
    if kinds is None:
        # a word that the vocabulary does not know may mean a children's home: left out
        left_out = sensitive.union(*(vocabulary.where("group", g) for g in _NOT_AROUND))
        there = set(places["kind"]) - left_out
        return [code for code in vocabulary.codes if code in there]
    asked = list(kinds)
    codes = vocabulary.translate(pd.Series(asked, dtype="str"))
    hidden = [kind for kind, code in zip(asked, codes, strict=True) if code in sensitive]
    if hidden:
        msg = (
            f"`kinds` must not ask for sensitive places; {len(hidden)} of {len(asked)} are "
            f"(the first is {hidden[0]!r}). Leave them out: naming them could point to children."
        )
        raise MethodError(msg)
    return asked
