"""Where are there more cases than the population would give?

Kulldorff's spatial scan statistic, with the Poisson model (cases against a population or
an expectation) and the Bernoulli model (cases against controls): docs/methods/scan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.scan import inputs
from csgeo.hotspots.scan.p_values import check_chance, gumbel_p_values, rank_p_values, try_chance
from csgeo.hotspots.scan.secondary import Candidates, Separate, check_rules, report_clusters
from csgeo.hotspots.scan.windows import ScanWindows, scan_windows

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Progress: TypeAlias = Callable[[int, int], None] | None
    #: The fewest cases that matter, of each window, and the same for all lanes of a word.
    Enough: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint64]]

_TRIAL = 10
#: Windows weaker than this share of the weakest trial replicate are not looked at.
_PASSING = 0.75


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


def scan_poisson(
    where: gpd.GeoDataFrame | npt.ArrayLike,
    cases: npt.ArrayLike | str,
    *,
    population: npt.ArrayLike | str | None = None,
    expected: npt.ArrayLike | str | None = None,
    ids: object = None,
    elliptic: bool = False,
    penalty: float = 0.5,
    most_share: float = 0.5,
    most_radius_m: float | None = None,
    most_locations: int | None = None,
    least_cases: int = 2,
    separate: Separate = "no_overlap",
    candidates: Candidates = "best_of_each_centre",
    most_clusters: int | None = None,
    replicates: int = 999,
    stop_after: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> pd.DataFrame:
    """Find where cases are more than a population or an expectation would give.

    Parameters
    ----------
    where
        Points, areas or cells (EPSG:27700; areas stand at their centroids), or an array of x
        and y in metres, n x 2.
    cases
        Whole numbers, one a location, or the name of a column of `where`.
    population
        People at each location; what is expected is in proportion to it.
    expected
        Or what is expected, for instance from ``expected_by_covariates``. Only its shares
        matter: it is scaled to add up to the cases. With `population` too, that limits windows.
    ids
        Names of the locations; else the index of `where`, or 0, 1, 2, ...
    elliptic
        Look through SaTScan's ellipses besides the circles.
    penalty
        Long ellipses count less: their ratio is multiplied by (4s / (s+1)²)^penalty, where s is
        the longer by the shorter axis. 0 none, 0.5 medium (SaTScan's default), 1 strong.
    most_share
        The share of the population that a window may hold at most.
    most_radius_m
        The largest radius in metres.
    most_locations
        The most locations in a window.
    least_cases
        The fewest cases of a cluster.
    separate, candidates
        Which clusters are told of besides the most likely one: ``report_clusters``.
    most_clusters
        The list is at most that long.
    replicates
        How many times chance is tried; 0 for no p-values.
    stop_after
        Stop once this many replicates are at least as strong as the data (SaTScan: 50).
    seed
        Where chance starts; the same seed gives the same numbers on any number of threads.
    progress
        Called with (replicates done, replicates).

    Returns
    -------
    clusters
        Index ``cluster``, 1 the most likely. Columns: centre_id; x, y (metres); radius_m,
        long_radius_m (half-axes: distance to the furthest location), shape, angle_degrees;
        locations, location_ids (tuple, from the centre outwards); population, cases, expected;
        observed_expected; relative_risk (inside to outside); log_likelihood_ratio; statistic
        (with the penalty); p_value (rank among the replicates), p_gumbel; replicates. Clusters
        weaker than all replicates (p = 1) are left out, except the first.

    Raises
    ------
    TableError
        If a table or an array is not what it should be.
    MethodError
        If there are fewer than two places or cases, or too many windows.
    RecipeError
        If an option is out of its bounds.

    References
    ----------
    Kulldorff (1997), https://doi.org/10.1080/03610929708831995

    Examples
    --------
    >>> found = scan_poisson(
    ...     [(0, 0), (100, 0), (5000, 0), (5100, 0)],
    ...     [9, 8, 1, 2],
    ...     population=[100, 100, 100, 100],
    ...     replicates=99,
    ... )
    >>> found[["cases", "expected", "relative_risk"]]
             cases  expected  relative_risk
    cluster
    1           17      10.0       5.666667
    """
    choices = Choices(
        elliptic, penalty, most_share, most_radius_m, most_locations, least_cases, separate,
        candidates, most_clusters, replicates, stop_after, seed, progress,
    )  # fmt: skip
    points, index = _ready(where, ids, choices)
    counts = inputs.numbers(cases, "cases", where, index, whole=True)
    total = inputs.total_cases(counts, least_cases)
    if population is None and expected is None:
        msg = "A Poisson scan needs `population` or `expected`; it has neither."
        raise MethodError(msg)
    people = None if population is None else inputs.numbers(population, "population", where, index)
    if expected is None and people is not None:
        due = people
        inputs.no_cases_beyond(counts, due, "population", index)
    else:
        due = inputs.numbers(expected, "expected", where, index)  # type: ignore[arg-type]
        inputs.no_cases_beyond(counts, due, "expected", index)
    due = due * (total / due.sum())
    return _scan(
        points, index, counts, due, due if people is None else people, choices, bernoulli=False
    )


def scan_bernoulli(
    where: gpd.GeoDataFrame | npt.ArrayLike,
    cases: npt.ArrayLike | str,
    controls: npt.ArrayLike | str,
    *,
    ids: object = None,
    elliptic: bool = False,
    penalty: float = 0.5,
    most_share: float = 0.5,
    most_radius_m: float | None = None,
    most_locations: int | None = None,
    least_cases: int = 2,
    separate: Separate = "no_overlap",
    candidates: Candidates = "best_of_each_centre",
    most_clusters: int | None = None,
    replicates: int = 999,
    stop_after: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> pd.DataFrame:
    """Find where cases are more among cases and controls than elsewhere.

    Chance makes as many cases as there are out of all cases and controls, each equally
    likely, without putting back.

    Parameters
    ----------
    where
        As in ``scan_poisson``.
    cases, controls
        Whole numbers, one a location, or names of columns of `where`.
    ids, elliptic, penalty, most_share, most_radius_m, most_locations, least_cases
        As in ``scan_poisson``; the population are cases and controls together.
    separate, candidates, most_clusters, replicates, stop_after, seed, progress
        As in ``scan_poisson``.

    Returns
    -------
    clusters
        As from ``scan_poisson``.

    Raises
    ------
    TableError, MethodError, RecipeError
        As ``scan_poisson``; also if nobody is a control.

    References
    ----------
    Kulldorff and Nagarwalla (1995), https://doi.org/10.1002/sim.4780140809

    Examples
    --------
    >>> found = scan_bernoulli(
    ...     [(0, 0), (100, 0), (5000, 0), (5100, 0)], [9, 8, 1, 2], [1, 2, 9, 8], replicates=99
    ... )
    >>> found[["cases", "population", "expected"]]
             cases  population  expected
    cluster
    1           17          20      10.0
    """
    choices = Choices(
        elliptic, penalty, most_share, most_radius_m, most_locations, least_cases, separate,
        candidates, most_clusters, replicates, stop_after, seed, progress,
    )  # fmt: skip
    points, index = _ready(where, ids, choices)
    counts = inputs.numbers(cases, "cases", where, index, whole=True)
    inputs.total_cases(counts, least_cases)
    others = inputs.numbers(controls, "controls", where, index, whole=True)
    if others.sum() == 0:
        msg = "A Bernoulli scan compares cases with controls; there are no controls."
        raise MethodError(msg)
    people = counts + others
    return _scan(points, index, counts, people, people, choices, bernoulli=True)


def _ready(
    where: gpd.GeoDataFrame | npt.ArrayLike, ids: object, choices: Choices
) -> tuple[Numbers, pd.Index]:
    check_rules(choices.separate, choices.candidates)
    check_chance(choices.replicates, choices.stop_after, choices.seed)
    if not choices.penalty >= 0:
        msg = f"`penalty` must be 0 or more; it is {choices.penalty:g}. SaTScan has 0, 0.5 and 1."
        raise RecipeError(msg)
    points, index = inputs.locations(where, ids)
    inputs.at_least_two(points)
    return points, index


def _scan(
    points: Numbers,
    index: pd.Index,
    cases: Numbers,
    size: Numbers,
    population: Numbers,
    choices: Choices,
    *,
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
    held = windows.running(cases.astype(np.int64))
    sizes = windows.running(size)
    ratio = likelihood.window_ratios(
        model, held, sizes, windows.closes, choices.least_cases, total, everyone
    )
    weight = (4 * windows.shape / (windows.shape + 1) ** 2) ** choices.penalty
    statistic = ratio * np.repeat(weight, np.diff(windows.start))
    strongest = np.empty(0)
    if choices.replicates and statistic.any():
        strongest = chance_by_scan(
            windows,
            weight,
            sizes,
            size,
            int(total),
            float(statistic.max()),
            choices,
            bernoulli=bernoulli,
        )
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
        cases=held[entries], population=windows.running(population)[entries],
        expected=sizes[entries] * share, total=total, ratio=ratio[entries],
        statistic=statistic[entries], strongest=strongest,
    )  # fmt: skip


def chance_by_scan(
    windows: ScanWindows,
    weight: Numbers,
    sizes: Numbers,
    size: Numbers,
    total: int,
    observed: float,
    choices: Choices,
    *,
    bernoulli: bool,
) -> Numbers:
    """Find the strongest window of each replicate.

    Parameters
    ----------
    windows, weight
        The windows, and what the ratio of each of their rows is multiplied by.
    sizes, size
        What each window, and each location, expects (Poisson) or has as population.
    total
        How many cases chance places.
    observed
        The statistic of the most likely cluster.
    choices
        Of the replicates, their stop, seed and progress.
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

    # a few replicates show how strong chance gets; windows that stay well below are then
    # passed over by one comparison of whole numbers
    trial = min(_TRIAL, choices.replicates)
    shown = np.zeros(trial)
    every = fewest(0.0)
    fill(0, trial, every, shown)
    passing = fewest(_PASSING * float(shown.min()))

    def run(first: int, last: int, strongest: Numbers) -> None:
        fill(first, last, passing, strongest)
        for missed in np.flatnonzero(strongest[first:last] == 0) + first:
            fill(int(missed), int(missed) + 1, every, strongest)

    return try_chance(
        run, observed, replicates=choices.replicates, stop_after=choices.stop_after,
        progress=choices.progress,
    )  # fmt: skip


def _table(
    entries: npt.NDArray[np.int64],
    windows: ScanWindows,
    points: Numbers,
    index: pd.Index,
    *,
    cases: Numbers,
    population: Numbers,
    expected: Numbers,
    total: float,
    ratio: Numbers,
    statistic: Numbers,
    strongest: Numbers,
) -> pd.DataFrame:
    """Write one row for each cluster."""
    from csgeo.hotspots.scan.report import places_of_clusters, risks  # noqa: PLC0415

    table = places_of_clusters(entries, windows, points, index)
    table["population"] = population
    table["cases"] = cases.astype(np.int64)
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
