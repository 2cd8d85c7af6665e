"""What must be true of a study before its release leaves?

Each place has been looked at, where the recipe asks for it; counts are rounded by the study's own
key; what leaves is written down first, where there is a journal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from csgeo.context.services import services_around
from csgeo.disclosure.audiences import check_period, rule_for
from csgeo.disclosure.release import EXACT, make_release
from csgeo.disclosure.review import reviewed
from csgeo.errors import NothingToReport
from csgeo.lattice import SIDES_M
from csgeo.store.former import PUBLISHED, former_releases
from csgeo.store.reviews import REVIEWS, read_decisions
from csgeo.store.sealing import key_of_study, refuse_exact_folder

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from csgeo.disclosure.release import Release
    from csgeo.recipe import Recipe
    from csgeo.study import Study


def for_its_audience(recipe: Recipe, *, on: dt.date | None = None) -> Recipe:
    """Refuse, before anything is read, what the audience of a recipe may not see.

    Parameters
    ----------
    recipe
        What is asked for.
    on
        The day of the release.

    Returns
    -------
    recipe
        With cells as large as the audience may see, where it leaves their size open.

    Raises
    ------
    RecipeError
        If a number is below what the audience may see, or the period is too short or too close.
    """
    shown, days, hot = recipe.release, recipe.period, recipe.hotspots
    rule = rule_for(shown.audience, least_people=shown.least_people, round_to=shown.round_to)
    if days.start and days.end:
        check_period(rule, (days.start, days.end), on=on)
    if hot.cell_m is None and rule.place_cell_m > SIDES_M[0]:
        return replace(recipe, hotspots=replace(hot, cell_m=rule.place_cell_m))
    return recipe


def release_of(
    study: Study,
    recipe: Recipe,
    *,
    home: Path,
    on: dt.date | None = None,
    trial: bool = False,
    record: Callable[[Mapping[str, str]], None] | None = None,
) -> Release:
    """Make the release that a recipe asks for.

    Parameters
    ----------
    study, recipe
        What was computed, and how it may be shown.
    home
        The recipe's own secure folder: reviews and the key of rounding are kept in it, for all
        runs and tries of the recipe.
    on
        The day of the release.
    trial
        It is for analysts to look at and is never published, so it is not held against those that
        were.
    record
        Called before anything is given back; if it fails, nothing leaves.

    Returns
    -------
    release
        Of the places that may leave. It could not be taken from one that was published before
        (:func:`csgeo.publishing.publish`).

    Raises
    ------
    NothingToReport
        If every place still waits to be looked at, or none can be shown.
    RecipeError, StoreError
        As :func:`csgeo.make_release`, or if a decision cannot be read.
    """
    shown = recipe.release
    if shown.audience == EXACT:
        refuse_exact_folder(home)
    return make_release(
        as_reviewed(study, recipe, home),
        least_people=shown.least_people,
        round_to=shown.round_to,
        audience=shown.audience,
        key=key_of_study(home) if shown.rounding_key == "study" else None,
        on=on,
        former=() if trial else former_releases(home / PUBLISHED),
        purpose=shown.purpose,
        recipient=shown.recipient,
        record=record,
    )


def as_reviewed(study: Study, recipe: Recipe, home: Path) -> Study:
    """Leave the places that may leave, as those who know them have decided.

    Parameters
    ----------
    study, recipe, home
        As in :func:`release_of`.

    Returns
    -------
    study
        The same one where nothing was decided and nothing need be.

    Raises
    ------
    NothingToReport
        If review is required and every place waits.
    """
    decisions = read_decisions(home / REVIEWS)
    required = recipe.release.review == "required"
    if not decisions and not required:
        return study
    found = reviewed(study, decisions, required=required, most_km2=recipe.hotspots.most_km2)
    waiting = len(found.waiting)
    if waiting and found.may_leave.empty:
        msg = (
            f"No place may leave yet: {waiting} wait to be looked at by someone who knows them. See "
            "them with `csgeo review list`, then `csgeo review keep ID --reviewer AB`."
        )
        raise NothingToReport(msg)
    near = _near(found.may_leave, study, recipe)
    aside = pd.concat([study.set_aside, found.left_out[study.set_aside.columns]])
    said = f"{waiting} places wait to be looked at and are not shown." if waiting else ""
    choices = {**study.choices, **({"review": said} if said else {})}
    return replace(
        study, hotspots=found.may_leave, set_aside=aside, services_near=near, choices=choices
    )


def _near(places: gpd.GeoDataFrame, study: Study, recipe: Recipe) -> pd.DataFrame:
    """Give what is near each place; of one that was nudged by the straight line, which is said."""
    before = study.hotspots["cells"].reindex(places.index)
    nudged = places[places["cells"].to_numpy() != before.to_numpy()]
    kept = study.services_near
    same = kept[kept["hotspot_id"].isin(places.index.difference(nudged.index))]
    if nudged.empty:
        return same
    again = services_around(
        nudged,
        study.services,
        reach_m=recipe.context.reach_m,
        expected_kinds=recipe.context.expected_kinds or None,
    )
    return pd.concat([same, again], ignore_index=True)
