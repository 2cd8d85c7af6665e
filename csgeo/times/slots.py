"""Which few slots of the week hold most of the harm?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError, WrongValues

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

_WEEK_H = 168
#: Weights are compared to a millionth of a record, so that ties are ties on any machine.
_EXACT = 1_000_000


def best_slots(grid: pd.DataFrame, *, slots: int = 2, hours: int = 3) -> pd.DataFrame:
    """Choose the slots of an outreach session that cover the most records.

    The choice is exact: of all ways to place `slots` sessions of `hours` whole
    hours into the week without overlap (Sunday night runs on into Monday), none
    covers more. Slots that cover nothing are left out. Of choices that cover the
    same the earlier in the week is taken, counted from Monday 00:00.

    Parameters
    ----------
    grid
        7 x 24 expected records (count), from :func:`~csgeo.times.weeks.week_grid`.
    slots
        How many sessions a week.
    hours
        Length of a session in whole hours, 1 to 24.

    Returns
    -------
    slots
        At most `slots` rows, the fullest first: index ``slot`` (1, 2, ...),
        ``weekday`` (0 Monday to 6 Sunday), ``start_hour`` (0 to 23), ``hours``,
        ``records`` (expected count) and ``share`` (0 to 1 of all in the grid).

    Raises
    ------
    RecipeError
        If the sessions do not fit into a week.
    WrongValues
        If `grid` is not 7 x 24 counts.
    MethodError
        If there is nothing in the grid.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> grid = pd.DataFrame(np.zeros((7, 24)))
    >>> grid.loc[3, [15, 16, 17]] = 5.0
    >>> best_slots(grid, slots=1)[["weekday", "start_hour", "share"]].values.tolist()
    [[3.0, 15.0, 1.0]]
    """
    weight = _week(grid)
    check_slots(slots, hours)
    starts = _choose(np.rint(weight * _EXACT).astype(np.int64), slots, hours)
    inside = np.array([weight[np.arange(s, s + hours) % _WEEK_H].sum() for s in starts])
    order = np.lexsort((starts, -np.rint(inside * _EXACT)))
    order = order[inside[order] > 0]
    starts, inside = starts[order], inside[order]
    return pd.DataFrame(
        {
            "weekday": starts // 24,
            "start_hour": starts % 24,
            "hours": hours,
            "records": inside,
            "share": inside / weight.sum(),
        },
        index=pd.RangeIndex(1, len(starts) + 1, name="slot"),
    )


def share_by_chance(
    records: int, *, slots: int = 2, hours: int = 3, replicates: int = 999, seed: int = 0
) -> Floats:
    """Give the share that the best slots cover if harm knew no hour.

    The best of many slots always looks busy: with 20 records two slots of three
    hours hold some 20 % by chance, not 4 %. This is what to compare with.

    Parameters
    ----------
    records
        How many records there are.
    slots, hours
        As for :func:`best_slots`.
    replicates
        How many weeks are drawn.
    seed
        Of the random numbers.

    Returns
    -------
    shares
        `replicates` shares (0 to 1), sorted.

    Raises
    ------
    RecipeError
        If the sessions do not fit into a week.
    """
    check_slots(slots, hours)
    drawn = np.random.default_rng(seed).multinomial(
        records, np.full(_WEEK_H, 1 / _WEEK_H), size=replicates
    )
    return np.sort(covered(drawn.astype(np.int64), slots=slots, hours=hours) / max(records, 1))


def covered(weeks: npt.NDArray[np.int64], *, slots: int, hours: int) -> npt.NDArray[np.int64]:
    """Give what the best slots cover, for each of m weeks of 168 whole weights."""
    best = [_ladder(np.roll(weeks, -cut, axis=1), slots, hours)[slots][0] for cut in range(hours)]
    return np.asarray(np.max(best, axis=0))


def _choose(weight: npt.NDArray[np.int64], slots: int, hours: int) -> npt.NDArray[np.int64]:
    """Find the starts (hours since Monday 00:00, sorted) of the best slots.

    A circle is cut open where no slot lies across the cut. Of any `hours`
    boundaries in a row, no slots can cover all, so that many cuts suffice.
    """
    best: tuple[int, tuple[int, ...]] | None = None
    for cut in range(hours):
        value, starts = _choose_on_a_line(np.roll(weight, -cut), slots, hours)
        placed = tuple(sorted((s + cut) % _WEEK_H for s in starts))
        if best is None or (-value, placed) < (-best[0], best[1]):
            best = (value, placed)
    assert best is not None  # noqa: S101 - hours is at least 1
    return np.array(best[1], dtype=np.int64)


def _choose_on_a_line(
    weight: npt.NDArray[np.int64], slots: int, hours: int
) -> tuple[int, list[int]]:
    ladder = [rung[:, 0] for rung in _ladder(weight[None, :], slots, hours)]
    sums = _sums(weight[None, :], hours)[:, 0]
    starts, at, left = [], 0, slots
    while left:
        # the first hour at which taking a slot is as good as waiting
        while at + hours * left < _WEEK_H and ladder[left][at] != (
            sums[at] + ladder[left - 1][at + hours]
        ):
            at += 1
        starts.append(at)
        at, left = at + hours, left - 1
    return int(ladder[slots][0]), starts


def _ladder(weeks: npt.NDArray[np.int64], slots: int, hours: int) -> list[npt.NDArray[np.int64]]:
    """Give, for 0 to `slots` slots, the most that they cover from each hour on: 169 x m each.

    All of the slots are placed; where they do not fit any more it is below zero.
    """
    sums = _sums(weeks, hours)
    none = np.int64(-(2**60))
    rungs = [np.zeros((_WEEK_H + 1, len(weeks)), dtype=np.int64)]
    for _ in range(slots):
        rung = np.full((_WEEK_H + 1, len(weeks)), none)
        for at in range(_WEEK_H - hours, -1, -1):
            np.maximum(rung[at + 1], sums[at] + rungs[-1][at + hours], out=rung[at])
        rungs.append(rung)
    return rungs


def _sums(weeks: npt.NDArray[np.int64], hours: int) -> npt.NDArray[np.int64]:
    """Add up each run of `hours` hours that fits on the line: (169 - hours) x m."""
    total = np.concatenate(
        [np.zeros((len(weeks), 1), dtype=np.int64), weeks.cumsum(axis=1)], axis=1
    )
    return np.asarray((total[:, hours:] - total[:, : _WEEK_H + 1 - hours]).T)


def _week(grid: pd.DataFrame) -> Floats:
    weight = np.asarray(grid, dtype=float)
    if weight.shape != (7, 24):
        shape = " x ".join(map(str, weight.shape))
        msg = (
            f"`grid` must be 7 days x 24 hours, Monday and hour 0 first; it is {shape}. "
            "Make it with `csgeo.times.weeks.week_grid`."
        )
        raise WrongValues(msg)
    broken = ~np.isfinite(weight) | (weight < 0)
    if broken.any():
        msg = (
            f"`grid` must hold counts of at least 0; {int(broken.sum())} of 168 hours do not, "
            f"the first with {weight[broken][0]:g}. Make it with `csgeo.times.weeks.week_grid`."
        )
        raise WrongValues(msg)
    if not weight.any():
        msg = (
            "The best slots can be asked of hours that hold records; all 168 hours hold none. "
            "Use a longer period or all harms."
        )
        raise MethodError(msg)
    return weight.ravel()


def check_slots(slots: int, hours: int) -> None:
    """Refuse sessions that do not fit into a week.

    Raises
    ------
    RecipeError
        Saying what was asked for.
    """
    if not 1 <= hours <= 24 or slots < 1 or slots * hours >= _WEEK_H:
        msg = (
            "Slots must be 1 to 24 whole hours long, and together shorter than a week of 168 hours; "
            f"found {slots} slots of {hours} hours. Choose fewer or shorter ones."
        )
        raise RecipeError(msg)
