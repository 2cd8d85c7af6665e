"""Which one chart explains each method that answers with numbers and not with a map?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.lattice import cell_at, squares

from . import frame
from .data import banes, chicago_burglaries, chicago_network, searched
from .maps import small_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def sheet(
    title: str,
    under: str,
    *,
    credit: str = frame.POLICE,
    place: tuple[float, float, float] = (0.09, 0.13, 0.58),
) -> tuple[Figure, Axes]:
    figure, top = frame.new_picture(title, under, credit=credit)
    left, bottom, width = place
    return figure, figure.add_axes((left, bottom, width, top - bottom - 0.02))


def _say(figure: Figure, words: str, *, y: float = 0.8, x: float = 0.7) -> None:
    figure.text(x, y, words, fontsize=9.5, va="top", linespacing=1.5)


def percent(axes: Axes, which: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(lambda v, _: f"{100 * v:.3g} %")


def _counts(incidents: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, cell_m: int) -> pd.Series:
    at = incidents.geometry
    held = pd.Series(cell_at(at.x, at.y, cell_m=cell_m)).value_counts()
    return held.reindex(cells.index).fillna(0).astype(int)


def concentration() -> None:
    from csgeo.hotspots.concentration.against_chance import concentration_against_chance
    from csgeo.hotspots.concentration.shares import lorenz_curve, places_holding

    cells = squares(banes().area, cell_m=250)
    held = _counts(searched(), cells, 250)
    chance = concentration_against_chance(held, replicates=199, seed=1)
    fell = pd.Series(
        np.sort(np.random.default_rng(1).multinomial(held.sum(), np.full(len(held), 1 / len(held))))
    )
    figure, axes = sheet(
        "Concentration: how few squares hold half of the harm?",
        f"{held.sum():,} records on {len(held):,} squares of 250 m, most records first",
    )
    for counts, colour, words, width in (
        (held, frame.PLACE_DARK, "recorded", 2.6), (fell, frame.PLAIN, "by chance, as many", 1.8),
    ):  # fmt: skip
        curve = lorenz_curve(counts)
        # the table rises from the least; read from the other end it says how few hold how much
        x, y = 1 - curve["share_of_places"].to_numpy(), 1 - curve["share_of_records"].to_numpy()
        if y[len(y) // 2] < x[len(x) // 2]:
            x, y = curve["share_of_places"].to_numpy(), curve["share_of_records"].to_numpy()
        axes.plot(x, y, color=colour, linewidth=width, label=words)
    half = places_holding(held).loc[0.5, "share_of_places"]
    axes.plot(
        [half, half, 0], [0, 0.5, 0.5], color=frame.MORE, linewidth=1.3, linestyle=(0, (4, 3))
    )
    axes.set(
        xlim=(0, 0.5), ylim=(0, 1.01), xlabel="share of the squares", ylabel="share of the records"
    )
    percent(axes, "x")
    percent(axes, "y")
    axes.legend(frameon=False, loc="lower right", fontsize=10)
    row = chance.table.loc[next(n for n in chance.table.index if "50" in str(n) or "0.5" in str(n))]
    gini = chance.table.loc["generalised_gini"]
    _say(figure, f"Half of the records lie in\n{100 * half:.1f} % of the squares.\n\nBy chance alone it would be\n"
         f"{_as_share(row['by_chance'], len(held))} of them.\n\nGeneralised Gini {gini['observed']:.2f}\n"
         f"(by chance {gini['by_chance']:.2f}).\n\nMost squares are fields: set\nagainst homes or streets the\n"
         "difference is smaller.")  # fmt: skip
    frame.save(figure, "concentration")


def _as_share(value: float, n: int) -> str:
    return f"{100 * (value if value <= 1 else value / n):.0f} %"


def accuracy() -> None:
    from csgeo.hotspots.accuracy import accuracy_curve

    cells = squares(banes().area, cell_m=125)
    records = searched()
    late = records["occurred_from"] >= "2020-10-01"
    before, after = _counts(records[~late], cells, 125), _counts(records[late], cells, 125)
    size = pd.Series(cells.area, cells.index)
    figure, axes = sheet(
        "Accuracy: chosen by one year, measured by the next",
        "Squares of 125 m by their records to September 2020; records of the twelve months after",
    )
    for score, colour, words in ((after, frame.PLAIN, "best that anyone could choose (known after)"),
                                 (before, frame.PLACE_DARK, "the busiest squares of the year before")):  # fmt: skip
        curve = accuracy_curve(later=after, size=size, score=score, earlier=before)
        curve = curve[curve["share_of_size"] <= 0.04]
        axes.plot(np.r_[0, curve["share_of_size"]], np.r_[0, curve["share_of_records"]], color=colour,
                  linewidth=2.6, label=words)  # fmt: skip
    at = curve[curve["share_of_size"] <= 0.01].iloc[-1]
    axes.plot([0, 0.04], [0, 0.04], color=frame.MORE, linewidth=1.6, linestyle=(0, (4, 3)),
              label="any ground at all")  # fmt: skip
    axes.plot([0.01, 0.01, 0], [0, at["share_of_records"], at["share_of_records"]], color=frame.INK,
              linewidth=1, linestyle=(0, (1, 2)))  # fmt: skip
    axes.set(xlim=(0, 0.04), ylim=(0, 1), xlabel="share of the area that was chosen",
             ylabel="share of the later records in it")  # fmt: skip
    percent(axes, "x")
    percent(axes, "y")
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.1), fontsize=9)
    _say(figure, f"On 1 % of the area:\n\nhit rate {100 * at['share_of_records']:.0f} %\nPAI {at['pai']:.0f}\n"
         f"PEI {at['pei']:.2f}\n\nSingle squares, the police\nstation and the hospital\namong them: nobody could\n"
         "act on such a list. It shows\nwhat there is to reach.")  # fmt: skip
    frame.save(figure, "accuracy")


def rates() -> None:
    from csgeo.hotspots.rates.rate import rates as divide

    areas = small_areas()
    robbery = searched()
    robbery = robbery.loc[robbery["harm"] == "SYV.ROBBERY", "area_id"].value_counts()
    cases = robbery.reindex(areas.index).fillna(0).astype(int)
    found = divide(cases, areas["residents"], per=1000)
    shown = found.table[found.table["cases"] >= 5].sort_values("rate", ascending=False).head(12)
    figure, axes = sheet(
        "Rates: what is left when luck is taken off",
        "Robberies for each 1,000 residents in small areas (LSOAs) with at least 5, 24 months",
        place=(0.16, 0.13, 0.55),
    )
    at = np.arange(len(shown))[::-1]
    axes.hlines(at, shown["rate_least"], shown["rate_most"], color="#d5dadd", linewidth=7)
    axes.scatter(
        shown["rate"],
        at,
        color="white",
        edgecolor=frame.INK,
        s=52,
        zorder=3,
        label="rate, with its 95 % interval",
    )
    axes.scatter(
        shown["shrunk"], at, color=frame.PLACE_DARK, s=52, zorder=4, label="shrunk towards all"
    )
    axes.axvline(found.overall * (1 if found.overall > 0.05 else 1000), color=frame.MORE, linewidth=1.5, linestyle=(0, (4, 3)),
                 label="all of B&NES")  # fmt: skip
    areas_named = (
        areas["lsoa11nm"]
        .reindex(shown.index)
        .str.replace("Bath and North East Somerset ", "B&NES ")
    )
    axes.set_yticks(at, areas_named, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.set(ylim=(-0.7, len(shown) - 0.3), xlabel="robberies for each 1,000 residents")
    axes.set_xlim(left=0)
    axes.legend(frameon=False, loc="lower right", fontsize=9)
    _say(figure, "Where few people live, luck\nmakes the highest rates and\nthe lowest. Shrinking takes\noff so much "
         "as chance\nexplains: the fewer people,\nthe more.\n\nResidents are not those who\nare there: the middle of\n"
         "Bath has few residents and\nmany visitors.", x=0.74)  # fmt: skip
    frame.save(figure, "rates")


def two_counts() -> None:
    from csgeo.hotspots.two_counts import e_test

    most = 45
    p = np.array(
        [[e_test(a, b) if a + b else 1.0 for a in range(most + 1)] for b in range(most + 1)]
    )
    robbery = searched()
    month = (
        robbery.loc[robbery["harm"] == "SYV.ROBBERY", "occurred_from"]
        .dt.to_period("Q")
        .value_counts()
        .sort_index()
    )
    figure, axes = sheet(
        "Two counts: how far apart must they be?",
        "E-test of two counts from periods of equal length, and robberies in B&NES by quarter",
    )
    axes.contourf(np.arange(most + 1), np.arange(most + 1), p, levels=[0, 0.01, 0.05, 1.1],
                  colors=["#8fb8dc", "#d4e4f2", "#ffffff"])  # fmt: skip
    axes.plot([0, most], [0, most], color=frame.PLAIN, linewidth=1, linestyle=(0, (4, 3)))
    pairs = [(month.iloc[k], month.iloc[k + 4], month.index[k]) for k in range(len(month) - 4)]
    for a, b, when in pairs:
        axes.scatter(a, b, color=frame.MORE, edgecolor=frame.INK, s=70, zorder=5)
        axes.annotate(
            _quarter(when), (a, b), xytext=(8, -4), textcoords="offset points", fontsize=9
        )
    axes.set(
        xlim=(0, most),
        ylim=(0, most),
        xlabel="records in the first period",
        ylabel="records in the second",
    )
    axes.set_aspect("equal")
    said = "\n".join(
        f"{_quarter(w)}: {a} and {b}, {_p(e_test(int(a), int(b)))}" for a, b, w in pairs
    )
    frame.legend(
        axes,
        [("#8fb8dc", "p ≤ 0.01"), ("#d4e4f2", "p ≤ 0.05"), ("#ffffff", "could be chance")],
        where="upper left",
    )
    _say(figure, f"Robberies, a quarter and the\nsame one a year later:\n\n{said}\n\nA difference has to leave\nthe white "
         "band before\nanyone speaks of it.")  # fmt: skip
    frame.save(figure, "two_counts")


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.2f}"


def _quarter(when: pd.Period) -> str:
    return ("Jan to Mar", "Apr to Jun", "Jul to Sep", "Oct to Dec")[when.quarter - 1]


def near_repeat() -> None:
    from csgeo.hotspots.repeats.events import events_at
    from csgeo.hotspots.repeats.near_repeat import near_repeat as repeats

    known = chicago_burglaries()
    events = events_at(known["x"], known["y"], (known["date"] - pd.Timestamp("2016-01-01")).dt.days)
    found = repeats(events, space_m=(200, 400, 600, 800, 1000), time_days=(4, 8, 12, 16), seed=1)
    table = found.table[
        np.isfinite(found.table["space_below_m"]) & np.isfinite(found.table["time_below_days"])
    ]
    grid = {
        column: table.set_index(["space_from_m", "time_from_days"])[column].unstack()  # noqa: PD010
        for column in ("ratio_to_mean", "p_value", "observed")
    }
    figure, axes = sheet(
        "Near repeats: after a burglary, how near and how soon is the next?",
        "970 burglaries of one month in Chicago; times as many pairs as dates dealt at random give",
        credit="City of Chicago open data. Burglaries of January 2016.", place=(0.19, 0.14, 0.5),
    )  # fmt: skip
    ratio, p = grid["ratio_to_mean"].to_numpy(dtype=float), grid["p_value"].to_numpy(dtype=float)
    seen = grid["observed"].to_numpy()
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = ListedColormap(["#ffffff", "#fbd9c6", "#f6a27b", "#F46A25"])
    axes.imshow(
        np.nan_to_num(ratio),
        cmap=colours,
        norm=BoundaryNorm([0, 1.1, 1.25, 1.5, 99], 4),
        aspect="auto",
    )
    for (row, column), value in np.ndenumerate(ratio):
        few = seen[row, column] < 5
        words = (
            "few"
            if few
            else f"{value:.2f}"
            + ("\np = " + f"{p[row, column]:.3f}" if p[row, column] <= 0.05 else "")
        )
        axes.text(column, row, words, ha="center", va="center", fontsize=10,
                  fontweight="bold" if p[row, column] <= 0.05 and not few else "normal")  # fmt: skip
    below = table.drop_duplicates("space_from_m").set_index("space_from_m")["space_below_m"]
    axes.set_yticks(
        range(len(below)),
        [
            "same place" if high <= 1 else f"{max(low, 0) if low > 1 else 0:g} to {high:g} m"
            for low, high in below.sort_index().items()
        ],
    )
    days = table.drop_duplicates("time_from_days").sort_values("time_from_days")
    axes.set_xticks(range(len(days)), [f"{a:g} to {b - 1:g} days" for a, b in
                    zip(days["time_from_days"], days["time_below_days"], strict=True)])  # fmt: skip
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#c2c9ce")
    _say(figure, "Read a row from left to\nright: how long after a\nburglary are there more\nat this distance?\n\n"
         "Bold: chance gives as\nmany in at most 5 of 100\ndeals (999 tried).\n\nCells are looked at\ntogether: one bold "
         "number\nfar out is no finding.", x=0.72)  # fmt: skip
    frame.save(figure, "near_repeat")


def network_k() -> None:
    from csgeo.hotspots.on_streets.network_k import network_k as k_function

    network, placed = chicago_network()
    found = k_function(
        placed, network, r_m=np.arange(0, 301, 12.5), correction="ang", replicates=199, seed=1
    )
    table = found.table
    figure, axes = sheet(
        "K along streets: are crimes nearer to each other than by chance?",
        f"{found.n} street crimes in a part of Chicago (a published data set; feet), Ang's correction",
        credit="Data set 'chicago' of the R package spatstat.data (Chicago Weekly Crime Listing, 2002).",
    )
    axes.fill_between(
        table.index, table["low"], table["high"], color="#e1e6e9", label="95 of 100 draws by chance"
    )
    axes.plot(
        table.index,
        table["mean"],
        color=frame.QUIET_INK,
        linewidth=1.2,
        linestyle=(0, (4, 3)),
        label="their mean",
    )
    axes.plot(table.index, table["k"], color=frame.PLACE_DARK, linewidth=2.6, label="crimes")
    axes.set(
        xlim=(0, 300),
        ylim=(0, None),
        xlabel="walk along the streets (feet)",
        ylabel="K (feet of street)",
    )
    axes.legend(frameon=False, loc="upper left", fontsize=10)
    _say(figure, f"Over all distances together:\np = {found.p_overall:.3f}.\n\nAbove the grey band there are\nmore "
         "others within such a\nwalk than anywhere on the\nsame streets by chance.")  # fmt: skip
    frame.save(figure, "network_k")


DRAWINGS: dict[str, Callable[[], None]] = {
    "accuracy": accuracy,
    "concentration": concentration,
    "near_repeat": near_repeat,
    "network_k": network_k,
    "rates": rates,
    "two_counts": two_counts,
}
