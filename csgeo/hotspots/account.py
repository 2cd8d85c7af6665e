"""What does each place rest on?

One row for each place, with exact numbers, and a sentence that says what someone should
know before acting on it. Both are about few people: for analysts only, they never pass
the door of a release.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import shapely

from csgeo.errors import RecipeError
from csgeo.hotspots.agreement import rank_gaps, source_agreement
from csgeo.hotspots.coverage import recording_coverage
from csgeo.hotspots.dependence import (
    CARRYING_SHARE,
    dominance,
    enforcement_dependence,
    records_in_places,
)
from csgeo.hotspots.enforcement import made_by_enforcement
from csgeo.tables import AREAS, check_same_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.searching_again import Search

#: A mix of sources that chance gives at most so often at any of the places asks for a reason.
UNUSUAL_MIX_P = 0.05


class Account(NamedTuple):
    """``places``: one row per place; ``by_source``: one per place and source; see below."""

    places: pd.DataFrame
    by_source: pd.DataFrame


def account_of_places(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    enforcement: str = "left_out",
    search: Search | None = None,
    areas: gpd.GeoDataFrame | None = None,
    seed: int = 0,
) -> Account:
    """Tell for each place how many records, of whom, from whom, and what is known around it.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS`` table of n places.
    incidents, area
        All the ``INCIDENTS``, those that enforcement made among them, and the study area
        (``AREAS``) in which the places were found.
    enforcement
        "left_out" if the search left out what enforcement made: then these records are counted
        beside, and nothing else rests on them; "kept" if it did not.
    search
        How the places were found; needed to tell whether they are found without the records
        that were kept.
    areas
        ``AREAS`` to ask for little recording in, such as wards; None if there are none.
    seed
        Where chance starts, if `search` does not name the least strength.

    Returns
    -------
    account
        ``places``, on the index of `hotspots`: ``rank``, ``name``, ``records`` that were searched
        (count), ``people`` (count; missing if not known), ``busiest_person_share`` and
        ``busiest_point_share`` (0 to 1, of these records), ``carried_by`` (words, or missing),
        ``enforcement_records`` (count, made by enforcement) and ``enforcement_share`` (0 to 1, of
        all records there), ``found_without_enforcement`` (flag; missing if not known), ``sources``
        (count, with at least one record there), ``sources_agree`` (count, with more than
        expected), ``rank_gap``, ``highest_by``, ``lowest_by`` (as ``rank_gaps``), ``mix_p_value`` (the
        chance of a mix of sources so unlike that of all the places together; chi-squared, times the
        number of places), ``area_id``,
        ``area_records``, ``area_usual``, ``area_little_recorded`` (of the one of `areas` that
        holds most of its ground, as ``recording_coverage``; missing without it) and ``sentence``.
        ``by_source``: as ``source_agreement``.

    Raises
    ------
    TableError
        If a table breaks its contract or is in another system than the area.
    RecipeError
        If `enforcement` is neither "left_out" nor "kept".

    Examples
    --------
    >>> account = account_of_places(found.hotspots, incidents, area)  # doctest: +SKIP
    >>> account.places["sentence"].tolist()  # doctest: +SKIP
    """
    if enforcement not in ("left_out", "kept"):
        msg = f'`enforcement` must be "left_out" or "kept"; it is {enforcement!r}.'
        raise RecipeError(msg)
    made = made_by_enforcement(incidents)
    searched = incidents[~made] if enforcement == "left_out" else incidents
    by_source = source_agreement(hotspots, searched, area)
    without = pd.Series(enforcement == "left_out" or None, index=hotspots.index, dtype="boolean")
    if enforcement == "kept" and search is not None:
        again = enforcement_dependence(hotspots, incidents, area, search=search, seed=seed)
        without = again["found_without"].astype("boolean")
    present = by_source["records"].gt(0).groupby(by_source["hotspot_id"]).sum()
    gaps = rank_gaps(by_source).reindex(hotspots.index)
    table = pd.concat(
        [
            hotspots[["rank", "name"]],
            dominance(hotspots, searched, area).assign(people=hotspots["people"]),
            _by_enforcement(hotspots, incidents, area, made),
            gaps.assign(sources=present.reindex(hotspots.index)),
            _mix_of_sources(by_source).reindex(hotspots.index),
            _little_around(hotspots, searched, areas),
        ],
        axis=1,
    ).assign(found_without_enforcement=without)
    counts = ["people", "sources", "sources_agree", "rank_gap", "area_records"]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    sentences = [
        _sentence(row, kinds=by_source["source"].nunique(), kept=enforcement == "kept")
        for row in table.to_dict("records")
    ]
    table["sentence"] = pd.array(sentences, dtype="str")
    return Account(table[[*_COLUMNS]], by_source)


_COLUMNS = (
    "rank", "name", "records", "people", "busiest_person_share", "busiest_point_share",
    "carried_by", "enforcement_records", "enforcement_share", "found_without_enforcement",
    "sources", "sources_agree", "rank_gap", "highest_by", "lowest_by", "mix_p_value", "area_id", "area_records",
    "area_usual", "area_little_recorded", "sentence",
)  # fmt: skip


def _by_enforcement(
    hotspots: gpd.GeoDataFrame,
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    made: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    held = records_in_places(hotspots, incidents, area)
    n = len(hotspots)
    every = np.bincount(held.place, minlength=n)
    forced = np.bincount(held.place[made[held.row]], minlength=n)
    share = np.divide(forced, every, out=np.full(n, np.nan), where=every > 0)
    return pd.DataFrame(
        {"enforcement_records": forced, "enforcement_share": share}, index=hotspots.index
    )


def _mix_of_sources(by_source: pd.DataFrame) -> pd.DataFrame:
    """Compare the records of each source at a place with the share it has at all of them."""
    from scipy.special import chdtrc  # noqa: PLC0415  (heavy, and used only here)

    if not by_source["records"].sum():
        return pd.DataFrame(columns=["mix_p_value", "more_of", "less_of"])
    held = by_source.pivot_table("records", "hotspot_id", "source", aggfunc="sum").astype(float)
    held = held.loc[:, held.sum() > 0]
    here = held.to_numpy()
    due = np.outer(here.sum(axis=1), here.sum(axis=0)) / max(here.sum(), 1.0)
    apart = np.divide(here - due, np.sqrt(due), out=np.zeros(here.shape), where=due > 0)
    p = chdtrc(max(held.shape[1] - 1, 1), (apart**2).sum(axis=1))
    sources = held.columns.to_numpy(dtype=object)
    return pd.DataFrame(
        {
            "mix_p_value": np.minimum(p * len(held), 1.0),
            "more_of": sources[apart.argmax(axis=1)],
            "less_of": sources[apart.argmin(axis=1)],
        },
        index=held.index,
    )


def _little_around(
    hotspots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Give each place the coverage of the area that holds most of its ground (the first by id)."""
    n = len(hotspots)
    columns = {"records": "area_records", "usual": "area_usual", "little_recorded": "area_little_recorded"}  # fmt: skip
    if areas is None or not n:
        nothing: dict[str, object] = {"area_id": pd.array([None] * n, dtype="str")}
        nothing |= {new: np.full(n, np.nan) for new in columns.values()}
        nothing["area_little_recorded"] = pd.array([None] * n, dtype="boolean")
        return pd.DataFrame(nothing, index=hotspots.index)
    AREAS.check(areas, "areas")
    check_same_crs(areas=areas, hotspots=hotspots)
    coverage = recording_coverage(incidents, areas)
    shapes = hotspots.geometry.to_numpy()
    place, own = shapely.STRtree(areas.geometry.to_numpy()).query(shapes, predicate="intersects")
    m2 = shapely.area(shapely.intersection(shapes[place], areas.geometry.to_numpy()[own]))
    ids = areas.index.to_numpy(dtype=str)[own]
    best = np.lexsort((ids, -m2, place))
    first = best[np.unique(place[best], return_index=True)[1]]
    at = np.full(n, -1)
    at[place[first]] = own[first]
    found = coverage.rename(columns=columns)[[*columns.values()]].astype(
        {"area_records": "Int64", "area_little_recorded": "boolean"}
    )
    found = found.assign(area_id=pd.array(areas.index.to_numpy(dtype=str), dtype="str"))
    taken = found.reset_index(drop=True).reindex(np.where(at < 0, len(areas), at))
    return taken.set_axis(hotspots.index)


