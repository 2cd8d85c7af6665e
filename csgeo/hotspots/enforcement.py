"""Which places are on the list only because officers were sent there?

Records that enforcement made (stop and search, possession, dispersal) show where
somebody looked. They are left out of the search unless the recipe keeps them; the
list with them and the list without are put side by side, so that nobody has to guess
what that changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.change.identity import match_places
from csgeo.tables import HOTSPOTS, INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

#: Two lists have the same place where it shares this much of the smaller one's ground,
#: as for ``stability``.
LEAST_SHARED = 0.5

_WORDS = {
    "both": "On both lists.",
    "with": "On the list only if the records that enforcement made are kept.",
    "without": (
        "On the list only if the records that enforcement made are left out: with them, other "
        "places come before it or take its ground."
    ),
}
_BECAUSE = (
    "Found only because of the records that enforcement made: look at who was sent there before "
    "anyone acts."
)
_NOT_BECAUSE = (
    "It is found without the records that enforcement made as well, but not among the first, or as "
    "a part of another place."
)


class WithoutEnforcement(NamedTuple):
    """The records that were not made by enforcement, and what was left out, in words."""

    incidents: gpd.GeoDataFrame
    words: str


def made_by_enforcement(incidents: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Say which records enforcement made; one whose origin is not known is not taken for one.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows.

    Returns
    -------
    made
        n flags in the order of the rows.
    """
    made = (incidents["origin"] == "enforcement").fillna(False)
    return np.asarray(made.to_numpy(dtype=bool))


def without_enforcement(incidents: gpd.GeoDataFrame) -> WithoutEnforcement:
    """Leave out the records that enforcement made.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table, n rows.

    Returns
    -------
    without
        ``incidents`` without those whose ``origin`` is "enforcement", order and columns as they
        were; those whose origin is missing or "unknown" are kept. ``words`` for the analyst: how
        many were left out, and of how many kept it is not known.

    Raises
    ------
    TableError
        If `incidents` breaks its contract.
    MethodError
        If enforcement made all of them: there is nothing left to search.

    Examples
    --------
    >>> left, words = without_enforcement(incidents)  # doctest: +SKIP
    """
    INCIDENTS.check(incidents, "incidents")
    made = made_by_enforcement(incidents)
    if made.all():
        msg = (
            f"At least one record must have come to notice otherwise than by enforcement; all "
            f"{len(made):,} of `incidents` were made by it (the first is "
            f"{incidents.index[0]!r}). Add records of other agencies, or keep these with "
            '`enforcement="kept"`.'
        )
        raise MethodError(msg)
    kept = incidents[~made]
    if not made.any():
        words = "No record was made by enforcement."
    else:
        words = (
            f"{int(made.sum()):,} of {len(made):,} records were made by enforcement and left out of "
            "the search: they show where somebody looked."
        )
    origin = kept["origin"]
    unknown = int((origin.isna() | (origin == "unknown")).sum())
    if unknown:
        words += f" Of {unknown:,} others the origin is not known; they are kept."
    return WithoutEnforcement(kept, words)


def enforcement_comparison(
    with_list: gpd.GeoDataFrame,
    without_list: gpd.GeoDataFrame,
    *,
    found_without: pd.Series | None = None,
    least_shared: float = LEAST_SHARED,
) -> pd.DataFrame:
    """Put the list with the records that enforcement made beside the list without them.

    Parameters
    ----------
    with_list, without_list
        ``HOTSPOTS`` of the same search, once with all records and once with those of
        :func:`without_enforcement`; either may be empty.
    found_without
        For each of `with_list`, on its index, whether a longer search without the records finds
        it: ``found_without`` of ``enforcement_dependence``. A place can fall off a short list
        without depending on these records; only this tells.
    least_shared
        It is the same place where the two share at least this part of the smaller one's cells.
        Each place is paired at most once, the pairs with most in common first.

    Returns
    -------
    comparison
        One row for each place of either list, in the order of the list without (then those only on
        the other): ``hotspot_id`` as the index (of the list without, where it is on that),
        ``name``, ``rank_with`` and ``rank_without`` (1 first; missing where not listed),
        ``rank_move`` (places up, if above 0, once the records are left out), ``incidents_with``
        and ``incidents_without`` (count), ``listed`` ("both", "with" or "without"), ``depends`` (flag: on the list with them, and
        not found without them; missing where `found_without` does not tell) and ``words``.

    Raises
    ------
    TableError
        If a list breaks its contract, or their cells are of different sides.

    Examples
    --------
    >>> comparison = enforcement_comparison(kept.hotspots, left.hotspots)  # doctest: +SKIP
    >>> comparison[comparison["listed"] == "with"]  # doctest: +SKIP
    """
    HOTSPOTS.check(with_list, "with_list")
    HOTSPOTS.check(without_list, "without_list")
    same = _same_places(with_list, without_list, least_shared)
    rows: list[tuple[object, ...]] = [
        (place, *_facts(with_list, same.get(place)), *_facts(without_list, place))
        for place in without_list.sort_values("rank").index
    ]
    gone = with_list.drop(index=list(same.values())).sort_values("rank").index
    rows += [(place, *_facts(with_list, place), *_facts(without_list, None)) for place in gone]
    depends = _depending(rows, same, found_without)
    return _written(rows, depends)


