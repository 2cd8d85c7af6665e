"""What do the methods see that answer with a map of their own, and not with places?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.lattice import cell_at, cell_polygon

from . import frame
from .data import (
    BATH,
    banes,
    chicago_burglaries,
    county_release,
    liverpool,
    open_data,
    places_of,
    searched,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT = (0.022, 0.045, 0.66)


def _sheet(title: str, under: str, *, credit: str = frame.POLICE) -> tuple[Figure, float]:
    return frame.new_picture(title, under, credit=credit)


def _beside(figure: Figure, top: float, heading: str, rows: list[tuple[str, str]]) -> None:
    """Write a column of colour, word and number beside the map."""
    from matplotlib.patches import Rectangle

    figure.text(0.705, top - 0.02, heading, fontweight="bold", fontsize=10, va="center")
    for n, (colour, words) in enumerate(rows):
        y = top - 0.075 - n * 0.052
        if colour:
            figure.add_artist(Rectangle((0.705, y - 0.015), 0.024, 0.03, facecolor=colour,
                                        edgecolor="#8b949a", linewidth=0.5))  # fmt: skip
        figure.text(0.74 if colour else 0.705, y, words, fontsize=9, va="center")


def emerging() -> None:
    from csgeo.hotspots.change.cube import count_cube
    from csgeo.hotspots.change.emerging import emerging_hotspots

    ground = banes()
    found = emerging_hotspots(count_cube(searched(), cell_m=250, area=ground.area))
    cells = found.cells[found.cells["incidents"] >= 5]
    figure, top = _sheet(
        "Emerging hot spots: where it is hot, and how it came to be",
        "Violence and robbery, 24 months, squares of 250 m with at least 5 records",
    )
    axes = frame.map_axes(figure, (*LEFT, top - 0.045), BATH)
    frame.lay_basemap(axes, ground.basemap)
    colours = {
        1: "#F46A25", 2: "#f9a87f", 3: "#12436D", 4: "#2073BC", 5: "#6BACE6", 6: "#a285d1",
        7: "#801650", 8: "#8b949a",
    }  # fmt: skip
    rows = []
    for number, colour in colours.items():
        some = cells[cells["class_number"] == number]
        if len(some):
            some.plot(ax=axes, color=colour, alpha=0.85, zorder=3, edgecolor="white", aspect=None,
                      linewidth=0.4)  # fmt: skip
            rows.append((colour, f"{some['word'].iloc[0]}: {len(some)}"))
    axes.set(xlabel="", ylabel="")
    _beside(figure, top, "Class, and squares in B&NES", rows)
    figure.text(0.705, 0.085, "A square without a colour has\nno pattern, or too few records.",
                fontsize=8.5, color=frame.QUIET_INK)  # fmt: skip
    frame.save(figure, "emerging")


def small_areas() -> gpd.GeoDataFrame:
    """Read the district's small areas (LSOAs) with residents of all ages and records of violence."""
    folder = open_data()
    areas = gpd.read_parquet(folder / "boundaries" / "lsoa11_4forces.parquet")
    areas = areas[areas["lad11cd"] == "E06000022"].set_index("lsoa11cd").to_crs(27700)
    people = pd.read_parquet(folder / "tables" / "population_mid2020_lsoa11_ew.parquet")
    people = people.set_index("lsoa11_code")["total_population"]
    records = searched()
    violent = records.loc[records["harm"] == "POLICE.VIOLENCE", "area_id"].value_counts()
    return areas.assign(
        residents=people.reindex(areas.index).astype(float),
        cases=violent.reindex(areas.index).fillna(0).astype(int),
    )


