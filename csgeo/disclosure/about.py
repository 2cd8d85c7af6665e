"""Is a release about the same records as those that were published of the same days?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import shapely

from csgeo.disclosure.successive import days_meet, told_by
from csgeo.errors import RecipeError
from csgeo.lattice import one_shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from csgeo.disclosure.published import Published
    from csgeo.disclosure.successive import Days

#: Two outlines are the same if no more than this differs between them.
_SAME_M2 = 1.0


class About(NamedTuple):
    """What a release is about, but for its days."""

    harms: tuple[str, ...]
    enforcement: str
    outline: shapely.Geometry


def about(release: Published) -> About:
    """Read what a release is about."""
    return About(
        tuple(sorted(release.harms)),
        str(release.choices.get("enforcement", "")),
        one_shape(release.area),
    )


def check_recipe(former: Iterable[Published], days: Days, new: About) -> None:
    """Refuse other kinds of harm, other sources or another area on days that were published.

    What the two recipes differ by is a set of records; taken from each other they tell it.

    Parameters
    ----------
    former
        Releases that were published from the same study.
    days
        First and last day of what is to be told.
    new
        What the new release is about.

    Raises
    ------
    RecipeError
        With what differs and the remedy.
    """
    for one in former:
        if not any(days_meet(days, told.period) for told in told_by(one).values()):
            continue
        old = about(one)
        for what, mine, theirs in (
            ("kinds of harm", new.harms, old.harms),
            ("records that enforcement made", new.enforcement, old.enforcement),
        ):
            if mine != theirs:
                _refuse_other(days, what)
        if shapely.area(shapely.symmetric_difference(new.outline, old.outline)) > _SAME_M2:
            _refuse_other(days, "study area")


def _refuse_other(days: Days, what: str) -> None:
    msg = (
        f"A release about {days[0]} to {days[1]}, or some of these days, was published before with other "
        f"choices ({what}); what the two differ by could be told. Take the choices of that one, "
        "or days that do not overlap."
    )
    raise RecipeError(msg)
