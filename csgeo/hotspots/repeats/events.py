"""Where, and on which day, did each event happen?

Every question of this room asks for pairs of events, so it needs events whose
place and day are both known. What cannot be used is counted, never dropped in
silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, WrongValues
from csgeo.tables import INCIDENTS

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]

#: How exactly the time must be known for a difference in days to mean something.
_TO_THE_DAY = ("minute", "hour", "day")
_TO_THE_HOUR = ("minute", "hour")
_SECONDS_A_DAY = 86_400


class Events(NamedTuple):
    """Events with a place and a day, in the order of their records.

    ``x`` and ``y`` are metres, ``when`` is in days since 1 January 1970 (any other
    start serves as well); ``left_out`` says how many records could not be used, and why.
    """

    ids: pd.Index
    x: Numbers
    y: Numbers
    when: Numbers
    left_out: dict[str, int]

    @property
    def pairs(self) -> int:
        """How many pairs the events make."""
        return len(self.x) * (len(self.x) - 1) // 2


def events_of(incidents: gpd.GeoDataFrame, *, whole_days: bool = True) -> Events:
    """Take the place and the day on which each record began.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows, metres.
    whole_days
        Whether times count as dates, so that two records of one date are 0 days apart
        (what near-repeat studies do). Else exact days, from records known to the hour.

    Returns
    -------
    events
        Those with a point and a time that is known well enough; the others are counted.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.
    MethodError
        If no time is known to the day (or to the hour), as in files that give months only,
        or fewer than two events are left.

    Examples
    --------
    >>> events_at([0, 30], [0, 40], [1, 4]).pairs
    1
    """
    INCIDENTS.check(incidents, "incidents")
    known = _TO_THE_DAY if whole_days else _TO_THE_HOUR
    shapes = incidents.geometry
    placed = ~(shapes.isna() | shapes.is_empty).to_numpy()
    began = incidents["occurred_from"]
    timed = (began.notna() & incidents["when_precision"].isin(known)).to_numpy()
    if not timed.any():
        found = ", ".join(sorted(set(incidents["when_precision"].dropna()))) or "nothing"
        msg = (
            f"Repeats need times that are known to the {'day' if whole_days else 'hour'}; "
            f"none of {len(incidents):,} records has one (known to the: {found}). "
            "Files that give months only, such as those of data.police.uk, cannot answer this."
        )
        raise MethodError(msg)
    used = placed & timed
    events = Events(
        incidents.index[used],
        shapes[used].x.to_numpy(dtype=float),
        shapes[used].y.to_numpy(dtype=float),
        _in_days(began[used], whole_days=whole_days),
        {
            "no place": int((~placed).sum()),
            "time not known well enough": int((placed & ~timed).sum()),
        },
    )
    return _enough(events)


def events_at(x: npt.ArrayLike, y: npt.ArrayLike, when: npt.ArrayLike) -> Events:
    """Take events from plain numbers: x and y in metres, `when` in days.

    Raises
    ------
    WrongValues
        If the three differ in length, or a number is missing or infinite.
    MethodError
        If there are fewer than two events.

    Examples
    --------
    >>> events_at([0, 30], [0, 40], [1, 4]).when.tolist()
    [1.0, 4.0]
    """
    columns = {
        name: np.asarray(values, dtype=float).ravel()
        for name, values in (("x", x), ("y", y), ("when", when))
    }
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        msg = f"`x`, `y` and `when` must be of one length; found {lengths}."
        raise WrongValues(msg)
    for name, values in columns.items():
        broken = ~np.isfinite(values)
        if broken.any():
            msg = (
                f"`{name}` must be known for each event; {int(broken.sum()):,} of {len(values):,} are "
                f"not (the first is at position {int(np.argmax(broken))}). Leave those events out first."
            )
            raise WrongValues(msg)
    ids = pd.RangeIndex(len(columns["x"]), name="event")
    return _enough(Events(ids, columns["x"], columns["y"], columns["when"], {}))


def days_known(incidents: gpd.GeoDataFrame) -> Numbers:
    """Give the day on which each record began, counted from 1970; missing unless known to the day."""
    began = incidents["occurred_from"]
    known = (began.notna() & incidents["when_precision"].isin(_TO_THE_DAY)).to_numpy()
    days = np.full(len(incidents), np.nan)
    days[known] = _in_days(began[known], whole_days=True)
    return days


def known_events(events: gpd.GeoDataFrame | Events) -> Events:
    """Take events as they are, or from INCIDENTS by date."""
    return events if isinstance(events, Events) else events_of(events)


def _in_days(began: pd.Series, *, whole_days: bool) -> Numbers:
    if began.dt.tz is not None:
        began = began.dt.tz_convert("Europe/London").dt.tz_localize(None)
    if whole_days:
        return began.to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    return began.to_numpy().astype("datetime64[s]").astype(np.int64) / _SECONDS_A_DAY


def _enough(events: Events) -> Events:
    if len(events.x) < 2:
        msg = (
            f"Repeats need at least two events with a place and a day; found {len(events.x)}"
            f"{''.join(f', {n:,} left out: {why}' for why, n in events.left_out.items() if n)}."
        )
        raise MethodError(msg)
    return events
