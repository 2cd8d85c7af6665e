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

from csgeo.disclosure import overlapping
from csgeo.disclosure.overlapping import Divided
from csgeo.disclosure.units import cover
from csgeo.disclosure.views import ALL, BEFORE, THIS
from csgeo.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from csgeo.disclosure.audiences import Rule
    from csgeo.disclosure.counted import Ground, Records
    from csgeo.disclosure.published import Published
    from csgeo.disclosure.views import Cut

    Integers = npt.NDArray[np.int64]


#: First and last day, both included.
Days: TypeAlias = tuple[dt.date, dt.date]


class Told(NamedTuple):
    """What is told of some days: ``units`` is its views, with the ``cells`` of each id."""

    period: Days
    units: pd.DataFrame


class Split(NamedTuple):
    """The records of some days, and how they are split: as the door counted and cut them."""

    records: Records
    cuts: tuple[Cut, ...]

    def holds(self, harm: str, part: str) -> npt.NDArray[np.bool_]:
        """Tell which records are in a view."""
        inside = np.ones(len(self.records.person), dtype=bool)
        for cut in self.cuts:
            said = {"harm": harm, "part_of_day": part}[cut.column]
            if said != ALL:
                inside &= cut.of_record == (cut.parts.index(said) if said in cut.parts else -2)
        return inside


def days_before(period: Days) -> Days:
    """Give as long a period right before: as many months where it is of whole months, else days."""
    start, end = period
    day = dt.timedelta(days=1)
    after = end + day
    if start.day == 1 and after.day == 1:
        months = 2 * (12 * start.year + start.month - 1) - (12 * after.year + after.month - 1)
        return dt.date(months // 12, months % 12 + 1, 1), start - day
    return start - (end - start) - day, start - day


def check_days(former: Iterable[Published], days: Days, *, key: str, rule: Rule) -> None:
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
    _check_together(days, [told.period for one in former for told in told_by(one).values()])


def _check_together(new: Days, published: list[Days]) -> None:
    """Refuse days that, with those right before or after, would hold others or lie within them.

    Periods that follow each other add up. What a sum has more than a period within it is a number
    of few people, however long it is.
    """
    added = _one_in_another([*published, new]) - _one_in_another(published)
    if added:
        (start, end), (first, last) = min(added)
        msg = (
            f"The days {new[0]} to {new[1]} must not be released beside those that were published before: "
            f"{start} to {end}, taken together, would hold {first} to {last}, and what the two "
            "differ by could be told. Take days that do not overlap, or the same days again."
        )
        raise RecipeError(msg)


def _one_in_another(periods: list[Days]) -> set[tuple[Days, Days]]:
    """Find sums of periods that follow each other, and others that lie within them."""
    day = dt.timedelta(days=1)
    runs = set(periods)
    while True:
        longer = {(a, d) for a, b in runs for c, d in runs if b + day == c} - runs
        if not longer:
            break
        runs |= longer
    return {
        (one, other)
        for one in runs
        for other in runs
        if one[0] < other[0]
        and other[1] < one[1]
        # where both ends that are left over are periods themselves nothing new is told
        and not {(one[0], other[0] - day), (other[1] + day, one[1])} <= runs
    }


def days_meet(one: Days, other: Days) -> bool:
    """Tell whether two periods share a day."""
    return one[0] <= other[1] and other[0] <= one[1]


def _check_days(new: Days, old: Days, rule: Rule) -> None:
    if new == old or not days_meet(new, old):
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


def told_by(release: Published) -> dict[str, Told]:
    """List what a release tells of its days, and of the days before where it has them."""
    shown = release.cells[~release.cells["hidden"]]
    cells = pd.concat([release.hotspots["cells"], shown["cells"]])
    this = (release.period_start, release.period_end)
    told = {}
    for name, period in ((THIS, this), (BEFORE, days_before(this))):
        some = release.views[release.views["period"] == name]
        if len(some):
            units = some[["id", "harm", "part_of_day", "incidents"]]
            told[name] = Told(
                period,
                units.assign(cells=cells.reindex(units["id"]).to_numpy()).reset_index(drop=True),
            )
    return told


def units_that_tell(
    views: pd.DataFrame,
    days: Days,
    cells: pd.Series,
    former: Iterable[Published],
    *,
    counted: Split,
    ground: Ground,
    least: int,
    people_known: bool,
) -> dict[tuple[str, str], dict[str, str]]:
    """Find the places and pieces by which former releases about the same days would be told.

    Parameters
    ----------
    views
        What is to be told of some days: ``id``, ``harm``, ``part_of_day``, ``incidents``.
    days
        First and last of them.
    cells
        Id of each place and piece to the ids of its squares.
    former
        Releases that were published from the same study.
    counted
        The records of those days, with the words of the cuts.
    ground
        The lattice they were counted on.
    least
        People (records) that whatever is left must describe.
    people_known
        Whether people can be counted.

    Returns
    -------
    told
        By kind of harm, part of day: id of a place or piece to the reason, in words.
    """
    same = [told for one in former for told in told_by(one).values() if told.period == days]
    if not same:
        return {}
    at = ground.number(counted.records.column, counted.records.row, ground.base_m)
    told: dict[tuple[str, str], dict[str, str]] = {}
    for (harm, part), mine in views.groupby(["harm", "part_of_day"], sort=True):
        tables = [mine.assign(cells=cells.reindex(mine["id"]).to_numpy())]
        tables += [
            one.units[(one.units["harm"] == harm) & (one.units["part_of_day"] == part)]
            for one in same
        ]
        tables = [t for t in tables if len(t)]
        if len(tables) == 1:
            continue
        inside = counted.holds(str(harm), str(part))
        number, divided = _divided(tables, ground, at[inside])
        found = overlapping.units_that_tell(
            divided,
            [t["incidents"].to_numpy(dtype=np.int64) for t in tables],
            np.searchsorted(number, at[inside]),
            counted.records.person[inside],
            least=least,
            people_known=people_known,
        )
        ids = mine["id"].to_numpy(dtype=object)
        told[str(harm), str(part)] = {str(ids[one.unit]): one.why for one in found}
    return told


def _divided(
    tables: list[pd.DataFrame], ground: Ground, at: Integers
) -> tuple[Integers, list[Divided]]:
    """Give, on the cells that any release or record is in, the unit of each release."""
    covered = [cover(list(table["cells"]), ground) for table in tables]
    number = np.unique(np.concatenate([at, *(one.number for one in covered)]))
    return number, [
        Divided(one.at(number), len(table)) for one, table in zip(covered, tables, strict=True)
    ]


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
