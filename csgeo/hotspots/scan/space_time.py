"""Where and when were there more cases than at other times there, and elsewhere then?

The space-time permutation scan statistic needs cases only: no population, no controls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError
from csgeo.hotspots.scan import inputs
from csgeo.hotspots.scan.looking import Choices, ready
from csgeo.hotspots.scan.p_values import gumbel_p_values, passing_over, rank_p_values, try_chance
from csgeo.hotspots.scan.report import places_of_clusters
from csgeo.hotspots.scan.secondary import report_clusters
from csgeo.hotspots.scan.units import Unit, Units, time_units
from csgeo.hotspots.scan.windows import ScanWindows, scan_windows

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.scan.looking import Progress
    from csgeo.hotspots.scan.secondary import Candidates, Separate

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: Steps in which what is expected is looked up: so many a case, or in all.
_STEPS, _MOST_STEPS = 16.0, 4e6
_NO_CASES = 2**31 - 1


class _Cylinders(NamedTuple):
    """The strongest cylinder over each window: its ratio, first and last unit, and cases."""

    ratio: Numbers
    begins: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    held: Integers


def scan_permutation(
    where: gpd.GeoDataFrame | npt.ArrayLike,
    times: npt.ArrayLike | pd.Series,
    *,
    cases: npt.ArrayLike | str | None = None,
    unit: Unit = "day",
    start: object = None,
    end: object = None,
    alive: bool = False,
    most_share_of_time: float = 0.5,
    most_units: int | None = None,
    ids: npt.ArrayLike | None = None,
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
    """Find where and when cases come together more than space and time apart explain.

    What is expected of a circle over a stretch of time is (cases in the circle at any time) x
    (cases in that time anywhere) / (all cases). Chance deals the times out anew to the cases.

    Parameters
    ----------
    where
        Where each row's cases are: as in ``scan_poisson``. Rows at one point are one location.
    times
        When: dates or moments, one a row; missing only for rows with 0 cases (a place where
        there might have been some, which may be the centre of a window).
    cases
        How many, one a row; if None, 1 each.
    unit
        "day", "week" (seven days, counted back from the end) or "month".
    start, end
        First and last day of the study period; if None, those of the cases.
    alive
        Look only at clusters that last until the end (prospective), for weekly surveillance.
    most_share_of_time, most_units
        The longest cluster: as a share of the study period, or in units.
    ids
        Names of the locations, one a row and the same for the same point.
    most_share
        The share of all cases that a circle may hold at most, at any time.
    most_radius_m, most_locations, least_cases
        As in ``scan_poisson``.
    separate, candidates, most_clusters, replicates, stop_after, seed, progress
        As in ``scan_poisson``. Clusters overlap if their circles do, at whatever time.

    Returns
    -------
    clusters
        Index ``cluster``, 1 the most likely. Columns: centre_id; x, y (metres); radius_m;
        locations; location_ids (tuple); starts, ends (first and last day); units; cases;
        expected; observed_expected; log_likelihood_ratio; statistic; p_value; p_gumbel;
        replicates.

    Raises
    ------
    TableError, MethodError, RecipeError
        As ``scan_poisson``; also if a case has no time or lies outside the study period.

    References
    ----------
    Kulldorff, Heffernan, Hartman, Assuncao and Mostashari (2005),
    https://doi.org/10.1371/journal.pmed.0020059

    Examples
    --------
    >>> days = ["2025-03-01", "2025-03-08", "2025-03-08", "2025-03-02", "2025-03-04", "2025-03-06"]
    >>> places = [(0, 0), (0, 0), (0, 0), (900, 0), (900, 0), (900, 0)]
    >>> found = scan_permutation(places, days, replicates=99, most_clusters=1)
    >>> str(found["starts"].iloc[0].date()), found["cases"].tolist(), found["expected"].tolist()
    ('2025-03-08', [2], [1.0])
    """
    choices = Choices(
        most_share=most_share, most_radius_m=most_radius_m, most_locations=most_locations,
        least_cases=least_cases, separate=separate, candidates=candidates,
        most_clusters=most_clusters, replicates=replicates, stop_after=stop_after, seed=seed,
        progress=progress,
    )  # fmt: skip
    points, index = ready(where, None, choices)
    counts = np.ones(len(points))
    if cases is not None:
        counts = inputs.numbers(cases, "cases", where, index, whole=True)
    inputs.total_cases(counts, least_cases)
    units = time_units(times, counts > 0, unit=unit, start=start, end=end)
    longest = _longest(len(units), most_share_of_time, most_units)
    names = np.asarray(index if ids is None else ids)
    places, first_row, of_row = np.unique(points, axis=0, return_index=True, return_inverse=True)
    of_row = of_row.reshape(-1)
    return _scan(
        places, pd.Index(names[first_row]), choices,
        of_row=of_row, counts=counts, units=units, longest=longest, alive=alive,
    )  # fmt: skip


def _longest(units: int, most_share_of_time: float, most_units: int | None) -> int:
    if not 0 < most_share_of_time <= 1:
        msg = f"`most_share_of_time` must be above 0 and at most 1; it is {most_share_of_time:g}."
        raise RecipeError(msg)
    if most_units is not None and most_units < 1:
        msg = f"`most_units` must be at least 1; it is {most_units}."
        raise RecipeError(msg)
    return min(units, most_units or max(1, int(most_share_of_time * units + 1e-9)))


def _scan(
    points: Numbers,
    index: pd.Index,
    choices: Choices,
    *,
    of_row: Integers,
    counts: Numbers,
    units: Units,
    longest: int,
    alive: bool,
) -> pd.DataFrame:
    """Score all cylinders, pick the clusters and compare them with chance."""
    from csgeo.hotspots.scan import cylinders, draws  # noqa: PLC0415  (numba is heavy)

    times = counts.astype(np.int64)
    place, when = np.repeat(of_row, times), np.repeat(units.of_row, times)
    order = np.lexsort((when, place))
    held = np.bincount(place, minlength=len(points))
    first_case = np.concatenate([[0], np.cumsum(held)]).astype(np.int64)
    before = np.concatenate([[0], np.cumsum(np.bincount(when, minlength=len(units)))])
    windows = scan_windows(
        points, held.astype(float), most_share=choices.most_share,
        most_radius=choices.most_radius_m, most_locations=choices.most_locations,
    )  # fmt: skip
    shared = (
        when[order].astype(np.int32), first_case, before.astype(np.int64), longest, alive,
        choices.least_cases, windows.neighbour, windows.start, windows.closes,
    )  # fmt: skip
    n = len(windows.neighbour)
    found = _Cylinders(
        np.zeros(n), np.zeros(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int64)
    )
    cylinders.scan_cylinders(*shared, *found)
    strongest = np.empty(0)
    if choices.replicates and found.ratio.any():
        seed = np.uint64(np.random.SeedSequence(choices.seed).generate_state(1, np.uint64)[0])
        bits = draws.lane_bits(len(when))
        run = passing_over(
            lambda first, last, enough, out: cylinders.strongest_cylinders(
                first, last, seed, *shared, bits, *enough, out
            ),
            lambda strength: _enough(strength, len(when), choices.least_cases, bits),
            choices.replicates,
        )
        strongest = try_chance(
            run, float(found.ratio.max()), replicates=choices.replicates,
            stop_after=choices.stop_after, progress=choices.progress,
        )  # fmt: skip
    return _table(found, windows, points, index, choices, units, held, before, strongest)


def _enough(
    strength: float, total: int, least_cases: int, bits: int
) -> tuple[Numbers, float, npt.NDArray[np.uint64]]:
    """Tell how much may be expected of c cases for a strength, and the reverse, in steps.

    Returns ``most``, the steps per expected case, and for each step how many cases are enough
    at its lower end, for all lanes.
    """
    from csgeo.hotspots.scan import cylinders, draws  # noqa: PLC0415  (numba is heavy)

    most = cylinders.most_due(total, strength)
    scale = min(_STEPS, _MOST_STEPS / total)
    lower = np.arange(int(total * scale) + 2) / scale
    fewest = np.maximum(np.searchsorted(most, lower, side="left"), least_cases)
    return most, scale, draws.thresholds(np.minimum(fewest, _NO_CASES).astype(np.int32), bits)


def _table(  # noqa: PLR0917
    found: _Cylinders,
    windows: ScanWindows,
    points: Numbers,
    index: pd.Index,
    choices: Choices,
    units: Units,
    held: Integers,
    before: Integers,
    strongest: Numbers,
) -> pd.DataFrame:
    """Write one row for each cluster."""
    entries = report_clusters(
        found.ratio, windows, points, separate=choices.separate, candidates=choices.candidates,
        least=float(strongest.min()) if len(strongest) else 0.0,
        most_clusters=choices.most_clusters,
    )  # fmt: skip
    if not len(entries) and found.ratio.any():
        entries = np.array([int(found.ratio.argmax())])
    begins, ends = found.begins[entries], found.ends[entries]
    ratio = found.ratio[entries]
    at_any_time = windows.held_cases(held)[entries]
    expected = at_any_time * (before[ends + 1] - before[begins]) / before[-1]
    missing = np.full(len(entries), np.nan)
    known = len(strongest) > 0
    table = places_of_clusters(entries, windows, points, index)
    return table.drop(columns=["long_radius_m", "shape", "angle_degrees"]).assign(
        starts=units.first_day[begins],
        ends=units.first_day[ends + 1] - pd.Timedelta(days=1),
        units=(ends - begins + 1).astype(np.int64),
        cases=found.held[entries],
        expected=expected,
        observed_expected=found.held[entries] / expected,
        log_likelihood_ratio=ratio,
        statistic=ratio,
        p_value=rank_p_values(ratio, strongest) if known else missing,
        p_gumbel=gumbel_p_values(ratio, strongest) if known else missing,
        replicates=len(strongest),
    )
