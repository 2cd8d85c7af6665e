"""How is each table of a study protected?

First redact, then round, then derive: rank, band, strength and shares are
worked out from the rounded counts alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csgeo.disclosure.provenance import protected_provenance
from csgeo.disclosure.released import BANDS, RELEASED_CELLS, RELEASED_HOTSPOTS
from csgeo.disclosure.rounding import hold_enough, round_count, round_counts
from csgeo.disclosure.shapes import require_cells
from csgeo.tables import CELLS, HOTSPOTS
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.disclosure.release import StudyTables

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
#: Re-runs (of 100) that make a place sure, and less sure; the outline says the same.
_SURE, _LESS_SURE = 0.95, 0.80
#: The same two steps where no re-runs were made: chance of being found by chance.
_SURE_Q, _LESS_SURE_Q = 0.01, 0.05
#: Lower edges of the two upper bands of cells: shares of the shown cells below them.
_CELL_BANDS = (0.5, 0.9)
#: Buildings that may be named when the place around them is set aside.
_PUBLIC_BUILDINGS = ("police station", "hospital", "court")
_NAME_WITHHELD = "A place whose name is withheld"
_RECORDS = re.compile(r"\b\d(?:[\d,]*\d)? (?:records|incidents|people|persons)\b")


def protected_parts(study: StudyTables, *, least_people: int, round_to: int) -> dict[str, Any]:
    """Give every part of a release that comes from the study, protected.

    Parameters
    ----------
    study
        What :class:`csgeo.disclosure.release.StudyTables` describes.
    least_people
        The fewest distinct people that may be shown.
    round_to
        The step to which counts are rounded, in records.

    Returns
    -------
    parts
        By the name of the field of :class:`~csgeo.disclosure.release.Release`.
    """
    rule = {"least": least_people, "people_known": study.people_known}
    found = HOTSPOTS.check(study.hotspots, "study.hotspots")
    hotspots = protect_hotspots(found, step=round_to, **rule)  # type: ignore[arg-type]
    cells, cells_hidden = protect_cells(study.cells, step=round_to, **rule)  # type: ignore[arg-type]
    set_aside, aside_hidden = _protect_set_aside(study.set_aside, **rule)  # type: ignore[arg-type]
    records_used = round_count(study.records_used, step=round_to)
    hidden = {
        "hotspots": len(found) - len(hotspots),
        "cells": cells_hidden,
        "set_aside": aside_hidden,
    }
    label = load_vocabulary("harm").label
    return {
        "title": study.title,
        "marking": study.marking,
        "area_name": _area_name(study.area),
        "period_start": study.period[0],
        "period_end": study.period[1],
        "harms": tuple(label(code) for code in study.harms),
        "records_used": records_used,
        "records_without_place": round_count(study.records_without_place, step=round_to),
        "people_known": bool(study.people_known),
        "area": study.area[["name", "geometry"]].sort_index(),
        "hotspots": hotspots,
        "cells": cells,
        "services": _services(study.services),
        "services_near": _services_near(study.services_near, hotspots),
        "basemap": study.basemap[["kind", "name", "geometry"]].sort_index(),
        "set_aside": set_aside,
        "share_of_records": round(int(hotspots["incidents"].sum()) / max(records_used, 1), 4),
        "share_of_area": round(float(hotspots.area.sum() / study.area.area.sum()), 6),
        "hidden": hidden,
        "choices": _choices(study.choices),
        "caveats": tuple(study.caveats),
        "attribution": tuple(study.attribution),
        "provenance": protected_provenance(
            study, least_people=least_people, round_to=round_to, hidden=hidden
        ),
    }


def protect_hotspots(
    hotspots: gpd.GeoDataFrame, *, step: int, least: int, people_known: bool
) -> gpd.GeoDataFrame:
    """Keep the hotspots that may be shown, with protected numbers.

    The list is ordered by how far the rounded records exceed the rounded
    expectation (Poisson log-likelihood ratio), ties by name, so that not even
    the order tells an exact count. Scores, p-values and people never leave.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS``, n rows, EPSG:27700.
    step
        Step of rounding, in records.
    least
        The fewest distinct people that may be shown.
    people_known
        False: records stand in for people.

    Returns
    -------
    hotspots
        ``RELEASED_HOTSPOTS``, at most n rows, in order of rank.
    """
    kept = hotspots.loc[hold_enough(hotspots, least=least, people_known=people_known)]
    require_cells(kept, kept["cells"], "study.hotspots")
    incidents = round_counts(kept["incidents"], step=step)
    expected = round_counts(kept["expected"], step=step).clip(lower=step)
    strength = (incidents / expected).astype(float).round(1)
    shown = kept[
        ["name", "stratum", "cells", "area_km2", "peak_slots", "sources_agree", "geometry"]
    ].assign(
        incidents=incidents,
        expected=expected.fillna(step).astype("Int64"),
        strength=strength,
        stability=kept["stability"].astype(float).round(2),
        certainty=_certainty(kept),
        area_km2=(kept.area / 1e6).round(3),
        sources_agree=kept["sources_agree"].astype("Int64"),
    )
    order = np.lexsort((shown.index, shown["name"], -_evidence(incidents, shown["expected"])))
    shown = shown.iloc[order]
    shown["rank"] = np.arange(1, len(shown) + 1)
    shown["rank_in_stratum"] = shown.groupby("stratum", dropna=False)["rank"].rank().astype(int)
    shown["band"] = [BANDS[(rank - 1) * len(BANDS) // len(shown)] for rank in shown["rank"]]
    columns = [*RELEASED_HOTSPOTS.columns, "geometry"]
    if shown.empty:
        return shown[columns]
    return RELEASED_HOTSPOTS.check(shown[columns], "released hotspots")


def _evidence(incidents: pd.Series, expected: pd.Series) -> npt.NDArray[np.float64]:
    n, e = incidents.to_numpy(dtype=float), expected.to_numpy(dtype=float)
    return np.where(n > e, n * np.log(n / e) - (n - e), 0.0)


def _certainty(hotspots: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Give one word for how sure a place is: by re-runs, else by chance."""
    found = hotspots["stability"].to_numpy(dtype=float, na_value=np.nan)
    chance = hotspots["q_value"].to_numpy(dtype=float, na_value=np.nan)
    rerun = ~np.isnan(found)
    sure = np.where(rerun, found >= _SURE, chance <= _SURE_Q)
    less = np.where(rerun, found >= _LESS_SURE, chance <= _LESS_SURE_Q)
    return np.where(sure, "sure", np.where(less, "less sure", "not enough to say")).astype(object)