def local_statistics() -> None:
    from csgeo.hotspots.local.moran import local_moran_of_rates
    from csgeo.hotspots.local.neighbours import touching

    areas = small_areas()
    found = local_moran_of_rates(
        areas["cases"], areas["residents"], touching(areas.geometry, gap_m=1)
    )
    words = found["quadrant"].astype(str)
    sure = found["p_value"] <= 0.05
    figure, top = _sheet(
        "Local Moran: who is like the neighbours, and who is the odd one out?",
        "Rate of recorded violence in 115 small areas (LSOAs), allowing for their residents",
    )
    axes = frame.map_axes(figure, (*LEFT, top - 0.045), BATH)
    areas.plot(ax=axes, color="#f3f5f6", edgecolor="#c2c9ce", linewidth=0.4, aspect=None)
    look = {
        "high among high": "#12436D", "high among low": "#F46A25", "low among high": "#f9c4a5",
        "low among low": "#a9cdec",
    }  # fmt: skip
    rows = []
    for name, colour in look.items():
        some = areas[sure & (words == name)]
        if len(some):
            some.plot(ax=axes, color=colour, edgecolor="white", linewidth=0.5, aspect=None)
        rows.append((colour, f"{name}: {len(some)}"))
    frame.lay_basemap(
        axes, banes().basemap[banes().basemap["kind"].isin(["boundary", "settlement"])]
    )
    rows.append(("#f3f5f6", f"not told from chance: {int((~sure).sum())}"))
    _beside(figure, top, "Its rate among its neighbours'", rows)
    by_q = int((found["q_value"] <= 0.05).sum())
    figure.text(
        0.705,
        0.12,
        f"Coloured at p ≤ 0.05, two-sided.\nWith 115 tests some come by chance:\n"
        f"{by_q} of them pass the q-value of 0.05.",
        fontsize=8.5,
        color=frame.QUIET_INK,
    )
    frame.save(figure, "local_statistics")


def relative_risk() -> None:
    from csgeo.hotspots.density.contours import tolerance_contours
    from csgeo.hotspots.density.relative_risk import relative_risk as compare

    ground = banes()
    harm = ground.incidents["harm"]
    risk = compare(
        ground.incidents[harm == "SYV.ROBBERY"], ground.incidents[harm == "POLICE.VIOLENCE"],
        ground.area, cell_m=250, bandwidth=1000, replicates=199, seed=1,
    )  # fmt: skip
    cells = risk.cells[risk.cells["log_ratio"].notna()]
    times = np.exp(cells["log_ratio"].to_numpy(dtype=float))
    lines = tolerance_contours(risk.cells, levels=(0.05,))
    figure, top = _sheet(
        "Relative risk: where robbery is a larger share than elsewhere",
        "Robbery against other violence, 24 months, one Gaussian of 1,000 m for both",
    )
    axes = frame.map_axes(figure, (*LEFT, top - 0.045), ground.area.total_bounds, scale_m=5000)
    colours = ("#8fb8dc", "#d4e4f2", "#f4f4f2", "#fbd9c6", "#f6a27b")
    edges = (0.5, 0.8, 1.25, 2.0)
    grade = np.digitize(times, edges)
    frame.lay_cells(axes, cells, grade, colours, edge="none")
    frame.lay_basemap(axes, ground.basemap[ground.basemap["kind"] != "street"])
    for side, dash in (("more", "solid"), ("less", (0, (4, 2)))):
        some = lines[(lines["side"] == side) & (lines["incidents"] + lines["others"] >= 5)]
        if len(some):
            some.boundary.plot(ax=axes, color=frame.INK, linewidth=1.5, linestyle=dash, zorder=12,
                               aspect=None)  # fmt: skip
    axes.set(xlabel="", ylabel="")
    words = (
        "under half",
        "0.5 to 0.8 times",
        "as in the whole area",
        "1.25 to 2 times",
        "twice and more",
    )
    _beside(figure, top, "Robbery's share there", list(zip(colours, words, strict=True)))
    figure.text(0.705, 0.1, "Line: more than labels dealt at\nrandom give in 95 of 100 (dashed:\nless). "
                "For each square by itself.", fontsize=8.5, color=frame.QUIET_INK)  # fmt: skip
    frame.save(figure, "relative_risk")


