"""Which services are within a walk of a hotspot?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from csgeo.context.nearest import BY_STREETS, nearest_by_kind
from csgeo.errors import MethodError, MissingColumns
from csgeo.tables import HOTSPOTS, SERVICES, check_same_crs
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import geopandas as gpd

    from csgeo.streets import Network

#: 4.8 km/h: the 10 minutes for about 800 m of Manual for Streets (Department for
#: Transport 2007, 4.4.1), and the walking speed of PTAL (Transport for London 2015).
WALK_M_PER_MINUTE = 80.0


def services_around(
    hotspots: gpd.GeoDataFrame,
    services: gpd.GeoDataFrame,
    *,
    network: Network | None = None,
    reach_m: float = 800.0,
    furthest_m: float = 10_000.0,
    expected_kinds: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Find the nearest service of each kind around each hotspot, and the gaps.

    The distance is that from the nearest side of the hotspot's area, never from
    a record; what lies inside is 0 m away. So where there is a gap, there is one
    from every corner of the hotspot. A gap says that the file names no such
    service within reach: it does not say whether the one within reach is open,
    known, trusted or safe to walk to.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table, h rows, EPSG:27700; may be empty.
    services
        ``SERVICES`` table, EPSG:27700; may be empty.
    network
        Streets to walk along, from :func:`csgeo.streets.street_network`; none
        for straight lines. A place more than 250 m from any street is measured
        by a straight line.
    reach_m
        How far is within reach (m); 800 m are a walk of ten minutes.
    furthest_m
        How far to look for the nearest (m).
    expected_kinds
        Codes of the services that one would want near each hotspot; those that
        the service vocabulary marks ``expected`` if none are given.

    Returns
    -------
    services_near
        One row per hotspot and kind (those in `services` and the expected), in
        the order of `hotspots`, then of the vocabulary:

        - ``hotspot_id``, ``kind`` (code)
        - ``nearest_service_id``, ``nearest_name``: missing if none was found
        - ``nearest_m`` (m), ``walk_minutes`` (minutes at 80 m a minute)
        - ``within_reach`` (count): missing if `services` has none of the kind
          anywhere, for a layer that is absent is not a service that is absent
        - ``measured_by``: ``streets`` or ``straight line``; missing likewise
        - ``gap``: an expected kind that is known to have none within reach;
          where ``within_reach`` is missing no gap is claimed, nor excluded

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.
    MethodError
        If `reach_m` is not above 0, `furthest_m` is less, or an expected kind
        is neither in the vocabulary nor in `services`.

    References
    ----------
    Department for Transport (2007), Manual for Streets, section 4.4: facilities
    within 10 minutes' (up to about 800 m) walking distance.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> from csgeo.tables import HOTSPOTS, SERVICES
    >>> hotspots = gpd.GeoDataFrame(
    ...     dict.fromkeys(HOTSPOTS.columns, 1.0)
    ...     | {"name": "Around Mill Lane", "method": "compact_places", "cells": "250mE0N0"},
    ...     geometry=[box(0, 0, 250, 250)], crs=27700, index=pd.Index(["P1"], name="hotspot_id"))
    >>> services = gpd.GeoDataFrame(
    ...     dict.fromkeys(SERVICES.columns, float("nan"))
    ...     | {"name": "Town library", "kind": "LIBRARY", "funded_until": pd.NaT},
    ...     geometry=[Point(650, 100)], crs=27700, index=pd.Index(["s1"], name="service_id"))
    >>> near = services_around(hotspots, services, expected_kinds=["LIBRARY"])
    >>> near[["nearest_name", "nearest_m", "walk_minutes", "gap"]].values.tolist()
    [['Town library', 400.0, 5.0, False]]
    """
    HOTSPOTS.check(hotspots, "hotspots")
    SERVICES.check(services, "services")
    check_same_crs(hotspots=hotspots, services=services)
    _check_reach(reach_m, furthest_m)
    offered = services["kind"].unique().tolist()
    expected = _expected(expected_kinds, offered)
    kinds = _in_order({*offered, *expected})
    near = nearest_by_kind(
        hotspots, services, kinds, network=network, reach_m=reach_m, furthest_m=furthest_m
    ).rename(columns={"nearest_id": "nearest_service_id"})
    near.insert(5, "walk_minutes", near["nearest_m"] / WALK_M_PER_MINUTE)
    none_near = (near["within_reach"] == 0).fillna(value=False).astype(bool)
    near["gap"] = none_near & near["kind"].isin(expected)
    return near