def comparison_words(comparison: pd.DataFrame) -> str:
    """Say in one sentence what leaving out the records of enforcement changes, without counts of records.

    Parameters
    ----------
    comparison
        From :func:`enforcement_comparison`.
    """
    listed = comparison["listed"].value_counts()
    both, only_with, only_without = (int(listed.get(k, 0)) for k in ("both", "with", "without"))
    if only_with or only_without:
        said = (
            f"With the records that enforcement made, {both} of the places are listed as well; "
            f"{only_with} {'other' if only_with == 1 else 'others'} would be on the list, and "
            f"{only_without} would not."
        )
    else:
        moved = int((comparison["rank_move"] != 0).sum())
        order = "in the same order" if not moved else f"{moved} of them at another rank"
        said = f"With the records that enforcement made the same {both} places are listed, {order}."
    if comparison["depends"].notna().any():
        depends = int(comparison["depends"].sum())
        is_are = "1 is" if depends == 1 else f"{depends or 'None'} are"
        said += f" {is_are} found only because of these records."
    return said


def _depending(
    rows: list[tuple[object, ...]], same: dict[str, str], found_without: pd.Series | None
) -> list[bool | None]:
    if found_without is None:
        return [None] * len(rows)
    known = found_without.astype("boolean").to_dict()
    # row[2] is the rank on the list with them: nothing is known of a place that is not on it
    found = [None if r[2] is None else known.get(same.get(str(r[0]), r[0])) for r in rows]
    return [None if one is None or pd.isna(one) else not one for one in found]


def _same_places(
    with_list: pd.DataFrame, without_list: pd.DataFrame, least_shared: float
) -> dict[str, str]:
    """Pair the places: id in the list without -> id in the list with."""
    if with_list.empty or without_list.empty:
        return {}
    pairs = match_places(with_list, without_list)
    shared = pairs[["share_of_before", "share_of_after"]].max(axis=1)
    pairs = pairs[(pairs["cells_shared"] > 0) & (shared >= least_shared - 1e-9)]
    best = pairs.sort_values(
        ["share", "cells_shared", "before_id", "after_id"], ascending=[False, False, True, True]
    )
    same: dict[str, str] = {}
    for before, after in zip(best["before_id"], best["after_id"], strict=True):
        if after not in same and before not in same.values():
            same[after] = before
    return same


def _facts(places: pd.DataFrame, place: str | None) -> tuple[str | None, int | None, int | None]:
    if place is None:
        return None, None, None
    at = int(places.index.get_indexer(pd.Index([place]))[0])
    name, rank, held = (places[c].iloc[at] for c in ("name", "rank", "incidents"))
    return str(name), int(rank), int(held)


def _written(rows: list[tuple[object, ...]], depends: list[bool | None]) -> pd.DataFrame:
    """Write the pairs as a table with whole numbers that may be missing."""
    columns = [
        "hotspot_id", "name_with", "rank_with", "incidents_with",
        "name_without", "rank_without", "incidents_without",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    whole = ["rank_with", "rank_without", "incidents_with", "incidents_without"]
    table = table.astype(dict.fromkeys(whole, "Int64"))
    in_with, in_without = table["rank_with"].notna(), table["rank_without"].notna()
    listed = np.select([in_with & in_without, in_with], ["both", "with"], "without")
    name = table["name_without"].where(in_without, table["name_with"])
    table = table.assign(
        name=name.astype("str"),
        rank_move=table["rank_with"] - table["rank_without"],
        listed=pd.array(listed, dtype="str"),
        depends=pd.array(depends, dtype="boolean"),
        words=pd.array([_say(*one) for one in zip(listed, depends, strict=True)], dtype="str"),
    )
    index = pd.Index(table["hotspot_id"], name="hotspot_id", dtype="str")
    shown = [
        "name",
        "rank_with",
        "rank_without",
        "rank_move",
        *whole[2:],
        "listed",
        "depends",
        "words",
    ]
    return table[shown].set_axis(index)


def _say(listed: str, depends: bool | None) -> str:
    if depends:
        return _BECAUSE
    return (
        f"{_WORDS[listed]} {_NOT_BECAUSE}"
        if listed == "with" and depends is False
        else _WORDS[listed]
    )
