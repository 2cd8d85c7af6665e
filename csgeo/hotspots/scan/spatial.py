"""Where are there more cases than the population would give?

Kulldorff's spatial scan statistic, with the Poisson model (cases against a population or
an expectation) and the Bernoulli model (cases against controls): docs/methods/scan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.errors import MethodError
from csgeo.hotspots.scan import inputs
from csgeo.hotspots.scan.looking import Choices, look, ready

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from csgeo.hotspots.scan.looking import Progress
    from csgeo.hotspots.scan.secondary import Candidates, Separate


def scan_poisson(
    where: gpd.GeoDataFrame | npt.ArrayLike,
    cases: npt.ArrayLike | str,
    *,
    population: npt.ArrayLike | str | None = None,
    expected: npt.ArrayLike | str | None = None,
    ids: npt.ArrayLike | None = None,
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
    >>> found["location_ids"].tolist(), found["cases"].tolist(), found["expected"].tolist()
    ([(0, 1)], [17], [10.0])
    """
    choices = Choices(
        elliptic, penalty, most_share, most_radius_m, most_locations, least_cases, separate,
        candidates, most_clusters, replicates, stop_after, seed, progress,
    )  # fmt: skip
    points, index = ready(where, ids, choices)
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
    return look(
        points, index, choices, cases=counts, size=due,
        population=due if people is None else people, bernoulli=False,
    )  # fmt: skip


def scan_bernoulli(
    where: gpd.GeoDataFrame | npt.ArrayLike,
    cases: npt.ArrayLike | str,
    controls: npt.ArrayLike | str,
    *,
    ids: npt.ArrayLike | None = None,
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
    >>> found["cases"].tolist(), found["population"].tolist(), found["expected"].tolist()
    ([17], [20.0], [10.0])
    """
    choices = Choices(
        elliptic, penalty, most_share, most_radius_m, most_locations, least_cases, separate,
        candidates, most_clusters, replicates, stop_after, seed, progress,
    )  # fmt: skip
    points, index = ready(where, ids, choices)
    counts = inputs.numbers(cases, "cases", where, index, whole=True)
    inputs.total_cases(counts, least_cases)
    others = inputs.numbers(controls, "controls", where, index, whole=True)
    if others.sum() == 0:
        msg = "A Bernoulli scan compares cases with controls; there are no controls."
        raise MethodError(msg)
    people = counts + others
    return look(
        points, index, choices, cases=counts, size=people, population=people, bernoulli=True
    )