def protect_cells(
    cells: gpd.GeoDataFrame, *, step: int, least: int, people_known: bool
) -> tuple[gpd.GeoDataFrame, int]:
    """Keep the cells that may be shown, and the ring of cells around them as hidden.

    Which cells are drawn as hidden follows from the shown ones alone: a hidden
    cell may hold no record or too few people, and nothing tells which.

    Parameters
    ----------
    cells
        ``CELLS`` with ``incidents``, one row for every cell that meets the
        area, cells without a record included.
    step, least, people_known
        As for :func:`protect_hotspots`.

    Returns
    -------
    cells, hidden
        ``RELEASED_CELLS``, and how many cells hold some but too few people,
        rounded to `step`.
    """
    CELLS.check(cells, "study.cells")
    enough = hold_enough(cells, least=least, people_known=people_known)
    some = cells["incidents"].to_numpy(dtype=float, na_value=0.0) > 0
    drawn = enough | _ring(cells, enough)
    counts = round_counts(cells["incidents"], step=step).mask(~enough)
    shown = cells.loc[drawn, ["geometry"]].assign(
        incidents=counts[drawn], hidden=~enough[drawn], band=_cell_bands(counts)[drawn]
    )
    shown = shown[["incidents", "hidden", "band", "geometry"]].sort_index()
    require_cells(shown, shown.index, "study.cells")
    return (
        RELEASED_CELLS.check(shown, "released cells"),
        round_count(int((some & ~enough).sum()), step=step),
    )


def _ring(cells: gpd.GeoDataFrame, enough: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    beside = np.zeros(len(cells), dtype=bool)
    # without cells that hold none, a hidden cell would say "some, but few": draw no ring then
    if enough.any() and (cells["incidents"].to_numpy(dtype=float, na_value=0.0) == 0).any():
        _, touching = cells.sindex.query(cells.geometry[enough], predicate="intersects")
        beside[touching] = True
    return beside & ~enough


def _cell_bands(counts: pd.Series) -> pd.Series:
    bands = pd.Series(None, index=counts.index, dtype="str")
    known = counts.dropna().astype(float)
    if not known.empty:
        upper = np.quantile(known, _CELL_BANDS, method="higher")
        bands[known.index] = np.array(BANDS[::-1])[np.searchsorted(upper, known, side="left")]
    return bands


def _protect_set_aside(
    set_aside: pd.DataFrame, *, least: int, people_known: bool
) -> tuple[pd.DataFrame, int]:
    enough = hold_enough(set_aside, least=least, people_known=people_known)
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


def _choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings on; what counts records is told by the release, rounded."""
    return {
        name: _RECORDS.sub("the records", said) if isinstance(said, str) else said
        for name, said in choices.items()
        if name != "records"
    }


def _services(services: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    known = [c for c in _SERVICE_COLUMNS if c in services.columns]
    return services[[*known, "geometry"]].sort_index()


def _services_near(near: pd.DataFrame, hotspots: pd.DataFrame) -> pd.DataFrame:
    known = [c for c in _NEAR_COLUMNS if c in near.columns]
    kept = near.loc[near["hotspot_id"].isin(hotspots.index), known]
    order = hotspots["rank"].reindex(kept["hotspot_id"]).to_numpy()
    kept = kept.assign(_rank=order).sort_values(["_rank", "kind"], kind="stable")
    kept = kept.drop(columns="_rank").reset_index(drop=True)
    places = {"nearest_m": 0, "walk_minutes": 1}
    return kept.round({name: n for name, n in places.items() if name in known})


def _area_name(area: pd.DataFrame) -> str:
    names = [str(n) for n in area["name"].dropna().sort_values().unique()]
    if not 1 <= len(names) <= 3:
        return f"{len(area)} areas"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]
