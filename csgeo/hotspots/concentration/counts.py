"""Can these counts of records per place be looked at?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from csgeo.errors import EmptyTable, MethodError, RecipeError, WrongIndex, WrongValues

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    Numbers: TypeAlias = npt.NDArray[np.float64]


def known_counts(counts: pd.Series, *, whole: bool = False) -> Numbers:
    """Take counts as numbers, one per place, or refuse."""
    values = known_amounts(counts, "counts")
    if not counts.index.is_unique:
        twice = counts.index[counts.index.duplicated()]
        msg = f"Each place may stand once in `counts`; {len(twice):,} rows repeat one, the first is {twice[0]!r}."
        raise WrongIndex(msg)
    broken = whole & (values % 1 != 0)
    if broken.any():
        msg = (
            f"`counts` must be whole numbers of records; {int(broken.sum()):,} of {len(values):,} are not, the "
            f"first is {values[broken][0]:g}. For weighted harm use `gini`, which needs no number of records."
        )
        raise WrongValues(msg)
    if values.sum() == 0:
        msg = f"There are no records on any of {len(values):,} places, so nothing is concentrated."
        raise MethodError(msg)
    return values


def known_amounts(amounts: pd.Series, called: str) -> Numbers:
    """Take amounts that are known and at least 0, or refuse."""
    if not len(amounts):
        msg = f"`{called}` must have at least one place; it has none."
        raise EmptyTable(msg)
    values = amounts.to_numpy(dtype=float, na_value=np.nan)
    broken = ~np.isfinite(values) | (values < 0)
    if broken.any():
        msg = (
            f"`{called}` must be known and at least 0 for each place; {int(broken.sum()):,} of "
            f"{len(values):,} are not (the first is {amounts.index[broken][0]!r}). A place that is known to "
            "have none is 0."
        )
        raise WrongValues(msg)
    return values


def known_shares(shares: Sequence[float]) -> Numbers:
    """Take shares above 0 and up to 1, or refuse."""
    wanted = np.asarray(shares, dtype=float).ravel()
    if not (len(wanted) and ((wanted > 0) & (wanted <= 1)).all()):
        msg = f"`shares` must be above 0 and up to 1; they are {tuple(wanted.tolist())}."
        raise RecipeError(msg)
    return wanted
