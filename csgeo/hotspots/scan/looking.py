"""Which windows on the map stand out, and how strong does chance get?

What the Poisson and the Bernoulli scan have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import RecipeError
from csgeo.hotspots.scan import inputs
from csgeo.hotspots.scan.p_values import (
    check_chance,
    gumbel_p_values,
    passing_over,
    rank_p_values,
    try_chance,
)
from csgeo.hotspots.scan.report import places_of_clusters, risks
from csgeo.hotspots.scan.secondary import Candidates, Separate, check_rules, report_clusters
from csgeo.hotspots.scan.windows import ScanWindows, scan_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Progress: TypeAlias = Callable[[int, int], None] | None
    #: The fewest cases that matter, of each window, and the same for all lanes of a word.
    Enough: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]


class Choices(NamedTuple):
    """How to look; see ``scan_poisson``."""

    elliptic: bool = False
    penalty: float = 0.5
    most_share: float = 0.5
    most_radius_m: float | None = None
    most_locations: int | None = None
    least_cases: int = 2
    separate: Separate = "no_overlap"
    candidates: Candidates = "best_of_each_centre"
    most_clusters: int | None = None
    replicates: int = 999
    stop_after: int | None = None
    seed: int = 0
    progress: Progress = None


def ready(
    where: gpd.GeoDataFrame | npt.ArrayLike, ids: npt.ArrayLike | None, choices: Choices
) -> tuple[Numbers, pd.Index]:
    """Check the choices, and give the coordinates and ids of the locations."""
    check_rules(choices.separate, choices.candidates)
    check_chance(choices.replicates, choices.stop_after, choices.seed)
    if not choices.penalty >= 0:
        msg = f"`penalty` must be 0 or more; it is {choices.penalty:g}. SaTScan has 0, 0.5 and 1."
        raise RecipeError(msg)
    points, index = inputs.locations(where, ids)
    inputs.at_least_two(points)
    return points, index


def look(
    points: Numbers,
    index: pd.Index,
    choices: Choices,
    *,
    cases: Numbers,
    size: Numbers,
    population: Numbers,
    bernoulli: bool,
) -> pd.DataFrame:
    """Score all windows, pick the clusters and compare them with chance."""
    from csgeo.hotspots.scan import likelihood  # noqa: PLC0415  (numba is heavy)

    windows = scan_windows(
        points, population, elliptic=choices.elliptic, most_share=choices.most_share,
        most_radius=choices.most_radius_m, most_locations=choices.most_locations,
    )  # fmt: skip
    model = likelihood.BERNOULLI if bernoulli else likelihood.POISSON
    total, everyone = float(cases.sum()), float(size.sum())
    held = windows.held_cases(cases.astype(np.int64))
    sizes = windows.held(size)
    ratio = likelihood.window_ratios(
        model, held, sizes, windows.closes, choices.least_cases, total, everyone
    )
    weight = (4 * windows.shape / (windows.shape + 1) ** 2) ** choices.penalty
    statistic = ratio * np.repeat(weight, np.diff(windows.start))
    strongest = np.empty(0)
    if choices.replicates and statistic.any():
        strongest = chance_by_scan(
            windows, weight, choices, sizes=sizes, size=size, total=int(total),
            observed=float(statistic.max()), bernoulli=bernoulli,
        )  # fmt: skip
    entries = report_clusters(
        statistic, windows, points, separate=choices.separate, candidates=choices.candidates,
        least=float(strongest.min()) if len(strongest) else 0.0,
        most_clusters=choices.most_clusters,
    )  # fmt: skip
    if not len(entries) and statistic.any():
        entries = np.array([int(statistic.argmax())])
    share = total / everyone if bernoulli else 1.0
    return _table(
        entries, windows, points, index,
        cases=held[entries], population=windows.held(population)[entries],
        expected=sizes[entries] * share, total=total, ratio=ratio[entries],
        statistic=statistic[entries], strongest=strongest,
    )  # fmt: skip


def chance_by_scan(
    windows: ScanWindows,
    weight: Numbers,
    choices: Choices,
    *,
    sizes: Numbers,
    size: Numbers,
    total: int,
    observed: float,
    bernoulli: bool,
) -> Numbers:
    """Find the strongest window of each replicate.

    Parameters
    ----------
    windows, weight
        The windows, and what the ratio of each of their rows is multiplied by.
    choices
        Of the replicates, their stop, seed and progress.
    sizes, size
        What each window, and each location, expects (Poisson) or has as population.
    total
        How many cases chance places.
    observed
        The statistic of the most likely cluster.
    bernoulli
        Which model.

    Returns
    -------
    strongest
        One number a replicate.
    """
    from csgeo.hotspots.chance import alias_table  # noqa: PLC0415  (numba is heavy)
    from csgeo.hotspots.scan import draws, likelihood  # noqa: PLC0415

    model = likelihood.BERNOULLI if bernoulli else likelihood.POISSON
    everyone = float(size.sum())
    table = alias_table(size)
    swapped = bernoulli and 2 * total > everyone
    how_many = int(everyone) - total if swapped else total
    start = np.uint64(np.random.SeedSequence(choices.seed).generate_state(1, np.uint64)[0])

    bits = draws.lane_bits(total)

    def fewest(strength: float) -> Enough:
        found = np.asarray(likelihood.fewest_cases(
            model, sizes, windows.closes, windows.start, weight, choices.least_cases,
            float(total), everyone, strength,
        ))  # fmt: skip
        return found, draws.thresholds(found, bits)

    def fill(first: int, last: int, enough: Enough, strongest: Numbers) -> None:
        draws.strongest_windows(
            first, last, start, model, how_many, swapped, bits, *table, size, everyone,
            float(total), windows.neighbour, windows.start, weight, sizes, *enough, strongest,
        )  # fmt: skip

    return try_chance(
        passing_over(fill, fewest, choices.replicates),
        observed, replicates=choices.replicates, stop_after=choices.stop_after,
        progress=choices.progress,
    )  # fmt: skip


def _table(
    entries: npt.NDArray[np.int64],
    windows: ScanWindows,
    points: Numbers,
    index: pd.Index,
    *,
    cases: npt.NDArray[np.int64],
    population: Numbers,
    expected: Numbers,
    total: float,
    ratio: Numbers,
    statistic: Numbers,
    strongest: Numbers,
) -> pd.DataFrame:
    """Write one row for each cluster."""
    table = places_of_clusters(entries, windows, points, index)
    table["population"] = population
    table["cases"] = cases
    table["expected"] = expected
    table = table.assign(**risks(cases, expected, total))
    table["log_likelihood_ratio"] = ratio
    table["statistic"] = statistic
    known = len(strongest) > 0
    missing = np.full(len(entries), np.nan)
    table["p_value"] = rank_p_values(statistic, strongest) if known else missing
    table["p_gumbel"] = gumbel_p_values(statistic, strongest) if known else missing
    table["replicates"] = len(strongest)
    return table