def gaps(services_near: pd.DataFrame, *, reach_m: float = 800.0) -> pd.DataFrame:
    """Say for each hotspot which expected services are not within reach.

    Parameters
    ----------
    services_near
        From :func:`services_around`.
    reach_m
        The reach (m) that it was made with, for the words.

    Returns
    -------
    gaps
        One row per hotspot, index ``hotspot_id``, in the order of
        `services_near`: ``gaps`` (codes, separated by spaces), ``not_known``
        (expected kinds of which the file has none at all, likewise) and
        ``words`` (a sentence).

    Raises
    ------
    MissingColumns
        If `services_near` is not such a table.
    """
    lacking = {"hotspot_id", "kind", "within_reach", "gap", "measured_by"} - set(
        services_near.columns
    )
    if lacking:
        msg = (
            f"`services_near` must have the columns {', '.join(sorted(lacking))}. "
            "Make it with `csgeo.services_around`."
        )
        raise MissingColumns(msg)
    rows = {}
    for hotspot, near in services_near.groupby("hotspot_id", sort=False):
        missing = near.loc[near["gap"], "kind"].tolist()
        # only an expected kind can be in the answer without being in the file
        unknown = near.loc[near["within_reach"].isna(), "kind"].tolist()
        by_streets = bool((near["measured_by"] == BY_STREETS).any())
        words = _sentence(missing, unknown, _reach_in_words(reach_m, by_streets=by_streets))
        rows[hotspot] = (" ".join(missing), " ".join(unknown), words)
    index = pd.Index(list(rows), name="hotspot_id", dtype="str")
    columns = ["gaps", "not_known", "words"]
    return pd.DataFrame(list(rows.values()), index=index, columns=columns, dtype="str")


def _check_reach(reach_m: float, furthest_m: float) -> None:
    if not reach_m > 0:
        msg = f"`reach_m` must be more than 0 m; it is {reach_m:g}. A walk of ten minutes is 800."
        raise MethodError(msg)
    if not furthest_m >= reach_m:
        msg = (
            f"`furthest_m` must be at least `reach_m`, {reach_m:g} m; it is {furthest_m:g}. "
            "Look at least as far as is within reach."
        )
        raise MethodError(msg)


def _expected(expected_kinds: Iterable[str] | None, offered: Sequence[str]) -> list[str]:
    vocabulary = load_vocabulary("service")
    if expected_kinds is None:
        return list(vocabulary.where("expected", "yes"))
    if isinstance(expected_kinds, str):
        msg = f"`expected_kinds` must be several codes; it is the text {expected_kinds!r}. Put it in a list."
        raise MethodError(msg)
    expected = list(expected_kinds)
    strange = [kind for kind in expected if kind not in {*vocabulary.codes, *offered}]
    if strange:
        msg = (
            f"`expected_kinds` must be codes of the service vocabulary or kinds in `services`; "
            f"{len(strange)} of {len(expected)} are neither (the first is {strange[0]!r}). "
            f"Known codes: {', '.join(vocabulary.codes)}."
        )
        raise MethodError(msg)
    return expected


def _in_order(kinds: Iterable[str]) -> list[str]:
    """Put kinds in the order of the vocabulary, those that it does not know last."""
    place = {code: n for n, code in enumerate(load_vocabulary("service").codes)}
    return sorted(kinds, key=lambda kind: (place.get(kind, len(place)), kind))


def _reach_in_words(reach_m: float, *, by_streets: bool) -> str:
    if by_streets:
        return f"a walk of {reach_m / WALK_M_PER_MINUTE:.0f} minutes ({reach_m:,.0f} m)"
    return f"{reach_m:,.0f} m in a straight line"


def _sentence(missing: Sequence[str], unknown: Sequence[str], reach: str) -> str:
    if missing:
        words = f"Not found within {reach}: {_labels(missing)}."
    elif unknown:
        words = f"Each expected service that we know of is within {reach}."
    else:
        words = f"Each expected service is within {reach}."
    if unknown:
        words += f" Not known, for the file lists none: {_labels(unknown)}."
    return words


def _labels(kinds: Sequence[str]) -> str:
    vocabulary = load_vocabulary("service")
    labels = [vocabulary.label(kind) for kind in kinds]
    # "Youth club" stands within a sentence as "youth club", "GP" stays
    return "; ".join(w if w[1:2].isupper() else w[:1].lower() + w[1:] for w in labels)
