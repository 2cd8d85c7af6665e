"""How many of the planted places does each way of looking find, over 20 invented counties?

Run it with ``python benchmarks/planted_truth.py [how many seeds] [replicates]``.
What is wanted at q = 0.05: at least 9 of 10 planted places found, and at most
one false place a run. Records fall by street length, so the expectation by
streets is the one that the county is honest to; the other is shown beside it.
"""

from __future__ import annotations

import sys
import time
from typing import NamedTuple

from csgeo.hotspots.find import find_hotspots
from csgeo.samples import County, county, score

WAYS = (
    ("compact_places", "streets"),
    ("compact_places", "surroundings"),
    ("getis_ord", "surroundings"),
    ("hdbscan", "surroundings"),
)


class Line(NamedTuple):
    """What one way found in one county."""

    found: int
    planted: int
    false: int
    artefacts: int  # listed although they are artefacts
    aside: int
    seconds: float
    missed: tuple[str, ...]


def look(made: County, method: str, expectation: str, replicates: int) -> Line:
    start = time.perf_counter()
    answer = find_hotspots(
        made.incidents,
        made.areas.county,
        method=method,
        expectation=expectation,
        streets=made.streets,
        places=made.places,
        strata=made.areas.small_areas,
        residents=made.areas.small_areas,
        most_places=20,
        replicates=replicates,
        q=0.05,
        seed=made.seed,
    )
    result = score(answer.hotspots, made.truth)
    return Line(
        len(result.found),
        len(made.truth.places),
        len(result.false),
        len(result.artefacts),
        len(answer.set_aside),
        time.perf_counter() - start,
        result.missed,
    )


def main(seeds: int = 20, replicates: int = 999) -> None:
    print(f"{'method':<15} {'expectation':<13} {'found':>9} {'worst':>6} {'false':>6} {'most':>5} {'artefacts':>9} {'aside':>6} {'s':>5}")  # fmt: skip
    rows: dict[tuple[str, str], list[Line]] = {way: [] for way in WAYS}
    for seed in range(1, seeds + 1):
        made = county(seed)
        for way in WAYS:
            rows[way].append(look(made, *way, replicates))
    for (method, expectation), lines in rows.items():
        n = len(lines)
        print(
            f"{method:<15} {expectation:<13}"
            f" {sum(x.found for x in lines) / n:>5.2f}/{lines[0].planted}"
            f" {min(x.found for x in lines):>6}"
            f" {sum(x.false for x in lines) / n:>6.2f} {max(x.false for x in lines):>5}"
            f" {sum(x.artefacts for x in lines) / n:>9.2f} {sum(x.aside for x in lines) / n:>6.2f}"
            f" {sum(x.seconds for x in lines) / n:>5.2f}"
        )
        missed = sorted(t for x in lines for t in x.missed)
        if missed:
            counts = ", ".join(f"{t} {missed.count(t)} times" for t in sorted(set(missed)))
            print(f"    missed: {counts}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
