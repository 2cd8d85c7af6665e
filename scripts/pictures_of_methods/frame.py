"""What does every picture of a method look like: outlines, scale bar, who made the data?"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image
from shapely import box

from csgeo.outputs.style import BASEMAP, INK, QUIET_INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures" / "methods"
DPI = 100
WIDTH_PX, HEIGHT_PX = 900, 560
#: Blues of the places; what a method sees is teal, so that the two cannot be taken for each other.
PLACE, PLACE_DARK = "#2073BC", "#12436D"
SEEN = ("#d3ece9", "#a4d8d2", "#63bcb2")
MORE, FEWER, PLAIN = "#F46A25", "#12436D", "#aab3b9"
POLICE = "Police data: data.police.uk, OGL v3.0. Contains OS data © Crown copyright."
INVENTED = "The invented county of csgeo: no real place, no real person."

mpl.use("Agg")
mpl.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK, "axes.labelcolor": INK,
    "axes.edgecolor": QUIET_INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "hatch.linewidth": 0.6,
})  # fmt: skip


def new_picture(
    title: str, under: str, *, credit: str, height_px: int = HEIGHT_PX
) -> tuple[Figure, float]:
    """Open a sheet with its title and its source; give it and where the drawing may begin."""
    figure = plt.figure(figsize=(WIDTH_PX / DPI, height_px / DPI), dpi=DPI, facecolor="white")
    figure.text(0.022, 1 - 28 / height_px, title, fontsize=14, fontweight="bold", va="center")
    figure.text(0.022, 1 - 53 / height_px, under, fontsize=10, color=QUIET_INK, va="center")
    figure.text(0.022, 12 / height_px, credit, fontsize=8, color=QUIET_INK, va="center")
    return figure, 1 - 70 / height_px


def save(figure: Figure, page: str) -> Path:
    """Keep the sheet as a small picture with 256 colours."""
    for axes in figure.axes:
        if axes.get_xlabel().startswith("Easting"):  # GeoPandas names the axes of a map
            axes.set(xlabel="", ylabel="")
    raw = BytesIO()
    figure.savefig(raw, dpi=DPI, format="png")
    plt.close(figure)
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{page}.png"
    drawn = Image.open(raw).convert("RGB")
    drawn.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )
    return path


def map_axes(
    figure: Figure, place: Sequence[float], view: Sequence[float], *, scale_m: float = 1000
) -> Axes:
    """Lay a map into the sheet: `place` in shares of it, `view` (west, south, east, north) in metres."""
    axes = figure.add_axes(place)
    west, south, east, north = fitted(figure, place, view)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor="white")
    axes.set_aspect("equal")
    for spine in axes.spines.values():
        spine.set(visible=True, color="#b1b4b6", linewidth=0.8)
    metre = (east - west) / (place[2] * figure.get_figwidth() * DPI)  # metres in a pixel
    x, y = east - scale_m - 14 * metre, south + 14 * metre
    axes.plot([x, x, x + scale_m, x + scale_m], [y + 6 * metre, y, y, y + 6 * metre], color=INK,
              linewidth=1.5, zorder=30)  # fmt: skip
    said = f"{scale_m / 1000:g} km" if scale_m >= 1000 else f"{scale_m:g} m"
    axes.text(
        x + scale_m / 2,
        y + 8 * metre,
        said,
        ha="center",
        va="bottom",
        fontsize=8,
        zorder=30,
        path_effects=halo(),
    )
    return axes


def fitted(figure: Figure, place: Sequence[float], view: Sequence[float]) -> tuple[float, ...]:
    """Widen a view to the shape of the sheet that it is laid into, around its middle."""
    west, south, east, north = view
    shape = place[2] * figure.get_figwidth() / (place[3] * figure.get_figheight())
    wide, high = (
        max(east - west, (north - south) * shape),
        max(north - south, (east - west) / shape),
    )
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - high / 2, x + wide / 2, y + high / 2


def lay_basemap(
    axes: Axes,
    drawn: gpd.GeoDataFrame,
    *,
    names: bool = True,
    places: gpd.GeoDataFrame | None = None,
) -> None:
    """Draw the quiet map below; names make room for the places."""
    west, east, south, north = *axes.get_xlim(), *axes.get_ylim()
    for kind in ("park", "water", "street", "road", "rail", "boundary"):
        look, shapes = BASEMAP[kind], drawn[drawn["kind"] == kind].geometry
        if len(shapes) and look["fill"]:
            shapes.plot(ax=axes, color=look["fill"], zorder=1, aspect=None)
        elif len(shapes):
            dash = (0, look["dash"]) if look["dash"] else "solid"
            shapes.plot(ax=axes, color=look["stroke"], linewidth=look["width"] * 0.6,
                        linestyle=dash, zorder=4, aspect=None)  # fmt: skip
    taken = places.union_all().buffer(60) if places is not None and len(places) else None
    for name, point in drawn.loc[drawn["kind"] == "settlement", ["name", "geometry"]].to_numpy():
        half = 0.0078 * len(name) * (east - west)  # of the word's width on the map
        x = point.x
        while taken is not None and taken.intersects(
            box(x - half, point.y - 90, x + half, point.y + 90)
        ):
            x += 50
        inside = west + half < x < east - half and south + 0.03 * (
            north - south
        ) < point.y < north - 0.03 * (north - south)
        if names and inside and x - point.x < 1500:
            axes.text(x, point.y, name, ha="center", va="center", fontsize=9.5, zorder=14,
                      color=QUIET_INK, fontweight="bold", path_effects=halo())  # fmt: skip
    axes.set(xlim=(west, east), ylim=(south, north), xlabel="", ylabel="")


def halo(width: float = 2.5) -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground="white")]


def lay_places(axes: Axes, places: gpd.GeoDataFrame, *, numbers: bool = True) -> None:
    """Draw places as on every map: outlined, numbered by rank."""
    if places.empty:
        return
    places.plot(ax=axes, facecolor=PLACE, alpha=0.4, zorder=10, aspect=None)
    places.plot(ax=axes, facecolor="none", edgecolor=INK, linewidth=1.6, zorder=11, aspect=None)
    for rank, middle in zip(places["rank"], places.representative_point(), strict=True):
        if numbers:
            axes.text(middle.x, middle.y, str(rank), ha="center", va="center", fontsize=9,
                      fontweight="bold", zorder=20, clip_on=True,
                      bbox={"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": INK,
                            "linewidth": 1.3})  # fmt: skip


def lay_cells(
    axes: Axes,
    cells: gpd.GeoDataFrame,
    grade: np.ndarray,
    colours: Sequence[str] = SEEN,
    edge: str = "white",
) -> None:
    """Draw cells lightly by their grade, 0 for the palest."""
    for number, colour in enumerate(colours):
        some = cells[np.asarray(grade) == number]
        if len(some):
            some.plot(ax=axes, color=colour, zorder=3, linewidth=0.3, edgecolor=edge, aspect=None)


def legend(axes: Axes, rows: Sequence[tuple[str, str]], *, title: str | None = None,
           where: str = "lower left") -> None:  # fmt: skip
    """Say what colours mean; "place" is a place's, a word ending in "-" a line."""
    signs: list[Any] = []
    for colour, _ in rows:
        if colour == "place":
            signs.append(Patch(facecolor="#a6c7e4", edgecolor=INK, linewidth=1.6))
        elif colour.endswith("-"):
            signs.append(Line2D([], [], color=colour[:-1], linewidth=2.2))
        else:
            signs.append(Patch(facecolor=colour, edgecolor="#8b949a", linewidth=0.4))
    box = axes.legend(signs, [words for _, words in rows], loc=where, fontsize=8.5, title=title,
                      frameon=True, framealpha=0.95, edgecolor="#b1b4b6", fancybox=False,
                      alignment="left")  # fmt: skip
    box.set_zorder(40)
    box.get_title().set(fontsize=8.5, fontweight="bold")
