"""Are events that are near in space also near in time, more than chance would have it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import RecipeError
from csgeo.hotspots.repeats.events import Events, known_events
from csgeo.hotspots.repeats.pairs import Distance, near_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd


class Knox(NamedTuple):
    """The table of Knox, and how likely chance makes as much of it.

    ``near_in_both``, ``near_in_space``, ``near_in_time`` and ``pairs`` count pairs of events;
    ``expected`` are the pairs near in both if space and time had nothing to do with each other.
    ``p_value`` is from replicates, ``p_poisson`` is P(X >= near_in_both) of a Poisson with that
    mean. ``modified`` is Baker's statistic, with ``p_modified`` from the same replicates.
    """

    near_in_both: int
    near_in_space: int
    near_in_time: int
    pairs: int
    expected: float
    p_poisson: float
    p_value: float
    modified: float
    p_modified: float
    table: pd.DataFrame
    left_out: dict[str, int]
    words: str


def knox(
    events: gpd.GeoDataFrame | Events,
    *,
    space_m: float,
    time_days: float,
    distance: Distance = "straight",
    replicates: int = 999,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Knox:
    """Count the pairs of events that are near in space and time, and compare with chance.

    Parameters
    ----------
    events
        ``INCIDENTS`` (their dates are taken), or :class:`Events`.
    space_m, time_days
        Pairs up to this far apart are near: here the edge itself belongs to near, as in Knox
        (1964). For several bands side by side see :func:`near_repeat`.
    distance
        "straight" or "manhattan".
    replicates, seed
        How often the dates are dealt out anew, and from which seed.
    progress
        Called with the replicates done and all.

    Returns
    -------
    knox
        See :class:`Knox`. ``table`` has the rows ``near in space``, ``far in space``, the
        columns ``near in time``, ``far in time``; values are pairs.

    Raises
    ------
    TableError, MethodError, RecipeError
        If the events or the choices cannot be used.

    References
    ----------
    Knox (1964), https://doi.org/10.2307/2985220; Baker (2004), Acta Tropica 91, 291-299
    (the modified statistic).

    Examples
    --------
    >>> from csgeo.hotspots.repeats.events import events_at
    >>> found = knox(events_at([0, 20, 500], [0, 0, 0], [1, 6, 90]), space_m=20, time_days=5)
    >>> found.near_in_both, round(found.expected, 3)
    (1, 0.333)
    """
    from csgeo.hotspots.repeats import shuffles  # noqa: PLC0415  (numba is heavy)

    replicates = shuffles.checked_replicates(replicates)
    reach, span = just_above(space_m, "space_m"), just_above(time_days, "time_days")
    known = known_events(events)
    n = len(known.x)
    pairs = near_pairs(known, below_m=reach, distance=distance)
    in_space = np.bincount(pairs.one, minlength=n) + np.bincount(pairs.other, minlength=n)
    in_time = shuffles.near_in_time(known.when, span)

    start, edges = np.array([0, len(pairs.one)]), np.array([span])
    one, other = pairs.one.astype(np.int32), pairs.other.astype(np.int32)
    held, met = np.zeros((replicates + 1, 1, 1), np.int64), np.zeros(replicates, np.int64)
    shuffles.count_near(known.when, one, other, start, edges, held[0])

    def run(first: int, last: int) -> None:
        shuffles.count_shuffled(
            first, last, np.uint64(seed), known.when, one, other, start, edges,
            np.flatnonzero(in_space), in_space, in_time, held[1:], met,
        )  # fmt: skip

    shuffles.in_batches(run, replicates, progress=progress)
    both, ns, nt = int(held[0, 0, 0]), len(one), int(in_time.sum()) // 2
    # whole numbers, so that equal values count as equal: 2 (n - 1) times Baker's statistic
    modified = 2 * (n - 1) * both - int((in_space * in_time).sum())
    shuffled = 2 * (n - 1) * held[1:, 0, 0] - met
    expected = ns * nt / known.pairs
    return Knox(
        near_in_both=both,
        near_in_space=ns,
        near_in_time=nt,
        pairs=known.pairs,
        expected=expected,
        p_poisson=at_least_by_poisson(both, expected),
        p_value=float(shuffles.share_at_least(both, held[1:, 0, 0])),
        modified=modified / (2 * (n - 1)),
        p_modified=float(shuffles.share_at_least(modified, shuffled)),
        table=_table(both, ns, nt, known.pairs),
        left_out=dict(known.left_out),
        words=(
            f"{both:,} of {known.pairs:,} pairs are at most {space_m:g} m ({distance}) and at most "
            f"{time_days:g} days apart; {expected:.1f} would be by chance. Dates dealt out "
            f"{replicates:,} times (seed {seed})."
        ),
    )


def at_least_by_poisson(count: int, mean: float) -> float:
    """Give P(X >= count) for a Poisson variable: the observed count itself is as extreme.

    Examples
    --------
    >>> at_least_by_poisson(0, 3.0)
    1.0
    """
    from scipy.special import pdtrc  # noqa: PLC0415  (heavy, and used only here)

    return 1.0 if count <= 0 else float(pdtrc(count - 1, mean))


def just_above(limit: float, name: str) -> float:
    """Give the next number above a limit, so that "less than" it means "at most" the limit."""
    if not (np.isfinite(limit) and limit >= 0):
        msg = f"`{name}` must be a number of at least 0; it is {limit}."
        raise RecipeError(msg)
    return float(np.nextafter(limit, np.inf))


def _table(both: int, near_in_space: int, near_in_time: int, pairs: int) -> pd.DataFrame:
    only_space, only_time = near_in_space - both, near_in_time - both
    return pd.DataFrame(
        [[both, only_space], [only_time, pairs - both - only_space - only_time]],
        index=["near in space", "far in space"],
        columns=["near in time", "far in time"],
    )
