"""How much of the later harm lay in the places that earlier records had pointed to?

A look back on a partnership's own history, for choosing among methods and cell
sizes. It says nothing about any person, nor what will happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import EmptyTable, RecipeError, WrongIndex, WrongValues

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    Numbers: TypeAlias = npt.NDArray[np.float64]


def accuracy_of(
    chosen: Iterable[object],
    *,
    later: pd.Series,
    size: pd.Series,
    earlier: pd.Series | None = None,
    expected: pd.Series | None = None,
) -> pd.Series:
    """Measure how well a choice of places held the records that came after it.

    With n of N later records and a of the whole size A in the chosen places, the accuracy index
    is PAI = (n / N) / (a / A), and the efficiency index PEI = PAI / the highest that any choice
    of the same size could have reached, for which the last place may be taken in part.

    Two measures are both called RRI: the *recapture* rate index of Levine (2008),
    (n2 / n1) / (N2 / N1), asks whether the places kept their share; the *recovery* rate index
    (R package ptools) divides the records that a method had expected by those that came.

    Parameters
    ----------
    chosen
        Ids of the chosen places, at least one.
    later
        Records of the later period, one count per place of the whole area, zeros included.
    size
        On the same ids: area (any unit) or street length (Drawve and Wooditch 2019), above 0.
    earlier
        On the same ids: records of the earlier period, for the recapture rate index.
    expected
        On the same ids: records that a method expected, for the recovery rate index.

    Returns
    -------
    accuracy
        ``places``, ``records``, ``share_of_records`` (the hit rate), ``share_of_size``, ``pai``,
        ``pei``, ``recapture_rate_index``, ``recovery_rate_index``; missing where the ratio has
        nothing to divide by, or what it needs was not given.

    Raises
    ------
    TableError
        If ids differ or repeat, or a number is missing or below 0.
    RecipeError
        If no place is chosen, or one that is not in the area.

    References
    ----------
    Chainey, Tompson and Uhlig (2008), https://doi.org/10.1057/palgrave.sj.8350066 (PAI);
    Levine (2008), Security Journal 21, 295-302 (recapture); Hunt (2016), Dissertation,
    George Mason University (PEI); Drawve and Wooditch (2019),
    https://doi.org/10.1016/j.jcrimjus.2019.101625 (street length); Wheeler and Steenbeek (2021),
    https://doi.org/10.1007/s10940-020-09457-7 (recovery).

    Examples
    --------
    >>> import pandas as pd
    >>> later, size = pd.Series({"A": 6, "B": 3, "C": 0}), pd.Series({"A": 1, "B": 1, "C": 1})
    >>> accuracy_of(["A"], later=later, size=size)["pai"].item()
    2.0
    """
    known = _known(later, size=size, earlier=earlier, expected=expected)
    places = pd.Index(list(chosen))
    if not len(places) or not places.is_unique or not places.isin(later.index).all():
        strange = places[~places.isin(later.index) | places.duplicated()]
        found = f"{strange[0]!r} is not, or stands twice" if len(strange) else "there are none"
        msg = f"`chosen` must be ids of places of `later`, each once and at least one; {found}."
        raise RecipeError(msg)
    inside = later.index.isin(places)
    sums = {name: np.array([values[inside].sum()]) for name, values in known.items()}
    return measures_of(np.array([len(places)]), sums, known).iloc[0].rename("accuracy")


def accuracy_curve(
    *,
    later: pd.Series,
    size: pd.Series,
    score: pd.Series | None = None,
    earlier: pd.Series | None = None,
    expected: pd.Series | None = None,
) -> pd.DataFrame:
    """Give the measures of :func:`accuracy_of` for the first place, the first two, and so on.

    Parameters
    ----------
    later, size, earlier, expected
        As in :func:`accuracy_of`.
    score
        On the same ids: places come in the order of the highest score (ties by id). Unless given,
        by `expected` per size, or else by `earlier` per size.

    Returns
    -------
    accuracy_curve
        On the ids of the places, in that order: the columns of :func:`accuracy_of`, each for all
        places down to that row.

    Raises
    ------
    TableError, RecipeError
        If ids differ, a number cannot be used, or there is nothing to order places by.

    References
    ----------
    As :func:`accuracy_of`.

    Examples
    --------
    >>> import pandas as pd
    >>> later, size = pd.Series({"A": 6, "B": 3, "C": 0}), pd.Series({"A": 1, "B": 1, "C": 1})
    >>> accuracy_curve(later=later, size=size, expected=pd.Series({"A": 3, "B": 2, "C": 1}))["pai"]
    A    2.0
    B    1.5
    C    1.0
    Name: pai, dtype: float64
    """
    known = _known(later, size=size, earlier=earlier, expected=expected)
    if score is not None:
        height = _on_ids(score, later, "score", least=-np.inf)
    elif "expected" in known or "earlier" in known:
        height = known.get("expected", known.get("earlier", known["size"])) / known["size"]
    else:
        msg = "Give `score`, `expected` or `earlier`: there is nothing to order the places by."
        raise RecipeError(msg)
    order = ranked(height, later.index)
    sums = {name: values[order].cumsum() for name, values in known.items()}
    return measures_of(np.arange(1, len(order) + 1), sums, known).set_axis(later.index[order])


def ranked(height: Numbers, ids: pd.Index) -> npt.NDArray[np.int64]:
    """Give positions from the highest down; equals in the order of their ids."""
    by_id = np.argsort(ids.to_numpy(), kind="stable")
    return by_id[np.argsort(-height[by_id], kind="stable")]


def measures_of(
    places: npt.NDArray[np.int64], inside: dict[str, Numbers], whole: dict[str, Numbers]
) -> pd.DataFrame:
    """Divide what is inside by the whole.

    Parameters
    ----------
    places
        n numbers of places chosen.
    inside
        "later", "size" and, if known, "earlier" and "expected": n sums over what was chosen.
    whole
        The same for each unit of the whole area.

    Returns
    -------
    measures
        n rows with the columns of :func:`accuracy_of`.
    """
    total = {name: values.sum() for name, values in whole.items()}
    none = np.full(len(places), np.nan)
    share = _divided(inside["later"], total["later"])
    part = inside["size"] / total["size"]
    pai = share / part
    best = (
        _divided(_most_held(whole["later"], whole["size"], inside["size"]), total["later"]) / part
    )
    recapture = recovery = none
    if "earlier" in total:
        recapture = _divided(share, _divided(inside["earlier"], total["earlier"]))
    if "expected" in total:
        recovery = _divided(inside["expected"], inside["later"])
    return pd.DataFrame(
        {
            "places": places,
            "records": inside["later"],
            "share_of_records": share,
            "share_of_size": part,
            "pai": pai,
            "pei": pai / best,
            "recapture_rate_index": recapture,
            "recovery_rate_index": recovery,
        }
    )


def _most_held(records: Numbers, size: Numbers, within: Numbers) -> Numbers:
    """Give the most records that any choice of a size can hold, the last place taken in part."""
    order = np.argsort(-records / size, kind="stable")
    used = np.concatenate([[0.0], size[order].cumsum()])
    held = np.concatenate([[0.0], records[order].cumsum()])
    return np.asarray(np.interp(within, used, held))


def _divided(above: Numbers, below: Numbers | float) -> Numbers:
    """Divide, and leave missing what has nothing to divide by."""
    below = np.broadcast_to(np.asarray(below, dtype=float), above.shape)
    answer = np.full(above.shape, np.nan)
    np.divide(above, below, out=answer, where=below > 0)
    return answer


def _known(later: pd.Series, **others: pd.Series | None) -> dict[str, Numbers]:
    """Check all amounts against the ids of `later`."""
    if not len(later):
        msg = "`later` must have at least one place; it has none."
        raise EmptyTable(msg)
    if not later.index.is_unique:
        twice = later.index[later.index.duplicated()]
        msg = f"Each place may stand once in `later`; {len(twice):,} rows repeat one, the first is {twice[0]!r}."
        raise WrongIndex(msg)
    known = {"later": _on_ids(later, later, "later")}
    for name, amounts in others.items():
        if amounts is not None:
            known[name] = _on_ids(amounts, later, name, above=name == "size")
    return known


def _on_ids(
    amounts: pd.Series, later: pd.Series, called: str, *, least: float = 0.0, above: bool = False
) -> Numbers:
    if not amounts.index.equals(later.index):
        msg = f"`{called}` must be on the ids of `later`, in the same order; their indexes differ."
        raise WrongIndex(msg)
    values = amounts.to_numpy(dtype=float, na_value=np.nan)
    broken = ~np.isfinite(values) | (values <= 0 if above else values < least)
    if broken.any():
        wanted = "above 0" if above else "a number" if least < 0 else "at least 0"
        msg = (
            f"`{called}` must be known and {wanted} for each place; {int(broken.sum()):,} of "
            f"{len(values):,} are not (the first is {later.index[broken][0]!r})."
        )
        raise WrongValues(msg)
    return values
