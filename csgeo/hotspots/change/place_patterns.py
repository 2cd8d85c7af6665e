"""Which emerging-hotspot class does a whole place have?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from csgeo.errors import WrongValues
from csgeo.hotspots.change.cube import cells_of_places
from csgeo.hotspots.change.patterns import NOT_KNOWN, PATTERNS, UNCLASSED
from csgeo.lattice import cell_corner, parent

if TYPE_CHECKING:
    from csgeo.hotspots.change.emerging import Emerging

_NONE = 0


def patterns_of_places(emerging: Emerging, places: pd.DataFrame) -> pd.DataFrame:
    """Give each place the class that most of its records are in.

    Parameters
    ----------
    emerging
        From :func:`~csgeo.hotspots.change.emerging.emerging_hotspots` on square cells.
    places
        ``HOTSPOTS``, or any table with ``cells``: ids of squares of the same side or smaller.

    Returns
    -------
    patterns
        On the index of `places`: ``class_number``, ``pattern`` (Esri's name), ``word`` (plain) and
        ``share``, the part of the place's records that lies in cells of this class (0 to 1; a
        larger cell's records are shared out evenly over its ground). "No pattern" only if no cell
        has one; of equals the one nearer to "new", hot before cold.

    Raises
    ------
    TableError
        If there is no place, or one has no cell.
    WrongValues
        If the places' cells are larger than those of `emerging`.
    """
    side = cell_corner(emerging.cells.index[:1]).cell_m
    lists = cells_of_places(places)
    ids = [cell for cells in lists for cell in cells]
    own_m = cell_corner(ids).cell_m
    if own_m > side:
        msg = (
            f"The places' cells must be no larger than the {side} m of the classes; they have "
            f"{own_m} m. Count the cube with cells of {own_m} m."
        )
        raise WrongValues(msg)
    within = emerging.cells.reindex(parent(ids, cell_m=side))
    # each cell of a place stands for an equal part of a larger cell's records; nobody recorded
    # anything in a cell that the classes do not know, and a sum passes it over
    held = pd.DataFrame(
        {
            "place": np.repeat(np.arange(len(lists)), [len(cells) for cells in lists]),
            "class_number": within["class_number"].fillna(_NONE).to_numpy(dtype=np.int64),
            "weight": within["incidents"].to_numpy(dtype=float),
        }
    )
    return _most(held, places.index)


def _most(held: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """Choose the class with the most records of each place; whatever it is, before none."""
    sums = held.groupby(["place", "class_number"], sort=True)["weight"].sum().reset_index()
    number = sums["class_number"]
    order = sums.assign(
        none=number.isin([_NONE, NOT_KNOWN]),
        far=number.abs(),
        cold=number < 0,
        less=-sums["weight"],
    ).sort_values(["place", "none", "less", "far", "cold"])
    best = order.drop_duplicates("place")
    total = sums.groupby("place")["weight"].sum().to_numpy()
    share = np.full(len(best), np.nan)
    np.divide(best["weight"].to_numpy(), total, out=share, where=total > 0)
    said = {pattern.number: pattern for pattern in (*PATTERNS, UNCLASSED)}
    chosen = [said[k] for k in best["class_number"]]
    return pd.DataFrame(
        {
            "class_number": best["class_number"].to_numpy(),
            "pattern": pd.array([pattern.name for pattern in chosen], dtype="str"),
            "word": pd.array([pattern.word for pattern in chosen], dtype="str"),
            "share": share,
        },
        index=index,
    )
