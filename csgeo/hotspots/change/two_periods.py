"""Did harm rise or fall between two periods?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.change.cube import count_cube, count_places
from csgeo.hotspots.change.exact import compare_counts
from csgeo.hotspots.change.months import month_number
from csgeo.hotspots.change.verdicts import verdicts
from csgeo.hotspots.false_discovery import q_values

if TYPE_CHECKING:
    import geopandas as gpd

    from csgeo.hotspots.change.cube import Cube
    from csgeo.hotspots.change.exact import TwoSided
    from csgeo.hotspots.change.months import MonthsPerSource

    Period: TypeAlias = tuple[object, object]


def change_per_cell(
    incidents: gpd.GeoDataFrame,
    *,
    before: Period,
    after: Period,
    cell_m: int = 250,
    area: gpd.GeoDataFrame | None = None,
    months: MonthsPerSource | None = None,
    like_for_like: bool = False,
    q: float = 0.05,
    level: float = 0.95,
    two_sided: TwoSided = "likelihood",
) -> pd.DataFrame:
    """Say for each cell whether it has more or fewer records than in an earlier period.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table that holds both periods.
    before, after
        First and last month of each period, both included, such as ``("2019-01", "2019-12")``. They
        may have unequal lengths and must not overlap.
    cell_m, area, months
        As in :func:`~csgeo.hotspots.change.cube.count_cube`.
    like_for_like
        Whether to count only the calendar months that are known in both periods, so that
        a missing summer does not make a year look quieter.
    q
        A change is spoken of at this Benjamini-Hochberg q-value over all cells.
    level, two_sided
        As in :func:`~csgeo.hotspots.change.exact.compare_counts`.

    Returns
    -------
    change
        Index ``cell_id``: ``before``, ``after`` (records in the known months), ``before_days``,
        ``after_days`` (what the sources of the cell cover), ``ratio`` of the daily rates with
        ``lower`` and ``upper``, ``p_value``, ``q_value``, ``verdict`` in words.

    Raises
    ------
    TableError
        If a table breaks its contract.
    MethodError
        If the periods overlap, one ends before it begins, or there is nothing to count.

    References
    ----------
    Przyborowski and Wilenski (1940), https://doi.org/10.1093/biomet/31.3-4.313
    """
    whole = _span(before, after)
    cube = count_cube(incidents, cell_m=cell_m, area=area, months=months, period=whole)
    table = change_of_cube(
        cube, before=before, after=after, like_for_like=like_for_like, q=q, level=level,
        two_sided=two_sided,
    )  # fmt: skip
    return table.rename_axis("cell_id")


def change_per_place(
    incidents: gpd.GeoDataFrame,
    places: pd.DataFrame,
    *,
    before: Period,
    after: Period,
    months: MonthsPerSource | None = None,
    like_for_like: bool = False,
    q: float = 0.05,
    level: float = 0.95,
    two_sided: TwoSided = "likelihood",
) -> pd.DataFrame:
    """Say for each place whether it has more or fewer records than in an earlier period.

    Parameters
    ----------
    incidents, before, after, months, like_for_like, q, level, two_sided
        As in :func:`change_per_cell`.
    places
        ``HOTSPOTS``, or any table with ``cells``. Places that were picked for their many records
        in `before` will tend to fall by chance alone; pick them on other months.

    Returns
    -------
    change
        On the index of `places`, with the columns of :func:`change_per_cell`.
    """
    cube = count_places(incidents, places, months=months, period=_span(before, after))
    table = change_of_cube(
        cube, before=before, after=after, like_for_like=like_for_like, q=q, level=level,
        two_sided=two_sided,
    )  # fmt: skip
    return table.set_axis(places.index)


def change_of_cube(
    cube: Cube,
    *,
    before: Period,
    after: Period,
    like_for_like: bool = False,
    q: float = 0.05,
    level: float = 0.95,
    two_sided: TwoSided = "likelihood",
) -> pd.DataFrame:
    """Compare two periods of a cube of months; see :func:`change_per_cell`."""
    if not 0 < q < 1:
        msg = f"`q` must be between 0 and 1; it is {q}. 0.05 is usual."
        raise RecipeError(msg)
    _span(before, after)
    month = np.array([month_number(step) for step in cube.steps])
    if len(month) > 1 and (np.diff(month) != 1).any():
        msg = "Two periods are compared by months; the cube has longer steps. Count it with `months_per_step=1`."
        raise MethodError(msg)
    windows = [(month >= month_number(f)) & (month <= month_number(t)) for f, t in (before, after)]
    known = [cube.known & window for window in windows]
    if like_for_like:
        shared = _calendar(known[0], month) & _calendar(known[1], month)
        known = [k & shared[:, month % 12] for k in known]
    counts = [np.where(k, cube.counts, 0).sum(axis=1) for k in known]
    days = [k @ cube.days for k in known]
    index = pd.Index(cube.ids, dtype="str")
    table = pd.DataFrame(
        {"before": counts[0], "after": counts[1], "before_days": days[0], "after_days": days[1]},
        index=index,
    )
    comparison = compare_counts(
        table["before"], table["after"], before_days=days[0], after_days=days[1], level=level,
        two_sided=two_sided,
    )  # fmt: skip
    # a place where nobody recorded anything asks no question
    asked = (table["before"] + table["after"]).to_numpy() > 0
    comparison["q_value"] = q_values(comparison["p_value"].where(asked))
    comparison["verdict"] = verdicts(comparison, q=q, level=level)
    return table.join(comparison.drop(columns="least_p"))


def _calendar(known: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Places x 12: whether a calendar month is known at least once."""
    return np.stack([known[:, month % 12 == k].any(axis=1) for k in range(12)], axis=1)


def _span(before: Period, after: Period) -> Period:
    numbers = [tuple(map(month_number, period)) for period in (before, after)]
    for name, period, (first, last) in zip(
        ("before", "after"), (before, after), numbers, strict=True
    ):
        if last < first:
            msg = f"`{name}` must not end before it begins; it is {period}. Give the first month first."
            raise MethodError(msg)
    if numbers[1][0] <= numbers[0][1]:
        msg = (
            f"`after` must begin when `before` is over; found {before} and {after}. A month that is "
            "in both cannot have changed."
        )
        raise MethodError(msg)
    return before[0], after[1]
