"""At what time does each invented record say that it happened?

Real files have a rhythm (after school, in the evening, on weekend nights) and
marks of how they were filled in: midnight for "not known", 1 January for "some
time that year", a date without a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.samples.planted import FIRST_YEAR, MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Times = npt.NDArray[np.datetime64]

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTH_WEIGHT = np.array([0.92, 0.9, 1.0, 0.98, 1.05, 1.08, 1.02, 0.9, 1.06, 1.1, 1.04, 0.95])
_DAY_WEIGHT = np.array([0.96, 0.97, 1.0, 1.03, 1.2, 1.05, 0.79])
#: Share of a day's records by hour, weekdays and weekends: school day, evening, night.
_WEEKDAY = np.array([14, 9, 5, 3, 2, 2, 5, 14, 26, 18, 20, 24, 38, 30, 36, 82, 88, 70, 58, 54, 50, 44, 36, 26], dtype=float)  # fmt: skip
_WEEKEND = np.array([46, 36, 24, 14, 8, 5, 5, 7, 11, 15, 22, 28, 34, 40, 46, 50, 50, 48, 48, 50, 54, 58, 62, 58], dtype=float)  # fmt: skip
_START = np.datetime64(f"{FIRST_YEAR}-01-01")


def calendar() -> pd.DataFrame:
    """List the days of the three years with month number, weekday and weight."""
    days = np.arange(_START, np.datetime64(f"{FIRST_YEAR + MONTHS // 12}-01-01"))
    since = days.astype("datetime64[M]").astype(int) - _START.astype("datetime64[M]").astype(int)
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    weight = _MONTH_WEIGHT[since % 12] * _DAY_WEIGHT[weekday]
    return pd.DataFrame({"day": days, "month": since, "weekday": weekday, "weight": weight})


def usual_times(how_many: int, rng: np.random.Generator, active: Floats | None = None) -> Times:
    """Draw times with the rhythm of the whole county.

    Parameters
    ----------
    active
        Share of full strength in each month; all months alike if not given.
    """
    days = calendar()
    weight = days["weight"].to_numpy() * (1.0 if active is None else active[days["month"]])
    chosen = _pick(weight, how_many, rng)
    weekend = days["weekday"].to_numpy()[chosen] >= 5
    hour = np.where(weekend, _pick(_WEEKEND, how_many, rng), _pick(_WEEKDAY, how_many, rng))
    return _at(days["day"].to_numpy()[chosen], hour * 60 + _minute(how_many, rng))


def slot_times(
    slots: Sequence[tuple[str, int, int]],
    active: Floats,
    how_many: int,
    rng: np.random.Generator,
) -> Times:
    """Draw times: four in five in the slots of a planted place, the others as usual."""
    days = calendar()
    weight = days["weight"].to_numpy() * active[days["month"]]
    times = usual_times(how_many, rng, active)
    which = rng.integers(0, len(slots), how_many)
    inside = rng.random(how_many) < 0.8
    for k, (names, start, end) in enumerate(slots):
        mine = np.flatnonzero(inside & (which == k))
        ours = np.isin(days["weekday"], [_DAYS.index(d) for d in names.split()])
        day = days["day"].to_numpy()[_pick(weight * ours, len(mine), rng)]
        minute = (start * 60 + rng.triangular(0, 0.4, 1, len(mine)) * (end - start) * 60).astype(
            int
        )
        times[mine] = _at(day, minute // 5 * 5)
    return np.minimum(times, np.datetime64(f"{FIRST_YEAR + MONTHS // 12 - 1}-12-31T23:55"))


def _pick(weight: Floats, how_many: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    ladder = np.cumsum(weight)
    at = np.searchsorted(ladder, rng.random(how_many) * ladder[-1], side="right")
    return np.asarray(at, dtype=np.int64)


def _minute(how_many: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Most people write the hour, the half or the quarter."""
    rough = rng.choice([0, 30, 15, 45], how_many, p=[0.5, 0.26, 0.12, 0.12])
    return np.where(rng.random(how_many) < 0.6, rough, rng.integers(0, 60, how_many))


def _at(days: Times, minutes: npt.NDArray[np.int64]) -> Times:
    return np.asarray(days.astype("datetime64[m]") + minutes.astype("timedelta64[m]"))


def as_written(
    times: Times, missing: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Times, Times, npt.NDArray[np.object_]]:
    """Turn true times into what a form says, and how exactly it says it.

    Parameters
    ----------
    times
        n true times.
    missing
        Which of them are missing episodes, which have an end.

    Returns
    -------
    occurred_from, occurred_to
        n times; the end is missing (NaT) where a record has none.
    when_precision
        minute or day; a default time looks like a minute, as in real files.
    """
    n = len(times)
    start, chance = times.copy(), rng.random(n)
    precision = np.where(chance < 0.055, "day", "minute").astype(object)
    midnight = chance < 0.055 + 0.04
    start[midnight] = start[midnight].astype("datetime64[D]").astype("datetime64[m]")
    new_year = rng.random(n) < 0.007
    start[new_year] = start[new_year].astype("datetime64[Y]").astype("datetime64[m]")
    precision[new_year] = "minute"
    end = np.full(n, np.datetime64("NaT"), dtype="datetime64[m]")
    away = np.exp(rng.normal(np.log(9 * 60), 0.9, n)).clip(45, 20 * 24 * 60).astype(int)
    unsure = ~missing & (precision == "minute") & (rng.random(n) < 0.12)
    unsure_for = rng.choice([60, 120, 240, 720], n)
    for rows, minutes in ((missing, away), (unsure, unsure_for)):
        end[rows] = start[rows] + minutes[rows].astype("timedelta64[m]")
    end[precision == "day"] = np.datetime64("NaT")
    return start, end, precision
