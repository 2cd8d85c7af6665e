"""What should analysts know of each place before anyone acts on the list?

Exact numbers, for the secure side alone; what is said of them to others holds no count
of records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csgeo.hotspots.account import account_of_places
from csgeo.hotspots.coverage import recording_coverage
from csgeo.hotspots.dependence import enforcement_dependence
from csgeo.hotspots.enforcement import (
    comparison_words,
    enforcement_comparison,
    made_by_enforcement,
)
from csgeo.hotspots.find import find_hotspots

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from csgeo.hotspots.find import Found
    from csgeo.hotspots.searching_again import Search
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
    """Look for places with the records of enforcement as well as without them."""
    hot = recipe.hotspots
    other = find_hotspots(
        located,
        intake.area,
        enforcement="left_out" if hot.enforcement == "kept" else "kept",
        **_asked_again(found.search),
        seed=recipe.seed,
    )
    kept, left = (found, other) if hot.enforcement == "kept" else (other, found)
    told = enforcement_dependence(
        kept.hotspots, located, intake.area, search=kept.search, seed=recipe.seed
    )
    return enforcement_comparison(kept.hotspots, left.hotspots, found_without=told["found_without"])


def _asked_again(search: Search) -> dict[str, Any]:
    """Give the options of ``find_hotspots`` that a search was made with."""
    return {
        "method": search.method,
        "cell_m": search.cell_m,
        "expectation": search.expectation,
        "streets": search.streets,
        "residents": search.residents,
        "exposure": search.exposure,
        "places": search.places,
        "strata": search.strata,
        "most_km2": search.most_km2,
        "replicates": search.replicates,
        "q": search.limits.q,
        "most_places": search.limits.most_places,
        "most_share_of_area": search.limits.most_share_of_area,
        "least_in_stratum": search.limits.least_in_stratum,
        "least_people": search.limits.least_people,
        "least_sources": search.limits.least_sources,
    }


def _with_residents(areas: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    known = {"residents", "residents_10_17"}
    return areas if areas is not None and known & set(areas.columns) else None
