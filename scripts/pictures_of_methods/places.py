"""What does each method of find_hotspots see in Bath, and which places are cut from it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.lattice import cell_at, cell_polygon

from . import frame
from .data import BATH, banes, places_of, searched

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes

#: No cell is drawn for fewer records than this.
LEAST = 5


class Seen(NamedTuple):
    """Title, line below, and how the surface is drawn: it gives the rows of the legend."""

    title: str
    under: str
    lay: Callable[[Axes], Sequence[tuple[str, str]]]


def draw(page: str, method: str, seen: Seen) -> None:
    """Draw a method's surface lightly, the places cut from it, and their list."""
    found = places_of(method).hotspots
    figure, top = frame.new_picture(seen.title, seen.under, credit=frame.POLICE)
    axes = frame.map_axes(figure, (0.022, 0.045, 0.66, top - 0.045), BATH)
    frame.lay_basemap(axes, banes().basemap, places=found)
    rows = list(seen.lay(axes))
    frame.lay_places(axes, found)
    frame.legend(axes, [*rows, ("place", "places cut from it, by rank")])
    _list(figure, axes, found, top)
    frame.save(figure, page)


def _list(figure: object, axes: Axes, found: gpd.GeoDataFrame, top: float) -> None:
    """Write the ranked list beside the map, counts rounded as in a release."""
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    step = (top - 0.11) / 10.6
    about = 5 * np.floor(found["incidents"] / 5 + 0.5).astype(int)
    figure.text(0.7, top - 0.015, "Places", fontweight="bold", fontsize=10)
    figure.text(
        0.98, top - 0.015, "records, about", fontsize=8.5, color=frame.QUIET_INK, ha="right"
    )
    for n, (rank, name, count, at) in enumerate(
        zip(found["rank"], found["name"], about, found.representative_point(), strict=True)
    ):
        y = top - 0.065 - n * step
        beyond = not (west < at.x < east and south < at.y < north)
        figure.text(0.712, y, str(rank), fontsize=8.5, fontweight="bold", ha="center", va="center",
                    bbox={"boxstyle": "circle,pad=0.22", "facecolor": "white",
                          "edgecolor": frame.INK, "linewidth": 1.1})  # fmt: skip
        figure.text(0.733, y, _short(name) + (" *" if beyond else ""), fontsize=8.5, va="center")
        figure.text(0.985, y, f"{count}", fontsize=8.5, ha="right", va="center")
    if len(found) and any(
        not (west < p.x < east and south < p.y < north) for p in found.representative_point()
    ):
        figure.text(0.7, 0.052, "* beyond this map", fontsize=8, color=frame.QUIET_INK)


def _short(name: str, most: int = 26) -> str:
    name = name.removeprefix("Around ")
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


# --- what each method sees -------------------------------------------------------------


def _cells_of(x: np.ndarray, y: np.ndarray, *, cell_m: int = 125) -> gpd.GeoDataFrame:
    """Count points on cells, and keep those with enough."""
    import geopandas as gpd

    held = pd.Series(cell_at(x, y, cell_m=cell_m)).value_counts()
    held = held[held >= LEAST].sort_index()
    return gpd.GeoDataFrame(
        {"records": held.to_numpy()}, geometry=cell_polygon(held.index), crs=27700
    )


def _xy() -> tuple[np.ndarray, np.ndarray]:
    at = searched().geometry
    return at.x.to_numpy(), at.y.to_numpy()


def lay_ratio(axes: Axes) -> Sequence[tuple[str, str]]:
    cells = places_of("compact_places").cells
    cells = cells[(cells["incidents"] >= LEAST) & (cells["incidents"] > 2 * cells["expected"])]
    grade = np.digitize(cells["incidents"] / cells["expected"], [5, 20])
    frame.lay_cells(axes, cells, grade)
    words = ("2 to 5", "5 to 20", "20 and more")
    return [
        (c, f"squares with {w} times the expected") for c, w in zip(frame.SEEN, words, strict=True)
    ]


def lay_gi(axes: Axes) -> Sequence[tuple[str, str]]:
    cells = places_of("getis_ord").cells
    cells = cells[cells["q_value"] <= 0.05]
    z = cells["getis_ord_star"].to_numpy()
    low = float(np.floor(z.min() * 10) / 10)
    frame.lay_cells(axes, cells, np.digitize(z, [5, 10]))
    return [
        (frame.SEEN[0], f"Gi* from {low:g} (q = 0.05)"),
        (frame.SEEN[1], "Gi* from 5"),
        (frame.SEEN[2], "Gi* from 10"),
    ]


def lay_density(axes: Axes) -> Sequence[tuple[str, str]]:
    from csgeo.hotspots.density.estimate import kernel_density

    drawn = kernel_density(searched(), banes().area, cell_m=125, bandwidth=500)
    column = next(c for c in drawn.cells.columns if c.startswith("density"))
    cells = drawn.cells[drawn.cells[column] >= 100]
    frame.lay_cells(axes, cells, np.digitize(cells[column], [250, 500]))
    words = ("from 100", "from 250", "from 500 records in a km²")
    return list(zip(frame.SEEN, words, strict=True))


def lay_scan(axes: Axes) -> Sequence[tuple[str, str]]:
    """Draw the circles that the textbook scan finds on cells, up to 1 km wide."""
    from matplotlib.patches import Circle

    from csgeo.hotspots.scan.spatial import scan_poisson

    cells = places_of("scan").cells
    cells = cells[cells["expected"] > 0]
    points = np.column_stack([cells.centroid.x, cells.centroid.y])
    clusters = scan_poisson(
        points, cells["incidents"].to_numpy(), expected=cells["expected"].to_numpy(),
        most_radius_m=500, most_clusters=25, replicates=199, seed=1, ids=cells.index,
    )  # fmt: skip
    for row in clusters[clusters["p_value"] <= 0.05].itertuples():
        axes.add_patch(Circle((row.x, row.y), max(row.radius_m, 62.5), facecolor=frame.SEEN[0],
                              edgecolor="#28A197", linewidth=1.2, alpha=0.8, zorder=3))  # fmt: skip
    return [("#d3ece9", "circles up to 500 m with p ≤ 0.05")]


