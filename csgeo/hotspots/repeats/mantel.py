"""Do distances in space and in time between events go together, without any limit of near?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.errors import MethodError
from csgeo.hotspots.repeats.events import Events, known_events
from csgeo.hotspots.repeats.pairs import Distance, apart, norm_of
from csgeo.hotspots.repeats.shuffles import (
    checked_replicates,
    in_batches,
    share_at_least,
    shuffled_order,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

#: Each pair is held: 5,000 events make 12.5 million, 100 MB.
MOST_EVENTS = 5_000


class Mantel(NamedTuple):
    """The correlation of transformed distances (-1 to 1) and its one-sided p-value."""

    correlation: float
    p_value: float
    words: str


def mantel(
    events: gpd.GeoDataFrame | Events,
    *,
    space_plus_m: float = 1.0,
    space_power: float = -1.0,
    time_plus_days: float = 1.0,
    time_power: float = -1.0,
    distance: Distance = "straight",
    replicates: int = 999,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Mantel:
    """Correlate how near pairs of events are in space and in time, and compare with chance.

    Parameters
    ----------
    events
        ``INCIDENTS`` (their dates are taken), or :class:`Events`; at most 5,000.
    space_plus_m, space_power, time_plus_days, time_power
        A distance d counts as (d + plus) to the power; the reciprocals that Mantel advised
        unless said otherwise, so that near pairs matter and far ones hardly do.
    distance
        "straight" or "manhattan".
    replicates, seed
        How often the dates are dealt out anew, and from which seed.
    progress
        Called with the replicates done and all.

    Returns
    -------
    mantel
        The correlation over all pairs, and how often chance gives one as high.

    Raises
    ------
    MethodError
        If there are too many events, fewer than 3, all distances in space or in time are
        equal, or a power below 0 meets a distance of 0.

    References
    ----------
    Mantel (1967), Cancer Research 27, 209-220.

    Examples
    --------
    >>> from csgeo.hotspots.repeats.events import events_at
    >>> found = mantel(events_at([0, 3, 90], [0, 4, 0], [1, 2, 50]), replicates=99)
    >>> round(found.correlation, 3)
    1.0
    """
    replicates = checked_replicates(replicates)
    norm_of(distance)
    known = known_events(events)
    n = len(known.x)
    if not 3 <= n <= MOST_EVENTS:
        msg = (
            f"Mantel's test compares every pair, for 3 to {MOST_EVENTS:,} events; found {n:,}. "
            "Take a shorter period or one kind of harm, or ask `knox`, which has no such limit."
        )
        raise MethodError(msg)
    one, other = np.triu_indices(n, 1)
    near = _moved(apart(known, one, other, distance=distance), space_plus_m, space_power, "space")
    days, day = np.unique(known.when, return_inverse=True)
    soon = _moved(np.abs(days[:, None] - days), time_plus_days, time_power, "time", diagonal=day)
    x, y = near - near.mean(), soon[day[one], day[other]]
    spread = near.std() * y.std()
    if spread == 0:
        which = "in space" if near.std() == 0 else "in time"
        msg = f"All events are equally far apart {which}, so nothing can go together with it."
        raise MethodError(msg)
    sums = np.empty(replicates)
    observed = weighed(x, soon, day)

    def run(first: int, last: int) -> None:
        weigh_shuffled(first, last, np.uint64(seed), x, soon, day, sums)

    in_batches(run, replicates, progress=progress)
    # sums in another order differ in their last bits; equal deals must count as equal
    slack = 1e-10 * float(np.abs(x).sum() * np.abs(y).max())
    correlation = observed / len(x) / spread
    words = (
        f"Correlation {correlation:.3f} over {len(x):,} pairs of {n:,} events, each distance d as "
        f"(d + {space_plus_m:g} m)^{space_power:g} and (d + {time_plus_days:g} days)^{time_power:g}; "
        f"dates dealt out {replicates:,} times (seed {seed})."
    )
    return Mantel(float(correlation), float(share_at_least(observed - slack, sums)), words)


@nb.njit(cache=True, nogil=True)
def weighed(x: npt.NDArray[Any], soon: npt.NDArray[Any], day: npt.NDArray[Any]) -> float:
    """Sum over pairs, in the order of the upper triangle, of nearness times soonness."""
    total = 0.0
    k = 0
    for i in range(len(day)):
        row = soon[day[i]]
        part = 0.0
        for j in range(i + 1, len(day)):
            part += x[k] * row[day[j]]
            k += 1
        total += part
    return total


@nb.njit(cache=True, nogil=True)
def weigh_shuffled(  # noqa: PLR0917  (numba has no keywords)
    first: int,
    last: int,
    seed: np.uint64,
    x: npt.NDArray[Any],
    soon: npt.NDArray[Any],
    day: npt.NDArray[Any],
    sums: npt.NDArray[Any],
) -> None:
    """Fill `sums[first:last]`, one deal of the days each."""
    for replicate in range(first, last):
        sums[replicate] = weighed(x, soon, day[shuffled_order(seed, replicate, len(day))])


def _moved(
    away: npt.NDArray[np.float64],
    plus: float,
    power: float,
    what: str,
    *,
    diagonal: npt.NDArray[np.int64] | None = None,
) -> npt.NDArray[np.float64]:
    """Transform distances; of a matrix over days only those between events are looked at."""
    looked_at = away
    if diagonal is not None and len(np.unique(diagonal)) == len(diagonal):
        # no two events share a day: the zeros on the diagonal are no pair's
        away = away + np.where(np.eye(len(away), dtype=bool), 1.0, 0.0)
        looked_at = away
    if power < 0 and (looked_at + plus <= 0).any():
        msg = (
            f"Some events are 0 apart in {what}, and 0 to a power below 0 is without bound. "
            "Give a number above 0 to be added, as Mantel advised."
        )
        raise MethodError(msg)
    return np.asarray((away + plus) ** power)
