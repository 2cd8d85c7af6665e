"""Which way of choosing places would have held most of what came after, in our own history?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.errors import MethodError, RecipeError, WrongIndex, WrongValues
from csgeo.hotspots.accuracy import accuracy_of, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Chooser: TypeAlias = Callable[[pd.DataFrame], pd.Series]


class Candidate(NamedTuple):
    """One way of choosing: counts (places x periods), size of each place, and the rule."""

    counts: pd.DataFrame
    size: pd.Series
    choose: Chooser


def back_test(
    counts: pd.DataFrame,
    size: pd.Series,
    *,
    choose: Chooser,
    share_of_size: float = 0.01,
    least_history: int = 1,
    most_history: int | None = None,
) -> pd.DataFrame:
    """Choose places by each period's past alone, and measure what they held in that period.

    Parameters
    ----------
    counts
        n places x periods in order of time: records. A period in which every place is missing is
        not known (a gap is no fall): it is neither past nor measured.
    size
        On the same ids: area or street length, above 0.
    choose
        Given the past (places x earlier periods, a copy), gives a score per place; the highest come
        first, until `share_of_size` is used up. For instance :func:`busiest_before`.
    share_of_size
        How much of the whole size may be chosen, above 0 and below 1; at least one place is.
    least_history, most_history
        Known periods needed before the first choice; and the most (the latest) that `choose` is shown.

    Returns
    -------
    back_test
        One row per measured period, on its name: the columns of
        :func:`~csgeo.hotspots.accuracy.accuracy_of`; the past is what the recapture rate index
        compares with.

    Raises
    ------
    TableError
        If places or numbers cannot be used, or a period is known for some places only.
    RecipeError
        If a choice is out of bounds, or `choose` gives no score for each place.
    MethodError
        If too few periods are known.

    References
    ----------
    As :func:`~csgeo.hotspots.accuracy.accuracy_of`.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"2020": [8, 1, 1], "2021": [6, 2, 0]}, index=["A", "B", "C"])
    >>> size = pd.Series(1.0, index=counts.index)
    >>> found = back_test(counts, size, choose=busiest_before(size), share_of_size=0.34)
    >>> found.loc["2021", ["share_of_records", "pai"]].tolist()
    [0.75, 2.25]
    """
    if not 0 < share_of_size < 1:
        msg = f"`share_of_size` must be above 0 and below 1; it is {share_of_size:g}."
        raise RecipeError(msg)
    if least_history < 1 or (most_history is not None and most_history < least_history):
        msg = (
            f"`least_history` must be at least 1 and `most_history` no smaller; they are "
            f"{least_history} and {most_history}."
        )
        raise RecipeError(msg)
    known = _known_periods(counts)
    if known.shape[1] <= least_history:
        msg = (
            f"Looking back needs at least {least_history + 1} known periods (`least_history` is "
            f"{least_history}); found {known.shape[1]} of {counts.shape[1]}."
        )
        raise MethodError(msg)
    rows = {}
    for k in range(least_history, known.shape[1]):
        first = 0 if most_history is None else max(0, k - most_history)
        past = known.iloc[:, first:k]
        chosen = _chosen(choose(past.copy()), size, counts.index, share_of_size)
        rows[known.columns[k]] = accuracy_of(
            chosen, later=known.iloc[:, k], size=size, earlier=past.sum(axis=1)
        )
    table = pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="period"))
    return table.astype({"places": int, "records": int})


def compare_choices(
    candidates: Mapping[str, Candidate],
    *,
    share_of_size: float = 0.01,
    least_history: int = 1,
    most_history: int | None = None,
) -> pd.DataFrame:
    """Compare methods or cell sizes on the same history and the same share of the area.

    Parameters
    ----------
    candidates
        Name -> :class:`Candidate`; all with the same periods. Cells of other sizes bring their own
        counts and sizes.
    share_of_size, least_history, most_history
        As in :func:`back_test`.

    Returns
    -------
    compare_choices
        One row per candidate, the one that held most first (ties by name): ``periods`` measured,
        ``records`` held and ``share_of_records`` over all of them, the ``least_share`` of a period,
        ``share_of_size``, ``pai`` (from these shares) and ``mean_pei``.

    Raises
    ------
    RecipeError
        If there are no candidates, or their periods differ.
    TableError, MethodError
        As :func:`back_test`.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"2020": [8, 1, 1], "2021": [6, 2, 0]}, index=["A", "B", "C"])
    >>> size = pd.Series(1.0, index=counts.index)
    >>> ways = {"busiest": Candidate(counts, size, busiest_before(size)),
    ...         "quietest": Candidate(counts, size, lambda past: -past.sum(axis=1))}
    >>> compare_choices(ways, share_of_size=0.34)["share_of_records"].to_dict()
    {'busiest': 0.75, 'quietest': 0.25}
    """
    periods = {tuple(c.counts.columns) for c in candidates.values()}
    if len(periods) != 1:
        msg = (
            "`candidates` must be at least one, all with the same periods; found "
            f"{len(candidates)} with {len(periods)} different sets of periods."
        )
        raise RecipeError(msg)
    rows = {}
    for name, candidate in sorted(candidates.items()):
        found = back_test(
            candidate.counts, candidate.size, choose=candidate.choose, share_of_size=share_of_size,
            least_history=least_history, most_history=most_history,
        )  # fmt: skip
        records = int(candidate.counts[found.index].to_numpy(dtype=float).sum())
        held, part = int(found["records"].sum()), float(found["share_of_size"].mean())
        share = held / records if records else float("nan")
        rows[name] = {
            "periods": len(found),
            "records": held,
            "share_of_records": share,
            "least_share": found["share_of_records"].min(),
            "share_of_size": part,
            "pai": share / part,
            "mean_pei": found["pei"].mean(),
        }
    table = pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="choice"))
    return table.sort_values("share_of_records", ascending=False, kind="stable")


def busiest_before(size: pd.Series) -> Chooser:
    """Make the plainest rule, and the one to beat: most records per size in the past first.

    Examples
    --------
    >>> import pandas as pd
    >>> rule = busiest_before(pd.Series([1.0, 2.0]))
    >>> rule(pd.DataFrame({"2020": [3, 4], "2021": [1, 2]})).tolist()
    [4.0, 3.0]
    """
    return lambda past: past.sum(axis=1) / size


def _known_periods(counts: pd.DataFrame) -> pd.DataFrame:
    """Take the periods that are known; refuse those known in part."""
    missing = np.asarray(counts.isna(), dtype=bool)
    unknown = np.asarray(missing.all(axis=0), dtype=bool)
    partly = np.asarray(missing.any(axis=0), dtype=bool) & ~unknown
    if partly.any():
        msg = (
            f"A period must be known for all places or for none; {int(partly.sum()):,} of "
            f"{counts.shape[1]:,} are known in part (the first is {counts.columns[partly][0]!r}). "
            "A place that is known to have no record is 0."
        )
        raise WrongValues(msg)
    if not counts.columns.is_unique:
        msg = f"Each period may stand once; {counts.columns[counts.columns.duplicated()][0]!r} repeats."
        raise WrongIndex(msg)
    return counts[counts.columns[~unknown]].astype(float)


def _chosen(score: pd.Series, size: pd.Series, ids: pd.Index, share_of_size: float) -> pd.Index:
    """Take the highest scores until the share of the size is used up, at least one."""
    if not isinstance(score, pd.Series) or not score.index.equals(ids) or score.isna().any():
        msg = "`choose` must give one known score for each place, on the ids of `counts`."
        raise RecipeError(msg)
    if not size.index.equals(ids):
        msg = "`size` must be on the ids of `counts`, in the same order; their indexes differ."
        raise WrongIndex(msg)
    order = ranked(score.to_numpy(dtype=float), ids)
    used = size.to_numpy(dtype=float)[order].cumsum()
    # thirds of a whole add up to a little more than the whole
    fits = int(np.searchsorted(used, share_of_size * used[-1] * (1 + 1e-12), side="right"))
    return ids[order[: max(fits, 1)]]
