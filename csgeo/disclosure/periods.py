"""Which views are shown of this period, and which of the one before?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.disclosure.about import About, check_recipe
from csgeo.disclosure.counted import count_records
from csgeo.disclosure.successive import (
    Split,
    check_days,
    days_before,
    refuse_if_told,
    units_that_tell,
)
from csgeo.disclosure.units import cover, piece_at
from csgeo.disclosure.views import ALL, BEFORE, REST, THIS, cuts_of, views_of
from csgeo.errors import RecipeError
from csgeo.lattice import one_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.keys import Key
    from csgeo.disclosure.published import Published
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
    former: Sequence[Published],
    harms: tuple[str, ...],
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
    harms
        The kinds of harm that it is about, in words.

    Returns
    -------
    views
        What :func:`csgeo.disclosure.views.views_of` gives, of both periods.

    Raises
    ------
    RecipeError
        If a former release would tell what this one hides.
    """
    how = {"rule": rule, "people_known": bool(study.people_known)}
    counted = Split(records, cuts_of(records, searched))
    views = _views(counted, laid, period=THIS, key=key, **how)  # type: ignore[arg-type]
    about = About(
        tuple(sorted(harms)), str(study.choices.get("enforcement", "")), one_shape(study.area)
    )
    if former:
        check_days(former, study.period, key=key.name, rule=rule)
        check_recipe(former, study.period, about)
        views = _beside(views, study.period, former, counted, laid, refuse=True, **how)  # type: ignore[arg-type]
    earlier, days = getattr(study, "incidents_before", None), days_before(study.period)
    if earlier is None or earlier.empty or not _may_be_told(former, days, about, key, rule):
        return views
    records = count_records(earlier, study, laid.ground, before=True)
    counted = Split(records, cuts_of(records, earlier))
    before = _views(counted, laid, period=BEFORE, key=key, **how)  # type: ignore[arg-type]
    before = _beside(before, days, former, counted, laid, refuse=False, **how)  # type: ignore[arg-type]
    return pd.concat([views, before], ignore_index=True)


def _beside(
    views: pd.DataFrame,
    days: Days,
    former: Sequence[Published],
    counted: Split,
    laid: Laid,
    *,
    refuse: bool,
    rule: Rule,
    people_known: bool,
) -> pd.DataFrame:
    """Leave out what former releases about the same days would be told by, or refuse all of it."""
    told = units_that_tell(
        views, days, pd.concat([laid.hotspots["cells"], laid.cells["cells"]]), former,
        counted=counted, ground=laid.ground, least=REST * rule.least_people, people_known=people_known,
    )  # fmt: skip
    whole = told.pop((ALL, ALL), {})
    if refuse:
        refuse_if_told(whole, days)
    split = {id_ for some in told.values() for id_ in some}
    is_whole = (views["harm"] == ALL) & (views["part_of_day"] == ALL)
    # a view that goes alone could be told from the others of its place: all of its kind go
    kept = ~views["id"].isin(whole) & (is_whole | ~views["id"].isin(split))
    return views[kept].reset_index(drop=True)


def _may_be_told(
    former: Sequence[Published], days: Days, about: About, key: Key, rule: Rule
) -> bool:
    try:
        check_days(former, days, key=key.name, rule=rule)
        check_recipe(former, days, about)
    except RecipeError:
        return False
    return True


def _views(
    split: Split,
    laid: Laid,
    *,
    period: str,
    rule: Rule,
    people_known: bool,
    key: Key,
) -> pd.DataFrame:
    """Protect the views of one period, of places and of pieces."""
    counted, cuts = split
    at = laid.ground.number(counted.column, counted.row, laid.ground.base_m)
    place = cover(list(laid.hotspots["cells"]), laid.ground).at(at)
    piece = piece_at(laid.pieces, counted, laid.ground, laid.covered)
    piece = np.where(laid.pieces.shown[piece] & (piece >= 0), piece, -1)
    # around the places so few kinds of harm have times of their own that none would be shown
    both = ((place, list(laid.hotspots.index), True), (piece, laid.ids_of_pieces, False))
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
            crossed=crossed,
        )
        for units, ids, crossed in both
    ]
    return pd.concat(made, ignore_index=True)