def space_time_density() -> None:
    from csgeo.hotspots.density.over_time import density_over_time

    ground = banes()
    drawn = density_over_time(searched(), ground.area, step="quarter", cell_m=125, bandwidth=500)
    steps = drawn.cells.index.get_level_values("step").unique()[:4]
    figure, top = _sheet(
        "Space-time density: four quarters, one scale",
        "Violence and robbery in central Bath, quartic kernel of 500 m",
    )
    middle = (373_300, 163_300, 377_000, 166_600)
    for n, step in enumerate(steps):
        place = (
            0.022 + (n % 2) * 0.345,
            0.045 + (1 - n // 2) * (top - 0.02) / 2,
            0.335,
            (top - 0.085) / 2,
        )
        axes = frame.map_axes(figure, place, middle)
        cells = drawn.cells.xs(step, level="step")
        dense = cells["density_km2_day"] * 91
        grade = np.digitize(dense, [15, 40, 80, 160]) - 1
        frame.lay_cells(axes, cells, grade, (*frame.SEEN, "#2b9a8f"))
        frame.lay_basemap(axes, ground.basemap[ground.basemap["kind"] != "street"], names=False)
        axes.text(0.02, 0.97, f"{_quarter(str(step))}", transform=axes.transAxes, fontsize=9.5,
                  fontweight="bold", va="top", zorder=20, path_effects=frame.halo(3))  # fmt: skip
    rows = list(
        zip((*frame.SEEN, "#2b9a8f"), ("from 15", "from 40", "from 80", "from 160"), strict=True)
    )
    figure.text(0.74, top - 0.29, "in a km² and quarter", fontsize=8.5, color=frame.QUIET_INK)
    _beside(figure, top, "Records", rows)
    frame.save(figure, "space_time_density")


def _quarter(step: str) -> str:
    year, quarter = step.split("Q")
    return ("January to March", "April to June", "July to September", "October to December")[
        int(quarter) - 1
    ] + f" {year.strip('-')}"


def change() -> None:
    from csgeo.hotspots.change.two_periods import change_per_place

    found = places_of("compact_places").hotspots
    told = change_per_place(
        searched(), found, before=("2019-10", "2020-09"), after=("2020-10", "2021-09")
    )
    figure, top = _sheet(
        "Change: ten places, one year against the year before",
        "Rate ratio of recorded harm with its 95 % interval, October 2020 to September 2021",
    )
    axes = figure.add_axes((0.27, 0.125, 0.4, top - 0.14))
    at = np.arange(len(told))[::-1]
    colours = [
        frame.MORE if "more" in w else frame.FEWER if "fewer" in w else frame.PLAIN
        for w in told["verdict"].astype(str)
    ]
    axes.axvline(1, color=frame.QUIET_INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.hlines(at, told["lower"], told["upper"], color=colours, linewidth=2.6)
    axes.scatter(
        told["ratio"], at, color=colours, s=46, zorder=4, edgecolor=frame.INK, linewidth=0.8
    )
    axes.set(
        xscale="log",
        ylim=(-0.6, len(told) - 0.4),
        xlabel="times as many records a day as the year before",
    )
    ticks = [0.5, 0.75, 1, 1.5, 2]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.set_xticks([], minor=True)
    names = [f"{r}  {_cut(n)}" for r, n in zip(found["rank"], found["name"], strict=True)]
    axes.set_yticks(at, names, fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for y, words in zip(at, told["verdict"].astype(str), strict=True):
        figure.text(0.69, axes.get_position().y0 + (y + 0.6) / len(told) * axes.get_position().height,
                    words.replace(" (", "\n("), fontsize=8.5, va="center")  # fmt: skip
    frame.save(figure, "change")


def _cut(name: str, most: int = 25) -> str:
    name = name.removeprefix("Around ")
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def centrography() -> None:
    from csgeo.hotspots.clusters.centrography import mean_centre
    from csgeo.hotspots.clusters.ellipses import ellipse_shape, standard_deviational_ellipse

    ground = banes()
    figure, top = _sheet(
        "Centrography: middle and spread of three kinds of harm",
        "24 months; each ellipse is one standard deviation of its records (CrimeStat's form)",
    )
    axes = frame.map_axes(figure, (*LEFT, top - 0.045), ground.area.total_bounds, scale_m=5000)
    frame.lay_basemap(axes, ground.basemap[ground.basemap["kind"] != "street"])
    rows = []
    for code, words, colour in (
        ("POLICE.VIOLENCE", "violence", "#12436D"), ("POLICE.DRUGS", "drugs", "#28A197"),
        ("SYV.ROBBERY", "robbery", "#F46A25"),
    ):  # fmt: skip
        some = ground.incidents.loc[ground.incidents["harm"] == code].geometry
        x, y = some.x.to_numpy(), some.y.to_numpy()
        shape = ellipse_shape(standard_deviational_ellipse(x, y))
        gpd.GeoSeries([shape]).boundary.plot(
            ax=axes, color=colour, linewidth=2.2, zorder=12, aspect=None
        )
        axes.plot(*mean_centre(x, y)[:2], marker="+", color=colour, markersize=11, zorder=13,
                  markeredgewidth=2.2)  # fmt: skip
        rows.append((colour, f"{words}: about {5 * round(len(some) / 5):,}"))
    axes.set(xlabel="", ylabel="")
    _beside(figure, top, "Records", rows)
    figure.text(0.705, 0.105, "Ellipse and middle only: hulls, circles\nand median centres can run "
                "through\nthe point of a record.", fontsize=8.5, color=frame.QUIET_INK)  # fmt: skip
    frame.save(figure, "centrography")


def st_dbscan() -> None:
    from csgeo.hotspots.clusters import dbscan
    from csgeo.hotspots.clusters.st_dbscan import label

    events = chicago_burglaries()
    x, y = events["x"].to_numpy(), events["y"].to_numpy()
    day = (events["date"] - pd.Timestamp("2016-01-01")).dt.days.to_numpy(dtype=float)
    figure, top = _sheet(
        "ST-DBSCAN: near in space, and near in space and time",
        "970 burglaries of one month in Chicago, in squares of 500 m",
        credit="City of Chicago open data. Burglaries of January 2016.",
    )
    for n, (words, labels) in enumerate((
        ("within 400 m (DBSCAN)", dbscan.label(x, y, reach_m=400, least_records=5).labels),
        ("and within 7 days", label(x, y, day, reach_m=400, reach_days=7, least_records=5).labels),
    )):  # fmt: skip
        axes = frame.map_axes(figure, (0.022 + n * 0.483, 0.045, 0.473, top - 0.045),
                              (x.min(), y.min(), x.max(), y.max()), scale_m=5000)  # fmt: skip
        whole = pd.Series(cell_at(x, y, cell_m=2000)).value_counts()
        _squares(whole.index[whole >= 5]).plot(ax=axes, color="#e7ebed", aspect=None)
        inside = labels >= 0
        held = pd.Series(cell_at(x[inside], y[inside], cell_m=500)).unique()
        _squares(held).plot(ax=axes, color="#28A197", aspect=None)
        axes.set(xlabel="", ylabel="")
        clusters = len(np.unique(labels[inside]))
        axes.text(0.03, 0.04, f"{words}:\n{clusters} clusters, {inside.sum()} records", fontsize=10,
                  fontweight="bold", transform=axes.transAxes)  # fmt: skip
        frame.legend(axes, [("#28A197", "holds records of a cluster"), ("#e7ebed", "2 km squares with 5 and more")],
                     where="upper right")  # fmt: skip
    frame.save(figure, "st_dbscan")


def _squares(ids: np.ndarray) -> gpd.GeoSeries:
    return gpd.GeoSeries(cell_polygon(sorted(ids)))


def services() -> None:
    from csgeo.context.services import services_around
    from csgeo.streets import street_network

    ground, found = banes(), places_of("compact_places").hotspots
    near = services_around(found, ground.services, network=street_network(ground.streets))
    kinds = ["YOUTH_CLUB", "LIBRARY", "SCHOOL", "COLLEGE", "GP"]
    table = near.set_index(["hotspot_id", "kind"])["walk_minutes"].unstack()  # noqa: PD010
    table = table.reindex(index=found.index, columns=kinds)
    figure, top = _sheet(
        "Services: minutes on foot from each place to the nearest of its kind",
        "Along the streets, from the nearest side of the place, 80 m a minute; ten minutes are within reach",
        credit=f"{frame.POLICE} Services: Bath & North East Somerset Council, Bath: Hacked, OGL v3.0.",
    )
    axes = figure.add_axes((0.31, 0.07, 0.66, top - 0.13))
    _shaded(axes, table.to_numpy(dtype=float), edges=(10, 20), words=lambda v: f"{v:.0f}")
    axes.set_yticks(range(len(found)), [f"{r}  {_cut(n, 30)}" for r, n in
                    zip(found["rank"], found["name"], strict=True)], fontsize=9)  # fmt: skip
    axes.set_xticks(range(len(kinds)), ["Youth space", "Library", "School", "College", "GP"])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    frame.save(figure, "services")


def _shaded(axes: Axes, values: np.ndarray, *, edges: tuple[float, float],
            words: Callable[[float], str]) -> None:  # fmt: skip
    """Draw a table of numbers, darker for what is nearer."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    colours = ListedColormap(["#a9cdec", "#e3eef8", "#ffffff"])
    shown = np.where(np.isnan(values), 999, values)
    axes.imshow(
        shown, cmap=colours, norm=BoundaryNorm([-1, edges[0], edges[1], 9999], 3), aspect="auto"
    )
    for (row, column), value in np.ndenumerate(values):
        far = not value <= edges[0]
        axes.text(column, row, "–" if np.isnan(value) else words(value), ha="center", va="center",
                  fontsize=9.5, fontweight="normal" if far else "bold")  # fmt: skip
    axes.set_xticks(np.arange(-0.5, values.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, values.shape[0]), minor=True)
    axes.grid(which="minor", color="#c2c9ce", linewidth=0.7)
    axes.tick_params(which="minor", length=0)
    for spine in axes.spines.values():
        spine.set(visible=True, color="#c2c9ce")


def barriers() -> None:
    """Draw Liverpool's records with and without the Mersey, on both banks."""
    from csgeo.hotspots.density.barriers import density_with_barriers
    from csgeo.hotspots.density.estimate import kernel_density

    records, banks = liverpool()
    nothing = gpd.GeoDataFrame(geometry=[], crs=27700)
    plain = kernel_density(records, banks, cell_m=250, kernel="gaussian", bandwidth=1000)
    walked = density_with_barriers(records, banks, nothing, cell_m=250, bandwidth=1000)
    wirral = banks.geometry[banks["name"] == "Wirral"].iloc[0]
    figure, top = _sheet(
        "Barriers: what is recorded in Liverpool does not warm the Wirral",
        "Density of violence recorded in Liverpool alone, 2018 to 2021, standard deviation 1,000 m",
    )
    colours = (*frame.SEEN, "#2b9a8f")
    for n, (words, drawn) in enumerate(
        (("As the crow flies", plain), ("Walked: the river is a wall", walked))
    ):
        axes = frame.map_axes(figure, (0.022 + n * 0.483, 0.045, 0.473, top - 0.045),
                              (326_500, 381_000, 345_000, 398_000), scale_m=5000)  # fmt: skip
        banks.plot(ax=axes, color="#f6f7f7", edgecolor=frame.QUIET_INK, linewidth=0.9, aspect=None)
        dense = drawn.cells["density_km2"]
        grade = np.digitize(dense, [5, 100, 500, 1500]) - 1
        frame.lay_cells(axes, drawn.cells, grade, colours, edge="none")
        banks.boundary.plot(ax=axes, color=frame.QUIET_INK, linewidth=0.9, zorder=6, aspect=None)
        middle = drawn.cells.geometry.centroid
        across = shapely.contains_xy(wirral, middle.x, middle.y)
        there = float(dense[across].sum() * 0.25**2)
        axes.text(0.03, 0.96, f"{words}:\n{there:,.0f} records are laid on the Wirral", va="top", fontsize=10,
                  fontweight="bold", transform=axes.transAxes, path_effects=frame.halo(3))  # fmt: skip
        for name, x, y in (("Wirral", 328_700, 386_500), ("Liverpool", 340_000, 392_500)):
            axes.text(x, y, name, fontsize=9.5, color=frame.QUIET_INK, fontweight="bold",
                      path_effects=frame.halo())  # fmt: skip
    rows = list(zip(colours, ("5", "100", "500", "1,500"), strict=True))
    frame.legend(axes, rows, title="records in a km², from")
    frame.save(figure, "barriers")


def protection() -> None:
    """Draw what leaves the secure side: the invented county's city in a release."""
    release = county_release()
    figure, top = _sheet(
        "Protection: what a release shows, and what it leaves out",
        "The invented county: squares are merged until each describes enough people, counts rounded to 5",
        credit=frame.INVENTED,
    )
    axes = frame.map_axes(
        figure, (*LEFT, top - 0.045), (550_500, 48_500, 566_500, 61_500), scale_m=2000
    )
    cells, shown = release.cells, release.cells[~release.cells["hidden"]]
    frame.lay_cells(axes, shown, np.digitize(shown["per_km2"].astype(float), [100, 200]))
    hidden = cells[cells["hidden"]]
    hidden.plot(ax=axes, facecolor="white", edgecolor="#8b949a", hatch="////", linewidth=0.3, zorder=3,
                aspect=None)  # fmt: skip
    frame.lay_basemap(
        axes, release.basemap[release.basemap["kind"] != "street"], places=release.hotspots
    )
    frame.lay_places(axes, release.hotspots)
    words = ("fewer than 100 in a km²", "100 to 200", "200 and more")
    _beside(figure, top, "Records, rounded", [
        *zip(frame.SEEN, words, strict=True), ("#a6c7e4", "a place, by rank"),
        ("white", "hatched: hidden to protect people")])  # fmt: skip
    figure.text(0.705, 0.1, "A hidden square may hold nothing or\ntoo few people: it does not say which.\n"
                "No record, no person and no exact\ncount is in the release.", fontsize=8.5,
                color=frame.QUIET_INK)  # fmt: skip
    frame.save(figure, "protection")


DRAWINGS: dict[str, Callable[[], None]] = {
    "barriers": barriers,
    "centrography": centrography, "change": change, "emerging": emerging,
    "local_statistics": local_statistics, "protection": protection,
    "relative_risk": relative_risk, "services": services,
    "space_time_density": space_time_density, "st_dbscan": st_dbscan,
}  # fmt: skip
