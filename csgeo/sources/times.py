"""When did each row happen?

Read are ISO dates and times (with or without a zone), day-month-year and
month-day-year, named months, months and years alone, Excel's serial numbers,
and a time of day in a column of its own. Times are local (Europe/London)
without a zone. ``occurred_from`` is the first moment that the record can mean,
``occurred_to`` the last, ``when_precision`` how much the file says. A record
whose date cannot be read is kept, its time not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import SourceError
from csgeo.sources.dates import moment_of, parsed, time_of_day
from csgeo.sources.values import distinct, to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from csgeo.sources.files import Rows

ORDERS = ("day_first", "month_first")
#: A full date and time in ISO order, without a zone.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?")
_LOCAL = "Europe/London"
#: What systems write where a date is not known.
_STAND_INS = np.array(
    ["1900-01-01", "1899-12-30", "1899-12-31", "1753-01-01", "0001-01-01", "9999-12-31"],
    dtype="datetime64[D]",
)
_NAT = np.datetime64("NaT", "s")


class Times(NamedTuple):
    """When each of n rows happened; ``notes`` are what was chosen or could not be read."""

    occurred_from: pd.Series
    occurred_to: pd.Series
    when_precision: pd.Series
    notes: tuple[str, ...]


class _Read(NamedTuple):
    moments: npt.NDArray[np.datetime64]
    precision: npt.NDArray[np.object_]
    notes: tuple[str, ...]


def read_times(rows: Rows, matched: Mapping[str, str], *, order: str | None = None) -> Times:
    """Say when each row happened, and how exactly that is known.

    Parameters
    ----------
    rows
        The file's rows.
    matched
        Our names -> the file's, of ``occurred_from``, ``occurred_to``,
        ``time_from`` and ``time_to``, those that there are.
    order
        ``day_first`` or ``month_first``; found out where not given.

    Returns
    -------
    times
        n local times without a zone on the index of the rows; missing where
        not known. With day, month or year alone ``occurred_to`` is its last second.

    Raises
    ------
    SourceError
        If dates are written in two orders.
    """
    index = rows.frame.index
    start = _moments(rows, matched, "occurred_from", "time_from", order)
    end = _moments(rows, matched, "occurred_to", "time_to", order)
    moments, last = start.moments.copy(), end.moments.copy()
    precision = start.precision.copy()
    notes = [*start.notes, *end.notes]
    only_end = np.isnat(moments) & ~np.isnat(last)
    moments[only_end], precision[only_end] = last[only_end], end.precision[only_end]
    last = _last_moment(last, end.precision)
    backwards = ~np.isnat(last) & ~np.isnat(moments) & (last < moments)
    if backwards.any():
        first = rows.numbers[int(np.argmax(backwards))]
        notes.append(
            f"{int(backwards.sum()):,} rows end before they begin (first: row {first}): their end was left out"
        )
        last[backwards] = _NAT
    open_end = np.isnat(last) & (precision != "minute")
    last[open_end] = _last_moment(moments, precision)[open_end]
    return Times(
        pd.Series(moments, index=index, name="occurred_from"),
        pd.Series(last, index=index, name="occurred_to"),
        pd.Series(precision, index=index, name="when_precision", dtype="str"),
        tuple(notes),
    )


def _moments(
    rows: Rows, matched: Mapping[str, str], date: str, time: str, order: str | None
) -> _Read:
    n = len(rows.frame)
    if date not in matched:
        return _Read(np.full(n, _NAT), np.full(n, "unknown", dtype=object), ())
    read = _dates(rows, matched[date], order)
    if time not in matched:
        return read
    seconds = _times_of_day(rows.frame[matched[time]])
    timed = ~np.isnan(seconds) & np.isin(read.precision, ["day", "minute"])
    moments, precision = read.moments.copy(), read.precision.copy()
    days = moments.astype("datetime64[D]").astype("datetime64[s]")
    moments[timed] = days[timed] + seconds[timed].astype("timedelta64[s]")
    precision[timed] = "minute"
    midnight = int((timed & (seconds == 0)).sum())
    notes = list(read.notes)
    if midnight:
        notes.append(_midnight_note(matched[time], midnight, int(timed.sum())))
    return _Read(moments, precision, tuple(notes))


def _dates(rows: Rows, name: str, order: str | None) -> _Read:
    """Read a column of dates, each distinct text once."""
    values = rows.frame[name]
    typed = _typed(values)
    if typed is not None:
        return _with_notes(rows, name, *typed, read_at_all=None)
    texts = to_text(values)
    codes, words = distinct(texts)
    fast = _iso_at_once(words)
    if fast is not None:
        moments = np.append(fast, _NAT)[codes]
        precision = np.where(np.isnat(moments), "unknown", "minute").astype(object)
        return _with_notes(rows, name, moments, precision, read_at_all=None)
    parts = [parsed(w.casefold()) for w in words]
    order, notes = _order(rows, name, parts, codes, order)
    found = [moment_of(part, order) for part in parts]
    utc = np.array([bool(part and part.get("zone")) for part in parts] + [False])
    moments = _local(np.array([m for m, _ in found] + [_NAT], dtype="datetime64[s]"), utc)[codes]
    precision = np.array([p for _, p in found] + ["unknown"], dtype=object)[codes]
    read = _with_notes(rows, name, moments, precision, read_at_all=texts.notna().to_numpy())
    return read._replace(notes=notes + read.notes)


def _iso_at_once(words: list[str]) -> npt.NDArray[np.datetime64] | None:
    """Read many ISO dates with times in one go; None if there are few, or others among them."""
    if len(words) < 5_000 or not all(_ISO.fullmatch(w) for w in words):
        return None
    try:
        return np.array(words, dtype="datetime64[s]")
    except ValueError:
        return None


def _typed(values: pd.Series) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.object_]] | None:
    if not pd.api.types.is_datetime64_any_dtype(values):
        return None
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.tz_convert(_LOCAL).dt.tz_localize(None)
    moments = values.to_numpy().astype("datetime64[s]")
    return moments, np.where(np.isnat(moments), "unknown", "minute").astype(object)


def _with_notes(
    rows: Rows,
    name: str,
    moments: npt.NDArray[np.datetime64],
    precision: npt.NDArray[np.object_],
    *,
    read_at_all: npt.NDArray[np.bool_] | None,
) -> _Read:
    """Take out stand-ins, tell dates from midnights, and say what could not be read."""
    notes = []
    stand_in = np.isin(moments.astype("datetime64[D]"), _STAND_INS)
    moments, precision = moments.copy(), precision.copy()
    moments[stand_in], precision[stand_in] = _NAT, "unknown"
    if stand_in.any():
        notes.append(
            f"{int(stand_in.sum()):,} dates in {name!r} stand for not known (such as 1900-01-01)"
        )
    timed = precision == "minute"
    midnight = timed & (moments == moments.astype("datetime64[D]"))
    if midnight.any() and midnight.sum() == timed.sum():
        precision[midnight] = "day"
    elif midnight.any():
        notes.append(_midnight_note(name, int(midnight.sum()), int(timed.sum())))
    if read_at_all is not None:
        unread = read_at_all & np.isnat(moments) & ~stand_in
        if unread.any():
            at = int(np.argmax(unread))
            first = f"{rows.frame[name].iloc[at]!s}, row {rows.numbers[at]}"
            notes.append(
                f"{int(unread.sum()):,} dates in {name!r} could not be read (first: {first}); when is not known for them"
            )
    return _Read(moments, precision, tuple(notes))


def _midnight_note(name: str, midnight: int, timed: int) -> str:
    return f"{midnight:,} of {timed:,} times in {name!r} are exactly midnight, which often means that the time was not known"


def _order(
    rows: Rows,
    name: str,
    parts: list[dict[str, str] | None],
    codes: npt.NDArray[np.intp],
    order: str | None,
) -> tuple[str, tuple[str, ...]]:
    """Find out whether days or months come first; refuse a column that has both."""
    if order is not None:
        return order, ()
    pairs = [(i, int(p["a"]), int(p["b"])) for i, p in enumerate(parts) if p and "a" in p]
    day = next((i for i, a, b in pairs if a > 12 >= b), None)
    month = next((i for i, a, b in pairs if b > 12 >= a), None)
    if day is not None and month is not None:
        at = [int(np.argmax(codes == i)) for i in (day, month)]
        first, second = (f"{rows.frame[name].iloc[i]} in row {rows.numbers[i]}" for i in at)
        msg = (
            f"{rows.file} must have the dates in {name!r} in one order; {first} has the day first, {second} the month. "
            'Correct the file, or say which holds with date_order = "day_first" or "month_first" among the columns: '
            "dates that cannot be so are then counted as not known."
        )
        raise SourceError(msg)
    if month is not None:
        return "month_first", (
            f"dates in {name!r} were read month first: some can be nothing else",
        )
    if day is None and pairs:
        return "day_first", (
            f"dates in {name!r} could be either order and were read day first, as is usual in Britain",
        )
    return "day_first", ()


def _local(
    moments: npt.NDArray[np.datetime64], utc: npt.NDArray[np.bool_]
) -> npt.NDArray[np.datetime64]:
    """Bring the moments that are in UTC to local time without a zone."""
    if not utc.any():
        return moments
    local = pd.DatetimeIndex(moments[utc]).tz_localize("UTC").tz_convert(_LOCAL).tz_localize(None)
    brought = moments.copy()
    brought[utc] = local.to_numpy().astype("datetime64[s]")
    return brought


def _times_of_day(values: pd.Series) -> npt.NDArray[np.float64]:
    """Read times of day as seconds since midnight; ``930`` has lost its zero and is 09:30."""
    texts = to_text(values)
    codes, words = distinct(texts)
    return np.array([time_of_day(w.casefold()) for w in words] + [np.nan])[codes]


def _last_moment(
    moments: npt.NDArray[np.datetime64], precision: npt.NDArray[np.object_]
) -> npt.NDArray[np.datetime64]:
    """Give the last second of the day, month or year that is named; for a minute it is the minute itself."""
    last = np.where(precision == "minute", moments, _NAT)
    for unit, word in (("D", "day"), ("M", "month"), ("Y", "year")):
        chosen = precision == word
        after = moments[chosen].astype(f"datetime64[{unit}]") + 1
        last[chosen] = after.astype("datetime64[s]") - np.timedelta64(1, "s")
    return last
