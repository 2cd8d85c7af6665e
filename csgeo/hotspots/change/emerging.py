"""Which places are hot of late, and how did they come to be?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from csgeo.errors import MethodError, RecipeError
from csgeo.hotspots.change.patterns import NOT_KNOWN, PATTERNS, UNCLASSED, classify
from csgeo.hotspots.change.space_time import space_time_getis_ord_star, touching_squares
from csgeo.hotspots.change.trend import mann_kendall, two_sided_p
from csgeo.hotspots.false_discovery import q_values

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt

    from csgeo.hotspots.change.cube import Cube
    from csgeo.hotspots.change.patterns import Wording

    Numbers: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

#: Mann-Kendall's normal curve wants about ten steps, and ArcGIS refuses fewer.
LEAST_STEPS = 10
#: Below this many records a bin, the normal curve calls too many bins hot (docs/methods/emerging.md).
THIN = 0.5


class Emerging(NamedTuple):
    """The class of each cell, and the bins that it comes from.

    ``cells`` has one row a cell; ``z`` and ``q`` (cells x steps) are the Gi* scores and their
    q-values, missing where a step is not known; ``choices`` are announced in words.
    """

    cells: gpd.GeoDataFrame
    z: Numbers
    q: Numbers
    choices: dict[str, str | float]


def emerging_hotspots(
    cube: Cube,
    *,
    neighbours: Any = None,
    q: float = 0.05,
    trend_p: float = 0.05,
    lag: int = 1,
    trend_lag: int | None = None,
    wording: Wording = "2.8",
) -> Emerging:
    """Sort each cell into one of the seventeen classes of ArcGIS's Emerging Hot Spot Analysis.

    Parameters
    ----------
    cube
        From :func:`~csgeo.hotspots.change.cube.count_cube`, at least ten steps.
    neighbours
        Places x places weights (see :func:`space_time_getis_ord_star`); for square cells those
        that touch, if not given.
    q
        A bin is hot (cold) if its two-sided Benjamini-Hochberg q-value over all bins is at
        most this, and its score is above (below) 0.
    trend_p
        A trend of the scores counts if its two-sided Mann-Kendall p-value is at most this.
    lag
        How many earlier steps belong to a bin's neighbourhood.
    trend_lag
        The same for the scores whose trend is tested; as `lag` if not given, as in ArcGIS. With a
        lag of 1 neighbouring scores share records, and where nothing changes some 15 % of cells
        show a "trend" at 0.05; with 0 they share none, and it is 5 %.
    wording
        Which of Esri's definitions: see :func:`~csgeo.hotspots.change.patterns.classify`.

    Returns
    -------
    emerging
        ``cells`` (index ``cell_id``): ``incidents`` (over the known steps), ``steps_known``,
        ``hot_steps``, ``cold_steps``, ``last_z``, ``last_q``, ``trend_tau``, ``trend_z``,
        ``trend_p``, ``class_number`` (99: not known), ``pattern`` (Esri's name), ``word`` (plain),
        geometry (missing for places that are not squares).

    Raises
    ------
    MethodError
        If there are fewer than ten steps, or all counts are equal.

    References
    ----------
    Ord and Getis (1995), Mann (1945), Benjamini and Hochberg (1995); Esri, *How Emerging Hot
    Spot Analysis works*.
    """
    _refuse(cube, q=q, trend_p=trend_p)
    if neighbours is None:
        neighbours = _squares_that_touch(cube)
    z = space_time_getis_ord_star(cube.counts, neighbours, known=cube.known, lag=lag)
    q_value = q_values(two_sided_p(z))
    known = ~np.isnan(z)
    state = np.where(known & (q_value <= q), np.sign(z), 0).astype(np.int64)
    scores = z
    if trend_lag is not None and trend_lag != lag:
        scores = space_time_getis_ord_star(cube.counts, neighbours, known=cube.known, lag=trend_lag)
    trend = mann_kendall(scores, slope=False)
    clear = (trend["p_value"] <= trend_p).to_numpy()
    direction = np.where(clear, np.sign(trend["s"].to_numpy()), 0).astype(np.int64)
    number = classify(state, direction, known=known, wording=wording)
    number[known.sum(axis=1) < LEAST_STEPS] = NOT_KNOWN
    cells = _table(cube, state, trend, number, last_z=z[:, -1], last_q=q_value[:, -1])
    chosen: dict[str, str | float] = {
        "hot or cold at q": q,
        "trend at p": trend_p,
        "earlier steps looked at": lag,
        "earlier steps looked at for trends": lag if trend_lag is None else trend_lag,
        "Esri's wording": wording,
    }
    return Emerging(cells, z, q_value, {**cube.choices, **chosen, **_seen(cube, number)})


def _refuse(cube: Cube, *, q: float, trend_p: float) -> None:
    for name, value in (("q", q), ("trend_p", trend_p)):
        if not 0 < value < 1:
            msg = f"`{name}` must be between 0 and 1; it is {value}. 0.05 is usual."
            raise RecipeError(msg)
    if len(cube.steps) < LEAST_STEPS:
        msg = (
            f"Emerging hotspots need at least {LEAST_STEPS} steps of time; there are "
            f"{len(cube.steps)}. Take a longer period or shorter steps, or compare two periods with "
            "`change_per_cell`."
        )
        raise MethodError(msg)
    held = cube.counts[cube.known]
    if not len(held) or held.min() == held.max():
        found = f"all {len(held):,} known bins hold {held[0]}" if len(held) else "no bin is known"
        msg = (
            f"Emerging hotspots need counts that differ; {found}. Nothing stands out when there is "
            "nothing to stand out from: check the months, or choose larger cells."
        )
        raise MethodError(msg)


def _squares_that_touch(cube: Cube) -> Any:
    if not cube.cell_m:
        msg = (
            "`neighbours` must be given for places that are not square cells; none was. Give a "
            "places x places table of ones for neighbours."
        )
        raise MethodError(msg)
    return touching_squares(cube.column, cube.row)


def _table(
    cube: Cube, state: Integers, trend: pd.DataFrame, number: Integers, **last: Numbers
) -> gpd.GeoDataFrame:
    by_number = {pattern.number: pattern for pattern in (*PATTERNS, UNCLASSED)}
    distinct, which = np.unique(number, return_inverse=True)
    names = np.array([by_number[k].name for k in distinct.tolist()], dtype=object)
    words = np.array([by_number[k].word for k in distinct.tolist()], dtype=object)
    x, y, side = cube.column * cube.cell_m, cube.row * cube.cell_m, cube.cell_m
    shapes = shapely.box(x, y, x + side, y + side) if side else [None] * len(cube.ids)
    return gpd.GeoDataFrame(
        {
            "incidents": cube.counts.sum(axis=1),
            "steps_known": cube.known.sum(axis=1),
            "hot_steps": (state > 0).sum(axis=1),
            "cold_steps": (state < 0).sum(axis=1),
            **last,
            "trend_tau": trend["tau"].to_numpy(),
            "trend_z": trend["z"].to_numpy(),
            "trend_p": trend["p_value"].to_numpy(),
            "class_number": number,
            "pattern": pd.array(names[which], dtype="str"),
            "word": pd.array(words[which], dtype="str"),
        },
        index=pd.Index(cube.ids, name="cell_id", dtype="str"),
        geometry=shapes,
        crs=cube.crs,
    )


def _seen(cube: Cube, number: Integers) -> dict[str, str]:
    mean = float(cube.counts[cube.known].mean())
    thin = (
        ""
        if mean >= THIN
        else ": thin, so some bins are hot by chance; take larger cells or longer steps"
    )
    missing, lost = int((~cube.known).sum()), sum(cube.left_out.values())
    return {
        "steps": f"{len(cube.steps)}, from {cube.steps[0]} to {cube.steps[-1]}",
        "bins not known": f"{missing:,} of {cube.known.size:,}; left out, not counted as nought",
        "records per known bin": f"{mean:.2g}{thin}",
        "records left out": f"{lost:,}",
        "places not classed": f"{int((number == NOT_KNOWN).sum()):,} of {len(number):,}",
    }
