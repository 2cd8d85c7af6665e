"""In which part of which kind of day does harm happen?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.times.aoristic import weights_of_states
from csgeo.times.clock import LOCAL, hour_of_day, wall_clock_of_utc
from csgeo.times.known import TimesKnown, count_states, refuse_if_unknown, time_known
from csgeo.times.school_year import DAY_KINDS, SchoolYear, day_kinds, typical_school_year
from csgeo.times.spikes import at_default_time, find_spikes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    Moments = npt.NDArray[np.datetime64]

#: Hour at which each part of the day begins; night runs on past midnight.
BANDS = {"daytime": 7, "afternoon": 15, "evening": 19, "night": 23}
#: What the parts of a school day are called.
_SCHOOL_WORDS = {"daytime": "school day", "afternoon": "after school"}


class Bands(NamedTuple):
    """How many records fall in each part of each kind of day, and how many a hundred hours."""

    #: index ``day_kind`` and ``band``; ``called`` (words), ``records`` (expected count),
    #: ``share`` (0 to 1), ``hours`` (of the period), ``per_100_hours`` (records)
    table: pd.DataFrame
    #: how exactly times are known
    known: TimesKnown
    #: what to tell the analyst beside the table, with exact counts
    notes: tuple[str, ...]


def count_in_bands(
    incidents: gpd.GeoDataFrame,
    *,
    period: tuple[dt.date, dt.date] | None = None,
    year: SchoolYear | None = None,
    starts: Mapping[str, int] | None = None,
    least_share_known: float = 0.5,
) -> Bands:
    """Count records before, during and after school, at weekends and in holidays.

    There are five school days in a week and only two days of a weekend, so the
    number of records alone misleads: ``per_100_hours`` compares like with like.
    An hour belongs to the day of the clock, so that 01:00 on a Saturday is of
    the weekend. Records in windows are spread by the minute; those with a window
    of a week or longer say nothing about a kind of day and are left out.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    period
        First and last day of the records; those of the first and the last record
        if not given.
    year
        School calendar; a typical one if not given, which the notes say.
    starts
        Hour at which each band begins, in order; school day 07:00 (with the way
        there), after school 15:00, evening 19:00, night 23:00 if not given.
    least_share_known
        Share (0 to 1) of the records of which the time of day must be known.

    Returns
    -------
    bands
        One row for each kind of day and band, also where no record is; what it
        rests on, and notes in words.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.
    MethodError
        If the time of day is known for too few records, or the calendar does
        not cover them.
    RecipeError
        If the bands do not begin one after the other.

    Examples
    --------
    >>> import csgeo.samples
    >>> bands = count_in_bands(csgeo.samples.county(seed=1).incidents)
    >>> bands.table.loc[("school day", "afternoon"), "called"]
    'after school'
    """
    hour_band = _band_of_hours(BANDS if starts is None else starts)
    spikes = find_spikes(incidents)
    default = at_default_time(incidents, spikes)
    state = time_known(incidents, at_default_time=default)
    known = count_states(incidents, state)
    refuse_if_unknown(known, least_share=least_share_known)
    weights = weights_of_states(incidents, state)
    weights = weights.loc[weights["time_known"] != "weeks"]
    wall = weights["hour"].to_numpy()
    first, last = period or _days_of(wall)
    year = year or typical_school_year(first, last)
    inside = _within(wall, first, last)
    records = _add_up(wall[inside], weights["weight"].to_numpy()[inside], year, hour_band)
    every = _every_hour(first, last)
    hours = _add_up(every, np.ones(len(every)), year, hour_band)
    outside = float(weights["weight"].sum() - records.sum())
    notes = [str(known), year.said, *spikes["words"]]
    if outside > 1e-6:
        notes.append(f"About {outside:.0f} records lie outside {first} to {last} and do not count.")
    return Bands(_table(records, hours), known, tuple(notes))


def _band_of_hours(starts: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """Give the number of the band of each hour of the day."""
    begins = list(starts.values())
    if (
        list(starts) != list(BANDS)
        or begins != sorted(set(begins))
        or not 0 <= begins[0] < 24 > begins[-1]
    ):
        msg = (
            f"`starts` must say the hour (0 to 23) at which {', '.join(BANDS)} begin, one after the "
            f"other; found {dict(starts)}. Leave it out for {BANDS}."
        )
        raise RecipeError(msg)
    return (np.searchsorted(begins, np.arange(24), side="right") - 1) % len(begins)


def _add_up(
    wall: Moments,
    weight: npt.NDArray[np.float64],
    year: SchoolYear,
    hour_band: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Add weights up by kind of day and band: 4 x 4."""
    days, day = np.unique(wall.astype("datetime64[D]"), return_inverse=True)
    kind_of = {kind: i for i, kind in enumerate(DAY_KINDS)}
    kind = np.array([kind_of[k] for k in day_kinds(days, year)], dtype=np.int64)[day]
    place = kind * len(BANDS) + hour_band[hour_of_day(wall)]
    sums = np.bincount(place, weights=weight, minlength=len(DAY_KINDS) * len(BANDS))
    return sums.astype(float)


def _table(records: npt.NDArray[np.float64], hours: npt.NDArray[np.float64]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([DAY_KINDS, BANDS], names=["day_kind", "band"])
    called = [_SCHOOL_WORDS.get(b, b) if k == "school day" else b for k, b in index]
    rate = np.divide(100 * records, hours, out=np.full(len(hours), np.nan), where=hours > 0)
    return pd.DataFrame(
        {
            "called": pd.array(called, dtype="str"),
            "records": records,
            "share": records / max(records.sum(), 1e-12),
            "hours": hours,
            "per_100_hours": rate,
        },
        index=index,
    )


def _days_of(wall: Moments) -> tuple[dt.date, dt.date]:
    if not len(wall):
        msg = (
            "Parts of the day can be counted for records in windows shorter than a week; there are "
            "none. Use records with a time of day."
        )
        raise MethodError(msg)
    first, last = wall.min().astype("datetime64[D]"), wall.max().astype("datetime64[D]")
    return first.item(), last.item()


def _within(wall: Moments, first: dt.date, last: dt.date) -> npt.NDArray[np.bool_]:
    days = wall.astype("datetime64[D]")
    return np.asarray((days >= np.datetime64(first)) & (days <= np.datetime64(last)))


def _every_hour(first: dt.date, last: dt.date) -> Moments:
    """List each hour that passed on those days, as the clock in England said it."""
    ends = [first, last + dt.timedelta(days=1)]
    utc = pd.DatetimeIndex(pd.to_datetime(ends)).tz_localize(LOCAL).tz_convert("UTC")
    begins, beyond = utc.tz_localize(None).to_numpy().astype("datetime64[h]")
    return wall_clock_of_utc(np.arange(begins, beyond).astype("datetime64[s]"))
