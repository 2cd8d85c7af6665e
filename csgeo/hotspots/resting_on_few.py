"""Does a place say more about one or two people, or one source, than about the place?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from csgeo.hotspots.artefacts import CARRYING_SHARE, UNUSUAL_P, chance_of

if TYPE_CHECKING:
    from csgeo.hotspots.records import Support


def resting_reason(
    support: Support, *, expected: float, least_people: int, least_sources: int
) -> str | None:
    """Say why a place is set aside that rests on too few people, or sources; else nothing.

    Parameters
    ----------
    support
        Of the n records of the place, at least one.
    expected
        How many records the expectation gives the place.
    least_people, least_sources
        The fewest distinct people, where they are known at all, and sources. A record without a
        key may be of one more person, and counts as one.

    Returns
    -------
    reason
        One sentence for analysts; None where at least that many people and sources stand behind
        the place and it would stand out without its busiest person too.
    """
    records = len(support.person)
    if support.people_known:
        each = np.unique(support.person, return_counts=True)[1]
        if len(each) < least_people:
            return (
                f"Its {records} records are of {len(each)} "
                f"{'person' if len(each) == 1 else 'people'}; from {least_people} people on it "
                "would say something about the place."
            )
        most = int(each.max())
        if most > CARRYING_SHARE * records and chance_of(records - most, expected) > UNUSUAL_P:
            return (
                "More than half of its records are of one person, and without them it would not "
                "stand out."
            )
    sources = len(np.unique(support.source[support.source >= 0]))
    if sources < least_sources:
        return (
            f"Its {records} records come from {sources} {'source' if sources == 1 else 'sources'}; "
            f"at least {least_sources} were asked for."
        )
    return None
