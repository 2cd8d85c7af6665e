"""How much faster are Knox's test and the near-repeat table than the usual peer?

Run it with ``python benchmarks/knox.py [events] [permutations]``. The same events go through
csgeo and through ``pointpats.Knox`` (``pip install pointpats``), one after the other in one run;
both must count the same pairs. pointpats has no table of bands, so the second line has no peer.

Each side is run once to load what it loads, then timed; the memory is the most that Python and
NumPy held at once during a further run.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from csgeo.hotspots.repeats.events import Events, events_at
from csgeo.hotspots.repeats.knox import knox
from csgeo.hotspots.repeats.near_repeat import near_repeat

if TYPE_CHECKING:
    from collections.abc import Callable

SPACE_M, TIME_DAYS = 200.0, 14.0
WANTED = 150
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


def measured(question: Callable[[], Any], times: int) -> tuple[Any, float, float]:
    """Answer, best time of `times` runs in seconds, most memory held in a further run in MB."""
    question()
    best = np.inf
    for _ in range(times):
        start = time.perf_counter()
        answer = question()
        best = min(best, time.perf_counter() - start)
    tracemalloc.start()
    question()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return answer, best, most


def main(n: int = 5_000, permutations: int = 99) -> None:
    from pointpats import Knox

    events = drawn(n)
    space, when = np.column_stack([events.x, events.y]), events.when[:, None]

    def ours() -> Any:
        return knox(events, space_m=SPACE_M, time_days=TIME_DAYS, replicates=permutations)

    def theirs() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Knox(space, when, SPACE_M, TIME_DAYS, permutations=permutations)

    our, our_s, our_mb = measured(ours, times=9)
    their, their_s, their_mb = measured(theirs, times=2)
    assert our.near_in_both == their.statistic_, (our.near_in_both, their.statistic_)
    print(
        f"Knox, {n:,} events, {our.near_in_space:,} pairs near in space, {our.near_in_time:,} in time, "
        f"{our.near_in_both:,} in both; {permutations} permutations"
    )
    print(f"csgeo {our_s:.4f} s, {our_mb:.0f} MB; pointpats {their_s:.2f} s, {their_mb:.0f} MB")
    print(f"{their_s / our_s:.0f} times as fast (wanted: {WANTED})")

    many = drawn(10_000)
    found, table_s, table_mb = measured(lambda: near_repeat(many, replicates=999), times=1)
    near = found.table.loc[np.isfinite(found.table["space_below_m"]), "observed"].sum()
    print(
        f"Near-repeat table, 10,000 events, {near:,} pairs below 400 m, {len(found.table)} cells, "
        f"999 permutations: {table_s:.2f} s (wanted: seconds, <= {WANTED_TABLE_S:g}), {table_mb:.0f} MB"
    )


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