def lay_stretches(axes: Axes) -> Sequence[tuple[str, str]]:
    from csgeo.hotspots.on_streets.network_density import network_density
    from csgeo.streets import street_network

    network = street_network(banes().streets)
    drawn = network_density(searched(), network, bandwidth_m=300)
    return _lay_lines(axes, drawn.stretches, 10 * drawn.stretches["per_100m"])


def _lay_lines(axes: Axes, lines: gpd.GeoDataFrame, dense: pd.Series) -> Sequence[tuple[str, str]]:
    edges = [10, 25, 60]
    colours = ("#8fd0c9", "#35a79c", "#0d6b62")
    for low, high, colour, width in zip(
        edges, [*edges[1:], np.inf], colours, (1.4, 2.2, 3.0), strict=True
    ):
        some = lines[(dense >= low) & (dense < high)]
        some.plot(ax=axes, color=colour, linewidth=width, zorder=5, aspect=None)
    words = ("from 10", "from 25", "from 60 records in a km of street")
    return [(c + "-", w) for c, w in zip(colours, words, strict=True)]


def lay_hot_streets(axes: Axes) -> Sequence[tuple[str, str]]:
    from csgeo.hotspots.on_streets.hot_segments import hot_segments
    from csgeo.streets import street_network

    found = hot_segments(searched(), street_network(banes().streets)).stretches
    hot = found[(found["q_value"] <= 0.05) & (found["incidents"] >= LEAST)]
    hot.plot(ax=axes, color="#0d8074", linewidth=3, zorder=5, aspect=None)
    return [("#0d8074-", "hot stretches of 100 m (q = 0.05)")]


def lay_clusters(method: str, **options: object) -> Callable[[Axes], Sequence[tuple[str, str]]]:
    """Draw the squares that hold records of a cluster, neighbours of another shade."""

    def lay(axes: Axes) -> Sequence[tuple[str, str]]:
        from importlib import import_module

        x, y = _xy()
        labels = import_module(f"csgeo.hotspots.clusters.{method}").label(x, y, **options).labels
        inside = labels >= 0
        cells = _cells_of(x[inside], y[inside])
        own = pd.DataFrame(
            {"cell": cell_at(x[inside], y[inside], cell_m=125), "of": labels[inside]}
        )
        busiest = own.groupby("cell")["of"].agg(lambda s: s.value_counts().index[0])
        held = pd.Series(own["cell"]).value_counts()
        grade = busiest[held[held >= LEAST].sort_index().index].to_numpy() % 3
        frame.lay_cells(axes, cells, grade, ("#c7e7e3", "#8ecdc5", "#cfd9a8"))
        how_many = len(np.unique(labels[inside]))
        return [
            ("#8ecdc5", f"squares of its {how_many} clusters in B&NES (shades tell them apart)")
        ]

    return lay


SUBJECT = "Violence and robbery in 24 months"
PICTURES: dict[str, tuple[str, Seen]] = {
    "compact_places": ("compact_places", Seen(
        "Compact places: the strongest small windows, apart from each other",
        f"{SUBJECT}, against the length of street", lay_ratio)),
    "getis_ord": ("getis_ord", Seen(
        "Gi*: one blob over the middle of Bath, and the places cut from it",
        f"{SUBJECT}, squares of 125 m", lay_gi)),
    "density": ("kernel_density", Seen(
        "Kernel density: a surface to look at, and the places cut from it",
        f"{SUBJECT}, quartic kernel of 500 m", lay_density)),
    "scan": ("scan", Seen(
        "Kulldorff's scan: circles that hold more records than their streets would",
        f"{SUBJECT}, 199 draws by chance", lay_scan)),
    "network_density": ("network_density", Seen(
        "Density along streets: it does not leap over the river",
        f"{SUBJECT}, quartic kernel of 300 m along the street", lay_stretches)),
    "hot_streets": ("hot_streets", Seen(
        "Hot streets: stretches with more records than their surroundings would give",
        f"{SUBJECT}, stretches of at most 100 m", lay_hot_streets)),
    "dbscan": ("dbscan", Seen(
        "DBSCAN: records that hang together, and the places cut from them",
        f"{SUBJECT}, reach of 100 m", lay_clusters("dbscan"))),
    "optics": ("optics", Seen(
        "OPTICS: valleys of their own density, and the places cut from them",
        f"{SUBJECT}, as by default", lay_clusters("optics"))),
    "hdbscan": ("hdbscan", Seen(
        "HDBSCAN: clusters that last as the reach grows, and the places cut from them",
        f"{SUBJECT}, as by default", lay_clusters("hdbscan"))),
    "nearest_neighbour_hierarchy": ("nearest_neighbour_hierarchy", Seen(
        "Nearest-neighbour hierarchy: records nearer than chance has it",
        f"{SUBJECT}, clusters of the first order", lay_clusters("nearest_neighbour_hierarchy"))),
    "stac": ("stac", Seen(
        "STAC: overlapping circles of a search grid, and the places cut from them",
        f"{SUBJECT}, as by default", lay_clusters("stac"))),
}  # fmt: skip


def drawings() -> dict[str, Callable[[], None]]:
    return {
        page: lambda page=page, method=method, seen=seen: draw(page, method, seen)
        for page, (method, seen) in PICTURES.items()
    }
