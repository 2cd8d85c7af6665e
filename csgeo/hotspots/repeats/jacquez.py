"""Are an event's nearest neighbours in space also its nearest in time?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from csgeo.errors import MethodError
from csgeo.hotspots.repeats.events import Events, known_events
from csgeo.hotspots.repeats.pairs import MOST_PAIRS, Distance, norm_of
from csgeo.hotspots.repeats.shuffles import (
    checked_replicates,
    in_batches,
    share_at_least,
    shuffled_order,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd


class Jacquez(NamedTuple):
    """How many of the k nearest in space are among the k nearest in time, over all events.

    ``tied`` is the share of events whose k-th neighbour in time or in space is not unique.
    """

    statistic: float
    p_value: float
    tied: float
    words: str


class Nearest(NamedTuple):
    """Neighbours of each event: rows, who, the weight of each, and the k-th distance."""

    row: npt.NDArray[np.int64]
    who: npt.NDArray[np.int64]
    weight: npt.NDArray[np.float64]
    furthest: npt.NDArray[np.float64]
    at_furthest: npt.NDArray[np.float64]


def jacquez(
    events: gpd.GeoDataFrame | Events,
    *,
    neighbours: int = 3,
    distance: Distance = "straight",
    replicates: int = 999,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Jacquez:
    """Count neighbours that are among the k nearest both in space and in time.

    It needs no limit of near, so it suits areas where towns and country differ. Where several
    events share the k-th distance (days, or one address), each counts by the chance of being
    taken if lots were drawn: the answer does not depend on the order of the records.

    Parameters
    ----------
    events
        ``INCIDENTS`` (their dates are taken), or :class:`Events`.
    neighbours
        k, how many nearest neighbours are looked at; fewer than there are events.
    distance
        "straight" or "manhattan".
    replicates, seed
        How often the dates are dealt out anew, and from which seed.
    progress
        Called with the replicates done and all.

    Returns
    -------
    jacquez
        The statistic (each direction counts), its one-sided p-value, the share of ties.

    Raises
    ------
    MethodError
        If there are not more events than `neighbours`, or too many share one place.

    References
    ----------
    Jacquez (1996), Statistics in Medicine 15, 1935-1949.

    Examples
    --------
    >>> from csgeo.hotspots.repeats.events import events_at
    >>> jacquez(events_at([0, 1, 9, 11], [0] * 4, [1, 2, 7, 9]), neighbours=1, replicates=9).statistic
    4.0
    """
    replicates = checked_replicates(replicates)
    known = known_events(events)
    n = len(known.x)
    if not 1 <= neighbours < n:
        msg = f"`neighbours` must be at least 1 and below the number of events, {n:,}; it is {neighbours}."
        raise MethodError(msg)
    space = nearest(np.column_stack([known.x, known.y]), neighbours, norm=norm_of(distance))
    time = nearest(known.when[:, None], neighbours, norm=1.0)
    given = (space.row, space.who, space.weight, known.when, time.furthest, time.at_furthest)
    observed = shared(*given, np.arange(n))
    sums = np.empty(replicates)

    def run(first: int, last: int) -> None:
        share_shuffled(first, last, np.uint64(seed), *given, sums)

    in_batches(run, replicates, progress=progress)
    tied = float(((space.at_furthest < 1) | (time.at_furthest < 1)).mean())
    words = (
        f"{observed:g} of {neighbours * n:,} nearest neighbours in space are also among the "
        f"{neighbours} nearest in time; dates dealt out {replicates:,} times (seed {seed})."
    )
    p_value = float(share_at_least(observed - 1e-9 * n, sums))
    return Jacquez(float(observed), p_value, tied, words)


def nearest(points: npt.NDArray[np.float64], k: int, *, norm: float) -> Nearest:
    """Find the k nearest of each point; those at the k-th distance share what is left."""
    from scipy.spatial import cKDTree  # noqa: PLC0415  (heavy, and used only here)

    n = len(points)
    tree = cKDTree(points)
    reach = tree.query(points, k=[k + 1], p=norm)[0].ravel() * (1 + 1e-9)
    if tree.query_ball_point(points, reach, p=norm, return_length=True).sum() > MOST_PAIRS:
        msg = "Too many events share one place or day for nearest neighbours to mean anything."
        raise MethodError(msg)
    found = tree.query_ball_point(points, reach, p=norm, return_sorted=True)
    row = np.repeat(np.arange(n), [len(f) for f in found])
    who = np.concatenate([np.asarray(f, dtype=np.int64) for f in found])
    row, who = row[row != who], who[row != who]
    gap = np.abs(points[row] - points[who])
    away = gap.sum(axis=1) if norm == 1.0 else np.sqrt((gap * gap).sum(axis=1))
    order = np.lexsort((away, row))
    row, who, away = row[order], who[order], away[order]
    furthest = away[np.searchsorted(row, np.arange(n)) + k - 1]
    closer, level = away < furthest[row], away == furthest[row]
    left = k - np.bincount(row[closer], minlength=n)
    at_furthest = left / np.bincount(row[level], minlength=n)
    used = closer | level
    weight = np.where(closer, 1.0, at_furthest[row])
    return Nearest(row[used], who[used], weight[used], furthest, at_furthest)


@nb.njit(cache=True, nogil=True)
def shared(  # noqa: PLR0917  (numba has no keywords)
    row: npt.NDArray[Any],
    who: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    when: npt.NDArray[Any],
    furthest: npt.NDArray[Any],
    at_furthest: npt.NDArray[Any],
    order: npt.NDArray[Any],
) -> float:
    """Sum the weights of neighbours in space that are neighbours in time, times dealt by `order`."""
    total = 0.0
    for k in range(len(row)):
        mine = order[row[k]]
        away = abs(when[mine] - when[order[who[k]]])
        if away < furthest[mine]:
            total += weight[k]
        elif away == furthest[mine]:
            total += weight[k] * at_furthest[mine]
    return total


@nb.njit(cache=True, nogil=True)
def share_shuffled(  # noqa: PLR0917  (numba has no keywords)
    first: int,
    last: int,
    seed: np.uint64,
    row: npt.NDArray[Any],
    who: npt.NDArray[Any],
    weight: npt.NDArray[Any],
    when: npt.NDArray[Any],
    furthest: npt.NDArray[Any],
    at_furthest: npt.NDArray[Any],
    sums: npt.NDArray[Any],
) -> None:
    """Fill `sums[first:last]`, one deal of the dates each."""
    for replicate in range(first, last):
        order = shuffled_order(seed, replicate, len(when))
        sums[replicate] = shared(row, who, weight, when, furthest, at_furthest, order)
