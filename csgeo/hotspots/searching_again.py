"""Which places does the same search list, with other records or another lattice?

The search is that of ``find_hotspots`` without its draws by chance: a window must
be stronger than what the first search's chance gave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from csgeo.errors import MethodError
from csgeo.hotspots.artefacts import artefact_buildings
from csgeo.hotspots.compact_places import chance_strengths, scan_strength
from csgeo.hotspots.cutting import compact_windows, window_sites
from csgeo.hotspots.listing import Limits, choose_places
from csgeo.hotspots.methods.asked import Asked
from csgeo.hotspots.methods.look import ByChance, look
from csgeo.hotspots.moved_lattice import HALVES, lay_grounds
from csgeo.hotspots.ranking import MOST_PLACES
from csgeo.hotspots.sharing_out import SURROUNDINGS_M

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from csgeo.hotspots.artefacts import Buildings
    from csgeo.hotspots.counting import Counted
    from csgeo.hotspots.cutting import Windows
    from csgeo.hotspots.moved_lattice import Ground
    from csgeo.hotspots.records import Support, When
    from csgeo.hotspots.redrawing import Drawable, Drawn

    Integers: TypeAlias = npt.NDArray[np.int64]
    Numbers: TypeAlias = npt.NDArray[np.float64]

#: How much longer than the first list that of a re-run may be (docs/decisions/0014).
ROOM = 2


class Search(NamedTuple):
    """How the places were found: the choices of ``find_hotspots``.

    ``least_strength`` is what a window must exceed, from ``strength_to_exceed``, and ``settled``
    what the method itself has chosen; if they are None, both are found from the records.
    """

    method: str = "compact_places"
    cell_m: int = 125
    expectation: str = "surroundings"
    streets: gpd.GeoDataFrame | None = None
    residents: gpd.GeoDataFrame | None = None
    exposure: gpd.GeoDataFrame | None = None
    places: gpd.GeoDataFrame | None = None
    strata: gpd.GeoDataFrame | None = None
    limits: Limits = Limits(q=0.05, most_places=10, most_share_of_area=0.05)
    most_km2: float = 0.25
    least_strength: float | None = None
    settled: Mapping[str, float] | None = None
    replicates: int = 999


class Records(NamedTuple):
    """n records of one run: where they are put, where they were recorded (metres), and theirs."""

    x: Numbers
    y: Numbers
    recorded_x: Numbers
    recorded_y: Numbers
    when: When
    support: Support

    def of(self, rows: Integers) -> Records:
        """Take some of the records."""
        x, y, east, north = (values[rows] for values in self[:4])
        return Records(x, y, east, north, self.when.of(rows), self.support.of(rows))


def as_recorded(records: Drawable, rows: Integers | None = None) -> Records:
    """Take records where they were recorded; all of them, or some rows."""
    own = np.arange(len(records.x)) if rows is None else rows
    x, y = records.x[own], records.y[own]
    return Records(x, y, x, y, records.when.of(own), records.support.of(own))


def as_drawn(records: Drawable, drawn: Drawn) -> Records:
    """Take the records of one draw where they were put."""
    return as_recorded(records, drawn.record)._replace(x=drawn.x, y=drawn.y)


def with_room(search: Search) -> Search:
    """Let the list be twice as long, up to the most places that any list has.

    A place that another one overtakes is still found; one that falls from the tenth place
    beyond the twentieth is not.
    """
    limits = search.limits
    longer = limits._replace(
        most_places=min(ROOM * limits.most_places, MOST_PLACES),
        most_share_of_area=ROOM * limits.most_share_of_area,
    )
    return search._replace(limits=longer)


class Ready(NamedTuple):
    """A search with all that does not change from one run to the next."""

    search: Search
    windows: Windows
    buildings: Buildings
    grounds: tuple[Ground, ...]


def make_ready(search: Search, area: gpd.GeoDataFrame, *, only_as_it_is: bool = False) -> Ready:
    """Lay the study area on the four lattices and measure what the expectation rests on.

    Parameters
    ----------
    search, area
        How the places were found, and the study area (``AREAS``).
    only_as_it_is
        Lay the first lattice only, which is not moved.
    """
    grounds = lay_grounds(
        area,
        cell_m=search.cell_m,
        expectation=search.expectation,
        streets=search.streets,
        residents=search.residents,
        exposure=search.exposure,
        strata=search.strata,
        halves=HALVES[:1] if only_as_it_is else HALVES,
    )
    windows = compact_windows(cell_m=search.cell_m, most_km2=search.most_km2)
    return Ready(search, windows, artefact_buildings(search.places), grounds)


def with_strength(ready: Ready, records: Drawable, *, seed: int) -> Ready:
    """Settle what a window must exceed, and what the method chooses, from the records as they are."""
    search, ground = ready.search, ready.grounds[0]
    if search.least_strength is not None and search.settled is not None:
        return ready
    own = as_recorded(records)
    counted, inside = ground.counted(own.x, own.y)
    if counted.inside == 0:  # they are only near: nothing can be stronger than chance
        return ready._replace(search=search._replace(least_strength=float("inf"), settled={}))
    asked = _asked(ready, ground, counted, own.of(inside), reach_m=SURROUNDINGS_M)
    strongest = chance_strengths(
        asked.expected, counted.inside, asked.sites, replicates=search.replicates, seed=seed
    )
    least = strength_to_exceed(strongest, search.limits.q)
    first = asked._replace(settled=None, replicates=search.replicates, seed=seed)
    settled = look(search.method, first, ByChance(strongest, least)).settled
    return ready._replace(search=search._replace(least_strength=least, settled=settled))


def strength_to_exceed(strongest: Numbers, q: float) -> float:
    """Give the strength above which ``chance_p_value`` is at most `q`.

    Parameters
    ----------
    strongest
        n log likelihood ratios of ``chance_strengths``.
    q
        The largest p-value that is listed, 0 to 1.

    Returns
    -------
    strength
        A window is listed if it is stronger; infinite if n is too small for any to be.
    """
    may_beat = int(np.floor(q * (len(strongest) + 1) + 1e-9)) - 1
    if may_beat < 0:
        return float("inf")
    return float(-np.sort(-strongest)[may_beat]) if may_beat < len(strongest) else 0.0


def search_again(
    ready: Ready, ground: Ground, records: Records, *, reach_m: float = SURROUNDINGS_M
) -> list[Integers]:
    """List the places of one run, without those that are set aside.

    Parameters
    ----------
    ready, ground
        The search, with what is settled (``with_strength``), and one of its lattices.
    records
        What is piled up on one point is judged by where it was recorded.
    reach_m
        Standard deviation of the surroundings; bandwidths of methods are stretched alike.

    Returns
    -------
    places
        The cells of each place as flat positions on `ground`, strongest first.
    """
    counted, inside = ground.counted(records.x, records.y)
    if counted.inside == 0:
        return []
    own = records.of(inside)
    asked = _asked(ready, ground, counted, own, reach_m=reach_m)
    try:
        looked = look(
            ready.search.method, asked, ByChance(None, ready.search.least_strength or 0.0)
        )
    except MethodError:  # too few records were drawn for the method
        return []
    chosen = choose_places(
        looked, counted._replace(x=own.recorded_x, y=own.recorded_y), asked.expected, ground.field,
        ready.buildings, support=own.support, strata=ground.strata, limits=ready.search.limits,
    )  # fmt: skip
    return [place.window.cells for place in chosen if place.reason is None]


def _asked(
    ready: Ready, ground: Ground, counted: Counted, records: Records, *, reach_m: float
) -> Asked:
    """Put the question of a re-run, in the system of its lattice."""
    search = ready.search
    expected = ground.expectation.of(counted.incidents, reach_m)
    sites = window_sites(expected > 0, ready.windows)
    east, north = ground.moved_m
    return Asked(
        counted._replace(x=counted.x - east, y=counted.y - north),
        expected, ground.field, sites,
        np.round(scan_strength(counted.incidents, expected, sites), 9),
        q=search.limits.q, replicates=0, seed=0, when=records.when, facts=ground.facts,
        settled=search.settled or {},
        stretch=reach_m / SURROUNDINGS_M,
    )  # fmt: skip
