"""How is a time of the week said in words?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from csgeo.times.weeks import DAYS

if TYPE_CHECKING:
    import pandas as pd


def peak_slots_in_words(slots: pd.DataFrame) -> str:
    """Say slots as one would to a colleague: "Thursday and Friday, 15:00 to 19:00".

    Slots that touch are said as one; days with the same hours are said together;
    three days in a row or more are said from the first to the last. A slot that
    runs past midnight is named by the day on which it begins.

    Parameters
    ----------
    slots
        From :func:`~csgeo.times.slots.best_slots`: ``weekday`` (0 Monday),
        ``start_hour``, ``hours``.

    Returns
    -------
    words
        Parts with different hours are apart by ``"; "``, the earliest in the week
        first; empty if there are no slots.

    Examples
    --------
    >>> import pandas as pd
    >>> peak_slots_in_words(
    ...     pd.DataFrame({"weekday": [4, 3], "start_hour": 15, "hours": 4}))
    'Thursday and Friday, 15:00 to 19:00'
    """
    days_of: dict[tuple[int, int], list[int]] = {}
    for start, length in _joined(slots):
        days_of.setdefault((start % 24, length), []).append(start // 24)
    parts = sorted((min(days), hour, length) for (hour, length), days in days_of.items())
    return "; ".join(
        f"{_days(sorted(days_of[hour, length]))}, {_hours(hour, length)}"
        for _, hour, length in parts
    )


def _joined(slots: pd.DataFrame) -> list[tuple[int, int]]:
    """Give starts (hours since Monday 00:00) and lengths, slots that touch as one."""
    spans = sorted(
        (int(d) * 24 + int(h), int(n))
        for d, h, n in zip(slots["weekday"], slots["start_hour"], slots["hours"], strict=True)
    )
    joined: list[tuple[int, int]] = []
    for start, length in spans:
        if joined and sum(joined[-1]) == start:
            joined[-1] = (joined[-1][0], joined[-1][1] + length)
        else:
            joined.append((start, length))
    if len(joined) > 1 and sum(joined[-1]) == joined[0][0] + 7 * 24:  # Sunday night into Monday
        joined = [*joined[1:-1], (joined[-1][0], joined[-1][1] + joined[0][1])]
    return joined


def _days(days: list[int]) -> str:
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return "every day" if len(days) == 7 else f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    names = [DAYS[d] for d in days]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _hours(hour: int, length: int) -> str:
    if length >= 24:
        return f"from {hour:02d}:00 for {length} hours"
    end = (hour + length) % 24
    return f"{hour:02d}:00 to {'midnight' if end == 0 else f'{end:02d}:00'}"
