"""What may be told of the surroundings of places, and of what was set aside?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from csgeo.disclosure.groups import describe_enough
from csgeo.disclosure.rounding import hold_enough
from csgeo.disclosure.units import cover

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

    from csgeo.disclosure.counted import Ground

_SERVICE_COLUMNS = ("name", "kind", "opening_hours", "ages", "capacity", "funded_until")
_NEAR_COLUMNS = (
    "hotspot_id",
    "kind",
    "nearest_service_id",
    "nearest_name",
    "nearest_m",
    "walk_minutes",
    "within_reach",
    "measured_by",
    "gap",
)
#: Buildings that may be named when the place around them is set aside.
_PUBLIC_BUILDINGS = ("police station", "hospital", "court")
_NAME_WITHHELD = "A place whose name is withheld"


def protect_set_aside(
    set_aside: pd.DataFrame,
    at: npt.NDArray[np.int64],
    person: npt.NDArray[np.int64],
    ground: Ground,
    *,
    least: int,
    people_known: bool,
) -> tuple[pd.DataFrame, int]:
    """Keep what was set aside, as a reason without counts, where it describes enough people.

    Parameters
    ----------
    set_aside
        ``SET_ASIDE``.
    at, person
        On n records: the number of the cell, and the person.
    ground
        The lattice that the cells are of.
    least
        The fewest people, none of whom may have more than half of the records.
    people_known
        False: records stand in for people.

    Returns
    -------
    set_aside, hidden
        ``name`` and ``reason``; and how many describe too few people to be told of.
    """
    enough = hold_enough(set_aside, least=least, people_known=people_known)
    for k, cells in enumerate(set_aside["cells"]):  # they may overlap: each by itself
        inside = cover([cells], ground).at(at)
        _, _, found = describe_enough(
            inside, person, groups=1, least=least, people_known=people_known
        )
        enough[k] &= found[0]
    kept = set_aside.loc[enough]
    reasons = [without_counts(why) for why in kept["reason"]]
    # one point may be one home: only what is a public building anyway is named
    public = [any(building in why for building in _PUBLIC_BUILDINGS) for why in reasons]
    names = [n if named else _NAME_WITHHELD for n, named in zip(kept["name"], public, strict=True)]
    shown = pd.DataFrame({"name": names, "reason": reasons}, dtype="str")
    return shown.sort_values(["name", "reason"], ignore_index=True), int((~enough).sum())


def without_counts(words: str) -> str:
    """Take the counts out of a sentence, and leave its distances and times.

    Examples
    --------
    >>> without_counts("95 of its 120 records lie within 100 m of a hospital")
    'many of its records lie within 100 m of a hospital'
    """
    measure = (
        r"(?!\d|[,.]\d|\s*(?:m|km|km2|metres|kilometres|min|minutes|hours|days|months|years)\b)"
    )
    words = re.sub(rf"\b\d(?:[\d,.]*\d)?{measure}(?:\s*%|\s+per cent)?", "many", words)
    return re.sub(
        r"\bmany of (its |the )?many\b", lambda m: f"many of {m[1] or 'its '}".rstrip(), words
    )


def services_of(services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the public columns of services."""
    known = [c for c in _SERVICE_COLUMNS if c in services.columns]
    return services[[*known, "geometry"]].sort_index()


def services_near(near: pd.DataFrame, hotspots: pd.DataFrame) -> pd.DataFrame:
    """Keep what is near the places that are shown, in their order."""
    known = [c for c in _NEAR_COLUMNS if c in near.columns]
    kept = near.loc[near["hotspot_id"].isin(hotspots.index), known]
    order = hotspots["rank"].reindex(kept["hotspot_id"]).to_numpy()
    kept = kept.assign(_rank=order).sort_values(["_rank", "kind"], kind="stable")
    kept = kept.drop(columns="_rank").reset_index(drop=True)
    places = {"nearest_m": 0, "walk_minutes": 1}
    return kept.round({name: n for name, n in places.items() if name in known})
