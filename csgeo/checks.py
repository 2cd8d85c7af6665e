"""What should analysts know of each place before anyone acts on the list?

Exact numbers, for the secure side alone; what is said of them to others holds no count
of records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.account import account_of_places
from csgeo.hotspots.coverage import recording_coverage
from csgeo.hotspots.dependence import enforcement_dependence
from csgeo.hotspots.enforcement import (
    comparison_words,
    enforcement_comparison,
    made_by_enforcement,
    without_enforcement,
)
from csgeo.hotspots.find import find_by

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from csgeo.hotspots.find import Found
    from csgeo.intake import Intake
    from csgeo.recipe import Recipe


def checks_of(
    found: Found, located: gpd.GeoDataFrame, intake: Intake, recipe: Recipe
) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    """Account for each place, compare the list with the one that enforcement would change.

    Parameters
    ----------
    found
        The places.
    located
        ``INCIDENTS`` with a place, those that enforcement made among them.
    intake, recipe
        The other tables, and how the places were looked for.

    Returns
    -------
    checks, choices
        Tables by name: ``account`` (one row a place), ``account_by_source``, and where there is
        something to compare ``enforcement_comparison`` and ``recording_coverage``. And what may be
        said of them to everyone.
    """
    hot = recipe.hotspots
    account = account_of_places(
        found.hotspots,
        located,
        intake.area,
        enforcement=hot.enforcement,
        search=found.search if hot.enforcement == "kept" else None,
        areas=_with_residents(intake.residents),
        seed=recipe.seed,
    )
    checks = {"account": account.places, "account_by_source": account.by_source}
    choices = {}
    if made_by_enforcement(located).any():
        compared = _by_enforcement(found, located, intake, recipe)
        checks["enforcement_comparison"] = compared
        choices["enforcement_comparison"] = comparison_words(compared)
    areas = _with_residents(intake.residents)
    if areas is not None:
        checks["recording_coverage"] = recording_coverage(located, areas)
    return checks, choices


def _by_enforcement(
    found: Found, located: gpd.GeoDataFrame, intake: Intake, recipe: Recipe
) -> pd.DataFrame:
    """Hold the other records to the same search: with those that enforcement made, and without."""
    if recipe.hotspots.enforcement == "kept":
        others = without_enforcement(located).incidents
        kept, left = found.hotspots, find_by(found.search, others, intake.area)
    else:
        kept, left = find_by(found.search, located, intake.area), found.hotspots
    told = enforcement_dependence(kept, located, intake.area, search=found.search, seed=recipe.seed)
    return enforcement_comparison(kept, left, found_without=told["found_without"])


def _with_residents(areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    known = {"residents", "residents_10_17"}
    return areas if areas is not None and known & set(areas.columns) else None
