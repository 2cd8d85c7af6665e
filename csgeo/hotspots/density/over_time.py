"""How densely did records lie around each cell in each week, month, quarter or year?

The tables' door to density in space and time: one slice for each step, at the step's middle.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd

from csgeo.errors import MethodError
from csgeo.hotspots.density.bandwidths import choose_bandwidth
from csgeo.hotspots.density.kernels import kernel_named
from csgeo.hotspots.density.moments import STEPS, Moments, known_moments, steps_between
from csgeo.hotspots.density.records import drawn_records
from csgeo.hotspots.density.surface import MOST_CELLS
from csgeo.hotspots.density.time_rasters import time_rasters

if TYPE_CHECKING:
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]


class DensityOverTime(NamedTuple):
    """The slices, the two bandwidths, the records that are drawn and left out, and the choices in words.

    ``cells`` has one row per cell and step, indexed by ``cell_id`` and ``step`` ("2024-03"): ``middle`` (the
    moment that is drawn), ``incidents`` (records of that cell and step) and ``density_km2_day`` (records, or
    weight, per square kilometre and day).
    """

    cells: gpd.GeoDataFrame
    bandwidth_m: float
    bandwidth_days: float
    records: int
    left_out: dict[str, int]
    words: tuple[str, ...]


def density_over_time(
    incidents: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    step: str = "month",
    period: tuple[object, object] | None = None,
    bandwidth_days: float | None = None,
    cell_m: int = 250,
    kernel: str = "quartic",
    bandwidth: float | str = "silverman",
    weight: str | None = None,
    edge: str = "diggle",
) -> DensityOverTime:
    """Draw the density of records over the study area, step by step.

    Parameters
    ----------
    incidents
        ``INCIDENTS`` table; records outside of `area`, without a point or with a time that is known no
        better than to `bandwidth_days` are not counted. A record lies at the middle of the time
        that it can mean.
    area
        ``AREAS`` table: the study area, in the same CRS.
    step
        "week" (from Monday), "month", "quarter" or "year".
    period
        First and last day of the data, both included; without it the steps of the first and last record.
        What of a record would be felt before or after is put back inside.
    bandwidth_days
        How many days before and after it a record is felt; without it twice the length of a step.
    cell_m, kernel, bandwidth, weight, edge
        As in ``kernel_density``; one bandwidth in space for all steps.

    Returns
    -------
    density
        One row per cell and step with ``middle``, ``incidents`` and ``density_km2_day``; the bandwidths;
        what was left out; the choices in words. Times the days of a step it compares with ``density_km2``.

    Raises
    ------
    TableError
        If a table breaks its contract, or the two are in different systems.
    MethodError
        If no record's time is known well enough, or a choice cannot be used.

    References
    ----------
    Brunsdon, Corcoran and Higgs (2007), https://doi.org/10.1016/j.compenvurbsys.2005.07.009

    Examples
    --------
    >>> from csgeo.hotspots.density.over_time import density_over_time  # doctest: +SKIP
    >>> slices = density_over_time(incidents, area, step="quarter", bandwidth=600)  # doctest: +SKIP
    >>> slices.cells.xs("2024Q1", level="step")  # doctest: +SKIP
    """
    days = _usable_days(bandwidth_days, step)
    shape = kernel_named(kernel)
    drawn = drawn_records(incidents, area, cell_m=cell_m, weight=weight)
    moments = known_moments(incidents[drawn.here], within_days=days)
    at, steps = steps_between(moments, step=step, period=period)
    _refuse_too_many_rows(drawn.field, len(steps))
    used = moments.used
    x, y, w = drawn.x[used], drawn.y[used], drawn.weight[used]
    chosen = choose_bandwidth(
        x, y, bandwidth=bandwidth, kernel=shape, inside=drawn.inside, field=drawn.field
    )
    rasters = time_rasters(
        x, y, moments.day, drawn.grid, at_day=steps.middle_day, bandwidth_m=chosen.metres,
        bandwidth_days=days, kernel=kernel, weight=w, period=(steps.first_day, steps.last_day),
        inside=drawn.inside, edge=edge,
    )  # fmt: skip
    counts = np.zeros((len(steps), drawn.field.mask.size), dtype=np.int64)
    np.add.at(counts, (at, drawn.counted.position[drawn.here][used]), 1)
    cells = _slices(drawn.field, steps.names, steps.middle_day, counts, rasters)
    words = (chosen.words, *_words(days, step, bandwidth_days, moments, steps.names, counts))
    return DensityOverTime(cells, chosen.metres, days, len(x), moments.left_out, words)


def _usable_days(bandwidth_days: float | None, step: str) -> float:
    if step not in STEPS:
        msg = f'`step` must be one of {", ".join(STEPS)}; it is "{step}".'
        raise MethodError(msg)
    length = STEPS[step].days
    days = 2 * length if bandwidth_days is None else float(bandwidth_days)
    if not (math.isfinite(days) and days >= length / 2):
        msg = (
            f"`bandwidth_days` must be no less than half of a step, {length / 2:g} days: below that no slice "
            f"would see the records of a step's ends; it is {days:g}. Take a shorter step or more days."
        )
        raise MethodError(msg)
    return days


def _refuse_too_many_rows(field: Field, steps: int) -> None:
    cells = int(field.mask.sum())
    if cells * steps > MOST_CELLS:
        msg = (
            f"The slices may have {MOST_CELLS:,} rows at most; {cells:,} cells at {steps:,} steps are "
            f"{cells * steps:,}. Take larger cells, longer steps or a shorter period."
        )
        raise MethodError(msg)


def _slices(
    field: Field, names: tuple[str, ...], middle: Numbers, counts: Integers, rasters: Numbers
) -> gpd.GeoDataFrame:
    cells, steps = field.cells, len(names)
    index = pd.MultiIndex.from_product([names, field.ids(cells)], names=["step", "cell_id"])
    moments = (middle * 86_400).round().astype("int64").astype("datetime64[s]")
    return gpd.GeoDataFrame(
        {
            "middle": np.repeat(moments, len(cells)),
            "incidents": counts[:, cells].ravel(),
            "density_km2_day": rasters.reshape(steps, -1)[:, cells].ravel(),
        },
        index=index.swaplevel(),
        geometry=np.tile(field.shapes(cells), steps),
        crs=field.crs,
    )


def _words(  # noqa: PLR0917
    days: float,
    step: str,
    given: float | None,
    moments: Moments,
    names: tuple[str, ...],
    counts: Integers,
) -> list[str]:
    how = "which was given" if given is not None else f"twice the length of a {step}"
    words = [f"A record is felt {days:g} days before and after it, {how}."]
    words += [
        f"Records left out because {reason}: {number:,}."
        for reason, number in moments.left_out.items()
        if number
    ]
    empty = [name for name, raster in zip(names, counts, strict=True) if not raster.any()]
    if empty:
        words.append(
            f"No record at all in {', '.join(empty[:6])}{' ...' if len(empty) > 6 else ''}: if the data are "
            "missing there, the slices around are too low."
        )
    return words
