"""What did the clock on the wall say, and how much time had passed?

Times without a zone are taken as what the clock said in England
(Europe/London), and the answers are hours of that clock, because sessions are
planned by it. How long something lasted is counted in elapsed time, so that the
night of the spring change has no hour from 01:00 and that of the autumn change
has it twice. All of the United Kingdom's offsets are whole hours: an elapsed
hour is an hour of the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    Moments: TypeAlias = npt.NDArray[np.datetime64]

LOCAL = "Europe/London"
#: What is said to the user beside each answer of this room.
ASSUMED = "Times without a zone are taken as the clock in England (Europe/London)."


def wall_clock(times: pd.Series) -> Moments:
    """Give what the clock in England said, to the second.

    Parameters
    ----------
    times
        n times, with a zone (any) or without (taken as Europe/London).

    Returns
    -------
    wall
        n times without a zone; NaT where missing.
    """
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        times = times.dt.tz_convert(LOCAL).dt.tz_localize(None)
    return times.to_numpy().astype("datetime64[s]")


def elapsed(times: pd.Series, *, second_time_round: bool) -> Moments:
    """Give the same moments in UTC, in which time passes evenly.

    Parameters
    ----------
    times
        n times, with a zone or without (taken as Europe/London). A time that the
        spring change leaves out is moved to the end of the gap.
    second_time_round
        Which of the two is meant where the autumn change lets the clock say a
        time twice. With False for beginnings and True for ends a window is as
        long as it may have been.

    Returns
    -------
    utc
        n times without a zone; NaT where missing.
    """
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        return _naive(pd.DatetimeIndex(times.dt.tz_convert("UTC")))
    summer = np.full(len(times), not second_time_round)
    zoned = pd.DatetimeIndex(wall_clock(times)).tz_localize(
        LOCAL, ambiguous=summer, nonexistent="shift_forward"
    )
    return _naive(zoned.tz_convert("UTC"))


def wall_clock_of_utc(utc: Moments) -> Moments:
    """Give what the clock in England said at moments in UTC."""
    return _naive(pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(LOCAL))


def weekday(wall: Moments) -> npt.NDArray[np.int64]:
    """Give the days of the week, 0 for Monday to 6 for Sunday."""
    days = wall.astype("datetime64[D]").astype(np.int64)
    return np.asarray((days + 3) % 7)  # 1970-01-01 was a Thursday


def hour_of_day(wall: Moments) -> npt.NDArray[np.int64]:
    """Give the hours of the day, 0 to 23."""
    return np.asarray(wall.astype("datetime64[h]").astype(np.int64) % 24)


def _naive(index: pd.DatetimeIndex) -> Moments:
    return np.asarray(index.tz_localize(None).to_numpy(), dtype="datetime64[s]")
