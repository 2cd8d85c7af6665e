"""Which views are shown of this period, and which of the one before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.counted import count_records
from csgeo.disclosure.successive import (
    Told,
    check_days,
    days_before,
    refuse_if_told,
    units_that_tell,
)
from csgeo.disclosure.units import cover, piece_at
from csgeo.disclosure.views import ALL, BEFORE, THIS, cuts_of, views_of
from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.keys import Key
    from csgeo.disclosure.release import Release
    from csgeo.disclosure.study_tables import StudyTables
    from csgeo.disclosure.successive import Days
    from csgeo.disclosure.units import Covered, Pieces


class Laid(NamedTuple):
    """What is shown: places, pieces around them (and their ids in order), and the ground of both."""

    hotspots: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    ids_of_pieces: list[str]
    pieces: Pieces
    covered: Covered
    ground: Ground


def protected_views(
    study: StudyTables,
    searched: gpd.GeoDataFrame,
    records: Records,
    laid: Laid,
    *,
    rule: Rule,
    key: Key,
    former: Sequence[Release],
) -> pd.DataFrame:
    """Protect the fixed views of this period and, where the study knows it, of the one before.

    Parameters
    ----------
    study
        Its ``incidents_before`` (``INCIDENTS``), if it has them, are of as many days right before.
    searched, records
        The records of this period, and how the door counted them.
    laid
        The places and pieces that are shown.
    rule, key
        As for the rest of the release.
    former
        Releases that were published before. What they would tell of this period refuses the
        release; what they would tell of the one before is left out.

    Returns
    -------
    views
        What :func:`csgeo.disclosure.views.views_of` gives, of both periods.

    Raises
    ------
    RecipeError
        If a former release would tell what this one hides.
    """
    how = {"rule": rule, "people_known": bool(study.people_known), "key": key}
    views = _views(records, searched, laid, period=THIS, **how)  # type: ignore[arg-type]
    if former:
        check_days(former, study.period, key=key.name, rule=rule)
        told = _told(views, study.period, laid)
        reasons = units_that_tell(told, former, records, laid.ground, rule=rule)
        refuse_if_told(reasons, study.period)
    earlier, days = getattr(study, "incidents_before", None), days_before(study.period)
    if earlier is None or earlier.empty or not _may_be_told(former, days, key, rule):
        return views
    counted = count_records(earlier, study, laid.ground, before=True)
    before = _views(counted, earlier, laid, period=BEFORE, **how)  # type: ignore[arg-type]
    if former:
        told = _told(before, days, laid)
        tells = units_that_tell(told, former, counted, laid.ground, rule=rule)
        before = before[~before["id"].isin(tells)]
    return pd.concat([views, before], ignore_index=True)


def _may_be_told(former: Sequence[Release], days: Days, key: Key, rule: Rule) -> bool:
    try:
        check_days(former, days, key=key.name, rule=rule)
    except RecipeError:
        return False
    return True


def _views(
    counted: Records,
    table: gpd.GeoDataFrame,
    laid: Laid,
    *,
    period: str,
    rule: Rule,
    people_known: bool,
    key: Key,
) -> pd.DataFrame:
    """Protect the views of one period, of places and of pieces."""
    cuts = cuts_of(counted, table)
    at = laid.ground.number(counted.column, counted.row, laid.ground.base_m)
    place = cover(list(laid.hotspots["cells"]), laid.ground).at(at)
    piece = piece_at(laid.pieces, counted, laid.ground, laid.covered)
    piece = np.where(laid.pieces.shown[piece] & (piece >= 0), piece, -1)
    both = ((place, list(laid.hotspots.index)), (piece, laid.ids_of_pieces))
    made = [
        views_of(
            units,
            ids,
            counted,
            cuts,
            period=period,
            rule=rule,
            people_known=people_known,
            secret=key.secret,
        )
        for units, ids in both
    ]
    return pd.concat(made, ignore_index=True)


def _told(views: pd.DataFrame, days: Days, laid: Laid) -> Told:
    """List what views tell of some days, with the ground of each place and piece."""
    whole = views[(views["harm"] == ALL) & (views["part_of_day"] == ALL)]
    cells = pd.concat([laid.hotspots["cells"], laid.cells["cells"]])
    units = whole[["id", "incidents"]].assign(cells=cells.reindex(whole["id"]).to_numpy())
    return Told(days, units.reset_index(drop=True))
