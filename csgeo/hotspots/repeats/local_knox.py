"""Around which events were others recorded both soon and nearby?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.repeats.events import Events, known_events
from csgeo.hotspots.repeats.knox import just_above
from csgeo.hotspots.repeats.pairs import Distance, near_pairs

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Counts: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]


def local_knox(
    events: gpd.GeoDataFrame | Events,
    *,
    space_m: float,
    time_days: float,
    distance: Distance = "straight",
) -> pd.DataFrame:
    """Count, for each event, the others near in space and time, and compare with chance.

    Both p-values are exact; nothing is drawn. Events that happened before and after both count.

    Parameters
    ----------
    events
        ``INCIDENTS`` (their dates are taken), or :class:`Events`.
    space_m, time_days
        Events up to this far away are near; the edge itself belongs to near.
    distance
        "straight" or "manhattan".

    Returns
    -------
    local_knox
        One row per event, on its id: ``near_in_space``, ``near_in_time``, ``near_in_both``
        (events), ``expected`` (near in both by chance, given its own time), ``p_value`` (as many
        or more, its own time held: hypergeometric), ``p_any_time`` (its own time dealt out like
        the others', Rogerson 2001; what pointpats calls ``p_hypergeom``), ``q_value``
        (Benjamini-Hochberg on ``p_value``, over all events that have any neighbour in space and any
        in time; missing for the others).

    Raises
    ------
    TableError, MethodError, RecipeError
        If the events or the choices cannot be used.

    References
    ----------
    Rogerson (2001), Journal of the Royal Statistical Society A 164, 87-96.

    Examples
    --------
    >>> from csgeo.hotspots.repeats.events import events_at
    >>> found = local_knox(events_at([0, 20, 500], [0, 0, 0], [1, 6, 90]), space_m=20, time_days=5)
    >>> found["near_in_both"].tolist(), found["p_value"].tolist()
    ([1, 1, 0], [0.5, 0.5, 1.0])
    """
    from csgeo.hotspots.repeats.shuffles import near_in_time  # noqa: PLC0415  (numba is heavy)

    reach, span = just_above(space_m, "space_m"), just_above(time_days, "time_days")
    known = known_events(events)
    n = len(known.x)
    pairs = near_pairs(known, below_m=reach, distance=distance)
    met = np.abs(known.when[pairs.one] - known.when[pairs.other]) < span
    in_space, in_both = (
        np.bincount(np.concatenate([pairs.one[k], pairs.other[k]]), minlength=n)
        for k in (slice(None), met)
    )
    in_time = near_in_time(known.when, span)
    given_time = _as_many(in_both, n - 1, in_time, in_space)
    # which events are asked must not depend on the answer, or the q-values would be too small
    asked = np.where((in_space > 0) & (in_time > 0), given_time, np.nan)
    return pd.DataFrame(
        {
            "near_in_space": in_space,
            "near_in_time": in_time,
            "near_in_both": in_both,
            "expected": in_space * in_time / (n - 1),
            "p_value": given_time,
            "p_any_time": _as_many_at_any_time(in_both, n - 1, in_time, in_space),
            "q_value": q_values(asked),
        },
        index=known.ids,
    )


def _as_many(both: Counts, others: int, in_time: Counts, in_space: Counts) -> Numbers:
    """Give P(X >= both), X hypergeometric: of `others`, `in_time` are near, `in_space` are drawn."""
    from scipy.stats import hypergeom  # noqa: PLC0415  (heavy, and used only here)

    return np.where(both > 0, hypergeom.sf(both - 1, others, in_time, in_space), 1.0)


def _as_many_at_any_time(both: Counts, others: int, in_time: Counts, in_space: Counts) -> Numbers:
    """Average the same over all times that an event could have been dealt."""
    kinds, kind = np.unique(np.column_stack([both, in_space]), axis=0, return_inverse=True)
    times, often = np.unique(in_time, return_counts=True)
    each = _as_many(kinds[:, :1], others, times[None, :], kinds[:, 1:])
    return np.asarray((each @ often / often.sum())[kind.ravel()])
