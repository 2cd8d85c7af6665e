"""Which place of an earlier period is this place?

A place keeps its identity through the cells that it shares. Where a place splits,
the part that has most of it keeps the id; where places merge, the whole keeps the id
of the one that it has most in common with.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from csgeo.errors import MissingColumns, RecipeError, WrongValues

_SIDE = re.compile(r"h?\d+m")


def match_places(
    before: pd.DataFrame, after: pd.DataFrame, *, least_share: float = 0.0
) -> pd.DataFrame:
    """Match the places of two periods by the cells they share.

    Parameters
    ----------
    before, after
        ``HOTSPOTS``, or any tables with ``cells`` (ids of lattice cells of one side, separated by
        spaces) and unique ids as the index.
    least_share
        A place hands on its id only where at least this share of the cells of the two
        together is shared (0 to 1).

    Returns
    -------
    pairs
        One row for each pair that shares a cell, for each place that is gone and for each that is
        new: ``before_id``, ``after_id`` (missing where there is none), ``cells_shared``,
        ``share_of_before``, ``share_of_after``, ``share`` (shared cells of all cells of the two),
        ``kept_id``: the id that the later place goes by from now on, unique among the
        later places; ``what``: "stays", "splits", "merges", "splits and merges", "gone" or "new".

    Raises
    ------
    TableError
        If ids repeat, ``cells`` is missing, or the sides of the cells differ.
    RecipeError
        If `least_share` is not from 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"cells": ["250mE0N0 250mE250N0"]}, index=["P1"])
    >>> after = pd.DataFrame({"cells": ["250mE250N0 250mE500N0"]}, index=["P7"])
    >>> match_places(before, after)[["kept_id", "share", "what"]].values.tolist()
    [['P1', 0.3333333333333333, 'stays']]
    """
    if not 0 <= least_share <= 1:
        msg = f"`least_share` must be from 0 to 1; it is {least_share}."
        raise RecipeError(msg)
    old, new = _cells(before, "before"), _cells(after, "after")
    _refuse_other_sides(old, new)
    pairs = old.merge(new, on="cell").groupby(["before_id", "after_id"], sort=True).size()
    table = pairs.rename("cells_shared").reset_index()
    size = {
        "before": old.groupby("before_id").size(),
        "after": new.groupby("after_id").size(),
    }
    of_before = size["before"].reindex(table["before_id"]).to_numpy(dtype=float)
    of_after = size["after"].reindex(table["after_id"]).to_numpy(dtype=float)
    shared = table["cells_shared"].to_numpy(dtype=float)
    table["share_of_before"] = shared / of_before
    table["share_of_after"] = shared / of_after
    table["share"] = shared / (of_before + of_after - shared)
    table["what"] = _what(table)
    kept = _kept(table[table["share"] >= least_share], [str(i) for i in after.index])
    return _with_the_rest(table, before.index, after.index, kept)


def _cells(places: pd.DataFrame, called: str) -> pd.DataFrame:
    """List each cell of each place in a row of its own."""
    if "cells" not in places:
        msg = f"`{called}` must have the column `cells`; it has {list(places.columns)}. Give HOTSPOTS."
        raise MissingColumns(msg)
    if not places.index.is_unique:
        twice = places.index[places.index.duplicated()][0]
        msg = (
            f"`{called}` must have one row a place; {twice!r} is there twice. Join its cells first."
        )
        raise WrongValues(msg)
    lists = places["cells"].astype(object).map(lambda cells: str(cells).split())
    long = lists.explode().dropna()
    table = pd.DataFrame(
        {f"{called}_id": long.index.astype("str"), "cell": long.to_numpy(dtype=object)}
    )
    table["cell"] = table["cell"].astype("str")
    return table.drop_duplicates()


def _refuse_other_sides(old: pd.DataFrame, new: pd.DataFrame) -> None:
    sides = set()
    for cell in pd.concat([old["cell"], new["cell"]]).unique():
        found = _SIDE.match(cell)
        if found is None:
            msg = f"Cell ids must read like '125mE375250N164250'; found {cell!r}."
            raise WrongValues(msg)
        sides.add(found.group())
    if len(sides) > 1:
        msg = (
            f"Places can be matched on cells of one side; found {', '.join(sorted(sides))}. "
            "Find both with the same cells, or bring them to one side with `lattice.parent`."
        )
        raise WrongValues(msg)


def _what(table: pd.DataFrame) -> np.ndarray:
    splits = table.groupby("before_id")["after_id"].transform("size").to_numpy() > 1
    merges = table.groupby("after_id")["before_id"].transform("size").to_numpy() > 1
    words = np.array(["stays", "splits", "merges", "splits and merges"], dtype=object)
    return np.asarray(words[splits + 2 * merges])


def _kept(table: pd.DataFrame, after: list[str]) -> dict[str, str]:
    """Hand each earlier id to one later place, the best pairs first; the others keep their own."""
    order = table.sort_values(
        ["share", "cells_shared", "before_id", "after_id"], ascending=[False, False, True, True]
    )
    kept: dict[str, str] = {}
    taken: set[str] = set()
    for old, new in zip(order["before_id"], order["after_id"], strict=True):
        if old not in taken and new not in kept:
            kept[new] = old
            taken.add(old)
    for new in sorted(set(after) - set(kept)):
        own, times = new, 1
        while own in taken:  # an id stays with the place that it was handed to
            times += 1
            own = f"{new}-{times}"
        kept[new] = own
        taken.add(own)
    return kept


def _with_the_rest(
    table: pd.DataFrame, before: pd.Index, after: pd.Index, kept: dict[str, str]
) -> pd.DataFrame:
    gone = sorted({str(i) for i in before} - set(table["before_id"]))
    new = sorted({str(i) for i in after} - set(table["after_id"]))
    rest = pd.DataFrame(
        {
            "before_id": pd.array([*gone, *([None] * len(new))], dtype="str"),
            "after_id": pd.array([*([None] * len(gone)), *new], dtype="str"),
            "cells_shared": 0,
            "share_of_before": 0.0,
            "share_of_after": 0.0,
            "share": 0.0,
            "what": ["gone"] * len(gone) + ["new"] * len(new),
        }
    )
    parts = [part for part in (table, rest) if len(part)]
    joined = pd.concat(parts, ignore_index=True) if parts else rest
    joined["kept_id"] = joined["after_id"].map(kept)
    columns = [
        "before_id", "after_id", "kept_id", "cells_shared", "share_of_before", "share_of_after",
        "share", "what",
    ]  # fmt: skip
    typed = {"before_id": "str", "after_id": "str", "kept_id": "str", "what": "str"}
    return joined[columns].astype({**typed, "cells_shared": "int64"})