def _sentence(row: dict[str, Any], *, kinds: int, kept: bool) -> str:
    """Say what someone should know before acting on the place."""
    said = [
        f"Rests on one {what}: {row[f'busiest_{what}_share']:.0%} of its records."
        for what in ("person", "point")
        if row[f"busiest_{what}_share"] > CARRYING_SHARE
    ]
    said += _of_enforcement(row, kept=kept)
    if kinds > 1:
        said += _of_sources(row, kinds=kinds)
    else:
        said.append("All records come from one source: no other bears it out.")
    if pd.isna(row["people"]):
        said.append("How many people are behind them is not known.")
    if not pd.isna(row["area_little_recorded"]) and row["area_little_recorded"]:
        said.append(
            "In the area around it far less is recorded than usual: little recorded is not safe."
        )
    return " ".join(said)


def _of_enforcement(row: dict[str, Any], *, kept: bool) -> list[str]:
    many, share = int(row["enforcement_records"]), row["enforcement_share"]
    if not many:
        return []
    if not kept:
        more, were = ("record", "was") if many == 1 else ("records", "were")
        return [f"{many:,} more {more} there, made by enforcement ({share:.0%}), {were} left out."]
    found = row["found_without_enforcement"]
    ending = "" if pd.isna(found) else f", and it is {'' if found else 'not '}found without them"
    return [f"{share:.0%} of its records were made by enforcement{ending}."]


def _of_sources(row: dict[str, Any], *, kinds: int) -> list[str]:
    agree = int(row["sources_agree"])
    said = [f"{agree} of {kinds} sources have more records there than expected."]
    if agree == 1:
        said = [f"Only one of {kinds} sources has more records there than expected."]
    if row["mix_p_value"] <= UNUSUAL_MIX_P:
        said.append(
            f"More of the records of {row['more_of']} and fewer of {row['less_of']} than at the other "
            "places: ask why."
        )
    return said
