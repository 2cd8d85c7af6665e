"""After an event, how far and for how long are more events recorded than chance would give?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError
from csgeo.hotspots.repeats.bands import Bands, space_bands, time_bands
from csgeo.hotspots.repeats.events import Events, known_events
from csgeo.hotspots.repeats.pairs import Distance, near_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Counts: TypeAlias = npt.NDArray[np.int64]


class NearRepeat(NamedTuple):
    """The table of bands, and how to read it.

    ``table`` has one row per band of distance and band of time, in that order;
    ``simulated`` the counts of each replicate (replicates x distance x time).
    """

    table: pd.DataFrame
    simulated: npt.NDArray[np.int64]
    events: int
    left_out: dict[str, int]
    words: str


def near_repeat(
    events: gpd.GeoDataFrame | Events,
    *,
    space_m: Sequence[float] = (100, 200, 300, 400),
    time_days: Sequence[float] = (7, 14, 21, 28),
    same_location_m: float | None = 1.0,
    distance: Distance = "straight",
    replicates: int = 999,
    seed: int = 0,
    calculator_labels: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> NearRepeat:
    """Count pairs of events by distance and days apart, and compare with shuffled dates.

    Parameters
    ----------
    events
        ``INCIDENTS`` (their dates are taken), or :class:`Events`.
    space_m, time_days
        Upper edges of the bands, in metres and days. Bands are half-open: a pair exactly
        100 m apart belongs to "100 m or more". A band without end is added to each.
    same_location_m
        Below this distance two events are at the same location, a band of its own.
    distance
        "straight", or "manhattan" (along a street grid; what the Near Repeat Calculator offers).
    replicates, seed
        How often the dates are dealt out anew, and from which seed.
    calculator_labels
        Adds what the Near Repeat Calculator 1.3 would call the same bands: given the same edges
        its numbers are these, but it calls [7, 14) "8 to 14".
    progress
        Called with the replicates done and all.

    Returns
    -------
    near_repeat
        ``table``: ``space_band``, ``time_band`` (in words), ``space_interval``,
        ``time_interval``, ``space_from_m``, ``space_below_m``, ``time_from_days``,
        ``time_below_days``, ``observed`` (pairs), ``expected`` (pairs: the exact mean over all
        ways to deal the dates out), ``mean``, ``median`` (pairs, of the replicates),
        ``ratio_to_mean``, ``ratio_to_median`` (missing where that is 0), ``p_value`` (that
        chance gives as many, one-sided).

    Raises
    ------
    TableError, MethodError, RecipeError
        If the events, the bands or the number of replicates cannot be used.

    References
    ----------
    Knox (1964), https://doi.org/10.2307/2985220; Johnson and others (2007),
    https://doi.org/10.1007/s10940-007-9025-3; Ratcliffe (2009), Near Repeat Calculator 1.3.

    Examples
    --------
    >>> from csgeo.hotspots.repeats.events import events_at
    >>> found = near_repeat(events_at([0, 0, 900], [0, 99, 0], [1, 3, 60]), replicates=9)
    >>> found.table.loc[found.table["observed"] > 0, ["space_interval", "time_interval"]].values
    array([['[1, 100)', '[0, 7)'],
           ['[400, inf)', '[28, inf)']], dtype=object)
    """
    from csgeo.hotspots.repeats import shuffles  # noqa: PLC0415  (numba is heavy)

    replicates = shuffles.checked_replicates(replicates)
    known = known_events(events)
    space = space_bands(space_m, same_location_m=same_location_m)
    time = time_bands(time_days)
    if calculator_labels and same_location_m is None:
        msg = "The Near Repeat Calculator always has a band for the same location; give `same_location_m`."
        raise RecipeError(msg)

    one, other, start = _by_band(known, space, distance)
    edges = np.asarray(time.edges)
    held = np.zeros((replicates + 1, len(space.edges), len(edges)), np.int64)
    paired = np.unique(np.concatenate([one, other])).astype(np.int64)
    nothing, met = np.zeros(len(known.x), np.int64), np.zeros(replicates, np.int64)
    shuffles.count_near(known.when, one, other, start, edges, held[0])

    def run(first: int, last: int) -> None:
        shuffles.count_shuffled(
            first, last, np.uint64(seed), known.when, one, other, start, edges,
            paired, nothing, nothing, held[1:], met,
        )  # fmt: skip

    shuffles.in_batches(run, replicates, progress=progress)
    closer = np.array([shuffles.near_in_time(known.when, edge).sum() // 2 for edge in edges])
    counts = _whole_table(held, np.diff(start), closer, known.pairs)
    table = compared(counts[0], counts[1:], space, time, calculator_labels=calculator_labels)
    words = (
        f"{len(known.x):,} events, {known.pairs:,} pairs; distances {distance}; dates dealt out "
        f"{replicates:,} times (seed {seed}). Bands hold their lower edge and not their upper one."
    )
    return NearRepeat(table, counts[1:], len(known.x), dict(known.left_out), words)


def compared(
    observed: Counts,
    simulated: Counts,
    space: Bands,
    time: Bands,
    *,
    calculator_labels: bool = False,
) -> pd.DataFrame:
    """Compare a table of counts (distance x time) with replicates of it; one row per cell.

    The columns are those of :func:`near_repeat`.
    """
    from csgeo.hotspots.repeats.shuffles import share_at_least  # noqa: PLC0415  (numba is heavy)

    row, column = (k.ravel() for k in np.indices(observed.shape))
    mean, median = simulated.mean(axis=0), np.median(simulated, axis=0)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(observed.sum(), 1)
    table = {
        "space_band": np.asarray(space.words, dtype=object)[row],
        "time_band": np.asarray(time.words, dtype=object)[column],
        "space_interval": np.asarray(space.intervals, dtype=object)[row],
        "time_interval": np.asarray(time.intervals, dtype=object)[column],
        "space_from_m": np.asarray(space.lower)[row],
        "space_below_m": np.asarray(space.upper)[row],
        "time_from_days": np.asarray(time.lower)[column],
        "time_below_days": np.asarray(time.upper)[column],
        "observed": observed.ravel(),
        "expected": expected.ravel(),
        "mean": mean.ravel(),
        "median": median.ravel(),
        "ratio_to_mean": _ratio(observed, mean),
        "ratio_to_median": _ratio(observed, median),
        "p_value": share_at_least(observed, simulated).ravel(),
    }
    if calculator_labels:
        table["calculator_space_label"] = np.asarray(space.calculator_labels, dtype=object)[row]
        table["calculator_time_label"] = np.asarray(time.calculator_labels, dtype=object)[column]
    return pd.DataFrame(table)


def _by_band(
    events: Events, space: Bands, distance: Distance
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Counts]:
    """Find the near pairs, sorted by their band, and where each band begins."""
    pairs = near_pairs(events, below_m=space.edges[-1], distance=distance)
    band = np.searchsorted(space.edges, pairs.distance_m, side="right").astype(np.uint16)
    order = np.argsort(band, kind="stable")
    start = np.concatenate([[0], np.bincount(band, minlength=len(space.edges)).cumsum()])
    return pairs.one[order].astype(np.int32), pairs.other[order].astype(np.int32), start


def _whole_table(held: Counts, in_band: Counts, closer: Counts, pairs: int) -> Counts:
    """Turn sums up to each edge into counts by band, with the last band on both sides.

    Far pairs are never looked at: they are what is left, because dealing the dates out
    changes neither how many pairs are near in space nor how many are near in time.
    """
    n_space, n_time = held.shape[1:]
    sums = np.zeros((len(held), n_space + 1, n_time + 2), np.int64)
    sums[:, :n_space, 1:-1] = held
    sums[:, :n_space, -1] = in_band
    sums[:, n_space, 1:-1] = closer - held.sum(axis=1)
    sums[:, n_space, -1] = pairs - in_band.sum()
    return np.diff(sums, axis=2)


def _ratio(observed: Counts, usual: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    blank = np.full(observed.shape, np.nan)
    np.divide(observed, usual, out=blank, where=usual > 0)
    return blank.ravel()
