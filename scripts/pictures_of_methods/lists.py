"""Which one chart explains each method that tells of a list of places, or of the week?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

import csgeo

from . import frame
from .charts import percent, sheet
from .data import banes, county, places_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd
    from matplotlib.axes import Axes


def stability() -> None:
    found = places_of("compact_places", reruns=100).hotspots
    figure, axes = sheet(
        "Stability: in how many of 100 re-runs is each place found again?",
        "Records drawn anew and moved within 100 m, lattice moved by half a cell, B&NES",
        place=(0.31, 0.2, 0.62),
    )
    at, share = np.arange(len(found))[::-1], 100 * found["stability"].to_numpy(dtype=float)
    colours = [frame.PLACE_DARK if s >= 95 else "#6BACE6" if s >= 80 else "#d5dadd" for s in share]
    axes.barh(at, share, color=colours, height=0.66)
    for y, s in zip(at, share, strict=True):
        axes.text(s - 1, y, f"{s:.0f}", ha="right", va="center", fontsize=10, fontweight="bold",
                  color="white" if s >= 95 else frame.INK)  # fmt: skip
    for limit in (80, 95):
        axes.axvline(limit, color=frame.INK, linewidth=1, linestyle=(0, (4, 3)))
    words = ("95 and more: sure, a solid outline", "80 to 94: less sure, dashed")
    signs = [Patch(facecolor=c) for c in (frame.PLACE_DARK, "#6BACE6")]
    figure.legend(
        signs,
        words,
        loc="lower center",
        ncols=2,
        frameon=False,
        fontsize=9.5,
        bbox_to_anchor=(0.62, 0.03),
    )
    names = [f"{r}  {_cut(n)}" for r, n in zip(found["rank"], found["name"], strict=True)]
    axes.set_yticks(at, names, fontsize=9.5)
    axes.tick_params(axis="y", length=0)
    axes.set(
        xlim=(0, 100.5),
        ylim=(-0.6, len(found) - 0.1),
        xlabel="re-runs of 100 in which the place is found",
    )
    frame.save(figure, "stability")


def _cut(name: str, most: int = 32) -> str:
    name = name.removeprefix("Around ")
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def times() -> None:
    from matplotlib.colors import LinearSegmentedColormap

    from csgeo.times.slots import best_slots
    from csgeo.times.weeks import week_grid

    week = week_grid(county().incidents)
    best = best_slots(week.grid, slots=2, hours=3)
    figure, top = frame.new_picture(
        "Times: in which hours of the week does harm happen?",
        "The invented county: three years of records, windows of time spread over their hours",
        credit=frame.INVENTED, height_px=430,
    )  # fmt: skip
    axes = figure.add_axes((0.11, 0.2, 0.86, top - 0.22))
    blues = LinearSegmentedColormap.from_list("blues", ["#f4f8fc", "#6BACE6", "#12436D"])
    hours = [*range(6, 24), *range(6)]
    axes.imshow(week.grid.to_numpy()[:, hours], cmap=blues, aspect="auto")
    axes.set_yticks(range(7), [d.capitalize() for d in week.grid.index])
    axes.set_xticks(np.arange(0, 24, 3) - 0.5, [f"{hours[h]:02d}:00" for h in range(0, 24, 3)])
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(-0.5, 24), minor=True)
    axes.set_yticks(np.arange(-0.5, 7), minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    from matplotlib.patches import Rectangle

    for row in best.itertuples():
        start = (row.start_hour - 6) % 24
        axes.add_patch(Rectangle((start - 0.5, row.weekday - 0.5), 3, 1, fill=False,
                                 edgecolor=frame.MORE, linewidth=2.6, zorder=5, clip_on=False))  # fmt: skip
    share = float(best["share"].sum())
    figure.text(0.11, 0.085, f"Outlined: the two sessions of three hours that hold the most, {100 * share:.0f} % of the "
                f"records in {100 * 6 / 168:.0f} % of the week.", fontsize=9.5)  # fmt: skip
    frame.save(figure, "times")


def agreement() -> None:
    from csgeo.hotspots.account import account_of_places

    ground = county()
    found = csgeo.find_hotspots(
        ground.incidents, ground.area, expectation="streets", streets=ground.streets,
        places=ground.places, seed=1,
    ).hotspots  # fmt: skip
    account = account_of_places(found, ground.incidents, ground.area)
    by_source = account.by_source.set_index(["hotspot_id", "source"])["records"]
    table = by_source.unstack().reindex(  # noqa: PD010
        found.index
    )
    total = table.sum(axis=1)
    order = table.sum().sort_values(ascending=False).index
    figure, axes = sheet(
        "Agreement: who recorded what at each place?",
        "The invented county: share of each place's records by source; 'ask why' where the mix is unusual",
        credit=frame.INVENTED, place=(0.31, 0.2, 0.58),
    )  # fmt: skip
    colours = ["#12436D", "#28A197", "#F46A25", "#801650", "#A285D1", "#9aa5ab"]
    at, left = np.arange(len(found))[::-1], np.zeros(len(found))
    for source, colour in zip(order, colours, strict=False):
        share = (table[source].where(table[source] >= 5, 0) / total).to_numpy()
        axes.barh(at, share, left=left, color=colour, height=0.68, label=source, edgecolor="white")
        left += share
    axes.barh(at, 1 - left, left=left, color="white", hatch="////", edgecolor="#b1b4b6", height=0.68,
              label="fewer than 5 each")  # fmt: skip
    axes.set_yticks(
        at,
        [f"{r}  {_cut(n)}" for r, n in zip(found["rank"], found["name"], strict=True)],
        fontsize=9,
    )
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 1))
    percent(axes, "x")
    for y, p in zip(at, account.places["mix_p_value"], strict=True):
        if p <= 0.05:
            axes.text(
                1.015, y, "ask why", va="center", fontsize=9.5, fontweight="bold", color="#a33e08"
            )
    figure.legend(*axes.get_legend_handles_labels(), loc="lower center", ncols=4, fontsize=8.5, frameon=False,
                  bbox_to_anchor=(0.55, 0.035))  # fmt: skip
    frame.save(figure, "agreement")


def enforcement() -> None:
    ground = banes()
    lists = {
        kept: csgeo.find_hotspots(
            ground.incidents, ground.area, cell_m=125, expectation="streets", streets=ground.streets,
            places=ground.places, enforcement=kept, seed=1,
        ).hotspots
        for kept in ("kept", "left_out")
    }  # fmt: skip
    from csgeo.hotspots.enforcement import enforcement_comparison

    told = enforcement_comparison(lists["kept"], lists["left_out"])
    figure, axes = sheet(
        "Enforcement: the list with and without what enforcement made",
        "Possession of drugs and weapons says where somebody looked; ten places of B&NES by rank",
        place=(0.34, 0.045, 0.32),
    )
    ranks = _ranks(told)
    both = ranks[~np.isnan(ranks).any(axis=1)]
    for a, b in both:
        colour = frame.PLAIN if abs(a - b) < 2 else frame.PLACE_DARK
        axes.plot([0, 1], [a, b], color=colour, linewidth=2.4, zorder=2)
    for x, key in ((0, "kept"), (1, "left_out")):
        _column_of_names(axes, lists[key], x, on_both=set(both[:, x]))
    axes.set(xlim=(-0.1, 1.1), ylim=(10.7, -0.1))
    axes.text(0, 0.15, "with these records", ha="center", fontweight="bold")
    axes.text(1, 0.15, "without (as by default)", ha="center", fontweight="bold")
    axes.axis("off")
    frame.save(figure, "enforcement")


def _column_of_names(axes: Axes, found: gpd.GeoDataFrame, x: int, *, on_both: set[float]) -> None:
    """Write one list down, its numbers towards the other one."""
    axes.scatter(
        [x] * len(found), found["rank"], color="white", edgecolor=frame.INK, s=230, zorder=4
    )
    for rank, name in zip(found["rank"], found["name"], strict=True):
        alone = rank not in on_both
        weight = "bold" if alone else "normal"
        axes.text(x, rank, str(rank), ha="center", va="center", fontsize=9, zorder=5, weight="bold")
        axes.text(x + (0.12 if x else -0.12), rank, _cut(name) + (" (only here)" if alone else ""),
                  ha="left" if x else "right", va="center", fontsize=9, fontweight=weight)  # fmt: skip


def _ranks(told: pd.DataFrame) -> np.ndarray:
    """Give the rank on the list with and on that without, missing where it is on one only."""
    return told[["rank_with", "rank_without"]].to_numpy(dtype=float, na_value=np.nan)


def looking_back() -> None:
    from csgeo.hotspots.choosing import compare_methods

    ground = banes()
    told = compare_methods(
        ground.incidents, ground.area, methods=("compact_places", "getis_ord", "hdbscan"), cell_sizes=(125, 250),
        expectations=("streets",), streets=ground.streets, places=ground.places, replicates=199, seed=1,
    )  # fmt: skip
    table = told.table.sort_values("share_of_records")
    split = told.splits
    figure, axes = sheet(
        "Looking back: which way would have served us best?",
        "Places found on what was known at the time; share of the following six months' records in them",
        place=(0.31, 0.13, 0.62),
    )
    at = np.arange(len(table))
    plain = np.array(["busiest" in str(n) for n in table.index])
    axes.barh(
        at, table["share_of_records"], color=np.where(plain, "#d5dadd", frame.PLACE), height=0.66
    )
    for y, name in zip(at, table.index, strict=True):
        some = (
            split[split["way"] == name]
            if "way" in split
            else split.loc[[name]]
            if name in split.index
            else None
        )
        if some is not None and len(some):
            axes.scatter(
                some["share_of_records"],
                np.full(len(some), y),
                color="white",
                edgecolor=frame.INK,
                s=34,
                zorder=4,
            )
    axes.set_yticks(at, [_way(str(n)) for n in table.index], fontsize=9.5)
    axes.tick_params(axis="y", length=0)
    axes.set(
        xlabel="share of the later records, all on the same share of the area (dots: each cut)"
    )
    percent(axes, "x")
    frame.save(figure, "looking_back")


def _way(name: str) -> str:
    """Say "compact_places 125 m streets" as people would: all are held against the streets."""
    words = name.removesuffix(" streets").replace("hdbscan", "HDBSCAN").replace("getis_ord", "Gi*")
    words = words.replace("_", " ").replace(" 125 m", ", 125 m").replace(" 250 m", ", 250 m")
    return words[0].upper() + words[1:]


DRAWINGS: dict[str, Callable[[], None]] = {
    "agreement": agreement,
    "enforcement": enforcement,
    "looking_back": looking_back,
    "stability": stability,
    "times": times,
}
