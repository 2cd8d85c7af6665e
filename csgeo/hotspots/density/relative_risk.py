"""Where is one kind of record a larger share of all than elsewhere, beyond what chance would do?

The tables' door. Two kinds of record that were kept in the same way share the same streets, the
same opening hours and most of the same faults of recording: what is left in their ratio is
what sets one apart from the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.counting import cells_table, count_incidents
from csgeo.hotspots.density.bandwidths import choose_bandwidth
from csgeo.hotspots.density.inside import share_inside
from csgeo.hotspots.density.kernels import kernel_named
from csgeo.hotspots.density.records import grid_of, lay_ground
from csgeo.hotspots.density.risk_rasters import risk_rasters

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

_HOW = {
    "permutation": "p-values come from {replicates} shufflings of which record is of which kind.",
    "asymptotic": "p-values take the log ratio for normal, as it is where many records are in reach.",
    "none": "p-values were not asked for.",
}


class RelativeRisk(NamedTuple):
    """The ratio on the lattice, the bandwidth it was made with, and the choices in words.

    ``cells`` is ``CELLS``: ``incidents`` are the cases, ``others`` the records that they are compared with;
    ``log_ratio``, ``p_more`` and ``p_less`` are what sets them apart.
    """

    cells: gpd.GeoDataFrame
    bandwidth_m: float
    cases: int
    others: int
    words: tuple[str, ...]


def relative_risk(
    cases: gpd.GeoDataFrame,
    others: gpd.GeoDataFrame,
    area: gpd.GeoDataFrame,
    *,
    cell_m: int = 125,
    kernel: str = "gaussian",
    bandwidth: float | str = "silverman",
    p_values: str = "permutation",
    replicates: int = 199,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> RelativeRisk:
    """Compare where one kind of record lies with where another does.

    Parameters
    ----------
    cases, others
        Two ``INCIDENTS`` tables without a record in common; those outside of `area` or without a
        point are not counted.
    area
        ``AREAS`` table: the study area, in the same CRS.
    cell_m
        Side of the cells in metres.
    kernel
        "gaussian", which leaves few cells without an answer, or one of the others of ``kernel_density``.
    bandwidth
        One for both: metres, or the rule that finds it from all records of both kinds together, as in
        ``kernel_density``.
    p_values
        "permutation", "asymptotic" or "none".
    replicates, seed
        How often, and how, the labels are shuffled.
    progress
        Called with the share that is done, 0 to 1.

    Returns
    -------
    risk
        ``CELLS`` with ``incidents`` (cases), ``others``, ``log_ratio`` (natural logarithm; 0 where the mix
        is that of the whole area, missing where one kind is out of reach), ``p_more`` and ``p_less``
        (one-sided, for each cell by itself; missing where nothing is in reach).

    Raises
    ------
    TableError
        If a table breaks its contract, or they are in different systems.
    MethodError
        If fewer than two of a kind lie in the area, a record is in both tables, or a choice
        cannot be used.

    References
    ----------
    Kelsall and Diggle (1995), https://doi.org/10.1002/sim.4780142106; Hazelton and Davies (2009),
    https://doi.org/10.1002/bimj.200810495

    Examples
    --------
    >>> from csgeo.hotspots.density.relative_risk import relative_risk  # doctest: +SKIP
    >>> relative_risk(robberies, other_violence, area, bandwidth=600).cells  # doctest: +SKIP
    """
    shape = kernel_named(kernel)
    field = lay_ground(area, cell_m=cell_m)
    counted = [count_incidents(table, field) for table in (cases, others)]
    _refuse_shared(cases, others)
    places = [(c.x[c.position >= 0], c.y[c.position >= 0]) for c in counted]
    few, many = len(places[0][0]), len(places[1][0])
    if min(few, many) < 2:
        msg = f"A relative risk needs two cases and two others or more; there are {few} and {many} in the area."
        raise MethodError(msg)
    x, y = (np.concatenate(both) for both in zip(*places, strict=True))
    inside = share_inside(field)
    chosen = choose_bandwidth(x, y, bandwidth=bandwidth, kernel=shape, inside=inside, field=field)
    rasters = risk_rasters(
        x, y, np.arange(len(x)) < few, grid_of(field), bandwidth_m=chosen.metres, kernel=kernel,
        p_values=p_values, replicates=replicates, seed=seed, inside=inside, progress=progress,
    )  # fmt: skip
    finite = np.where(np.isfinite(rasters.log_ratio), rasters.log_ratio, np.nan)
    cells = cells_table(
        cases, field, counted[0],
        log_ratio=finite, p_more=rasters.p_more, p_less=rasters.p_less,
    )  # fmt: skip
    cells.insert(1, "others", counted[1].incidents.ravel()[field.cells])
    words = (
        chosen.words,
        f"{few:,} cases are compared with {many:,} others; {_HOW[p_values].format(replicates=replicates)}",
        "Each cell is asked by itself: by chance alone a twentieth of the map lies below 0.05.",
    )
    return RelativeRisk(cells, chosen.metres, few, many, words)


def _refuse_shared(cases: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> None:
    shared = cases.index[cases.index.isin(others.index)]
    if len(shared):
        msg = (
            f"`cases` and `others` must have no record in common; {len(shared)} of {len(cases)} cases are among "
            f"the others, the first is {shared[0]!r}. Leave them out of the others."
        )
        raise MethodError(msg)
