"""Which way of finding places would have served a recipe's own records best?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.hotspots.choosing import compare_methods
from csgeo.intake import take_in
from csgeo.study import asked_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from csgeo.hotspots.choosing import Compared
    from csgeo.recipe import Recipe

    Progress = Callable[[str, int, int], None]

#: What is compared where nothing is said: the default, and the two that most analysts know.
METHODS = ("compact_places", "getis_ord", "hdbscan")
CELL_SIZES = (125, 250)


def compare_on_history(
    recipe: Recipe,
    *,
    methods: Sequence[str] = METHODS,
    cell_sizes: Sequence[int] = CELL_SIZES,
    later_months: int = 6,
    progress: Progress | None = None,
) -> Compared:
    """Compare methods and cell sizes on the records that a recipe names.

    Parameters
    ----------
    recipe
        Its files, harms, period, expectation and limits are used; its method and cells are not.
    methods, cell_sizes
        As in :func:`csgeo.compare_methods`.
    later_months
        How many months are looked at after each cut.
    progress
        Called with (what, done, of).

    Returns
    -------
    compared
        As from :func:`csgeo.compare_methods`: exact shares, for analysts.

    Raises
    ------
    SourceError, TableError, RecipeError, NothingToReport
        As :func:`csgeo.run_study`.
    MethodError
        If the history is too short.
    """
    say = progress or (lambda _what, _done, _of: None)
    intake = take_in(recipe, say)
    incidents, _ = asked_for(intake.incidents, recipe)
    hot = recipe.hotspots
    return compare_methods(
        incidents,
        intake.area,
        methods=methods,
        cell_sizes=cell_sizes,
        expectations=(hot.expectation,),
        later_months=later_months,
        enforcement=hot.enforcement,
        streets=intake.streets,
        residents=intake.residents,
        exposure=intake.exposure,
        places=intake.places,
        strata=intake.strata,
        most_places=hot.most_places,
        most_km2=hot.most_km2,
        most_share_of_area=hot.most_share_of_area,
        least_people=hot.least_people,
        least_sources=hot.least_sources,
        replicates=hot.replicates,
        q=hot.q,
        seed=recipe.seed,
        progress=say,
    )
