"""When was each record, of whom, and who told it?

What methods and limits need to know besides the place, as numbers on the rows of
INCIDENTS: so that a re-run can take any of them, any number of times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from csgeo.hotspots.artefacts import placing_of
from csgeo.hotspots.change.months import month_numbers
from csgeo.hotspots.repeats.events import days_known

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.artefacts import Placing

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]


class When(NamedTuple):
    """When each of n records began.

    ``month`` counts from the year 0, -1 if not known; ``day`` counts from 1970 and is missing
    unless the time is known to the day.
    """

    month: Integers
    day: Numbers

    def of(self, rows: Integers) -> When:
        """Take the times of some rows."""
        return When(self.month[rows], self.day[rows])


class Support(NamedTuple):
    """Who stands behind each of n records.

    ``person`` is a number for each person, a record without a key having one of its own;
    ``people_known`` is false where no record has a key. ``source`` is a number for each source;
    ``placing`` is what each says of where it was put.
    """

    person: Integers
    source: Integers
    people_known: bool
    placing: Placing

    def of(self, rows: Integers) -> Support:
        """Take the people and sources of some rows."""
        return Support(
            self.person[rows], self.source[rows], self.people_known, self.placing.of(rows)
        )


def when_of(incidents: gpd.GeoDataFrame) -> When:
    """Take the times of INCIDENTS, n rows."""
    return When(month_numbers(incidents), days_known(incidents))


def support_of(incidents: gpd.GeoDataFrame, *, most_km2: float = 0.25) -> Support:
    """Take the people and the sources of INCIDENTS, n rows, and how they were placed."""
    source = pd.factorize(incidents["source"], sort=True)[0].astype(np.int64)
    person = np.full(len(incidents), -1, dtype=np.int64)
    if "person_key" in incidents:
        person = pd.factorize(incidents["person_key"], sort=True)[0].astype(np.int64)
    known = bool((person >= 0).any())
    alone = np.flatnonzero(person < 0)
    person[alone] = person.max(initial=-1) + 1 + np.arange(len(alone))
    return Support(person, source, known, placing_of(incidents, most_km2=most_km2))
