"""How much faster are Knox's test and the near-repeat table than the usual peer?

Run it with ``python benchmarks/knox.py [events] [permutations]``. The same events go through
csgeo and through ``pointpats.Knox`` (``pip install pointpats``), one after the other in one run;
both must count the same pairs. pointpats has no table of bands, so the second line has no peer.

Each side runs in a process of its own (``measuring.py``).
"""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING

import numpy as np
from measuring import Row, alone

from csgeo.hotspots.repeats.events import Events, events_at
from csgeo.hotspots.repeats.knox import knox
from csgeo.hotspots.repeats.near_repeat import near_repeat

if TYPE_CHECKING:
    from collections.abc import Callable

SPACE_M, TIME_DAYS = 200.0, 14.0
WANTED_TABLE_S = 10.0


def drawn(n: int, *, days: int = 730) -> Events:
    """Draw a town: half the events anywhere in 12 km x 12 km, half around 40 centres."""
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 12_000, (n, 2))
    middles = rng.uniform(0, 12_000, (40, 2))
    gathered = rng.random(n) < 0.5
    xy[gathered] = middles[rng.integers(0, 40, gathered.sum())] + rng.normal(
        0, 250, (gathered.sum(), 2)
    )
    return events_at(xy[:, 0].round(), xy[:, 1].round(), rng.integers(0, days, n))


def csgeo_(n: int, permutations: int) -> Callable[[], tuple[int, int, int]]:
    events = drawn(n)

    def question() -> tuple[int, int, int]:
        found = knox(events, space_m=SPACE_M, time_days=TIME_DAYS, replicates=permutations)
        return found.near_in_both, found.near_in_space, found.near_in_time

    return question


def pointpats_(n: int, permutations: int) -> Callable[[], tuple[int]]:
    from pointpats import Knox

    events = drawn(n)
    space, when = np.column_stack([events.x, events.y]), events.when[:, None]

    def question() -> tuple[int]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return (
                int(Knox(space, when, SPACE_M, TIME_DAYS, permutations=permutations).statistic_),
            )

    return question


def table_of_bands(n: int) -> Callable[[], tuple[int, int]]:
    events = drawn(n)

    def question() -> tuple[int, int]:
        table = near_repeat(events, replicates=999).table
        near = table.loc[np.isfinite(table["space_below_m"]), "observed"].sum()
        return int(near), len(table)

    return question


def row(n: int = 5_000, permutations: int = 99) -> Row:
    ours = alone(csgeo_, n, permutations, times=9)
    theirs = alone(pointpats_, n, permutations, small=(500, 9))
    both, space, when = ours.answer
    assert both == theirs.answer[0], (ours.answer, theirs.answer)
    words = f"equal: {both:,} pairs near in both ({space:,} in space, {when:,} in time)"
    work = f"Knox, {n:,} events, {permutations} permutations"
    return Row(work, "pointpats", ours, theirs, words, ratio=150)


def main(n: int = 5_000, permutations: int = 99) -> None:
    found = row(n, permutations)
    print(f"{found.work}: {found.equal}")
    print(
        f"csgeo {found.ours.seconds:.4f} s, {found.ours.mb:.0f} MB; "
        f"pointpats {found.theirs.seconds:.2f} s, {found.theirs.mb:.0f} MB"
    )
    print(f"{found.times:.0f} times as fast (wanted: {found.ratio})")
    table = alone(table_of_bands, 10_000, times=1)
    near, cells = table.answer
    print(
        f"Near-repeat table, 10,000 events, {near:,} pairs below 400 m, {cells} cells, 999 permutations: "
        f"{table.seconds:.2f} s (wanted: seconds, <= {WANTED_TABLE_S:g}), {table.mb:.0f} MB"
    )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
