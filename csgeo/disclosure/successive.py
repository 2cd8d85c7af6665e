"""Can this release be taken from one that was published before?

Two releases about the same days, or about days that nearly agree, are one
release with more views: what they differ by is a count of few people. So each
release is held against all that were published from the same study, and is
refused where a difference could be told.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.disclosure.units import cover
from csgeo.disclosure.views import ALL, BEFORE, REST, THIS
from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.release import Release

    Integers = npt.NDArray[np.int64]


#: First and last day, both included.
Days: TypeAlias = tuple[dt.date, dt.date]


class Told(NamedTuple):
    """What is told of some days: ``units`` has ``id``, ``cells`` and ``incidents``, one row each."""

    period: Days
    units: pd.DataFrame


def days_before(period: Days) -> Days:
    """Give as long a period right before: as many months where it is of whole months, else days."""
    start, end = period
    day = dt.timedelta(days=1)
    after = end + day
    if start.day == 1 and after.day == 1:
        months = 2 * (12 * start.year + start.month - 1) - (12 * after.year + after.month - 1)
        return dt.date(months // 12, months % 12 + 1, 1), start - day
    return start - (end - start) - day, start - day


def check_days(former: Iterable[Release], days: Days, *, key: str, rule: Rule) -> None:
    """Refuse days that nearly agree with days that were published, and another key.

    Parameters
    ----------
    former
        Releases that were published from the same study.
    days
        First and last day of what is to be told.
    key
        Name of the key of the new release.
    rule
        Of its audience.

    Raises
    ------
    RecipeError
        With the days, the reason and the remedy.
    """
    for one in former:
        rounded_with = str(one.provenance.get("protection", {}).get("rounded_with", ""))
        if f"key {key} " not in rounded_with:
            msg = (
                f"A release must be rounded with the key of those before it ({rounded_with or 'not known'}); "
                f"this one would use key {key}. Rounded anew, the two would average out: pass the "
                "same key, from `csgeo.disclosure.keys.key_of_study`."
            )
            raise RecipeError(msg)
        for told in told_by(one).values():
            _check_days(days, told.period, rule)


def _check_days(new: Days, old: Days, rule: Rule) -> None:
    if new == old or new[1] < old[0] or old[1] < new[0]:
        return
    starts, ends = (new[0] - old[0]).days, (new[1] - old[1]).days
    nested = starts * ends <= 0
    if nested or min(abs(starts), abs(ends)) < rule.window_days:
        why = (
            "one lies within the other, so that the days between can be taken out"
            if nested
            else f"they differ by {min(abs(starts), abs(ends))} days at one end"
        )
        msg = (
            f"The days {new[0]} to {new[1]} must not be released beside {old[0]} to {old[1]}, which "
            f"were published before: {why}. Take the same days, days that do not overlap, or move "
            f"both ends of the period by at least {rule.window_days} days."
        )
        raise RecipeError(msg)


def told_by(release: Release) -> dict[str, Told]:
    """List what a release tells of its days, and of the days before where it has them."""
    shown = release.cells[~release.cells["hidden"]]
    cells = pd.concat([release.hotspots["cells"], shown["cells"]])
    views = release.views[(release.views["harm"] == ALL) & (release.views["part_of_day"] == ALL)]
    this = (release.period_start, release.period_end)
    told = {}
    for name, period in ((THIS, this), (BEFORE, days_before(this))):
        some = views[views["period"] == name]
        if len(some):
            units = some[["id", "incidents"]].assign(cells=cells.reindex(some["id"]).to_numpy())
            told[name] = Told(period, units.reset_index(drop=True))
    return told


def units_that_tell(
    new: Told, former: Iterable[Release], records: Records, ground: Ground, *, rule: Rule
) -> dict[str, str]:
    """Find the places and pieces that former releases about the same days would be told by.

    Parameters
    ----------
    new
        What the new release tells of some days.
    former
        Releases that were published from the same study.
    records
        The records of those days, as the door counted them.
    ground
        The lattice they were counted on.
    rule
        Of the audience.

    Returns
    -------
    reasons
        Id of a place or piece of the new release to the reason, in words.
    """
    reasons: dict[str, str] = {}
    at = ground.number(records.column, records.row, ground.base_m)
    least_rest = REST * rule.least_people
    for one in former:
        for old in told_by(one).values():
            if old.period == new.period:
                reasons |= _compare(new.units, old.units, at, ground, least_rest)
    return reasons


def _compare(
    new: pd.DataFrame, old: pd.DataFrame, at: Integers, ground: Ground, least_rest: int
) -> dict[str, str]:
    """Take the units of two releases from each other, wherever one lies within the other."""
    mine, theirs = cover(list(new["cells"]), ground), cover(list(old["cells"]), ground)
    shared = pd.DataFrame({"new": mine.place, "old": theirs.at(mine.number)})
    shared = shared[shared["old"] >= 0].value_counts().rename("cells").reset_index()
    size = {
        "new": np.bincount(mine.place, minlength=len(new)),
        "old": np.bincount(theirs.place, minlength=len(old)),
    }
    count = {
        "new": _count(mine.at(at), len(new)),
        "old": _count(theirs.at(at), len(old)),
    }
    inside = {k: shared["cells"].to_numpy() == size[k][shared[k].to_numpy()] for k in size}
    same = shared[inside["new"] & inside["old"]]
    published = new["incidents"].to_numpy(dtype=np.int64)[same["new"]]
    other = published != old["incidents"].to_numpy(dtype=np.int64)[same["old"]]
    ids = new["id"].to_numpy(dtype=object)
    reasons = dict.fromkeys(ids[same["new"][other]], "its records were changed since")
    for small, large in (("new", "old"), ("old", "new")):
        within = shared[inside[small] & ~inside[large]]
        holds = within[large].to_numpy()
        left_of_each = count[large][holds] - count[small][within[small].to_numpy()]
        taken = np.bincount(
            holds, weights=count[small][within[small].to_numpy()], minlength=len(size[large])
        )
        left_of_all = count[large] - taken.astype(np.int64)
        tells = _small(left_of_each, least_rest) | _small(left_of_all[holds], least_rest)
        for id_ in ids[within["new"].to_numpy()[tells]]:
            reasons.setdefault(id_, "taken from a former release it leaves a few records")
    return reasons


def _small(left: Integers, least_rest: int) -> npt.NDArray[np.bool_]:
    return (left >= 1) & (left < least_rest)


def _count(unit: Integers, units: int) -> Integers:
    return np.bincount(unit[unit >= 0], minlength=units)


def refuse_if_told(reasons: dict[str, str], period: Days) -> None:
    """Refuse a release of which former ones about the same days would tell.

    Raises
    ------
    RecipeError
        With how many places and pieces, the first of them, and the remedy.
    """
    if reasons:
        first, why = next(iter(sorted(reasons.items())))
        msg = (
            f"A release about {period[0]} to {period[1]} was published before, and this one differs in "
            f"{len(reasons)} places or pieces (the first is {first!r}: {why}). Publish that one again, "
            "or take days that do not overlap; where records came late, let them come with the next "
            "period."
        )
        raise RecipeError(msg)
