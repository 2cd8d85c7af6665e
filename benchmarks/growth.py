"""How do time and memory grow, from 10,000 to 10,000,000 records?

Run it with ``python benchmarks/growth.py [most records] [picture]``; the picture, if named, plots
both with lines that grow as n and as n log n. Each step and size runs in a process of its own
(``measuring.py``; best of three, one at 10,000,000). Records lie around sixty middles of a square
county of 100 x 100 km, which stays as it is (160,000 cells of 250 m), so cells cost the same at
each size. DBSCAN's towns and Knox's county grow with the records, so that the pairs within reach
grow no faster than they do: a fixed county would have n^2 of them.

The exponent is that of time between the last two sizes: 1 for n, 1.07 for n log n there, and
below 1 where cells cost more than records.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import clusters
import density
import numpy as np
import pandas as pd
from gi_star import square_county
from measuring import Side, alone, machine

if TYPE_CHECKING:
    from collections.abc import Callable

    Question = Callable[[], object]

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
COUNTY_M, CELL_M = 100_000, 250


def counting(n: int) -> Question:
    from csgeo.hotspots.counting import count_incidents, lay_field

    area, incidents = square_county(n, COUNTY_M)
    return lambda: count_incidents(incidents, lay_field(area, cell_m=CELL_M)).inside


def gi_star_after(n: int) -> Question:
    from csgeo.hotspots.counting import count_incidents, lay_field
    from csgeo.hotspots.getis_ord import getis_ord_star

    area, incidents = square_county(n, COUNTY_M)
    field = lay_field(area, cell_m=CELL_M)
    counts = count_incidents(incidents, field).incidents
    return lambda: getis_ord_star(counts, field.mask).size


def epanechnikov(n: int) -> Question:
    question = density.csgeo_("epanechnikov", n, 1000, 25.0)
    return lambda: question().size


def gaussian(n: int) -> Question:
    question = density.csgeo_("gaussian", n, 1000, 25.0)
    return lambda: question().size


def dbscan(n: int) -> Question:
    from csgeo.hotspots.clusters.dbscan import label

    x, y = clusters.invented(n)
    return lambda: label(x, y, reach_m=100.0, least_records=50).labels.size


def knox_of(n: int) -> Question:
    from csgeo.hotspots.repeats.events import events_at
    from csgeo.hotspots.repeats.knox import knox

    rng = np.random.default_rng(1)
    side = 170 * n**0.5
    xy = rng.uniform(0, side, (n, 2))
    middles = rng.uniform(0, side, (max(n // 125, 1), 2))
    xy[: n // 2] = middles[rng.integers(0, len(middles), n // 2)] + rng.normal(0, 250, (n // 2, 2))
    events = events_at(xy[:, 0].round(), xy[:, 1].round(), rng.integers(0, 730, n))
    return lambda: knox(events, space_m=200, time_days=14, replicates=9).near_in_space


def emerging(n: int) -> Question:
    from csgeo.hotspots.change.cube import count_cube
    from csgeo.hotspots.change.emerging import emerging_hotspots

    _, incidents = square_county(n, COUNTY_M)
    month = np.random.default_rng(2).integers(0, 45, n)
    incidents["occurred_from"] = np.datetime64("2018-01") + month.astype("timedelta64[M]")
    incidents["occurred_from"] = pd.to_datetime(incidents["occurred_from"])
    incidents["when_precision"] = "month"
    return lambda: len(emerging_hotspots(count_cube(incidents, cell_m=CELL_M)).cells)


def compact_places(n: int) -> Question:
    from csgeo.hotspots.find import find_hotspots

    area, incidents = square_county(n, COUNTY_M)
    return lambda: len(find_hotspots(incidents, area, cell_m=CELL_M).hotspots)


STEPS: dict[str, Callable[[int], Question]] = {
    f"counting, cells of {CELL_M} m": counting,
    "Gi* after it": gi_star_after,
    "density, exact Epanechnikov": epanechnikov,
    "density, Gaussian": gaussian,
    "DBSCAN with stacks": dbscan,
    "emerging classes, 45 months": emerging,
    "find_hotspots, compact places": compact_places,
    "Knox, 9 permutations": knox_of,
}


def exponent(sides: list[Side], sizes: tuple[int, ...]) -> float:
    last, before = sides[-1].seconds, sides[-2].seconds
    return float(np.log(last / before) / np.log(sizes[-1] / sizes[-2]))


def draw(found: dict[str, list[Side]], sizes: tuple[int, ...], picture: str) -> None:
    """Plot seconds and MB against records, all axes in powers of ten, with two guiding lines."""
    import matplotlib.pyplot as plt

    from csgeo.outputs.style import INK, QUIET_INK

    colours = (
        "#12436D", "#2073BC", "#6BACE6", "#28A197", "#801650", "#A285D1", "#0b0c0c", "#8b949a",
    )  # fmt: skip
    n = np.array(sizes, dtype=float)
    figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained", sharex=True)
    for axis, unit in zip(axes, ("seconds", "MB"), strict=True):
        for (step, sides), colour in zip(found.items(), colours, strict=False):
            values = [max(s.seconds if unit == "seconds" else s.mb, 1e-3) for s in sides]
            axis.loglog(n, values, marker="o", markersize=4, color=colour, label=step)
        axis.set_xlabel("records", color=INK)
        axis.set_ylabel(unit, color=INK)
    # the guiding lines start where the most costly step does
    start = max(sides[0].seconds for sides in found.values())
    for law, values, dash in (("n", n, ":"), ("n log n", n * np.log(n), "--")):
        axes[0].loglog(n, start * values / values[0], dash, color=QUIET_INK, label=f"as {law}")
    low = min(s.seconds for sides in found.values() for s in sides)
    high = max(s.seconds for sides in found.values() for s in sides)
    axes[0].set_ylim(low / 2, high * 8)
    axes[1].set_ylim(50, None)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
    )
    figure.savefig(picture, dpi=110, metadata={"Software": None})


def main(most: int = SIZES[-1], picture: str = "") -> None:
    sizes = tuple(n for n in SIZES if n <= most)
    print(f"{machine()}\n")
    print(f"| step | {' | '.join(f'{n:,}' for n in sizes)} | grows as |")
    print("|---" * (len(sizes) + 2) + "|")
    found: dict[str, list[Side]] = {}
    for step, make in STEPS.items():
        sides = [alone(make, n, times=1 if n == SIZES[-1] else 3, small=(SIZES[0],)) for n in sizes]
        words = [f"{s.seconds:.3g} s, {s.mb:,.0f} MB" for s in sides]
        print(f"| {step} | {' | '.join(words)} | n^{exponent(sides, sizes):.2f} |", flush=True)
        found[step] = sides
    if picture:
        draw(found, sizes, picture)


if __name__ == "__main__":
    main(*(kind(word) for kind, word in zip((int, str), sys.argv[1:3], strict=False)))
