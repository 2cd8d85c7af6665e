"""Which windows hold places that were hot of late, or where records repeat?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.change.emerging import LEAST_STEPS, THIN
from csgeo.hotspots.change.patterns import PATTERNS, classify
from csgeo.hotspots.change.space_time import space_time_getis_ord_star, touching_squares
from csgeo.hotspots.change.trend import mann_kendall, two_sided_p
from csgeo.hotspots.false_discovery import q_values
from csgeo.hotspots.methods.asked import Scored, by_surface

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.methods.asked import Asked

    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]

#: Classes of places that are hot now, or on and off: all hot ones but "past".
_HOT_NOW = (1, 2, 3, 4, 5, 6, 7)
#: What is near: the usual first bands of near-repeat studies (docs/methods/near_repeat.md).
REPEAT_M = 200.0
REPEAT_DAYS = 14.0


def emerging(asked: Asked) -> Scored:
    """Score windows by their hot months, in cells whose class is hot now."""
    rows = asked.inside[asked.when.month[asked.inside] >= 0]
    counts, known, cells = _months(asked.counted.position[rows], asked.when.month[rows])
    row, column = np.divmod(cells, asked.expected.shape[1])
    z = space_time_getis_ord_star(counts, touching_squares(column, row), known=known)
    q = q_values(two_sided_p(z))
    scored = ~np.isnan(z)
    state = np.where(scored & (q <= asked.q), np.sign(z), 0).astype(np.int64)
    trend = mann_kendall(z, slope=False)
    clear = (trend["p_value"] <= asked.q).to_numpy()
    direction = np.where(clear, np.sign(trend["s"].to_numpy()), 0).astype(np.int64)
    number = classify(state, direction, known=scored)
    hot = (state > 0) & np.isin(number, _HOT_NOW)[:, None]
    surface = np.zeros(asked.expected.size)
    if hot.any():
        surface[cells] = np.where(hot, z - z[hot].min(), 0.0).sum(axis=1) + hot.sum(axis=1)
    mean = float(counts[known].mean())
    thin = "; so few that some are hot by chance" if mean < THIN else ""
    words = (
        f"Emerging hot spots: space-time Gi* of {counts.shape[1]} months, the same month and the one "
        f"before, Benjamini-Hochberg at {asked.q:g}, Mann-Kendall. Places are cut where the hot "
        "months are, in squares that are hot now or on and off."
    )
    seen = f"{_classes(number)}. On average {mean:.2g} records in a cell and month{thin}."
    return Scored(by_surface(surface.reshape(asked.expected.shape), asked), words, seen)


def near_repeat(asked: Asked) -> Scored:
    """Score windows by records that others followed or preceded, soon and nearby."""
    from csgeo.hotspots.repeats.events import events_at  # noqa: PLC0415
    from csgeo.hotspots.repeats.local_knox import local_knox  # noqa: PLC0415

    rows = asked.inside[~np.isnan(asked.when.day[asked.inside])]
    if len(rows) < 2:
        msg = (
            "Repeats need times that are known to the day; "
            f"{len(rows)} of {len(asked.inside):,} records have one. Files that give months only, "
            "such as those of data.police.uk, cannot answer this. Choose another method."
        )
        raise MethodError(msg)
    x, y = asked.counted.x[rows], asked.counted.y[rows]
    found = local_knox(
        events_at(x, y, asked.when.day[rows]),
        space_m=REPEAT_M * asked.stretch,
        time_days=REPEAT_DAYS,
    )
    repeats = (found["q_value"].fillna(1.0) <= asked.q).to_numpy()
    beyond = np.where(repeats, found["near_in_both"] - found["expected"], 0.0)
    position = asked.counted.position[rows]
    held = np.asarray(np.bincount(position, beyond, asked.expected.size), dtype=float)
    words = (
        f"Near repeats: records that had more others within {REPEAT_M:g} m and {REPEAT_DAYS:g} days "
        f"than their place and time alone would give (local Knox, Benjamini-Hochberg at {asked.q:g}); "
        "places are cut around them."
    )
    seen = f"{int(repeats.sum()):,} of {len(rows):,} records whose day is known are such."
    return Scored(by_surface(held.reshape(asked.expected.shape), asked), words, seen)


def _months(
    position: Integers, month: Integers
) -> tuple[Integers, npt.NDArray[np.bool_], Integers]:
    """Count cells x months from the first month to the last; one without any record is not known."""
    steps = int(np.ptp(month)) + 1 if len(month) else 0
    if steps < LEAST_STEPS:
        msg = (
            f"Emerging hotspots need at least {LEAST_STEPS} months; the records span {steps}. Take a "
            "longer period, or a method without time, such as `getis_ord`."
        )
        raise MethodError(msg)
    step = month - month.min()
    cells, number = np.unique(position, return_inverse=True)
    counts = np.bincount(number * steps + step, minlength=len(cells) * steps).reshape(-1, steps)
    recorded = np.bincount(step, minlength=steps) > 0
    return counts, np.broadcast_to(recorded, counts.shape), cells


def _classes(number: Integers) -> str:
    """Say how many cells are in each class that is hot now."""
    told = [
        f"{n} {pattern.word}"
        for pattern in PATTERNS
        if pattern.number in _HOT_NOW and (n := int((number == pattern.number).sum()))
    ]
    return f"Cells by class: {', '.join(told)}" if told else "No cell is hot"
