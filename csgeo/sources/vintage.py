"""How do numbers by LSOA of one year become numbers by LSOA of the other?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, WrongValues
from csgeo.sources.lookups import CHANGES, refuse_best_fit

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

Vintage = Literal["2011", "2021", "both", "neither"]
Year = Literal["2011", "2021"]
How = Literal["count", "rate"]
#: Endings of columns that are places in an order: neither added up nor averaged.
_ORDERS = ("_rank", "_decile")


def lsoa_vintage(codes: Iterable[str], lookup: pd.DataFrame) -> Vintage:
    """Say of which year these LSOA codes are.

    Parameters
    ----------
    codes
        LSOA codes; missing ones do not count.
    lookup
        As :func:`csgeo.sources.lookups.read_area_lookup` gives it.

    Returns
    -------
    vintage
        "2011" or "2021"; "both" where all are unchanged between the two;
        "neither" where some are of neither.

    Raises
    ------
    WrongValues
        If some are of 2011 only and others of 2021 only: two years are mixed.

    Examples
    --------
    >>> import pandas as pd
    >>> lookup = pd.DataFrame({"lsoa11": ["A", "B"], "lsoa21": ["A", "C"]})
    >>> lsoa_vintage(["A", "C"], lookup)
    '2021'
    """
    given = pd.Index(pd.Series(list(codes), dtype="str").dropna().unique())
    old, new = _among(given, lookup["lsoa11"]), _among(given, lookup["lsoa21"])
    only_old, only_new = given[old & ~new], given[new & ~old]
    if len(only_old) and len(only_new):
        msg = (
            f"LSOA codes must be of one year; {len(only_old)} are of 2011 only (the first is {only_old[0]!r}) "
            f"and {len(only_new)} of 2021 only (the first is {only_new[0]!r}). "
            "Bridge the one part with `bridge_lsoa` before they are put together."
        )
        raise WrongValues(msg)
    if given.empty or not (old | new).all():
        return "neither"
    if len(only_old):
        return "2011"
    return "2021" if len(only_new) else "both"


def bridge_lsoa(
    values: pd.DataFrame,
    lookup: pd.DataFrame,
    *,
    how: How,
    to: Year = "2021",
    weights: pd.Series | None = None,
) -> pd.DataFrame:
    """Bring numbers by LSOA of one year to the LSOAs of the other.

    Parameters
    ----------
    values
        Numbers by LSOA, indexed ``area_id``. A column ``vintage`` may stand beside.
    lookup
        As :func:`csgeo.sources.lookups.read_area_lookup` gives it, exact fit.
    how
        "count": what can be added up, such as residents or incidents. Merged areas are
        added; a split area is divided by `weights`.
        "rate": shares, rates and scores. Each part of a split area has the rate of
        the whole; merged areas have the mean by `weights`. Columns that end in
        ``_rank`` or ``_decile`` are kept where the merged areas agree, else missing.
    to
        The year wanted, "2021" or "2011".
    weights
        People by area. For counts: of the areas wanted, which a split area is divided
        by. For rates: of the areas given, which merged areas are averaged by. Not
        needed where no area is split (counts) or merged (rates).

    Returns
    -------
    values
        By LSOA of the year wanted, index ``area_id``, sorted; with ``vintage`` and
        ``bridged``: unchanged, split, merged, irregular, or incomplete. Incomplete is
        an area made of areas that are not all in `values`; its numbers are missing.

    Raises
    ------
    WrongValues
        If codes are of two years mixed, or of neither, or a column holds no numbers.
    MethodError
        If weights are needed and lacking: nothing is split or averaged equally.

    Examples
    --------
    >>> import pandas as pd
    >>> lookup = pd.DataFrame(
    ...     {"lsoa11": ["A", "A"], "lsoa21": ["B", "C"], "change": ["S", "S"], "exact": True}
    ... )
    >>> values = pd.DataFrame({"residents": [100]}, index=pd.Index(["A"], name="area_id"))
    >>> people = pd.Series({"B": 30, "C": 10})
    >>> bridge_lsoa(values, lookup, how="count", weights=people)["residents"].tolist()
    [75.0, 25.0]
    """
    if how not in ("count", "rate"):
        msg = f"`how` must be 'count' or 'rate'; it is {how!r}."
        raise MethodError(msg)
    numbers = _numbers(values)
    if not _must_move(values.index, lookup, to):
        same = numbers.assign(vintage=to, bridged="unchanged")
        return same.sort_index()
    pairs = _pairs(lookup, to, values.index)
    moved = lookup["lsoa11" if to == "2021" else "lsoa21"]
    refuse_best_fit(lookup[_among(moved, values.index)])
    joined = pairs.join(numbers, on="origin")
    if how == "count":
        joined = _divided(joined, numbers.columns, weights)
        bridged = _whole_sums(joined[list(numbers.columns)], joined["target"])
    else:
        bridged = _averaged(joined, numbers.columns, weights)
    return bridged.assign(vintage=to, bridged=_said(joined)).rename_axis("area_id").sort_index()


def _among(codes: pd.Index | pd.Series, known: pd.Index | pd.Series) -> npt.NDArray[np.bool_]:
    # as plain objects: on Arrow text `isin` goes through each value in Python
    plain = pd.Index(known.to_numpy(dtype=object))
    found: npt.NDArray[np.bool_] = pd.Index(codes.to_numpy(dtype=object)).isin(plain)
    return found


def _numbers(values: pd.DataFrame) -> pd.DataFrame:
    numbers = values.drop(columns=["vintage", "bridged"], errors="ignore")
    words = [c for c in numbers if not pd.api.types.is_numeric_dtype(numbers[c].dtype)]
    words += [c for c in numbers if pd.api.types.is_bool_dtype(numbers[c].dtype)]
    if words:
        msg = f"`values` must hold numbers to be bridged; {', '.join(map(str, words))} do not. Leave them out."
        raise WrongValues(msg)
    if not values.index.is_unique:
        twice = values.index[values.index.duplicated()]
        msg = f"`values` must have one row for each area; {len(twice)} repeat one, the first is {twice[0]!r}."
        raise WrongValues(msg)
    return numbers.astype("float64")


def _must_move(codes: pd.Index, lookup: pd.DataFrame, to: Year) -> bool:
    vintage = lsoa_vintage(codes, lookup)
    if vintage == "neither":
        known = _among(codes, lookup["lsoa11"]) | _among(codes, lookup["lsoa21"])
        msg = (
            f"`values` must be by LSOA of 2011 or of 2021; {int((~known).sum())} of {len(codes)} codes are of neither, "
            f"the first is {codes[~known][0] if len(codes) else 'none'!r}. Use the lookup of the whole country, or leave those rows out."
        )
        raise WrongValues(msg)
    return vintage not in (to, "both")


def _pairs(lookup: pd.DataFrame, to: Year, codes: pd.Index) -> pd.DataFrame:
    """Give the pairs that touch an area wanted, with each area that goes into it."""
    names = ("lsoa11", "lsoa21") if to == "2021" else ("lsoa21", "lsoa11")
    pairs = pd.DataFrame(
        {
            "origin": lookup[names[0]],
            "target": lookup[names[1]],
            "change": lookup["change"],
        }
    )
    pairs["parts"] = pairs.groupby("origin")["target"].transform("size")
    pairs["wholes"] = pairs.groupby("target")["origin"].transform("size")
    touched = _among(pairs["target"], pairs["target"][_among(pairs["origin"], codes)])
    pairs = pairs[touched].reset_index(drop=True)
    return pairs.assign(there=_among(pairs["origin"], codes))


def _divided(joined: pd.DataFrame, columns: pd.Index, weights: pd.Series | None) -> pd.DataFrame:
    """Divide the counts of split areas among their parts by weight."""
    split = (joined["parts"] > 1) & joined["there"]
    if not split.any():
        return joined
    weight = _weighed(joined, split, "target", weights)
    total = weight.groupby(joined["origin"]).transform("sum")
    _refuse_no_people(joined, split, total, "origin")
    share = (weight / total).where(split, 1.0)
    return joined.assign(**{str(c): joined[c] * share for c in columns})


def _averaged(joined: pd.DataFrame, columns: pd.Index, weights: pd.Series | None) -> pd.DataFrame:
    merged = joined["wholes"] > 1
    weight = pd.Series(1.0, index=joined.index)
    orders = [c for c in columns if str(c).endswith(_ORDERS)]
    rates = [c for c in columns if c not in orders]
    if merged.any() and rates:
        asked = merged & joined["there"]
        weight = _weighed(joined, asked, "origin", weights)
        weight = weight.where(asked, 1.0)
        total = weight.groupby(joined["target"]).transform("sum")
        _refuse_no_people(joined, merged, total, "target")
    target = joined["target"]
    sums = _whole_sums(joined[rates].mul(weight, axis=0), target)
    found = {c: sums[c] / weight.groupby(target).sum() for c in rates}
    for c in orders:
        first, last = joined[c].groupby(target).min(), joined[c].groupby(target).max()
        whole = joined[c].groupby(target).count() == joined.groupby(target).size()
        found[c] = first.where((first == last) & whole)
    return pd.DataFrame({c: found[c] for c in columns})


def _whole_sums(parts: pd.DataFrame, target: pd.Series) -> pd.DataFrame:
    """Add up parts that are all known: known and not known together is not known."""
    by = parts.groupby(target)
    sizes = by.size().to_numpy()
    return by.sum().where(by.count().eq(sizes, axis=0))


def _weighed(
    joined: pd.DataFrame, needed: pd.Series, by: str, weights: pd.Series | None
) -> pd.Series:
    """Give each pair its weight: of the part it goes to (split) or the area it comes from (merged)."""
    change, people = (
        ("split", "the people of each part") if by == "target" else ("merged", "the people of each")
    )
    areas = joined.loc[needed, "origin" if change == "split" else "target"].unique()
    if weights is None:
        msg = (
            f"{len(areas)} areas were {change} between 2011 and 2021, the first is {areas[0]!r}: "
            f"give `weights`, {people}, indexed by area code. Nothing is shared out equally, for people are not."
        )
        raise MethodError(msg)
    weight = joined[by].map(weights.astype("float64"))
    lacking = needed & ~(weight >= 0)
    if lacking.any():
        first = joined.loc[lacking, by].iloc[0]
        msg = (
            f"`weights` must know {people} that is needed, none below zero; {int(lacking.sum())} are lacking, the first is {first!r}. "
            "Add them: weights of counts go by the codes wanted, weights of rates by the codes given."
        )
        raise MethodError(msg)
    return weight


def _refuse_no_people(joined: pd.DataFrame, needed: pd.Series, total: pd.Series, by: str) -> None:
    nobody = needed & (total <= 0)
    if nobody.any():
        first = joined.loc[nobody, by].iloc[0]
        msg = f"`weights` must say that somebody lives in each area; nobody does in {first!r}. Weigh by something that is there."
        raise MethodError(msg)


def _said(joined: pd.DataFrame) -> pd.Series:
    """Say in a word how each area wanted came about."""
    by = joined.groupby("target")
    whole = by["there"].all()
    single = (by["parts"].max() == 1) & (by["wholes"].max() == 1)
    merged = (by["wholes"].max() > 1) & (by["parts"].max() == 1)
    irregular = joined["change"].eq("X").groupby(joined["target"]).any()
    words = np.select(
        [~whole, irregular, single, merged],
        ["incomplete", CHANGES["X"], "unchanged", CHANGES["M"]],
        default=CHANGES["S"],
    )
    return pd.Series(words, index=whole.index, dtype="str")
