"""How is each table of a study protected?

First redact, then round, then derive: rank, band, strength and shares are
worked out from the rounded counts alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from csgeo.disclosure.audiences import check_cells
from csgeo.disclosure.busy import busy_times
from csgeo.disclosure.counted import count_records, lay_ground, searched_incidents
from csgeo.disclosure.groups import sum_up
from csgeo.disclosure.keys import key_from_records
from csgeo.disclosure.periods import Laid, protected_views
from csgeo.disclosure.pieces import released_cells
from csgeo.disclosure.provenance import protected_provenance
from csgeo.disclosure.released import BANDS, RELEASED_HOTSPOTS
from csgeo.disclosure.rounding import round_keyed, round_number, round_total
from csgeo.disclosure.shapes import require_cells
from csgeo.disclosure.surroundings import protect_set_aside, services_near, services_of
from csgeo.disclosure.units import cover, divide
from csgeo.errors import WrongValues
from csgeo.lattice import cell_corner
from csgeo.tables import CELLS, HOTSPOTS
from csgeo.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.groups import Groups
    from csgeo.disclosure.keys import Key
    from csgeo.disclosure.published import Published
    from csgeo.disclosure.study_tables import StudyTables

#: Re-runs (of 100) that make a place sure, and less sure; the outline says the same.
_SURE, _LESS_SURE = 0.95, 0.80
#: The same two steps where no re-runs were made: chance of being found by chance.
_SURE_Q, _LESS_SURE_Q = 0.01, 0.05
#: A count of records or people; a limit that was set ("at least 10 records") is none.
_RECORDS = re.compile(
    r"(?<!at least )(?<!at most )\b\d(?:[\d,]*\d)? (?:records|incidents|people|persons)\b"
)
#: What was seen in the records, for analysts alone.
_SEEN = ("records", "seen", "enforcement_seen")


def protected_parts(
    study: StudyTables, rule: Rule, key: Key | None, *, former: Sequence[Published] = ()
) -> dict[str, Any]:
    """Give every part of a release that comes from the study, protected.

    Parameters
    ----------
    study
        What :class:`csgeo.disclosure.study_tables.StudyTables` describes.
    rule
        Of the audience: how many people are enough, the step of rounding, the cells.
    key
        The secret of rounding; made from the records if there is none.
    former
        Releases of the same study that were published before.

    Returns
    -------
    parts
        By the name of the field of :class:`~csgeo.disclosure.release.Release`.

    Raises
    ------
    TableError
        If a table breaks its contract, or the records do not add up to it.
    RecipeError
        If places are drawn on smaller cells than the audience may see.
    """
    found = HOTSPOTS.check(study.hotspots, "study.hotspots")
    CELLS.check(study.cells, "study.cells")
    place_m = _side_of_places(found)
    if place_m is not None:
        check_cells(rule, place_m)
    ground = lay_ground(study, leaf_m=rule.cell_m, place_m=place_m)
    searched = searched_incidents(study, ground)
    records = count_records(searched, study, ground)
    key = key or key_from_records(np.sort(records.mark).tobytes())
    known = bool(study.people_known)
    at = ground.number(records.column, records.row, ground.base_m)
    place = cover(list(found["cells"]), ground).at(at)
    sums = _count_in_places(found, place, records, ground, rule=rule, people_known=known)
    times = busy_times(found["peak_slots"], place, records, searched, rule=rule, people_known=known)
    hotspots = protect_hotspots(found.assign(peak_slots=times), sums, rule=rule, secret=key.secret)
    covered = cover([] if rule.exact else list(found["cells"][sums.enough]), ground)
    pieces = divide(records, ground, covered, rule=rule, people_known=known, secret=key.secret)
    cells, order = released_cells(
        pieces, records, ground, covered, rule=rule, people_known=known, secret=key.secret
    )
    set_aside, aside_hidden = protect_set_aside(
        study.set_aside, at, records.person, ground, least=rule.least_people, people_known=known
    )
    hidden = {
        "hotspots": len(found) - len(hotspots),
        "cells": int(cells["hidden"].sum()),
        "set_aside": aside_hidden,
    }
    ids = pd.Series(cells.index, index=order).sort_index().tolist()
    label = load_vocabulary("harm").label
    harms = tuple(label(code) for code in study.harms)
    views = protected_views(
        study, searched, records, Laid(hotspots, cells, ids, pieces, covered, ground),
        rule=rule, key=key, former=() if rule.exact else former, harms=harms,
    )  # fmt: skip
    # totals are sums of what is shown: nothing that is hidden can be taken from them
    in_places = 0 if rule.exact else int(hotspots["incidents"].sum())
    records_used = in_places + int(cells["incidents"].sum())
    return {
        "title": study.title,
        "area_name": _area_name(study.area),
        "period_start": study.period[0],
        "period_end": study.period[1],
        "harms": harms,
        "records_used": records_used,
        "records_without_place": round_total(
            study.records_without_place, "without place", secret=key.secret, step=rule.round_to
        ),
        "people_known": known,
        "area": study.area[["name", "geometry"]].sort_index(),
        "hotspots": hotspots,
        "cells": cells,
        "views": views,
        "services": services_of(study.services),
        "services_near": services_near(study.services_near, hotspots),
        "basemap": study.basemap[["kind", "name", "geometry"]].sort_index(),
        "set_aside": set_aside,
        "share_of_records": round(int(hotspots["incidents"].sum()) / max(records_used, 1), 4),
        "share_of_area": round(float(hotspots.area.sum() / study.area.area.sum()), 6),
        "hidden": hidden,
        "choices": _choices(study.choices),
        "caveats": tuple(study.caveats),
        "attribution": tuple(study.attribution),
        "provenance": protected_provenance(study, rule=rule, key=key, hidden=hidden),
    }


def _side_of_places(hotspots: pd.DataFrame) -> int | None:
    if hotspots.empty:
        return None
    return cell_corner([one for text in hotspots["cells"] for one in text.split()]).cell_m


def _count_in_places(
    hotspots: pd.DataFrame,
    place: npt.NDArray[np.int64],
    records: Records,
    ground: Ground,
    *,
    rule: Rule,
    people_known: bool,
) -> Groups:
    """Count the records of each place anew, and refuse places that overlap or do not add up."""
    covered = cover(list(hotspots["cells"]), ground)
    twice = covered.number[1:][np.diff(covered.number) == 0]
    if len(twice):
        same = len(twice) // (ground.place_m // ground.base_m) ** 2
        msg = (
            f"Places must not overlap; {same:,} cells lie in two of them. Find the places again "
            "with `csgeo.find_hotspots`, which keeps a free ring around each."
        )
        raise WrongValues(msg)
    sums = sum_up(
        place, records.person, records.mark,
        groups=len(hotspots), least=rule.least_people, people_known=people_known,
    )  # fmt: skip
    wrong = np.flatnonzero(sums.records != hotspots["incidents"].to_numpy(dtype=np.int64))
    if len(wrong):
        msg = (
            f"The records must add up to `study.hotspots`; in {len(wrong)} of {len(hotspots)} places "
            f"they do not (the first is {hotspots.index[wrong[0]]!r}). Find the places again in the "
            "same records."
        )
        raise WrongValues(msg)
    return sums


def protect_hotspots(
    hotspots: gpd.GeoDataFrame, sums: Groups, *, rule: Rule, secret: bytes
) -> gpd.GeoDataFrame:
    """Keep the hotspots that may be shown, with protected numbers.

    The list is ordered by how far the rounded records exceed the rounded
    expectation (Poisson log-likelihood ratio), ties by name, so that not even
    the order tells an exact count. Scores, p-values and people never leave.

    Parameters
    ----------
    hotspots
        ``HOTSPOTS``, n rows, EPSG:27700.
    sums
        The records and people of each, counted at the door.
    rule
        Of the audience.
    secret
        The key of rounding.

    Returns
    -------
    hotspots
        ``RELEASED_HOTSPOTS``, at most n rows, in order of rank.
    """
    kept = hotspots.loc[sums.enough]
    require_cells(kept, kept["cells"], "study.hotspots")
    step = rule.round_to
    rounded = round_keyed(
        sums.records[sums.enough], sums.mark[sums.enough], secret=secret, step=step
    ).clip(min=step)
    expected = np.array(
        [max(step, round_number(e, step=step)) for e in kept["expected"].fillna(0.0)],
        dtype=np.int64,
    )
    columns = ["name", "stratum", "cells", "peak_slots", "sources_agree", "geometry"]
    shown = kept[columns].assign(
        incidents=pd.array(rounded, dtype="Int64"),
        expected=pd.array(expected, dtype="Int64"),
        strength=(rounded / np.maximum(expected, 1)).round(1),
        stability=kept["stability"].astype(float).round(2),
        certainty=_certainty(kept),
        area_km2=(kept.area / 1e6).round(3),
        sources_agree=kept["sources_agree"].astype("Int64"),
    )
    order = np.lexsort((shown.index, shown["name"], -_evidence(rounded, expected)))
    shown = shown.iloc[order]
    shown["rank"] = np.arange(1, len(shown) + 1)
    shown["rank_in_stratum"] = shown.groupby("stratum", dropna=False)["rank"].rank().astype(int)
    shown["band"] = [BANDS[(rank - 1) * len(BANDS) // len(shown)] for rank in shown["rank"]]
    columns = [*RELEASED_HOTSPOTS.columns, "geometry"]
    if shown.empty:
        return shown[columns]
    return RELEASED_HOTSPOTS.check(shown[columns], "released hotspots")


def _evidence(
    incidents: npt.NDArray[np.int64], expected: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    n, e = incidents.astype(float), np.maximum(expected, 1).astype(float)
    return np.where(n > e, n * np.log(n / e) - (n - e), 0.0)


def _certainty(hotspots: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Give one word for how sure a place is: by re-runs, else by chance."""
    found = hotspots["stability"].to_numpy(dtype=float, na_value=np.nan)
    chance = hotspots["q_value"].to_numpy(dtype=float, na_value=np.nan)
    rerun = ~np.isnan(found)
    sure = np.where(rerun, found >= _SURE, chance <= _SURE_Q)
    less = np.where(rerun, found >= _LESS_SURE, chance <= _LESS_SURE_Q)
    return np.where(sure, "sure", np.where(less, "less sure", "not enough to say")).astype(object)


def _choices(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings on; what counts records is told by the release, rounded."""
    return {
        name: _RECORDS.sub("the records", said) if isinstance(said, str) else said
        for name, said in choices.items()
        if name not in _SEEN
    }


def _area_name(area: pd.DataFrame) -> str:
    names = [str(n) for n in area["name"].dropna().sort_values().unique()]
    if not 1 <= len(names) <= 3:
        return f"{len(area)} areas"
    return " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]
