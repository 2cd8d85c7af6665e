"""Of which records is the time known, and how exactly?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.tables import INCIDENTS
from csgeo.times.clock import ASSUMED, elapsed, wall_clock

if TYPE_CHECKING:
    import geopandas as gpd

_HOUR_S = 3_600
#: A window from 00:00 to 23:59 is a day of which no hour is known.
_DAY_S = 86_400 - 60
#: From a week on, each hour of the week gets the same (Ratcliffe's package does so too).
WEEK_S = 7 * 86_400
#: How exactly the time of a record may be known, best first.
STATES = ("hour", "part of a day", "days", "weeks", "default time", "day only", "not known")
#: In these the time of day is known; a window shorter than a day tells something about the hour.
HOUR_KNOWN = ("hour", "part of a day")
#: These have a weight in each hour that they touch.
SPREAD = ("hour", "part of a day", "days", "weeks")


@dataclass(frozen=True, slots=True)
class TimesKnown:
    """How many records there are of each state, and how many ends made no sense."""

    records: int
    counts: dict[str, int]
    ends_before_beginning: int = 0

    @property
    def hour_known(self) -> int:
        """Records of which the hour, or a part of one day, is known."""
        return sum(self.counts[s] for s in HOUR_KNOWN)

    @property
    def share(self) -> float:
        """Share (0 to 1) of the records of which the hour, or a part of one day, is known."""
        return self.hour_known / self.records if self.records else 0.0

    @property
    def for_release(self) -> str:
        """Say it without a count, fit to leave with a release."""
        tenths = round(10 * self.share)
        share = {0: "for next to none", 10: "for nearly all"}.get(
            tenths, f"for about {tenths} in 10"
        )
        return f"The time of day is known {share} of the records. {ASSUMED}"

    def __str__(self) -> str:
        """Say it in words with all counts, for the analyst: exact counts stay on their side."""
        counts = self.counts
        first = (
            f"The time of day is known for {self.hour_known:,} of {self.records:,} records "
            f"({_percent(self.share)})"
        )
        parts = {
            "part of a day": "of these, {} within a window of hours, over which they are spread",
            "days": "{} lie in a window of one to seven days and are spread over it",
            "weeks": "{} lie in a window of a week or longer and count a little in each hour",
            "default time": "{} stand at a time that means 'not known'",
            "day only": "{} say the day only",
            "not known": "{} say the month or less",
        }
        text = [first]
        text += [words.format(f"{counts[s]:,}") for s, words in parts.items() if counts[s]]
        if self.ends_before_beginning:
            text.append(
                f"{self.ends_before_beginning:,} end before they begin and count at their beginning"
            )
        return "; ".join(text) + ". " + ASSUMED


def time_known(
    incidents: gpd.GeoDataFrame, *, at_default_time: pd.Series | None = None
) -> pd.Series:
    """Say of each record how exactly its time is known.

    Parameters
    ----------
    incidents
        ``INCIDENTS``, n rows.
    at_default_time
        n flags on the index of `incidents`: records whose time stands for
        "not known", from :func:`~csgeo.times.spikes.at_default_time`.

    Returns
    -------
    time_known
        n texts on the index of `incidents`: ``hour`` (a moment, or a window of
        at most an hour), ``part of a day`` (a shorter window than a day),
        ``days``, ``weeks`` (a week or longer), ``default time``, ``day only``,
        ``not known`` (month, year, unknown, or no date). Records that are known
        to the day or less are never spread as if their hours were known.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import pandas as pd
    >>> times = pd.to_datetime(["2024-03-01 15:30", "2024-03-01 00:00"])
    >>> words = dict.fromkeys(["harm", "context", "location_type", "origin"], None)
    >>> incidents = gpd.GeoDataFrame(
    ...     words | {"occurred_from": times, "occurred_to": pd.NaT, "source": "police",
    ...              "when_precision": ["minute", "day"], "precision_m": 0.0},
    ...     index=pd.Index(["a", "b"], name="incident_id"), geometry=[None, None], crs=27700)
    >>> time_known(incidents).tolist()
    ['hour', 'day only']
    """
    INCIDENTS.check(incidents, "incidents")
    span = _span_s(incidents)
    precision = incidents["when_precision"].to_numpy(dtype=object)
    exact = np.isin(precision, ["minute", "hour"]) & ~np.isnat(
        wall_clock(incidents["occurred_from"])
    )
    default = (
        np.zeros(len(incidents), dtype=bool)
        if at_default_time is None
        else at_default_time.reindex(incidents.index, fill_value=False).to_numpy(dtype=bool)
    )
    state = np.select(
        [
            exact & default,
            exact & (span <= _HOUR_S),
            exact & (span < _DAY_S),
            exact & (span < WEEK_S),
            exact,
            precision == "day",
        ],
        ["default time", "hour", "part of a day", "days", "weeks", "day only"],
        default="not known",
    )
    return pd.Series(state, index=incidents.index, name="time_known", dtype="str")


def times_known(
    incidents: gpd.GeoDataFrame, *, at_default_time: pd.Series | None = None
) -> TimesKnown:
    """Count how exactly times are known; ``str()`` of the answer says it with counts,
    ``for_release`` without.

    Parameters
    ----------
    incidents, at_default_time
        As for :func:`time_known`.

    Returns
    -------
    known
        Counts by state, and the share of records of which the time of day is known.

    Raises
    ------
    TableError
        If `incidents` breaks the ``INCIDENTS`` contract.
    """
    return count_states(incidents, time_known(incidents, at_default_time=at_default_time))


def count_states(incidents: gpd.GeoDataFrame, state: pd.Series) -> TimesKnown:
    """Count the states that :func:`time_known` gave to `incidents`."""
    counts = state.value_counts()
    backwards = (state == "hour").to_numpy() & (_elapsed_s(incidents) < 0)
    return TimesKnown(
        len(incidents), {s: int(counts.get(s, 0)) for s in STATES}, int(backwards.sum())
    )


def refuse_if_unknown(known: TimesKnown, *, least_share: float) -> None:
    """Refuse records of which too few times of day are known to show a pattern.

    Raises
    ------
    MethodError
        With what is known, why that is too little, and what would help.
    """
    counts = known.counts
    if any(counts[s] for s in SPREAD) and known.share >= least_share:
        return
    reasons = {
        "say the month or less": counts["not known"],
        "say the day only": counts["day only"],
        "lie in a window of a day or longer": counts["days"] + counts["weeks"],
        "stand at a time that means 'not known'": counts["default time"],
    }
    why = ", ".join(f"{n:,} {words}" for words, n in reasons.items() if n)
    msg = (
        f"When in the week harm happens can be asked if the time of day is known for at least "
        f"{_percent(least_share)} of the records; it is known for {known.hour_known:,} of "
        f"{known.records:,} ({_percent(known.share)}): {why}. Months and dates are not spread "
        "over hours, because nothing is known about those hours (data.police.uk publishes months only). "
        "Use records with a time of day, from the police's own system or another agency."
    )
    raise MethodError(msg)


def _elapsed_s(incidents: gpd.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give elapsed seconds from beginning to end, negative if backwards, NaN without an end."""
    start = elapsed(incidents["occurred_from"], second_time_round=False)
    end = elapsed(incidents["occurred_to"], second_time_round=True)
    seconds = (end - start).astype("timedelta64[s]")
    return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64))


def _span_s(incidents: gpd.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give the length of each window in seconds: 0 without an end, or with one before the beginning."""
    seconds = _elapsed_s(incidents)
    return np.where(seconds > 0, seconds, 0.0)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
