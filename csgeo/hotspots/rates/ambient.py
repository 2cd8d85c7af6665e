"""Who is there, rather than who lives there?

An index from what is openly known: stops, schools, services, shops, metres of street, counters.
Each part is laid on the cells, spread as far as its people walk, and weighed by a share that the
user states. It is no count of people: the shares are a judgement, and the answer says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.rates.exposure import exposure_in_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers = npt.NDArray[np.float64]


class Part(NamedTuple):
    """One sign of people's presence.

    ``places`` are points, areas or streets; ``share`` is how much of all presence they stand for,
    relative to the other parts; ``column`` names their amounts (pupils, passengers), or is None to
    count points and measure streets.
    """

    places: gpd.GeoDataFrame
    share: float
    column: str | None = None


class Ambient(NamedTuple):
    """The index, and what it is made of.

    ``raster`` adds up to 1 over the study area; ``parts`` has one row a part: ``places``, ``inside``
    and ``outside`` (amounts), ``share`` (adding up to 1); ``words`` belong under every map of it.
    """

    raster: Numbers
    parts: pd.DataFrame
    words: str


def ambient_exposure(field: Field, parts: Mapping[str, Part], *, reach_m: float) -> Ambient:
    """Make an index of who is there, from open data, with stated shares.

    Parameters
    ----------
    field
        The study area as a raster, from :func:`csgeo.hotspots.counting.lay_field`.
    parts
        What shows that people are there, by name.
    reach_m
        Standard deviation of the Gaussian that each part is spread by, in metres: 0 for none, else
        at least half a cell. Nothing is spread out of the study area.

    Returns
    -------
    ambient
        raster, parts, words.

    Raises
    ------
    TableError, MethodError
        If a part cannot be laid on the cells, see
        :func:`csgeo.hotspots.rates.exposure.exposure_in_cells`, or there is none.
    RecipeError
        If a share is not above 0, or the reach is less than half a cell.

    References
    ----------
    Andresen (2006), https://doi.org/10.1093/bjc/azi054; Andresen (2011),
    https://doi.org/10.1080/00330124.2010.547151 (why the denominator is not who lives there)

    Examples
    --------
    >>> parts = {"stops": Part(stops, 0.5), "schools": Part(schools, 0.5, "pupils")}  # doctest: +SKIP
    >>> ambient_exposure(field, parts, reach_m=250).parts  # doctest: +SKIP
    """
    if not parts:
        msg = "`parts` must name at least one sign of people's presence; there is none."
        raise MethodError(msg)
    _check_options(parts, reach_m, field.cell_m)
    total = sum(part.share for part in parts.values())
    raster = np.zeros(field.mask.shape)
    rows = {}
    for name, part in sorted(parts.items()):  # the order in which they are named does not matter
        laid = exposure_in_cells(part.places, field, column=part.column)
        raster += part.share / total * _spread(laid.raster / laid.inside, field, reach_m)
        rows[name] = (len(part.places), laid.inside, laid.outside, part.share / total)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["places", "inside", "outside", "share"]
    ).rename_axis("part")
    return Ambient(raster, table, _words(table, reach_m))


def _spread(raster: Numbers, field: Field, reach_m: float) -> Numbers:
    """Spread a raster by a Gaussian that stays within the study area and keeps its sum."""
    if reach_m == 0:
        return raster
    from scipy.ndimage import gaussian_filter  # noqa: PLC0415  (heavy)

    def near(values: Numbers) -> Numbers:
        return np.asarray(
            gaussian_filter(values, reach_m / field.cell_m, mode="constant", truncate=3.0)
        )

    seen = near(field.mask.astype(float))
    spread = np.divide(raster, seen, out=np.zeros_like(raster), where=raster > 0)
    return np.asarray(np.where(field.mask, near(spread), 0.0))


def _words(table: pd.DataFrame, reach_m: float) -> str:
    made = ", ".join(f"{name} {share:.0%}" for name, share in table["share"].items())
    return (
        f"An index of who is there, not a count of people: {made}, each spread by {reach_m:g} m. "
        "The shares are a judgement; look at how much the ranks depend on them."
    )


def _check_options(parts: Mapping[str, Part], reach_m: float, cell_m: int) -> None:
    wrong = [n for n, p in parts.items() if not (np.isfinite(p.share) and p.share > 0)]
    if wrong:
        msg = (
            f"The share of each part must be a number above 0; {len(wrong)} of {len(parts)} are "
            f"not (the first is {wrong[0]!r} with {parts[wrong[0]].share!r}). Leave such parts out."
        )
        raise RecipeError(msg)
    if not (reach_m == 0 or (np.isfinite(reach_m) and reach_m >= cell_m / 2)):
        msg = (
            f"`reach_m` must be 0, or at least half a cell ({cell_m / 2:g} m); it is {reach_m!r}. "
            "Cells cannot show less: choose smaller cells, or 0."
        )
        raise RecipeError(msg)
