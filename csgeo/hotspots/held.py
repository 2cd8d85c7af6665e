"""How much of what came after did a list of places hold, on how much ground?

Lists of different length cannot be held against each other: more ground holds more
records. So each is measured on the same ground: its places in order, until the ground
is used up, the last one in part. All is measured on the smallest cells asked for, of
which larger ones are unions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.accuracy import measures_of
from csgeo.hotspots.counting import count_incidents, lay_field
from csgeo.lattice import cell_corner

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.counting import Field

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: Records within such a square are taken to depend on one another (metres).
BLOCK_M = 1000


class Ground(NamedTuple):
    """What every list is measured on, per cell of the study area: n cells.

    ``field`` is the raster, ``cell_of`` turns its flat positions into cell numbers (-1 outside),
    ``street_m`` is missing where no streets are known, ``block`` numbers the squares of 1 km.
    """

    field: Field
    cell_of: Integers
    street_m: Numbers | None
    block: Integers
    blocks: int


def lay_ground(field: Field, street_m: Numbers | None) -> Ground:
    """Give the cells of the study area numbers; ``street_m`` is a raster of metres, or None."""
    cell_of = np.full(field.mask.size, -1, dtype=np.int64)
    cell_of[field.cells] = np.arange(len(field.cells))
    x, y = field.centres(field.cells)
    squares = pd.MultiIndex.from_arrays([x // BLOCK_M, y // BLOCK_M])
    block, found = pd.factorize(squares, sort=True)
    lengths = None if street_m is None else street_m.ravel()[field.cells]
    return Ground(field, cell_of, lengths, block.astype(np.int64), len(found))


def records_per_cell(incidents: gpd.GeoDataFrame, ground: Ground) -> Numbers:
    """Count the records in each cell of the study area: n counts."""
    counted = count_incidents(incidents, ground.field)
    return counted.incidents.ravel()[ground.field.cells].astype(float)


def cells_of_places(hotspots: gpd.GeoDataFrame, ground: Ground) -> list[Integers]:
    """Find the cells of each place of a list, in the order of the list."""
    in_order = hotspots.sort_values("rank")
    return [_within(c.split(), ground) for c in in_order["cells"]]


def busiest_cells(
    earlier: gpd.GeoDataFrame, area: gpd.GeoDataFrame, ground: Ground, *, cell_m: int
) -> list[Integers]:
    """List the cells with most records before, each as a place: the plainest way, and one to beat.

    Nothing is set aside, and nothing keeps the cells apart; equals come in the order of their ids.
    """
    field = lay_field(area, cell_m=cell_m)
    counts = count_incidents(earlier, field).incidents.ravel()
    held = np.flatnonzero(counts)
    ids = field.ids(held)
    by_id = np.argsort(ids.astype(str), kind="stable")
    order = by_id[np.argsort(-counts[held][by_id], kind="stable")]
    return [_within([cell], ground) for cell in ids[order]]


def on_the_same_ground(places: Sequence[Integers], cells: float, ground: Ground) -> Numbers:
    """Take places in order until so many cells are used up, the last one in part.

    Parameters
    ----------
    places
        The cells of each place, the strongest first; no cell in two of them.
    cells
        How much ground, in cells; it need not be a whole number.
    ground
        What is measured on.

    Returns
    -------
    part
        n shares (0 to 1): how much of each cell is taken.
    """
    part = np.zeros(len(ground.block))
    left = float(cells)
    for own in places:
        if left <= 0:
            break
        if len(own):
            part[own] = min(1.0, left / len(own))
            left -= len(own)
    return part


def measured(
    part: Numbers, *, earlier: Numbers, later: Numbers, ground: Ground, months_ratio: float
) -> dict[str, float]:
    """Measure what was held: the columns of ``accuracy_of``, and the same by street length.

    Parameters
    ----------
    part
        From :func:`on_the_same_ground`.
    earlier, later
        n counts of records.
    ground
        What is measured on.
    months_ratio
        Later months divided by earlier ones: a place is taken to keep its rate, and the recovery
        rate index compares that with what came.

    Returns
    -------
    measures
        ``share_of_records``, ``share_of_area``, ``pai``, ``pei``, ``recapture_rate_index``,
        ``recovery_rate_index``, ``share_of_streets``, ``pai_streets``; missing where there is
        nothing to divide by, or no streets are known.
    """
    whole = {
        "later": later,
        "size": np.ones(len(part)),
        "earlier": earlier,
        "expected": earlier * months_ratio,
    }
    inside = {name: np.array([float(part @ values)]) for name, values in whole.items()}
    if not inside["size"][0]:
        return dict.fromkeys(COLUMNS, np.nan) | {"share_of_records": 0.0, "share_of_area": 0.0}
    found = (
        measures_of(np.array([1]), inside, whole).iloc[0].rename({"share_of_size": "share_of_area"})
    )
    streets = pai_streets = np.nan
    if ground.street_m is not None and ground.street_m.sum() > 0:
        streets = float(part @ ground.street_m / ground.street_m.sum())
        pai_streets = float(found["share_of_records"]) / streets if streets > 0 else np.nan
    by_streets = {"share_of_streets": streets, "pai_streets": pai_streets}
    known = {**found, **by_streets}
    return {c: float(known[c]) for c in COLUMNS}


#: The measures, in the order in which they are shown.
COLUMNS = (
    "share_of_records", "share_of_area", "pai", "pei", "share_of_streets", "pai_streets",
    "recapture_rate_index", "recovery_rate_index",
)  # fmt: skip


def _within(ids: Sequence[str], ground: Ground) -> Integers:
    """Find the small cells that lie in larger ones, without those beyond the study area."""
    x, y, cell_m = cell_corner(ids)
    small = ground.field.cell_m
    steps = (np.arange(cell_m // small) + 0.5) * small
    east, north = (v.ravel() for v in np.meshgrid(steps, steps))
    position = ground.field.position(
        (np.asarray(x)[:, None] + east).ravel(), (np.asarray(y)[:, None] + north).ravel()
    )
    cells = ground.cell_of[position[position >= 0]]
    return cells[cells >= 0]
